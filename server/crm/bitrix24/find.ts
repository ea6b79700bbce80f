import type { Entity } from '../../../contract/crm.ts';
import { CrmError } from '../adapter.ts';
import type { BitrixError } from './bitrix-error.ts';
import { type BitrixClient, MAX_BATCH_COMMANDS } from './client.ts';
import type { BatchCommand } from './commands.ts';
import { ITEM_TYPE_IDS, isItemEntity, type List } from './lists.ts';
import type { RawRecord } from './normalize.ts';
import { readRows } from './pages.ts';

/** A page of a list. */
const IDS_PER_COMMAND = 50;

/**
 * Looks records up: first fifty a command by their ids, then each that was not among them by itself, because only that tells
 * a record that is gone from one we may not see.
 */
export async function findRecords(
  client: BitrixClient,
  entity: Entity,
  list: List,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<{ rows: RawRecord[]; gone: string[]; hidden: string[] }> {
  const rows: RawRecord[] = [];
  const commands = chunk(ids, IDS_PER_COMMAND).map((some, index) => ({
    name: `l${index}`,
    method: list.method,
    params: { ...list.params, select: list.select, filter: { ...list.filter, [`@${list.idField}`]: some }, start: -1 },
  }));
  for (const batch of chunk(commands, MAX_BATCH_COMMANDS)) {
    const reply = await client.batch(batch, signal, 'background');
    for (const { name } of batch) {
      const found = readRows(list, reply, name);
      if (found instanceof CrmError) throw found;
      rows.push(...found);
    }
  }
  const wanted = new Set(ids);
  // What was not asked for comes from a portal that ignores the filter: nothing would follow from the rest being absent.
  if (rows.some((row) => !wanted.has(String(row[list.idField])))) {
    throw new CrmError('bad_response', `Bitrix24 does not filter ${list.name} by id`);
  }
  for (const row of rows) wanted.delete(String(row[list.idField]));
  const gone: string[] = [];
  const hidden: string[] = [];
  for (const batch of chunk([...wanted], MAX_BATCH_COMMANDS)) {
    const reply = await client.batch(
      batch.map((id, index) => getCommand(`g${index}`, entity, id)),
      signal,
      'background',
    );
    for (const [index, id] of batch.entries()) {
      const error = reply.errors.get(`g${index}`);
      // It is there but not in the list: a template, or one of the portal owner's own companies.
      const isGone = error ? isNotFound(error) : Object.keys(list.filter).length > 0;
      if (error && !isGone && error.kind !== 'auth') throw error;
      (isGone ? gone : hidden).push(id);
    }
  }
  return { rows, gone, hidden };
}

function getCommand(name: string, entity: Entity, id: string): BatchCommand {
  if (isItemEntity(entity)) return { name, method: 'crm.item.get', params: { entityTypeId: ITEM_TYPE_IDS[entity], id } };
  return { name, method: 'crm.activity.get', params: { id } };
}

/** The older methods have no code for it. */
function isNotFound({ code, description }: BitrixError): boolean {
  return code === 'NOT_FOUND' || (code === '' && /^not found/i.test(description));
}

function chunk<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}
