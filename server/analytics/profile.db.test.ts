import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { insertWorld, randomWorld } from '../testing/analytics/random-world.ts';
import { insertRows } from '../testing/insert-rows.ts';
import { createTestDatabase, type TestDatabase } from '../testing/postgres.ts';
import { insertTenant } from '../testing/small-world.ts';
import { CATALOG } from './catalog.ts';
import { type EntityProfile, loadProfile, MAX_CUSTOM_FIELDS, profileQuery } from './profile.ts';

let database: TestDatabase;
let owner: pg.Client;
let tenantId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  tenantId = await insertTenant(owner);
  const neighbour = await insertTenant(owner);
  const lead = (id: string, more: object) => ({ tenant_id: tenantId, crm_source: 'bitrix24', external_id: id, ...more });
  const deal = lead;
  const custom = (code: string, type: string, more: object = {}) => ({
    tenant_id: tenantId,
    crm_source: 'bitrix24',
    entity: 'leads',
    code,
    label: code,
    type,
    is_custom: true,
    is_multiple: false,
    ...more,
  });
  await insertRows(owner, 'crm_field_definitions', [
    custom('UF_CITY', 'text'),
    custom('UF_LIST', 'list', { is_multiple: true }),
    custom('UF_UNUSED', 'boolean'),
    custom('TITLE', 'text', { is_custom: false }),
    // A name like SQL is a name.
    custom(`x' = '' or true --`, 'text'),
  ]);
  await insertRows(owner, 'crm_leads', [
    // In the last second of January, in UTC.
    lead('1', {
      status: 'NEW',
      source: 'WEB',
      assigned_to: '1',
      value: '10',
      contact_phone: '+1 canary',
      created_at: '2025-01-31T23:59:59Z',
      custom_fields: { UF_CITY: 'Canary', UF_LIST: ['a', 'b'] },
    }),
    lead('2', {
      status: 'NEW',
      source: '',
      assigned_to: '0',
      value: '0',
      contact_phone: '',
      created_at: '2025-02-01T00:00:00Z',
      custom_fields: { UF_CITY: '' },
    }),
    lead('3', {
      status: 'WON',
      source: 'WEB',
      assigned_to: '2',
      activity_count: 3,
      first_response_at: '2025-02-02T00:00:00Z',
      created_at: '2025-02-01T10:00:00Z',
    }),
    // Without a moment it is a record all the same.
    lead('4', { status: 'NEW', assigned_to: '1', contact_email: 'a@canary.example' }),
    lead('5', { status: 'NEW', source: 'CALL', created_at: '2020-01-01T00:00:00Z', deleted_at: '2025-01-01T00:00:00Z' }),
    lead('1', { crm_source: 'hubspot', status: 'NEW', created_at: '2024-06-01T00:00:00Z' }),
    lead('1', { tenant_id: neighbour, status: 'NEW', source: 'WEB', created_at: '2019-01-01T00:00:00Z' }),
  ]);
  await insertRows(owner, 'crm_deals', [
    deal('1', { pipeline: '0', stage: 'NEW', created_at: '2025-02-01T00:00:00Z' }),
    deal('2', { pipeline: '7', stage: 'NEW', created_at: '2025-02-01T00:00:00Z' }),
  ]);
  await insertRows(owner, 'crm_products', [{ tenant_id: tenantId, crm_source: 'bitrix24', external_id: '1', name: 'Router' }]);
  await insertRows(owner, 'crm_deal_products', [
    { tenant_id: tenantId, crm_source: 'bitrix24', external_id: '1', deal_id: '1' },
    { tenant_id: tenantId, crm_source: 'bitrix24', external_id: '2', deal_id: '1' },
    { tenant_id: tenantId, crm_source: 'bitrix24', external_id: '3', deal_id: '2' },
  ]);
});

afterAll(async () => {
  await owner.end();
  await database.drop();
});

async function profileOf(entity: string, crmSource = 'bitrix24'): Promise<EntityProfile | undefined> {
  const { entities } = await loadProfile(database.db, tenantId);
  return entities.find((one) => one.entity === entity && one.crmSource === crmSource);
}

