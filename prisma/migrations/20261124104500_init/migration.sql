-- Tables, roles and row level security. Runs on PostgreSQL 15 and newer. schema.prisma says what each column means.

-- Roles belong to the whole cluster: another database of it may have them already, or make them in this very moment.
-- Passwords are set by scripts/migrate.ts. The owner of the tables is whoever runs this.
do $$
declare
  role_name text;
begin
  foreach role_name in array array['leadrelay_app', 'leadrelay_jobs'] loop
    begin
      if not exists (select from pg_roles where rolname = role_name) then
        execute format('create role %I login noinherit', role_name);
      end if;
    exception when duplicate_object or unique_violation then null;
    end;
    if exists (select from pg_roles where rolname = role_name and (rolsuper or rolbypassrls)) then
      raise exception 'role % is above row level security; LeadRelay will not run as it', role_name;
    end if;
  end loop;
  -- pg-boss makes and migrates its own tables here.
  if not exists (select from pg_namespace where nspname = 'pgboss') then
    -- To make a schema for a role one must be a member of it; a superuser always is.
    if not pg_has_role(current_user, 'leadrelay_jobs', 'member') then
      execute format('grant leadrelay_jobs to %I', current_user);
    end if;
    create schema pgboss authorization leadrelay_jobs;
  end if;
end $$;

create table tenants (
  id uuid not null default gen_random_uuid(),
  account_key text not null,
  status text not null default 'active',
  not_before timestamptz,
  next_sync_at timestamptz,
  deletes_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (id)
);

create table tenant_settings (
  tenant_id uuid not null,
  timezone text,
  display_currency text,
  locale text,
  business_hours jsonb,
  updated_at timestamptz not null default now(),
  primary key (tenant_id)
);

create table tenant_members (
  tenant_id uuid not null,
  crm_source text not null,
  crm_user_id text not null,
  name text not null,
  role text not null,
  locale text,
  last_seen_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (tenant_id, crm_source, crm_user_id)
);

create table crm_connections (
  tenant_id uuid not null,
  crm_source text not null,
  account_id text not null,
  portal_url text,
  endpoint text,
  oauth_server text,
  scopes text[] not null default '{}',
  status text not null default 'active',
  mode text not null default 'classic',
  timezone text,
  base_currency text,
  admin_user_id text,
  token_version int not null default 0,
  access_token_sealed text,
  refresh_token_sealed text,
  application_token_sealed text,
  webhook_secret_sealed text,
  token_expires_at timestamptz,
  token_refreshed_at timestamptz,
  refresh_started_at timestamptz,
  installed_version int,
  app_status text,
  license text,
  license_paid_until timestamptz,
  error_message text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  uninstalled_at timestamptz,
  primary key (tenant_id, crm_source)
);

create table crm_users (
  tenant_id uuid not null,
  crm_source text not null,
  external_id text not null,
  name text not null,
  email text,
  department text,
  active boolean not null default true,
  synced_at timestamptz not null default now(),
  primary key (tenant_id, crm_source, external_id)
);

create table crm_statuses (
  tenant_id uuid not null,
  crm_source text not null,
  entity text not null,
  pipeline text not null default '',
  code text not null,
  label text not null,
  semantic text,
  sort int not null default 0,
  color text,
  synced_at timestamptz not null default now(),
  primary key (tenant_id, crm_source, entity, pipeline, code)
);

create table crm_pipelines (
  tenant_id uuid not null,
  crm_source text not null,
  external_id text not null,
  name text not null,
  sort int not null default 0,
  is_default boolean not null default false,
  synced_at timestamptz not null default now(),
  primary key (tenant_id, crm_source, external_id)
);

create table crm_currencies (
  tenant_id uuid not null,
  crm_source text not null,
  code text not null,
  rate numeric(24, 10),
  is_base boolean not null default false,
  name text not null,
  synced_at timestamptz not null default now(),
  primary key (tenant_id, crm_source, code)
);

