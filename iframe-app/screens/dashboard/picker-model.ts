import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import type { CatalogReply, CatalogSource, DimensionValuesReply } from '../../../contract/catalog.ts';
import type { TimeBucket, ValueFormat } from '../../../contract/charts.ts';
import type { WidgetConfig, WidgetPreview } from '../../../contract/dashboard.ts';
import { stepFor } from '../../../contract/dashboard-filter.ts';
import { type Range, toRangeFields } from '../../../contract/periods.ts';
import { ApiError } from '../../api.ts';
import type { Timers } from '../../poller.ts';
import { run, type Task } from '../task.ts';
import type { WidgetApi } from './widget-api.ts';
import { type ChartKind, kindsOf, limitTo } from './widget-choices.ts';

/** What the person has chosen. Whatever no longer goes together falls back to the first that does. */
export interface Choice {
  source: string;
  /** `measure:wonDeals`, or `average:value` for a number that is added up. */
  measure: string;
  /** `number`, `time`, or the name of a dimension. */
  by: string;
  step: TimeBucket;
  /** '' for none. */
  groupBy: string;
  /** '' for all. */
  pipeline: string;
  /** Name of the dimension that narrows the records; '' for none. */
  filter: string;
  /** One of its values; null while the person has chosen none: then it is the first. */
  filterValue: string | null;
  range: Range;
  kind: ChartKind | '';
  size: 'small' | 'medium' | 'large';
  /** '' while the person has written none: then it is what is counted. */
  title: string;
}

interface Option {
  value: string;
  label: string;
}

/** A choice that holds, with all there is to choose from. */
export interface Picked {
  choice: Choice;
  sources: Option[];
  measures: Option[];
  dimensions: Option[];
  steps: TimeBucket[];
  groups: Option[];
  pipelines: Option[];
  filters: Option[];
  /** null: not known yet. */
  filterValues: DimensionValuesReply | null;
  kinds: ChartKind[];
  /** Parts of a sentence: "Deals", "Deals won", "by responsible". */
  words: { source: string; measure: string; by: string | null; group: string | null; filter: string | null };
  config: WidgetConfig;
}

export interface PickerModel {
  loading: ReadonlySignal<Task>;
  picked: ReadonlySignal<Picked | null>;
  preview: ReadonlySignal<WidgetPreview | null>;
  previewing: ReadonlySignal<Task>;
  /** How the values of the chosen filter are got. */
  listing: ReadonlySignal<Task>;
  load(): Promise<void>;
  /** Asks for the values of the chosen filter again. */
  listValues(): Promise<void>;
  choose(change: Partial<Choice>): void;
  /** Ends asking for previews. */
  stop(): void;
}

/** What the picker says of itself, for names of widgets. */
export interface PickerWords {
  by: (name: string) => string;
  overTime: string;
  aggregation: (label: string, number: string) => string;
}

const FIRST: Choice = {
  source: 'deals',
  measure: 'measure:wonDeals',
  by: 'owner',
  step: 'week',
  groupBy: '',
  pipeline: '',
  filter: '',
  filterValue: null,
  range: 90,
  kind: '',
  size: 'medium',
  title: '',
};
/** Nobody wants an answer to every key of a walk through a list. */
const QUIET_MS = 250;
/** Beyond so many bars a chart is a list. */
const MOST_BARS = 15;
const MAX_TITLE = 120;

