import type { WorldActivity } from '../../../world/types.ts';
import { type Field, type FieldType, type Value, yesNo } from './field.ts';

/** What Bitrix24 writes for "no deadline". */
const NO_DEADLINE = Date.UTC(9999, 11, 31) / 1000;

/** Activities are reached by the classic methods only; the world's are changed through crm.activity.todo.*. */
function field(
  classic: string,
  type: FieldType,
  title: string,
  read: (row: WorldActivity) => Value,
  options: Partial<Field<WorldActivity>> = {},
): Field<WorldActivity> {
  return { item: null, classic, type, title, read, ...options };
}

const fixed = (classic: string, type: FieldType, value: Value): Field<WorldActivity> =>
  field(classic, type, classic, () => value);

const PROVIDER_TYPES: Record<number, string> = { 1: 'MEETING', 2: 'CALL', 3: 'TASK', 4: 'EMAIL', 6: 'TODO' };

export const ACTIVITY_FIELDS: readonly Field<WorldActivity>[] = [
  field('ID', 'integer', 'ID', (row) => row.id, { readOnly: true }),
  field('OWNER_ID', 'integer', 'Owner ID', (row) => row.ownerId, { column: 'ownerId', immutable: true }),
  field('OWNER_TYPE_ID', 'crm_enum_ownertype', 'Owner Type', (row) => row.ownerTypeId, {
    column: 'ownerTypeId',
    immutable: true,
  }),
  field('TYPE_ID', 'crm_enum_activitytype', 'Type', (row) => row.typeId, { required: true, immutable: true }),
  field('PROVIDER_ID', 'string', 'Provider ID', (row) => row.providerId),
  field('PROVIDER_TYPE_ID', 'string', 'Provider Type', (row) => PROVIDER_TYPES[row.typeId] ?? null),
  fixed('PROVIDER_GROUP_ID', 'string', null),
  fixed('ASSOCIATED_ENTITY_ID', 'integer', 0),
  field('SUBJECT', 'string', 'Subject', (row) => row.subject, { required: true }),
  field('CREATED', 'datetime', 'Creation Date', (row) => row.createdAt, { column: 'createdAt', readOnly: true }),
  field('LAST_UPDATED', 'datetime', 'Last Updated Date', (row) => row.updatedAt, { column: 'updatedAt', readOnly: true }),
  field('START_TIME', 'datetime', 'Start', (row) => row.startAt || null, { column: 'startAt' }),
  field('END_TIME', 'datetime', 'Deadline', (row) => row.endAt || null),
  field('DEADLINE', 'datetime', 'Execution Deadline', (row) => row.deadline || NO_DEADLINE),
  field('COMPLETED', 'char', 'Completed', (row) => yesNo(row.completed)),
  field('STATUS', 'crm_enum_activitystatus', 'Status', (row) => (row.completed ? 2 : 1)),
  field('RESPONSIBLE_ID', 'user', 'Responsible', (row) => row.responsibleId, { column: 'assignedById', required: true }),
  fixed('PRIORITY', 'crm_enum_activitypriority', 2),
  fixed('NOTIFY_TYPE', 'crm_enum_activitynotifytype', 0),
  fixed('NOTIFY_VALUE', 'integer', 0),
  fixed('DESCRIPTION', 'string', ''),
  fixed('DESCRIPTION_TYPE', 'crm_enum_contenttype', 1),
  field('DIRECTION', 'crm_enum_activitydirection', 'Direction', (row) => row.direction),
  fixed('LOCATION', 'string', ''),
  fixed('SETTINGS', 'object', []),
  fixed('ORIGINATOR_ID', 'string', null),
  fixed('ORIGIN_ID', 'string', null),
  field('AUTHOR_ID', 'user', 'Created By', (row) => row.responsibleId, { readOnly: true }),
  field('EDITOR_ID', 'user', 'Edited By', (row) => row.responsibleId, { readOnly: true }),
  fixed('PROVIDER_PARAMS', 'object', []),
  fixed('PROVIDER_DATA', 'string', null),
  fixed('RESULT_MARK', 'integer', 0),
  fixed('RESULT_VALUE', 'double', null),
  fixed('RESULT_SUM', 'double', null),
  fixed('RESULT_CURRENCY_ID', 'string', null),
  fixed('RESULT_STATUS', 'integer', 0),
  fixed('RESULT_STREAM', 'integer', 0),
  fixed('RESULT_SOURCE_ID', 'string', null),
  fixed('AUTOCOMPLETE_RULE', 'integer', 0),
];
