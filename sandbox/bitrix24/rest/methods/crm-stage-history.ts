import type { WorldHistory, WorldStageChange } from '../../../world/types.ts';
import { DEALS, LEADS } from '../entities.ts';
import { missingParameter, RestError } from '../error.ts';
import type { Field } from '../fields/field.ts';
import { and, compileFilter, type Filter } from '../filter.ts';
import { listPage, type Source } from '../list.ts';
import type { Answer, Call, MethodTable } from '../method.ts';
import { toInteger, toList, toText } from '../params.ts';
import { formatTime } from '../time.ts';
import { toFilterField, toOrder } from '../views/view.ts';
import { byClassicName } from './crm-classic.ts';
import { findVisible, viewContext } from './crm-records.ts';

export const STAGE_HISTORY_METHODS: MethodTable = {
  'crm.stagehistory.list': { scopes: ['crm'], run: listStageHistory },
};

type HistoryField = Field<WorldStageChange>;

const historyField = (classic: string, type: HistoryField['type'], read: HistoryField['read']): HistoryField => ({
  item: null,
  classic,
  type,
  title: classic,
  read,
});

const HISTORY_FIELDS: readonly HistoryField[] = [
  historyField('ID', 'integer', (row) => row.id),
  historyField('TYPE_ID', 'integer', (row) => row.typeId),
  historyField('OWNER_ID', 'integer', (row) => row.ownerId),
  { ...historyField('CREATED_TIME', 'datetime', (row) => row.createdAt), column: 'updatedAt' },
];
const DEAL_HISTORY_FIELDS: readonly HistoryField[] = [
  ...HISTORY_FIELDS,
  historyField('CATEGORY_ID', 'integer', (row) => row.categoryId),
  historyField('STAGE_SEMANTIC_ID', 'string', (row) => row.semantic),
  historyField('STAGE_ID', 'string', (row) => row.stageId),
];
const LEAD_HISTORY_FIELDS: readonly HistoryField[] = [
  ...HISTORY_FIELDS,
  historyField('STATUS_SEMANTIC_ID', 'string', (row) => row.semantic),
  historyField('STATUS_ID', 'string', (row) => row.stageId),
];

function listStageHistory(call: Call): Answer {
  const typeId = toText(call.params.entitytypeid);
  if (typeId === '') throw missingParameter('entityTypeId');
  if (typeId !== '1' && typeId !== '2') throw new RestError(400, '0', `Entity type ${toInteger(typeId, 0)} is not supported`);
  const deals = typeId === '2';
  const fields = deals ? DEAL_HISTORY_FIELDS : LEAD_HISTORY_FIELDS;
  const names = byClassicName(fields);
  const context = viewContext(call, deals ? 'deals' : 'leads');
  const filter = compileFilter<WorldStageChange>(call.params.filter, {
    resolve: (name) => {
      const field = names.get(name);
      return field ? toFilterField(field, context.lookup) : null;
    },
    onUnknown: refuse,
    offsetMinutes: context.offsetMinutes,
  });
  const { world } = call.portal;
  const history = deals ? world.dealHistory : world.leadHistory;
  const { rows, total, next, counted } = listPage(historySource(history), {
    filter: deals ? withPresentDeals(call, filter) : withVisibleLeads(call, filter),
    order: toOrder(call.params.order, names, context.lookup, refuse),
    start: toInteger(call.params.start, 0),
  });
  const select = new Set(toList(call.params.select).map(toText));
  const shown =
    select.size === 0 || select.has('*') ? fields : fields.filter((field) => field.classic && select.has(field.classic));
  const items = rows.map((row) => {
    const item: Record<string, unknown> = {};
    for (const field of shown) {
      const value = field.read(row, context.lookup);
      const time = field.type === 'datetime' && typeof value === 'number';
      if (field.classic) item[field.classic] = time ? formatTime(value, context.offsetMinutes) : value;
    }
    return item;
  });
  return { result: { items }, total, ...(next === undefined ? {} : { next }), records: items.length, counted };
}

/**
 * Changes of deals the caller may see. Of a deal that changed pipeline Bitrix24 gives only those in its present one: a quirk
 * its support has confirmed.
 */
function withPresentDeals(call: Call, filter: Filter<WorldStageChange>): Filter<WorldStageChange> {
  const { dealHistory } = call.portal.world;
  const { isAdmin } = call.caller.user;
  return and(filter, (candidate) => {
    const { ownerId, categoryId } = candidate.row();
    if (isAdmin && !dealHistory.changedPipeline(ownerId)) return true;
    const deal = findVisible(call, DEALS, ownerId);
    // What a deleted deal leaves behind is an administrator's to see.
    return deal === undefined ? isAdmin : deal.categoryId === categoryId;
  });
}

function withVisibleLeads(call: Call, filter: Filter<WorldStageChange>): Filter<WorldStageChange> {
  if (call.caller.user.isAdmin) return filter;
  return and(filter, (candidate) => findVisible(call, LEADS, candidate.row().ownerId) !== undefined);
}

function refuse(name: string): never {
  throw new RestError(400, 'INVALID_ARG_VALUE', `Invalid filter: field '${name}' is not allowed in filter`);
}

/** Ids 1..size, ascending in time: a span of time is a span of ids. */
function historySource(history: WorldHistory): Source<WorldStageChange> {
  const range = (from: number, to: number): number[] =>
    Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
  /** How many changes happened before that second. */
  const countBefore = (time: number): number => {
    let low = 0;
    let high = history.size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((history.get(middle + 1)?.createdAt ?? Infinity) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    size: history.size,
    get: (id) => history.get(id),
    idsAfter: (after, limit) => {
      const from = Math.max(1, Math.floor(after) + 1);
      return range(from, Math.min(history.size, from + limit - 1));
    },
    idsBefore: (before, limit) => {
      const to = Math.min(history.size, Math.ceil(before) - 1);
      return range(Math.max(1, to - limit + 1), to).reverse();
    },
    idsUpdatedBetween: (from, to) => range(countBefore(from) + 1, countBefore(to + 1)),
  };
}
