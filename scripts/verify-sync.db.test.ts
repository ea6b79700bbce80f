import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ExpectedEntity } from '../sandbox/bitrix24/expected/expected-row.ts';
import type { SandboxPortal } from '../sandbox/bitrix24/sandbox.ts';
import { ADMIN, addLead, startTestPortal, type TestPortal } from '../sandbox/bitrix24/test-portal.ts';
import { createAdapter } from '../server/crm/registry.ts';
import { systemClock } from '../server/platform/clock.ts';
import { findFreePort } from '../server/platform/free-port.ts';
import { createOutbound, type Outbound } from '../server/platform/outbound.ts';
import { runFullSync } from '../server/sync/full.ts';
import { beginRun } from '../server/sync/run.ts';
import { createTestDatabase, runAs, type TestDatabase } from '../server/testing/postgres.ts';
import { CompareError, type CompareOptions, type CopyComparison, compareCopy } from './compare-copy.ts';

/** What a full sync copies; the products of deals are read apart from it. */
const COPIED = [
  'leads',
  'deals',
  'contacts',
  'companies',
  'activities',
  'stageHistory',
  'users',
  'statuses',
  'pipelines',
  'currencies',
  'products',
] as const satisfies ExpectedEntity[];

const TABLES: Record<ExpectedEntity, string> = {
  leads: 'crm_leads',
  deals: 'crm_deals',
  contacts: 'crm_contacts',
  companies: 'crm_companies',
  activities: 'crm_activities',
  stageHistory: 'crm_stage_history',
  dealProducts: 'crm_deal_products',
  users: 'crm_users',
  statuses: 'crm_statuses',
  pipelines: 'crm_pipelines',
  currencies: 'crm_currencies',
  products: 'crm_products',
};

let p: TestPortal;
let portal: SandboxPortal;
let database: TestDatabase;
let outbound: Outbound;
let tenantId: string;

beforeAll(async () => {
  p = await startTestPortal({ size: 'tiny' });
  portal = p.portal;
  // What PostgreSQL cannot keep, what sorts otherwise in JSON, an amount below nothing, a currency as somebody typed it.
  addLead(portal, {
    title: 'NUL \0, half a pair \uD83D, 😀, עברית, ‮',
    name: ' ',
    phone: '',
    opportunity: '-5.00',
    currencyId: 'usd',
    custom: { UF_CRM_1651740006: [67, 61], UF_CRM_1651740001: 'a\0"\\', UF_CRM_1651740003: false },
  });
  outbound = createOutbound({ allow: [new URL(portal.url).host] });
  database = await createTestDatabase();
  tenantId = await copyPortal();
  await asOwner(async (owner) => {
    for (const table of [...Object.values(TABLES), 'sync_quarantine'])
      await owner.query(`create table kept_${table} as table ${table}`);
  });
});

afterAll(async () => {
  await database?.drop();
  await outbound?.close();
  await p?.sandbox.close();
});

/** Tables that a test has damaged. */
const damaged = new Set<string>();

afterEach(async () => {
  await asOwner(async (owner) => {
    for (const table of damaged) await restore(owner, table);
  });
  damaged.clear();
});

/** Makes a table what the sync had written. */
async function restore(owner: pg.Client, table: string): Promise<void> {
  const { rows } = await owner.query<{ name: string }>(
    `select column_name as name from information_schema.columns where table_name = $1 and is_generated = 'NEVER'`,
    [table],
  );
  const columns = rows.map(({ name }) => name).join(', ');
  await owner.query(`delete from ${table}; insert into ${table} (${columns}) select ${columns} from kept_${table}`);
}

function asOwner<Result>(work: (owner: pg.Client) => Promise<Result>): Promise<Result> {
  return runAs(database.ownerUrl, work);
}

/** A tenant whose full sync of the portal is through. */
async function copyPortal(): Promise<string> {
  const id = randomUUID();
  const { db } = database;
  await db.withDirectory('write', (tx) =>
    tx.query({
      text: 'insert into tenants (id, account_key) values ($1, $2)',
      values: [id, `bitrix24:${portal.state.memberId}`],
    }),
  );
  const run = await db.withTenant(id, 'write', async (tx) => {
    await tx.query({
      text: `insert into crm_connections (tenant_id, crm_source, account_id, portal_url) values ($1, 'bitrix24', 'portal', $2)`,
      values: [id, portal.url],
    });
    return beginRun(tx, id, 'bitrix24', { kind: 'full' });
  });
  const token = { accessToken: null, endpoint: portal.createWebhook(ADMIN), version: 1 };
  const tokens = { get: async () => token, refresh: async () => token };
  const crm = createAdapter('bitrix24', { db, outbound, tokens, clock: systemClock, tenantId: id, license: null });
  await runFullSync({ db, crm, clock: systemClock }, run, new AbortController().signal);
  return id;
}

