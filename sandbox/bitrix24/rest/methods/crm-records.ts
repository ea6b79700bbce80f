import type { Actor } from '../changes.ts';
import type { CrmEntity, CrmRecord } from '../entities.ts';
import { createLookup, type Field } from '../fields/field.ts';
import { and, compileFilter, type Filter } from '../filter.ts';
import type { OrderTerm } from '../list.ts';
import type { Call } from '../method.ts';
import { isYes, toInteger, toList, toText } from '../params.ts';
import { parseTime } from '../time.ts';
import { toFilterField, toOrder, type ViewContext } from '../views/view.ts';

/** What reading and writing needs to know of the portal. */
export const viewContext = (call: Call, entity: Parameters<typeof createLookup>[1]): ViewContext => ({
  lookup: createLookup(call.portal.world, entity),
  offsetMinutes: call.portal.utcOffsetMinutes,
});

export const actorOf = (call: Call): Actor => ({ userId: call.caller.user.id, byRobot: false, now: call.now });

/** Employees see their own records, administrators all. */
export const sees = (call: Call, assignedById: number): boolean =>
  call.caller.user.isAdmin || assignedById === call.caller.user.id;

/** A record the caller may see. */
export function findVisible<Row extends CrmRecord>(call: Call, entity: CrmEntity<Row>, id: number): Row | undefined {
  const row = entity.table(call.portal.world).get(id);
  return row !== undefined && sees(call, row.assignedById) ? row : undefined;
}

/** Reads filter, order and start of a list over records that belong to somebody. */
export function readListQuery<Row>(
  call: Call,
  fields: ReadonlyMap<string, Field<Row>>,
  context: ViewContext,
  onUnknown: (name: string, part: 'filter' | 'order') => void,
  ownerOf: (row: Row) => number,
): { filter: Filter<Row>; order: OrderTerm<Row>[]; start: number } {
  const filter = compileFilter<Row>(call.params.filter, {
    resolve: (name) => {
      const field = fields.get(name);
      return field ? toFilterField(field, context.lookup) : null;
    },
    onUnknown: (name) => onUnknown(name, 'filter'),
    offsetMinutes: context.offsetMinutes,
  });
  const own = call.caller.user.id;
  const visible = call.caller.user.isAdmin
    ? filter
    : and(filter, (candidate) => (candidate.number('assignedById') ?? ownerOf(candidate.row())) === own);
  return {
    filter: visible,
    order: toOrder(call.params.order, fields, context.lookup, (name) => onUnknown(name, 'order')),
    start: toInteger(call.params.start, 0),
  };
}

/** Turns the client's fields into a change of the world's record; what is unknown or read-only is left out. */
export function toChange<Row extends CrmRecord>(
  entity: CrmEntity<Row>,
  written: [string, unknown][],
  fields: ReadonlyMap<string, Field<Row>>,
  current: Omit<Row, 'id'>,
  offsetMinutes: number,
): Partial<Omit<Row, 'id'>> {
  const change: Record<string, unknown> = {};
  const custom: Record<string, unknown> = {};
  for (const [name, value] of written) {
    const field = fields.get(name);
    if (field === undefined) Object.assign(change, toMultiChange(entity, name, value));
    else if (!field.readOnly) {
      if (field.property !== undefined) {
        change[field.property] = toStored(field, value, current[field.property as keyof Omit<Row, 'id'>], offsetMinutes);
      } else if (field.classic !== null) custom[field.classic] = toStored(field, value, null, offsetMinutes);
    }
  }
  if (Object.keys(custom).length > 0) change.custom = { ...current.custom, ...custom };
  return change as Partial<Omit<Row, 'id'>>;
}

/** `PHONE: [{VALUE}]` of the classic methods and `fm: [{typeId, value}]` of crm.item.*; the last one of a kind stays. */
function toMultiChange<Row extends CrmRecord>(entity: CrmEntity<Row>, name: string, value: unknown): Partial<Row> {
  const change: Partial<Row> = {};
  if (!entity.setMulti || !['PHONE', 'EMAIL', 'fm'].includes(name)) return change;
  for (const entry of toList(value)) {
    if (typeof entry !== 'object' || entry === null) continue;
    const { VALUE, value: text, typeId } = entry as Record<string, unknown>;
    const kind = name === 'fm' ? typeId : name;
    if (kind === 'PHONE' || kind === 'EMAIL') Object.assign(change, entity.setMulti(kind, toText(VALUE ?? text)));
  }
  return change;
}

function toStored<Row>(field: Field<Row>, value: unknown, current: unknown, offsetMinutes: number): unknown {
  if (field.multiple) return toList(value).map((one) => (field.type === 'enumeration' ? toInteger(one, 0) : toText(one)));
  if (typeof current === 'boolean' || field.type === 'boolean') return isYes(value);
  const text = toText(value).trim();
  switch (field.type) {
    case 'double':
      return field.custom ? (text === '' ? null : Number(text)) : Number(text).toFixed(2);
    case 'date':
    case 'datetime': {
      if (field.custom) return text === '' ? null : text.slice(0, 10);
      return parseTime(text, offsetMinutes) ?? (typeof current === 'number' ? 0 : null);
    }
    case 'char':
      return isYes(value) ? 'Y' : 'N';
    case 'enumeration':
      return text === '' ? null : toInteger(text, 0);
    case 'string':
    case 'crm_status':
    case 'crm_currency':
      return text;
    default:
      return toInteger(text, 0);
  }
}
