import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Entity } from '../../contract/crm.ts';
import type { AnyRecord, CompanyRecord, RecordOf } from '../crm/records.ts';
import type { Tx } from '../platform/db.ts';
import { createTestDatabase, runAs, type TestDatabase } from '../testing/postgres.ts';
import { upsertRecords } from './upsert.ts';

let database: TestDatabase;
let tenantId: string;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());
beforeEach(() => {
  tenantId = randomUUID();
});

const company: CompanyRecord = {
  externalId: '1',
  createdAt: '2026-01-01T00:00:00.000Z',
  modifiedAt: '2026-01-02T00:00:00.000Z',
  customFields: { UF_CRM_1: ['a', 'b'] },
  name: 'Acme',
  industry: 'IT',
  employeeCount: null,
  revenue: '1000.50',
  currency: 'USD',
  assignedTo: '7',
};

interface UpsertOptions {
  entity?: Entity;
  tenant?: string;
  refuseOlderAsOf?: string | null;
}

function upsert(records: readonly AnyRecord[], options: UpsertOptions = {}) {
  const { entity = 'companies', tenant = tenantId, refuseOlderAsOf = null } = options;
  return database.db.withTenant(tenant, 'write', (tx) =>
    upsertRecords(tx, { tenantId: tenant, crmSource: 'bitrix24', entity, refuseOlderAsOf }, records),
  );
}

async function setClockTrustedAfter(moment: string) {
  await runAs(database.ownerUrl, async (owner) => {
    await owner.query(`insert into tenants (id, account_key) values ($1, $2)`, [tenantId, `test:${tenantId}`]);
    await owner.query(
      `insert into crm_connections (tenant_id, crm_source, account_id, clock_trusted_after) values ($1, 'bitrix24', 'x', $2)`,
      [tenantId, moment],
    );
  });
}

/** ctid and xmin say whether PostgreSQL wrote the row again. */
async function stored(tenant = tenantId) {
  return database.db.withTenant(tenant, 'read', (tx) =>
    tx.query<Record<string, unknown>>({
      text: `select external_id, name, revenue, custom_fields, modified_at, deleted_at, ctid::text as place, xmin::text as writer
             from crm_companies order by external_id`,
    }),
  );
}

test('a new record is inserted with exactly its values', async () => {
  expect(await upsert([company])).toEqual({ inserted: 1, updated: 0, unchanged: 0 });
  expect(await stored()).toMatchObject([
    { external_id: '1', name: 'Acme', revenue: '1000.5000', custom_fields: { UF_CRM_1: ['a', 'b'] } },
  ]);
});

test('the same record again writes nothing', async () => {
  await upsert([company]);
  const before = await stored();
  expect(await upsert([company])).toEqual({ inserted: 0, updated: 0, unchanged: 1 });
  expect(await stored()).toEqual(before);
});

test('the same page again writes no more to the log than the locks of its rows: 64 bytes each', async () => {
  const page = Array.from({ length: 2_500 }, (_, index) => ({ ...company, externalId: String(index) }));
  await upsert(page);
  const logged: number[] = [];
  const target = { tenantId, crmSource: 'bitrix24', entity: 'companies', refuseOlderAsOf: null } as const;
  await database.db.withTenant(tenantId, 'write', (tx) => {
    const explained: Tx = {
      ...tx,
      query: async ({ text, values }) => {
        const explain = { text: `explain (analyze, wal, format json) ${text}`, ...(values && { values }) };
        const [row] = await tx.query<{ 'QUERY PLAN': [{ Plan: { 'WAL Bytes': number } }] }>(explain);
        logged.push(row?.['QUERY PLAN'][0].Plan['WAL Bytes'] ?? Number.NaN);
        return [];
      },
    };
    return upsertRecords(explained, target, page);
  });
  expect(logged).toHaveLength(1);
  expect((logged[0] ?? 0) / page.length).toBeGreaterThan(0);
  expect((logged[0] ?? 0) / page.length).toBeLessThanOrEqual(64);
});

test('among changes a newer record wins, an older one is refused, one of the same second with other values wins', async () => {
  const changes = { refuseOlderAsOf: '2026-01-05T00:00:00.000Z' };
  await upsert([company], changes);
  const newer = { ...company, name: 'Acme Ltd', modifiedAt: '2026-01-03T00:00:00.000Z' };
  expect(await upsert([newer], changes)).toEqual({ inserted: 0, updated: 1, unchanged: 0 });
  expect(await upsert([company], changes)).toEqual({ inserted: 0, updated: 0, unchanged: 1 });
  expect(await stored()).toMatchObject([{ name: 'Acme Ltd' }]);
  expect(await upsert([{ ...newer, name: 'Acme & Co' }], changes)).toEqual({ inserted: 0, updated: 1, unchanged: 0 });
  expect(await stored()).toMatchObject([{ name: 'Acme & Co' }]);
});

test('what the CRM stamped while its clock was ahead does not stand in the way of what it says later', async () => {
  await upsert([{ ...company, name: 'From the future', modifiedAt: '2026-03-01T00:00:00.000Z' }]);
  expect(await upsert([company], { refuseOlderAsOf: '2026-01-05T00:00:00.000Z' })).toMatchObject({ updated: 1 });
  expect(await stored()).toMatchObject([{ name: 'Acme' }]);
});

