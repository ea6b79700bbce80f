import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { insertRows } from './insert-rows.ts';

/*
 * Two businesses small enough to count by hand. It is 11:00 on Monday, 10 March 2025 in New York, the day after the
 * clocks went forward: the last 30 days began on 9 February (05:00Z), the last 90 on 11 December (05:00Z), and today
 * ends at 04:00Z on the 11th.
 */
export const SMALL_WORLD_NOW = new Date('2025-03-10T15:00:00Z');

type Row = Record<string, unknown>;

/** A tenant in New York that counts in dollars; its Bitrix24 counts in roubles, has no rate for XYZ and has never heard of GBP. */
export async function insertTenant(
  owner: pg.Client,
  options: { mode?: 'classic' | 'simple'; locale?: string } = {},
): Promise<string> {
  const tenantId = randomUUID();
  const own = (rows: readonly Row[]) => rows.map((row) => ({ tenant_id: tenantId, crm_source: 'bitrix24', ...row }));
  await insertRows(owner, 'tenants', [{ id: tenantId, account_key: `bitrix24:${tenantId}` }]);
  await insertRows(owner, 'tenant_settings', [
    { tenant_id: tenantId, timezone: 'America/New_York', display_currency: 'USD', locale: options.locale ?? 'en' },
  ]);
  const mode = options.mode ?? 'classic';
  await insertRows(owner, 'crm_connections', own([{ account_id: tenantId, mode, timezone: 'UTC', base_currency: 'RUB' }]));
  await insertRows(
    owner,
    'crm_currencies',
    own([
      { code: 'RUB', rate: '1', is_base: true, name: 'Rouble' },
      { code: 'USD', rate: '90', name: 'Dollar' },
      { code: 'EUR', rate: '100', name: 'Euro' },
      { code: 'XYZ', rate: null, name: 'Unrated' },
    ]),
  );
  await insertRows(
    owner,
    'crm_users',
    own([
      { external_id: '1', name: 'Ann' },
      { external_id: '2', name: 'Dana Gone', active: false },
    ]),
  );
  // Renewals sorts first, but the default pipeline comes before any other. Both have a stage NEW.
  await insertRows(
    owner,
    'crm_pipelines',
    own([
      { external_id: '7', name: 'Renewals', sort: 10 },
      { external_id: '0', name: 'Sales', sort: 500, is_default: true },
    ]),
  );
  await insertRows(
    owner,
    'crm_statuses',
    own([
      { entity: 'leads', code: 'CONVERTED', label: 'Qualified', semantic: 'won', sort: 30, color: '#00ff00' },
      { entity: 'leads', code: 'NEW', label: 'Unsorted', semantic: 'open', sort: 10, color: '#39a8ef' },
      { entity: 'leads', code: 'IN_PROCESS', label: 'In work', semantic: 'open', sort: 20 },
      { entity: 'leads', code: 'JUNK', label: 'Junk', semantic: 'lost', sort: 40 },
      { entity: 'deals', pipeline: '0', code: 'PREP', label: 'Prepare', semantic: 'open', sort: 20 },
      { entity: 'deals', pipeline: '0', code: 'NEW', label: 'New', semantic: 'open', sort: 10 },
      { entity: 'deals', pipeline: '0', code: 'WON', label: 'Paid', semantic: 'won', sort: 30 },
      { entity: 'deals', pipeline: '0', code: 'LOSE', label: 'Refused', semantic: 'lost', sort: 40 },
      { entity: 'deals', pipeline: '7', code: 'NEW', label: 'To renew', semantic: 'open', sort: 5 },
      { entity: 'deals', pipeline: '7', code: 'WON', label: 'Renewed', semantic: 'won', sort: 30 },
      { entity: 'sources', code: 'CALL', label: 'Phone call', sort: 10 },
      { entity: 'sources', code: 'WEB', label: 'Website', sort: 20 },
    ]),
  );
  const loaded = (mode === 'classic' ? ['leads'] : []).concat('deals', 'contacts', 'companies', 'activities', 'stageHistory');
  await insertRows(
    owner,
    'crm_sync_status',
    own(
      loaded.map((entity) => ({
        entity,
        status: 'complete',
        last_full_sync_at: '2025-03-10T14:00:00Z',
        covered_from: '-infinity',
      })),
    ),
  );
  return tenantId;
}