create table crm_products (
  tenant_id uuid not null,
  crm_source text not null,
  external_id text not null,
  name text not null,
  price numeric(20, 4),
  currency text,
  active boolean not null default true,
  synced_at timestamptz not null default now(),
  primary key (tenant_id, crm_source, external_id)
);

create table crm_deal_products (
  tenant_id uuid not null,
  crm_source text not null,
  external_id text not null,
  deal_id text not null,
  product_id text,
  name text,
  quantity numeric(20, 4),
  price numeric(20, 4),
  synced_at timestamptz not null default now(),
  primary key (tenant_id, crm_source, external_id)
);

create table crm_field_definitions (
  tenant_id uuid not null,
  crm_source text not null,
  entity text not null,
  code text not null,
  label text not null,
  type text not null,
  is_custom boolean not null,
  is_multiple boolean not null,
  options jsonb,
  synced_at timestamptz not null default now(),
  primary key (tenant_id, crm_source, entity, code)
);

create table crm_leads (
  tenant_id uuid not null,
  crm_source text not null,
  external_id text not null,
  title text,
  status text,
  semantic text not null default 'open',
  source text,
  assigned_to text,
  contact_name text,
  contact_phone text,
  contact_email text,
  contact_id text,
  company_id text,
  value numeric(20, 4),
  currency text,
  custom_fields jsonb not null default '{}',
  created_at timestamptz,
  modified_at timestamptz,
  closed_at timestamptz,
  stage_changed_at timestamptz,
  first_response_at timestamptz,
  last_activity_at timestamptz,
  activity_count int not null default 0,
  deleted_at timestamptz,
  synced_at timestamptz not null default now(),
  primary key (tenant_id, crm_source, external_id)
);

create table crm_deals (
  tenant_id uuid not null,
  crm_source text not null,
  external_id text not null,
  title text,
  pipeline text,
  stage text,
  semantic text not null default 'open',
  won boolean generated always as (case semantic when 'won' then true when 'lost' then false end) stored,
  source text,
  assigned_to text,
  contact_id text,
  company_id text,
  lead_id text,
  value numeric(20, 4),
  currency text,
  custom_fields jsonb not null default '{}',
  created_at timestamptz,
  modified_at timestamptz,
  closed_at timestamptz,
  stage_changed_at timestamptz,
  first_response_at timestamptz,
  last_activity_at timestamptz,
  activity_count int not null default 0,
  deleted_at timestamptz,
  synced_at timestamptz not null default now(),
  primary key (tenant_id, crm_source, external_id)
);

create table crm_activities (
  tenant_id uuid not null,
  crm_source text not null,
  external_id text not null,
  type text not null,
  subject text,
  employee_id text,
  employee_name text,
  direction text,
  completed boolean not null default false,
  started_at timestamptz,
  ended_at timestamptz,
  deadline timestamptz,
  duration_seconds int,
  owner_entity text,
  owner_external_id text,
  custom_fields jsonb not null default '{}',
  created_at timestamptz,
  modified_at timestamptz,
  deleted_at timestamptz,
  synced_at timestamptz not null default now(),
  primary key (tenant_id, crm_source, external_id)
);

create table crm_contacts (
  tenant_id uuid not null,
  crm_source text not null,
  external_id text not null,
  name text,
  phone text,
  email text,
  company_id text,
  company text,
  source text,
  assigned_to text,
  custom_fields jsonb not null default '{}',
  created_at timestamptz,
  modified_at timestamptz,
  deleted_at timestamptz,
  synced_at timestamptz not null default now(),
  primary key (tenant_id, crm_source, external_id)
);

create table crm_companies (
  tenant_id uuid not null,
  crm_source text not null,
  external_id text not null,
  name text,
  industry text,
  employee_count int,
  revenue numeric(20, 4),
  currency text,
  assigned_to text,
  custom_fields jsonb not null default '{}',
  created_at timestamptz,
  modified_at timestamptz,
  deleted_at timestamptz,
  synced_at timestamptz not null default now(),
  primary key (tenant_id, crm_source, external_id)
);

