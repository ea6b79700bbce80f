import type { Decimal } from 'decimal.js';
import type { ChartConfig, KpiConfig, Unconverted, ValueFormat } from '../../contract/charts.ts';
import type { CrmMode } from '../../contract/crm.ts';
import { AppError } from '../platform/errors.ts';
import { CATALOG, type Dimension, type EntityCatalog, findMeasure, type Measure, type PlainMeasure } from './catalog.ts';
import type { Condition, Term } from './cube.ts';
import { onlyCrm } from './cube.ts';
import { type Dictionaries, Money } from './dictionaries.ts';
import type { Locale } from './labels.ts';
import { addTally, createTally, finishTally, type MoneyContext, type Tally } from './tally.ts';
import type { Bucket, TimeWindow } from './time-range.ts';

/** What a question is answered against, besides the records. */
export interface AnalyticsContext {
  now: Date;
  /** IANA zone in which days begin. */
  timezone: string;
  displayCurrency: string;
  locale: Locale;
  mode: CrmMode;
  dictionaries: Dictionaries;
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

/** Names of a question -> columns. Says with one error what is not known or does not go together. */
export function resolveQuestion(question: Question, axes: Axes, mode: CrmMode): Resolved {
  const measure = resolveMeasure(question, mode);
  const parts = measure.kind === 'ratio' ? [measure.numerator, measure.denominator] : [measure];
  return { measure, format: formatOf(measure), terms: parts.map((part) => resolveTerm(part, question, axes)) };
}

/** The dimension of that name. @throws AppError `unknown_field_name` */
export function findDimension(entity: PlainMeasure['entity'], name: string): Dimension {
  return lookUp(CATALOG[entity].dimensions, name, `${entity} have no dimension`);
}

/** Whether a name is a time of the entity rather than a dimension. */
export function isTime(entity: PlainMeasure['entity'], name: string): boolean {
  return CATALOG[entity].times.has(name);
}

export function refuse(message: string): AppError {
  return new AppError('invalid_combination', message);
}

function resolveMeasure(question: Question, mode: CrmMode): Measure {
  const entity = CATALOG[question.dataSource];
  if (question.measure !== null) {
    const measure = entity.measures.has(question.measure) ? findMeasure(question.measure, mode) : undefined;
    if (!measure) throw unknownName(`${question.dataSource} have no measure`, question.measure);
    return measure;
  }
  const { aggregation, field } = question;
  if (aggregation === 'median') throw refuse('A median is not available; ask for the average');
  if (aggregation === 'count') {
    if (field !== null) throw refuse('count counts records and takes no field');
  } else {
    if (field === null) throw refuse(`${aggregation} needs a field`);
    requireNumber(question.dataSource, entity, field, aggregation);
  }
  return { kind: 'plain', entity: question.dataSource, aggregation, field, outcome: null, time: entity.defaultTime };
}

function requireNumber(dataSource: string, entity: EntityCatalog, field: string, aggregation: string): void {
  if (entity.numbers.has(field)) return;
  if (entity.dimensions.has(field) || entity.times.has(field))
    throw refuse(`${aggregation} needs a number, and ${field} is none`);
  throw unknownName(`${dataSource} have no field`, field);
}

function formatOf(measure: Measure): ValueFormat {
  if (measure.kind === 'ratio') return 'percentage';
  if (measure.field === null) return 'number';
  return CATALOG[measure.entity].numbers.get(measure.field)?.format ?? 'number';
}

function resolveTerm(measure: PlainMeasure, question: Question, axes: Axes): Term {
  const entity = CATALOG[measure.entity];
  return {
    entity: measure.entity,
    timeColumn: lookUp(entity.times, axes.time ?? measure.time, `${measure.entity} have no time`),
    window: axes.window,
    buckets: axes.buckets,
    conditions: resolveConditions(measure.entity, question),
    dimensions: axes.dimensions.map((name) => findDimension(measure.entity, name)),
    outcome: measure.outcome,
    extremes: measure.aggregation === 'min' || measure.aggregation === 'max',
    field: measure.field === null ? null : lookUp(entity.numbers, measure.field, `${measure.entity} have no field`),
  };
}

function resolveConditions(entity: PlainMeasure['entity'], question: Question): Condition[] {
  const conditions: Condition[] = [];
  if (question.crmSource !== 'all') conditions.push(onlyCrm(question.crmSource));
  if (question.pipeline !== null) {
    const pipeline = CATALOG[entity].dimensions.get('pipeline');
    if (!pipeline) throw refuse(`${entity} have no pipelines`);
    conditions.push(equals(pipeline, question.pipeline));
  }
  if (question.filterField !== null) {
    if (question.filterValue === null) throw refuse('A filter needs a value; an empty text means "not set"');
    conditions.push(equals(findDimension(entity, question.filterField), question.filterValue));
  } else if (question.filterValue !== null) {
    throw refuse('A filter value needs a filter field');
  }
  return conditions;
}

function equals(dimension: Dimension, value: string): Condition {
  const column = dimension.columns.at(-1) ?? '';
  return { column, value: value === '' || value === dimension.none ? null : value, none: dimension.none };
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
    return {
      value: population === 0 ? null : new Money(rows).times(100).div(population),
      unconverted: [],
      rowCount: population,
    };
  }
  const money: MoneyContext | null =
    resolved.format === 'currency' ? { displayCurrency: context.displayCurrency, rates: context.dictionaries.rates } : null;
  return { ...finishTally(first ?? createTally(), measure.aggregation, money), rowCount: rows };
}
