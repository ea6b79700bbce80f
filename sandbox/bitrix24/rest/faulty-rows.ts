import { RawJson } from '../../raw-json.ts';
import type { Fault, FaultEntity, FaultWhat, FieldValue } from '../fault-script.ts';
import { PAGE_SIZE } from './list.ts';
import type { Answer } from './method.ts';
import { type Params, toInteger, toList, toText } from './params.ts';

type Row = Record<string, unknown>;

/** An answer's records, whatever they are wrapped in. */
interface Records {
  rows: Row[];
  isList: boolean;
  /** The result with other rows in place of its own. */
  wrap(rows: Row[]): unknown;
}

export interface CallSubject {
  name: string;
  params: Params;
  entity: FaultEntity | null;
}

const ENTITIES_BY_TYPE: ReadonlyMap<number, FaultEntity> = new Map([
  [1, 'leads'],
  [2, 'deals'],
  [3, 'contacts'],
  [4, 'companies'],
]);
const ENTITIES_BY_WORD: ReadonlyMap<string, FaultEntity> = new Map([
  ['lead', 'leads'],
  ['deal', 'deals'],
  ['contact', 'contacts'],
  ['company', 'companies'],
  ['activity', 'activities'],
]);

/** Which records a call is about; null: none that a fault can name. */
export function entityOf(method: string, params: Params): FaultEntity | null {
  const [area, word = ''] = method.split('.');
  if (area !== 'crm') return null;
  const typeId = toInteger(params.entitytypeid, 0);
  if (word === 'item') return ENTITIES_BY_TYPE.get(typeId) ?? null;
  if (word === 'stagehistory') return typeId === 1 ? 'leadHistory' : typeId === 2 ? 'dealHistory' : null;
  return ENTITIES_BY_WORD.get(word) ?? null;
}

/** Ids of the records in an answer, as numbers. */
export const idsOf = (result: unknown): number[] => readRecords(result)?.rows.map(idOf) ?? [];

/**
 * What is left of an answer after the faults that change its records.
 * @param previous last record of the page that the same list gave before, null: there was none
 */
export function reshapeAnswer(answer: Answer, faults: readonly FaultWhat[], call: CallSubject, previous: Row | null): Answer {
  return faults.reduce((shaped, fault) => reshape(shaped, fault, call, previous), answer);
}

/** The record that a list's page ends with; null: it is no list, or empty. */
export function lastRowOf(result: unknown): Row | null {
  const records = readRecords(result);
  return (records?.isList && records.rows.at(-1)) || null;
}

function reshape(answer: Answer, fault: FaultWhat, call: CallSubject, previous: Row | null): Answer {
  switch (fault.kind) {
    case 'values':
      return withRows(answer, false, (rows) => rows.map((row) => replaceValues(row, fault, call)));
    case 'duplicates':
      return withRows(answer, true, (rows) => {
        const twice = rows.flatMap((row, index) => (index < fault.inPage ? [row, row] : [row]));
        const page = fault.previous && previous ? [previous, ...twice] : twice;
        // Pages by offset have no way to bring later what falls off.
        return toInteger(call.params.start, 0) === -1 ? page.slice(0, PAGE_SIZE) : page;
      });
    case 'shortPage':
      return withRows(answer, true, (rows) => rows.slice(0, fault.rows));
    case 'emptyPage':
      return withRows(answer, true, () => []);
    case 'counts':
      return withCounts(answer, fault);
    case 'nullResult':
      return { ...answer, result: null, records: 0 };
    default:
      return answer;
  }
}

function withRows(answer: Answer, onlyLists: boolean, change: (rows: Row[]) => Row[]): Answer {
  const records = readRecords(answer.result);
  if (!records || (onlyLists && !records.isList)) return answer;
  const rows = change(records.rows);
  return { ...answer, result: records.wrap(rows), records: records.isList ? rows.length : answer.records };
}

function withCounts(answer: Answer, { total, next }: Fault<'counts'>): Answer {
  const changed = { ...answer };
  if (total === null) delete changed.total;
  else if (total !== undefined) changed.total = total;
  if (next === null) delete changed.next;
  else if (next !== undefined) changed.next = next;
  return changed;
}

function replaceValues(row: Row, { records }: Fault<'values'>, call: CallSubject): Row {
  const id = idOf(row);
  let changed = row;
  for (const record of records) {
    if (record.entity !== call.entity || (record.id !== '*' && record.id !== id)) continue;
    changed = { ...changed };
    for (const [name, value] of Object.entries(record.fields)) {
      if (name in row || isSelected(name, call)) setValue(changed, name, value);
    }
  }
  return changed;
}

/** Whether the request wants a field that the sandbox does not know. */
function isSelected(name: string, { params }: CallSubject): boolean {
  const select = toList(params.select).map(toText);
  if (select.length === 0 || select.includes('*') || select.includes(name)) return true;
  return /^uf/i.test(name) && select.includes('UF_*');
}

function setValue(row: Row, name: string, value: FieldValue): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) row[name] = value;
  else if ('$missing' in value) delete row[name];
  else if ('$raw' in value && typeof value.$raw === 'string') row[name] = new RawJson(value.$raw);
  else if ('$repeat' in value && typeof value.$repeat === 'string') row[name] = value.$repeat.repeat(Number(value.times));
  else if ('$asText' in value) row[name] = toText(row[name]);
  else row[name] = value;
}

/** Rows are an array, or an array in `items`; a single record is in `item`, or is the result itself. */
function readRecords(result: unknown): Records | null {
  if (Array.isArray(result)) {
    return result.every(isRow) ? { rows: result, isList: true, wrap: (rows) => rows } : null;
  }
  if (!isRow(result)) return null;
  const { items, item } = result;
  if (Array.isArray(items) && items.every(isRow)) {
    return { rows: items, isList: true, wrap: (rows) => ({ ...result, items: rows }) };
  }
  if (isRow(item)) return { rows: [item], isList: false, wrap: ([row]) => ({ ...result, item: row }) };
  return 'ID' in result || 'id' in result ? { rows: [result], isList: false, wrap: ([row]) => row } : null;
}

const idOf = (row: Row): number => Number(row.id ?? row.ID);

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);
