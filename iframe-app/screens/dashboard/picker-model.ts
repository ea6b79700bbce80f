import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import type {
  CatalogDimension,
  CatalogMeasure,
  CatalogReply,
  CatalogSource,
  DimensionValuesReply,
} from '../../../contract/catalog.ts';
import type { TimeBucket, ValueFormat } from '../../../contract/charts.ts';
import type { WidgetConfig, WidgetPreview } from '../../../contract/dashboard.ts';
import { stepFor } from '../../../contract/dashboard-filter.ts';
import { type Range, toRangeFields } from '../../../contract/periods.ts';
import { ApiError } from '../../api.ts';
import type { Timers } from '../../poller.ts';
import { run, type Task } from '../task.ts';
import type { WidgetApi } from './widget-api.ts';
import { type ChartKind, hasTime, kindsOf, limitTo } from './widget-choices.ts';

/** What the person has chosen. Whatever no longer goes together falls back to the first that does. */
export interface Choice {
  source: string;
  /** `measure:wonDeals`, or `number:value` for a number of the records, of which `way` makes one. */
  measure: string;
  way: WidgetConfig['aggregation'];
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

/** What can be counted, by what it tells; `number` are the records' own numbers, last. */
interface MeasureGroup {
  kind: CatalogMeasure['kind'] | 'number';
  options: Option[];
}

/** What records can be told apart by: fields first, then the CRM's own ones, then weekdays and hours. */
export interface DimensionGroup {
  kind: CatalogDimension['kind'];
  options: Option[];
}

/** A choice that holds, with all there is to choose from. */
export interface Picked {
  choice: Choice;
  sources: Option[];
  measures: MeasureGroup[];
  /** In which ways one number is made of many; empty for those that are one. */
  ways: Option[];
  dimensions: DimensionGroup[];
  /** Records of people have no time: they are counted as they are, over no days. */
  hasTime: boolean;
  steps: TimeBucket[];
  groups: DimensionGroup[];
  pipelines: Option[];
  filters: DimensionGroup[];
  filterLabel: string;
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
  /** "by week". */
  byStep: (step: TimeBucket) => string;
  aggregation: (number: string, way: string) => string;
  /** What is counted, and by what, as one would write it over a chart. */
  title: (measure: string, by: string) => string;
}

const FIRST: Choice = {
  source: 'deals',
  measure: 'measure:wonDeals',
  way: 'sum',
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
  const question = computed(() => picked.value && JSON.stringify({ ...picked.value.config, title: '?', size: 'medium' }));
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
      // Weeks of this month would be four and a half, and those of seven days two parts of one.
      const step = range !== undefined && { step: stepFor(typeof range === 'string' ? 'day' : choice.value.step, range) };
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
  const measures = measuresOf(source);
  const chosen = measures.flatMap(({ options }) => options);
  const { value: measureValue = '' } = chosen.find(({ value }) => value === wanted.measure) ?? chosen[0] ?? {};
  const ways = measureValue.startsWith(NUMBER) ? catalog.aggregations.filter(({ name }) => name !== 'count') : [];
  const way = ways.find(({ name }) => name === wanted.way) ?? ways[0] ?? null;
  const measure = measureOf(measureValue, way, source, words);
  if (!measure) return null;
  const dimensions = source.dimensions.filter(({ name }) => measure.dimensions.includes(name));
  const axis = dimensions.find(({ name }) => name === wanted.by) ?? null;
  const isTimed = hasTime({ dataSource: source.name });
  const range = isTimed ? wanted.range : null;
  const by = axis || (isTimed && wanted.by === 'time') ? wanted.by : 'number';
  const steps = stepsOver(range);
  const step = steps.find((one) => one === wanted.step) ?? stepFor('day', range);
  const groups = by === 'number' || !measure.isAdded ? [] : dimensions.filter(({ name }) => name !== by);
  const group = groups.find(({ name }) => name === wanted.groupBy) ?? null;
  const pipelines = measure.hasPipeline ? catalog.pipelines.map(toOption) : [];
  const pipeline = pipelines.some(({ value }) => value === wanted.pipeline) ? wanted.pipeline : '';
  // A pipeline has a field of its own.
  const filters = dimensions.filter(({ name }) => name !== 'pipeline' || pipelines.length === 0);
  const filter = filters.find(({ name }) => name === wanted.filter) ?? null;
  const filterValues = (filter && values.get(valuesKey(source.name, filter.name))) ?? null;
  const only = filterValues?.values.find(({ value }) => value === wanted.filterValue) ?? filterValues?.values[0] ?? null;
  const sentence = {
    source: source.label,
    measure: measure.label,
    by: by === 'time' ? words.byStep(step) : (axis?.by ?? null),
    group: group?.by ?? null,
    filter: filter && only ? `${filter.label}: ${only.label}` : null,
  };
  const title = (wanted.title.trim() || titleOf(sentence, measure, words)).slice(0, MAX_TITLE);
  const asked = {
    title,
    dataSource: source.name,
    crmSource: 'all',
    aggregation: measure.aggregation,
    measure: measure.name,
    ...toRangeFields(range),
    filterField: filter && only ? filter.name : null,
    filterValue: filter && only ? only.value : null,
    pipeline: pipeline === '' ? null : pipeline,
  } as const;
  const chart = {
    ...asked,
    description: '',
    xField: by === 'time' ? null : by,
    yField: measure.field,
    groupBy: group?.name ?? null,
    timeBucket: by === 'time' ? step : null,
    sortOrder: 'desc',
    size: wanted.size,
  } as const;
  const kinds = by === 'number' ? [] : kindsOf({ ...chart, chartType: 'bar' }, measure.isAdded);
  const kind = kinds.find((one) => one === wanted.kind) ?? kinds[0];
  const config: WidgetConfig =
    kind === undefined
      ? {
          ...asked,
          chartType: 'kpi',
          metricField: measure.field,
          format: measure.format,
          comparisonPeriodDays: typeof range === 'number' ? range : null,
          size: 'small',
        }
      : { ...chart, chartType: kind, limit: by === 'time' ? null : limitOf(kind) };
  return {
    choice: {
      ...wanted,
      source: source.name,
      measure: measureValue,
      way: way?.name ?? wanted.way,
      by,
      step,
      range,
      groupBy: group?.name ?? '',
      pipeline,
      filter: filter?.name ?? '',
      filterValue: only?.value ?? null,
      kind: kind ?? '',
    },
    sources: catalog.sources.map(toOption),
    measures,
    ways: ways.map(toOption),
    dimensions: inGroups(dimensions),
    hasTime: isTimed,
    steps,
    groups: inGroups(groups),
    pipelines,
    filters: inGroups(filters),
    filterLabel: filter?.label ?? '',
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

/** "Won deals by stage, by source · Responsible: Ann", "Deal amount by stage: average". */
function titleOf({ by, group, filter }: Picked['words'], { counted: what, way }: ChosenMeasure, words: PickerWords): string {
  const cut = by === null ? what : words.title(what, group === null ? by : `${by}, ${group}`);
  const counted = way === null ? cut : words.aggregation(cut, way);
  return filter === null ? counted : `${counted} · ${filter}`;
}

const NUMBER = 'number:';
const MEASURE_KINDS = ['count', 'money', 'share', 'time'] as const;
const DIMENSION_KINDS = ['field', 'custom', 'clock'] as const;

/** The named numbers by what they tell, then those that records have. */
function measuresOf({ measures, numbers }: CatalogSource): MeasureGroup[] {
  const named = MEASURE_KINDS.map((kind) => ({
    kind,
    options: measures.filter((one) => one.kind === kind).map(({ name, label }) => ({ value: `measure:${name}`, label })),
  }));
  const own = { kind: 'number' as const, options: numbers.map(({ name, label }) => ({ value: `${NUMBER}${name}`, label })) };
  return [...named, own].filter(({ options }) => options.length > 0);
}

function inGroups(dimensions: readonly CatalogDimension[]): DimensionGroup[] {
  return DIMENSION_KINDS.map((kind) => ({
    kind,
    options: dimensions.filter((one) => one.kind === kind).map(toOption),
  })).filter(({ options }) => options.length > 0);
}

interface ChosenMeasure {
  label: string;
  /** The same without the way in which it is one of many; `way` is that. */
  counted: string;
  way: string | null;
  format: ValueFormat;
  aggregation: WidgetConfig['aggregation'];
  name: string | null;
  field: string | null;
  dimensions: readonly string[];
  hasPipeline: boolean;
  /** Parts of it add up, so that they can be drawn upon each other. */
  isAdded: boolean;
}

function measureOf(
  value: string,
  way: CatalogReply['aggregations'][number] | null,
  { dimensions, measures, numbers }: CatalogSource,
  words: PickerWords,
): ChosenMeasure | null {
  const named = measures.find(({ name }) => value === `measure:${name}`);
  if (named) return { ...named, counted: named.label, way: null, aggregation: 'count', field: null };
  const number = numbers.find(({ name }) => value === `${NUMBER}${name}`);
  if (!number || !way) return null;
  const all = dimensions.map(({ name }) => name);
  return {
    label: words.aggregation(number.label, way.label),
    counted: number.label,
    way: way.label,
    format: number.format,
    aggregation: way.name,
    name: null,
    field: number.name,
    dimensions: all,
    hasPipeline: all.includes('pipeline'),
    isAdded: way.name === 'sum',
  };
}

function toOption({ name, label }: { name: string; label: string }): Option {
  return { value: name, label };
}
