import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { BitrixSandbox } from '../../sandbox/bitrix24/sandbox.ts';
import { TEST_APP } from '../../sandbox/bitrix24/test-portal.ts';
import type { LedgerEntry } from '../../sandbox/ledger.ts';
import { hearOfRecord } from '../../server/install/record-events.ts';
import { systemClock } from '../../server/platform/clock.ts';
import { findFreePort } from '../../server/platform/free-port.ts';
import { refreshSync } from '../../server/sync/control.ts';
import { requestSync } from '../../server/tenants/sync-requests.ts';
import { insertRows, work } from './changes.ts';
import type { Checks } from './checks.ts';
import { type FaultDatabase, SECRET, startCluster } from './cluster.ts';
import type { FaultCase, Stage } from './fault.ts';
import { installTenant, startPortals } from './portals.ts';
import { countOverlaps, createTenant, type Tenant } from './rig.ts';

/* F11, F30–F33, F36: LeadRelay's processes are killed, stopped, frozen and many. In real time: the queue's heartbeats take theirs. */

/** A batch of fifty pages takes more than two seconds to answer, so that most of a load is waiting for one. */
const LIMITS = { rate: { drainPerSecond: 2, burst: 50 }, operatingSeconds: 480, pageCost: 0.05, answerDelay: true };
const MOST_ROWS = 2_500;
const ACTIVITIES = 5_000;

