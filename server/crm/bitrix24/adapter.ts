import { z } from 'zod';
import type { Entity } from '../../../contract/crm.ts';
import type { AdapterDeps, Checkpoint, CrmAdapter, Page, Quarantined } from '../adapter.ts';
import type { AnyRecord } from '../records.ts';
import { createBitrixClient, MAX_BATCH_COMMANDS } from './client.ts';
import { readDictionaries } from './dictionaries.ts';
import { isItemEntity, type List, listsOf } from './lists.ts';
import { normalize } from './normalize.ts';
import { type BatchSize, type RawPage, readList } from './pages.ts';
import { type Portal, readPortal } from './portal.ts';

/** `list`: position in the entity's lists; the rest is the position in that one. */
const checkpoint = z.object({ list: z.number().int().min(0), lastId: z.string().nullable(), read: z.number().int() });

/** Rows at the old end of a page whose moments are compared: records are numbered in the order they are made, give or take. */
const COVERAGE_ROWS = 50;
const NO_CUSTOM_FIELDS: ReadonlyMap<string, string> = new Map();

export function createBitrixAdapter(deps: AdapterDeps): CrmAdapter {
  const client = createBitrixClient(deps);
  let portal: Promise<Portal> | null = null;
  const sizes = new Map<string, BatchSize>();

  /** Read once for the adapter's life, which is one run; a failed attempt is not kept. */
  function getPortal(signal: AbortSignal): Promise<Portal> {
    portal ??= readPortal(client, signal).catch((error: unknown) => {
      portal = null;
      throw error;
    });
    return portal;
  }

  function sizeOf(list: List): BatchSize {
    const size = sizes.get(list.name) ?? { commands: MAX_BATCH_COMMANDS };
    sizes.set(list.name, size);
    return size;
  }

  return {
    source: 'bitrix24',
    testConnection: async (signal) => (await getPortal(signal)).info,
    entities: async (signal) => (await getPortal(signal)).entities,
    getFieldDefinitions: async (signal) => [...(await getPortal(signal)).fields],
    readDictionaries: (signal) => readDictionaries(client, signal),

    async *pages(entity, from, signal) {
      const known = await getPortal(signal);
      const customFields = (isItemEntity(entity) && known.customFields.get(entity)) || NO_CUSTOM_FIELDS;
      const lists = listsOf(entity, [...customFields.keys()], known.entities.includes('leads'));
      const start = from === null ? { list: 0, lastId: null, read: 0 } : checkpoint.parse(from);
      const counts = lists.map((list) => known.totals.get(list.name));
      const total = counts.every((count) => count !== undefined) ? counts.reduce((sum, count) => sum + count, 0) : null;
      const context = { portalOffset: known.utcOffset, customFields };
      for (const [index, list] of lists.entries()) {
        if (index < start.list) continue;
        const position = index === start.list ? start : { lastId: null, read: 0 };
        const isLast = index === lists.length - 1;
        for await (const page of readList(client, list, position, counts[index] ?? null, sizeOf(list), signal)) {
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
    },
  };
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
  const records: AnyRecord[] = [];
  const quarantined: Quarantined[] = [];
  for (const row of page.rows) {
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
