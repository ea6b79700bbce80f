import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { CrmError } from '../crm/adapter.ts';
import { createSealer } from '../platform/crypto.ts';
import { createTestDatabase, type TestDatabase } from '../testing/postgres.ts';
import { createTokenSource, eraseCredentials, loadConnection, type NewConnection, saveConnection } from './connections.ts';

type Refresh = Parameters<typeof createTokenSource>[0]['refresh'];

const sealer = createSealer('Zk3vT9qLx8mRwB1nYc7uPd5sHf2jGa6e');
let database: TestDatabase;
let tenantId: string;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

beforeEach(async () => {
  tenantId = await insertTenant();
  await save('first');
});

async function insertTenant(): Promise<string> {
  const id = randomUUID();
  await database.db.withDirectory('write', (tx) =>
    tx.query({ text: 'insert into tenants (id, account_key) values ($1, $2)', values: [id, `bitrix24:${id}`] }),
  );
  return id;
}

function save(token: string): Promise<void> {
  const connection: NewConnection = {
    crmSource: 'bitrix24',
    accountId: 'member',
    endpoint: 'https://portal.test/rest/',
    oauthServer: 'https://oauth.test',
    scopes: [],
    mode: 'classic',
    timezone: null,
    baseCurrency: null,
    adminUserId: '1',
    appStatus: null,
    credentials: {
      kind: 'app',
      accessToken: token,
      refreshToken: `refresh-${token}`,
      expiresAt: new Date(),
      applicationToken: null,
    },
  };
  return database.db.withTenant(tenantId, 'write', (tx) => saveConnection(tx, sealer, tenantId, connection));
}

const status = async () =>
  (await database.db.withTenant(tenantId, 'read', (tx) => loadConnection(tx, tenantId, 'bitrix24')))?.status ?? null;

const tokensWith = (refresh: Refresh) => createTokenSource({ db: database.db, sealer, refresh }, tenantId, 'bitrix24');

/** A refresh that asks the authorization server, which answers when told to. */
async function beginRefresh() {
  const answer = Promise.withResolvers<Awaited<ReturnType<Refresh>>>();
  const asked = Promise.withResolvers<void>();
  const source = tokensWith(() => {
    asked.resolve();
    return answer.promise;
  });
  const outcome = source.refresh(await source.get()).then(
    ({ accessToken }) => accessToken,
    (error: unknown) => (error instanceof CrmError ? error.kind : error),
  );
  await asked.promise;
  const grant = {
    accessToken: 'refreshed',
    refreshToken: 'refresh-refreshed',
    expiresAt: new Date(),
    endpoint: 'https://portal.test/rest/',
    memberId: 'member',
  };
  return { outcome, succeed: () => answer.resolve(grant), refuse: () => answer.reject(new CrmError('auth', 'refused')) };
}

test('a refresh hands out the pair it saved', async () => {
  const { outcome, succeed } = await beginRefresh();
  succeed();
  expect(await outcome).toBe('refreshed');
  const unused = () => Promise.reject(new Error('asked'));
  expect((await tokensWith(unused).get()).accessToken).toBe('refreshed');
});

test('an authorization server that does not answer leaves others their connections', async () => {
  const answer = Promise.withResolvers<never>();
  let asked = 0;
  const refresh = () => {
    asked += 1;
    return answer.promise;
  };
  const outcomes: Promise<unknown>[] = [];
  // As many as the pool has connections.
  for (let count = 0; count < 4; count++) {
    tenantId = await insertTenant();
    await save('first');
    const source = tokensWith(refresh);
    outcomes.push(source.refresh(await source.get()).catch((error: unknown) => error));
  }
  await expect.poll(() => asked).toBe(2);
  expect(await status()).toBe('active');
  answer.reject(new CrmError('unavailable', 'no answer'));
  expect(await Promise.all(outcomes)).toEqual(Array(4).fill(expect.objectContaining({ kind: 'unavailable' })));
  expect(asked).toBe(4);
});

test('an uninstall during a refresh does not wait for it, and nothing brings the credentials back', async () => {
  for (const end of ['succeed', 'refuse'] as const) {
    await save('first');
    const refresh = await beginRefresh();
    await database.db.withTenant(tenantId, 'write', (tx) => eraseCredentials(tx, tenantId, 'bitrix24', new Date()));
    refresh[end]();
    expect(await refresh.outcome).toBe('auth');
    expect(await status()).toBe('uninstalled');
    const rows = await database.db.withTenant(tenantId, 'read', (tx) =>
      tx.query({ text: 'select access_token_sealed, refresh_token_sealed from crm_connections' }),
    );
    expect(rows).toEqual([{ access_token_sealed: null, refresh_token_sealed: null }]);
  }
});

test('credentials of a new install outlive a refresh of the old ones, whatever comes of it', async () => {
  for (const end of ['succeed', 'refuse'] as const) {
    await save('first');
    const refresh = await beginRefresh();
    await save('second');
    refresh[end]();
    expect(await refresh.outcome).toBe('second');
    expect(await status()).toBe('active');
  }
});

test('a refused refresh marks the connection', async () => {
  const { outcome, refuse } = await beginRefresh();
  refuse();
  expect(await outcome).toBe('auth');
  expect(await status()).toBe('reauth');
});

test('credentials sealed under another secret are lost access, not a failure', async () => {
  const otherwise = createSealer('another master secret of some length');
  const deps = { db: database.db, sealer: otherwise, refresh: () => Promise.reject(new Error('asked')) };
  const source = createTokenSource(deps, tenantId, 'bitrix24');
  await expect(source.get()).rejects.toMatchObject({ kind: 'auth' });
  await expect(source.refresh({ accessToken: 'old', endpoint: '', version: 1 })).rejects.toMatchObject({ kind: 'auth' });
});
