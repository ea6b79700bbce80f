import { z } from 'zod';
import { crmMode, crmSource, ENTITIES, entity } from './crm.ts';

export const syncState = z.enum([
  'pending',
  'syncing',
  'complete',
  'error',
  'blocked',
  'reauth',
  'paused',
  'permissions_changed',
  'storage_full',
]);
export type SyncState = z.infer<typeof syncState>;

/** Progress of one entity of one CRM. */
const entityProgress = z.strictObject({
  crmSource,
  entity,
  status: syncState,
  /** What the CRM said there is when the full load began; null until it has said. */
  totalRecords: z.number().int().nullable(),
  syncedRecords: z.number().int(),
  /** Records of which something could not be used: a value, or all of it. */
  quarantinedRecords: z.number().int(),
  lastFullSyncAt: z.iso.datetime().nullable(),
  lastIncrementalAt: z.iso.datetime().nullable(),
  /** One sentence for people, in no case the CRM's raw text. */
  errorMessage: z.string().nullable(),
});
export type EntityProgress = z.infer<typeof entityProgress>;

/** Answer of GET /api/crm/sync/status. */
export const syncStatusReply = z.strictObject({
  /** The worst of the entities: `syncing` while any is loading, `complete` when all are. */
  status: syncState,
  mode: crmMode,
  entities: z.array(entityProgress),
  /** The moment up to which the copy is complete: the oldest of the entities' last syncs. */
  dataAsOf: z.iso.datetime().nullable(),
});
export type SyncStatusReply = z.infer<typeof syncStatusReply>;

/** Body of POST /api/crm/sync/start. */
export const syncStartRequest = z.strictObject({
  entities: z.array(entity).min(1).max(ENTITIES.length).optional(),
  full: z.boolean().optional(),
});
const syncStartReply = z.strictObject({ runId: z.uuid() });
export type SyncStartReply = z.infer<typeof syncStartReply>;