export const PROCESS_FAULTS: readonly FaultCase[] = [
  {
    fault: 'F11',
    what: '50 refused requests in 4 processes',
    isSlow: true,
    async run(stage, checks) {
      const scene = await createScene(stage, { activities: 0 });
      const children = await Promise.all(
        [13, 13, 12, 12].map((count) => startChild(scene, 'token-process.ts', { args: [scene.tenantId, String(count)] })),
      );
      const before = scene.requests().length;
      // The token that all of them hold is refused from now on.
      for (const pair of scene.portal.state.tokens) pair.accessExpires = 0;
      const answers = children.map(({ child }) => once(child, 'message'));
      for (const { child } of children) child.send('go');
      const statuses = (await Promise.all(answers)).flat(2);
      const requests = scene.requests().slice(before);
      checks.equal('refreshes', requests.filter(({ method }) => method === 'oauth/token').length, 1);
      checks.equal('requests with the new pair', statuses.filter((status) => status === 200).length, 50);
      checks.equal('requests that were refused', requests.filter(({ status }) => status !== 200).length, 0);
    },
  },
  {
    fault: 'F30',
    what: 'a worker is killed at random moments of a load',
    isSlow: true,
    async run(stage, checks) {
      const scene = await createScene(stage, { activities: ACTIVITIES + stage.kills * 2_000 });
      let worker = await startWorker(scene);
      let kills = 0;
      for (; kills < stage.kills; kills++) {
        await scene.nextPage();
        await delay(stage.random.between(0, 2_500));
        if (await scene.isLoaded()) break;
        worker.child.kill('SIGKILL');
        await worker.ended;
        const killedAt = Date.now();
        worker = await startWorker(scene);
        await scene.nextRequest();
        checks.measure('from kill to next request', Date.now() - killedAt);
      }
      checks.equal('kills', kills, stage.kills);
      await scene.waitFor(() => scene.isLoaded());
      const read = scene.pages().reduce((sum, { records }) => sum + records, 0);
      const [copied] = await scene.rows<{ count: number }>(
        `select (select count(*) from crm_leads where tenant_id = $1) + (select count(*) from crm_deals where tenant_id = $1)
              + (select count(*) from crm_activities where tenant_id = $1) + (select count(*) from crm_contacts where tenant_id = $1)
              + (select count(*) from crm_companies where tenant_id = $1)
              + (select count(*) from crm_stage_history where tenant_id = $1) as count`,
      );
      const again = read - (copied?.count ?? 0);
      checks.that(again <= kills * MOST_ROWS, `${again} records were fetched again after ${kills} kills`);
      await scene.checkConverges(checks);
    },
  },
  {
    fault: 'F31',
    what: 'a worker is asked to stop in the middle of a load',
    isSlow: true,
    async run(stage, checks) {
      const scene = await createScene(stage, { activities: ACTIVITIES + 9_000 });
      const first = await startWorker(scene);
      await startWorker(scene);
      await scene.nextPage();
      const askedAt = Date.now();
      first.child.kill('SIGTERM');
      const code = await first.ended;
      const stoppedAt = Date.now();
      checks.equal('exit code', code, 0);
      checks.measure('from SIGTERM to end', stoppedAt - askedAt);
      const more = scene.requests().filter(({ startedAt }) => startedAt > askedAt && startedAt < stoppedAt);
      checks.that(more.length <= 1, `${more.length} requests after it was asked to stop`);
      checks.that(!(await scene.isLoaded()), 'the load was through already');
      const [saved] = await scene.rows<{ count: number }>('select count(*) from sync_checkpoints where tenant_id = $1');
      checks.that((saved?.count ?? 0) > 0, 'no checkpoint was saved');
      const next = scene.requests().find(({ startedAt }) => startedAt >= stoppedAt) ?? (await scene.nextRequest());
      checks.measure('from end to next request', next.startedAt - stoppedAt);
      await scene.checkConverges(checks);
    },
  },
  {
    fault: 'F32',
    what: 'a worker is frozen and comes back to a run that is no longer its own',
    isSlow: true,
    async run(stage, checks) {
      const scene = await createScene(stage, { activities: ACTIVITIES + 9_000 });
      await auditWrites(scene.database);
      const zombie = await startWorker(scene, 'zombie');
      await scene.nextPage();
      await scene.nextPage();
      zombie.child.kill('SIGSTOP');
      const heir = await startWorker(scene, 'heir');
      await scene.waitFor(async () => (await countWrites(scene.database, 'heir')) > 0);
      zombie.child.kill('SIGCONT');
      // Long enough for what it was about to write.
      await scene.nextPage();
      await scene.nextPage();
      checks.that(!(await scene.isLoaded()), 'it came back too late');
      await scene.checkConverges(checks);
      // Once the load is through it may have work of its own.
      const { rows } = await scene.database.owner.query<{ count: number }>(
        `select count(*)::int as count from fault_audit where app = 'zombie'
           and at > (select min(at) from fault_audit where app = 'heir')
           and at < (select finished_at from sync_runs where kind = 'full')`,
      );
      checks.that((await countWrites(scene.database, 'zombie')) > 0, 'the frozen worker had never written');
      checks.equal('writes of the worker that came back', rows[0]?.count, 0);
      checks.that(zombie.child.exitCode === null && heir.child.exitCode === null, 'a worker has ended');
    },
  },
  {
    fault: 'F33',
    what: 'PostgreSQL is shut down at once, three times, in the middle of a load',
    isSlow: true,
    async run(stage, checks) {
      const cluster = await startCluster();
      stage.onEnd(cluster.stop);
      const database = await cluster.createDatabase();
      const scene = await createScene(stage, { activities: ACTIVITIES, database });
      const assets = await writeAssets(stage);
      const port = await findFreePort();
      const server = await startWorker(scene, 'server', { LEADRELAY_ROLE: 'all', PORT: String(port), ASSETS_DIR: assets });
      await scene.nextPage();
      await scene.nextPage();
      let refused = 0;
      for (let time = 0; time < 3; time++) {
        const [pid] = (await readFile(path.join(cluster.dataDir, 'postmaster.pid'), 'utf8')).split('\n');
        process.kill(Number(pid), 'SIGQUIT');
        const reply = await untilRefused(port);
        refused += 1;
        checks.equal('answer of the API meanwhile', reply.status, 503);
        checks.that(reply.retryAfter !== null, 'the answer does not say when to try again');
        await scene.waitFor(() => database.db.isReady());
      }
      checks.equal('times that the API noticed', refused, 3);
      await scene.checkConverges(checks);
      checks.that(server.child.exitCode === null && server.child.signalCode === null, 'the process has ended');
    },
  },
  {
    fault: 'F36',
    what: 'two workers, a double start, a refresh and events together',
    isSlow: true,
    async run(stage, checks) {
      const scene = await createScene(stage, { activities: 3_000 });
      const { db } = scene.database;
      const { tenantId } = scene;
      const now = () => new Date();
      const full = () => {
        const request = {
          tenantId,
          crmSource: 'bitrix24',
          newRunId: randomUUID(),
          requestedBy: 'user:1',
          entities: null,
        } as const;
        return db.withTenant(tenantId, 'write', (tx) => requestSync(tx, 'full', { ...request, now: now() }));
      };
      const wishes = () => [
        full(),
        full(),
        db.withTenant(tenantId, 'write', (tx) => refreshSync(tx, { tenantId, crmSource: 'bitrix24' }, now())),
        hearOfRecord({ db, now }, tenantId, 'ONCRMLEADUPDATE', '1'),
        hearOfRecord({ db, now }, tenantId, 'ONCRMLEADDELETE', '1'),
      ];
      const [one, other] = await Promise.all([full(), full()]);
      checks.equal('what two starts at once become', [one.kind, other.kind].sort(), ['joined', 'joined']);
      await Promise.all([startWorker(scene), startWorker(scene)]);
      await scene.nextPage();
      await Promise.all(wishes());
      await scene.nextPage();
      await Promise.all(wishes());
      await scene.checkConverges(checks);
      const [runs] = await scene.rows<{ count: number }>(`select count(*) from sync_runs where tenant_id = $1 and kind = 'full'`);
      checks.equal('full loads', runs?.count, 1);
    },
  },
];