create table crm_stage_history (
  tenant_id uuid not null,
  crm_source text not null,
  external_id text not null,
  owner_entity text not null,
  owner_external_id text not null,
  pipeline text,
  stage text not null,
  semantic text not null,
  kind text not null,
  occurred_at timestamptz not null,
  deleted_at timestamptz,
  synced_at timestamptz not null default now(),
  primary key (tenant_id, crm_source, external_id)
);

create table crm_sync_status (
  tenant_id uuid not null,
  crm_source text not null,
  entity text not null,
  status text not null default 'pending',
  total_records int,
  synced_records int not null default 0,
  last_sync_cursor timestamptz,
  last_full_sync_at timestamptz,
  last_incremental_at timestamptz,
  covered_from timestamptz,
  run_id uuid,
  error_message text,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, crm_source, entity)
);

create table sync_runs (
  tenant_id uuid not null,
  run_id uuid not null default gen_random_uuid(),
  crm_source text not null,
  kind text not null,
  state text not null default 'queued',
  fencing_number bigint not null default 0,
  requested_by text,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  heartbeat_at timestamptz,
  finished_at timestamptz,
  inserted_count int not null default 0,
  updated_count int not null default 0,
  unchanged_count int not null default 0,
  deleted_count int not null default 0,
  quarantined_count int not null default 0,
  error_message text,
  primary key (tenant_id, run_id)
);

create table sync_checkpoints (
  tenant_id uuid not null,
  crm_source text not null,
  entity text not null,
  run_id uuid not null,
  checkpoint jsonb not null,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, crm_source, entity)
);

create table sync_quarantine (
  tenant_id uuid not null,
  crm_source text not null,
  entity text not null,
  external_id text not null,
  reason text not null,
  run_id uuid,
  first_seen_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  primary key (tenant_id, crm_source, entity, external_id)
);

create table crm_rate_limits (
  tenant_id uuid not null,
  crm_source text not null,
  method text not null default '',
  level double precision not null default 0,
  measured_at timestamptz not null default now(),
  reset_at timestamptz,
  blocked_until timestamptz,
  primary key (tenant_id, crm_source, method)
);

create table data_versions (
  tenant_id uuid not null,
  table_name text not null,
  version bigint not null default 0,
  primary key (tenant_id, table_name)
);

create table dashboard_widgets (
  tenant_id uuid not null,
  id uuid not null default gen_random_uuid(),
  crm_source text not null default 'all',
  chart_type text not null,
  title text not null,
  description text,
  data_source text not null,
  x_field text,
  y_field text,
  aggregation text not null default 'count',
  measure text,
  group_by text,
  time_bucket text,
  filter_field text,
  filter_value text,
  pipeline text,
  time_range_days int default 30,
  comparison_period_days int,
  format text,
  sort_order text not null default 'desc',
  item_limit int,
  position int not null,
  size text not null default 'medium',
  is_standard boolean not null default false,
  source text not null default 'onboarding',
  deleted_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);

create table dashboard_configs (
  tenant_id uuid not null,
  onboarding_state text not null default 'not_started',
  selected_categories jsonb not null default '[]',
  refinement_answers jsonb not null default '{}',
  crm_profile jsonb,
  timezone text,
  display_currency text,
  last_refreshed_at timestamptz,
  completed_at timestamptz,
  primary key (tenant_id)
);

create table dashboard_chat_messages (
  tenant_id uuid not null,
  id uuid not null default gen_random_uuid(),
  role text not null,
  content text not null,
  charts jsonb,
  agent_used text,
  user_id text,
  request_id uuid,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);

create table agent_traces (
  tenant_id uuid not null,
  id uuid not null default gen_random_uuid(),
  request_id uuid not null,
  agent_name text not null,
  model text,
  tokens_in int,
  tokens_out int,
  cost_usd numeric(10, 6),
  duration_ms int,
  success boolean not null,
  error_message text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);

create table data_access_logs (
  tenant_id uuid not null,
  id uuid not null default gen_random_uuid(),
  seq bigint not null,
  accessed_by text not null,
  action text not null,
  entity text,
  record_count int,
  created_at timestamptz not null default now(),
  prev_hash bytea not null,
  hash bytea not null,
  primary key (tenant_id, id)
);

