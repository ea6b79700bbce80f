import { DateTime } from 'luxon';
import { z } from 'zod';
import { ENTITIES, type Entity } from '../../../contract/crm.ts';
import type { AdapterDeps, Checkpoint, CrmAdapter, Page, Quarantined } from '../adapter.ts';
import type { AnyRecord } from '../records.ts';
import { createBitrixClient, MAX_BATCH_COMMANDS, type Urgency } from './client.ts';
import { readDealProducts } from './deal-products.ts';
import { DELETIONS, readDeletions } from './deletions.ts';
import { readDictionaries } from './dictionaries.ts';
import { findRecords } from './find.ts';
import { isItemEntity, type List, listSince, listsOf } from './lists.ts';
import { normalize } from './normalize.ts';
import { type BatchSize, type ListPosition, type RawPage, readList } from './pages.ts';
import { countRows, type Portal, readPortal } from './portal.ts';

/** `list`: position in the entity's lists; the rest is the position in that one. */
const checkpoint = z.object({ list: z.number().int().min(0), lastId: z.string().nullable(), read: z.number().int() });

/** Rows at the old end of a page whose moments are compared: records are numbered in the order they are made, give or take. */
const COVERAGE_ROWS = 50;
const NO_CUSTOM_FIELDS: ReadonlyMap<string, string> = new Map();
/** All but stage changes, which stay when their record is deleted. */
const DELETABLE: readonly Entity[] = ['leads', 'deals', 'contacts', 'companies', 'activities'];

export function createBitrixAdapter(deps: AdapterDeps): CrmAdapter {
  const { clock } = deps;
  const client = createBitrixClient(deps);
  const getPortal = readOnce((signal) => readPortal(client, signal));
  const getTotals = readOnce((signal) =>
    countRows(
      client,
      ENTITIES.flatMap((entity) => listsOf(entity, [], true)),
      signal,
    ),
  );
  let changed: ReadonlyMap<string, number> = new Map();
  const sizes = new Map<string, BatchSize>();

  function sizeOf(list: List): BatchSize {
    const size = sizes.get(list.name) ?? { commands: MAX_BATCH_COMMANDS };
    sizes.set(list.name, size);
    return size;
  }

  function open(list: List, total: number | null, from: ListPosition, urgency: Urgency, signal: AbortSignal) {
    return readList({ client, clock, total, size: sizeOf(list), urgency }, list, from, signal);
  }

  /** The lists of an entity one after the other, as pages of normalised records. */
  async function* read(
    entity: Entity,
    source: { counts: ReadonlyMap<string, number>; since: { field: 'changedField' | 'activeField'; moment: string } | null },
    from: Checkpoint | null,
    signal: AbortSignal,
  ): AsyncGenerator<Page> {
    const known = await getPortal(signal);
    const context = contextOf(known, entity);
    const lists = listsFor(known, entity);
    const start = from === null ? { list: 0, lastId: null, read: 0 } : checkpoint.parse(from);
    const counts = lists.map((list) => source.counts.get(list.name));
    const total = counts.every((count) => count !== undefined) ? counts.reduce((sum, count) => sum + count, 0) : null;
    for (const [index, list] of lists.entries()) {
      if (index < start.list) continue;
      const position = index === start.list ? start : { lastId: null, read: 0 };
      const isLast = index === lists.length - 1;
      const field = source.since && list[source.since.field];
      if (source.since && field === null) return;
      const wanted = source.since && field ? listSince(list, field, inOffset(source.since.moment, known.utcOffset)) : list;
      for await (const page of open(wanted, counts[index] ?? null, position, 'normal', signal)) {
        const { records, quarantined } = normalizePage(entity, list, page, context);
        yield {
          records,
          quarantined,
          checkpoint: toCheckpoint(
            page.done && !isLast ? { list: index + 1, lastId: null, read: 0 } : { list: index, ...page.position },
          ),
          done: page.done && isLast,
          total,
          crmTime: new Date(page.crmTime).toISOString(),
          coveredFrom: coveredFrom(records),
        };
      }
    }
  }

  return {
    source: 'bitrix24',
    deletable: DELETABLE,
    testConnection: async (signal) => (await getPortal(signal)).info,
    entities: async (signal) => (await getPortal(signal)).entities,
    getFieldDefinitions: async (signal) => [...(await getPortal(signal)).fields],
    readDictionaries: (signal) => readDictionaries(client, signal),

    async *pages(entity, from, signal) {
      yield* read(entity, { counts: (await getTotals(signal)).counts, since: null }, from, signal);
    },

    async countChanges(since, signal) {
      const known = await getPortal(signal);
      const entities = [...since].map(([entity, moment]) => {
        const lists = listsFor(known, entity).map((list) =>
          listSince(list, list.changedField, inOffset(moment, known.utcOffset)),
        );
        return { entity, lists };
      });
      const { counts, reply } = await countRows(
        client,
        entities.flatMap(({ lists }) => lists),
        signal,
        [DELETIONS],
      );
      changed = counts;
      // A list that could not be counted may have changed.
      const sum = (lists: readonly List[]) => lists.reduce((all, { name }) => all + (counts.get(name) ?? 1), 0);
      return {
        counts: new Map(entities.map(({ entity, lists }) => [entity, sum(lists)])),
        deleted: readDeletions(reply),
        crmTime: new Date(reply.crmTime).toISOString(),
      };
    },

    changes: (entity, since, from, signal) =>
      read(entity, { counts: changed, since: { field: 'changedField', moment: since } }, from, signal),
    activeSince: (entity, since, from, signal) =>
      read(entity, { counts: new Map(), since: { field: 'activeField', moment: since } }, from, signal),

    async *ids(entity, expected, from, signal) {
      const known = await getPortal(signal);
      const [list] = listsFor(known, entity);
      if (!list) return;
      const start = from === null ? { lastId: null, read: 0 } : checkpoint.parse(from);
      const onlyIds = { ...list, select: [list.idField] };
      for await (const page of open(onlyIds, expected, start, 'background', signal)) {
        const ids = page.rows.map((row) => String(row[list.idField]));
        yield { ids, checkpoint: toCheckpoint({ list: 0, ...page.position }), done: page.done };
      }
    },

    async find(entity, ids, signal) {
      const known = await getPortal(signal);
      const [list] = listsFor(known, entity);
      if (!list) throw new RangeError(`${entity} cannot be looked up`);
      const { rows, gone, hidden } = await findRecords(client, entity, list, ids, signal);
      return { ...normalizeRows(entity, list, rows, contextOf(known, entity)), gone, hidden };
    },

    readDealProducts: (dealIds, signal) => readDealProducts(client, dealIds, signal),
  };
}

