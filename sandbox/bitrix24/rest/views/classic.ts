import { createHash } from 'node:crypto';
import type { WorldCustomField } from '../../../world/types.ts';
import type { Field, FieldType, MultiValue, Value } from '../fields/field.ts';
import { formatDay, formatTime } from '../time.ts';
import type { ViewContext } from './view.ts';

/** What a row of a classic list holds: single fields, and multi-fields when they are asked for by name. */
export interface ClassicSelection<Row> {
  fields: [string, Field<Row>][];
  multi: ReadonlySet<string>;
}

const MULTI_FIELDS = ['PHONE', 'EMAIL'];

/** Reads a select parameter: names, `*` (all but custom fields) and `UF_*` (custom fields with one value). Always with ID. */
export function selectClassic<Row>(fields: readonly Field<Row>[], select: string[]): ClassicSelection<Row> {
  const names = new Set(select.length === 0 ? ['*', 'UF_*'] : select.map((name) => name.toUpperCase()));
  const chosen: [string, Field<Row>][] = [];
  for (const field of fields) {
    if (field.classic === null) continue;
    const byMask = field.custom ? names.has('UF_*') && !field.multiple : names.has('*');
    if (byMask || names.has(field.classic) || field.classic === 'ID') chosen.push([field.classic, field]);
  }
  return { fields: chosen, multi: new Set(MULTI_FIELDS.filter((name) => names.has(name))) };
}

/** What crm.*.get shows: everything. */
export function selectAllClassic<Row>(fields: readonly Field<Row>[]): ClassicSelection<Row> {
  const chosen = fields.flatMap((field): [string, Field<Row>][] => (field.classic === null ? [] : [[field.classic, field]]));
  return { fields: chosen, multi: new Set(MULTI_FIELDS) };
}

export function renderClassic<Row>(
  row: Row,
  selection: ClassicSelection<Row>,
  context: ViewContext,
  readMulti: (row: Row) => MultiValue[],
): Record<string, unknown> {
  const rendered: Record<string, unknown> = {};
  for (const [name, field] of selection.fields) {
    const value = field.readClassic ? field.readClassic(row) : field.read(row, context.lookup);
    rendered[name] = toClassic(field, value, context);
  }
  if (selection.multi.size > 0) Object.assign(rendered, renderMulti(readMulti(row), selection.multi));
  return rendered;
}

/** The key is missing when the record has no value of the kind. */
function renderMulti(values: MultiValue[], wanted: ReadonlySet<string>): Record<string, unknown> {
  const rendered: Record<string, unknown[]> = {};
  for (const value of values) {
    if (!wanted.has(value.typeId)) continue;
    const list = rendered[value.typeId] ?? [];
    list.push({ ID: String(value.id), VALUE_TYPE: 'WORK', VALUE: value.value, TYPE_ID: value.typeId });
    rendered[value.typeId] = list;
  }
  return rendered;
}

function toClassic<Row>(field: Field<Row>, value: Value, context: ViewContext): unknown {
  if (field.type === 'object') return value;
  if (Array.isArray(value)) return value.length === 0 ? false : value.map(String);
  if (field.type === 'datetime' || field.type === 'date') {
    if (typeof value !== 'number') return '';
    return field.type === 'date' ? formatDay(value, context.offsetMinutes) : formatTime(value, context.offsetMinutes);
  }
  if (value === null || typeof value === 'boolean') return value;
  return String(value);
}

/** The answer of crm.lead.fields and its kin. */
export function describeClassic<Row>(fields: readonly Field<Row>[], withMulti: boolean): Record<string, unknown> {
  const described: Record<string, unknown> = {};
  for (const field of fields) if (field.classic !== null) described[field.classic] = describe(field, field.type);
  if (withMulti) {
    for (const name of [...MULTI_FIELDS, 'WEB', 'IM', 'LINK']) {
      described[name] = {
        type: 'crm_multifield',
        isRequired: false,
        isReadOnly: false,
        isImmutable: false,
        isMultiple: true,
        isDynamic: false,
        title: name,
      };
    }
  }
  return described;
}

/** entityTypeId of what a field refers to. */
const PARENTS: ReadonlyMap<FieldType, number> = new Map([
  ['crm_lead', 1],
  ['crm_company', 4],
  ['crm_quote', 7],
]);

/** The description both families give of a field, but for the type's name. */
export function describe<Row>(field: Field<Row>, type: string): Record<string, unknown> {
  const { custom } = field;
  const parent = PARENTS.get(field.type);
  return {
    type,
    isRequired: field.required ?? false,
    isReadOnly: field.readOnly ?? false,
    isImmutable: field.immutable ?? false,
    isMultiple: field.multiple ?? false,
    isDynamic: custom !== undefined,
    ...(field.deprecated ? { isDeprecated: true } : {}),
    ...(field.statusType ? { statusType: field.statusType } : {}),
    title: custom ? custom.code : field.title,
    ...(parent === undefined ? {} : { settings: { parentEntityTypeId: parent } }),
    ...(custom ? { listLabel: custom.label, formLabel: custom.label, filterLabel: custom.label } : {}),
    ...(custom && custom.items.length > 0
      ? { items: custom.items.map((item) => ({ ID: String(item.id), VALUE: item.value })) }
      : {}),
  };
}

const USER_FIELD_SETTINGS: Readonly<Record<WorldCustomField['type'], unknown>> = {
  string: { SIZE: 20, ROWS: 1, REGEXP: '', MIN_LENGTH: 0, MAX_LENGTH: 0, DEFAULT_VALUE: '' },
  double: { PRECISION: 2, SIZE: 20, MIN_VALUE: 0, MAX_VALUE: 0, DEFAULT_VALUE: null },
  boolean: { DEFAULT_VALUE: 0, DISPLAY: 'CHECKBOX', LABEL: ['', ''], LABEL_CHECKBOX: '' },
  enumeration: { DISPLAY: 'LIST', LIST_HEIGHT: 1, CAPTION_NO_VALUE: '', SHOW_NO_VALUE: 'Y' },
  date: { DEFAULT_VALUE: { TYPE: 'NONE', VALUE: '' } },
};

/** The answer of crm.deal.userfield.list and its kin. */
export function describeUserFields<Row>(fields: readonly Field<Row>[], entityId: string): Record<string, unknown>[] {
  return fields.flatMap(({ custom }, index) => {
    if (!custom) return [];
    return {
      ID: String(5000 + index),
      ENTITY_ID: entityId,
      FIELD_NAME: custom.code,
      USER_TYPE_ID: custom.type,
      XML_ID: null,
      SORT: '100',
      MULTIPLE: custom.multiple ? 'Y' : 'N',
      MANDATORY: 'N',
      SHOW_FILTER: 'E',
      SHOW_IN_LIST: 'Y',
      EDIT_IN_LIST: 'Y',
      IS_SEARCHABLE: 'N',
      SETTINGS: USER_FIELD_SETTINGS[custom.type],
      EDIT_FORM_LABEL: custom.label,
      LIST_COLUMN_LABEL: custom.label,
      LIST_FILTER_LABEL: custom.label,
      ERROR_MESSAGE: null,
      HELP_MESSAGE: null,
      ...(custom.items.length > 0 ? { LIST: custom.items.map(describeOption) } : {}),
    };
  });
}

function describeOption(item: { id: number; value: string }, index: number): Record<string, string> {
  const xmlId = createHash('md5').update(String(item.id)).digest('hex');
  return { ID: String(item.id), SORT: String((index + 1) * 10), VALUE: item.value, DEF: 'N', XML_ID: xmlId };
}
