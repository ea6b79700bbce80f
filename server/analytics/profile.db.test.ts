import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { insertWorld, randomWorld, type WorldRow } from '../testing/analytics/random-world.ts';
import { insertRows } from '../testing/insert-rows.ts';
import { createTestDatabase, type TestDatabase } from '../testing/postgres.ts';
import { insertTenant } from '../testing/small-world.ts';
import { type EntityProfile, loadProfile, MAX_CUSTOM_FIELDS, MAX_LIST_FIELDS } from './profile.ts';
import { GROUPS_IN_MEMORY, profileQuery } from './profile-query.ts';

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
    custom('UF_LIST', 'list'),
    custom('UF_MANY', 'list', { is_multiple: true }),
    custom('UF_FLAG', 'boolean'),
    custom('UF_DATE', 'date'),
    custom('UF_LIST', 'list', { crm_source: 'hubspot' }),
    custom('UF_HUB', 'text', { crm_source: 'hubspot' }),
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
      custom_fields: { UF_CITY: 'Canary', UF_LIST: 'a', UF_MANY: ['a', 'b'], UF_FLAG: true, UF_DATE: '2025-01-01', UF_HUB: 'x' },
    }),
    lead('2', {
      status: 'NEW',
      source: '',
      assigned_to: '0',
      value: '0',
      contact_phone: '',
      created_at: '2025-02-01T00:00:00Z',
      custom_fields: { UF_CITY: '', UF_LIST: 'b', UF_MANY: [], UF_FLAG: 'N', UF_DATE: null },
    }),
    lead('3', {
      status: 'WON',
      source: 'WEB',
      assigned_to: '2',
      activity_count: 3,
      first_response_at: '2025-02-01T10:02:00Z',
      semantic: 'won',
      currency: 'USD',
      custom_fields: { UF_LIST: 'a', UF_FLAG: 'N' },
      created_at: '2025-02-01T10:00:00Z',
    }),
    // Without a moment it is a record all the same.
    lead('4', { status: 'NEW', assigned_to: '1', contact_email: 'a@canary.example' }),
    lead('5', {
      status: 'NEW',
      source: 'CALL',
      custom_fields: { UF_LIST: 'z' },
      created_at: '2020-01-01T00:00:00Z',
      deleted_at: '2025-01-01T00:00:00Z',
    }),
    lead('1', { crm_source: 'hubspot', status: 'NEW', custom_fields: { UF_LIST: 'c' }, created_at: '2024-06-01T00:00:00Z' }),
    lead('1', { tenant_id: neighbour, status: 'NEW', source: 'WEB', created_at: '2019-01-01T00:00:00Z' }),
  ]);
  await insertRows(owner, 'crm_deals', [
    deal('1', { pipeline: '0', stage: 'NEW', created_at: '2025-02-01T00:00:00Z' }),
    deal('2', { pipeline: '7', stage: 'NEW', created_at: '2025-02-01T00:00:00Z' }),
    deal('3', { pipeline: '7', stage: 'NEW', deleted_at: '2025-02-01T00:00:00Z' }),
  ]);
  const activity = (id: string, type: string, more: object) => lead(id, { type, started_at: '2025-02-01T00:00:00Z', ...more });
  await insertRows(owner, 'crm_activities', [
    activity('1', 'call', { employee_id: '1', duration_seconds: 60, owner_entity: 'leads', owner_external_id: '1' }),
    activity('2', 'call', { employee_id: '0', duration_seconds: 0, owner_entity: 'deals', owner_external_id: '1' }),
    activity('3', 'meeting', { employee_id: '', duration_seconds: 3600, owner_entity: 'contacts', owner_external_id: '1' }),
    activity('4', 'email', { employee_id: '2', direction: 'in', owner_entity: 'leads', owner_external_id: '' }),
    activity('5', 'call', { employee_id: '1', duration_seconds: 9999, deleted_at: '2025-02-01T00:00:00Z' }),
  ]);
  await insertRows(owner, 'crm_products', [{ tenant_id: tenantId, crm_source: 'bitrix24', external_id: '1', name: 'Router' }]);
  await insertRows(owner, 'crm_deal_products', [
    { tenant_id: tenantId, crm_source: 'bitrix24', external_id: '1', deal_id: '1' },
    { tenant_id: tenantId, crm_source: 'bitrix24', external_id: '2', deal_id: '1' },
    { tenant_id: tenantId, crm_source: 'bitrix24', external_id: '3', deal_id: '2' },
    { tenant_id: tenantId, crm_source: 'bitrix24', external_id: '4', deal_id: '3' },
    { tenant_id: neighbour, crm_source: 'bitrix24', external_id: '5', deal_id: '1' },
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
    months: [
      { month: '2025-01', records: 1 },
      { month: '2025-02', records: 2 },
    ],
    numbers: [
      { field: 'firstResponse', min: 120, max: 120, mean: 120 },
      // 0 + 0 + 3 + 0.
      { field: 'activityCount', min: 0, max: 3, mean: 0.75 },
    ],
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
  expect(leads?.fields.filter(({ isKey }) => isKey).map(({ field }) => field)).toEqual([
    'status',
    'source',
    'owner',
    'value',
    'phone',
    'email',
  ]);
  // Status 4, source 2, owner 3, value 1, phone 1, e-mail 1; that a lead is open or unanswered is no gap.
  expect(leads?.completeness).toBeCloseTo(12 / (4 * 6), 12);
});

