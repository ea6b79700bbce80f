import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FaultScript } from '../../sandbox/bitrix24/fault-script.ts';
import type { Checks } from './checks.ts';
import { at, atPlaces, type FaultCase, type NotApplicable, PLACES, type Stage } from './fault.ts';
import { checkConverges, type Rig, type Tenant, UNREACHABLE } from './rig.ts';

/* F05–F09 and F39: the way to the portal, and answers that are none. */

/** What a portal that hangs is given: real seconds, so shorter than the product's. */
const SHORT = { connectMs: 400, headersMs: 400, bodyIdleMs: 400, totalMs: 1_000 };
const HOUR_MS = 3_600_000;

const NO_ANSWERS: readonly (readonly [string, string, FaultScript[number]['what']])[] = [
  ['F05', 'the connection is refused', { kind: 'refuseConnections' }],
  ['F07', 'a reset in the middle of the answer', { kind: 'reset' }],
  ['F07', 'half an answer, properly ended', { kind: 'truncate' }],
  ['F07', 'a wrong Content-Length', { kind: 'wrongLength' }],
  ['F08', 'a login page', { kind: 'html' }],
  ['F08', 'a maintenance page', { kind: 'html', page: 'maintenance', status: 503 }],
  ['F08', 'no body', { kind: 'html', page: 'empty' }],
  ['F09', '500', { kind: 'serverError', status: 500 }],
  ['F09', '502', { kind: 'serverError', status: 502 }],
];

