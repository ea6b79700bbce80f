import { type Field, type MultiValue, toItemCustomName, type Value } from '../fields/field.ts';
import { formatDay, formatTime } from '../time.ts';
import { describe } from './classic.ts';
import type { ViewContext } from './view.ts';

/** What an item holds: single fields under the names shown, and the multi-fields in their two forms. */
export interface ItemSelection<Row> {
  fields: [string, Field<Row>][];
  /** `fm`, the array of telephones and e-mails. */
  withMulti: boolean;
  /** Flat fields such as `phone`. */
  flat: string[];
}

const FLAT_MULTI = ['phone', 'phoneMobile', 'phoneWork', 'phoneMailing', 'email', 'emailHome', 'emailWork', 'emailMailing'];
const ITEM_TYPES: Readonly<Record<string, string>> = { char: 'boolean' };

/** Fields by the name a client uses; custom fields answer to their original name as well. */
export function byItemName<Row>(fields: readonly Field<Row>[]): Map<string, Field<Row>> {
  const names = new Map<string, Field<Row>>();
  for (const field of fields) {
    const name = itemName(field, false);
    if (name === null) continue;
    names.set(name, field);
    if (field.custom) names.set(field.custom.code, field);
  }
  return names;
}

/**
 * Reads a select parameter. Absent: every field but `fm`; `*` brings `fm` too. Names the entity does not have are ignored.
 * `originalNames` prints custom fields as UF_CRM_….
 */
export function selectItem<Row>(fields: readonly Field<Row>[], select: string[], originalNames: boolean): ItemSelection<Row> {
  const names = new Set(select);
  const all = select.length === 0 || names.has('*');
  const chosen: [string, Field<Row>][] = [];
  for (const field of fields) {
    const name = itemName(field, originalNames);
    if (name === null) continue;
    const named =
      names.has(name) || (field.custom && (names.has(field.custom.code) || names.has(toItemCustomName(field.custom.code))));
    if (all || named || field.item === 'id' || (field.custom && names.has('UF_*'))) chosen.push([name, field]);
  }
  return { fields: chosen, withMulti: names.has('*'), flat: all ? FLAT_MULTI : FLAT_MULTI.filter((name) => names.has(name)) };
}

export function renderItem<Row>(
  row: Row,
  selection: ItemSelection<Row>,
  context: ViewContext,
  readMulti: ((row: Row) => MultiValue[]) | null,
): Record<string, unknown> {
  const item: Record<string, unknown> = {};
  for (const [name, field] of selection.fields) item[name] = toItem(field, field.read(row, context.lookup), context);
  if (readMulti && (selection.withMulti || selection.flat.length > 0)) addMulti(item, selection, readMulti(row));
  return item;
}

function addMulti<Row>(item: Record<string, unknown>, selection: ItemSelection<Row>, values: MultiValue[]): void {
  // The world's values are all of the kind WORK.
  const filled: Record<string, string | undefined> = {};
  for (const { typeId, value } of values) {
    const name = typeId.toLowerCase();
    filled[name] = value;
    filled[`${name}Work`] = value;
  }
  for (const name of selection.flat) item[name] = filled[name] ?? '';
  if (selection.withMulti) {
    item.fm = values.map(({ id, typeId, value }) => ({ id, valueType: 'WORK', value, typeId }));
  }
}

function toItem<Row>(field: Field<Row>, value: Value, context: ViewContext): unknown {
  if (value === null || typeof value === 'object') return value;
  switch (field.type) {
    case 'double':
    case 'enumeration':
    case 'integer':
      return Number(value);
    case 'datetime':
      return formatTime(Number(value), context.offsetMinutes);
    case 'date':
      return formatDay(Number(value), context.offsetMinutes);
    case 'boolean':
      return value === true || value === 1 || value === '1' || value === 'Y' ? 'Y' : 'N';
    default:
      return value;
  }
}

/** The answer of crm.item.fields, without its wrapper. */
export function describeItem<Row>(
  fields: readonly Field<Row>[],
  originalNames: boolean,
  withMulti: boolean,
): Record<string, unknown> {
  const described: Record<string, unknown> = {};
  for (const field of fields) {
    const name = itemName(field, originalNames);
    if (name === null) continue;
    described[name] = {
      ...describe(field, ITEM_TYPES[field.type] ?? field.type),
      upperName: field.custom?.code ?? toUpperName(name),
    };
  }
  if (withMulti) {
    described.fm = {
      type: 'crm_multifield',
      isRequired: false,
      isReadOnly: false,
      isImmutable: false,
      isMultiple: true,
      isDynamic: false,
      title: 'Contact details',
      upperName: 'FM',
    };
  }
  return described;
}

function itemName<Row>(field: Field<Row>, originalNames: boolean): string | null {
  return originalNames && field.custom ? field.custom.code : field.item;
}

const toUpperName = (name: string): string => name.replace(/([A-Z])/g, '_$1').toUpperCase();
