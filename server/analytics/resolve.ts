import type { Decimal } from 'decimal.js';
import type { ChartConfig, KpiConfig, Unconverted, ValueFormat } from '../../contract/charts.ts';
import type { CrmMode, CrmSource } from '../../contract/crm.ts';
import { PERIODS, type RangeFields } from '../../contract/periods.ts';
import { AppError } from '../platform/errors.ts';
import {
  CATALOG,
  COUNTABLES,
  type Countable,
  type Dimension,
  type EntityCatalog,
  findMeasure,
  isOfClock,
  type Measure,
  NO_TIME,
  type PlainMeasure,
  sourceOf,
  TRAITS,
  type Trait,
} from './catalog.ts';
import { type NameScope, NO_CLOCK, onDimension, onlyCrm, refuse } from './condition.ts';
import type { BoundTrait, Condition, Term } from './cube.ts';
import { countValues, findCustomFields, findStageOdds, Money } from './dictionaries.ts';
import type { Locale } from './labels.ts';
import { addTally, createTally, finishTally, type MoneyContext, type Tally } from './tally.ts';
import { type Bucket, calendarWindows, lastDays, type TimeWindow } from './time-range.ts';

export { refuse };

/** What a question is answered against, besides the records. */
export interface AnalyticsContext extends NameScope {
  displayCurrency: string;
  locale: Locale;
  mode: CrmMode;
  /** The CRMs that are connected, in the order of their names. */
  crmSources: readonly CrmSource[];
}

/** The part of a ChartConfig or KpiConfig that says what number is meant. */
interface Question
  extends Pick<
    ChartConfig | KpiConfig,
    'dataSource' | 'crmSource' | 'aggregation' | 'measure' | 'filterField' | 'filterValue' | 'pipeline'
  > {
  /** `yField` or `metricField`. */
  field: string | null;
}

/** Where and along what the number is asked for. */
interface Axes {
  window: TimeWindow | null;
  buckets: readonly Bucket[] | null;
  /** Name of the time that window and buckets look at; null: the measure's own. */
  time: string | null;
  /** Names of the dimensions, in the order in which groups are to have them. */
  dimensions: readonly string[];
}

/** A question with every name resolved. */
export interface Resolved {
  measure: Measure;
  format: ValueFormat;
  /** One a plain measure; numerator and denominator of a ratio. */
  terms: readonly Term[];
}

/** The spans of time a question looks at. */
export interface Windows {
  /** null: all time. */
  current: TimeWindow | null;
  /** null: it is not compared. */
  previous: TimeWindow | null;
}

/** Where a config looks, with what a calendar period is compared with. @throws AppError `invalid_combination` */
export function windowsOf({ timeRangeDays, period }: RangeFields, { now, timezone }: AnalyticsContext): Windows {
  if (period === null) return { current: timeRangeDays === null ? null : lastDays(timeRangeDays, now, timezone), previous: null };
  if (timeRangeDays !== null) throw refuse('Either timeRangeDays or a period says which time is meant, not both');
  return calendarWindows(PERIODS[period], now, timezone);
}

/** Begins the names of the CRM's own fields. */
export const CUSTOM = 'custom:';

/**
 * Names of a question -> columns. Says with one error what is not known or does not go together.
 * @param scope whoever has an AnalyticsContext passes it; without it custom fields, filters by department or the
 *   clock, and measures that depend on the moment are refused
 */
export function resolveQuestion(question: Question, axes: Axes, mode: CrmMode, scope?: NameScope): Resolved {
  const measure = resolveMeasure(question, mode);
  const parts = measure.kind === 'ratio' ? [measure.numerator, measure.denominator] : [measure];
  // A name has to be one of the data source's, even where the measure looks at other tables, which have to know it too.
  for (const name of axes.dimensions) findDimension(question.dataSource, name, scope);
  if (question.filterField !== null) findDimension(question.dataSource, question.filterField, scope);
  return { measure, format: formatOf(measure), terms: parts.map((part) => resolveTerm(part, question, axes, scope)) };
}

/**
 * The dimension of that name; `custom:<code>` is a custom field of the CRM.
 * @throws AppError `unknown_field_name`; `invalid_combination` for a custom field that holds several values at once
 */