interface Scene extends Tenant {
  sandbox: BitrixSandbox;
  database: FaultDatabase;
  /** Processes that run. */
  children: Set<Child>;
  /** Answers with a list's pages before the products of deals, with which a load is followed up. */
  pages(): LedgerEntry[];
  isLoaded(): Promise<boolean>;
  /** Resolves with the next request that comes, while it is being answered. */
  nextRequest(): Promise<LedgerEntry>;
  /** The same of a page; also resolves when the load is through. */
  nextPage(): Promise<void>;
  /** @throws Error when it does not come about within two minutes */
  waitFor(isSo: () => Promise<boolean>): Promise<void>;
  /** As for a rig; the workers do the work. */
  checkConverges(checks: Checks): Promise<void>;
}

/** A portal in real time and a tenant whose first load is wanted, for processes that come and go. */
async function createScene(stage: Stage, options: { activities: number; database?: FaultDatabase }): Promise<Scene> {
  const database = options.database ?? (await stage.createDatabase());
  const sandbox = await startPortals({ speed: 1, size: 'tiny', seed: stage.random.between(1, 1e6), limits: LIMITS });
  stage.onEnd(() => sandbox.close());
  const [portal] = sandbox.portals;
  if (!portal) throw new Error('The sandbox has no portal');
  insertRows(portal.state.world.activities, options.activities, (index) => ({ subject: `Added ${index}` }));
  const tenant = createTenant(database.db, sandbox, portal, await installTenant(database.db, sandbox, portal));
  const listeners = new Set<(entry: LedgerEntry) => void>();
  const { ledger } = sandbox;
  const add = ledger.add;
  ledger.add = (entry) => {
    add(entry);
    for (const listener of [...listeners]) listener(entry);
  };
  const next = (isMeant: (entry: LedgerEntry) => boolean) =>
    new Promise<LedgerEntry>((resolve, reject) => {
      const end = (settle: () => void) => {
        listeners.delete(listener);
        clearTimeout(timer);
        settle();
      };
      const listener = (entry: LedgerEntry) => {
        if (isMeant(entry)) end(() => resolve(entry));
      };
      const timer = setTimeout(() => end(() => reject(new Error('No request came for a minute'))), 60_000);
      listeners.add(listener);
    });
  const isPage = ({ commands: [first = ''], commands, records }: LedgerEntry) =>
    records > 0 && commands.every((command) => command === first) && /^crm\.(item|activity|stagehistory)\.list$/.test(first);
  const scene: Scene = {
    ...tenant,
    ...{ sandbox, database, children: new Set<Child>() },
    pages() {
      const entries = tenant.requests();
      const end = entries.findIndex(({ commands }) => commands.includes('crm.item.productrow.list'));
      return entries.slice(0, end === -1 ? undefined : end).filter(isPage);
    },
    async isLoaded() {
      const rows = await tenant.rows(`select 1 from sync_runs where tenant_id = $1 and kind = 'full' and state = 'complete'`);
      return rows.length > 0;
    },
    nextRequest: () => next(() => true),
    nextPage: async () => {
      await next(isPage);
    },
    async waitFor(isSo) {
      const deadline = Date.now() + 120_000;
      while (!(await isSo())) {
        if (Date.now() > deadline) throw new Error('It did not come about within two minutes');
        await systemClock.sleep(50, new AbortController().signal);
      }
    },
    async checkConverges(checks) {
      await scene.waitFor(() => tenant.isComplete());
      work(portal, stage.random);
      for (let cycle = 0; cycle < 2; cycle++) {
        const before = await tenant.countCycles();
        const { db } = database;
        await db.withTenant(tenant.tenantId, 'write', (tx) =>
          refreshSync(tx, { tenantId: tenant.tenantId, crmSource: 'bitrix24' }, new Date()),
        );
        await scene.waitFor(async () => (await tenant.countCycles()) > before && tenant.isComplete());
        const compared = await tenant.compare();
        if (compared.differences === 0) break;
        const examples = compared.examples.map(
          ({ kind, entity, externalId, columns }) => `${kind} ${entity} ${externalId} ${columns}`,
        );
        checks.that(cycle === 0, `${compared.differences} differences after 2 cycles: ${examples.join('; ')}`);
      }
      const refused = tenant.requests().filter(({ error }) => error === 'QUERY_LIMIT_EXCEEDED');
      checks.equal('requests that went over a limit', refused.length, 0);
      checks.equal('requests that overlapped', countOverlaps(tenant.requests()), 0);
    },
  };
  stage.onEnd(async () => {
    // A frozen process hears of nothing else.
    for (const { child } of scene.children) child.kill('SIGKILL');
    await Promise.all([...scene.children].map(({ ended }) => ended));
  });
  return scene;
}