export const NETWORK_FAULTS: readonly FaultCase[] = [
  ...NO_ANSWERS.map(
    ([fault, what, kind]): FaultCase => ({
      fault,
      what,
      async run(stage, checks) {
        const rig = await stage.createRig();
        const stored = watchStored(rig);
        await rig.play(atPlaces(stage.places, kind, 2));
        await rig.runUntil(() => rig.isComplete());
        checkNothingStored(rig, stored, checks);
        await checkConverges(rig, checks);
      },
    }),
  ),
  ...PLACES.map(
    (place): FaultCase => ({
      fault: 'F05',
      what: `the portal is down for an hour, ${place}`,
      async run(stage, checks) {
        await checkOutage(
          stage,
          checks,
          place,
          (tenant) => tenant.portal.goDown(),
          (tenant) => tenant.portal.comeUp(),
        );
      },
    }),
  ),
  ...UNREACHABLE.map(
    (address): FaultCase => ({
      fault: 'F05',
      what: address.includes('invalid') ? 'the name is not known' : 'nobody accepts the connection',
      async run(stage, checks) {
        const moveTo = (tenant: Tenant, url: string) =>
          stage.database.owner.query('update crm_connections set endpoint = $2 where tenant_id = $1', [
            tenant.tenantId,
            `${url}/rest/`,
          ]);
        await checkOutage(
          stage,
          checks,
          'start',
          (tenant) => moveTo(tenant, address),
          (tenant) => moveTo(tenant, tenant.portal.url),
        );
      },
    }),
  ),
  {
    fault: 'F06',
    what: 'the answer never comes',
    async run(stage, checks) {
      const rig = await stage.createRig({ timeouts: SHORT });
      await rig.play(atPlaces(stage.places, { kind: 'hang' }));
      await rig.runUntil(() => rig.isComplete());
      checkNoneHangs(rig, 'hang', checks);
      await checkConverges(rig, checks);
    },
  },
  {
    fault: 'F06',
    what: 'one byte a second',
    async run(stage, checks) {
      const rig = await stage.createRig({ timeouts: SHORT });
      await rig.play(atPlaces(stage.places, { kind: 'drip', bytesPerSecond: 1 }));
      await rig.runUntil(() => rig.isComplete());
      checkNoneHangs(rig, 'drip', checks);
      checkSmallerBatch(rig, 'drip', checks);
      await checkConverges(rig, checks);
    },
  },
  {
    fault: 'F08',
    what: 'captchas until a person is told',
    async run(stage, checks) {
      const rig = await stage.createRig();
      await rig.play(at(stage.places.middle, { kind: 'html', page: 'captcha' }, { times: 'always' }));
      const isTold = await rig.runUntil(async () => (await rig.status()).status === 'error', 5);
      checks.that(isTold, `after ${rig.requests().length} requests the status is ${(await rig.status()).status}`);
      const failed = rig.requests().filter(({ faults }) => faults.includes('html')).length;
      checks.that(failed >= 10, `shown as trouble after ${failed} answers`);
      const messages = (await rig.status()).entities.map(({ errorMessage }) => errorMessage ?? '');
      checks.that(
        messages.some((message) => message !== ''),
        'no reason was given',
      );
      checks.that(!/[<>{]|captcha|html/i.test(messages.join()), 'the message has some of the body');
      await checkConverges(rig, checks);
    },
  },
  {
    fault: 'F08',
    what: 'a byte order mark',
    async run(stage, checks) {
      const rig = await stage.createRig();
      await rig.play(at(1, { kind: 'bom' }, { times: 'always' }));
      const isComplete = await rig.runUntil(() => rig.isComplete(), 2);
      checks.that(isComplete, 'a mark before good data was a failure');
      await checkConverges(rig, checks);
    },
  },
  {
    fault: 'F09',
    what: '504 for every batch of more than one command',
    async run(stage, checks) {
      const rig = await stage.createRig();
      // The count that a load begins with is not among them.
      await rig.play([
        {
          when: { method: 'crm.activity.list', commandsOver: 1, from: 2, times: 12 },
          what: { kind: 'serverError', status: 504 },
        },
      ]);
      await rig.runUntil(() => rig.isComplete());
      checkShrinksAndGrows(rig, checks);
      await checkConverges(rig, checks);
    },
  },
  {
    fault: 'F09',
    what: '504 for the count that a load begins with',
    async run(stage, checks) {
      const rig = await stage.createRig();
      await rig.play([
        { when: { method: 'crm.activity.list', commandsOver: 6, times: 'always' }, what: { kind: 'serverError', status: 504 } },
      ]);
      const isComplete = await rig.runUntil(
        async () =>
          (await rig.status()).entities.every(({ lastFullSyncAt }) => lastFullSyncAt) && (await rig.status()).entities.length > 0,
        12,
      );
      checks.that(isComplete, 'a portal that cannot count all lists within one request is never copied');
      await checkConverges(rig, checks);
    },
  },
  {
    fault: 'F39',
    what: 'the portal moves',
    async run(stage, checks) {
      const rig = await stage.createRig();
      await rig.play(at(stage.places.middle, { kind: 'redirect' }));
      await rig.runUntil(() => rig.isComplete());
      const { endpoint } = await rig.connection();
      checks.equal('stored address', endpoint, `${rig.portal.url}/rest/`);
      await checkConverges(rig, checks);
    },
  },
  {
    fault: 'F39',
    what: 'a redirect to a stranger',
    async run(stage, checks) {
      const canary = await startCanary(stage);
      const rig = await stage.createRig();
      await rig.play(atPlaces(stage.places, { kind: 'redirect', to: canary.url }));
      await rig.runUntil(() => rig.isComplete());
      await checkConverges(rig, checks);
      checks.equal('requests that reached the stranger', canary.count(), 0);
    },
  },
];

export const NETWORK_NOT_PLAYED: readonly NotApplicable[] = [
  { fault: 'F39', reason: 'expired and wrong certificates: the sandbox speaks plain http (outbound.test.ts covers TLS errors)' },
];

interface Stored {
  /** Requests sent before. */
  sent: number;
  /** All that a page writes. */
  state: string;
}

/** Notes before each request what the copy holds. */
function watchStored(rig: Rig): Stored[] {
  const stored: Stored[] = [];
  rig.hooks.beforeSend = async () => {
    const [row] = await rig.rows<{ state: string }>(
      `select concat_ws(' ',
         (select json_agg(checkpoint order by entity) from sync_checkpoints where tenant_id = $1),
         (select count(*) from crm_leads where tenant_id = $1), (select count(*) from crm_deals where tenant_id = $1),
         (select count(*) from crm_activities where tenant_id = $1), (select count(*) from crm_contacts where tenant_id = $1),
         (select count(*) from crm_companies where tenant_id = $1), (select count(*) from crm_stage_history where tenant_id = $1)) as state`,
    );
    stored.push({ sent: rig.requests().length, state: row?.state ?? '' });
  };
  return stored;
}

/** Between a request that failed and the next one nothing has been written. */
function checkNothingStored(rig: Rig, stored: readonly Stored[], checks: Checks): void {
  const requests = rig.requests();
  let failed = 0;
  for (const [index, { sent, state }] of stored.entries()) {
    const next = stored[index + 1];
    if (!next || (requests[sent]?.faults.length ?? 0) === 0) continue;
    failed += 1;
    checks.that(state === next.state, `request ${sent + 1} failed and something of it was stored`);
  }
  checks.that(failed >= 6, `only ${failed} failed requests were looked at`);
}

/** An hour without the portal: few attempts, and a neighbour who notices nothing. */
async function checkOutage(
  stage: Stage,
  checks: Checks,
  place: (typeof PLACES)[number],
  begin: (tenant: Tenant) => Promise<unknown>,
  end: (tenant: Tenant) => Promise<unknown>,
): Promise<void> {
  const rig = await stage.createRig({ count: 2, timeouts: { ...SHORT, totalMs: 5_000 } });
  const [broken, neighbour] = rig.tenants;
  if (!broken || !neighbour) throw new Error('Two portals were asked for');
  let requests = 0;
  let isDown = false;
  let attempts = 0;
  const brokenHosts = [broken.portal.url, ...UNREACHABLE].map((url) => new URL(url).host);
  rig.hooks.beforeSend = async (url) => {
    const isOfBroken = brokenHosts.includes(new URL(url).host);
    if (isOfBroken && !isDown && ++requests === stage.places[place]) {
      isDown = true;
      await begin(broken);
    }
    if (isOfBroken && isDown) attempts += 1;
  };
  // An address is read once a job: the one that is under way has to end before another is tried.
  await rig.turn();
  if (!isDown) throw new Error('The portal did not go down');
  const downAt = rig.clock.now();
  await rig.runUntil(async () => rig.clock.now() > downAt + HOUR_MS / 2);
  const early = attempts;
  await rig.runUntil(async () => rig.clock.now() > downAt + HOUR_MS);
  // Twice a job that fails waits twice as long, up to a quarter of an hour; each tries five times.
  checks.that(attempts > early, 'nobody tries any more');
  checks.that(attempts - early <= 20, `${attempts - early} attempts in the second half hour of an outage`);
  checks.that(await neighbour.isComplete(), 'the neighbour was held up');
  checks.that((await neighbour.countCycles()) >= 3, 'the neighbour was not brought up to date meanwhile');
  checks.equal('status while it is away', (await broken.status()).status, 'error');
  isDown = false;
  requests = Number.POSITIVE_INFINITY;
  await end(broken);
  await checkConverges(rig, checks, { tenant: broken });
  await checkConverges(rig, checks, { tenant: neighbour });
}

/** We have hung up on every request that was not answered. */
function checkNoneHangs(rig: Rig, kind: string, checks: Checks): void {
  const hit = rig.requests().filter(({ faults }) => faults.includes(kind));
  checks.equal('requests that hung', hit.length, 3);
  checks.equal('connections still open', hit.filter(({ endedAt }) => endedAt === null).length, 0);
}

/** The batch after one that took too long has at most half its commands. */
function checkSmallerBatch(rig: Rig, kind: string, checks: Checks): void {
  const requests = rig.requests();
  for (const [index, { faults, commands }] of requests.entries()) {
    if (!faults.includes(kind)) continue;
    const next = requests.slice(index + 1).find(({ commands: [first] }) => first === commands[0]);
    const most = Math.ceil(commands.length / 2);
    checks.that((next?.commands.length ?? 0) <= most, `${commands.length} commands were followed by ${next?.commands.length}`);
  }
}

/** Halves down to a single command, makes progress with it, and grows once that works. */
function checkShrinksAndGrows(rig: Rig, checks: Checks): void {
  const sizes = rig
    .requests()
    .filter(({ commands }) => commands.length > 0 && commands.every((command) => command === 'crm.activity.list'))
    .map(({ commands }) => commands.length);
  checks.that(sizes.includes(1), `batches of ${sizes.join(', ')} commands were answered, none of a single one`);
  checks.that(
    sizes.some((size, index) => size > (sizes[index - 1] ?? size)),
    'batches did not grow back',
  );
}

async function startCanary(stage: Stage): Promise<{ url: string; count(): number }> {
  let count = 0;
  const server: Server = createServer((request, response) => {
    count += 1;
    request.resume();
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stage.onEnd(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, count: () => count };
}
