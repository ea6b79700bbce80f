-- Why the copy of an entity does not move, as a word of contract/sync.ts: people are told it in their language.
alter table crm_sync_status add column error_code text;