export function findDimension(entity: Countable, name: string, scope?: NameScope): Dimension {
  if (name.startsWith(CUSTOM) && scope) {
    const code = name.slice(CUSTOM.length);
    const source = sourceOf(entity);
    const [field, ...others] = findCustomFields(scope.dictionaries, source, code);
    if (!field) throw unknownName(`${entity} have no dimension`, name);
    // A record would count under each of its values, and nothing would add up any more.
    if (field.isMultiple || others.some(({ isMultiple }) => isMultiple)) throw refuse('This custom field holds several values');
    const labels = field.isBoolean ? 'customBoolean' : 'customList';
    return { columns: [name], expression: { kind: 'custom', entity: source, code }, labels };
  }
  return lookUp(COUNTABLES[entity].dimensions, name, `${entity} have no dimension`);
}

/** Whether a name is a time of the entity rather than a dimension. */
export function isTime(entity: Countable, name: string): boolean {
  return COUNTABLES[entity].times.has(name);
}

function resolveMeasure(question: Question, mode: CrmMode): Measure {
  const entity = CATALOG[question.dataSource];
  if (question.measure !== null) {
    const measure = entity.measures.has(question.measure) ? findMeasure(question.measure, mode) : undefined;
    if (!measure) throw unknownName(`${question.dataSource} have no measure`, question.measure);
    return measure;
  }
  const { aggregation, field } = question;
  if (aggregation === 'count') {
    if (field !== null) throw refuse('count counts records and takes no field');
  } else {
    if (field === null) throw refuse(`${aggregation} needs a field`);
    requireNumber(question.dataSource, entity, field, aggregation);
  }
  const rest = { outcome: null, time: entity.defaultTime, traits: [], isWeighted: false };
  return { kind: 'plain', entity: question.dataSource, aggregation, field, ...rest };
}

function requireNumber(dataSource: string, entity: EntityCatalog, field: string, aggregation: string): void {
  if (entity.numbers.has(field)) return;
  if (entity.dimensions.has(field) || entity.times.has(field))
    throw refuse(`${aggregation} needs a number, and ${field} is none`);
  throw unknownName(`${dataSource} have no field`, field);
}

function formatOf(measure: Measure): ValueFormat {
  if (measure.kind === 'ratio') return measure.format;
  if (measure.field === null) return 'number';
  return COUNTABLES[measure.entity].numbers.get(measure.field)?.format ?? 'number';
}

function resolveTerm(measure: PlainMeasure, question: Question, axes: Axes, scope: NameScope | undefined): Term {
  const entity = COUNTABLES[measure.entity];
  const timeColumn = timeColumnOf(measure, axes);
  const find = (name: string) => atTime(findDimension(measure.entity, name, scope), timeColumn);
  const field = measure.field === null ? null : lookUp(entity.numbers, measure.field, `${measure.entity} have no field`);
  const reliesOn = [
    ...measure.traits.map((trait) => TRAITS[trait].reliesOn),
    field?.reliesOn,
    measure.isWeighted ? ('stageHistory' as const) : undefined,
  ];
  return {
    entity: measure.entity,
    timeColumn,
    clock: scope ? { timezone: scope.timezone, workingWeek: scope.workingWeek } : NO_CLOCK,
    window: axes.window,
    buckets: axes.buckets,
    onlyCrm: onlyCrmOf(question, scope),
    byCrm: question.crmSource === 'all' && (scope?.crmSources.length ?? 0) > 1,
    conditions: resolveConditions(measure.entity, question, find, scope),
    dimensions: axes.dimensions.map(find),
    sizes: axes.dimensions.map((name) => countValues(find(name), scope?.dictionaries)),
    outcome: measure.outcome,
    traits: measure.traits.map((trait) => bindTrait(trait, scope)),
    extremes: measure.aggregation === 'min' || measure.aggregation === 'max',
    median: measure.aggregation === 'median',
    weigh: measure.isWeighted ? weighByStage(scope) : null,
    field,
    reliesOn: [...new Set(reliesOn.filter((one) => one !== undefined))],
  };
}

function timeColumnOf({ entity, time }: PlainMeasure, axes: Axes): string {
  const name = axes.time ?? time;
  if (name !== null) return lookUp(COUNTABLES[entity].times, name, `${entity} have no time`);
  if (axes.window) throw refuse(`${entity} have no time: ask for them without a range of days`);
  return NO_TIME;
}

