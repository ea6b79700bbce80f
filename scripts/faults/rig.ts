import { setImmediate } from 'node:timers/promises';
import type { CrmSource } from '../../contract/crm.ts';
import type { SyncStatusReply } from '../../contract/sync.ts';
import type { FaultScript } from '../../sandbox/bitrix24/fault-script.ts';
import type { BitrixSandbox, SandboxPortal } from '../../sandbox/bitrix24/sandbox.ts';
import { TEST_APP } from '../../sandbox/bitrix24/test-portal.ts';
import type { Ledger, LedgerEntry } from '../../sandbox/ledger.ts';
import { createBitrixOAuth } from '../../server/crm/bitrix24/oauth.ts';
import type { Job, JobData, JobQueue } from '../../server/jobs/definitions.ts';
import { dispatchDue } from '../../server/jobs/handlers/dispatcher.ts';
import { createOnboardingHandler } from '../../server/jobs/handlers/onboarding.ts';
import { createSyncHandler } from '../../server/jobs/handlers/sync.ts';
import type { Clock } from '../../server/platform/clock.ts';
import { createSealer } from '../../server/platform/crypto.ts';
import type { Db } from '../../server/platform/db.ts';
import { createLogger } from '../../server/platform/log.ts';
import { createOutbound, type Outbound, type OutboundTimeouts } from '../../server/platform/outbound.ts';
import { getSyncStatus } from '../../server/sync/status.ts';
import { createTokenSource, loadConnection, type ScheduledConnection } from '../../server/tenants/connections.ts';
import { bringForward } from '../../server/tenants/schedule.ts';
import { type CopyComparison, compareCopy, type ExpectedQuarantine } from '../compare-copy.ts';
import type { Checks } from './checks.ts';
import { SECRET } from './cluster.ts';
import { KilledError, type Life, mortal } from './life.ts';
import { installTenant, type PortalsOptions, startPortals } from './portals.ts';

const SOURCE: CrmSource = 'bitrix24';
/** A sandbox second is a tenth of ours: what the sandbox itself waits for takes little, and our own work seems short to it. */
const SPEED = 10;
/** A load that has not ended after so many jobs will not end. */
const MOST_TURNS = 60;
/** What the matrix allows the copy to be wrong for once the faults have stopped. */
const CYCLES = 2;

export interface RigOptions extends Partial<PortalsOptions> {
  timeouts?: OutboundTimeouts;
  /** How far our clock is ahead of the world's, milliseconds. Default 0. */
  clockAheadMs?: number;
  /** The engine's waits are slept through instead of jumped over: for several portals at once. */
  isSleeping?: boolean;
}

/** One portal and the tenant that copies it. */
export interface Tenant {
  readonly tenantId: string;
  readonly portal: SandboxPortal;
  /** What was asked of the portal and for it of the authorization server, in order. */
  requests(): LedgerEntry[];
  status(): Promise<SyncStatusReply>;
  connection(): Promise<ScheduledConnection>;
  compare(quarantined?: readonly ExpectedQuarantine[]): Promise<CopyComparison>;
  /** Rows of a statement in which $1 is the tenant. */
  rows<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Plays a script; a script before it is ended first. */
  play(script: FaultScript, onSignal?: (name: string) => void): Promise<void>;
  /** Ends the script; each of its rules must have hit something. */
  endFaults(checks: Checks): Promise<void>;
  /** Incremental runs that have ended well. */
  countCycles(): Promise<number>;
  /** Whether nothing is left to do before the next regular turn, and all is copied. */
  isComplete(): Promise<boolean>;
}

/** A worker's engine on portals of its own, whose waits take no time. */
export interface Rig extends Tenant {
  readonly sandbox: BitrixSandbox;
  readonly tenants: readonly Tenant[];
  readonly db: Db;
  readonly ledger: Ledger;
  /** The engine's clock. */
  readonly clock: Clock;
  readonly hooks: RigHooks;
  /** What handlers have thrown: the queue brings such a job back. */
  readonly thrown: unknown[];
  /** Requests handed to the transport, answered or not. */
  sends(): number;
  /** Lets time pass. */
  advance(milliseconds: number): void;
  /** Lets time pass until something is due. @returns false: nothing is planned */
  waitForTurn(): Promise<boolean>;
  /** Runs what is due; when nothing is, first lets time pass until something is. @returns false: nothing is planned */
  turn(): Promise<boolean>;
  /** @returns false: it did not come about in `turns` jobs, or nothing is planned any more */
  runUntil(isDone: () => Promise<boolean>, turns?: number): Promise<boolean>;
  /** Makes the tenant's connection due now, as events and people do. */
  bringForward(tenant?: Tenant): Promise<void>;
  /** Until the tenant's next incremental run has ended well. */
  cycle(tenant?: Tenant): Promise<boolean>;
  /** Delivers a job to the handler, whatever the schedule says. */
  deliver(tenant?: Tenant): Promise<void>;
  /** Stands for a second process: a token source of its own. */
  createTokens(tenantId: string): ReturnType<typeof createTokenSource>;
  close(): Promise<void>;
}

