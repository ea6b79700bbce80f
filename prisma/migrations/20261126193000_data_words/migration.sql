-- What a model says of a tenant's data; null where none was asked or none has answered.
alter table dashboard_configs add column data_words jsonb;
