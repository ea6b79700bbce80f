-- How deals that were in a stage ended, of those that closed within a year: what an open deal in that stage may be expected to
-- bring. Computed once a day by the sync, because it reads every step of a year's deals.
create table crm_stage_odds (
  tenant_id uuid not null,
  crm_source text not null,
  pipeline text not null, -- '': all deals of the CRM
  stage text not null, -- '': all deals of the pipeline
  won int not null,
  closed int not null,
  primary key (tenant_id, crm_source, pipeline, stage)
);

alter table crm_stage_odds enable row level security;
alter table crm_stage_odds force row level security;
create policy tenant on crm_stage_odds to leadrelay_app
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
  with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
grant select, insert, update, delete on crm_stage_odds to leadrelay_app;

alter table crm_connections add column stage_odds_at timestamptz; -- when they were last computed
