-- What became of each stage a record entered, stored with the entry: finding the next one for every look takes a sort of the
-- whole history. `updateStageHistoryColumns` keeps the columns.

alter table crm_stage_history
  add column left_at timestamptz, -- null: the record is still there
  add column next_pipeline text,
  add column next_stage text,
  add column next_semantic text,
  add column is_first_entry boolean not null default true; -- the record had not been in this stage before

-- The owner of the tables is held to the policies as well; for the one statement over all tenants it is not.
alter table crm_stage_history no force row level security;
with ordered as (
  select tenant_id, crm_source, external_id,
    lead(occurred_at) over record as left_at, lead(pipeline) over record as next_pipeline,
    lead(stage) over record as next_stage, lead(semantic) over record as next_semantic,
    row_number() over (partition by tenant_id, crm_source, owner_entity, owner_external_id, pipeline, stage
      order by occurred_at, length(external_id), external_id) = 1 as is_first_entry
  from crm_stage_history
  where deleted_at is null
  window record as (partition by tenant_id, crm_source, owner_entity, owner_external_id
    order by occurred_at, length(external_id), external_id)
)
update crm_stage_history h
set left_at = o.left_at, next_pipeline = o.next_pipeline, next_stage = o.next_stage, next_semantic = o.next_semantic,
  is_first_entry = o.is_first_entry
from ordered o
where h.tenant_id = o.tenant_id and h.crm_source = o.crm_source and h.external_id = o.external_id
  and (o.left_at is not null or not o.is_first_entry);
alter table crm_stage_history force row level security;

drop index crm_stage_history_occurred;
create index crm_stage_history_occurred on crm_stage_history (tenant_id, occurred_at)
  include (crm_source, owner_entity, owner_external_id, pipeline, stage, semantic, kind,
    left_at, next_pipeline, next_stage, next_semantic, is_first_entry)
  where deleted_at is null; -- movements of a window
