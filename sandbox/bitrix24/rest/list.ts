import type { Column } from './fields/field.ts';
import type { Candidate, Filter } from './filter.ts';

/** Fixed by Bitrix24. */
export const PAGE_SIZE = 50;
/** Ids read at once while a page is being filled. */
const CHUNK = 512;
/** Ids looked at one by one before a search turns to the records' times of change, when the filter names them. */
const PATIENCE = 2048;

/** Records by ascending id, of which only those looked at are built. */
export interface Source<Row> {
  readonly size: number;
  get(id: number): Row | undefined;
  idsAfter(after: number, limit: number): number[];
  idsBefore(before: number, limit: number): number[];
  number?(id: number, column: Column): number | undefined;
  /** Ids of records last changed in that span of Unix seconds, in any order. */
  idsUpdatedBetween?(from: number, to: number): Iterable<number>;
}

export interface OrderTerm<Row> {
  /** null: the id itself. */
  read: ((row: Row) => string | number | null) | null;
  /** Spares building the record where the source has the column. */
  column?: Column;
  descending: boolean;
}

export interface ListQuery<Row> {
  filter: Filter<Row>;
  /** Empty: ascending ids. */
  order: OrderTerm<Row>[];
  /** Offset of a page; -1 for the first page without a count. */
  start: number;
}

export interface Page<Row> {
  rows: Row[];
  /** 0 when not counted. */
  total: number;
  /** Offset of the next page, when there is one. */
  next?: number;
  /** Records a count had to visit. */
  counted: number;
}

/** One page of a list. Cost follows the page, not the table, when the order is by id and nothing is counted. */
export function listPage<Row>(source: Source<Row>, query: ListQuery<Row>): Page<Row> {
  const counting = query.start >= 0;
  const offset = toPageStart(query.start);
  const [first] = query.order;
  const byId = first === undefined || first.read === null;
  const descending = first?.descending ?? false;

  if (byId && counting && query.filter.isEmpty) return countedPage(source, descending, offset);
  const wanted = byId && !counting ? PAGE_SIZE : Infinity;
  const ids = findIds(source, query.filter, byId && descending, wanted);
  if (!byId) sortIds(source, ids, query.order);
  const rows = readRows(source, ids.slice(offset, offset + PAGE_SIZE));
  if (!counting) return { rows, total: 0, counted: 0 };
  return { rows, total: ids.length, ...nextOf(offset, ids.length), counted: ids.length };
}

/** `start` names a page: Bitrix24 takes the one it falls into. */
const toPageStart = (start: number): number => Math.floor(Math.max(start, 0) / PAGE_SIZE) * PAGE_SIZE;

/** A list over few rows that are all in memory. */
export function createArraySource<Row extends { id: number }>(rows: readonly Row[]): Source<Row> {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const ids = [...byId.keys()].sort((a, b) => a - b);
  return {
    size: ids.length,
    get: (id) => byId.get(id),
    idsAfter: (after, limit) => ids.filter((id) => id > after).slice(0, limit),
    idsBefore: (before, limit) =>
      ids
        .filter((id) => id < before)
        .reverse()
        .slice(0, limit),
  };
}

/** No filter: the count is known and the page is at its offset. */
function countedPage<Row>(source: Source<Row>, descending: boolean, offset: number): Page<Row> {
  const limit = offset + PAGE_SIZE;
  const ids = descending ? source.idsBefore(Infinity, limit) : source.idsAfter(-Infinity, limit);
  return { rows: readRows(source, ids.slice(offset)), total: source.size, ...nextOf(offset, source.size), counted: source.size };
}

const nextOf = (offset: number, total: number): { next?: number } =>
  offset + PAGE_SIZE < total ? { next: offset + PAGE_SIZE } : {};

function readRows<Row>(source: Source<Row>, ids: number[]): Row[] {
  return ids.map((id) => source.get(id)).filter((row) => row !== undefined);
}

