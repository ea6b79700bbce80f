import type { Column, Value } from './fields/field.ts';
import { toEntries, toText } from './params.ts';
import { parseTime } from './time.ts';

/** How values of a field compare. */
export type Comparison = 'number' | 'text' | 'time' | 'day';

export interface FilterField<Row> {
  compare: Comparison;
  read(row: Row): Value;
  /** The record's id: narrows a list without reading records. */
  isId?: boolean;
  column?: Column;
}

/** One record under test: the id first, the record only when a condition needs it. */
export interface Candidate<Row> {
  id: number;
  number(column: Column): number | undefined;
  row(): Row;
}

/** What a filter says, and what of it narrows the search before any record is read. Bounds are inclusive. */
export interface Filter<Row> {
  matches(candidate: Candidate<Row>): boolean;
  /** True when every record passes. */
  isEmpty: boolean;
  /** True when the id bounds say all that the filter says. */
  isIdRange: boolean;
  ids: { from: number; to: number; exact: number[] | null };
  updated: { from: number; to: number };
}

export interface FilterOptions<Row> {
  /** null: the entity has no such field. */
  resolve(name: string): FilterField<Row> | null;
  /** Throws, or returns to ignore the condition. */
  onUnknown(name: string): void;
  offsetMinutes: number;
}

type Test<Row> = (candidate: Candidate<Row>) => boolean;
type Comparable = string | number | null;

interface Condition<Row> {
  field: FilterField<Row>;
  operator: string;
  values: Comparable[];
}

const OPERATOR = /^(!=%|!%=|>=|<=|!=|!@|!%|=%|%=|>|<|@|%|=|!)?(.*)$/s;

/** Reads a filter parameter: prefixed field names, arrays as IN, and nested groups `{logic: 'OR', 0: {…}, 1: {…}}`. */
export function compileFilter<Row>(filter: unknown, options: FilterOptions<Row>): Filter<Row> {
  const ids: Filter<Row>['ids'] = { from: -Infinity, to: Infinity, exact: null };
  const updated = { from: -Infinity, to: Infinity };
  let isIdRange = true;
  const narrow = ({ field, operator, values }: Condition<Row>): void => {
    const onlyIds = field.isId && narrowIds(ids, operator, values);
    if (!onlyIds) isIdRange = false;
    if (field.column === 'updatedAt') narrowRange(updated, operator, values);
  };
  const tests = compileGroup(filter, options, narrow, () => {
    isIdRange = false;
  });
  return {
    matches: (candidate) => tests.every((test) => test(candidate)),
    isEmpty: tests.length === 0,
    isIdRange,
    ids,
    updated,
  };
}

/** Both must hold. */
export function and<Row>(filter: Filter<Row>, test: Test<Row>): Filter<Row> {
  return {
    ...filter,
    matches: (candidate) => filter.matches(candidate) && test(candidate),
    isEmpty: false,
    isIdRange: false,
  };
}

function compileGroup<Row>(
  group: unknown,
  options: FilterOptions<Row>,
  narrow: ((condition: Condition<Row>) => void) | null,
  onNested: () => void,
): Test<Row>[] {
  const tests: Test<Row>[] = [];
  for (const [key, value] of toEntries(group) ?? []) {
    if (key.toLowerCase() === 'logic') continue;
    if (/^\d+$/.test(key)) {
      onNested();
      tests.push(compileNested(value, options, onNested));
      continue;
    }
    const [, operator = '=', name = ''] = OPERATOR.exec(key) ?? [];
    const field = options.resolve(name);
    if (!field) {
      options.onUnknown(name);
      continue;
    }
    const values = (Array.isArray(value) ? value : [value]).map((one) => toComparable(one, field.compare, options.offsetMinutes));
    // The database compares a number with nothing as with 0: `>id` of an unresolved reference reads from the start again.
    if (field.compare === 'number' && /^[<>]/.test(operator) && values[0] === null) values[0] = 0;
    const condition = { field, operator: Array.isArray(value) ? toListOperator(operator) : operator, values };
    narrow?.(condition);
    tests.push(compileTest(condition, options.offsetMinutes));
  }
  return tests;
}

function compileNested<Row>(group: unknown, options: FilterOptions<Row>, onNested: () => void): Test<Row> {
  const logic = (toEntries(group) ?? []).find(([key]) => key.toLowerCase() === 'logic')?.[1];
  const tests = compileGroup(group, options, null, onNested);
  return toText(logic).toUpperCase() === 'OR'
    ? (candidate) => tests.length === 0 || tests.some((test) => test(candidate))
    : (candidate) => tests.every((test) => test(candidate));
}

