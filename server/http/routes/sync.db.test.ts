import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { quarantineReply, syncStatusReply } from '../../../contract/sync.ts';
import { announceTenant } from '../../tenants/announce.ts';
import type { FakePortal, FakeUser } from '../../testing/fake-bitrix24.ts';
import { runAs } from '../../testing/postgres.ts';
import { openPage, readBoot, readProblem, startTestApp, type TestApp } from '../../testing/test-app.ts';

const ADMIN: FakeUser = { id: '1', name: 'Dilnoza', isAdmin: true };
const MEMBER: FakeUser = { id: '7', name: 'Timur', isAdmin: false };

let app: TestApp;
let portal: FakePortal;
let tenantId: string;
let admin: string;
let member: string;
/** Of another tenant. */
let stranger: string;
const open: AbortController[] = [];

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app?.close());

let portals = 0;
beforeEach(async () => {
  const [own, other] = [await app.bitrix.startPortal(`m${++portals}`), await app.bitrix.startPortal(`m${++portals}`)];
  portal = own;
  admin = await signIn(own, 'install', ADMIN);
  member = await signIn(own, 'app', MEMBER);
  stranger = await signIn(other, 'install', ADMIN);
  const [tenant] = await sql<{ id: string }>('select id from tenants where account_key = $1', [`bitrix24:${own.memberId}`]);
  tenantId = tenant?.id ?? '';
});
afterEach(() => {
  for (const stream of open.splice(0)) stream.abort();
});

async function signIn(at: FakePortal, page: 'install' | 'app', user: FakeUser): Promise<string> {
  return (await readBoot(await openPage(app, page, at, at.open(user)))).session?.token ?? '';
}

function sql<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
  return runAs(app.database.ownerUrl, async (owner) => (await owner.query<Row>(text, values)).rows);
}

function call(path: string, token: string | null, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (token) headers.set('authorization', `Bearer ${token}`);
  return fetch(`${app.url}/api/crm/sync/${path}`, { ...init, headers });
}

const post = (path: string, token: string | null, body = '{}') =>
  call(path, token, { method: 'POST', body, headers: { 'content-type': 'application/json' } });

async function refusal(response: Response): Promise<string> {
  const { status, code } = await readProblem(response);
  return `${status} ${code}`;
}

const connection = async () =>
  (
    await sql<{ status: string; next: Date | null }>(
      'select status, next_sync_at as next from crm_connections where tenant_id = $1',
      [tenantId],
    )
  )[0];

test.each([
  ['GET', 'events'],
  ['POST', 'refresh'],
  ['POST', 'pause'],
  ['POST', 'resume'],
  ['GET', 'quarantine'],
])('%s %s wants a session, refuses other methods, and leaks nothing', async (method, path) => {
  const send = (token: string | null) => (method === 'POST' ? post(path, token) : call(path, token));
  const anonymous = await send(null);
  expect(anonymous.headers.get('www-authenticate')).toBe('Bearer');
  expect(await refusal(anonymous)).toBe('401 unauthorized');
  expect(await refusal(await send('x.y.z'))).toBe('401 invalid_token');
  const other = await call(path, admin, { method: 'DELETE' });
  expect(other.headers.get('allow')).toContain(method);
  expect(await refusal(other)).toBe('405 method_not_allowed');
});

test.each(['pause', 'resume'])('%s is for administrators', async (path) => {
  expect(await refusal(await post(path, member))).toBe('403 forbidden');
});

test.each(['refresh', 'pause', 'resume'])('the body of %s has nothing in it', async (path) => {
  expect(await refusal(await post(path, admin, '{"tenant_id":"x"}'))).toBe('422 unknown_field');
  expect(await refusal(await post(path, admin, ''))).toBe('400 body_required');
  expect(await refusal(await post(path, admin, '[]'))).toBe('400 body_must_be_object');
});

test('anybody may have the CRM asked again; pressed again it is asked a moment after the last time', async () => {
  await sql(`update crm_connections set next_sync_at = now() + interval '10 minutes' where tenant_id = $1`, [tenantId]);
  const first = await post('refresh', member);
  expect(first.status).toBe(202);
  expect(await first.json()).toEqual({ nextSyncAt: app.clock.now.toISOString() });
  expect((await connection())?.next).toEqual(app.clock.now);
  await sql(
    `insert into sync_runs (tenant_id, crm_source, kind, state, created_at) values ($1, 'bitrix24', 'incremental', 'complete', $2)`,
    [tenantId, app.clock.now],
  );
  const again = (await (await post('refresh', member)).json()) as { nextSyncAt: string };
  expect(Date.parse(again.nextSyncAt)).toBe(app.clock.now.getTime() + 10_000);
});

