import { z } from 'zod';
import type { Entity } from '../../../contract/crm.ts';
import type { BatchReply } from './client.ts';
import type { BatchCommand } from './commands.ts';

/** More than this in a quarter of an hour is a clean-up, and the daily search finds what is left over. */
const LIMIT = 500;

/**
 * Takes what the portal has kept of deletions while nobody listened. Taken is gone: what is lost on the way, the daily search
 * finds. A webhook has no queue; the command then fails, and no other.
 */
export const DELETIONS: BatchCommand = { name: 'deletions', method: 'event.offline.get', params: { limit: LIMIT } };

const CODE = /^ONCRM(LEAD|DEAL|CONTACT|COMPANY|ACTIVITY)DELETE$/;
const ENTITIES: ReadonlyMap<string, Entity> = new Map([
  ['LEAD', 'leads'],
  ['DEAL', 'deals'],
  ['CONTACT', 'contacts'],
  ['COMPANY', 'companies'],
  ['ACTIVITY', 'activities'],
]);

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
    const entity = ENTITIES.get(CODE.exec(EVENT_NAME.toUpperCase())?.[1] ?? '');
    const externalId = String(EVENT_DATA.FIELDS.ID);
    return entity && /^\d{1,18}$/.test(externalId) ? [{ entity, externalId }] : [];
  });
}
