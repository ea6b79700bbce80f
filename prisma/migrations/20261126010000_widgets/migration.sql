-- A request to add a widget may be repeated: its key finds the widget it has already made.

alter table dashboard_widgets
  add column idempotency_key text,
  add column request_hash bytea;

create unique index dashboard_widgets_idempotency on dashboard_widgets (tenant_id, idempotency_key); -- one widget a key