create table insights (
  tenant_id uuid not null,
  id uuid not null default gen_random_uuid(),
  rule text not null,
  subject_key text not null,
  crm_source text not null default 'all',
  severity text not null,
  title text not null,
  description text not null,
  suggested_action text,
  expected_effect text,
  evidence jsonb not null default '{}',
  related_chart jsonb,
  state text not null default 'open',
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  primary key (tenant_id, id)
);

create table insight_actions (
  tenant_id uuid not null,
  id uuid not null default gen_random_uuid(),
  insight_id uuid not null,
  user_id text not null,
  action text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);

create table embed_keys (
  tenant_id uuid not null,
  id uuid not null default gen_random_uuid(),
  label text not null,
  key_hash bytea not null,
  origins text[] not null default '{}',
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  revoked_at timestamptz,
  primary key (tenant_id, id)
);

-- Small tables follow their tenant. crm_* tables do not: every copied row would pay for a look-up.
alter table tenant_settings add foreign key (tenant_id) references tenants (id) on delete cascade;
alter table tenant_members add foreign key (tenant_id) references tenants (id) on delete cascade;
alter table crm_connections add foreign key (tenant_id) references tenants (id) on delete cascade;
alter table dashboard_widgets add foreign key (tenant_id) references tenants (id) on delete cascade;
alter table dashboard_configs add foreign key (tenant_id) references tenants (id) on delete cascade;
alter table dashboard_chat_messages add foreign key (tenant_id) references tenants (id) on delete cascade;
alter table agent_traces add foreign key (tenant_id) references tenants (id) on delete cascade;
alter table data_access_logs add foreign key (tenant_id) references tenants (id) on delete cascade;
alter table insights add foreign key (tenant_id) references tenants (id) on delete cascade;
alter table insight_actions add foreign key (tenant_id) references tenants (id) on delete cascade;
alter table insight_actions add foreign key (tenant_id, insight_id) references insights (tenant_id, id) on delete cascade;
alter table embed_keys add foreign key (tenant_id) references tenants (id) on delete cascade;

create unique index tenants_account_key on tenants (account_key); -- whose installation or event is this
create index tenants_next_sync_at on tenants (next_sync_at); -- the dispatcher: who is due

-- Charts and KPIs read a time window of one tenant. These hold every dimension they group by, so that the table itself is
-- not touched while its pages are all visible. Queries have to say `deleted_at is null` to use them.
create index crm_leads_created on crm_leads (tenant_id, created_at)
  include (crm_source, status, semantic, source, assigned_to, value, currency, external_id, closed_at, first_response_at)
  where deleted_at is null; -- leads of a window by any dimension, conversion, response time
create index crm_deals_created on crm_deals (tenant_id, created_at)
  include (crm_source, pipeline, stage, semantic, won, source, assigned_to, value, currency, lead_id, closed_at, external_id)
  where deleted_at is null; -- deals of a window by any dimension, lead-to-deal funnel
create index crm_deals_closed on crm_deals (tenant_id, closed_at)
  include (crm_source, pipeline, stage, won, source, assigned_to, value, currency, created_at)
  where closed_at is not null and deleted_at is null; -- won and lost in a window, sales cycle
create index crm_deals_open on crm_deals (tenant_id, stage, stage_changed_at)
  include (crm_source, pipeline, source, assigned_to, value, currency, created_at, external_id)
  where won is null and deleted_at is null; -- pipeline value, deals stuck in a stage; queries have to say `won is null`
create index crm_activities_started on crm_activities (tenant_id, started_at)
  include (crm_source, type, direction, employee_id, duration_seconds, completed)
  where deleted_at is null; -- activities of a window by any dimension, call time by employee
create index crm_activities_owner on crm_activities (tenant_id, crm_source, owner_entity, owner_external_id, started_at)
  include (direction)
  where owner_external_id is not null and deleted_at is null; -- first response, last activity and timeline of a record
create index crm_contacts_created on crm_contacts (tenant_id, created_at)
  include (crm_source, source, assigned_to, external_id)
  where deleted_at is null; -- contacts of a window by any dimension