test('activities are told by what they belong to, and calls by whether their length is known', async () => {
  const activities = await profileOf('activities');
  const filled = Object.fromEntries(activities?.fields.map((field) => [field.field, field.filled]) ?? []);
  expect(filled).toEqual({
    type: 4,
    direction: 1,
    completed: 4,
    owner: 2,
    callDuration: 1,
    deadline: 0,
    record: 3,
    ofLead: 1,
    ofDeal: 1,
  });
  // Owner 2, record 3.
  expect(activities?.completeness).toBeCloseTo(5 / (4 * 2), 12);
  // 60, 0 and 3600.
  expect(activities?.numbers).toEqual([{ field: 'durationSeconds', min: 0, max: 3600, mean: 1220 }]);
});

test('custom fields are those the CRM defines, with how many records use them and how many values a list has in use', async () => {
  const leads = await profileOf('leads');
  expect(leads?.customFields).toEqual([
    { code: 'UF_CITY', filled: 1, distinct: null },
    { code: 'UF_DATE', filled: 1, distinct: null },
    { code: 'UF_FLAG', filled: 3, distinct: 2 },
    { code: 'UF_LIST', filled: 3, distinct: 2 },
    { code: 'UF_MANY', filled: 1, distinct: null },
    { code: 'UF_UNUSED', filled: 0, distinct: 0 },
    { code: `x' = '' or true --`, filled: 0, distinct: null },
  ]);
  expect(leads?.customFieldsLeftOut).toBe(0);
  expect((await profileOf('leads', 'hubspot'))?.customFields).toEqual([
    { code: 'UF_HUB', filled: 0, distinct: null },
    { code: 'UF_LIST', filled: 1, distinct: 1 },
  ]);
});

test('custom fields past the limits are said to be left out, or have their values uncounted', async () => {
  const crowded = await insertTenant(owner);
  const codes = Array.from({ length: MAX_CUSTOM_FIELDS + 3 }, (_, index) => `UF_${String(index).padStart(4, '0')}`);
  const own = { tenant_id: crowded, crm_source: 'bitrix24' };
  const list = { ...own, entity: 'leads', type: 'list', is_custom: true, is_multiple: false };
  await insertRows(
    owner,
    'crm_field_definitions',
    codes.map((code) => ({ ...list, code, label: code })),
  );
  const custom_fields = Object.fromEntries(codes.map((code) => [code, 'a']));
  await insertRows(owner, 'crm_leads', [{ ...own, external_id: '1', custom_fields }]);
  const [leads] = (await loadProfile(database.db, crowded)).entities;
  expect(leads?.customFieldsLeftOut).toBe(3);
  expect(leads?.customFields).toEqual(
    codes.slice(0, MAX_CUSTOM_FIELDS).map((code, index) => ({ code, filled: 1, distinct: index < MAX_LIST_FIELDS ? 1 : null })),
  );
});

