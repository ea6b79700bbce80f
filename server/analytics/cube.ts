import type { Decimal } from 'decimal.js';
import type { CrmSource } from '../../contract/crm.ts';
import type { SqlQuery } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import {
  COUNTABLES,
  type Copied,
  type Countable,
  type Dimension,
  type NumericField,
  type Outcome,
  TRAITS,
  type Trait,
} from './catalog.ts';
import { type Clock, type Condition, conditionSql, expressionSql } from './condition.ts';
import { identity, Money } from './dictionaries.ts';
import type { Tally, WeightedValue } from './tally.ts';
import type { Bucket, TimeWindow } from './time-range.ts';

/** Which records of one table a number is about, and how they are to be told apart. */
export interface Term {
  entity: Countable;
  /** Column of the moment that window and buckets look at. */
  timeColumn: string;
  /** By which weekdays, hours and working time are told. */
  clock: Clock;
  /** null: all time, records without that moment included. */
  window: TimeWindow | null;
  buckets: readonly Bucket[] | null;
  /** Whether the groups have to tell CRMs apart even where nothing else needs that. */
  byCrm: boolean;
  /** The CRM all records are of, where there is but one: nothing is to be told apart then. */
  onlyCrm: CrmSource | null;
  conditions: readonly Condition[];
  dimensions: readonly Dimension[];
  /** About how many values each of them has. */
  sizes: readonly number[];
  outcome: Outcome | null;
  /** What else is asked of the records. */
  traits: readonly BoundTrait[];
  /** What is added up; null counts records. */
  field: NumericField | null;
  /** Whether the smallest and the largest value are wanted, and not only how many there are and their sum. */
  extremes: boolean;
  /** Whether all values are wanted, for the middle one. Such a term has a statement of its own. */
  median: boolean;
  /** What each amount counts with, by the stage of its deal; null: whole. */
  weigh: ((crmSource: string, pipeline: string, stage: string) => Decimal) | null;
  /** What else has to be copied for the number to be right. */
  reliesOn: readonly Copied[];
}

export type { Condition };

/** A trait with the moment it speaks of. */
export interface BoundTrait {
  trait: Trait;
  at: Date | null;
}

/** A group of records as one term sees it. */
export interface Group {
  crmSource: string;
  /** Index into the term's buckets; 0 where it has none. */
  bucket: number;
  /** Values of each dimension of the term, one per column of it. */
  values: readonly (readonly string[])[];
  tally: Tally;
}

/**
 * One grouped statement that answers several terms: same table, window and conditions, all their dimensions at once.
 * Reading a row costs more than grouping it finer, so one pass serves all and each term is folded from it in Node.
 */
interface Cube {
  base: Term;
  buckets: readonly Bucket[] | null;
  /** Grouping columns by name. */
  columns: Map<string, Column>;
  /** What is added up, by its column. */
  fields: Map<string, Summed>;
  /** What each term asks of its records. */
  demands: Map<string, Demand>[];
}

interface Column {
  /** Set where the column is derived. */
  dimension: Dimension | null;
  /** About how many values it has. */
  size: number;
}

interface Summed {
  field: NumericField;
  extremes: boolean;
}

type Row = Record<string, string | number | boolean | null>;

/**
 * Terms share a pass over the records up to so many groups: bringing a group here costs as much as reading some 30 records,
 * so a finer grouping would be dearer than the passes it saves.
 */
const MERGED_GROUPS = 1_000;
/** A grouping finer than this is no chart; it would only fill memory. */
const MAX_GROUPS = 20_000;
/** So many different values a median may be taken of; beyond, they would fill memory. */
const MAX_MEDIAN_VALUES = 500_000;
/** And so many values at all, where they are brought here one by one. */
const MAX_DOUBLES = 2_000_000;

/** A statement with the terms it answers. */
export interface TermQuery {
  query: SqlQuery;
  /** The entity whose records it reads. */
  entity: Countable;
  terms: readonly Term[];
  /** The groups of one of `terms`, from the rows of `query`. */
  groupsOf(term: Term, rows: readonly object[]): Group[];
}

