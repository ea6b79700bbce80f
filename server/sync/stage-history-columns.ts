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

/** The records that have been in a pipeline. @param pipeline '' where the entity has none */
export async function listHistoryOwnersIn(
  tx: Tx,
  { tenantId, crmSource }: { tenantId: string; crmSource: CrmSource },
  entity: string,
  pipeline: string,
): Promise<HistoryOwner[]> {
  return tx.query<HistoryOwner>({
    text: `select distinct owner_entity, owner_external_id from crm_stage_history
           where tenant_id = $1 and crm_source = $2 and owner_entity = $3 and coalesce(pipeline, '') = $4`,
    values: [tenantId, crmSource, entity, pipeline],
  });
}

/**
 * Computes what each step of some records knows of the steps around it, from the history in the copy:
 * - `left_at`, `next_pipeline`, `next_stage`, `next_semantic`: the record's next step; null: it is still there;
 * - `funnel_entered_at`: in the step into the furthest stage the record reached in a pipeline, when it first entered that pipeline;
 *   null in all its other steps. Further is what comes later in the CRM's list of stages; lost ones and those that are not in the list
 *   are nowhere in it.
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
      text: `with steps as materialized (
  select h.external_id, h.owner_external_id, h.occurred_at, h.pipeline, h.stage, h.semantic, s.place
  from crm_stage_history h
  left join (
    select pipeline, code, row_number() over (order by sort, code) as place from crm_statuses
    where tenant_id = $1 and crm_source = $2 and entity = $3 and semantic is distinct from 'lost'
  ) s on s.pipeline = coalesce(h.pipeline, '') and s.code = h.stage
  where h.tenant_id = $1 and h.crm_source = $2 and h.owner_entity = $3 and h.owner_external_id = any($4::text[])
    and h.deleted_at is null
), ordered as materialized (
  select external_id, lead(occurred_at) over record as left_at, lead(pipeline) over record as next_pipeline,
    lead(stage) over record as next_stage, lead(semantic) over record as next_semantic,
    case when place is not null
      and row_number() over (partition by owner_external_id, pipeline
        order by place desc nulls last, occurred_at, length(external_id), external_id) = 1
      then min(occurred_at) over (partition by owner_external_id, pipeline) end as funnel_entered_at
  from steps
  window record as (partition by owner_external_id order by occurred_at, length(external_id), external_id)
)
update crm_stage_history h
set left_at = o.left_at, next_pipeline = o.next_pipeline, next_stage = o.next_stage, next_semantic = o.next_semantic,
  funnel_entered_at = o.funnel_entered_at
from ordered o
where h.tenant_id = $1 and h.crm_source = $2 and h.external_id = o.external_id
  and (h.left_at, h.next_pipeline, h.next_stage, h.next_semantic, h.funnel_entered_at)
    is distinct from (o.left_at, o.next_pipeline, o.next_stage, o.next_semantic, o.funnel_entered_at)`,
      values: [tenantId, crmSource, entity, [...ids]],
    });
  }
}
