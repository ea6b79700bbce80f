import { CrmError } from '../adapter.ts';
import { BitrixError } from './bitrix-error.ts';
import { type BatchReply, type BitrixClient, MAX_BATCH_COMMANDS } from './client.ts';
import { type BatchCommand, Reference } from './commands.ts';
import type { List } from './lists.ts';
import type { RawRecord } from './normalize.ts';

/** Fixed by Bitrix24. */
const PAGE_SIZE = 50;

export interface ListPosition {
  /** Smallest id read so far; null: nothing read. */
  lastId: string | null;
  /** Rows read so far. */
  read: number;
}

export interface RawPage {
  rows: RawRecord[];
  position: ListPosition;
  done: boolean;
  /** Portal time, as `time.date_start` gives it. */
  crmTime: string;
}

/** How many pages a list takes in one batch: found out by trying, so it outlives one reading. */
export interface BatchSize {
  commands: number;
}

/**
 * Reads a list from the newest id down, up to 2,500 rows a request: fifty pages in one batch, each continuing from the last
 * id of the one before (`<id` with start=-1, which spares the portal counting). Ids descend strictly, so nothing comes twice.
 * @param total what the portal counted, null when unknown; only saves requests: what is read does not depend on it
 */
export async function* readList(
  client: BitrixClient,
  list: List,
  from: ListPosition,
  total: number | null,
  size: BatchSize,
  signal: AbortSignal,
): AsyncGenerator<RawPage> {
  let position = from;
  for (;;) {
    const plan = planPages(list, position, total, size.commands);
    let reply: BatchReply;
    try {
      reply = await client.batch(plan.commands, signal);
    } catch (error) {
      if (!(error instanceof BitrixError) || error.recovery !== 'shrink' || plan.commands.length === 1) throw error;
      // Too much for the time a request has: half as much, and more again once that works.
      size.commands = Math.ceil(plan.commands.length / 2);
      continue;
    }
    size.commands = Math.min(MAX_BATCH_COMMANDS, size.commands * 2);
    const page = collect(list, plan, reply, position, total);
    position = page.position;
    if (page.rows.length > 0 || page.done) yield page;
    if (page.done) return;
  }
}

interface Plan {
  commands: BatchCommand[];
  /** For each command, the row of its page that the next one continues from. */
  continueAt: number[];
}

/**
 * Full pages, then the last, shorter one, then one that has to be empty and proves the end. A page is continued from the row
 * that is expected to be its last; where that row is missing, the reference stays unresolved and what follows is not used.
 */
function planPages(list: List, position: ListPosition, total: number | null, limit: number): Plan {
  const left = total === null ? Number.POSITIVE_INFINITY : Math.max(0, total - position.read);
  const fullPages = Math.floor(left / PAGE_SIZE);
  const rest = total === null ? 0 : left % PAGE_SIZE;
  const count = Math.min(limit, fullPages + (rest > 0 ? 1 : 0) + 1);
  const continueAt = Array.from({ length: count }, (_, index) => (index === fullPages && rest > 0 ? rest : PAGE_SIZE) - 1);
  const path = list.rowsKey === null ? [] : [list.rowsKey];
  const commands = continueAt.map((_, index) => {
    const before = continueAt[index - 1];
    const below = before === undefined ? position.lastId : new Reference(`p${index - 1}`, [...path, before, list.idField]);
    return {
      name: `p${index}`,
      method: list.method,
      params: {
        ...list.params,
        select: list.select,
        filter: below === null ? list.filter : { ...list.filter, [`<${list.idField}`]: below },
        order: { [list.idField]: 'DESC' },
        start: -1,
      },
    };
  });
  return { commands, continueAt };
}

function collect(list: List, plan: Plan, reply: BatchReply, from: ListPosition, total: number | null): RawPage {
  const rows: RawRecord[] = [];
  let lastId = from.lastId;
  let done = false;
  for (const [index, { name }] of plan.commands.entries()) {
    const page = readRows(list, reply, name);
    if (page instanceof CrmError) {
      // What came before the failed page is good; the rest is asked for again from there.
      if (index === 0) throw page;
      break;
    }
    if (page.length === 0) {
      // An empty page that comes sooner than the count said has to be confirmed by a request of its own.
      done = index === 0 || (total !== null && from.read + rows.length >= total);
      break;
    }
    const fresh = dropKnown(list, page, lastId);
    for (const { row, id } of fresh) {
      rows.push(row);
      lastId = id;
    }
    if (fresh.length === 0) {
      if (index === 0) throw new CrmError('bad_response', `Bitrix24 does not page ${list.name} by id`);
      break;
    }
    if (page.length <= (plan.continueAt[index] ?? 0)) break;
  }
  return { rows, position: { lastId, read: from.read + rows.length }, done, crmTime: reply.crmTime };
}

function readRows(list: List, reply: BatchReply, command: string): RawRecord[] | CrmError {
  const error = reply.errors.get(command);
  if (error) return error;
  const result = reply.results.get(command);
  const rows = list.rowsKey === null ? result : (result as RawRecord | null | undefined)?.[list.rowsKey];
  if (Array.isArray(rows) && rows.every((row) => typeof row === 'object' && row !== null)) return rows;
  return new CrmError('bad_response', `Bitrix24 answered ${list.method} in an unknown shape`);
}

/**
 * Rows below the last id that was read. A page may begin with some that came before (it was continued from a row above the
 * last); one whose own ids do not descend ignores the order we asked for, and going on would lose rows.
 */
function dropKnown(list: List, page: readonly RawRecord[], lastId: string | null): { row: RawRecord; id: string }[] {
  const fresh: { row: RawRecord; id: string }[] = [];
  let above: bigint | null = null;
  const limit = lastId === null ? null : BigInt(lastId);
  for (const row of page) {
    const id = String(row[list.idField]);
    if (!/^\d{1,30}$/.test(id)) throw new CrmError('bad_response', `Bitrix24 gave ${list.name} without an id`);
    const number = BigInt(id);
    if (above !== null && number >= above) throw new CrmError('bad_response', `Bitrix24 does not order ${list.name} by id`);
    above = number;
    if (limit === null || number < limit) fresh.push({ row, id });
  }
  return fresh;
}