/** As few statements as answer all the terms. */
export function planTerms(tenantId: string, terms: readonly Term[]): TermQuery[] {
  const planned: { cube: Cube; terms: Term[] }[] = [];
  // The finest first: those that need only some of its columns then find it.
  for (const term of terms.toSorted((a, b) => groupsIn(columnsOf(b)) - groupsIn(columnsOf(a)))) {
    const fitting = planned.find(({ cube }) => fits(term, cube));
    if (fitting) {
      extend(fitting.cube, term);
      fitting.terms.push(term);
    } else {
      const cube: Cube = { base: term, buckets: null, columns: new Map(), fields: new Map(), demands: [] };
      extend(cube, term);
      planned.push({ cube, terms: [term] });
    }
  }
  return planned.map(({ cube, terms: served }) => ({
    query: cube.base.median ? medianQuery(tenantId, cube) : cubeQuery(tenantId, cube),
    entity: cube.base.entity,
    terms: served,
    groupsOf: (term, rows) => readGroups(cube, term, rows as readonly Row[]),
  }));
}

function fits(term: Term, { base, buckets, columns }: Cube): boolean {
  return (
    !term.median &&
    !base.median &&
    term.entity === base.entity &&
    term.clock.timezone === base.clock.timezone &&
    term.onlyCrm === base.onlyCrm &&
    sameWindow(term, base) &&
    JSON.stringify(term.conditions) === JSON.stringify(base.conditions) &&
    sameBuckets(buckets, term.buckets) &&
    groupsIn(new Map([...columns, ...columnsOf(term)])) <= Math.max(MERGED_GROUPS / (buckets?.length ?? 1), groupsIn(columns))
  );
}

/** At most so many groups, but for the steps of a time axis. */
function groupsIn(columns: ReadonlyMap<string, Column>): number {
  return [...columns.values()].reduce((product, { size }) => product * size, 1);
}

function sameWindow(a: Term, b: Term): boolean {
  if (!a.window || !b.window) return a.window === b.window;
  return (
    a.timeColumn === b.timeColumn &&
    a.window.from.getTime() === b.window.from.getTime() &&
    a.window.to.getTime() === b.window.to.getTime()
  );
}

/** A time axis is no dimension beside others: its steps would multiply their groups. */
function sameBuckets(a: readonly Bucket[] | null, b: readonly Bucket[] | null): boolean {
  if (!a || !b || a === b) return a === b;
  return a.length === b.length && a.every((bucket, index) => bucket.start.getTime() === b[index]?.start.getTime());
}

function extend(cube: Cube, term: Term): void {
  cube.buckets ??= term.buckets;
  for (const [name, column] of columnsOf(term)) cube.columns.set(name, column);
  cube.demands.push(demandsOf(term));
  const { field, extremes } = term;
  if (!field) return;
  const present = cube.fields.get(field.column);
  cube.fields.set(field.column, { field, extremes: extremes || present?.extremes === true });
}

/** Codes and currencies mean something only within their CRM; a bare count need not tell CRMs apart, and is cheaper so. */
function columnsOf(term: Term): Map<string, Column> {
  const columns = new Map<string, Column>();
  for (const [index, dimension] of term.dimensions.entries()) {
    const { columns: names, expression } = dimension;
    const size = term.sizes[index] ?? 1;
    // The last one is the code; those before it say within what.
    for (const name of names) {
      columns.set(name, { dimension: expression ? dimension : null, size: name === names.at(-1) ? size : 1 });
    }
  }
  if (term.weigh) for (const name of STAGE_COLUMNS) columns.set(name, { dimension: null, size: name === 'stage' ? STAGES : 1 });
  if (term.field?.format === 'currency') columns.set('currency', { dimension: null, size: CURRENCIES });
  const tellsCrmsApart = term.onlyCrm === null && (columns.size > 0 || term.byCrm);
  return tellsCrmsApart ? new Map([['crm_source', { dimension: null, size: 1 }], ...columns]) : columns;
}

/** Currencies of one business. */
const CURRENCIES = 4;
const STAGE_COLUMNS = ['pipeline', 'stage'] as const;
/** Open stages of one business. */
const STAGES = 20;

/** By `won` and not by `semantic`: the deals' indexes are cut by it. */
const DEAL_OUTCOME_SQL: Record<Outcome, string> = {
  open: 'won is null',
  won: 'won',
  lost: 'not won',
  closed: 'won is not null',
};
const OUTCOME_SQL: Record<Outcome, string> = {
  open: "semantic = 'open'",
  won: "semantic = 'won'",
  lost: "semantic = 'lost'",
  closed: "semantic <> 'open'",
};

