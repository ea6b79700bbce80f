import { expect, test } from 'vitest';
import { widgetCreateRequest } from '../../../contract/dashboard.ts';
import { ApiError } from '../../api.ts';
import { sampleCatalog } from '../../testing/fake-widgets.ts';
import { isKpiData } from '../../testing/sample-replies.ts';
import { type Choice, createPicker, isWhole, pick } from './picker-model.ts';

const WORDS = {
  byStep: (step: string) => `by ${step}`,
  aggregation: (number: string, way: string) => `${number}: ${way.toLowerCase()}`,
  title: (measure: string, by: string) => `${measure} ${by}`,
};
const CHOICE: Choice = {
  ...{
    source: 'deals',
    measure: 'measure:wonDeals',
    way: 'sum',
    by: 'owner',
    step: 'week',
    groupBy: '',
    pipeline: '',
    range: 90,
  },
  ...{ filter: '', filterValue: null },
  ...{ kind: '', size: 'medium', title: '' },
};

/** What the server has told of owners, of none for stages yet. */
const VALUES = new Map([
  [
    'deals owner',
    {
      values: [
        { value: '12', label: 'Ann' },
        { value: '', label: 'Unassigned' },
      ],
      isWhole: true,
    },
  ],
]);

function picked(change: Partial<Choice> = {}) {
  const found = pick(sampleCatalog(), { ...CHOICE, ...change }, WORDS, VALUES);
  if (!found) throw new Error('nothing to pick');
  return found;
}

function valuesOf(groups: readonly { options: readonly { value: string }[] }[]): string[] {
  return groups.flatMap(({ options }) => options.map(({ value }) => value));
}

test('a choice is a sentence, a name and a config', () => {
  const { words, config } = picked();
  expect(words).toEqual({ source: 'Deals', measure: 'Deals won', by: 'by responsible person', group: null, filter: null });
  expect(picked({ by: 'time', groupBy: 'owner' }).config.title).toBe('Deals won by week, by responsible person');
  expect(config).toEqual({
    ...{ title: 'Deals won by responsible person', description: '', chartType: 'bar', dataSource: 'deals', crmSource: 'all' },
    ...{ xField: 'owner', yField: null, aggregation: 'count', measure: 'wonDeals', groupBy: null, timeBucket: null },
    ...{
      timeRangeDays: 90,
      period: null,
      filterField: null,
      filterValue: null,
      pipeline: null,
      sortOrder: 'desc',
      limit: 15,
      size: 'medium',
    },
  });
});

test('a filter is a dimension and one of its values, of which the first comes first', () => {
  expect(valuesOf(picked().filters)).toEqual(['owner', 'stage', 'custom:UF_SHOP', 'weekday']);
  const first = picked({ filter: 'owner' });
  expect(first.config).toMatchObject({
    filterField: 'owner',
    filterValue: '12',
    title: 'Deals won by responsible person · Responsible: Ann',
  });
  expect(first.words.filter).toBe('Responsible: Ann');
  expect(picked({ filter: 'owner', filterValue: '' }).config).toMatchObject({ filterField: 'owner', filterValue: '' });
  // Nobody narrows by what the server has not told, or the number does not know.
  expect(picked({ filter: 'owner', filterValue: '13' }).config.filterValue).toBe('12');
  const unknown = picked({ filter: 'stage' });
  expect([isWhole(unknown), unknown.config.filterField]).toEqual([false, null]);
  expect(picked({ filter: 'stage', measure: 'measure:winRate' }).choice.filter).toBe('');
  expect(picked({ filter: 'pipeline', measure: 'number:value' }).choice.filter).toBe('');
});

