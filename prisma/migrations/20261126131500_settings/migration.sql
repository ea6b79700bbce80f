-- What people choose for themselves and for everyone, who may still look, and whose conversation a message belongs to.

alter table tenant_settings add column language text;

alter table tenant_members
  add column language text,
  add column given_role text,
  add column removed_at timestamptz;

-- Nothing has written messages before: there are none whose person is unknown.
alter table dashboard_chat_messages
  add column seq bigint generated always as identity,
  add column crm_source text,
  add column answer jsonb,
  drop column charts;
drop index dashboard_chat_messages_recent;
create index dashboard_chat_messages_recent on dashboard_chat_messages (tenant_id, crm_source, user_id, seq desc); -- one's history

create index tenants_deletes_at on tenants (deletes_at) where deletes_at is not null; -- the dispatcher: whose time is over