type Bind = (value: unknown) => string;

/** What a term asks of its records, by what tells two such demands apart. Written only where used: a place bound in vain is an error. */
function demandsOf({ entity, outcome, traits }: Term): Map<string, Demand> {
  const demands = new Map<string, Demand>();
  if (outcome) demands.set(outcome, () => (entity === 'deals' ? DEAL_OUTCOME_SQL : OUTCOME_SQL)[outcome]);
  for (const { trait, at } of traits) {
    demands.set(`${trait} ${at?.toISOString()}`, (bind) => TRAITS[trait].sql(at ? `${bind(at)}::timestamptz` : ''));
  }
  return demands;
}

type Demand = (bind: Bind) => string;

/** Where-conditions that all terms of a cube share, but for what their measures ask of the records. */
function baseWhere(tenantId: string, base: Term, bind: Bind, bounds = windowBounds(base, bind)): string[] {
  const where = [`tenant_id = ${bind(tenantId)}`, 'deleted_at is null'];
  if (bounds) where.push(`${base.timeColumn} >= ${bounds.from}`, `${base.timeColumn} < ${bounds.to}`);
  for (const condition of base.conditions) where.push(conditionSql(condition, bind));
  return where;
}

/** The places of the moments between which the records lie; null: of all time. */
function windowBounds({ window }: Term, bind: Bind): { from: string; to: string } | null {
  return window && { from: bind(window.from), to: bind(window.to) };
}

/**
 * The where-clause of exactly the records a term counts, for lists of them.
 * @param bind takes a value and gives its place in the statement (`$3`)
 */
export function termWhere(tenantId: string, term: Term, bind: Bind): string {
  return [...baseWhere(tenantId, term, bind), ...[...demandsOf(term).values()].map((demand) => demand(bind))].join(' and ');
}

/** The grouping columns in SQL; a derived one is named by its place, as its own name may come from outside. */
function keysOf({ base, columns, buckets }: Cube, bind: Bind): string[] {
  const keys = [...columns].map(([name, { dimension }], index) =>
    dimension?.expression ? `${expressionSql(dimension.expression, base.clock, bind)} as ${keyName(index)}` : name,
  );
  if (buckets) {
    const starts = bind(buckets.map((bucket) => bucket.start.toISOString()));
    keys.push(`width_bucket(${base.timeColumn}, ${starts}::timestamptz[]) as bucket`);
  }
  return keys;
}

function keyName(index: number): string {
  return `key_${index}`;
}

function groupBy(keys: readonly string[]): string {
  return keys.length > 0 ? `group by ${keys.map((_, index) => index + 1).join(', ')}` : '';
}

function cubeQuery(tenantId: string, cube: Cube): SqlQuery {
  const { base } = cube;
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const steps = stepsOf(cube, bind);
  const where = baseWhere(tenantId, base, bind, steps ? { from: 'step.starts', to: 'step.ends' } : undefined);
  const { shared, told } = sortDemands(cube);
  where.push(...shared.map((demand) => demand(bind)));
  const keys = steps ? [] : keysOf(cube, bind);
  // To group by what a term asks costs less than to filter each of its sums by it.
  for (const [index, demands] of [...told.values()].entries()) {
    keys.push(`(${demands.map((demand) => demand(bind)).join(' and ')}) as ${demandName(index)}`);
  }
  const aggregates = ['count(*)::int as rows', ...[...cube.fields.values()].flatMap(sumsOf)];
  const counting = `select ${[...keys, ...aggregates].join(', ')}
from ${COUNTABLES[base.entity].table}
where ${where.join(' and ')}`;
  return {
    text: steps
      ? `select step.bucket, counted.* from ${steps} cross join lateral (\n${counting}\n${groupBy(keys)}\n) counted`
      : `${counting}\n${groupBy(keys)}\nlimit ${MAX_GROUPS + 1}`,
    values,
  };
}

/**
 * What all terms ask narrows the records that are read at all. What only some ask tells groups apart: the rest of each
 * term's demands is one question to the record, yes or no.
 */