/** Runs a statement of the owner's on a table; `$1` is the tenant. */
async function damage(table: string, statement: string): Promise<void> {
  damaged.add(table);
  const { rowCount } = await asOwner((owner) => owner.query(statement, [tenantId]));
  expect(rowCount).toBe(1);
}

function compare(options: Partial<CompareOptions> = {}): Promise<CopyComparison> {
  const defaults = { db: database.db, tenantId, crmSource: 'bitrix24', portalUrl: portal.url, entities: COPIED } as const;
  return compareCopy({ ...defaults, ...options });
}

const NOTHING = {
  missing: 0,
  extra: 0,
  stale: 0,
  corrupt: 0,
  duplicate: 0,
  wrongTombstone: 0,
  quarantined: 0,
  differences: 0,
};

/** Expects one difference, of that kind and entity, and nothing else. */
function expectOnly(
  compared: CopyComparison,
  kind: Exclude<keyof typeof NOTHING, 'differences'>,
  entity: ExpectedEntity,
  externalId: string,
  columns: string[] = [],
): void {
  expect(compared.examples).toEqual([{ kind, entity, externalId, columns }]);
  expect(compared).toMatchObject({ ...NOTHING, [kind]: 1, differences: 1 });
  expect(compared.byEntity[entity]).toMatchObject({ ...NOTHING, [kind]: 1, differences: 1 });
}

/** The id of one row, neither the first nor the last. */
async function pick(entity: ExpectedEntity, condition = 'true'): Promise<string> {
  const [row] = await database.db.withTenant(tenantId, 'read', (tx) =>
    tx.query<{ external_id: string }>({
      text: `select external_id from ${TABLES[entity]} where ${condition} order by created_at, external_id offset 3 limit 1`,
    }),
  );
  if (!row) throw new Error(`No row of ${entity} where ${condition}`);
  return row.external_id;
}

test('a full sync leaves nothing different', async () => {
  const { world } = portal.state;
  const compared = await compare();
  expect(compared.examples).toEqual([]);
  expect(compared).toMatchObject(NOTHING);
  expect(compared.byEntity).toMatchObject({
    leads: { records: world.leads.size },
    contacts: { records: world.contacts.size },
    activities: { records: world.activities.size },
    users: { records: world.users.length },
  });
  expect(compared.records).toBe(Object.values(compared.byEntity).reduce((sum, { records }) => sum + records, 0));
});

test('another tenant’s copy is not looked at', async () => {
  const compared = await compare({ tenantId: randomUUID(), entities: ['leads', 'currencies'] });
  expect(compared).toMatchObject({ ...NOTHING, missing: compared.records, differences: compared.records });
});

test('a row that is not there is missing', async () => {
  const id = await pick('contacts');
  await damage('crm_contacts', `delete from crm_contacts where tenant_id = $1 and external_id = '${id}'`);
  expectOnly(await compare(), 'missing', 'contacts', id);
});

test('a dictionary’s row that is not there is missing', async () => {
  await damage('crm_statuses', `delete from crm_statuses where tenant_id = $1 and pipeline = '3' and code = 'C3:WON'`);
  expectOnly(await compare(), 'missing', 'statuses', 'deals:3:C3:WON');
});

test.each([
  ['999999', 'at the end'],
  ['0', 'at the start'],
  ['not-a-number', 'with an id that is no number'],
])('a living row %s that the portal does not have is extra (%s)', async (id) => {
  await damage(
    'crm_companies',
    `insert into crm_companies (tenant_id, crm_source, external_id) values ($1, 'bitrix24', '${id}')`,
  );
  expectOnly(await compare(), 'extra', 'companies', id);
});

test('a deleted record’s row is extra until it has its tombstone; restored, the tombstone is wrong', async () => {
  const id = await pick('contacts');
  const { contacts } = portal.state.world;
  contacts.delete(Number(id));
  try {
    expectOnly(await compare(), 'extra', 'contacts', id);
    await damage('crm_contacts', `update crm_contacts set deleted_at = now() where tenant_id = $1 and external_id = '${id}'`);
    expect(await compare()).toMatchObject(NOTHING);
  } finally {
    contacts.restore(Number(id));
  }
  expectOnly(await compare(), 'wrongTombstone', 'contacts', id);
});

