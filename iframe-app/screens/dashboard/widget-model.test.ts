import { describe, expect, test } from 'vitest';
import type { TimeBucket } from '../../../contract/charts.ts';
import type { Widget } from '../../../contract/dashboard.ts';
import { NO_FILTER } from '../../../contract/dashboard-filter.ts';
import { ApiError } from '../../api.ts';
import { chartConfig, kpiConfig, sampleDashboard } from '../../testing/sample-replies.ts';
import { createArrange } from './arrange-model.ts';
import { createDashboard } from './dashboard-model.ts';
import type { WidgetApi } from './widget-api.ts';
import { fileName } from './widget-api.ts';
import { kindsOf } from './widget-choices.ts';
import { createWidgetModel, placeAt, rowOf } from './widget-model.ts';

const KPI: Widget = { id: 'kpi', isStandard: true, position: 0, config: kpiConfig() };
const own = (id: string, position: number, config: Widget['config'] = chartConfig({ title: id })): Widget => ({
  ...{ id, isStandard: false, position, config },
});
const START = [KPI, own('a', 1), own('n', 2, kpiConfig({ title: 'n' })), own('b', 3), own('c', 4)];

interface ServerOptions {
  /** What changes are refused with. */
  refuse?: ApiError | null;
  /** Why nothing is loaded. */
  loadFailure?: ApiError | undefined;
  /** What changes and loads wait for before they are answered, as things stood when they were asked. */
  changing?: Promise<void>;
  loading?: Promise<void>;
}