function sortDemands({ demands }: Cube): { shared: Demand[]; told: Map<string, readonly Demand[]> } {
  const isShared = (key: string) => demands.every((one) => one.has(key));
  const told = new Map<string, readonly Demand[]>();
  for (const one of demands) {
    const rest = [...one].filter(([key]) => !isShared(key));
    if (rest.length > 0)
      told.set(
        restKey(rest),
        rest.map(([, demand]) => demand),
      );
  }
  return { shared: [...(demands[0] ?? [])].filter(([key]) => isShared(key)).map(([, demand]) => demand), told };
}

function restKey(demands: readonly (readonly [key: string, demand: Demand])[]): string {
  return JSON.stringify(demands.map(([key]) => key));
}

function demandName(index: number): string {
  return `demand_${index}`;
}

/**
 * The steps of a time axis as rows, where each can be counted by itself in an index: nearly twice as fast as telling them
 * apart record by record.
 */
function stepsOf({ base, buckets, columns }: Cube, bind: Bind): string | null {
  const { window, entity, timeColumn } = base;
  if (!buckets || !window || columns.size > 0 || !COUNTABLES[entity].indexedTimes.has(timeColumn)) return null;
  const starts = buckets.map(({ start }) => start.toISOString());
  const ends = [...starts.slice(1), window.to.toISOString()];
  return `unnest(${bind(starts)}::timestamptz[], ${bind(ends)}::timestamptz[]) with ordinality as step(starts, ends, bucket)`;
}

/**
 * Every value of a group: medians do not fold, but lists of values do, so that merged groups (all others, departments,
 * currencies) have exact ones too. Spans of time seldom occur twice and come as they are, other values with how often they
 * occur. Of a single number the middle values are enough; the steps of a time axis are merged into the chart's total.
 */
function medianQuery(tenantId: string, cube: Cube): SqlQuery {
  const { base } = cube;
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const where = termWhere(tenantId, base, bind);
  const keys = keysOf(cube, bind);
  const table = COUNTABLES[base.entity].table;
  const value = base.field?.double ?? base.field?.column ?? 'null';
  if (cube.columns.size === 0 && !cube.buckets) {
    // The second place is the next one where the number of values is even, and the same where it is odd.
    const middle = "array_to_string(percentile_disc(array[0.5, 0.500000001]) within group (order by value), '*1 ') || '*1'";
    return {
      text: `select count(*)::int as rows, count(value)::int as count_0, 1 as distinct_0, ${middle} as values_0
from (select ${value} as value from ${table} where ${where}) records`,
      values,
    };
  }
  const names = [...cube.columns].map(([name, { dimension }], index) => (dimension?.expression ? keyName(index) : name));
  if (cube.buckets) names.push('bucket');
  if (base.field?.double) {
    return {
      text: `select ${names.join(', ')}, count(*)::int as rows, count(value)::int as count_0, count(*)::int as distinct_0,
  string_agg(value::text, ' ') as doubles_0
from (select ${[...keys, `${value} as value`].join(', ')} from ${table} where ${where} limit ${MAX_DOUBLES + 1}) records
group by ${names.join(', ')}
limit ${MAX_GROUPS + 1}`,
      values,
    };
  }
  // Only of money there can be values that are left out, which are then told with their number and sum.
  const ofMoney =
    base.field?.format === 'currency'
      ? 'coalesce(sum(times) filter (where value <> 0), 0)::int as non_zero_0, sum(value * times)::text as sum_0,'
      : '';
  return {
    text: `select ${names.join(', ')}, sum(times)::int as rows, coalesce(sum(times) filter (where value is not null), 0)::int as count_0,
  ${ofMoney} count(*)::int as distinct_0,
  string_agg(value::text || '*' || times, ' ') as values_0
from (
  select ${[...keys, `${value} as value`, 'count(*) as times'].join(', ')}
  from ${table}
  where ${where}
  ${groupBy([...keys, value])}
  limit ${MAX_MEDIAN_VALUES + 1}
) histogram
group by ${names.join(', ')}
limit ${MAX_GROUPS + 1}`,
    values,
  };
}