interface Child {
  child: ChildProcess;
  /** Exit code, null after a signal. */
  ended: Promise<number | null>;
}

/** A process of the product, ready to work. It is killed when the case ends. */
function startWorker(scene: Scene, name = 'worker', env: Record<string, string> = {}): Promise<Child> {
  return startChild(scene, 'worker-process.ts', { name, env });
}

async function startChild(
  scene: Scene,
  file: string,
  { name = 'worker', args = [], env = {} }: { name?: string; args?: string[]; env?: Record<string, string> },
): Promise<Child> {
  const databaseUrl = new URL(scene.database.ownerUrl);
  databaseUrl.searchParams.set('application_name', name);
  const child = fork(path.join(import.meta.dirname, file), args, {
    env: {
      PATH: process.env.PATH,
      LEADRELAY_ROLE: 'worker',
      LEADRELAY_SECRET: SECRET,
      LOG_LEVEL: 'silent',
      DATABASE_URL: databaseUrl.toString(),
      BITRIX24_CLIENT_ID: TEST_APP.clientId,
      BITRIX24_CLIENT_SECRET: TEST_APP.clientSecret,
      BITRIX24_OAUTH_URLS: scene.sandbox.authUrl,
      OUTBOUND_ALLOW: [scene.sandbox.authUrl, scene.portal.url].map((url) => new URL(url).host).join(),
      ...env,
    },
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const started = { child, ended };
  scene.children.add(started);
  child.once('exit', () => scene.children.delete(started));
  const [first] = await Promise.race([once(child, 'message'), ended.then((code) => [`ended with ${code}`])]);
  if (first !== 'ready') throw new Error(`A process ${first} before it was ready`);
  return started;
}

/** What the API answers once it has noticed that its database is away. */
async function untilRefused(port: number): Promise<{ status: number; retryAfter: string | null }> {
  const body = JSON.stringify({ code: `${randomUUID()}.${'x'.repeat(43)}` });
  for (let attempt = 0; ; attempt++) {
    const reply = await fetch(`http://127.0.0.1:${port}/api/session/code`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body },
    });
    await reply.body?.cancel();
    const answer = { status: reply.status, retryAfter: reply.headers.get('retry-after') };
    // With a database nobody knows the code: 401.
    if (reply.status >= 500 || attempt === 500) return answer;
    await delay(10);
  }
}

/** Files with the names of an app's build: the API asks for no more. */
async function writeAssets(stage: Stage): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'leadrelay-faults-assets-'));
  stage.onEnd(() => rm(directory, { recursive: true, force: true }));
  await mkdir(path.join(directory, '.vite'));
  await mkdir(path.join(directory, 'assets'));
  await writeFile(path.join(directory, '.vite', 'manifest.json'), JSON.stringify({ 'main.tsx': { file: 'assets/main.js' } }));
  return directory;
}

/** Writes of pages and checkpoints, with who made them. */
async function auditWrites({ owner }: FaultDatabase): Promise<void> {
  await owner.query('create table fault_audit (at timestamptz, app text, what text)');
  await owner.query(`create function fault_audit() returns trigger language plpgsql security definer as $$
    begin
      insert into fault_audit values (clock_timestamp(), current_setting('application_name'), tg_table_name);
      return null;
    end $$`);
  for (const table of ['sync_checkpoints', 'crm_sync_status']) {
    await owner.query(`create trigger audit after insert or update on ${table} for each row execute function fault_audit()`);
  }
  for (const table of ['crm_activities', 'crm_leads', 'crm_deals', 'crm_contacts', 'crm_companies', 'crm_stage_history']) {
    await owner.query(`create trigger audit after insert or update on ${table} for each row execute function fault_audit()`);
  }
}

async function countWrites({ owner }: FaultDatabase, app: string): Promise<number> {
  const { rows } = await owner.query<{ count: number }>('select count(*)::int as count from fault_audit where app = $1', [app]);
  return rows[0]?.count ?? 0;
}
