import { z } from 'zod';
import type { Entity } from '../../../contract/crm.ts';
import type { BatchReply } from './client.ts';
import type { BatchCommand } from './commands.ts';
import { readRecordEvent } from './record-event.ts';

/** More than this in a quarter of an hour is a clean-up, and the daily search finds what is left over. */
const LIMIT = 500;

/**
 * Takes what the portal has kept of deletions while nobody listened. Taken is gone: what is lost on the way, the daily search
 * finds. A webhook has no queue; the command then fails, and no other.
 */
export const DELETIONS: BatchCommand = { name: 'deletions', method: 'event.offline.get', params: { limit: LIMIT } };

const queue = z.looseObject({
  events: z.array(
    z.looseObject({
      EVENT_NAME: z.string(),
      // `false` when there is nothing to say.
      EVENT_DATA: z
        .looseObject({ FIELDS: z.looseObject({ ID: z.union([z.string(), z.number()]) }) })
        .catch({ FIELDS: { ID: '' } }),
    }),
  ),
});

export function readDeletions(reply: BatchReply): { entity: Entity; externalId: string }[] {
  const parsed = queue.safeParse(reply.results.get(DELETIONS.name));
  if (!parsed.success) return [];
  return parsed.data.events.flatMap(({ EVENT_NAME, EVENT_DATA }) => {
    const event = readRecordEvent(EVENT_NAME);
    const externalId = String(EVENT_DATA.FIELDS.ID);
    return event?.isDeletion && /^\d{1,18}$/.test(externalId) ? [{ entity: event.entity, externalId }] : [];
  });
}