test('a paused sync stands: what runs loses its run, nothing is due, and refresh says so; resumed it goes on', async () => {
  await sql(`update sync_runs set state = 'running', fencing_number = 3 where tenant_id = $1`, [tenantId]);
  await sql(
    `insert into crm_sync_status (tenant_id, crm_source, entity, status, covered_from)
     values ($1, 'bitrix24', 'leads', 'complete', '-infinity'), ($1, 'bitrix24', 'deals', 'syncing', null)`,
    [tenantId],
  );
  const paused = await post('pause', admin);
  expect(paused.status).toBe(200);
  const told = syncStatusReply.parse(await paused.json());
  expect(told).toMatchObject({ status: 'paused', nextSyncAt: null });
  expect(new Set(told.entities.map(({ status }) => status))).toEqual(new Set(['paused']));
  expect(await sql('select state, fencing_number::int from sync_runs where tenant_id = $1', [tenantId])).toEqual([
    { state: 'queued', fencing_number: 4 },
  ]);
  expect(await connection()).toEqual({ status: 'paused', next: null });
  expect(await refusal(await post('refresh', member))).toBe('409 wrong_state');
  expect(await refusal(await post('start', admin))).toBe('409 wrong_state');
  // Twice is once.
  expect((await post('pause', admin)).status).toBe(200);

  const resumed = syncStatusReply.parse(await (await post('resume', admin)).json());
  expect(resumed.entities.map(({ entity, status }) => `${entity} ${status}`)).toEqual(['leads complete', 'deals syncing']);
  expect(await connection()).toEqual({ status: 'active', next: app.clock.now });
});

test('a connection that waits for its administrator can be neither paused nor resumed', async () => {
  await sql(`update crm_connections set status = 'reauth' where tenant_id = $1`, [tenantId]);
  expect(await refusal(await post('pause', admin))).toBe('409 wrong_state');
  expect(await refusal(await post('resume', admin))).toBe('409 wrong_state');
});

test('what has changed can be asked for as a run of its own; with entities it makes no sense', async () => {
  await sql(`update sync_runs set state = 'complete' where tenant_id = $1`, [tenantId]);
  const started = await post('start', admin, '{"full":false}');
  expect(started.status).toBe(202);
  const { runId } = (await started.json()) as { runId: string };
  const runs = (await app.listRuns()).filter((run) => run.tenantId === tenantId);
  expect(runs.find((run) => run.runId === runId)).toMatchObject({ kind: 'incremental', state: 'queued' });
  expect(await (await post('start', admin, '{"full":false}')).json()).toEqual({ runId });
  expect(await refusal(await post('start', admin, '{"full":false,"entities":["leads"]}'))).toBe('422 invalid_combination');
});

test('records with problems are listed to administrators page by page, without any value of theirs', async () => {
  await sql(
    `insert into sync_quarantine (tenant_id, crm_source, entity, external_id, reason)
     select $1, 'bitrix24', 'deals', n::text, 'opportunity: not_an_amount; title: text_cut' from generate_series(1, 120) n`,
    [tenantId],
  );
  await sql(
    `insert into sync_quarantine (tenant_id, crm_source, entity, external_id, reason)
     values ($1, 'bitrix24', 'stageHistory', 'deals:7', 'incomplete'), ($1, 'bitrix24', 'leads', '?', 'a reason of an earlier version')`,
    [tenantId],
  );
  const read = async (query: string, token = admin) =>
    quarantineReply.parse(await (await call(`quarantine${query}`, token)).json());
  const first = await read('');
  expect(first.records).toHaveLength(100);
  expect(first.records[0]).toMatchObject({
    entity: 'deals',
    externalId: '1',
    url: `${portal.url}/crm/deal/details/1/`,
    problems: [
      { field: 'opportunity', problem: 'not_an_amount' },
      { field: 'title', problem: 'text_cut' },
    ],
  });
  const rest = await read(`?after=${encodeURIComponent(first.next ?? '')}`);
  expect(rest.next).toBeNull();
  const all = [...first.records, ...rest.records];
  expect(new Set(all.map(({ entity, externalId }) => `${entity} ${externalId}`)).size).toBe(122);
  expect(rest.records.slice(-2)).toMatchObject([
    { entity: 'leads', url: null, problems: [{ field: null, problem: 'unreadable' }] },
    { entity: 'stageHistory', url: null, problems: [{ field: null, problem: 'incomplete' }] },
  ]);
  expect((await read('', stranger)).records).toEqual([]);
  expect(await refusal(await call('quarantine', member))).toBe('403 forbidden');
  for (const after of ["'; drop table x", '[1,2,3]', '["a"]', 'null']) {
    expect(await refusal(await call(`quarantine?after=${encodeURIComponent(after)}`, admin))).toBe('422 invalid_value');
  }
  expect(await refusal(await call(`quarantine?after=${'x'.repeat(400)}`, admin))).toBe('422 too_long');
});

