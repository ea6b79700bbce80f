import type { CrmMode, CrmSource } from '../../contract/crm.ts';
import type { SyncState } from '../../contract/sync.ts';
import { type Locale, pickLocale } from '../analytics/labels.ts';
import { toWorkingWeek } from '../analytics/working-week.ts';
import type { SqlQuery } from '../platform/db.ts';
import { isTimeZone } from '../platform/time-zone.ts';
import { AS_OF_SQL, worstState } from '../sync/status.ts';
import { localeSql } from '../tenants/members.ts';
import { toBusinessHours } from '../tenants/settings.ts';

/** Who is looking. */
export interface Viewer {
  tenantId: string;
  crmSource: CrmSource;
  /** The CRM's id of the person. */
  userId: string;
}

/** What all answers about a tenant's records depend on, besides the records. */
export interface TenantContext {
  mode: CrmMode;
  timezone: string;
  /** False: nobody has said the zone, it is UTC meanwhile. */
  timezoneIsKnown: boolean;
  /** As `Clock` has it. */
  workingWeek: readonly number[];
  displayCurrency: string;
  locale: Locale;
  /** It has been through onboarding, and has a dashboard of its own. */
  isOnboarded: boolean;
  syncStatus: SyncState;
  /** The moment up to which the copy is complete: the oldest of the entities' last syncs; null while one has none. */
  dataAsOf: Date | null;
  coverage: Coverage[];
}

/** How much of one entity of one CRM is known to be copied; `dealProducts` and `people` are covered as a whole or not at all. */
export interface Coverage {
  crmSource: CrmSource;
  entity: string;
  /** How many records of it are copied, about. */
  records: number;
  /** A full load has been completed. */
  isComplete: boolean;
  /** Records created from then on are copied, even while the load goes on; null: not known of any. */
  coveredFrom: Date | null;
  /** The same of records at which something happened from then on: activities that began, deals that changed stage. */
  activeFrom: Date | null;
}

interface Row {
  timezone: string | null;
  display_currency: string | null;
  business_hours: unknown;
  locale: string | null;
  is_onboarded: boolean;
  connections: { mode: string; timezone: string | null; currency: string | null }[];
  entities: {
    crm: CrmSource;
    entity: string;
    records: number;
    status: SyncState;
    complete: boolean;
    from: string | null;
    active_from: string | null;
    as_of: string | null;
  }[];
  followers: { crm: CrmSource; records: number; products: boolean; people: boolean }[];
}

/** Reads the context in one statement; its one row goes to `toTenantContext`. */
export function tenantContextQuery({ tenantId, crmSource, userId }: Viewer): SqlQuery {
  return {
    text: `select s.timezone, s.display_currency, s.business_hours, ${localeSql('m', 's')} as locale,
  d.completed_at is not null as is_onboarded, c.connections, e.entities, f.followers
from (select $1::uuid as tenant_id) t
left join tenant_settings s on s.tenant_id = t.tenant_id
left join dashboard_configs d on d.tenant_id = t.tenant_id
left join lateral (
  select language, locale from tenant_members where tenant_id = $1 and crm_source = $2 and crm_user_id = $3
) m on true
cross join lateral (
  select coalesce(json_agg(json_build_object('mode', mode, 'timezone', timezone, 'currency', base_currency)
    order by created_at), '[]') as connections
  from crm_connections where tenant_id = $1 and status <> 'uninstalled'
) c
cross join lateral (
  select coalesce(json_agg(json_build_object('crm', crm_source, 'entity', entity, 'records', synced_records, 'status', status,
    'complete', last_full_sync_at is not null, 'from', case when isfinite(covered_from) then covered_from end,
    'active_from', case when isfinite(active_from) then active_from end,
    'as_of', ${AS_OF_SQL})), '[]') as entities
  from crm_sync_status where tenant_id = $1
) e
cross join lateral (
  -- The product rows of deals are read after a load, deal by deal; people before it.
  select coalesce(json_agg(json_build_object('crm', crm_source, 'records', synced_records,
    'products', last_full_sync_at is not null and not exists (
      select from sync_rechecks r
      where r.tenant_id = $1 and r.crm_source = s.crm_source and r.entity = 'dealProducts' and r.created_at <= s.last_full_sync_at),
    'people', exists (select from crm_users u where u.tenant_id = $1 and u.crm_source = s.crm_source))), '[]') as followers
  from crm_sync_status s where tenant_id = $1 and entity = 'deals'
) f`,
    values: [tenantId, crmSource, userId],
  };
}

const AT_ONCE = { coveredFrom: null, activeFrom: null };

/** The tenant's own settings come first, then what its first CRM says, then UTC and USD. */
export function toTenantContext(row: object): TenantContext {
  const { timezone, display_currency, business_hours, locale, is_onboarded, connections, entities, followers } = row as Row;
  const loaded = entities.map(({ as_of }) => (as_of === null ? null : Date.parse(as_of)));
  const zone = [timezone, ...connections.map((connection) => connection.timezone)].find(isTimeZone);
  const oldest = loaded.includes(null) || loaded.length === 0 ? null : Math.min(...loaded.filter((at) => at !== null));
  return {
    mode: connections.length > 0 && connections.every(({ mode }) => mode === 'simple') ? 'simple' : 'classic',
    timezone: zone ?? 'UTC',
    timezoneIsKnown: zone !== undefined,
    workingWeek: toWorkingWeek(toBusinessHours(business_hours)),
    displayCurrency: display_currency ?? connections.find(({ currency }) => currency)?.currency ?? 'USD',
    locale: pickLocale(locale),
    isOnboarded: is_onboarded,
    syncStatus: worstState(entities.map(({ status }) => status)),
    dataAsOf: oldest === null ? null : new Date(oldest),
    coverage: [
      ...entities.map(({ crm, entity, records, complete, from, active_from }) => ({
        crmSource: crm,
        entity,
        records,
        isComplete: complete,
        coveredFrom: from === null ? null : new Date(from),
        activeFrom: active_from === null ? null : new Date(active_from),
      })),
      ...followers.flatMap(({ crm, records, products, people }) => [
        { ...AT_ONCE, crmSource: crm, entity: 'dealProducts', records, isComplete: products },
        { ...AT_ONCE, crmSource: crm, entity: 'people', records: 0, isComplete: people },
      ]),
    ],
  };
}
