import { deleteRecord, updateRecord } from '../changes.ts';
import { createRecord } from '../conversion.ts';
import { allFields, COMPANIES, CONTACTS, type CrmEntity, type CrmRecord, DEALS, LEADS } from '../entities.ts';
import { missingParameter, RestError } from '../error.ts';
import { listPage } from '../list.ts';
import { type Answer, type Call, type MethodTable, single } from '../method.ts';
import { isYes, toInteger, toList, toText } from '../params.ts';
import { byItemName, describeItem, renderItem, selectItem } from '../views/item.ts';
import { actorOf, findVisible, readListQuery, toChange, viewContext } from './crm-records.ts';

/** The crm.item.* methods of one entity. */
interface ItemMethods {
  list(call: Call): Answer;
  get(call: Call): Answer;
  fields(call: Call): Answer;
  add(call: Call): Answer;
  update(call: Call): Answer;
  delete(call: Call): Answer;
}

const BY_TYPE = new Map<number, ItemMethods>([
  [LEADS.typeId, createItemMethods(LEADS)],
  [DEALS.typeId, createItemMethods(DEALS)],
  [CONTACTS.typeId, createItemMethods(CONTACTS)],
  [COMPANIES.typeId, createItemMethods(COMPANIES)],
]);

const ofType = (name: keyof ItemMethods): MethodTable[string] => ({
  scopes: ['crm'],
  run: (call) => {
    const typeId = toText(call.params.entitytypeid);
    if (typeId === '') throw missingParameter('entityTypeId');
    const methods = BY_TYPE.get(Number(typeId));
    if (!methods) throw new RestError(400, 'NOT_FOUND', 'Smart process not found');
    return methods[name](call);
  },
});

export const ITEM_METHODS: MethodTable = {
  'crm.item.list': ofType('list'),
  'crm.item.get': ofType('get'),
  'crm.item.fields': ofType('fields'),
  'crm.item.add': ofType('add'),
  'crm.item.update': ofType('update'),
  'crm.item.delete': ofType('delete'),
};

function createItemMethods<Row extends CrmRecord>(entity: CrmEntity<Row>): ItemMethods {
  const fieldsOf = (call: Call) => allFields(entity, call.portal.world);
  const readMulti = entity.setMulti === null ? null : entity.readMulti;

  function show(call: Call, id: number): Answer {
    const row = requireItem(call, entity, id);
    const selection = selectItem(fieldsOf(call), ['*'], isYes(call.params.useoriginalufnames));
    const item = renderItem(row, selection, viewContext(call, entity.name), readMulti);
    return single({ item: { ...item, entityTypeId: entity.typeId } });
  }

  return {
    list: (call) => {
      const context = viewContext(call, entity.name);
      const fields = fieldsOf(call);
      const query = readListQuery(call, byItemName(fields), context, refuseUnknown, (row) => row.assignedById);
      const { rows, total, next, counted } = listPage(entity.table(call.portal.world), query);
      const select = toList(call.params.select).map(toText);
      const selection = selectItem(fields, select, isYes(call.params.useoriginalufnames));
      const items = rows.map((row) => renderItem(row, selection, context, readMulti));
      return { result: { items }, total, ...(next === undefined ? {} : { next }), records: rows.length, counted };
    },
    get: (call) => show(call, requireId(call)),
    fields: (call) => single({ fields: describeItem(fieldsOf(call), isYes(call.params.useoriginalufnames), readMulti !== null) }),
    add: (call) => {
      const actor = actorOf(call);
      const blank = entity.blank(call.portal.world, actor.userId, actor.now);
      const change = toChange(entity, requireFields(call), byItemName(fieldsOf(call)), blank, call.portal.utcOffsetMinutes);
      return show(call, createRecord(call.portal, entity, change, actor));
    },
    update: (call) => {
      const row = requireItem(call, entity, requireId(call));
      const change = toChange(entity, requireFields(call), byItemName(fieldsOf(call)), row, call.portal.utcOffsetMinutes);
      updateRecord(call.portal, entity, row.id, change, actorOf(call));
      return show(call, row.id);
    },
    delete: (call) => {
      deleteRecord(call.portal, entity, requireItem(call, entity, requireId(call)).id, actorOf(call));
      return single([]);
    },
  };
}

function refuseUnknown(name: string, part: 'filter' | 'order'): never {
  throw new RestError(400, 'INVALID_ARG_VALUE', `Invalid ${part}: field '${name}' is not allowed in ${part}`);
}

function requireId(call: Call): number {
  if (call.params.id === undefined) throw missingParameter('id');
  return toInteger(call.params.id, 0);
}

function requireFields(call: Call): [string, unknown][] {
  const { fields } = call.params;
  if (typeof fields !== 'object' || fields === null) throw missingParameter('fields');
  return Object.entries(fields);
}

function requireItem<Row extends CrmRecord>(call: Call, entity: CrmEntity<Row>, id: number): Row {
  const row = findVisible(call, entity, id);
  if (row) return row;
  const exists = entity.table(call.portal.world).get(id) !== undefined;
  throw exists ? new RestError(403, 'ACCESS_DENIED', 'Access denied') : new RestError(400, 'NOT_FOUND', 'Element not found');
}