/** Messages of a stream as they come. */
async function listen(token: string) {
  const controller = new AbortController();
  open.push(controller);
  const response = await call('events', token, { signal: controller.signal });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(response.headers.get('cache-control')).toContain('no-store');
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const next = async () => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end >= 0) {
        const message = text.slice(0, end);
        text = text.slice(end + 2);
        const [, data] = /^event: status\ndata: (.*)$/.exec(message) ?? [];
        if (data !== undefined) return syncStatusReply.parse(JSON.parse(data));
        continue;
      }
      const chunk = await reader?.read();
      if (!chunk || chunk.done) return null;
      text += chunk.value;
    }
  };
  return { next, stop: () => controller.abort() };
}

test('the status comes as a stream: at once, and whenever it changes, to those of the tenant only', async () => {
  const [mine, theirs] = [await listen(member), await listen(stranger)];
  expect((await mine.next())?.entities).toEqual([]);
  expect((await theirs.next())?.entities).toEqual([]);
  const count = (read: number) =>
    app.database.db.withTenant(tenantId, 'write', async (tx) => {
      await tx.query({
        text: `insert into crm_sync_status (tenant_id, crm_source, entity, status, synced_records) values ($1, 'bitrix24', 'leads', 'syncing', $2)
               on conflict (tenant_id, crm_source, entity) do update set synced_records = excluded.synced_records`,
        values: [tenantId, read],
      });
      await announceTenant(tx, tenantId);
    });
  await count(50);
  expect((await mine.next())?.entities[0]?.syncedRecords).toBe(50);
  // Many changes at once are one message with the last of them.
  for (let read = 51; read <= 80; read++) await count(read);
  let last = 0;
  while (last < 80) last = (await mine.next())?.entities[0]?.syncedRecords ?? Number.NaN;
  expect(last).toBe(80);
  // A change that changes nothing is none.
  await count(80);
  expect((await post('pause', admin)).status).toBe(200);
  expect((await mine.next())?.status).toBe('paused');
  // The other tenant hears of its own pause first.
  expect((await post('pause', stranger)).status).toBe(200);
  expect(await theirs.next()).toMatchObject({ entities: [], nextSyncAt: null });
});

test('a stream outlives the loss of its database connection', async () => {
  const stream = await listen(admin);
  await stream.next();
  await sql(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'leadrelay listener' and datname = current_database()`,
  );
  await sql(`insert into crm_sync_status (tenant_id, crm_source, entity, status) values ($1, 'bitrix24', 'leads', 'syncing')`, [
    tenantId,
  ]);
  // Nobody announced it: connected again, the listener has everybody look.
  expect((await stream.next())?.entities).toHaveLength(1);
});

test('one person keeps eight streams open at most, and may open another when one ends', async () => {
  const streams = await Promise.all(Array.from({ length: 8 }, () => listen(member)));
  const ninth = await call('events', member);
  expect(ninth.headers.get('retry-after')).toBe('15');
  expect(await refusal(ninth)).toBe('429 rate_limited');
  expect((await call('status', admin)).status).toBe(200);
  streams[0]?.stop();
  for (;;) {
    const response = await call('events', member);
    if (response.status === 200) {
      await response.body?.cancel();
      return;
    }
  }
});