/** The records of the business that is counted. */
export async function insertRecords(owner: pg.Client, tenantId: string): Promise<void> {
  const own = (rows: readonly Row[]) => rows.map((row) => ({ tenant_id: tenantId, crm_source: 'bitrix24', ...row }));
  const lead = (
    external_id: string,
    created_at: string,
    status: string,
    semantic: string,
    source: string | null,
    assigned_to: string | null,
  ): Row => ({
    external_id,
    created_at,
    status,
    semantic,
    source,
    assigned_to,
  });
  await insertRows(
    owner,
    'crm_leads',
    own([
      lead('1', '2025-02-09T05:00:00Z', 'NEW', 'open', 'CALL', '1'), // the first instant of the last 30 days
      lead('2', '2025-02-09T04:59:59Z', 'NEW', 'open', 'WEB', '1'), // a second before
      lead('3', '2025-03-11T03:59:59Z', 'IN_PROCESS', 'open', 'CALL', '0'), // the last second of today
      lead('4', '2025-03-11T04:00:00Z', 'NEW', 'open', 'CALL', '1'), // tomorrow
      lead('5', '2025-03-09T06:59:00Z', 'NEW', 'open', null, null), // the last minute before the clocks change
      lead('6', '2025-03-09T07:00:00Z', 'CONVERTED', 'won', 'WEB', '2'), // the first after
      lead('7', '2024-12-11T05:00:00Z', 'JUNK', 'lost', 'CALL', '1'), // the first instant of the last 90 days
      lead('8', '2024-12-11T04:59:59Z', 'OLD', 'open', 'CALL', '1'), // a second before
      { ...lead('9', '2025-03-01T12:00:00Z', 'NEW', 'open', 'CALL', '1'), deleted_at: '2025-03-02T00:00:00Z' },
      lead('10', '2025-03-05T12:00:00Z', 'MYSTERY', 'open', 'GHOST', '1'), // codes no dictionary knows
    ]),
  );
  const deal = (
    external_id: string,
    pipeline: string,
    stage: string,
    semantic: string,
    value: string | null,
    currency: string | null,
    more: Row,
  ): Row => ({
    external_id,
    pipeline,
    stage,
    semantic,
    value,
    currency,
    created_at: '2025-01-15T12:00:00Z',
    ...more,
  });
  await insertRows(
    owner,
    'crm_deals',
    own([
      deal('1', '0', 'NEW', 'open', '1000', 'USD', {
        assigned_to: '1',
        title: 'Annual contract',
        source: 'WEB',
        stage_changed_at: '2025-03-01T15:00:00Z',
      }),
      deal('2', '0', 'NEW', 'open', '90', 'EUR', { assigned_to: '1' }), // 100 USD
      deal('3', '7', 'NEW', 'open', '900', 'RUB', { assigned_to: '1' }), // 10 USD
      deal('4', '0', 'PREP', 'open', null, null, { assigned_to: '1' }),
      deal('5', '0', 'PREP', 'open', '50', 'XYZ', { assigned_to: '1' }),
      deal('6', '0', 'NEW', 'open', '70', null, { assigned_to: '1' }),
      deal('7', '0', 'WON', 'won', '500', 'USD', { assigned_to: '2', closed_at: '2025-03-01T12:00:00Z' }),
      deal('8', '7', 'WON', 'won', '100', 'USD', { assigned_to: '1', closed_at: '2024-12-11T05:00:00Z' }),
      deal('9', '0', 'WON', 'won', '300', 'USD', { assigned_to: '1', closed_at: '2024-12-11T04:59:59Z' }),
      deal('10', '0', 'LOSE', 'lost', '200', 'USD', { assigned_to: '1', closed_at: '2025-03-01T12:00:00Z' }),
      deal('11', '0', 'NEW', 'open', '9999', 'USD', { assigned_to: '1', deleted_at: '2025-03-02T00:00:00Z' }),
      deal('12', '0', 'WON', 'won', null, null, { assigned_to: '0', closed_at: '2025-03-02T12:00:00Z' }),
      deal('13', '0', 'PREP', 'open', '0', 'XYZ', { assigned_to: '1' }),
    ]),
  );
  const activity = (external_id: string, type: string, employee_id: string | null, started_at: string, more: Row = {}): Row => ({
    external_id,
    type,
    employee_id,
    started_at,
    completed: true,
    ...more,
  });
  const ofDeal1 = { owner_entity: 'deals', owner_external_id: '1' };
  await insertRows(
    owner,
    'crm_activities',
    own([
      activity('1', 'call', '1', '2025-02-09T05:00:00Z', { ...ofDeal1, duration_seconds: 60, direction: 'out' }),
      activity('2', 'call', '1', '2025-03-08T12:00:00Z', { ...ofDeal1, duration_seconds: 91, direction: 'in' }),
      activity('3', 'email', '1', '2025-03-08T12:00:00Z', { owner_entity: 'leads', owner_external_id: '1' }),
      activity('4', 'call', '2', '2025-03-08T12:00:00Z', { duration_seconds: 30 }),
      activity('5', 'meeting', null, '2025-03-08T12:00:00Z'),
      activity('6', 'call', '1', '2025-02-09T04:59:59Z', { duration_seconds: 1000 }),
      activity('7', 'call', '1', '2025-03-08T12:00:00Z', { deleted_at: '2025-03-09T00:00:00Z' }),
      activity('8', 'task', '3', '2025-03-08T12:00:00Z'),
      activity('9', 'meeting', '1', '2025-03-12T14:00:00Z', { ...ofDeal1, completed: false }),
      activity('10', 'call', '1', '2025-03-11T14:00:00Z', { ...ofDeal1, completed: true }),
      activity('11', 'task', '1', '2025-03-07T14:00:00Z', { ...ofDeal1, completed: false, deadline: '2025-03-13T14:00:00Z' }),
    ]),
  );
  await insertRows(
    owner,
    'crm_contacts',
    own([
      { external_id: '1', name: 'Carol', source: 'WEB', assigned_to: '1', created_at: '2025-03-08T12:00:00Z' },
      { external_id: '2', name: 'Dave', source: 'WEB', assigned_to: '1', created_at: '2025-03-08T12:00:00Z' },
      { external_id: '3', name: 'Eve', source: 'CALL', created_at: '2025-03-09T12:00:00Z' },
      { external_id: '4', name: 'Frank', source: 'CALL', created_at: '2020-01-01T12:00:00Z' },
      { external_id: '5', name: 'Gone', source: 'CALL', created_at: '2025-03-09T12:00:00Z', deleted_at: '2025-03-09T13:00:00Z' },
    ]),
  );
  const step = (
    external_id: string,
    occurred_at: string,
    pipeline: string,
    stage: string,
    semantic: string,
    kind: string,
  ): Row => ({
    external_id: `deals:${external_id}`,
    owner_entity: 'deals',
    owner_external_id: '1',
    occurred_at,
    pipeline,
    stage,
    semantic,
    kind,
  });
  await insertRows(
    owner,
    'crm_stage_history',
    own([
      step('10', '2025-03-01T15:00:00Z', '0', 'NEW', 'open', 'moved'),
      { ...step('9', '2025-02-01T12:00:00Z', '0', 'PREP', 'open', 'moved'), funnel_entered_at: '2025-02-01T12:00:00Z' },
      { ...step('8', '2025-01-15T12:00:00Z', '7', 'NEW', 'open', 'created'), funnel_entered_at: '2025-01-15T12:00:00Z' },
      { ...step('7', '2025-01-16T12:00:00Z', '0', 'WON', 'won', 'moved'), deleted_at: '2025-01-17T00:00:00Z' },
    ]),
  );
}
