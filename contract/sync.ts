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

/** Why a copy does not move: the CRM's refusals and failures, then what has to do with the copy itself. */
const syncError = z.enum([
  'auth',
  'blocked',
  'rate_limit',
  'unavailable',
  'bad_response',
  'many_deleted',
  'storage_full',
  'internal',
]);
export type SyncError = z.infer<typeof syncError>;

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
  /** Records created from then on are copied, even while older ones are still on their way; null: unknown, or all of them are. */
  coveredFrom: z.iso.datetime().nullable(),
  /** Why `status` is what it is; null: nothing is wrong, or a person wanted it so. */
  errorCode: syncError.nullable(),
  /** The same in one English sentence, in no case the CRM's raw text. */
  errorMessage: z.string().nullable(),
});
export type EntityProgress = z.infer<typeof entityProgress>;

/** Answer of GET /api/crm/sync/status, of pause and resume, and each message of GET /api/crm/sync/events. */
export const syncStatusReply = z.strictObject({
  /** The worst of the entities: `syncing` while any is loading, `complete` when all are. */
  status: syncState,
  mode: crmMode,
  entities: z.array(entityProgress),
  /** The moment up to which the copy is complete: the oldest of the entities' last syncs. */
  dataAsOf: z.iso.datetime().nullable(),
  /** When the CRM is asked for changes next; null: not before a person does something. */
  nextSyncAt: z.iso.datetime().nullable(),
});
export type SyncStatusReply = z.infer<typeof syncStatusReply>;

/** Body of POST /api/crm/sync/start. */
export const syncStartRequest = z.strictObject({
  /** Default: all that the CRM has. */
  entities: z.array(entity).min(1).max(ENTITIES.length).optional(),
  /** true (default): every record is read again; false: what has changed, as every quarter of an hour. */
  full: z.boolean().optional(),
});
/** Answer of POST /api/crm/sync/start: the run that was begun, or was waiting already. */
export const syncStartReply = z.strictObject({ runId: z.uuid() });
export type SyncStartReply = z.infer<typeof syncStartReply>;

/** Body of POST /api/crm/sync/refresh, /pause and /resume: nothing to say. */
export const emptyRequest = z.strictObject({});

/** Answer of POST /api/crm/sync/refresh. */
export const syncRefreshReply = z.strictObject({
  /** When the CRM is asked; a moment later than now where it was asked just before. */
  nextSyncAt: z.iso.datetime(),
});
export type SyncRefreshReply = z.infer<typeof syncRefreshReply>;

/** What is wrong with a value of a CRM's record, or with the record. */
export const RECORD_PROBLEMS = [
  'no_id',
  'incomplete',
  'record_too_large',
  'text_cut',
  'not_text',
  'code_too_long',
  'not_an_amount',
  'amount_out_of_range',
  'not_a_moment',
  'moment_out_of_range',
  'unknown_stage_meaning',
  'unreadable',
] as const;
const recordProblem = z.enum(RECORD_PROBLEMS);
export type RecordProblem = z.infer<typeof recordProblem>;

/** Query of GET /api/crm/sync/quarantine. */
export const quarantineRequest = z.strictObject({
  /** `next` of the answer before; absent: from the start. */
  after: z.string().min(1).max(300).optional(),
});

/** Answer: records of which something could not be used, by entity and id, at most 100. No value of theirs is in it. */
export const quarantineReply = z.strictObject({
  records: z.array(
    z.strictObject({
      crmSource,
      entity,
      externalId: z.string(),
      /** The record's page in the CRM; null where it has none. */
      url: z.string().nullable(),
      /** `field` is the CRM's own name for it; null: the record as a whole, which is then not in the copy. */
      problems: z.array(z.strictObject({ field: z.string().nullable(), problem: recordProblem })),
      firstSeenAt: z.iso.datetime(),
      lastSeenAt: z.iso.datetime(),
    }),
  ),
  /** To ask for the rest; null: this was all. */
  next: z.string().nullable(),
});
export type QuarantineReply = z.infer<typeof quarantineReply>;