function sumsOf({ field: { column, format }, extremes }: Summed, index: number): string[] {
  const sums = [`count(${column})::int as count_${index}`, `sum(${column})::text as sum_${index}`];
  if (format === 'currency') sums.push(`count(*) filter (where ${column} <> 0)::int as non_zero_${index}`);
  if (extremes) sums.push(`min(${column})::text as min_${index}`, `max(${column})::text as max_${index}`);
  return sums;
}

function readGroups(cube: Cube, term: Term, rows: readonly Row[]): Group[] {
  if (rows.length > MAX_GROUPS) throw new AppError('invalid_combination', 'This chart has too many groups to be drawn');
  const distinct = rows.reduce((sum, row) => sum + Number(row.distinct_0 ?? 0), 0);
  if (distinct > (rows[0] && 'doubles_0' in rows[0] ? MAX_DOUBLES : MAX_MEDIAN_VALUES))
    throw new AppError('invalid_combination', 'This median is of too many values; take a shorter range');
  const index = [...cube.fields.keys()].indexOf(term.field?.column ?? '');
  const { told } = sortDemands(cube);
  const isTold = (key: string) => cube.demands.some((one) => !one.has(key));
  const asked = [...told.keys()].indexOf(restKey([...demandsOf(term)].filter(([key]) => isTold(key))));
  const names = new Map(
    [...cube.columns].map(([name, { dimension }], place) => [name, dimension?.expression ? keyName(place) : name]),
  );
  const groups: Group[] = [];
  for (const row of rows) {
    const tally: Tally = { rows: Number(row.rows), amounts: new Map() };
    // What is neither so nor otherwise is not what was asked.
    if (tally.rows === 0 || (asked >= 0 && row[demandName(asked)] !== true)) continue;
    const crmSource = String(row.crm_source ?? term.onlyCrm ?? '');
    if (term.field) {
      const weight = term.weigh?.(crmSource, String(row.pipeline ?? ''), String(row.stage ?? ''));
      const sum = decimal(row[`sum_${index}`]) ?? new Money(0);
      const currency = term.field.format === 'currency' ? String(row.currency ?? '') : '';
      tally.amounts.set(identity(crmSource, currency), {
        crmSource,
        currency,
        count: Number(row[`count_${index}`]),
        nonZero: Number(row[`non_zero_${index}`] ?? 0),
        sum: weight ? sum.times(weight) : sum,
        min: decimal(row[`min_${index}`]),
        max: decimal(row[`max_${index}`]),
        values: term.median ? [readValues(row[`values_${index}`])] : [],
        doubles: term.median ? [readDoubles(row[`doubles_${index}`])] : [],
      });
    }
    groups.push({
      crmSource,
      // width_bucket counts from 1.
      bucket: term.buckets ? Number(row.bucket) - 1 : 0,
      values: term.dimensions.map((dimension) => dimension.columns.map((column) => String(row[names.get(column) ?? ''] ?? ''))),
      tally,
    });
  }
  return groups;
}

function decimal(text: Row[string] | undefined): InstanceType<typeof Money> | null {
  return text === null || text === undefined ? null : new Money(String(text));
}

/** `12.5*3 13*1`: three times 12.5 and once 13. */
function readValues(text: Row[string] | undefined): WeightedValue[] {
  if (typeof text !== 'string') return [];
  return text.split(' ').map((entry) => {
    const star = entry.indexOf('*');
    return { value: entry.slice(0, star), times: Number(entry.slice(star + 1)) };
  });
}

/** Numbers between blanks. Most are whole seconds, which are read here five times as fast as by `Number`. */
function readDoubles(text: Row[string] | undefined): Float64Array {
  if (typeof text !== 'string') return new Float64Array();
  const found = new Float64Array((text.length >> 1) + 1);
  let count = 0;
  let start = 0;
  let whole = 0;
  for (let place = 0; place <= text.length; place += 1) {
    const digit = text.charCodeAt(place) - ZERO;
    if (digit >= 0 && digit <= 9) whole = whole * 10 + digit;
    else if (place < text.length && text[place] !== ' ') whole = Number.NaN;
    else {
      found[count] = Number.isSafeInteger(whole) ? whole : Number(text.slice(start, place));
      count += 1;
      start = place + 1;
      whole = 0;
    }
  }
  return found.subarray(0, count);
}

const ZERO = '0'.charCodeAt(0);
