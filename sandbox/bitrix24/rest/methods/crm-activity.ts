import type { WorldActivity } from '../../../world/types.ts';
import { addActivity, deleteActivity } from '../changes.ts';
import { COMPANIES, CONTACTS, type CrmEntity, type CrmRecord, DEALS, LEADS } from '../entities.ts';
import { classicError, missingParameter, RestError } from '../error.ts';
import { ACTIVITY_FIELDS } from '../fields/activities.ts';
import { and, type Filter } from '../filter.ts';
import { listPage, type OrderTerm } from '../list.ts';
import { type Answer, type Call, type MethodTable, single } from '../method.ts';
import { toInteger, toList, toText } from '../params.ts';
import { parseTime } from '../time.ts';
import { describeClassic, renderClassic, selectAllClassic, selectClassic } from '../views/classic.ts';
import { byClassicName, requireMaps } from './crm-classic.ts';
import { actorOf, findVisible, readListQuery, sees, viewContext } from './crm-records.ts';

const SCOPES = ['crm'];
const FIELDS_BY_NAME = byClassicName(ACTIVITY_FIELDS);
const noMulti = () => [];
const START_TIME_FIRST: OrderTerm<WorldActivity> = { read: (row) => row.startAt, column: 'startAt', descending: false };

export const ACTIVITY_METHODS: MethodTable = {
  'crm.activity.list': { scopes: SCOPES, run: list },
  'crm.activity.get': { scopes: SCOPES, run: get },
  'crm.activity.fields': { scopes: SCOPES, run: () => single(describeClassic(ACTIVITY_FIELDS, false)) },
  'crm.activity.delete': { scopes: SCOPES, run: remove },
  'crm.activity.todo.add': { scopes: SCOPES, run: addTodo },
};

function list(call: Call): Answer {
  requireMaps(call);
  const context = viewContext(call, 'activities');
  const { filter, order, start } = readListQuery(
    call,
    FIELDS_BY_NAME,
    context,
    () => {},
    (row) => row.responsibleId,
  );
  const query = {
    filter: withBindings(filter, call.params.filter),
    order: order.length > 0 ? order : [START_TIME_FIRST],
    start,
  };
  const { rows, total, next, counted } = listPage(call.portal.world.activities, query);
  const selection = selectClassic(ACTIVITY_FIELDS, toList(call.params.select).map(toText));
  const result = rows.map((row) => renderClassic(row, selection, context, noMulti));
  return { result, total, ...(next === undefined ? {} : { next }), records: rows.length, counted };
}

/** `BINDINGS: [{OWNER_TYPE_ID, OWNER_ID}]`: in this world an activity is bound to its owner only. */
function withBindings(filter: Filter<WorldActivity>, wanted: unknown): Filter<WorldActivity> {
  if (typeof wanted !== 'object' || wanted === null || !('BINDINGS' in wanted)) return filter;
  const pairs = toList(wanted.BINDINGS).map((binding) => {
    const { OWNER_TYPE_ID, OWNER_ID } = (binding ?? {}) as Record<string, unknown>;
    return { type: toInteger(OWNER_TYPE_ID, 0), id: toInteger(OWNER_ID, 0) };
  });
  return and(filter, (candidate) => {
    const row = candidate.row();
    return pairs.some((pair) => pair.type === row.ownerTypeId && pair.id === row.ownerId);
  });
}

function get(call: Call): Answer {
  return single(
    renderClassic(requireActivity(call), selectAllClassic(ACTIVITY_FIELDS), viewContext(call, 'activities'), noMulti),
  );
}

function remove(call: Call): Answer {
  return single(deleteActivity(call.portal, requireActivity(call).id, actorOf(call)));
}

function requireActivity(call: Call): WorldActivity {
  const id = toInteger(call.params.id, 0);
  if (id <= 0) throw classicError('ID is not defined or invalid.');
  const row = call.portal.world.activities.get(id);
  if (!row) throw classicError('Not found');
  if (!sees(call, row.responsibleId)) throw classicError('Access denied.');
  return row;
}

/** A to-do in the timeline of a lead, deal, contact or company. It moves the owner's last activity, not its time of change. */
function addTodo(call: Call): Answer {
  const { params, portal } = call;
  for (const name of ['ownerTypeId', 'ownerId', 'deadline']) {
    if (toText(params[name.toLowerCase()]) === '') throw missingParameter(name);
  }
  const deadline = parseTime(toText(params.deadline), portal.utcOffsetMinutes);
  if (deadline === null) throw new RestError(400, 'WRONG_DATETIME_FORMAT', 'Wrong datetime format.');
  const ownerTypeId = toInteger(params.ownertypeid, 0);
  const ownerId = toInteger(params.ownerid, 0);
  const touched = touchOwner(call, ownerTypeId, ownerId);
  if (!touched) throw new RestError(400, 'OWNER_NOT_FOUND', 'Owner was not found.');
  const todo = {
    ownerTypeId,
    ownerId,
    subject: toText(params.title) || toText(params.description),
    endAt: deadline,
    deadline,
    responsibleId: toInteger(params.responsibleid, call.caller.user.id),
  };
  return single({ id: addActivity(portal, todo, actorOf(call)) });
}

function touchOwner(call: Call, typeId: number, id: number): boolean {
  const withActivity = <Row extends CrmRecord & { lastActivityAt: number }>(entity: CrmEntity<Row>): boolean => {
    const row = findVisible(call, entity, id);
    if (!row) return false;
    const change: Partial<Omit<Row, 'id'>> = {};
    Object.assign(change, { lastActivityAt: call.now });
    entity.table(call.portal.world).update(id, change, row.updatedAt);
    return true;
  };
  if (typeId === LEADS.typeId) return withActivity(LEADS);
  if (typeId === DEALS.typeId) return withActivity(DEALS);
  if (typeId === CONTACTS.typeId) return findVisible(call, CONTACTS, id) !== undefined;
  return typeId === COMPANIES.typeId && findVisible(call, COMPANIES, id) !== undefined;
}