interface RigHooks {
  /** Called before each request of the engine, authorization included. */
  beforeSend?: (url: string) => Promise<void>;
  /** Called before a refresh token is sent. */
  beforeRefresh?: () => Promise<void>;
  /** A new worker begins a job: how it will die. */
  newLife?: () => Life;
}

/** Fresh portals, a fresh tenant for each, and an engine over them. */
export async function createRig(db: Db, options: RigOptions): Promise<Rig> {
  const { timeouts, clockAheadMs = 0, isSleeping = false, ...portals } = options;
  const sandbox = await startPortals({ speed: SPEED, ...portals });
  const hooks: RigHooks = {};
  const outbound = openOutbound(sandbox, timeouts, hooks);
  const close = async () => {
    for (const { tenantId } of tenants) await retire(db, tenantId);
    await outbound.close();
    await sandbox.close();
  };
  const tenants: Tenant[] = [];
  const now = () => sandbox.clock.now() + clockAheadMs;
  const clock: Clock = {
    now,
    async sleep(milliseconds, signal) {
      signal.throwIfAborted();
      if (isSleeping) await sandbox.clock.sleep(milliseconds);
      else sandbox.clock.advance(milliseconds);
      await setImmediate();
      signal.throwIfAborted();
    },
  };
  const log = createLogger({ logLevel: 'silent' });
  const sealer = createSealer(SECRET);
  const oauth = createBitrixOAuth({
    ...{ outbound, clientId: TEST_APP.clientId, clientSecret: TEST_APP.clientSecret, servers: [sandbox.authUrl] },
    now: () => new Date(now()),
  });
  const refresh: typeof oauth.refresh = async (server, token) => {
    await hooks.beforeRefresh?.();
    return oauth.refresh(server, token);
  };
  const queue = createMemoryQueue();
  const onboard = createOnboardingHandler({ db, now: () => new Date(now()), log, llm: null });
  const thrown: unknown[] = [];

  const createTokens = (tenantId: string, workDb = db) => createTokenSource({ db: workDb, sealer, refresh }, tenantId, SOURCE);

  async function work(job: Job<'sync'>): Promise<void> {
    for (;;) {
      const workDb = hooks.newLife ? mortal(db, hooks.newLife()) : db;
      const handle = createSyncHandler({ db: workDb, outbound, clock, log, createTokens: (id) => createTokens(id, workDb) });
      try {
        return await handle(job.data, new AbortController().signal);
      } catch (error) {
        // The queue brings it back: at once, because nobody but this worker would take it.
        if (error instanceof KilledError) continue;
        thrown.push(error);
        if (thrown.length > MOST_TURNS) throw error;
        sandbox.clock.advance(2_000);
      }
    }
  }

  async function runDue(): Promise<boolean> {
    await dispatchDue({ db, queue, clock });
    const { syncs, onboardings } = queue.take();
    // What a copy sets going is done as well, or it would stay due for ever.
    await Promise.all([...syncs.map(work), ...onboardings.map(({ data }) => onboard(data, new AbortController().signal))]);
    const jobs = [...syncs, ...onboardings];
    queue.done(jobs);
    return jobs.length > 0;
  }

  async function waitForTurn(): Promise<boolean> {
    const next = await findNextTurn(db, tenants);
    if (next !== null) sandbox.clock.advance(Math.max(0, next - now()));
    return next !== null;
  }

  async function turn(): Promise<boolean> {
    if (await runDue()) return true;
    return (await waitForTurn()) && runDue();
  }

  try {
    for (const portal of sandbox.portals)
      tenants.push(createTenant(db, sandbox, portal, await installTenant(db, sandbox, portal)));
    const [first] = tenants;
    if (!first) throw new Error('A rig needs a portal');
    const rig: Rig = {
      ...first,
      ...{ sandbox, tenants, db, ledger: sandbox.ledger, clock, hooks, thrown, close, turn, waitForTurn, createTokens },
      sends: () => outbound.count(),
      advance: (milliseconds) => sandbox.clock.advance(milliseconds),
      async runUntil(isDone, turns = MOST_TURNS) {
        for (let count = 0; count < turns; count++) {
          if (await isDone()) return true;
          if (!(await turn())) break;
        }
        return isDone();
      },
      bringForward: ({ tenantId } = first) =>
        db.withTenant(tenantId, 'write', (tx) => bringForward(tx, tenantId, SOURCE, new Date(now()))),
      async cycle(tenant = first) {
        const before = await tenant.countCycles();
        return rig.runUntil(async () => (await tenant.countCycles()) > before);
      },
      deliver: (tenant = first) => work({ data: { tenantId: tenant.tenantId, crmSource: SOURCE }, key: '' }),
    };
    return rig;
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Ends the faults and checks what every fault has to leave: the copy becomes complete by itself and, within two incremental
 * cycles, the same as the portal; the limits were kept all the while.
 */
export async function checkConverges(
  rig: Rig,
  checks: Checks,
  options: { tenant?: Tenant; quarantined?: readonly ExpectedQuarantine[]; mayOverlap?: boolean } = {},
): Promise<void> {
  const { tenant = rig, quarantined = [], mayOverlap = false } = options;
  await tenant.endFaults(checks);
  const isComplete = await rig.runUntil(() => tenant.isComplete());
  if (!isComplete) {
    const { status, entities } = await tenant.status();
    const { status: connection } = await tenant.connection();
    const shown = entities.map(({ entity, status: own }) => `${entity} ${own}`).join(', ');
    const thrown = rig.thrown.length > 0 ? `; thrown: ${String(rig.thrown.at(-1))}` : '';
    checks.that(false, `not complete by itself: ${status} (${shown}), connection ${connection}${thrown}`);
    return;
  }
  await checkCopy(rig, checks, tenant, quarantined);
  checkLimits(tenant, checks, mayOverlap);
}

/** Within two incremental cycles from now the copy is the same as the portal. */
export async function checkCopy(
  rig: Rig,
  checks: Checks,
  tenant: Tenant = rig,
  quarantined: readonly ExpectedQuarantine[] = [],
): Promise<void> {
  let compared: CopyComparison | null = null;
  for (let cycle = 0; cycle < CYCLES && compared?.differences !== 0; cycle++) {
    if (!(await rig.cycle(tenant))) return checks.that(false, 'no incremental cycle came to its end');
    compared = await tenant.compare(quarantined);
  }
  if (!compared) return;
  const examples = compared.examples.map(({ kind, entity, externalId, columns }) => `${kind} ${entity} ${externalId} ${columns}`);
  checks.that(compared.differences === 0, `${compared.differences} differences after 2 cycles: ${examples.join('; ')}`);
  checks.that(compared.records > 100, `only ${compared.records} records were compared`);
}

/** No request of the engine was one too many, and none came while another was being answered (R5, R9). */
export function checkLimits(tenant: Tenant, checks: Checks, mayOverlap = false): void {
  const requests = tenant.requests();
  const refused = requests.filter(({ error, commandErrors, faults }) => {
    const codes = [error ?? '', ...commandErrors];
    return faults.length === 0 && codes.some((code) => /_LIMIT/.test(code));
  });
  checks.equal('requests that went over a limit', refused.length, 0);
  checks.that(fullestBucket(requests) <= 50, `the request bucket reached ${fullestBucket(requests)}`);
  if (!mayOverlap) checks.equal('requests that overlapped', countOverlaps(requests), 0);
}

/** How full a bucket that drains two a second becomes. */
function fullestBucket(requests: readonly LedgerEntry[]): number {
  let [level, at, fullest] = [0, 0, 0];
  for (const { startedAt } of requests) {
    level = Math.max(0, level - ((startedAt - at) / 1000) * 2) + 1;
    at = startedAt;
    fullest = Math.max(fullest, level);
  }
  return fullest;
}

/** Requests that came before the one before them had its answer. */
export function countOverlaps(requests: readonly LedgerEntry[]): number {
  const inOrder = requests.toSorted((a, b) => a.startedAt - b.startedAt);
  return inOrder.filter(({ startedAt }, index) => {
    const before = inOrder[index - 1];
    // The sandbox notes the end when the last byte has left it: the client may have begun the next one in the same millisecond.
    return before !== undefined && (before.endedAt ?? Number.POSITIVE_INFINITY) > startedAt + 100;
  }).length;
}

/** A tenant as tests look at it. */
export function createTenant(db: Db, sandbox: BitrixSandbox, portal: SandboxPortal, tenantId: string): Tenant {
  const tenant: Tenant = {
    tenantId,
    portal,
    requests: () => sandbox.ledger.entries.filter((entry) => entry.portal === portal.state.memberId).slice(),
    status: () => db.withTenant(tenantId, 'read', (tx) => getSyncStatus(tx, tenantId)),
    async connection() {
      const connection = await db.withTenant(tenantId, 'read', (tx) => loadConnection(tx, tenantId, SOURCE));
      if (!connection) throw new Error('The tenant has lost its connection');
      return connection;
    },
    compare: (quarantined = []) => compareCopy({ db, tenantId, crmSource: SOURCE, portalUrl: portal.url, quarantined }),
    rows: (text, values = []) => db.withTenant(tenantId, 'read', (tx) => tx.query({ text, values: [tenantId, ...values] })),
    async play(script, onSignal) {
      await portal.stopFaults();
      portal.playFaults(script, onSignal);
    },
    async endFaults(checks) {
      for (const [index, hits] of portal.faultHits().entries())
        checks.that(hits > 0, `rule ${index + 1} of the script hit nothing`);
      await portal.stopFaults();
    },
    async countCycles() {
      const [row] = await tenant.rows<{ count: number }>(
        `select count(*) from sync_runs where tenant_id = $1 and kind = 'incremental' and state = 'complete'`,
      );
      return row?.count ?? 0;
    },
    async isComplete() {
      const unfinished = await tenant.rows(`select 1 from sync_runs where tenant_id = $1 and state in ('queued', 'running')`);
      return unfinished.length === 0 && (await tenant.status()).status === 'complete';
    },
  };
  return tenant;
}

/** The next that the dispatcher will find due. */
async function findNextTurn(db: Db, tenants: readonly Tenant[]): Promise<number | null> {
  const rows = await db.withDirectory('read', (tx) =>
    tx.query<{ at: Date | null }>({
      text: 'select min(next_sync_at) as at from tenants where id = any($1::uuid[])',
      values: [tenants.map(({ tenantId }) => tenantId)],
    }),
  );
  return rows[0]?.at?.getTime() ?? null;
}

/** Nobody looks at the tenant any more: the next rig of this database has another clock. */
async function retire(db: Db, tenantId: string): Promise<void> {
  await db.withTenant(tenantId, 'write', async (tx) => {
    await tx.query({ text: 'update crm_connections set next_sync_at = null where tenant_id = $1', values: [tenantId] });
    await tx.query({ text: 'update tenants set next_sync_at = null where id = $1', values: [tenantId] });
  });
}

interface Taken {
  syncs: Job<'sync'>[];
  onboardings: Job<'onboarding'>[];
}

/** A queue as the real one is seen from a worker: one job a key, until it is done. */
function createMemoryQueue(): JobQueue & { take(): Taken; done(jobs: readonly { key: string }[]): void } {
  const known = new Set<string>();
  let waiting: Taken = { syncs: [], onboardings: [] };
  return {
    async send(name, jobs) {
      for (const { key, data } of jobs) {
        if (known.has(key)) continue;
        known.add(key);
        if (name === 'sync') waiting.syncs.push({ key, data: data as JobData<'sync'> });
        if (name === 'onboarding') waiting.onboardings.push({ key, data: data as JobData<'onboarding'> });
      }
    },
    take() {
      const taken = waiting;
      waiting = { syncs: [], onboardings: [] };
      return taken;
    },
    done(jobs) {
      for (const { key } of jobs) known.delete(key);
    },
  };
}

/** The real transport, opened for the sandbox's addresses wherever its portals have moved to. */
function openOutbound(
  sandbox: BitrixSandbox,
  timeouts: OutboundTimeouts | undefined,
  hooks: RigHooks,
): Outbound & { count(): number } {
  const opened = new Map<string, Outbound>();
  let count = 0;
  return {
    async send(request) {
      await hooks.beforeSend?.(request.url);
      count += 1;
      const known = sandbox.portals.flatMap(({ state }) => [state.domain, ...state.formerDomains]);
      const allow = [...known, ...[sandbox.authUrl, ...UNREACHABLE].map((url) => new URL(url).host)];
      const key = allow.join();
      const outbound = opened.get(key) ?? createOutbound({ allow, ...(timeouts ? { timeouts } : {}) });
      opened.set(key, outbound);
      return outbound.send(request);
    },
    async close() {
      await Promise.all([...opened.values()].map((outbound) => outbound.close()));
    },
    count: () => count,
  };
}

/** A name that no server knows, and an address that nobody has (RFC 2606, RFC 5737). */
export const UNREACHABLE = ['http://portal.invalid:8080', 'http://192.0.2.1:8080'] as const;