test('leads are counted by hand', async () => {
  const leads = await profileOf('leads');
  expect(leads).toMatchObject({
    records: 4,
    first: new Date('2025-01-31T23:59:59Z'),
    last: new Date('2025-02-01T10:00:00Z'),
    months: 2,
  });
  const fields = new Map(leads?.fields.map(({ field, filled, values }) => [field, { filled, values }]));
  expect(fields.get('status')).toEqual({
    filled: 4,
    values: [
      { code: 'NEW', count: 3 },
      { code: 'WON', count: 1 },
    ],
  });
  expect(fields.get('source')).toEqual({ filled: 2, values: [{ code: 'WEB', count: 2 }] });
  // '0' is nobody.
  expect(fields.get('owner')).toEqual({
    filled: 3,
    values: [
      { code: '1', count: 2 },
      { code: '2', count: 1 },
    ],
  });
  const counted = ['value', 'closedAt', 'firstResponse', 'activityCount', 'phone', 'email'].map(
    (name) => fields.get(name)?.filled,
  );
  expect(counted).toEqual([1, 0, 1, 1, 1, 1]);
  // 4 + 2 + 3 + 1 + 0 + 1 + 1 + 1 + 1 = 14 of 4 × 9.
  expect(leads?.completeness).toBeCloseTo(14 / 36, 12);
});

test('custom fields are told with how many records use them, those of the CRM itself are not among them', async () => {
  expect((await profileOf('leads'))?.customFields).toEqual([
    { code: 'UF_CITY', filled: 1 },
    { code: 'UF_LIST', filled: 1 },
    { code: 'UF_UNUSED', filled: 0 },
    { code: `x' = '' or true --`, filled: 0 },
  ]);
});

test('each CRM has its own, and an entity without records has none', async () => {
  expect(await profileOf('leads', 'hubspot')).toMatchObject({ records: 1, months: 1 });
  expect(await profileOf('contacts')).toBeUndefined();
  const { entities } = await loadProfile(database.db, await insertTenant(owner));
  expect(entities).toEqual([]);
});

test('stages of different pipelines are different values', async () => {
  const stage = (await profileOf('deals'))?.fields.find(({ field }) => field === 'stage');
  expect(stage?.values).toEqual([
    { code: '0:NEW', count: 1 },
    { code: '7:NEW', count: 1 },
  ]);
});

test('products are counted with the deals that have any', async () => {
  const { history } = await loadProfile(database.db, tenantId);
  expect(history).toEqual([{ crmSource: 'bitrix24', products: 1, productRows: 3, dealsWithProducts: 2, stageChanges: 0 }]);
});

test('nothing of people is in it', async () => {
  expect(JSON.stringify(await loadProfile(database.db, tenantId)).toLowerCase()).not.toContain('canary');
});

test('on random records it says what loops over them say', async () => {
  const world = randomWorld(7);
  await insertWorld(owner, world);
  const { entities } = await loadProfile(database.db, world.tenantId);
  for (const { entity, crmSource, records, fields } of entities) {
    const rows = world[entity].filter((row) => row.crm_source === crmSource && !row.deleted_at);
    expect(records).toBe(rows.length);
    for (const { field, filled, values } of fields) {
      if (values === null) continue;
      const { columns = [], none } = CATALOG[entity].dimensions.get(field) ?? {};
      const codes = rows.map((row) => String(row[columns.at(-1) ?? ''] ?? '')).filter((code) => code !== '' && code !== none);
      expect([field, filled]).toEqual([field, codes.length]);
      if (columns.length === 1) expect(values).toHaveLength(new Set(codes).size);
    }
  }
});

test('a table is read once, whatever is asked of it', async () => {
  const codes = Array.from({ length: MAX_CUSTOM_FIELDS }, (_, index) => `UF_${index}`);
  for (const entity of ['leads', 'deals', 'activities', 'contacts', 'companies'] as const) {
    const { text, values } = profileQuery(tenantId, entity, codes);
    const { rows } = await owner.query<{ 'QUERY PLAN': string }>(`explain ${text}`, [...(values ?? [])]);
    const scans = rows.filter((row) => / on crm_\w+/.test(row['QUERY PLAN']) && !row['QUERY PLAN'].includes('Bitmap Index'));
    expect(scans).toHaveLength(1);
  }
});