/** Ids that pass, by id. Stops at `wanted`. */
function findIds<Row>(source: Source<Row>, filter: Filter<Row>, descending: boolean, wanted: number): number[] {
  const { ids, updated } = filter;
  const passes = createCheck(source, filter);
  if (ids.exact) {
    return sortNumbers(new Set(ids.exact), descending)
      .filter((id) => source.get(id) !== undefined && passes(id))
      .slice(0, wanted);
  }
  const timed = source.idsUpdatedBetween !== undefined && (updated.from > -Infinity || updated.to < Infinity);
  const found: number[] = [];
  let position = descending ? ids.to + 1 : ids.from - 1;
  let seen = 0;
  while (found.length < wanted) {
    if (timed && seen >= PATIENCE) {
      // Few of the records pass: their times of change lead to them sooner than their ids.
      return found.concat(findByTime(source, filter, passes, position, descending, wanted - found.length));
    }
    const chunk = descending ? source.idsBefore(position, CHUNK) : source.idsAfter(position, CHUNK);
    for (const id of chunk) {
      if (descending ? id < ids.from : id > ids.to) return found;
      if (passes(id)) found.push(id);
      if (found.length >= wanted) return found;
    }
    const last = chunk.at(-1);
    if (last === undefined || chunk.length < CHUNK) return found;
    position = last;
    seen += chunk.length;
  }
  return found;
}

function findByTime<Row>(
  source: Source<Row>,
  filter: Filter<Row>,
  passes: (id: number) => boolean,
  position: number,
  descending: boolean,
  wanted: number,
): number[] {
  const { ids, updated } = filter;
  const changed = source.idsUpdatedBetween?.(updated.from, updated.to) ?? [];
  const rest: number[] = [];
  for (const id of changed) {
    if (id >= ids.from && id <= ids.to && (descending ? id < position : id > position)) rest.push(id);
  }
  const found: number[] = [];
  for (const id of sortNumbers(rest, descending)) {
    if (found.length >= wanted) break;
    if (passes(id)) found.push(id);
  }
  return found;
}

function createCheck<Row>(source: Source<Row>, filter: Filter<Row>): (id: number) => boolean {
  if (filter.isIdRange) return () => true;
  let row: Row | undefined;
  const candidate: Candidate<Row> = {
    id: 0,
    number: (column) => source.number?.(candidate.id, column),
    row: () => {
      row ??= source.get(candidate.id);
      if (row === undefined) throw new Error(`The list names record ${candidate.id}, but it cannot be read`);
      return row;
    },
  };
  return (id) => {
    candidate.id = id;
    row = undefined;
    return filter.matches(candidate);
  };
}

function sortNumbers(numbers: Iterable<number>, descending: boolean): number[] {
  const sorted = Float64Array.from(numbers).sort();
  return Array.from(descending ? sorted.reverse() : sorted);
}

/** By the terms in turn, then by ascending id; records without a value come first, as in the database. */
function sortIds<Row>(source: Source<Row>, ids: number[], order: OrderTerm<Row>[]): void {
  const keyOf = (id: number, term: OrderTerm<Row>): string | number | null => {
    if (term.read === null) return id;
    const quick = term.column && source.number?.(id, term.column);
    if (quick !== undefined) return quick;
    const row = source.get(id);
    return row === undefined ? null : term.read(row);
  };
  const keys = new Map(ids.map((id) => [id, order.map((term) => keyOf(id, term))]));
  ids.sort((a, b) => {
    const left = keys.get(a) ?? [];
    const right = keys.get(b) ?? [];
    for (const [index, term] of order.entries()) {
      const difference = compareKeys(left[index] ?? null, right[index] ?? null);
      if (difference !== 0) return term.descending ? -difference : difference;
    }
    return a - b;
  });
}

function compareKeys(left: string | number | null, right: string | number | null): number {
  if (left === right) return 0;
  if (left === null) return -1;
  if (right === null) return 1;
  return left < right ? -1 : 1;
}
