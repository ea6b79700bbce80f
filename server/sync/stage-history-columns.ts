import type { CrmSource } from '../../contract/crm.ts';
import type { Tx } from '../platform/db.ts';

/** A lead or deal with steps in the history, by the columns that name it. */
export interface HistoryOwner {
  owner_entity: string;
  owner_external_id: string;
}

/** The records of which these steps are, as the copy has them now: a step that is given to another record changes both. */
export async function listHistoryOwners(
  tx: Tx,
  { tenantId, crmSource }: { tenantId: string; crmSource: CrmSource },
  stepIds: readonly string[],
): Promise<HistoryOwner[]> {
  return tx.query<HistoryOwner>({
    text: `select distinct owner_entity, owner_external_id from crm_stage_history
           where tenant_id = $1 and crm_source = $2 and external_id = any($3::text[])`,
    values: [tenantId, crmSource, stepIds],
  });
}

/**
 * Computes what each step of some records knows of the steps around it, from the history in the copy:
 * - `left_at`, `next_pipeline`, `next_stage`, `next_semantic`: the record's next step; null: it is still there;
 * - `is_first_entry`: the record had not entered this stage of this pipeline before.
 * Steps follow each other by their moment, those of one moment by the CRM's number. Rows whose values stay the same are not
 * touched. Belongs into the transaction that changes the history, which moves the data version too.
 */
export async function updateStageHistoryColumns(
  tx: Tx,
  { tenantId, crmSource }: { tenantId: string; crmSource: CrmSource },
  owners: readonly HistoryOwner[],
): Promise<void> {
  const idsByEntity = new Map<string, Set<string>>();
  for (const { owner_entity, owner_external_id } of owners) {
    const ids = idsByEntity.get(owner_entity) ?? new Set();
    idsByEntity.set(owner_entity, ids.add(owner_external_id));
  }
  for (const [entity, ids] of idsByEntity) {
    await tx.query({
      // One scan for all of the records, and no join with a list of them: without statistics, as in a first load, PostgreSQL
      // would walk through the whole history once for every record.
      text: `with ordered as materialized (
  select external_id, lead(occurred_at) over record as left_at, lead(pipeline) over record as next_pipeline,
    lead(stage) over record as next_stage, lead(semantic) over record as next_semantic,
    row_number() over (partition by owner_external_id, pipeline, stage order by occurred_at, length(external_id), external_id) = 1
      as is_first_entry
  from crm_stage_history
  where tenant_id = $1 and crm_source = $2 and owner_entity = $3 and owner_external_id = any($4::text[])
    and deleted_at is null
  window record as (partition by owner_external_id order by occurred_at, length(external_id), external_id)
)
update crm_stage_history h
set left_at = o.left_at, next_pipeline = o.next_pipeline, next_stage = o.next_stage, next_semantic = o.next_semantic,
  is_first_entry = o.is_first_entry
from ordered o
where h.tenant_id = $1 and h.crm_source = $2 and h.external_id = o.external_id
  and (h.left_at, h.next_pipeline, h.next_stage, h.next_semantic, h.is_first_entry)
    is distinct from (o.left_at, o.next_pipeline, o.next_stage, o.next_semantic, o.is_first_entry)`,
      values: [tenantId, crmSource, entity, [...ids]],
    });
  }
}