/** Read once for the adapter's life, which is one run; a failed attempt is not kept. */
function readOnce<Value>(read: (signal: AbortSignal) => Promise<Value>): (signal: AbortSignal) => Promise<Value> {
  let value: Promise<Value> | null = null;
  return (signal) => {
    value ??= read(signal).catch((error: unknown) => {
      value = null;
      throw error;
    });
    return value;
  };
}

function listsFor(portal: Portal, entity: Entity): List[] {
  return listsOf(entity, [...contextOf(portal, entity).customFields.keys()], portal.entities.includes('leads'));
}

function contextOf(portal: Portal, entity: Entity): Parameters<typeof normalize>[2] {
  const customFields = (isItemEntity(entity) && portal.customFields.get(entity)) || NO_CUSTOM_FIELDS;
  return { portalOffset: portal.utcOffset, customFields };
}

/** The same moment, written with the portal's own offset: a portal that ignores offsets then reads it right all the same. */
function inOffset(moment: string, utcOffset: string): string {
  const zone = utcOffset === 'Z' ? 'UTC' : `UTC${utcOffset}`;
  return DateTime.fromISO(moment, { zone }).toISO({ suppressMilliseconds: true }) ?? moment;
}

function toCheckpoint(position: z.infer<typeof checkpoint>): Checkpoint {
  return { list: position.list, lastId: position.lastId, read: position.read };
}

function normalizePage(
  entity: Entity,
  list: List,
  page: RawPage,
  context: Parameters<typeof normalize>[2],
): Pick<Page, 'records' | 'quarantined'> {
  const { records, quarantined } = normalizeRows(entity, list, page.rows, context);
  for (const id of page.unreadable) {
    quarantined.push({ externalId: list.owner ? `${list.owner}:${id}` : id, reason: 'unreadable' });
  }
  return { records, quarantined };
}

function normalizeRows(
  entity: Entity,
  list: List,
  rows: RawPage['rows'],
  context: Parameters<typeof normalize>[2],
): { records: AnyRecord[]; quarantined: Quarantined[] } {
  const records: AnyRecord[] = [];
  const quarantined: Quarantined[] = [];
  for (const row of rows) {
    const { record, problem } = normalize(entity, row, context, list.owner);
    if (record) records.push(record);
    if (problem) quarantined.push(problem);
  }
  return { records, quarantined };
}

/**
 * Newest first by id means newest first by creation, but for imports that were given an earlier date: the latest moment among
 * the oldest rows read is taken, so that a few of those do not claim too much.
 */
function coveredFrom(records: readonly AnyRecord[]): string | null {
  const moments = records
    .slice(-COVERAGE_ROWS)
    .flatMap((record) => ('createdAt' in record && record.createdAt ? [record.createdAt] : []));
  return moments.reduce<string | null>((latest, moment) => (latest === null || moment > latest ? moment : latest), null);
}
