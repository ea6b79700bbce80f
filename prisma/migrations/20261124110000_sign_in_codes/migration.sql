-- One-time codes of sign-in links, for people who open LeadRelay outside their CRM. Only hashes are kept.
create table sign_in_codes (
  tenant_id uuid not null,
  code_hash bytea not null,
  crm_source text not null,
  crm_user_id text not null,
  expires_at timestamptz not null,
  primary key (tenant_id, code_hash)
);
alter table sign_in_codes add foreign key (tenant_id) references tenants (id) on delete cascade;

alter table sign_in_codes enable row level security;
alter table sign_in_codes force row level security;
create policy tenant on sign_in_codes to leadrelay_app
  using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
  with check (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
grant select, insert, update, delete on sign_in_codes to leadrelay_app;
