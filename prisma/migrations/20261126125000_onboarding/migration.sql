-- Onboarding: when its own work is due, and what it has made.

alter table dashboard_configs
  add column work_due_at timestamptz, -- null: nothing waits to be done
  add column generated_templates jsonb not null default '[]';

alter table dashboard_widgets
  add column template text; -- null: the texts in the row are a person's