function toListOperator(operator: string): string {
  if (operator === '=') return '@';
  return operator === '!=' || operator === '!' ? '!@' : operator;
}

function compileTest<Row>({ field, operator, values }: Condition<Row>, offsetMinutes: number): Test<Row> {
  const test = compileComparison(operator, values);
  const { column, compare, isId } = field;
  if (isId) return (candidate) => test(candidate.id);
  const testRow = (candidate: Candidate<Row>): boolean => {
    const value = field.read(candidate.row());
    // A field with several values matches when one of them does; an empty one compares as nothing.
    if (!Array.isArray(value)) return test(toComparable(value, compare, offsetMinutes));
    return value.length === 0
      ? test(null)
      : value.some((one: string | number) => test(toComparable(one, compare, offsetMinutes)));
  };
  if (!column) return testRow;
  return (candidate) => {
    const value = candidate.number(column);
    return value === undefined ? testRow(candidate) : test(value);
  };
}

function compileComparison(operator: string, values: Comparable[]): (value: Comparable) => boolean {
  const [wanted = null] = values;
  const set = new Set(values);
  switch (operator) {
    case '>':
      return (value) => value !== null && wanted !== null && value > wanted;
    case '>=':
      return (value) => value !== null && wanted !== null && value >= wanted;
    case '<':
      return (value) => value !== null && wanted !== null && value < wanted;
    case '<=':
      return (value) => value !== null && wanted !== null && value <= wanted;
    case '@':
      return (value) => set.has(value);
    case '!@':
      return (value) => !set.has(value);
    case '%':
      return like(`%${escapeLike(String(wanted ?? ''))}%`);
    case '!%':
      return not(like(`%${escapeLike(String(wanted ?? ''))}%`));
    case '=%':
    case '%=':
      return like(String(wanted ?? ''));
    case '!=%':
    case '!%=':
      return not(like(String(wanted ?? '')));
    case '!':
    case '!=':
      return (value) => value !== wanted;
    default:
      return (value) => value === wanted;
  }
}

/** Like the database's collation, text compares without regard to case; an empty text is no value. */
function toComparable(value: unknown, compare: Comparison, offsetMinutes: number): Comparable {
  if (value === true) return compare === 'number' ? 1 : 'y';
  if (value === false) return compare === 'number' ? 0 : 'n';
  if (value === null || value === undefined || value === '') return null;
  if (compare === 'number') return Number(value);
  if (compare === 'text') return toText(value).toLowerCase();
  const time = typeof value === 'number' ? value : parseTime(toText(value), offsetMinutes);
  return compare === 'day' && time !== null ? Math.floor((time + offsetMinutes * 60) / 86_400) : time;
}

function like(pattern: string): (value: Comparable) => boolean {
  const source = pattern
    .split(/(\\.|%|_)/s)
    .map((part) => (part === '%' ? '.*' : part === '_' ? '.' : escapeRegExp(part.startsWith('\\') ? part.slice(1) : part)))
    .join('');
  const expression = new RegExp(`^${source}$`, 'su');
  return (value) => value !== null && expression.test(String(value));
}

const not =
  (test: (value: Comparable) => boolean): ((value: Comparable) => boolean) =>
  (value) =>
    !test(value);
const escapeLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&');
const escapeRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** @returns false when the condition says more than the bounds can. */
function narrowIds(ids: Filter<unknown>['ids'], operator: string, values: Comparable[]): boolean {
  if (operator === '@' || operator === '=') {
    const numbers = values.filter((value) => typeof value === 'number' && Number.isInteger(value)) as number[];
    ids.exact = ids.exact === null ? numbers : ids.exact.filter((id) => numbers.includes(id));
    return false;
  }
  return narrowRange(ids, operator, values);
}

function narrowRange(range: { from: number; to: number }, operator: string, values: Comparable[]): boolean {
  const [value] = values;
  if (values.length !== 1 || typeof value !== 'number' || Number.isNaN(value)) return false;
  const whole = Math.floor(value);
  if (operator === '>') range.from = Math.max(range.from, whole + 1);
  else if (operator === '>=') range.from = Math.max(range.from, Math.ceil(value));
  else if (operator === '<') range.to = Math.min(range.to, Math.ceil(value) - 1);
  else if (operator === '<=') range.to = Math.min(range.to, whole);
  else if (operator === '=') {
    range.from = Math.max(range.from, value);
    range.to = Math.min(range.to, value);
  } else return false;
  return true;
}
