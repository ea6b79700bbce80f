-- What each person looks at their dashboard through, until they choose another.

alter table tenant_members
  add column dashboard_range_days integer,
  add column dashboard_crm text;
