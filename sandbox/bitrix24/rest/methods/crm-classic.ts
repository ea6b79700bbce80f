import { deleteRecord, updateRecord } from '../changes.ts';
import { createRecord } from '../conversion.ts';
import { allFields, type CrmEntity, type CrmRecord } from '../entities.ts';
import { classicError } from '../error.ts';
import type { Field } from '../fields/field.ts';
import { listPage } from '../list.ts';
import { type Answer, type Call, type MethodTable, single } from '../method.ts';
import { toEntries, toInteger, toList, toText } from '../params.ts';
import { describeClassic, describeUserFields, renderClassic, selectAllClassic, selectClassic } from '../views/classic.ts';
import { actorOf, findVisible, readListQuery, toChange, viewContext } from './crm-records.ts';

const SCOPES = ['crm'];

/** crm.lead.* and its kin: list, get, fields, add, update, delete and the custom fields' definitions. */
export function createClassicMethods<Row extends CrmRecord>(entity: CrmEntity<Row>): MethodTable {
  const prefix = `crm.${entity.word}`;
  return {
    [`${prefix}.list`]: { scopes: SCOPES, run: (call) => list(call, entity) },
    [`${prefix}.get`]: { scopes: SCOPES, run: (call) => get(call, entity) },
    [`${prefix}.fields`]: {
      scopes: SCOPES,
      run: (call) => single(describeClassic(allFields(entity, call.portal.world), entity.setMulti !== null)),
    },
    [`${prefix}.add`]: { scopes: SCOPES, run: (call) => add(call, entity) },
    [`${prefix}.update`]: { scopes: SCOPES, run: (call) => update(call, entity) },
    [`${prefix}.delete`]: { scopes: SCOPES, run: (call) => remove(call, entity) },
    [`${prefix}.userfield.list`]: {
      scopes: SCOPES,
      run: (call) => {
        const rows = describeUserFields(allFields(entity, call.portal.world), `CRM_${entity.word.toUpperCase()}`);
        return { result: rows, total: rows.length, records: rows.length };
      },
    },
  };
}

/** Fields by the name a classic method knows them by. */
export function byClassicName<Row>(fields: readonly Field<Row>[]): Map<string, Field<Row>> {
  return new Map(fields.flatMap((field): [string, Field<Row>][] => (field.classic === null ? [] : [[field.classic, field]])));
}

/** Telephones and e-mails, of which a filter may name one exactly. */
function multiFields<Row extends CrmRecord>(entity: CrmEntity<Row>): [string, Field<Row>][] {
  return (['PHONE', 'EMAIL'] as const).map((kind) => {
    const read = (row: Row) => entity.readMulti(row).flatMap(({ typeId, value }) => (typeId === kind ? value : []));
    return [kind, { item: null, classic: kind, type: 'string', title: kind, multiple: true, read }];
  });
}

/** Classic methods refuse a filter or an order that is no map. */
export function requireMaps(call: Call): void {
  for (const name of ['order', 'filter']) {
    if (toEntries(call.params[name]) === null) throw classicError(`Parameter '${name}' must be array.`);
  }
}

function list<Row extends CrmRecord>(call: Call, entity: CrmEntity<Row>): Answer {
  requireMaps(call);
  const context = viewContext(call, entity.name);
  const fields = allFields(entity, call.portal.world);
  // An unknown filter field is ignored: the classic lists do not complain.
  const query = readListQuery(
    call,
    new Map([...byClassicName(fields), ...multiFields(entity)]),
    context,
    () => {},
    (row) => row.assignedById,
  );
  const { rows, total, next, counted } = listPage(entity.table(call.portal.world), query);
  const selection = selectClassic(fields, toList(call.params.select).map(toText));
  const result = rows.map((row) => renderClassic(row, selection, context, entity.readMulti));
  return { result, total, ...(next === undefined ? {} : { next }), records: rows.length, counted };
}

function get<Row extends CrmRecord>(call: Call, entity: CrmEntity<Row>): Answer {
  const row = requireRecord(call, entity);
  const selection = selectAllClassic(allFields(entity, call.portal.world));
  return single(renderClassic(row, selection, viewContext(call, entity.name), entity.readMulti));
}

function add<Row extends CrmRecord>(call: Call, entity: CrmEntity<Row>): Answer {
  const actor = actorOf(call);
  const fields = byClassicName(allFields(entity, call.portal.world));
  const blank = entity.blank(call.portal.world, actor.userId, actor.now);
  const change = toChange(entity, requireFields(call), fields, blank, call.portal.utcOffsetMinutes);
  return single(createRecord(call.portal, entity, change, actor));
}

function update<Row extends CrmRecord>(call: Call, entity: CrmEntity<Row>): Answer {
  const row = requireRecord(call, entity);
  const fields = byClassicName(allFields(entity, call.portal.world).filter((field) => !field.immutable));
  const change = toChange(entity, requireFields(call), fields, row, call.portal.utcOffsetMinutes);
  updateRecord(call.portal, entity, row.id, change, actorOf(call));
  return single(true);
}

function remove<Row extends CrmRecord>(call: Call, entity: CrmEntity<Row>): Answer {
  deleteRecord(call.portal, entity, requireRecord(call, entity).id, actorOf(call));
  return single(true);
}

function requireRecord<Row extends CrmRecord>(call: Call, entity: CrmEntity<Row>): Row {
  const id = toInteger(call.params.id, 0);
  if (id <= 0) throw classicError('ID is not defined or invalid.');
  const row = findVisible(call, entity, id);
  if (row) return row;
  const exists = entity.table(call.portal.world).get(id) !== undefined;
  throw classicError(exists ? 'Access denied.' : 'Not found');
}

function requireFields(call: Call): [string, unknown][] {
  const { fields } = call.params;
  if (typeof fields !== 'object' || fields === null) throw classicError("Parameter 'fields' must be array.");
  return Object.entries(fields);
}