test('named numbers stand by what they tell, those of the records last, and only those ask how', () => {
  const listed = picked().measures.map(({ kind, options }) => [kind, ...options.map(({ label }) => label)]);
  expect(listed).toEqual([
    ['count', 'Total deals', 'Deals won'],
    ['share', 'Win rate'],
    ['number', 'Deal amount'],
  ]);
  expect(picked().ways).toEqual([]);
  const amount = picked({ measure: 'number:value', by: 'number' });
  expect(amount.ways.map(({ label }) => label)).toEqual(['Total', 'Average']);
  expect(amount.config).toMatchObject({ title: 'Deal amount: total', aggregation: 'sum', metricField: 'value', measure: null });
  expect(picked({ by: 'owner' }).kinds).toEqual(['bar', 'donut', 'pie', 'funnel']);
  expect(picked({ measure: 'measure:winRate', by: 'owner' }).kinds).toEqual(['bar']);
  // Averages cannot be stood upon each other, and there is no smallest one here.
  const average = picked({ measure: 'number:value', way: 'average', by: 'stage', groupBy: 'owner' });
  expect(average.config).toMatchObject({ title: 'Deal amount by stage: average', aggregation: 'average', groupBy: null });
  expect(picked({ measure: 'number:value', way: 'min' }).choice.way).toBe('sum');
});

test('weekdays and the CRM’s own fields stand in groups of their own', () => {
  expect(picked().dimensions.map(({ kind }) => kind)).toEqual(['field', 'custom', 'clock']);
  expect(picked({ by: 'custom:UF_SHOP' }).config.title).toBe('Deals won by “Shop”');
});

test('what no longer goes together falls back to what does', () => {
  // A rate knows no stages, cannot be split, and is then one number.
  const rate = picked({ measure: 'measure:winRate', by: 'stage', groupBy: 'owner' });
  expect(rate.choice).toMatchObject({ by: 'number', groupBy: '', kind: '' });
  expect(rate.config).toMatchObject({ chartType: 'kpi', format: 'percentage', comparisonPeriodDays: 90 });
  expect(picked({ source: 'leads', measure: 'measure:nothing' }).choice).toMatchObject({
    source: 'deals',
    measure: 'measure:totalDeals',
  });
  expect(picked({ by: 'time', step: 'day', range: null }).choice.step).toBe('month');
  expect(picked({ kind: 'line' }).choice.kind).toBe('bar');
  expect(picked({ by: 'owner', groupBy: 'owner' }).choice.groupBy).toBe('');
});

test('whatever is chosen, the server takes its form', () => {
  const { sources, measures, dimensions } = picked();
  for (const { value: source } of sources) {
    for (const measure of valuesOf(measures)) {
      for (const by of ['number', 'time', ...valuesOf(dimensions)]) {
        for (const groupBy of ['', 'owner', 'stage']) {
          for (const range of [7, null]) {
            const { config, kinds } = picked({ source, measure, by, groupBy, range });
            expect(widgetCreateRequest.safeParse({ config }).success).toBe(true);
            for (const kind of kinds) expect(picked({ source, measure, by, groupBy, range, kind }).config.chartType).toBe(kind);
          }
        }
      }
    }
  }
});

test.each([
  ['yesterday', ['hour'], 'hour'],
  [1, ['hour'], 'hour'],
  ['thisMonth', ['day', 'week', 'month', 'quarter', 'year'], 'week'],
  [null, ['week', 'month', 'quarter', 'year'], 'week'],
] as const)('over %s time is cut into %j', (range, steps, timeBucket) => {
  const { config, ...offered } = picked({ by: 'time', range });
  expect(offered.steps).toEqual(steps);
  expect(config).toMatchObject({ timeBucket });
});

test('a calendar period is no days, brings its own step, and is compared by itself', async () => {
  expect(picked({ by: 'number', range: 'lastMonth' }).config).toMatchObject({
    ...{ timeRangeDays: null, period: 'lastMonth', comparisonPeriodDays: null },
  });
  const silent = { readValues: () => Promise.reject(), preview: () => Promise.reject() };
  const picker = createPicker({ readCatalog: async () => sampleCatalog(), ...silent }, WORDS, { after: () => () => {} });
  await picker.load();
  picker.choose({ by: 'time', range: 'thisMonth' });
  expect(picker.picked.value?.config).toMatchObject({ timeRangeDays: null, period: 'thisMonth', timeBucket: 'day' });
  picker.choose({ step: 'week' });
  picker.choose({ range: 90 });
  expect(picker.picked.value?.config).toMatchObject({ timeRangeDays: 90, period: null, timeBucket: 'week' });
  picker.choose({ range: 7 });
  expect(picker.picked.value?.config).toMatchObject({ timeRangeDays: 7, timeBucket: 'day' });
  picker.stop();
});

