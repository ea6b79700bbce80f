-- Activities over time are counted step by step. The covering index beside it holds seven columns more, all of which PostgreSQL
-- unpacks for each row: counting in this one takes two thirds of the time.
create index crm_activities_time on crm_activities (tenant_id, started_at)
  where deleted_at is null; -- activities of a step of time