function weighByStage(scope: NameScope | undefined): NonNullable<Term['weigh']> {
  if (!scope) throw refuse('This number depends on how the deals of the tenant end');
  return (crmSource, pipeline, stage) => findStageOdds(scope.dictionaries, crmSource, pipeline, stage);
}

function onlyCrmOf({ crmSource }: Question, scope: NameScope | undefined): CrmSource | null {
  if (crmSource !== 'all') return crmSource;
  const [only, another] = scope?.crmSources ?? [];
  return only && !another ? only : null;
}

/** What the clock says is of the time that counts, unless the dimension names one. */
function atTime(dimension: Dimension, timeColumn: string): Dimension {
  const { expression } = dimension;
  if (!isOfClock(expression)) return dimension;
  const column = expression.column ?? timeColumn;
  return { ...dimension, columns: [`${expression.kind}_${column}`], expression: { ...expression, column } };
}

function bindTrait(trait: Trait, scope: NameScope | undefined): BoundTrait {
  const { moment } = TRAITS[trait];
  if (!moment) return { trait, at: null };
  if (!scope) throw refuse('This number depends on the moment it is asked at');
  const { now, timezone } = scope;
  if ('minutesAgo' in moment) return { trait, at: new Date(startOfMinute(now) - moment.minutesAgo * MINUTE_MS) };
  return { trait, at: lastDays(moment.startOfLastDays, now, timezone).from };
}

const MINUTE_MS = 60_000;

/** Whole minutes, so that an answer stays right until the next one begins. */
function startOfMinute(now: Date): number {
  return Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS;
}

function resolveConditions(
  entity: Countable,
  question: Question,
  find: (name: string) => Dimension,
  scope: NameScope | undefined,
): Condition[] {
  const conditions: Condition[] = [];
  if (question.crmSource !== 'all') conditions.push(onlyCrm(question.crmSource));
  if (question.pipeline !== null) {
    const pipeline = COUNTABLES[entity].dimensions.get('pipeline');
    if (!pipeline) throw refuse(`${entity} have no pipelines`);
    conditions.push(onDimension(pipeline, question.pipeline, scope));
  }
  if (question.filterField !== null) {
    if (question.filterValue === null) throw refuse('A filter needs a value; an empty text means "not set"');
    conditions.push(onDimension(find(question.filterField), question.filterValue, scope));
  } else if (question.filterValue !== null) {
    throw refuse('A filter value needs a filter field');
  }
  return conditions;
}

function lookUp<Value>(names: ReadonlyMap<string, Value>, name: string, complaint: string): Value {
  const found = names.get(name);
  if (found === undefined) throw unknownName(complaint, name);
  return found;
}

function unknownName(complaint: string, name: string): AppError {
  return new AppError('unknown_field_name', `${complaint} "${name.slice(0, 64)}"`);
}

/** One tally for each term of a measure. */
export type Tallies = readonly Tally[];

export function emptyTallies(resolved: Resolved): Tallies {
  return resolved.terms.map(createTally);
}

export function addTallies(into: Tallies, from: Tallies): void {
  into.forEach((tally, index) => {
    const added = from[index];
    if (added) addTally(tally, added);
  });
}

/** A measure's number over tallies, unrounded, and what could not be converted into it. */
export interface Answer {
  value: Decimal | null;
  unconverted: Unconverted[];
  /** Records the number is about: of a ratio those it divides by. */
  rowCount: number;
}

export function answer(resolved: Resolved, [first, second]: Tallies, context: AnalyticsContext): Answer {
  const { measure } = resolved;
  const rows = first?.rows ?? 0;
  if (measure.kind === 'ratio') {
    const population = second?.rows ?? 0;
    const scale = measure.format === 'percentage' ? 100 : 1;
    return {
      value: population === 0 ? null : new Money(rows).times(scale).div(population),
      unconverted: [],
      rowCount: population,
    };
  }
  const money: MoneyContext | null =
    resolved.format === 'currency' ? { displayCurrency: context.displayCurrency, rates: context.dictionaries.rates } : null;
  const { value, unconverted } = finishTally(first ?? createTally(), measure.aggregation, money);
  // Without a single deal that has ended there is nothing to weigh by.
  if (measure.isWeighted && context.dictionaries.stageOdds.size === 0) return { value: null, unconverted: [], rowCount: rows };
  const divisor = resolved.terms[0]?.field?.divisor ?? 1;
  return { value: value?.div(divisor) ?? null, unconverted, rowCount: rows };
}
