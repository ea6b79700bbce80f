import type { World, WorldCustomField, WorldEntity, WorldTable } from '../../../world/types.ts';

/** Field types as the classic `*.fields` methods name them. */
export type FieldType =
  | 'integer'
  | 'string'
  | 'double'
  | 'char'
  | 'boolean'
  | 'enumeration'
  | 'user'
  | 'datetime'
  | 'date'
  | 'crm_status'
  | 'crm_currency'
  | 'crm_category'
  | 'crm_lead'
  | 'crm_contact'
  | 'crm_company'
  | 'crm_quote'
  | 'crm_enum_ownertype'
  | 'crm_enum_activitytype'
  | 'crm_enum_activitystatus'
  | 'crm_enum_activitypriority'
  | 'crm_enum_activitynotifytype'
  | 'crm_enum_activitydirection'
  | 'crm_enum_contenttype'
  | 'location'
  | 'object';

/**
 * A value before it takes the form of a view: ids are numbers, money decimal strings, moments Unix seconds (null: none),
 * flags 'Y' or 'N'. Arrays and booleans occur in custom fields only.
 */
export type Value = string | number | boolean | null | readonly (string | number)[];

/** Columns the world reads without building a record. */
export type Column = Parameters<WorldTable<{ id: number }>['number']>[1];

export interface Field<Row> {
  /** Name in crm.item.*, null: not there. */
  item: string | null;
  /** Name in the classic methods, null: not there. */
  classic: string | null;
  type: FieldType;
  title: string;
  readOnly?: boolean;
  immutable?: boolean;
  deprecated?: boolean;
  required?: boolean;
  multiple?: boolean;
  statusType?: string;
  /** Definition of a custom field. */
  custom?: WorldCustomField;
  column?: Column;
  read(row: Row, lookup: Lookup): Value;
  /** Where the classic methods show something else. */
  readClassic?(row: Row): Value;
  /** What a write changes; absent: a written value is kept beside the custom fields, under the classic name. */
  property?: keyof Row & string;
}

/** What reading a field may need besides the record. */
export interface Lookup {
  /** P, S or F; P for a stage the portal does not know. */
  semanticOf(stageId: string): string;
}

/** A multi-field value: telephone or e-mail. */
export interface MultiValue {
  id: number;
  typeId: 'PHONE' | 'EMAIL';
  value: string;
}

interface WithContacts {
  id: number;
  phone?: string | null;
  email?: string | null;
}

/** The world keeps one telephone and one e-mail a record; their ids follow from the record's. */
export function readMultiValues(row: WithContacts): MultiValue[] {
  const values: MultiValue[] = [];
  if (row.phone) values.push({ id: row.id * 2, typeId: 'PHONE', value: row.phone });
  if (row.email) values.push({ id: row.id * 2 + 1, typeId: 'EMAIL', value: row.email });
  return values;
}

/** Semantics of an entity's stages, as the portal's dictionary says now. */
export function createLookup(world: World, entity: WorldEntity): Lookup {
  const stages = new Map<string, string>();
  for (const status of world.statuses) {
    const belongs = entity === 'leads' ? status.entityId === 'STATUS' : status.entityId.startsWith('DEAL_STAGE');
    if (belongs) stages.set(status.statusId, status.semantic ?? 'P');
  }
  return { semanticOf: (stageId) => stages.get(stageId) ?? 'P' };
}

/** Fields of the portal's own, as the world defines them. */
export function customFields<Row extends { custom: Record<string, unknown> }>(world: World, entity: WorldEntity): Field<Row>[] {
  return world.customFields
    .filter((definition) => definition.entity === entity)
    .map((definition) => ({
      item: toItemCustomName(definition.code),
      classic: definition.code,
      type: definition.type,
      title: definition.label,
      multiple: definition.multiple,
      custom: definition,
      read: (row) => toCustomValue(row.custom[definition.code], definition),
    }));
}

/**
 * `UF_CRM_1747309879` -> `ufCrm_1747309879`, `UF_CRM_3_1747309727` -> `ufCrm3_1747309727`, letters with digits keep their
 * form behind the prefix (`ufCrm_3_DIGIT10`), letters alone turn into camel case.
 */
export function toItemCustomName(code: string): string {
  const rest = code.replace(/^UF_CRM_/, '');
  const typed = /^(\d+)_(\d+)$/.exec(rest);
  if (typed) return `ufCrm${typed[1]}_${typed[2]}`;
  if (/\d/.test(rest)) return `ufCrm_${rest}`;
  return `ufCrm${rest.toLowerCase().replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())}`;
}

function toCustomValue(value: unknown, definition: WorldCustomField): Value {
  if (definition.multiple) {
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string' || typeof one === 'number') : [];
  }
  // Noon: the same day whatever the portal's offset.
  if (definition.type === 'date') return typeof value === 'string' ? Date.parse(`${value}T12:00:00Z`) / 1000 : null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return null;
}

/** A field the world does not model: constant until a client writes it. */
export function constant<Row extends { custom: Record<string, unknown> }>(
  item: string | null,
  classic: string,
  type: FieldType,
  value: string | number | null,
  options: Partial<Field<Row>> = {},
): Field<Row> {
  return {
    item,
    classic,
    type,
    title: classic,
    read: (row) => {
      const written = row.custom[classic];
      return typeof written === 'string' || typeof written === 'number' ? written : value;
    },
    ...options,
  };
}

/** Fields crm.item.* shows and the world does not model. */
export function itemOnly<Row>(names: readonly string[], value: Value = null): Field<Row>[] {
  return names.map((item) => ({ item, classic: null, type: 'string', title: item, readOnly: true, read: () => value }));
}

/** What the search of the portal looks through. */
export const searchContent = {
  item: 'searchContent',
  classic: null,
  type: 'string',
  title: 'SEARCH_CONTENT',
  readOnly: true,
} as const satisfies Partial<Field<unknown>>;

/** An address in its parts, which the universal methods do not have. */
export function addressFields<Row extends { custom: Record<string, unknown> }>(parts: readonly string[]): Field<Row>[] {
  return parts.map((part) => constant<Row>(null, `ADDRESS_${part}`, 'string', null));
}

/** Bitrix24 keeps a relation that was never set as nothing, and as 0 once the record was saved again; crm.item.* shows 0 for both. */
export function relation<Row extends { createdAt: number; updatedAt: number }>(
  read: (row: Row) => number,
): Pick<Field<Row>, 'read' | 'readClassic'> {
  return { read, readClassic: (row) => read(row) || (row.updatedAt > row.createdAt ? 0 : null) };
}

/** The five UTM fields; the world models the source of leads only. */
export function utmFields<Row extends { custom: Record<string, unknown> }>(names: readonly string[]): Field<Row>[] {
  return names.map((name) => constant<Row>(`utm${name[0]}${name.slice(1).toLowerCase()}`, `UTM_${name}`, 'string', null));
}

export const yesNo = (value: boolean): 'Y' | 'N' => (value ? 'Y' : 'N');