test('people are counted as they are: over no days, and not over time', () => {
  const catalog = sampleCatalog();
  const [deals] = catalog.sources;
  if (!deals) throw new Error('nothing to pick');
  const people: typeof deals = { ...deals, name: 'people', label: 'Team', times: [] };
  const find = (change: Partial<Choice>) => {
    return pick({ ...catalog, sources: [deals, people] }, { ...CHOICE, source: 'people', ...change }, WORDS, VALUES);
  };
  const number = find({ by: 'time' });
  expect(number?.choice).toMatchObject({ source: 'people', by: 'number', range: null });
  expect(number?.config).toMatchObject({ timeRangeDays: null, period: null, comparisonPeriodDays: null });
  expect(find({ range: 'thisMonth' })?.config).toMatchObject({ xField: 'owner', timeRangeDays: null, period: null });
  expect([number?.hasTime, picked().hasTime]).toEqual([false, true]);
});

test('a name that is too long is cut to what the server takes', () => {
  expect(picked({ title: ' x '.repeat(100) }).config.title.length).toBeLessThanOrEqual(120);
});

test('a preview is asked for once a choice stands still, and only for another question', async () => {
  const waiting: (() => void)[] = [];
  const asked: string[] = [];
  const picker = createPicker(
    {
      readCatalog: async () => sampleCatalog(),
      readValues: async (source, dimension) => {
        asked.push(`${source} ${dimension}`);
        return { values: [{ value: '12', label: 'Ann' }], isWhole: true };
      },
      preview: async (config) => {
        asked.push(`${config.measure} ${config.timeRangeDays} ${config.filterValue}`);
        return { status: 'ok', data: isKpiData() };
      },
    },
    WORDS,
    {
      after: (_ms, callback) => {
        waiting.push(callback);
        return () => waiting.splice(waiting.indexOf(callback), 1);
      },
    },
  );
  await picker.load();
  picker.choose({ measure: 'measure:totalDeals' });
  picker.choose({ range: 30 });
  expect(waiting).toHaveLength(1);
  waiting.shift()?.();
  await Promise.resolve();
  await Promise.resolve();
  expect(asked).toEqual(['totalDeals 30 null']);
  expect(picker.preview.value?.status).toBe('ok');
  picker.choose({ title: 'Another name', size: 'large' });
  expect(waiting).toEqual([]);
  // The values come first: a preview without them would be of another question.
  picker.choose({ filter: 'owner' });
  expect(waiting).toEqual([]);
  await Promise.resolve();
  await Promise.resolve();
  waiting.shift()?.();
  await Promise.resolve();
  await Promise.resolve();
  expect(asked.slice(1)).toEqual(['deals owner', 'totalDeals 30 12']);
  picker.choose({ range: 7 });
  expect(picker.preview.value).toBeNull();
  picker.stop();
  expect(waiting).toEqual([]);
});

test('what is shown is never the answer to another question, also while the values of a filter are missing', async () => {
  const waiting: (() => void)[] = [];
  const picker = createPicker(
    {
      readCatalog: async () => sampleCatalog(),
      readValues: () => Promise.reject(new ApiError('network')),
      preview: async () => ({ status: 'ok', data: isKpiData() }),
    },
    WORDS,
    {
      after: (_ms, callback) => {
        waiting.push(callback);
        return () => waiting.splice(waiting.indexOf(callback), 1);
      },
    },
  );
  await picker.load();
  waiting.shift()?.();
  picker.choose({ filter: 'owner' });
  await new Promise((resolve) => setImmediate(resolve));
  expect([picker.listing.value.kind, picker.preview.value?.status]).toEqual(['failed', 'ok']);
  picker.choose({ measure: 'measure:totalDeals' });
  expect(picker.preview.value).toBeNull();
  picker.stop();
});
