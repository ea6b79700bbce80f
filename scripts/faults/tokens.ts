import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseQuery } from '../../sandbox/bitrix24/rest/params.ts';
import { TEST_APP } from '../../sandbox/bitrix24/test-portal.ts';
import { createBitrix24 } from '../../server/install/bitrix24.ts';
import { appEvent } from '../../server/install/events.ts';
import { createLogger } from '../../server/platform/log.ts';
import { createOutbound } from '../../server/platform/outbound.ts';
import { insertRows } from './changes.ts';
import type { Checks } from './checks.ts';
import { SECRET } from './cluster.ts';
import { at, type FaultCase, PLACES, type Stage } from './fault.ts';
import { connect, issueTokens, wantFullLoad } from './portals.ts';
import { checkConverges, type Rig } from './rig.ts';

/* F10, F12–F14: access to the portal is lost, renewed, or somebody else's. F11 is among the processes. */

const TOKEN = 'oauth/token';

export const TOKEN_FAULTS: readonly FaultCase[] = [
  ...PLACES.map(
    (place): FaultCase => ({
      fault: 'F10',
      what: `the token expires at command 30 of a batch, ${place}`,
      async run(stage, checks) {
        const rig = await stage.createRig();
        // Every page is one of a batch of more than 30.
        growLists(rig, 1_600);
        // The first batch as long as that reads the dictionaries; leads, deals, activities and so on come after it.
        const from = { start: 2, middle: 4, last: 6 }[place];
        await rig.play([{ when: { method: 'batch', commandsOver: 30, from }, what: { kind: 'expireToken', atCommand: 30 } }]);
        const before = countRefreshes(rig);
        await rig.runUntil(() => rig.isComplete());
        checks.equal('refreshes', countRefreshes(rig) - before, 1);
        checkBatchRedone(rig, checks);
        await checkConverges(rig, checks);
      },
    }),
  ),
  {
    fault: 'F12',
    what: 'another process has rotated the pair',
    async run(stage, checks) {
      const rig = await stage.createRig();
      const stolen = { access: '', refresh: '', at: Number.POSITIVE_INFINITY };
      let isDone = false;
      rig.hooks.beforeSend = async () => {
        // Between two pages: the engine holds a token that another process makes old.
        if (isDone || rig.requests().length < stage.places.middle) return;
        isDone = true;
        const pair = livePair(rig);
        stolen.access = pair.accessToken.slice(-6);
        stolen.refresh = pair.refreshToken.slice(-6);
        const tokens = rig.createTokens(rig.tenantId);
        await tokens.refresh(await tokens.get());
        pair.accessExpires = 0;
        stolen.at = rig.requests().length;
      };
      const before = countRefreshes(rig);
      await rig.runUntil(() => rig.isComplete());
      const after = rig.requests().slice(stolen.at);
      checks.that(isDone && after.length > 0, 'the pair was not rotated');
      checks.equal('refreshes', countRefreshes(rig) - before, 1);
      checks.equal('uses of the old refresh token', after.filter(({ tokenTail }) => tokenTail === stolen.refresh).length, 0);
      // The one that it learns from; its answer is what says that the token is old.
      checks.equal('requests with the old access token', after.filter(({ tokenTail }) => tokenTail === stolen.access).length, 1);
      await checkConverges(rig, checks);
    },
  },
  {
    fault: 'F12',
    what: 'invalid_grant, because a reinstall was quicker',
    async run(stage, checks) {
      const rig = await stage.createRig();
      await rig.play(at(stage.places.middle, { kind: 'expireToken' }));
      let oldTail = '';
      rig.hooks.beforeRefresh = async () => {
        const pair = livePair(rig);
        if (oldTail !== '') return;
        oldTail = pair.refreshToken.slice(-6);
        const tokens = await issueTokens(rig.sandbox, rig.portal);
        // The portal takes the old one no longer, and ours is on its way.
        pair.refreshExpires = 0;
        await rig.db.withTenant(rig.tenantId, 'write', (tx) => connect(tx, rig.tenantId, { ...rig, tokens }));
      };
      await rig.runUntil(() => rig.isComplete());
      const refused = rig.requests().findIndex(({ method, error }) => method === TOKEN && error === 'invalid_grant');
      checks.that(refused >= 0, 'the old token was not refused');
      const after = rig.requests().slice(refused + 1);
      checks.equal('uses of the old refresh token', after.filter(({ tokenTail }) => tokenTail === oldTail).length, 0);
      checks.equal('connection', (await rig.connection()).status, 'active');
      await checkConverges(rig, checks);
    },
  },
  {
    fault: 'F13',
    what: 'the new pair is lost on its way',
    async run(stage, checks) {
      const rig = await stage.createRig();
      await rig.play([...at(stage.places.middle, { kind: 'expireToken' }), { when: { method: TOKEN }, what: { kind: 'reset' } }]);
      await checkLostPair(rig, checks);
    },
  },
  {
    fault: 'F13',
    what: 'killed between the new pair and its saving',
    async run(stage, checks) {
      const rig = await stage.createRig();
      await rig.play(at(stage.places.middle, { kind: 'expireToken' }));
      const before = countRefreshes(rig);
      let isKilled = false;
      rig.hooks.newLife = () => ({
        endsAt(moment) {
          if (isKilled || moment !== 'before commit' || countRefreshes(rig) === before) return false;
          isKilled = true;
          return true;
        },
      });
      await checkLostPair(rig, checks);
      checks.that(isKilled, 'the worker was not killed');
    },
  },
  ...PLACES.map(
    (place): FaultCase => ({
      fault: 'F14',
      what: `the app is uninstalled, ${place}`,
      async run(stage, checks) {
        const events = await startEventReceiver(stage);
        const rig = await stage.createRig({ eventHandlerUrl: events.url });
        events.serve(rig);
        await rig.play(at(stage.places[place], { kind: 'revoke' }));
        while (await rig.turn());
        const revoked = rig.requests().findIndex(({ faults }) => faults.includes('revoke'));
        await rig.endFaults(checks);
        await events.received();
        while (await rig.turn());
        // One request and one refresh may have been on their way.
        const after = rig.requests().slice(revoked + 1);
        checks.that(after.length <= 1, `${after.length} requests after the app was removed`);
        checks.equal('what a job threw', rig.thrown.map(String), []);
        const [row] = await rig.rows<{ status: string; left: number; next: Date | null }>(
          `select status, num_nonnulls(access_token_sealed, refresh_token_sealed, application_token_sealed) as left, next_sync_at as next
           from crm_connections where tenant_id = $1`,
        );
        checks.equal('connection', row, { status: 'uninstalled', left: 0, next: null });
        await checkReinstall(rig, checks);
      },
    }),
  ),
  {
    fault: 'F14',
    what: 'PAYMENT_REQUIRED',
    async run(stage, checks) {
      const rig = await stage.createRig();
      await rig.play(at(stage.places.middle, { kind: 'expireToken' }));
      rig.portal.state.paymentRequired = true;
      const isBlocked = await rig.runUntil(async () => (await rig.connection()).status === 'blocked', 5);
      checks.that(isBlocked, `the connection is shown as ${(await rig.connection()).status}`);
      const before = rig.requests().length;
      await rig.turn();
      const probe = rig.requests().slice(before);
      checks.that(probe.length > 0 && probe.length <= 2, `a probe took ${probe.length} requests`);
      checks.equal(
        'records that are still shown',
        (await rig.rows('select 1 from crm_leads where tenant_id = $1')).length > 0,
        true,
      );
      rig.portal.state.paymentRequired = false;
      await checkConverges(rig, checks);
    },
  },
];