test('nor does what it stamped before its clock was set back, once that moment has come; later moments count again', async () => {
  const asOf = { refuseOlderAsOf: '2026-01-20T00:00:00.000Z' };
  await setClockTrustedAfter('2026-01-10T00:00:00.000Z');
  await upsert([{ ...company, name: 'From the future', modifiedAt: '2026-01-10T00:00:00.000Z' }]);
  expect(await upsert([company], asOf)).toMatchObject({ updated: 1 });
  await upsert([{ ...company, modifiedAt: '2026-01-10T00:00:01.000Z' }]);
  expect(await upsert([company], asOf)).toMatchObject({ unchanged: 1 });
});

test('a load of everything takes the records as they are, also older ones: a CRM may go back to a backup', async () => {
  await upsert([{ ...company, name: 'Later', modifiedAt: '2026-01-03T00:00:00.000Z' }]);
  expect(await upsert([company])).toMatchObject({ updated: 1 });
  expect(await stored()).toMatchObject([{ name: 'Acme' }]);
});

test('of two versions in one page the newer counts, whatever their order', async () => {
  const newer = { ...company, name: 'Newer', modifiedAt: '2026-01-03T00:00:00.000Z' };
  expect(await upsert([newer, company])).toEqual({ inserted: 1, updated: 0, unchanged: 0 });
  expect(await stored()).toMatchObject([{ name: 'Newer' }]);
});

test('a record that comes back from deletion lives again', async () => {
  await upsert([company]);
  await database.db.withTenant(tenantId, 'write', (tx) => tx.query({ text: 'update crm_companies set deleted_at = now()' }));
  expect(await upsert([company])).toEqual({ inserted: 0, updated: 1, unchanged: 0 });
  expect(await stored()).toMatchObject([{ deleted_at: null }]);
});

test('text that looks like SQL, JSON or an array stays text', async () => {
  const names = [
    'NULL',
    '',
    '{a,b}',
    '"quoted"',
    'back\\slash',
    "'; drop table crm_companies; --",
    'a,b',
    '😀 Ўзбек',
    ' line\nbreak ',
  ];
  const records = names.map((name, index) => ({ ...company, externalId: `${index}`, name, customFields: { note: name } }));
  await upsert(records);
  const rows = await stored();
  expect(rows.map(({ name }) => name)).toEqual(names);
  expect(rows.map(({ custom_fields }) => custom_fields)).toEqual(names.map((note) => ({ note })));
});

test('the same id of two tenants is two rows', async () => {
  const other = randomUUID();
  await upsert([company]);
  await upsert([{ ...company, name: 'Other' }], { tenant: other });
  expect(await stored()).toMatchObject([{ name: 'Acme' }]);
  expect(await stored(other)).toMatchObject([{ name: 'Other' }]);
});

test('rows for another tenant than the transaction’s are refused by the database', async () => {
  const write = database.db.withTenant(tenantId, 'write', (tx) =>
    upsertRecords(tx, { tenantId: randomUUID(), crmSource: 'bitrix24', entity: 'companies', refuseOlderAsOf: null }, [company]),
  );
  await expect(write).rejects.toThrow(/row-level security/);
});

test('every entity’s table takes its records', async () => {
  const base = { externalId: '1', createdAt: null, modifiedAt: null, customFields: {} };
  const person = { source: null, assignedTo: null, companyId: null };
  const records: RecordOf = {
    leads: {
      ...base,
      ...person,
      title: 'T',
      status: 'NEW',
      semantic: 'open',
      contactName: null,
      contactPhone: null,
      contactEmail: null,
      contactId: null,
      value: '-5',
      currency: 'UZS',
      closedAt: null,
      stageChangedAt: null,
    },
    deals: {
      ...base,
      ...person,
      title: 'T',
      pipeline: '0',
      stage: 'WON',
      semantic: 'won',
      contactId: null,
      leadId: null,
      value: null,
      currency: null,
      closedAt: '2026-01-01T00:00:00.000Z',
      stageChangedAt: null,
    },
    contacts: { ...base, ...person, name: 'N', phone: null, email: null },
    companies: company,
    activities: {
      ...base,
      type: 'call',
      subject: null,
      employeeId: '1',
      direction: 'out',
      completed: true,
      startedAt: null,
      endedAt: null,
      deadline: null,
      durationSeconds: 60,
      ownerEntity: 'leads',
      ownerExternalId: '1',
    },
    stageHistory: {
      externalId: 'deals:1',
      ownerEntity: 'deals',
      ownerExternalId: '1',
      pipeline: '0',
      stage: 'NEW',
      semantic: 'open',
      kind: 'created',
      occurredAt: '2026-01-01T00:00:00.000Z',
    },
  };
  for (const entity of Object.keys(records) as Entity[]) {
    expect(await upsert([records[entity]], { entity }), entity).toEqual({ inserted: 1, updated: 0, unchanged: 0 });
    expect(await upsert([records[entity]], { entity }), entity).toEqual({ inserted: 0, updated: 0, unchanged: 1 });
  }
});
