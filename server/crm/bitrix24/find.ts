import type { Entity } from '../../../contract/crm.ts';
import { CrmError } from '../adapter.ts';
import type { BitrixError } from './bitrix-error.ts';
import type { BitrixClient } from './client.ts';
import type { BatchCommand } from './commands.ts';
import { runCommands } from './commands-in-batches.ts';
import { ITEM_TYPE_IDS, isItemEntity, type List } from './lists.ts';
import type { RawRecord } from './normalize.ts';
import { readRows } from './pages.ts';

/** A page of a list. */
const IDS_PER_COMMAND = 50;

/** Flags of records that a list leaves out although they are there: templates, the portal owner's own companies. */
const LEFT_OUT = ['isRecurring', 'isMyCompany'] as const;

/**
 * Looks records up: first fifty a command by their ids, then each that was not among them by itself, because only that tells
 * a record that is gone from one we may not see. What the portal does not show for another reason counts as not to be seen.
 */
export async function findRecords(
  client: BitrixClient,
  entity: Entity,
  list: List,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<{ rows: RawRecord[]; gone: string[]; hidden: string[] }> {
  const rows: RawRecord[] = [];
  const listed = await runCommands(
    client,
    chunk(ids).map((some, index) => listCommand(`l${index}`, list, some)),
    signal,
  );
  for (const name of [...listed.results.keys(), ...listed.errors.keys()]) {
    const found = readRows(list, listed, name);
    // Not even the page can be shown: its records are asked for one by one.
    if (!(found instanceof CrmError)) rows.push(...found);
  }
  const wanted = new Set(ids);
  // What was not asked for comes from a portal that ignores the filter: nothing would follow from the rest being absent.
  if (rows.some((row) => !wanted.has(String(row[list.idField])))) {
    throw new CrmError('bad_response', `Bitrix24 does not filter ${list.name} by id`);
  }
  for (const row of rows) wanted.delete(String(row[list.idField]));
  const missing = [...wanted];
  const single = await runCommands(
    client,
    missing.map((id, index) => getCommand(`g${index}`, entity, id)),
    signal,
  );
  const gone: string[] = [];
  const hidden: string[] = [];
  for (const [index, id] of missing.entries()) {
    const error = single.errors.get(`g${index}`);
    const isGone = error ? isNotFound(error) : isLeftOut(single.results.get(`g${index}`));
    (isGone ? gone : hidden).push(id);
  }
  return { rows, gone, hidden };
}

function listCommand(name: string, list: List, ids: readonly string[]): BatchCommand {
  const filter = { ...list.filter, [`@${list.idField}`]: ids };
  return { name, method: list.method, params: { ...list.params, select: list.select, filter, start: -1 } };
}

function getCommand(name: string, entity: Entity, id: string): BatchCommand {
  if (isItemEntity(entity)) return { name, method: 'crm.item.get', params: { entityTypeId: ITEM_TYPE_IDS[entity], id } };
  return { name, method: 'crm.activity.get', params: { id } };
}

/** The older methods have no code for it. */
function isNotFound({ code, description }: BitrixError): boolean {
  return code === 'NOT_FOUND' || (code === '' && /^not found/i.test(description));
}

function isLeftOut(result: unknown): boolean {
  const item = (result as { item?: RawRecord } | null | undefined)?.item;
  return LEFT_OUT.some((flag) => item?.[flag] === 'Y');
}

function chunk(ids: readonly string[]): string[][] {
  const count = Math.ceil(ids.length / IDS_PER_COMMAND);
  return Array.from({ length: count }, (_, index) => ids.slice(index * IDS_PER_COMMAND, (index + 1) * IDS_PER_COMMAND));
}
