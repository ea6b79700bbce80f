import type { DataSource } from '../../contract/charts.ts';
import type { CrmSource } from '../../contract/crm.ts';
import type { SqlQuery } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import { CATALOG, type Dimension, type NumericField, type Outcome } from './catalog.ts';
import { identity, Money } from './dictionaries.ts';
import type { Tally } from './tally.ts';
import type { Bucket, TimeWindow } from './time-range.ts';

/** Which records of one table a number is about, and how they are to be told apart. */
export interface Term {
  entity: DataSource;
  /** Column of the moment that window and buckets look at. */
  timeColumn: string;
  /** null: all time, records without that moment included. */
  window: TimeWindow | null;
  buckets: readonly Bucket[] | null;
  conditions: readonly Condition[];
  dimensions: readonly Dimension[];
  outcome: Outcome | null;
  /** What is added up; null counts records. */
  field: NumericField | null;
  /** Whether the smallest and the largest value are wanted, and not only how many there are and their sum. */
  extremes: boolean;
}

/** `column` has `value`; null means it has none (null, '' or what the CRM writes for none). */
export interface Condition {
  column: string;
  value: string | null;
  none: string | undefined;
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
  columns: Set<string>;
  /** Aggregated expressions by what they select: outcome and field. */
  cells: Map<string, Cell>;
}

type Cell = Pick<Term, 'outcome' | 'field' | 'extremes'>;

type Row = Record<string, string | number | boolean | null>;

/** Above this many columns the product of their values may approach the number of records, and merging stops paying. */
const MAX_COLUMNS = 4;
/** A grouping finer than this is no chart; it would only fill memory. */
const MAX_GROUPS = 20_000;

/** A statement with the terms it answers. */
export interface TermQuery {
  query: SqlQuery;
  terms: readonly Term[];
  /** The groups of one of `terms`, from the rows of `query`. */
  groupsOf(term: Term, rows: readonly object[]): Group[];
}

/** As few statements as answer all the terms. */
export function planTerms(tenantId: string, terms: readonly Term[]): TermQuery[] {
  const planned: { cube: Cube; terms: Term[] }[] = [];
  for (const term of terms) {
    const fitting = planned.find(({ cube }) => fits(term, cube));
    if (fitting) {
      extend(fitting.cube, term);
      fitting.terms.push(term);
    } else {
      const cube: Cube = { base: term, buckets: null, columns: new Set(), cells: new Map() };
      extend(cube, term);
      planned.push({ cube, terms: [term] });
    }
  }
  return planned.map(({ cube, terms: served }) => ({
    query: cubeQuery(tenantId, cube),
    terms: served,
    groupsOf: (term, rows) => readGroups(cube, term, rows as readonly Row[]),
  }));
}

function fits(term: Term, { base, buckets, columns }: Cube): boolean {
  return (
    term.entity === base.entity &&
    sameWindow(term, base) &&
    JSON.stringify(term.conditions) === JSON.stringify(base.conditions) &&
    (!buckets || !term.buckets || buckets === term.buckets || sameBuckets(buckets, term.buckets)) &&
    new Set([...columns, ...columnsOf(term)]).size <= Math.max(MAX_COLUMNS, columns.size)
  );
}

function sameWindow(a: Term, b: Term): boolean {
  if (!a.window || !b.window) return a.window === b.window;
  return (
    a.timeColumn === b.timeColumn &&
    a.window.from.getTime() === b.window.from.getTime() &&
    a.window.to.getTime() === b.window.to.getTime()
  );
}

function sameBuckets(a: readonly Bucket[], b: readonly Bucket[]): boolean {
  return a.length === b.length && a.every((bucket, index) => bucket.start.getTime() === b[index]?.start.getTime());
}

function extend(cube: Cube, term: Term): void {
  cube.buckets ??= term.buckets;
  for (const column of columnsOf(term)) cube.columns.add(column);
  const { outcome, field, extremes } = term;
  const present = cube.cells.get(cellKey(term));
  cube.cells.set(cellKey(term), { outcome, field, extremes: extremes || present?.extremes === true });
}

/** Codes and currencies mean something only within their CRM; a bare count need not tell CRMs apart, and is cheaper so. */
function columnsOf(term: Term): string[] {
  const columns = term.dimensions.flatMap((dimension) => dimension.columns);
  if (term.field?.format === 'currency') columns.push('currency');
  return columns.length > 0 ? ['crm_source', ...columns] : [];
}

function cellKey({ outcome, field }: Pick<Cell, 'outcome' | 'field'>): string {
  return `${outcome ?? 'all'}:${field?.column ?? ''}`;
}

