import type { Tx } from '../platform/db.ts';
import { announceTenant } from './announce.ts';

export interface TenantDefaults {
  /** IANA zone; null where the CRM does not say. */
  timezone: string | null;
  displayCurrency: string | null;
  locale: string | null;
}

/** Fills in what nobody has set yet; what a person chose stays. */
export async function saveDefaults(tx: Tx, tenantId: string, defaults: TenantDefaults): Promise<void> {
  await tx.query({
    text: `insert into tenant_settings as t (tenant_id, timezone, display_currency, locale) values ($1, $2, $3, $4)
           on conflict (tenant_id) do update
             set timezone = coalesce(t.timezone, excluded.timezone),
                 display_currency = coalesce(t.display_currency, excluded.display_currency),
                 locale = coalesce(t.locale, excluded.locale)`,
    values: [tenantId, defaults.timezone, defaults.displayCurrency, defaults.locale],
  });
  await announceTenant(tx, tenantId);
}

/** What a person has chosen. */
export async function saveSettings(tx: Tx, tenantId: string, settings: { timezone: string }): Promise<void> {
  await tx.query({
    text: `insert into tenant_settings (tenant_id, timezone) values ($1, $2)
           on conflict (tenant_id) do update set timezone = excluded.timezone, updated_at = now()`,
    values: [tenantId, settings.timezone],
  });
  await announceTenant(tx, tenantId);
}