test('templates of recurring deals and the portal’s own company are extra', async () => {
  const { world } = portal.state;
  const template = [...world.deals].find((deal) => deal.isRecurring);
  const own = [...world.companies].find((company) => company.isMyCompany);
  const added = [
    ['deals', template],
    ['companies', own],
  ] as const;
  for (const [entity, record] of added) {
    if (!record) throw new Error(`The portal has none of ${entity}`);
    const table = TABLES[entity];
    await damage(table, `insert into ${table} (tenant_id, crm_source, external_id) values ($1, 'bitrix24', '${record.id}')`);
    expectOnly(await compare({ entities: [entity] }), 'extra', entity, String(record.id));
  }
});

test('a row last changed before its record is stale, whatever else differs', async () => {
  const id = await pick('leads');
  await damage(
    'crm_leads',
    `update crm_leads set modified_at = modified_at - interval '1 second', title = 'Former' where tenant_id = $1 and external_id = '${id}'`,
  );
  expectOnly(await compare(), 'stale', 'leads', id);
});

test('a row with an id that is there already is a duplicate', async () => {
  const id = await pick('activities');
  await asOwner((owner) => owner.query('alter table crm_activities drop constraint crm_activities_pkey'));
  try {
    await damage(
      'crm_activities',
      `insert into crm_activities select * from crm_activities where tenant_id = $1 and external_id = '${id}'`,
    );
    expectOnly(await compare({ entities: ['activities'] }), 'duplicate', 'activities', id);
  } finally {
    await asOwner(async (owner) => {
      await restore(owner, 'crm_activities');
      await owner.query('alter table crm_activities add primary key (tenant_id, crm_source, external_id)');
    });
  }
});

/** Columns the CRM decides, with their types, that can be written. */
async function listWritable(entity: ExpectedEntity): Promise<{ name: string; type: string }[]> {
  const { rows } = await asOwner((owner) =>
    owner.query<{ name: string; type: string }>(
      `select column_name as name, data_type as type from information_schema.columns
       where table_name = $1 and is_generated = 'NEVER'
         and column_name <> all (array['tenant_id', 'crm_source', 'external_id', 'deleted_at', 'synced_at',
           'left_at', 'next_pipeline', 'next_stage', 'next_semantic', 'funnel_entered_at'])`,
      [TABLES[entity]],
    ),
  );
  return rows.filter(
    ({ name }) => !['statuses', 'currencies'].includes(entity) || !['entity', 'pipeline', 'code'].includes(name),
  );
}

/** A value that no row of the type has. */
const OTHER_VALUES: Record<string, (column: string) => string> = {
  text: () => `'another'`,
  numeric: (column) => `coalesce(${column}, 0) + 0.01`,
  integer: (column) => `coalesce(${column}, 0) + 1`,
  boolean: (column) => `not ${column}`,
  'timestamp with time zone': (column) => `coalesce(${column}, now()) + interval '1 millisecond'`,
  jsonb: (column) => `${column} || '{"UF_CRM_1": ""}'`,
};

test.each(COPIED)('in each column of %s another value is corrupt', async (entity) => {
  const table = TABLES[entity];
  const columns = await listWritable(entity);
  expect(columns.length).toBeGreaterThan(2);
  for (const { name, type } of columns) {
    const value = OTHER_VALUES[type]?.(name);
    const one = `tenant_id = $1 and ctid = (select ctid from ${table} where tenant_id = $1 offset 2 limit 1)`;
    await damage(table, `update ${table} set ${name} = ${value} where ${one}`);
    const compared = await compare({ entities: [entity] });
    // Whether a deal is won follows from what its stage means.
    const expected = entity === 'deals' && name === 'semantic' ? ['semantic', 'won'] : [name];
    expect(compared.examples.map(({ kind, columns: differing }) => [kind, differing.sort()])).toEqual([['corrupt', expected]]);
    expect(compared).toMatchObject({ ...NOTHING, corrupt: 1, differences: 1 });
    await asOwner((owner) => restore(owner, table));
  }
});

test('a user’s e-mail address may be unknown, any other value may not', async () => {
  await damage('crm_users', `update crm_users set email = null where tenant_id = $1 and external_id = '9'`);
  expect(await compare()).toMatchObject(NOTHING);
  await damage('crm_users', `update crm_users set name = '' where tenant_id = $1 and external_id = '9'`);
  expectOnly(await compare(), 'corrupt', 'users', '9', ['name']);
});

