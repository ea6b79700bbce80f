import type { CrmMode, CrmSource, Entity } from '../../contract/crm.ts';
import { ENTITIES } from '../../contract/crm.ts';
import type { EntityProgress, SyncError, SyncState, SyncStatusReply } from '../../contract/sync.ts';
import type { Tx } from '../platform/db.ts';

interface StatusRow {
  crm_source: CrmSource;
  entity: Entity;
  status: SyncState;
  total_records: number | null;
  synced_records: number;
  quarantined_records: number;
  last_full_sync_at: Date | null;
  last_incremental_at: Date | null;
  as_of: Date | null;
  covered_from: Date | null;
  error_code: SyncError | null;
  error_message: string | null;
}

/** Column of crm_sync_status rows: a record changed after a load had begun may have been read before it was changed. */
export const AS_OF_SQL = 'least(last_sync_cursor, greatest(last_full_sync_at, last_incremental_at))';

/** What needs a person comes before what moves, and that before what waits. */
const BY_URGENCY: readonly SyncState[] = [
  'reauth',
  'blocked',
  'permissions_changed',
  'storage_full',
  'error',
  'paused',
  'syncing',
  'pending',
  'complete',
];

/** Progress of all entities of all CRMs of a tenant. Nothing begun yet: `pending`, with no entities. */
export async function getSyncStatus(tx: Tx, tenantId: string): Promise<SyncStatusReply> {
  const [rows, connections] = await Promise.all([
    tx.query<StatusRow>({
      text: `select crm_source, entity, status, total_records, synced_records, last_full_sync_at, last_incremental_at,
               ${AS_OF_SQL} as as_of, error_code, error_message, case when isfinite(covered_from) then covered_from end as covered_from,
               (select count(*) from sync_quarantine q
                where q.tenant_id = s.tenant_id and q.crm_source = s.crm_source and q.entity = s.entity) as quarantined_records
             from crm_sync_status s where tenant_id = $1`,
      values: [tenantId],
    }),
    tx.query<{ mode: CrmMode; next_sync_at: Date | null }>({
      text: `select mode, next_sync_at from crm_connections where tenant_id = $1 and status <> 'uninstalled' order by next_sync_at`,
      values: [tenantId],
    }),
  ]);
  const entities = rows
    .toSorted((a, b) => a.crm_source.localeCompare(b.crm_source) || ENTITIES.indexOf(a.entity) - ENTITIES.indexOf(b.entity))
    .map(toProgress);
  const times = rows.map((row) => row.as_of?.getTime() ?? 0);
  const oldest = times.length === 0 ? 0 : Math.min(...times);
  return {
    status: worstState(entities.map(({ status }) => status)),
    mode: connections.length > 0 && connections.every(({ mode }) => mode === 'simple') ? 'simple' : 'classic',
    entities,
    dataAsOf: oldest === 0 ? null : new Date(oldest).toISOString(),
    nextSyncAt: connections[0]?.next_sync_at?.toISOString() ?? null,
  };
}

/** The state that stands for several entities together; `pending` for none. */
export function worstState(states: readonly SyncState[]): SyncState {
  return BY_URGENCY.find((state) => states.includes(state)) ?? 'pending';
}

function toProgress(row: StatusRow): EntityProgress {
  return {
    crmSource: row.crm_source,
    entity: row.entity,
    status: row.status,
    totalRecords: row.total_records,
    syncedRecords: row.synced_records,
    quarantinedRecords: row.quarantined_records,
    lastFullSyncAt: row.last_full_sync_at?.toISOString() ?? null,
    lastIncrementalAt: row.last_incremental_at?.toISOString() ?? null,
    coveredFrom: row.covered_from?.toISOString() ?? null,
    errorCode: row.error_code,
    errorMessage: row.error_message,
  };
}
