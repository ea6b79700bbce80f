import {
  type BusinessHours,
  businessHours,
  DEFAULT_BUSINESS_HOURS,
  language,
  type SettingsPatch,
  type SettingsReply,
} from '../../contract/settings.ts';
import type { Tx } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import { isTimeZone } from '../platform/time-zone.ts';
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

interface Row {
  timezone: string | null;
  language: string | null;
  display_currency: string | null;
  business_hours: unknown;
  connections: { timezone: string | null; currency: string | null }[];
  currencies: SettingsReply['currencies'];
}

/** What holds for everyone of the tenant, and what could be chosen instead. Zone and base currency as the dashboard reads them. */
export async function loadSettings(tx: Tx, tenantId: string): Promise<SettingsReply> {
  const [row] = await tx.query<Row>({
    text: `select s.timezone, s.language, s.display_currency, s.business_hours, c.connections, r.currencies
           from (select $1::uuid as tenant_id) t
           left join tenant_settings s on s.tenant_id = t.tenant_id
           cross join lateral (
             select coalesce(json_agg(json_build_object('timezone', timezone, 'currency', base_currency) order by created_at), '[]') as connections
             from crm_connections where tenant_id = $1 and status <> 'uninstalled'
           ) c
           cross join lateral (
             select coalesce(json_agg(json_build_object('code', code, 'name', name) order by is_base desc, code), '[]') as currencies
             from (
               select distinct on (code) code, name, is_base from crm_currencies
               where tenant_id = $1 and rate is not null order by code, crm_source
             ) rated
           ) r`,
    values: [tenantId],
  });
  const { timezone, connections = [], currencies = [], ...saved } = row ?? ({} as Partial<Row>);
  const chosen = language.safeParse(saved.language);
  return {
    timezone: [timezone, ...connections.map((one) => one.timezone)].find(isTimeZone) ?? 'UTC',
    language: chosen.success ? chosen.data : null,
    displayCurrency: saved.display_currency ?? null,
    baseCurrency: connections.find(({ currency }) => currency)?.currency ?? null,
    currencies,
    businessHours: toBusinessHours(saved.business_hours),
  };
}

/**
 * What an administrator has chosen; what the patch leaves out stays.
 * @throws AppError `required` for a patch that changes nothing; `invalid_value` for a zone that is none and for a currency the
 * CRM has no rate for, each at its field
 */
export async function saveSettings(tx: Tx, tenantId: string, patch: SettingsPatch): Promise<void> {
  const { timezone, language, displayCurrency, businessHours } = patch;
  if (Object.values(patch).every((value) => value === undefined)) {
    throw new AppError('required', 'Say what is to change: timezone, language, displayCurrency or businessHours.');
  }
  if (timezone !== undefined && !isTimeZone(timezone)) {
    throw refuse('timezone', 'This is no IANA time zone, or the abbreviation of one.');
  }
  if (displayCurrency !== undefined && displayCurrency !== null) await requireRate(tx, tenantId, displayCurrency);
  await tx.query({
    text: `insert into tenant_settings as t (tenant_id, timezone, language, display_currency, business_hours)
           values ($1, $2, $3, $4, $5)
           on conflict (tenant_id) do update
             set timezone = coalesce(excluded.timezone, t.timezone),
                 language = case when $6 then excluded.language else t.language end,
                 display_currency = case when $7 then excluded.display_currency else t.display_currency end,
                 business_hours = coalesce(excluded.business_hours, t.business_hours),
                 updated_at = now()`,
    values: [
      tenantId,
      timezone ?? null,
      language ?? null,
      displayCurrency ?? null,
      businessHours === undefined ? null : JSON.stringify(businessHours),
      language !== undefined,
      displayCurrency !== undefined,
    ],
  });
  await announceTenant(tx, tenantId);
}

/** Sums in a currency without a rate would all be "not converted". */
async function requireRate(tx: Tx, tenantId: string, currency: string): Promise<void> {
  const [known] = await tx.query({
    text: 'select 1 from crm_currencies where tenant_id = $1 and code = $2 and rate is not null limit 1',
    values: [tenantId, currency],
  });
  if (!known) throw refuse('displayCurrency', 'The CRM has no rate for this currency.');
}

function refuse(path: string, message: string): AppError {
  return new AppError('invalid_value', message, { issues: [{ path, code: 'invalid_value', message }] });
}

/** What was saved; where nothing was, or it cannot be read, the usual. */
export function toBusinessHours(stored: unknown): BusinessHours {
  const parsed = businessHours.safeParse(stored);
  return parsed.success ? parsed.data : DEFAULT_BUSINESS_HOURS;
}