/** The pair that the tenant's connection holds: the portal's newest. */
function livePair(rig: Rig) {
  const pair = [...rig.portal.state.tokens].at(-1);
  if (!pair) throw new Error('The portal has issued no tokens');
  return pair;
}

function countRefreshes(rig: Rig): number {
  return rig.requests().filter(({ method }) => method === TOKEN).length;
}

/** Makes each list of records so long that its first batch has more than 30 commands. */
function growLists(rig: Rig, count: number): void {
  const { world } = rig.portal.state;
  insertRows(world.leads, count, () => ({}));
  insertRows(world.deals, count, () => ({}));
  insertRows(world.contacts, count, () => ({}));
  insertRows(world.companies, count, () => ({}));
  insertRows(world.activities, count, () => ({}));
}

/** The batch in which the token expired was sent again, all of it. */
function checkBatchRedone(rig: Rig, checks: Checks): void {
  const requests = rig.requests();
  const hit = requests.findIndex(({ faults }) => faults.includes('expireToken'));
  const [broken, refresh, again] = requests.slice(hit, hit + 3);
  checks.that((broken?.commands.length ?? 0) > 30, `the batch had only ${broken?.commands.length} commands`);
  checks.equal(
    'commands that had expired',
    broken?.commandErrors.filter((code) => code === 'expired_token').length,
    (broken?.commands.length ?? 0) - 29,
  );
  checks.equal('what followed', refresh?.method, TOKEN);
  checks.equal('the batch after the refresh', again?.commands, broken?.commands);
}

