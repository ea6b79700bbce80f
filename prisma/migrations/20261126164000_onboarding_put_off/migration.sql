-- Each person puts onboarding off for themselves, wherever they open LeadRelay.

alter table tenant_members
  add column onboarding_put_off_at timestamptz; -- null: it is not put off; of a round that is over it says nothing