/** Only deals have outcomes that measures tell apart. By `won` and not by `semantic`: the deals' indexes are cut by it. */
const OUTCOME_SQL: Record<Outcome, string> = {
  open: 'won is null',
  won: 'won',
  lost: 'not won',
  closed: 'won is not null',
};

function cubeQuery(tenantId: string, cube: Cube): SqlQuery {
  const { base } = cube;
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const where = [`tenant_id = ${bind(tenantId)}`, 'deleted_at is null'];
  if (base.window) {
    where.push(`${base.timeColumn} >= ${bind(base.window.from)}`, `${base.timeColumn} < ${bind(base.window.to)}`);
  }
  for (const condition of base.conditions) where.push(conditionSql(condition, bind));

  const cells = [...cube.cells.values()];
  // One outcome for all of them narrows the rows that are read at all; several are told apart while counting.
  const outcomes = new Set(cells.map((cell) => cell.outcome));
  const [shared] = outcomes.size === 1 ? outcomes : [];
  if (shared) where.push(OUTCOME_SQL[shared]);

  const keys = [...cube.columns];
  if (cube.buckets) {
    const starts = bind(cube.buckets.map((bucket) => bucket.start.toISOString()));
    keys.push(`width_bucket(${base.timeColumn}, ${starts}::timestamptz[]) as bucket`);
  }
  const aggregates = cells.flatMap((cell, index) =>
    cellSql(cell, index, cell.outcome && !shared ? OUTCOME_SQL[cell.outcome] : null),
  );
  return {
    text: `select ${[...keys, ...aggregates].join(', ')}
from ${CATALOG[base.entity].table}
where ${where.join(' and ')}
${keys.length > 0 ? `group by ${keys.map((_, index) => index + 1).join(', ')}` : ''}
limit ${MAX_GROUPS + 1}`,
    values,
  };
}

function conditionSql({ column, value, none }: Condition, bind: (value: unknown) => string): string {
  if (value !== null) return `${column}::text = ${bind(value)}`;
  return `coalesce(nullif(${column}::text, ${bind(none ?? '')}), '') = ''`;
}

function cellSql({ field, extremes }: Cell, index: number, outcome: string | null): string[] {
  const filter = (extra?: string) => {
    const all = [outcome, extra].filter(Boolean);
    return all.length > 0 ? ` filter (where ${all.join(' and ')})` : '';
  };
  const aggregates = [`count(*)${filter()}::int as rows_${index}`];
  if (field)
    aggregates.push(
      `count(${field.column})${filter()}::int as count_${index}`,
      `sum(${field.column})${filter()}::text as sum_${index}`,
    );
  if (field?.format === 'currency') aggregates.push(`count(*)${filter(`${field.column} <> 0`)}::int as non_zero_${index}`);
  if (field && extremes) {
    aggregates.push(
      `min(${field.column})${filter()}::text as min_${index}`,
      `max(${field.column})${filter()}::text as max_${index}`,
    );
  }
  return aggregates;
}

function readGroups(cube: Cube, term: Term, rows: readonly Row[]): Group[] {
  if (rows.length > MAX_GROUPS) throw new AppError('invalid_combination', 'This chart has too many groups to be drawn');
  const index = [...cube.cells.keys()].indexOf(cellKey(term));
  const groups: Group[] = [];
  for (const row of rows) {
    const tally: Tally = { rows: Number(row[`rows_${index}`]), amounts: new Map() };
    if (tally.rows === 0) continue;
    const crmSource = String(row.crm_source ?? '');
    if (term.field) {
      const currency = term.field.format === 'currency' ? String(row.currency ?? '') : '';
      tally.amounts.set(identity(crmSource, currency), {
        crmSource,
        currency,
        count: Number(row[`count_${index}`]),
        nonZero: Number(row[`non_zero_${index}`] ?? 0),
        sum: decimal(row[`sum_${index}`]) ?? new Money(0),
        min: decimal(row[`min_${index}`]),
        max: decimal(row[`max_${index}`]),
      });
    }
    groups.push({
      crmSource,
      // width_bucket counts from 1.
      bucket: term.buckets ? Number(row.bucket) - 1 : 0,
      values: term.dimensions.map((dimension) => dimension.columns.map((column) => String(row[column] ?? ''))),
      tally,
    });
  }
  return groups;
}

function decimal(text: Row[string] | undefined): InstanceType<typeof Money> | null {
  return text === null || text === undefined ? null : new Money(String(text));
}

/** The condition that restricts a term to one CRM. */
export function onlyCrm(crmSource: CrmSource): Condition {
  return { column: 'crm_source', value: crmSource, none: undefined };
}
