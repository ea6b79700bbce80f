import type { Clock } from '../../platform/clock.ts';
import { CrmError } from '../adapter.ts';
import { BitrixError } from './bitrix-error.ts';
import { type BatchReply, type BitrixClient, MAX_BATCH_COMMANDS, pauseMs, type Urgency } from './client.ts';
import { type BatchCommand, Reference } from './commands.ts';
import type { List } from './lists.ts';
import type { RawRecord } from './normalize.ts';

/** Fixed by Bitrix24. */
const PAGE_SIZE = 50;
/** A page that is refused this often in a row has a record in it that the portal cannot show. */
const MAX_PAGE_FAILURES = 5;

export interface ListPosition {
  /** Smallest id read so far; null: nothing read. */
  lastId: string | null;
  /** Rows read so far. */
  read: number;
}

export interface RawPage {
  rows: RawRecord[];
  /** Records that are there but that the portal could not show, by id. */
  unreadable: string[];
  position: ListPosition;
  done: boolean;
  /** Portal time, as `time.date_start` gives it. */
  crmTime: string;
}

/** How many pages a list takes in one batch: found out by trying, so it outlives one reading. */
export interface BatchSize {
  commands: number;
}

export interface ListReading {
  client: BitrixClient;
  clock: Clock;
  /** How many rows there should be, null when unknown; only saves requests: what is read does not depend on it. */
  total: number | null;
  size: BatchSize;
  urgency: Urgency;
}

/**
 * Reads a list from the newest id down, up to 2,500 rows a request: fifty pages in one batch, each continuing from the last
 * id of the one before (`<id` with start=-1, which spares the portal counting). Ids descend, so what comes twice is known.
 */
export async function* readList(
  { client, clock, total, size, urgency }: ListReading,
  list: List,
  from: ListPosition,
  signal: AbortSignal,
): AsyncGenerator<RawPage> {
  let position = from;
  let failures = 0;
  let emptyAnswers = 0;
  for (;;) {
    const plan = planPages(list, position, total, size.commands);
    let reply: BatchReply;
    try {
      reply = await client.batch(plan.commands, signal, urgency);
    } catch (error) {
      if (!(error instanceof BitrixError) || error.recovery !== 'shrink' || plan.commands.length === 1) throw error;
      // Too much for the time a request has: half as much, and more again once that works.
      size.commands = Math.ceil(plan.commands.length / 2);
      continue;
    }
    size.commands = Math.min(MAX_BATCH_COMMANDS, size.commands * 2);
    let page = collect(list, plan, reply, position, total);
    if (page instanceof CrmError) {
      if (page.kind !== 'bad_response' && page.kind !== 'unavailable') throw page;
      if (++failures < MAX_PAGE_FAILURES) {
        await clock.sleep(pauseMs(failures), signal);
        continue;
      }
      page = await readOneByOne(client, list, position, signal);
    }
    failures = 0;
    // Empty although more was counted: once may be a portal's mistake, and what changed before a window ended is not read again.
    emptyAnswers = page.done && position.read === page.position.read && page.unreadable.length === 0 ? emptyAnswers + 1 : 0;
    if (emptyAnswers === 1 && position.read !== total) continue;
    position = page.position;
    if (page.rows.length > 0 || page.unreadable.length > 0 || page.done) yield page;
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
    return pageCommand(`p${index}`, list, list.select, below);
  });
  return { commands, continueAt };
}

/** The 50 rows with the highest ids below that one. */
function pageCommand(name: string, list: List, select: readonly string[], below: string | Reference | null): BatchCommand {
  return {
    name,
    method: list.method,
    params: {
      ...list.params,
      select,
      filter: below === null ? list.filter : { ...list.filter, [`<${list.idField}`]: below },
      order: { [list.idField]: 'DESC' },
      start: -1,
    },
  };
}

/** @returns the error where not even the first page can be used */
function collect(list: List, plan: Plan, reply: BatchReply, from: ListPosition, total: number | null): RawPage | CrmError {
  const rows: RawRecord[] = [];
  let lastId = from.lastId;
  let done = false;
  for (const [index, { name }] of plan.commands.entries()) {
    const page = readRows(list, reply, name);
    if (page instanceof CrmError) {
      // What came before the failed page is good; the rest is asked for again from there.
      if (index === 0) return page;
      break;
    }
    // Nothing, or the last record once more.
    if (page.every((row) => String(row[list.idField]) === lastId)) {
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
  return { rows, unreadable: [], position: { lastId, read: from.read + rows.length }, done, crmTime: reply.crmTime };
}

/** The rows of one answer of a list method. */
export function readRows(list: List, reply: Pick<BatchReply, 'results' | 'errors'>, command: string): RawRecord[] | CrmError {
  const error = reply.errors.get(command);
  if (error) return error;
  const result = reply.results.get(command);
  const rows = list.rowsKey === null ? result : (result as RawRecord | null | undefined)?.[list.rowsKey];
  if (Array.isArray(rows) && rows.every((row) => typeof row === 'object' && row !== null)) return rows;
  return new CrmError('bad_response', `Bitrix24 answered ${list.method} in an unknown shape`);
}

/** A page whose records the portal does not show together: their ids alone, then each of them by itself. */
async function readOneByOne(client: BitrixClient, list: List, from: ListPosition, signal: AbortSignal): Promise<RawPage> {
  const listed = await client.batch([pageCommand('ids', list, [list.idField], from.lastId)], signal);
  const ids = readRows(list, listed, 'ids');
  if (ids instanceof CrmError) throw ids;
  const fresh = dropKnown(list, ids, from.lastId).map(({ id }) => id);
  if (fresh.length === 0) return { rows: [], unreadable: [], position: from, done: true, crmTime: listed.crmTime };
  const commands = fresh.map((id, index) => ({
    name: `r${index}`,
    method: list.method,
    params: { ...list.params, select: list.select, filter: { ...list.filter, [`=${list.idField}`]: id }, start: -1 },
  }));
  const reply = await client.batch(commands, signal);
  const rows: RawRecord[] = [];
  const unreadable: string[] = [];
  for (const [index, id] of fresh.entries()) {
    const found = readRows(list, reply, `r${index}`);
    if (found instanceof CrmError) {
      if (found.kind !== 'bad_response' && found.kind !== 'unavailable') throw found;
      unreadable.push(id);
    } else rows.push(...found);
  }
  const position = { lastId: fresh.at(-1) ?? from.lastId, read: from.read + fresh.length };
  return { rows, unreadable, position, done: false, crmTime: listed.crmTime };
}

/**
 * Rows below the last id that was read. A page may begin with some that came before (it was continued from a row above the
 * last), or have one twice; one whose own ids rise ignores the order we asked for, and going on would lose rows.
 */
function dropKnown(list: List, page: readonly RawRecord[], lastId: string | null): { row: RawRecord; id: string }[] {
  const fresh: { row: RawRecord; id: string }[] = [];
  let above: bigint | null = null;
  const limit = lastId === null ? null : BigInt(lastId);
  for (const row of page) {
    const id = String(row[list.idField]);
    if (!/^-?\d{1,30}$/.test(id)) throw new CrmError('bad_response', `Bitrix24 gave ${list.name} without an id`);
    const number = BigInt(id);
    if (above !== null && number > above) throw new CrmError('bad_response', `Bitrix24 does not order ${list.name} by id`);
    above = number;
    if (limit === null || number < limit) fresh.push({ row, id });
  }
  return fresh;
}