test('examples are five of a kind, and hold no value', async () => {
  damaged.add('crm_leads');
  await asOwner((owner) =>
    owner.query(`update crm_leads set contact_phone = '+998 77 123' where tenant_id = $1 and external_id < '2'`, [tenantId]),
  );
  const compared = await compare();
  expect(compared.corrupt).toBeGreaterThan(5);
  expect(compared.examples).toHaveLength(5);
  expect(JSON.stringify(compared)).not.toContain('998');
});

function quarantine(entity: ExpectedEntity, id: string): Promise<void> {
  return damage(
    'sync_quarantine',
    `insert into sync_quarantine (tenant_id, crm_source, entity, external_id, reason)
     values ($1, 'bitrix24', '${entity}', '${id}', 'opportunity: not_an_amount')`,
  );
}

test('a record in quarantine has to be expected there', async () => {
  const id = await pick('deals');
  await quarantine('deals', id);
  expectOnly(await compare(), 'quarantined', 'deals', id);
  expect(await compare({ quarantined: [{ entity: 'deals', externalId: id }] })).toMatchObject(NOTHING);
});

test('a record expected in quarantine has to be there', async () => {
  const id = await pick('deals');
  expectOnly(await compare({ quarantined: [{ entity: 'deals', externalId: id }] }), 'quarantined', 'deals', id);
});

test('of a record in quarantine the named columns may be null, no others', async () => {
  const id = await pick('deals', 'value is not null and currency is not null');
  const quarantined = [{ entity: 'deals', externalId: id, columns: ['value'] }] as const;
  await quarantine('deals', id);
  const one = `tenant_id = $1 and external_id = '${id}'`;
  await damage('crm_deals', `update crm_deals set value = null where ${one}`);
  expect(await compare({ quarantined })).toMatchObject(NOTHING);
  await damage('crm_deals', `update crm_deals set currency = null where ${one}`);
  expectOnly(await compare({ quarantined }), 'corrupt', 'deals', id, ['currency']);
  await damage('crm_deals', `delete from crm_deals where ${one}`);
  expectOnly(await compare({ quarantined }), 'missing', 'deals', id);
});

test('a record that cannot be used at all may be missing or as before, but not marked as deleted', async () => {
  const id = await pick('leads');
  const quarantined = [{ entity: 'leads', externalId: id }] as const;
  await quarantine('leads', id);
  const one = `tenant_id = $1 and external_id = '${id}'`;
  await damage('crm_leads', `update crm_leads set modified_at = modified_at - interval '1 day' where ${one}`);
  expect(await compare({ quarantined })).toMatchObject(NOTHING);
  await damage('crm_leads', `update crm_leads set deleted_at = now() where ${one}`);
  expectOnly(await compare({ quarantined }), 'wrongTombstone', 'leads', id);
  await damage('crm_leads', `delete from crm_leads where ${one}`);
  expect(await compare({ quarantined })).toMatchObject(NOTHING);
});

test('a deal’s products are compared', async () => {
  const compared = await compare({ entities: ['dealProducts'] });
  expect(compared.records).toBeGreaterThan(50);
  const row = { external_id: '999999', deal_id: '1', product_id: '2', name: 'Internet', quantity: 1, price: 10 };
  const columns = Object.keys(row).join(', ');
  const values = Object.values(row).map((value) => `'${value}'`);
  await damage(
    'crm_deal_products',
    `insert into crm_deal_products (tenant_id, crm_source, ${columns}) values ($1, 'bitrix24', ${values.join(', ')})`,
  );
  expect((await compare({ entities: ['dealProducts'] })).extra).toBe(compared.extra + 1);
});

test('a column the oracle says nothing of is no silent one', async () => {
  await asOwner((owner) => owner.query('alter table crm_pipelines add column color text'));
  try {
    const outcome = compare({ entities: ['pipelines'] });
    await expect(outcome).rejects.toThrow(CompareError);
    await expect(outcome).rejects.toThrow('crm_pipelines.color');
  } finally {
    await asOwner((owner) => owner.query('alter table crm_pipelines drop column color'));
  }
});

/** Runs the command; ends with its exit code and what it printed. */
function verify(args: string[]): Promise<{ code: number; lines: string[]; stderr: string }> {
  const script = path.join(import.meta.dirname, 'verify-sync.ts');
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, lines: stdout.trimEnd().split('\n'), stderr });
    });
  });
}