/** A model over a server that keeps the widgets, or refuses; the options hold from then on. */
async function setUp(options: ServerOptions = {}) {
  let stored = START;
  const calls: unknown[] = [];
  const find = (id: string) => stored.find((one) => one.id === id) ?? KPI;
  const remove = (id: string) => {
    stored = stored.filter((one) => one.id !== id).map((one, position) => ({ ...one, position }));
  };
  const act = async <T>(call: unknown[], work: () => T): Promise<T> => {
    const { refuse, changing } = options;
    calls.push(call);
    await changing;
    if (refuse) throw refuse;
    return work();
  };
  const api: WidgetApi = {
    create: (config, key) => act(['create', config.title, key], () => KPI),
    update: (id, patch) =>
      act(['update', id, patch], () => {
        const config = { ...find(id).config, ...patch.config, ...(patch.title && { title: patch.title }) };
        stored = stored.map((one) => (one.id === id ? ({ ...one, config } as Widget) : one));
        if (patch.position !== undefined) stored = placeAt(stored, id, patch.position);
        return find(id);
      }),
    remove: (id) => act(['remove', id], () => remove(id)),
    restore: (id) =>
      act(['restore', id], () => {
        stored = START;
        return find(id);
      }),
    ...{
      keepFilter: unused,
      listBin: unused,
      downloadNumbers: unused,
      drill: unused,
      downloadRecords: unused,
      readCatalog: unused,
      readValues: unused,
      preview: unused,
    },
  };
  const getDashboard = async () => {
    const reply = sampleDashboard({ widgets: stored, results: [] });
    await options.loading;
    if (options.loadFailure && calls.length > 0) throw options.loadFailure;
    return reply;
  };
  const dashboard = createDashboard({
    api: { getDashboard, saveSettings: unused },
    now: () => 0,
    filter: NO_FILTER,
    ownTimezone: null,
  });
  await dashboard.refresh();
  const model = createWidgetModel({ api, dashboard, newKey: () => 'key' });
  const shown = () => dashboard.reply.value?.widgets.toSorted((a, b) => a.position - b.position).map(({ id }) => id);
  const widget = (id: string) => dashboard.reply.value?.widgets.find((one) => one.id === id);
  return { model, dashboard, calls, shown, widget, remove };
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function unused(): Promise<never> {
  return Promise.reject(new Error('not to be called'));
}

describe('a change', () => {
  test('shows at once, before the server has answered', async () => {
    const { model, widget } = await setUp();
    const saving = model.rename(own('a', 1), 'New');
    expect(widget('a')?.config.title).toBe('New');
    expect(model.isSaving.value).toBe(true);
    expect(await saving).toBe(true);
    expect(widget('a')?.config.title).toBe('New');
    expect(model.isSaving.value).toBe(false);
  });

  test('is taken back where the server refuses it, and says why', async () => {
    const { model, shown } = await setUp({ refuse: new ApiError('refused', { code: 'internal' }) });
    const before = shown();
    expect(await model.remove(own('b', 3))).toBe(false);
    expect(shown()).toEqual(before);
    expect(model.toast.value).toMatchObject({ kind: 'failed', error: { code: 'internal' } });
  });

  test('that is refused has the dashboard loaded as others have made it', async () => {
    const options: ServerOptions = {};
    const { model, shown, remove } = await setUp(options);
    remove('c');
    options.refuse = new ApiError('refused', { code: 'not_found' });
    expect(await model.rename(own('c', 4), 'New')).toBe(false);
    expect(shown()).toEqual(['kpi', 'a', 'n', 'b']);
  });

  test('stays on show whatever is loaded before the server has made it', async () => {
    const changing = Promise.withResolvers<void>();
    const { model, dashboard, shown } = await setUp({ changing: changing.promise });
    const removing = model.remove(own('b', 3));
    await dashboard.refresh();
    expect(shown()).toEqual(['kpi', 'a', 'n', 'c']);
    changing.resolve();
    await removing;
    expect(shown()).toEqual(['kpi', 'a', 'n', 'c']);
  });

  test('stays on show where it is stored and the dashboard cannot be loaded', async () => {
    const { model, shown, widget } = await setUp({ loadFailure: new ApiError('network') });
    expect(await model.remove(own('b', 3))).toBe(true);
    await model.resize(own('a', 1), 'large');
    expect(shown()).toEqual(['kpi', 'a', 'n', 'c']);
    expect(widget('a')?.config.size).toBe('large');
  });

  test('that removes a card closes the places up at once: who moves another meanwhile names the place it then has', async () => {
    const { model, widget, calls, shown } = await setUp();
    const removing = model.remove(own('a', 1));
    const [b, c] = [widget('b'), widget('c')];
    if (!b || !c) throw new Error('They are gone.');
    await Promise.all([removing, model.moveTo(c, b.position)]);
    expect(calls).toEqual([
      ['remove', 'a'],
      ['update', 'c', { position: 2 }],
    ]);
    expect(shown()).toEqual(['kpi', 'n', 'c', 'b']);
  });

  test('that is refused takes no other with it', async () => {
    const changing = Promise.withResolvers<void>();
    const options: ServerOptions = { changing: changing.promise };
    const { model, widget, calls } = await setUp(options);
    const renaming = model.rename(own('a', 1), 'New');
    const removing = model.remove(own('b', 3));
    await settle();
    expect(calls).toEqual([['update', 'a', { title: 'New' }]]);
    Object.assign(options, { changing: undefined, refuse: new ApiError('network'), loadFailure: new ApiError('network') });
    changing.resolve();
    expect(await removing).toBe(false);
    expect(await renaming).toBe(true);
    expect(widget('a')?.config.title).toBe('New');
    expect(widget('b')).toBeDefined();
    options.refuse = null;
    expect(await model.rename(own('c', 4), 'Next')).toBe(true);
  });

  test('of a widget keeps what was changed of it a moment before, also where that has not been loaded', async () => {
    const changing = Promise.withResolvers<void>();
    const options: ServerOptions = { changing: changing.promise };
    const { model, dashboard, widget } = await setUp(options);
    const config = chartConfig({ title: 'a', timeRangeDays: 30 });
    const counting = model.setRange(own('a', 1, config), 7);
    const drawing = model.redraw(own('a', 1, config), 'donut');
    changing.resolve();
    expect(await Promise.all([counting, drawing])).toEqual([true, true]);
    expect(widget('a')?.config).toMatchObject({ timeRangeDays: 7, chartType: 'donut' });
    options.loadFailure = new ApiError('network');
    await model.setRange(own('a', 1, widget('a')?.config), 90);
    await model.redraw(own('a', 1, widget('a')?.config), 'pie');
    options.loadFailure = undefined;
    await dashboard.refresh();
    expect(widget('a')?.config).toMatchObject({ timeRangeDays: 90, chartType: 'pie' });
  });

  test('is under way until the dashboard is there with it: nothing is added or brought back twice', async () => {
    const loading = Promise.withResolvers<void>();
    const options: ServerOptions = {};
    const { model, calls } = await setUp(options);
    options.loading = loading.promise;
    const adding = model.copy(KPI);
    await settle();
    expect(calls).toHaveLength(1);
    expect(model.isSaving.value).toBe(true);
    loading.resolve();
    await adding;
    expect(model.isSaving.value).toBe(false);
  });

  test('that removes what is gone already is done', async () => {
    const { model } = await setUp({ refuse: new ApiError('refused', { code: 'not_found' }) });
    expect(await model.remove(own('b', 3))).toBe(true);
  });

  test('of what is counted shows when its numbers are there', async () => {
    const { model, widget, calls } = await setUp();
    const saving = model.setRange(own('a', 1), 90);
    expect(widget('a')?.config.timeRangeDays).toBe(30);
    await saving;
    expect(widget('a')?.config.timeRangeDays).toBe(90);
    expect(calls[0]).toMatchObject(['update', 'a', { config: { timeRangeDays: 90 } }]);
  });

  test('of the days of a KPI that is compared moves the days it is compared with', async () => {
    const { model, calls } = await setUp();
    const compared = own('n', 2, kpiConfig({ timeRangeDays: 30, comparisonPeriodDays: 30 }));
    await model.setRange(compared, 7);
    await model.setRange(compared, null);
    await model.setComparison(own('n', 2, kpiConfig({ timeRangeDays: 7, comparisonPeriodDays: null })), true);
    await model.setComparison(compared, false);
    expect(calls.map((call) => Object(call)[2].config.comparisonPeriodDays)).toEqual([7, null, 7, null]);
  });

  test('of the days of a chart takes a step that is not too many, and leaves no text that speaks of the old days', async () => {
    const { model, calls } = await setUp();
    const daily = own('a', 1, chartConfig({ xField: null, timeBucket: 'day', timeRangeDays: 30, description: 'Last 30 days' }));
    await model.setRange(daily, null);
    await model.setRange(daily, 90);
    expect(calls.map((call) => Object(call)[2].config)).toMatchObject([
      { timeRangeDays: null, timeBucket: 'month', description: '' },
      { timeRangeDays: 90, timeBucket: 'day', description: '' },
    ]);
  });

  test('to few days and back leaves a chart of months one of months, and what a person has cut in their own way theirs', async () => {
    const { model, calls } = await setUp();
    const over = (timeRangeDays: number, timeBucket: TimeBucket) =>
      own('a', 1, chartConfig({ xField: null, timeBucket, timeRangeDays }));
    await model.setRange(over(365, 'month'), 30);
    await model.setRange(over(30, 'day'), 365);
    await model.setRange(over(365, 'week'), 90);
    await model.setRange(over(365, 'day'), 90);
    expect(calls.map((call) => Object(call)[2].config.timeBucket)).toEqual(['day', 'month', 'week', 'day']);
  });

  test('to a calendar period compares a KPI by itself, and takes a chart’s steps from it', async () => {
    const { model, calls } = await setUp();
    const number = own('n', 2, kpiConfig({ timeRangeDays: 30, comparisonPeriodDays: 30 }));
    await model.setRange(number, 'thisMonth');
    await model.setRange(own('n', 2, kpiConfig({ timeRangeDays: null, period: 'thisMonth', comparisonPeriodDays: null })), 7);
    await model.setRange(own('a', 1, chartConfig({ xField: null, timeBucket: 'week', timeRangeDays: 90 })), 'lastMonth');
    expect(calls.map((call) => Object(call)[2].config)).toMatchObject([
      { timeRangeDays: null, period: 'thisMonth', comparisonPeriodDays: null },
      { timeRangeDays: 7, period: null, comparisonPeriodDays: 7 },
      { timeRangeDays: null, period: 'lastMonth', timeBucket: 'day', description: '' },
    ]);
  });

  test('of the kind of a chart leaves no more slices than there are colours, and of bars what there was', async () => {
    const { model, calls } = await setUp();
    const limits = [10, null, 5].map((limit) => own('a', 1, chartConfig({ limit })));
    for (const widget of limits) await model.redraw(widget, 'donut');
    for (const widget of limits) await model.redraw(widget, 'bar');
    expect(calls.map((call) => Object(call)[2].config.limit)).toEqual([7, 7, 5, 10, null, 5]);
  });

  test('a copy and a new widget have a key, so that the server makes one however often it is asked', async () => {
    const { model, calls } = await setUp();
    await model.copy(KPI);
    expect(calls).toEqual([['create', 'Total leads', 'key']]);
    expect(model.toast.value?.kind).toBe('added');
  });

  test('removing is undone', async () => {
    const { model, shown } = await setUp();
    await model.remove(own('b', 3));
    expect(shown()).toEqual(['kpi', 'a', 'n', 'c']);
    const toast = model.toast.value;
    if (toast?.kind !== 'removed') throw new Error('no way back');
    await toast.undo();
    expect(shown()).toEqual(['kpi', 'a', 'n', 'b', 'c']);
    expect(model.toast.value?.kind).toBe('restored');
  });
});

describe('arranging', () => {
  const arrangeOver = async (options: ServerOptions = {}) => {
    const rig = await setUp(options);
    return { ...rig, arrange: createArrange(rig.dashboard, rig.model) };
  };

  test('moves among its own kind, and past the others on the whole dashboard', async () => {
    const { arrange, shown, calls } = await arrangeOver();
    arrange.lift('a');
    expect(arrange.announcement.value).toEqual({ kind: 'lifted', title: 'a', place: 1, count: 3 });
    arrange.moveBy(1);
    expect(shown()).toEqual(['kpi', 'n', 'b', 'a', 'c']);
    expect(calls).toEqual([]);
    await arrange.drop();
    expect(calls).toEqual([['update', 'a', { position: 3 }]]);
    expect(shown()).toEqual(['kpi', 'n', 'b', 'a', 'c']);
    expect(arrange.announcement.value).toEqual({ kind: 'dropped', title: 'a', place: 2, count: 3 });
  });

  test('lifts nothing standard, and over another kind nothing moves', async () => {
    const { arrange, shown } = await arrangeOver();
    const before = shown();
    arrange.lift('kpi');
    expect(arrange.lifted.value).toBeNull();
    arrange.lift('a');
    arrange.moveOver('n');
    arrange.moveBy(-1);
    arrange.moveBy(7);
    expect(shown()).toEqual(before);
  });

  test('put down where it was asks nothing of the server; cancelled it is where it was', async () => {
    const { arrange, shown, calls } = await arrangeOver();
    const before = shown();
    arrange.lift('a');
    arrange.moveBy(1);
    arrange.moveBy(-1);
    await arrange.drop();
    arrange.lift('c');
    arrange.moveOver('a');
    expect(shown()).not.toEqual(before);
    arrange.cancel();
    expect(shown()).toEqual(before);
    expect(calls).toEqual([]);
  });

  test('that the server refuses is taken back to before it was lifted', async () => {
    const { arrange, shown, model } = await arrangeOver({ refuse: new ApiError('network') });
    const before = shown();
    arrange.lift('a');
    arrange.moveOver('c');
    await arrange.drop();
    expect(shown()).toEqual(before);
    expect(model.toast.value).toMatchObject({ kind: 'failed', error: { kind: 'network' } });
  });

  test('a card stays where it is held, whatever is loaded meanwhile', async () => {
    const { arrange, dashboard, shown, calls } = await arrangeOver();
    arrange.lift('a');
    arrange.moveBy(1);
    await dashboard.refresh();
    expect(shown()).toEqual(['kpi', 'n', 'b', 'a', 'c']);
    arrange.moveBy(1);
    await arrange.drop();
    expect(calls).toEqual([['update', 'a', { position: 4 }]]);
    expect(shown()).toEqual(['kpi', 'n', 'b', 'c', 'a']);
  });

  test('a card that somebody else removes meanwhile is lifted no more, and others can be', async () => {
    const { arrange, model, shown } = await arrangeOver();
    arrange.lift('a');
    arrange.moveBy(1);
    await model.remove(own('a', 1));
    expect(arrange.lifted.value).toBeNull();
    arrange.lift('c');
    arrange.moveBy(-1);
    expect(shown()).toEqual(['kpi', 'n', 'c', 'b']);
  });

  test('that ends puts down what is lifted', async () => {
    const { arrange, calls } = await arrangeOver();
    arrange.toggle();
    arrange.lift('a');
    arrange.moveBy(1);
    arrange.toggle();
    expect([arrange.isOn.value, arrange.lifted.value]).toEqual([false, null]);
    await settle();
    expect(calls).toEqual([['update', 'a', { position: 3 }]]);
  });

  test('a size that was tried is stored once, and taken back where the server refuses it', async () => {
    const network = new ApiError('network');
    const { arrange, widget, calls } = await arrangeOver({ refuse: network, loadFailure: network });
    arrange.trySize('b', 'large');
    arrange.trySize('b', 'medium');
    await arrange.setSize('b', 'medium');
    expect(calls).toEqual([]);
    arrange.trySize('b', 'large');
    expect(widget('b')?.config.size).toBe('large');
    await arrange.setSize('b', 'large');
    expect(calls).toEqual([['update', 'b', { size: 'large' }]]);
    expect(widget('b')?.config.size).toBe('medium');
    arrange.trySize('b', 'small');
    arrange.trySize('b', null);
    expect(widget('b')?.config.size).toBe('medium');
  });
});

test('the row of a widget is the tenant’s own of its kind', () => {
  expect(rowOf(own('b', 3), START).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  expect(rowOf(own('n', 2, kpiConfig()), START).map(({ id }) => id)).toEqual(['n']);
});

test('a chart can be drawn in the ways its numbers allow', () => {
  const time = { timeBucket: 'day', xField: null, chartType: 'line' } as const;
  expect(kindsOf(chartConfig(time), true)).toEqual(['line', 'area', 'bar']);
  expect(kindsOf(chartConfig({ ...time, groupBy: 'owner' }), true)).toEqual(['line', 'area', 'stackedBar', 'bar']);
  expect(kindsOf(chartConfig(), true)).toEqual(['bar', 'donut', 'pie', 'funnel']);
  expect(kindsOf(chartConfig({ groupBy: 'owner' }), true)).toEqual(['stackedBar', 'bar']);
});

test('averages and rates are drawn neither as parts nor one upon the other, but as they are', () => {
  expect(kindsOf(chartConfig({ measure: 'averageDeal' }), false)).toEqual(['bar']);
  expect(kindsOf(chartConfig({ measure: 'averageDeal', groupBy: 'owner' }), false)).toEqual(['bar']);
  expect(kindsOf(chartConfig({ measure: 'averageDeal', chartType: 'donut' }), false)).toEqual(['bar', 'donut']);
  expect(kindsOf(chartConfig({ measure: 'stageReached', chartType: 'funnel' }), true)).toEqual(['bar', 'funnel']);
});

test.each([
  [`attachment; filename="Leads.csv"; filename*=UTF-8''%D0%9B%D0%B8%D0%B4%D1%8B.csv`, 'Лиды.csv'],
  ['attachment; filename="Leads.csv"', 'Leads.csv'],
  [`attachment; filename="Leads.csv"; filename*=UTF-8''%E0%A4%A`, 'Leads.csv'],
  [null, 'leadrelay.csv'],
])('a file that comes with %s is called %s', (disposition, expected) => {
  expect(fileName(disposition)).toBe(expected);
});