/** The authorization server takes the old pair no longer and nobody knows the new one: only a person can connect again. */
async function checkLostPair(rig: Rig, checks: Checks): Promise<void> {
  await rig.runUntil(async () => (await rig.connection()).status === 'reauth');
  checks.equal('connection', (await rig.connection()).status, 'reauth');
  checks.equal('status', (await rig.status()).status, 'reauth');
  const asked = rig.requests().filter(({ method }) => method === TOKEN);
  checks.equal('the last answer of the authorization server', asked.at(-1)?.error, 'invalid_grant');
  // The install's own, the one whose answer was lost, and one try with the old token.
  checks.equal('requests for tokens', asked.length, 3);
  const before = rig.requests().length;
  checks.equal('whether it goes on by itself', await rig.turn(), false);
  checks.equal('requests while it waits', rig.requests().length, before);
  await rig.endFaults(checks);
  await checkReinstall(rig, checks);
}

/** ✋ An administrator opens the app again. */
async function checkReinstall(rig: Rig, checks: Checks): Promise<void> {
  rig.portal.state.installation ??= { ...INSTALLED, applicationToken: 'after-the-reinstall' };
  const tokens = await issueTokens(rig.sandbox, rig.portal);
  await rig.db.withTenant(rig.tenantId, 'write', async (tx) => {
    await connect(tx, rig.tenantId, { ...rig, tokens });
    await wantFullLoad(tx, rig.tenantId, rig.clock.now());
  });
  await checkConverges(rig, checks);
}

const INSTALLED = {
  ...{ installed: true, version: TEST_APP.version, placements: [], events: [], offlineEvents: [], appOptions: {} },
  ...{ userOptions: new Map(), deniedUsers: new Set<number>(), installedBy: 1 },
};

/** LeadRelay's address for events, with the product's receiver behind it. */
async function startEventReceiver(stage: Stage): Promise<{ url: string; serve(rig: Rig): void; received(): Promise<void> }> {
  let receive: ((form: string) => Promise<void>) | null = null;
  const first = Promise.withResolvers<void>();
  const server: Server = createServer(async (request, response) => {
    let form = '';
    for await (const chunk of request.setEncoding('utf8')) form += chunk;
    response.end('{}');
    await receive?.(form).then(first.resolve, first.reject);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stage.onEnd(async () => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/bitrix24/events`,
    serve(rig) {
      const outbound = createOutbound({ allow: [] });
      stage.onEnd(() => outbound.close());
      const config = {
        bitrix24: { clientId: TEST_APP.clientId, clientSecret: TEST_APP.clientSecret, oauthUrls: [rig.sandbox.authUrl] },
        ...{ publicUrl: 'http://127.0.0.1', secret: SECRET, outboundAllow: [] },
      };
      const log = createLogger({ logLevel: 'silent' });
      const bitrix24 = createBitrix24({ config, db: rig.db, outbound, log, now: () => new Date(rig.clock.now()) });
      receive = (form) => bitrix24.receiveEvent(appEvent.parse(parseQuery(form)));
    },
    received: () => first.promise,
  };
}