test('the command prints one JSON line and ends with 1 when something differs', async () => {
  const id = await pick('contacts');
  await damage('crm_contacts', `delete from crm_contacts where tenant_id = $1 and external_id = '${id}'`);
  const at = ['--database-url', database.appUrl];
  for (const args of [at, [...at, '--portal', portal.url]]) {
    const { code, lines, stderr } = await verify(args);
    const printed = JSON.parse(lines.at(-1) ?? '');
    expect(printed).toMatchObject({
      portal: portal.url,
      tenantId,
      byEntity: { contacts: { missing: 1 }, leads: { missing: 0 } },
    });
    expect(printed).not.toHaveProperty('examples');
    expect([code, lines.length]).toEqual([1, 1]);
    expect(stderr).toContain(`missing: contacts ${id}\n`);
  }
});

test('the command says in one sentence what is in its way', async () => {
  const port = await findFreePort();
  const [nowhere, nobody] = [`postgresql://leadrelay_app:x@127.0.0.1:${port}/leadrelay`, `http://127.0.0.1:${port}`];
  const stranger = await startTestPortal({ seed: 7 });
  const foreign = new URL(database.ownerUrl);
  foreign.pathname = '/postgres';
  const cases: [string[], RegExp][] = [
    [['--database-url', foreign.toString()], /^The database is not one of LeadRelay/],
    [['--database-url', nowhere], /^The database cannot be reached: start LeadRelay with npm start first/],
    [['--database-url', database.appUrl, '--portal', nobody], /^No sandbox portal answers at http:\/\/127/],
    [['--database-url', database.appUrl, '--portal', stranger.portal.url], /^LeadRelay has no copy of http:\/\/127/],
    [['--database-url', database.appUrl, '--quarantined', 'goats:1'], /^--quarantined has goats:1/],
    [['--portal', 'localhost:3000'], /^--portal must be/],
    [['--speed', '1'], /^Unknown option/],
  ];
  try {
    for (const [args, sentence] of cases) {
      const { code, lines, stderr } = await verify(args);
      expect(stderr).toMatch(sentence);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      expect([code, lines]).toEqual([1, ['']]);
    }
  } finally {
    await stranger.sandbox.close();
  }
});

// Last: the portal stays changed.
test('what happened in the portal since is stale or missing; history that it lists no longer may stay or go', async () => {
  const [deal] = [...portal.state.world.deals].filter(({ isRecurring, categoryId }) => !isRecurring && categoryId === 0);
  if (!deal) throw new Error('The portal has no deal in its general pipeline');
  const id = String(deal.id);
  const fields = { categoryId: 3, stageId: 'C3:NEW' };
  await p.call('crm.item.update', { entityTypeId: 2, id: deal.id, fields });
  const change = `deals:${portal.state.world.dealHistory.size}`;
  const compared = await compare();
  expect(compared.examples).toEqual([
    { kind: 'stale', entity: 'deals', externalId: id, columns: [] },
    { kind: 'missing', entity: 'stageHistory', externalId: change, columns: [] },
  ]);
  const former = `owner_entity = 'deals' and owner_external_id = '${id}' and pipeline = '0'`;
  const history = () => compare({ entities: ['stageHistory'] });
  damaged.add('crm_stage_history');
  const write = (statement: string) => asOwner((owner) => owner.query(statement));
  await write(`update crm_stage_history set stage = 'another' where ${former}`);
  const { corrupt } = await history();
  expect(corrupt).toBeGreaterThan(0);
  for (const statement of [
    `update crm_stage_history set deleted_at = now() where ${former}`,
    `delete from crm_stage_history where ${former}`,
  ]) {
    await write(statement);
    expectOnly(await history(), 'missing', 'stageHistory', change);
  }
});

test('the history of a record that was deleted stays', async () => {
  const [{ owner_external_id: owner } = { owner_external_id: '' }] = await database.db.withTenant(tenantId, 'read', (tx) =>
    tx.query<{ owner_external_id: string }>({
      text: `select owner_external_id from crm_stage_history where owner_entity = 'leads' order by external_id limit 1`,
    }),
  );
  const before = await compare({ entities: ['stageHistory'] });
  portal.state.world.leads.delete(Number(owner));
  expect(await compare({ entities: ['stageHistory'] })).toEqual(before);
  portal.state.world.leads.restore(Number(owner));
});