test('each CRM has its own, and an entity without records has none', async () => {
  expect(await profileOf('leads', 'hubspot')).toMatchObject({ records: 1, months: [{ month: '2024-06', records: 1 }] });
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

test('products are counted with the deals that have any, those of deleted deals are not; steps of deals are, and not of leads', async () => {
  const step = {
    tenant_id: tenantId,
    crm_source: 'bitrix24',
    owner_external_id: '1',
    stage: 'NEW',
    semantic: 'open',
    kind: 'move',
  };
  const at = { occurred_at: '2025-03-01T12:00:00Z' };
  await insertRows(owner, 'crm_stage_history', [
    { ...step, ...at, external_id: 'deals:1', owner_entity: 'deals' },
    { ...step, ...at, external_id: 'leads:1', owner_entity: 'leads' },
    { ...step, ...at, external_id: 'leads:2', owner_entity: 'leads' },
  ]);
  const { history } = await loadProfile(database.db, tenantId);
  expect(history).toEqual([{ crmSource: 'bitrix24', products: 1, productRows: 3, dealsWithProducts: 2, stageChanges: 1 }]);
});

test('nothing of people is in it', async () => {
  expect(JSON.stringify(await loadProfile(database.db, tenantId)).toLowerCase()).not.toContain('canary');
});

const text = (row: WorldRow, column: string) => String(row[column] ?? '');
const positive = (column: string) => (row: WorldRow) => Number(row[column] ?? 0) > 0;
const given = (column: string) => (row: WorldRow) => text(row, column) !== '';
const code = (column: string) => (row: WorldRow) => text(row, column);
const person = (column: string) => (row: WorldRow) => (row[column] === '0' ? '' : text(row, column));
const since = (from: string, to: string, unit: number) => (row: WorldRow) =>
  row[from] == null || row[to] == null || Number(row[to]) < Number(row[from])
    ? null
    : (Number(row[to]) - Number(row[from])) / unit;
const plain = (column: string) => (row: WorldRow) => (row[column] == null ? null : Number(row[column]));

interface NaiveProfile {
  time: string;
  values: Record<string, (row: WorldRow) => string>;
  filled: Record<string, (row: WorldRow) => boolean>;
  numbers: Record<string, (row: WorldRow) => number | null>;
}

/** What each name means, said once more for rows in memory. */
const NAIVE: Record<EntityProfile['entity'], NaiveProfile> = {
  leads: {
    time: 'created_at',
    values: {
      status: code('status'),
      outcome: code('semantic'),
      source: code('source'),
      owner: person('assigned_to'),
      currency: code('currency'),
    },
    filled: {
      value: positive('value'),
      closedAt: given('closed_at'),
      firstResponse: given('first_response_at'),
      activityCount: positive('activity_count'),
      phone: given('contact_phone'),
      email: () => false,
    },
    numbers: { firstResponse: since('created_at', 'first_response_at', 1000), activityCount: plain('activity_count') },
  },
  deals: {
    time: 'created_at',
    values: {
      stage: (row: WorldRow) => (row.stage === null ? '' : `${text(row, 'pipeline')}:${row.stage}`),
      outcome: code('semantic'),
      source: code('source'),
      owner: person('assigned_to'),
      currency: code('currency'),
    },
    filled: {
      value: positive('value'),
      closedAt: given('closed_at'),
      activityCount: positive('activity_count'),
      lead: () => false,
      contact: () => false,
    },
    numbers: { cycleDays: since('created_at', 'closed_at', 86_400_000), activityCount: plain('activity_count') },
  },
  activities: {
    time: 'started_at',
    values: { type: code('type'), direction: code('direction'), completed: code('completed'), owner: person('employee_id') },
    filled: {
      callDuration: (row: WorldRow) => row.type === 'call' && Number(row.duration_seconds ?? 0) > 0,
      deadline: given('deadline'),
      record: () => false,
      ofLead: () => false,
      ofDeal: () => false,
    },
    numbers: { durationSeconds: plain('duration_seconds') },
  },
  contacts: {
    time: 'created_at',
    values: { source: code('source'), owner: person('assigned_to') },
    filled: { phone: given('phone'), email: () => false, company: () => false },
    numbers: {},
  },
  companies: {
    time: 'created_at',
    values: { industry: code('industry'), owner: person('assigned_to') },
    filled: { revenue: positive('revenue'), employeeCount: positive('employee_count') },
    numbers: { employeeCount: plain('employee_count') },
  },
};

test.each([7, 8, 9])('on random records it says what loops over them say (seed %i)', async (seed) => {
  const world = randomWorld(seed);
  await insertWorld(owner, world);
  const { entities } = await loadProfile(database.db, world.tenantId);
  expect(entities).toHaveLength(10);
  for (const { entity, crmSource, ...found } of entities) {
    const naive = NAIVE[entity];
    const rows = world[entity].filter((row) => row.crm_source === crmSource && !row.deleted_at);
    const times = rows.flatMap((row) => (row[naive.time] === null ? [] : [Number(row[naive.time])]));
    expect(found.records).toBe(rows.length);
    expect([found.first?.getTime(), found.last?.getTime()]).toEqual([Math.min(...times), Math.max(...times)]);
    const months = countBy(times.map((time) => new Date(time).toISOString().slice(0, 7)));
    expect(found.months).toEqual([...months].sort().map(([month, records]) => ({ month, records })));
    const fields = [
      ...Object.entries(naive.values).map(([field, toCode]) => {
        const codes = rows.map(toCode).filter((value) => value !== '');
        return [field, codes.length, countBy(codes)];
      }),
      ...Object.entries(naive.filled).map(([field, isFilled]) => [field, rows.filter(isFilled).length, null]),
    ];
    const told = found.fields.map(({ field, filled, values }) => [
      field,
      filled,
      values && new Map(values.map(({ code: value, count }) => [value, count])),
    ]);
    expect(told).toEqual(fields);
    for (const [field, numberOf] of Object.entries(naive.numbers)) {
      const numbers = rows.map(numberOf).filter((number) => number !== null);
      const told = found.numbers.find((number) => number.field === field);
      expect(told?.min).toBeCloseTo(Math.min(...numbers), 6);
      expect(told?.max).toBeCloseTo(Math.max(...numbers), 6);
      expect(told?.mean).toBeCloseTo(numbers.reduce((sum, number) => sum + number, 0) / numbers.length, 6);
    }
    for (const { code: name, filled, distinct } of found.customFields) {
      const custom = rows.map((row) => String((row.custom_fields as Record<string, unknown>)[name] ?? ''));
      const given = custom.filter((value) => value !== '');
      expect([name, filled]).toEqual([name, given.length]);
      if (distinct !== null) expect([name, distinct]).toEqual([name, new Set(given).size]);
    }
  }
});

function countBy(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

test('a table is read once and not sorted, whatever is asked of it', async () => {
  const busy = await insertTenant(owner);
  await owner.query({
    text: `insert into crm_leads (tenant_id, crm_source, external_id, status, created_at, custom_fields)
select $1, 'bitrix24', 'n' || n, 'S' || n % 5, timestamptz '2024-01-01' + n * interval '7 minutes', '{"UF_0": "a"}'
from generate_series(1, 150000) n`,
    values: [busy],
  });
  await owner.query('analyze crm_leads');
  const codes = Array.from({ length: MAX_CUSTOM_FIELDS }, (_, index) => `UF_${index}`);
  const custom = { lists: codes.slice(0, MAX_LIST_FIELDS), plain: codes.slice(MAX_LIST_FIELDS) };
  for (const entity of ['leads', 'deals', 'activities', 'contacts', 'companies'] as const) {
    const { text: sql, values = [] } = profileQuery(busy, entity, custom);
    const plan = await database.db.withTenant(busy, 'read', async (tx) => {
      await tx.query(GROUPS_IN_MEMORY);
      const rows = await tx.query<{ 'QUERY PLAN': string }>({ text: `explain ${sql}`, values });
      return rows.map((row) => row['QUERY PLAN']);
    });
    expect(plan.filter((line) => / on crm_\w+/.test(line) && !line.includes('Bitmap Index'))).toHaveLength(1);
    if (entity === 'leads') expect(plan.filter((line) => /\bSort\b/.test(line))).toEqual([]);
  }
});
