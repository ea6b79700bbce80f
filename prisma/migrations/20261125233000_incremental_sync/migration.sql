-- What keeps a copy fresh: when each connection is asked next, what has to be looked at again, how fast a CRM may be asked.

alter table crm_connections
  add column next_sync_at timestamptz,
  add column failed_syncs int not null default 0,
  add column dictionaries_synced_at timestamptz,
  add column clock_ahead_ms bigint,
  add column clock_trusted_after timestamptz,
  drop column refresh_started_at;

alter table sync_runs add column entities text[];

alter table crm_sync_status
  add column active_from timestamptz,
  add column sweep_checkpoint jsonb,
  add column swept_at timestamptz;

alter table crm_rate_limits
  add column pace double precision not null default 1,
  drop column blocked_until;

create table sync_rechecks (
  tenant_id uuid not null,
  crm_source text not null,
  entity text not null,
  external_id text not null,
  reason text not null,
  is_released boolean not null default true,
  created_at timestamptz not null default now(),
  primary key (tenant_id, crm_source, entity, external_id)
);

alter table sync_rechecks enable row level security;
alter table sync_rechecks force row level security;
create policy tenant on sync_rechecks to leadrelay_app
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
  with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
grant select, insert, update, delete on sync_rechecks to leadrelay_app;

-- Connections made before there was a dispatcher are due at once. Row level security is forced on the owner too, who has no
-- policy: without this the updates would find no row.
alter table crm_connections no force row level security;
alter table tenants no force row level security;
update crm_connections set next_sync_at = now() where status = 'active';
update tenants t set next_sync_at = now()
where exists (select from crm_connections c where c.tenant_id = t.id and c.status = 'active');
alter table crm_connections force row level security;
alter table tenants force row level security;