export function createPicker(
  api: Pick<WidgetApi, 'readCatalog' | 'readValues' | 'preview'>,
  words: PickerWords,
  timers: Timers,
): PickerModel {
  const catalog = signal<CatalogReply | null>(null);
  const choice = signal(FIRST);
  const loading = signal<Task>({ kind: 'idle' });
  const preview = signal<WidgetPreview | null>(null);
  const previewing = signal<Task>({ kind: 'idle' });
  const listing = signal<Task>({ kind: 'idle' });
  /** By data source and dimension: `deals owner`. */
  const values = signal<ReadonlyMap<string, DimensionValuesReply>>(new Map());
  const picked = computed(() => catalog.value && pick(catalog.value, choice.value, words, values.value));
  /** What is counted; a name or a size changes nothing about it. */
  const question = computed(
    () => picked.value && isWhole(picked.value) && JSON.stringify({ ...picked.value.config, title: '?', size: 'medium' }),
  );
  let leaving = new AbortController();

  async function ask(config: WidgetConfig, signal: AbortSignal): Promise<void> {
    previewing.value = { kind: 'busy' };
    try {
      const shown = await api.preview(config, signal);
      preview.value = shown;
      previewing.value = { kind: 'idle' };
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      previewing.value = { kind: 'failed', error };
    }
  }

  /** The filter whose values are not known yet. */
  const missing = computed(() => {
    if (!picked.value || isWhole(picked.value)) return null;
    const { source, filter } = picked.value.choice;
    return valuesKey(source, filter);
  });

  async function listValues(): Promise<void> {
    const key = missing.peek();
    const asked = picked.peek()?.choice;
    if (key === null || !asked) return;
    // Somebody may have chosen another meanwhile.
    const say = (task: Task) => {
      if (missing.peek() === key) listing.value = task;
    };
    say({ kind: 'busy' });
    try {
      const reply = await api.readValues(asked.source, asked.filter);
      values.value = new Map(values.value).set(key, reply);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      say({ kind: 'failed', error });
    }
  }
  const stopListing = effect(() => {
    if (missing.value !== null) listValues();
  });

  const stopAsking = effect(() => {
    if (!question.value) return;
    leaving.abort();
    leaving = new AbortController();
    const { signal: left } = leaving;
    // The numbers on show are another question's.
    preview.value = null;
    const cancel = timers.after(QUIET_MS, () => {
      const config = picked.peek()?.config;
      if (config) ask(config, left);
    });
    return cancel;
  });

  return {
    loading,
    picked,
    preview,
    previewing,
    listing,
    listValues,
    async load() {
      await run(loading, async () => {
        catalog.value = await api.readCatalog();
      });
    },
    choose(change) {
      const { range } = change;
      // Weeks of this month would be four and a half.
      const step = typeof range === 'string' && { step: stepFor('day', range) };
      choice.value = { ...choice.value, ...step, ...change };
    },
    stop() {
      stopAsking();
      stopListing();
      leaving.abort();
    },
  };
}

/** All of time cut into days is too much to look at, and one day has but hours. */
function stepsOver(range: Range): TimeBucket[] {
  if (range === 1 || range === 'yesterday') return ['hour'];
  const longer: TimeBucket[] = ['week', 'month', 'quarter', 'year'];
  return range === null ? longer : ['day', ...longer];
}

/** Whether everything that was chosen is in the config: the values of a filter come later than its name. */
export function isWhole({ choice, filterValues }: Picked): boolean {
  return choice.filter === '' || filterValues !== null;
}

function valuesKey(source: string, dimension: string): string {
  return `${source} ${dimension}`;
}

