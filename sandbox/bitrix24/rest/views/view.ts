import type { Field, FieldType, Lookup } from '../fields/field.ts';
import type { Comparison, FilterField } from '../filter.ts';
import type { OrderTerm } from '../list.ts';
import { toEntries, toText } from '../params.ts';

/** Turns a field of a record into what one of the two families of methods prints. */
export interface ViewContext {
  lookup: Lookup;
  offsetMinutes: number;
}

const COMPARISONS = new Map<FieldType, Comparison>([
  ['integer', 'number'],
  ['crm_enum_ownertype', 'number'],
  ['crm_enum_activitytype', 'number'],
  ['crm_enum_activitystatus', 'number'],
  ['crm_enum_activitypriority', 'number'],
  ['crm_enum_activitynotifytype', 'number'],
  ['crm_enum_activitydirection', 'number'],
  ['crm_enum_contenttype', 'number'],
  ['double', 'number'],
  ['user', 'number'],
  ['crm_lead', 'number'],
  ['crm_contact', 'number'],
  ['crm_company', 'number'],
  ['crm_category', 'number'],
  ['enumeration', 'number'],
  // 1 and 0 in filters, as for custom yes/no fields.
  ['boolean', 'number'],
  ['datetime', 'time'],
  ['date', 'day'],
]);

/** How a filter compares a field; the record's id is known by its name in either view. */
export function toFilterField<Row>(field: Field<Row>, lookup: Lookup): FilterField<Row> {
  return {
    compare: COMPARISONS.get(field.type) ?? 'text',
    read: (row) => field.read(row, lookup),
    isId: field.classic === 'ID',
    ...(field.column ? { column: field.column } : {}),
  };
}

/** Reads an order parameter. Unknown names go to `onUnknown`, which throws or ignores them. */
export function toOrder<Row>(
  order: unknown,
  fields: ReadonlyMap<string, Field<Row>>,
  lookup: Lookup,
  onUnknown: (name: string) => void,
): OrderTerm<Row>[] {
  const terms: OrderTerm<Row>[] = [];
  for (const [name, direction] of toEntries(order) ?? []) {
    const field = fields.get(name);
    if (!field) {
      onUnknown(name);
      continue;
    }
    const descending = toText(direction).toUpperCase().startsWith('DESC');
    const read = field.classic === 'ID' ? null : (row: Row) => toKey(field, row, lookup);
    terms.push({ read, descending, ...(field.column ? { column: field.column } : {}) });
  }
  return terms;
}

function toKey<Row>(field: Field<Row>, row: Row, lookup: Lookup): string | number | null {
  const value = field.read(row, lookup);
  if (value === null || typeof value === 'object') return null;
  if (COMPARISONS.get(field.type) === 'number') return Number(value);
  return typeof value === 'string' ? value.toLowerCase() : Number(value);
}
