-- Calendar periods ("last month") in place of days: of a widget, and of what a person looks at the dashboard through.

alter table dashboard_widgets add column period text;
alter table tenant_members add column dashboard_period text;