/** What a choice means in a catalog. @param values of the dimensions that records were narrowed by, by data source and dimension */
export function pick(
  catalog: CatalogReply,
  wanted: Choice,
  words: PickerWords,
  values: ReadonlyMap<string, DimensionValuesReply>,
): Picked | null {
  const source = catalog.sources.find(({ name }) => name === wanted.source) ?? catalog.sources[0];
  if (!source) return null;
  const measures = measuresOf(source, catalog, words);
  const measure = measures.find(({ value }) => value === wanted.measure) ?? measures[0];
  if (!measure) return null;
  const dimensions = source.dimensions.filter(({ name }) => measure.dimensions.includes(name)).map(toOption);
  const by = ['number', 'time'].includes(wanted.by) || dimensions.some(({ value }) => value === wanted.by) ? wanted.by : 'number';
  const steps = stepsOver(wanted.range);
  const step = steps.find((one) => one === wanted.step) ?? stepFor('day', wanted.range);
  const groups = by === 'number' || !measure.isAdded ? [] : dimensions.filter(({ value }) => value !== by);
  const groupBy = groups.some(({ value }) => value === wanted.groupBy) ? wanted.groupBy : '';
  const pipelines = measure.hasPipeline ? catalog.pipelines.map(toOption) : [];
  const pipeline = pipelines.some(({ value }) => value === wanted.pipeline) ? wanted.pipeline : '';
  // A pipeline has a field of its own.
  const filters = dimensions.filter(({ value }) => value !== 'pipeline' || pipelines.length === 0);
  const filter = filters.find(({ value }) => value === wanted.filter) ?? null;
  const filterValues = (filter && values.get(valuesKey(source.name, filter.value))) ?? null;
  const only = filterValues?.values.find(({ value }) => value === wanted.filterValue) ?? filterValues?.values[0] ?? null;
  const byLabel = dimensions.find(({ value }) => value === by)?.label;
  const sentence = {
    source: source.label,
    measure: measure.label,
    by: by === 'number' ? null : by === 'time' ? words.overTime : words.by(byLabel ?? ''),
    group: groupBy === '' ? null : words.by(groups.find(({ value }) => value === groupBy)?.label ?? ''),
    filter: filter && only ? `${filter.label}: ${only.label}` : null,
  };
  const title = (
    wanted.title.trim() ||
    [sentence.measure, sentence.by, sentence.group, sentence.filter].filter((part) => part !== null).join(' · ')
  ).slice(0, MAX_TITLE);
  const asked = {
    title,
    dataSource: source.name,
    crmSource: 'all',
    aggregation: measure.aggregation,
    measure: measure.name,
    ...toRangeFields(wanted.range),
    filterField: filter && only ? filter.value : null,
    filterValue: filter && only ? only.value : null,
    pipeline: pipeline === '' ? null : pipeline,
  } as const;
  const chart = {
    ...asked,
    description: '',
    xField: by === 'time' ? null : by,
    yField: measure.field,
    groupBy: groupBy === '' ? null : groupBy,
    timeBucket: by === 'time' ? step : null,
    sortOrder: 'desc',
    size: wanted.size,
  } as const;
  const kinds = by === 'number' ? [] : kindsOf({ ...chart, chartId: '', chartType: 'bar', limit: null });
  const kind = kinds.find((one) => one === wanted.kind) ?? kinds[0];
  const config: WidgetConfig =
    kind === undefined
      ? {
          ...asked,
          chartType: 'kpi',
          metricField: measure.field,
          format: measure.format,
          comparisonPeriodDays: typeof wanted.range === 'number' ? wanted.range : null,
          size: 'small',
        }
      : { ...chart, chartType: kind, limit: by === 'time' ? null : limitOf(kind) };
  return {
    choice: {
      ...wanted,
      source: source.name,
      measure: measure.value,
      by,
      step,
      groupBy,
      pipeline,
      filter: filter?.value ?? '',
      filterValue: only?.value ?? null,
      kind: kind ?? '',
    },
    sources: catalog.sources.map(toOption),
    measures,
    dimensions,
    steps,
    groups,
    pipelines,
    filters,
    filterValues,
    kinds,
    words: sentence,
    config,
  };
}

/** Stages of a funnel are all of them, in their order. */
function limitOf(kind: ChartKind): number | null {
  if (kind === 'funnel') return null;
  return limitTo(kind, MOST_BARS);
}

interface MeasureOption extends Option {
  format: ValueFormat;
  aggregation: WidgetConfig['aggregation'];
  name: string | null;
  field: string | null;
  dimensions: readonly string[];
  hasPipeline: boolean;
  /** Parts of it add up, so that they can be drawn upon each other. */
  isAdded: boolean;
}

/** The named numbers first, then every field in every way it can be added up. */
function measuresOf(source: CatalogSource, catalog: CatalogReply, words: PickerWords): MeasureOption[] {
  const all = source.dimensions.map(({ name }) => name);
  const hasPipeline = all.includes('pipeline');
  return [
    ...source.measures.map(
      ({ name, label, format, ...more }): MeasureOption => ({
        ...more,
        value: `measure:${name}`,
        label,
        format,
        aggregation: 'count',
        name,
        field: null,
        isAdded: format === 'number' || format === 'currency',
      }),
    ),
    ...source.numbers.flatMap(({ name: field, label, format }) =>
      catalog.aggregations
        .filter(({ name }) => name !== 'count')
        .map(
          ({ name: aggregation, label: way }): MeasureOption => ({
            value: `${aggregation}:${field}`,
            label: words.aggregation(way, label),
            format,
            aggregation,
            name: null,
            field,
            dimensions: all,
            hasPipeline,
            isAdded: aggregation === 'sum',
          }),
        ),
    ),
  ];
}

function toOption({ name, label }: { name: string; label: string }): Option {
  return { value: name, label };
}
