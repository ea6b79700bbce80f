import { z } from 'zod';
import { entity } from './crm.ts';

/** Answer of GET /api/data/usage: what is copied of the CRM. */
export const usageReply = z.strictObject({
  entities: z.array(
    z.strictObject({
      entity,
      /** Counted. Records that were deleted in the CRM are not among them. */
      records: z.number().int(),
      /** About: the mean size of the latest thousand times their number, without indexes. */
      bytes: z.number().int(),
    }),
  ),
  records: z.number().int(),
  bytes: z.number().int(),
  /** What has to be typed to have everything deleted: the domain of the CRM. */
  confirmation: z.string(),
});
export type UsageReply = z.infer<typeof usageReply>;

/** What is done with data, as the access log calls it. */
export type AccessAction =
  | 'query_dashboard'
  | 'list_widgets'
  | 'list_deleted_widgets'
  | 'create_widget'
  | 'update_widget'
  | 'delete_widget'
  | 'restore_widget'
  | 'export_widget'
  | 'list_records'
  | 'export_records'
  | 'view_record'
  | 'answer_kpi'
  | 'read_chat'
  | 'view_usage'
  | 'view_access_log'
  | 'export_data'
  | 'change_settings'
  | 'change_member'
  | 'delete_all'
  | 'undo_delete'
  | 'list_values'
  | 'preview_widget'
  | 'start_onboarding'
  | 'select_categories'
  | 'refine_categories'
  | 'reconfigure_dashboard'
  | 'analyze_data'
  | 'create_widgets'
  | 'ask_model'
  | 'sync_full'
  | 'sync_incremental';

/** Query of GET /api/data/access-log. */
export const accessLogRequest = z.strictObject({
  /** `next` of the page before. */
  before: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

/** Answer of GET /api/data/access-log: who looked at what, the latest first. */
export const accessLogReply = z.strictObject({
  entries: z.array(
    z.strictObject({
      seq: z.number().int(),
      at: z.iso.datetime(),
      /** `user`: `name` is the person's, null where it is not known any more. `system`: LeadRelay's own work. */
      who: z.strictObject({ kind: z.enum(['user', 'system']), id: z.string(), name: z.string().nullable() }),
      /** An `AccessAction`; a newer server may know more of them. */
      action: z.string(),
      entity: z.string().nullable(),
      /** Whose role or access was changed, by name; null for other actions, and where it is not known any more. */
      member: z.string().nullable(),
      recordCount: z.number().int().nullable(),
    }),
  ),
  next: z.number().int().nullable(),
});
export type AccessLogReply = z.infer<typeof accessLogReply>;
export type AccessLogEntry = AccessLogReply['entries'][number];

/** Body of POST /api/data/delete-all. */
export const deleteAllRequest = z.strictObject({ confirmation: z.string().min(1).max(300) });

/** Answer of GET /api/data/deletion, POST /api/data/delete-all and its undo. */
export const deletionReply = z.strictObject({
  /** Until then everything can be brought back; null: nothing is being deleted. */
  deletesAt: z.iso.datetime().nullable(),
});
export type DeletionReply = z.infer<typeof deletionReply>;