create index crm_companies_created on crm_companies (tenant_id, created_at)
  include (crm_source, industry, assigned_to, external_id)
  where deleted_at is null; -- companies of a window by any dimension
create index crm_stage_history_occurred on crm_stage_history (tenant_id, occurred_at)
  include (crm_source, owner_entity, owner_external_id, pipeline, stage, semantic, kind)
  where deleted_at is null; -- movements of a window
create index crm_stage_history_owner on crm_stage_history (tenant_id, crm_source, owner_entity, owner_external_id, occurred_at)
  include (stage)
  where deleted_at is null; -- time a record spent in each stage
create index crm_deal_products_deal on crm_deal_products (tenant_id, crm_source, deal_id); -- products of a deal

create index sync_runs_recent on sync_runs (tenant_id, crm_source, created_at desc); -- latest runs of a connection
create unique index sync_runs_running on sync_runs (tenant_id, crm_source) where state = 'running'; -- one at a time
create index dashboard_widgets_active on dashboard_widgets (tenant_id, position) where deleted_at is null; -- the dashboard
create index dashboard_chat_messages_recent on dashboard_chat_messages (tenant_id, created_at desc); -- chat history
create index agent_traces_recent on agent_traces (tenant_id, created_at desc); -- trace list, daily cost
create index agent_traces_request on agent_traces (tenant_id, request_id); -- waterfall of one message
create unique index data_access_logs_seq on data_access_logs (tenant_id, seq); -- end of the chain; no two rows follow one
create index data_access_logs_recent on data_access_logs (tenant_id, created_at desc); -- access log
create index insights_recent on insights (tenant_id, created_at desc); -- insight feed
create unique index insights_open on insights (tenant_id, subject_key) where state = 'open'; -- one open card per finding
create index insight_actions_insight on insight_actions (tenant_id, insight_id); -- what was done about a card
create unique index embed_keys_hash on embed_keys (tenant_id, key_hash); -- a presented key

-- The default waits for a fifth of a table to change. Index-only scans need pages vacuumed soon after a load.
do $$
declare
  table_name text;
begin
  foreach table_name in array array['crm_leads', 'crm_deals', 'crm_activities', 'crm_contacts', 'crm_companies', 'crm_stage_history'] loop
    execute format('alter table %I set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02,
      autovacuum_analyze_scale_factor = 0.02)', table_name);
  end loop;
end $$;

-- Row level security. An unset tenant reads as NULL, or as '' after a transaction that had one: both see nothing.
-- The policy has no sub-select because Citus refuses one.
do $$
declare
  table_name text;
begin
  foreach table_name in array array[
    'tenant_settings', 'tenant_members',
    'crm_connections', 'crm_users', 'crm_statuses', 'crm_pipelines', 'crm_currencies', 'crm_products', 'crm_deal_products',
    'crm_field_definitions', 'crm_leads', 'crm_deals', 'crm_activities', 'crm_contacts', 'crm_companies', 'crm_stage_history',
    'crm_sync_status', 'crm_rate_limits', 'sync_runs', 'sync_checkpoints', 'sync_quarantine', 'data_versions',
    'dashboard_widgets', 'dashboard_configs', 'dashboard_chat_messages',
    'agent_traces', 'data_access_logs', 'insights', 'insight_actions', 'embed_keys'
  ] loop
    execute format('alter table %I enable row level security', table_name);
    execute format('alter table %I force row level security', table_name);
    execute format('create policy tenant on %I to leadrelay_app
      using (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)
      with check (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)', table_name);
    execute format('grant select, insert, update, delete on %I to leadrelay_app', table_name);
  end loop;
end $$;
revoke update, delete on data_access_logs from leadrelay_app;

-- The directory is whole for the application and closed to everybody else the host may have let into the schema.
alter table tenants enable row level security;
alter table tenants force row level security;
create policy directory on tenants to leadrelay_app using (true) with check (true);
grant usage on schema public to leadrelay_app;
grant select, insert, update, delete on tenants to leadrelay_app;
