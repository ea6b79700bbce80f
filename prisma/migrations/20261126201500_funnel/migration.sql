-- How far a record came in each of its pipelines, and since when it had been there, stored with the step that took it furthest: a
-- funnel reads one row a record and not its whole history. `updateStageHistoryColumns` keeps the column.

alter table crm_stage_history add column funnel_entered_at timestamptz; -- null: another of the record's steps led further

-- The owner of the tables is held to the policies as well; for the one statement over all tenants it is not.
alter table crm_stage_history no force row level security;
alter table crm_statuses no force row level security;
with steps as (
  select h.tenant_id, h.crm_source, h.external_id, h.owner_entity, h.owner_external_id, h.occurred_at, h.pipeline, s.place
  from crm_stage_history h
  left join (
    select tenant_id, crm_source, entity, pipeline, code,
      row_number() over (partition by tenant_id, crm_source, entity order by sort, code) as place
    from crm_statuses where semantic is distinct from 'lost'
  ) s on s.tenant_id = h.tenant_id and s.crm_source = h.crm_source and s.entity = h.owner_entity
    and s.pipeline = coalesce(h.pipeline, '') and s.code = h.stage
  where h.deleted_at is null
), ordered as (
  select tenant_id, crm_source, external_id, place, min(occurred_at) over record as entered_at,
    row_number() over (partition by tenant_id, crm_source, owner_entity, owner_external_id, pipeline
      order by place desc nulls last, occurred_at, length(external_id), external_id) = 1 as is_furthest
  from steps
  window record as (partition by tenant_id, crm_source, owner_entity, owner_external_id, pipeline)
)
update crm_stage_history h
set funnel_entered_at = o.entered_at
from ordered o
where h.tenant_id = o.tenant_id and h.crm_source = o.crm_source and h.external_id = o.external_id
  and o.is_furthest and o.place is not null;
alter table crm_statuses force row level security;
alter table crm_stage_history force row level security;

-- Nothing else was told by whether a record had been in a stage before. The index goes with the column.
alter table crm_stage_history drop column is_first_entry;
create index crm_stage_history_occurred on crm_stage_history (tenant_id, occurred_at)
  include (crm_source, owner_entity, owner_external_id, pipeline, stage, semantic, kind,
    left_at, next_pipeline, next_stage, next_semantic)
  where deleted_at is null; -- movements of a window
create index crm_stage_history_funnel on crm_stage_history (tenant_id, funnel_entered_at)
  include (crm_source, owner_entity, pipeline, stage)
  where deleted_at is null and funnel_entered_at is not null; -- funnels
