import type { FaultScript } from '../../sandbox/bitrix24/fault-script.ts';
import type { LedgerEntry } from '../../sandbox/ledger.ts';
import type { Checks } from './checks.ts';
import { at, atPlaces, type FaultCase, type NotApplicable, PLACES } from './fault.ts';
import { checkConverges, checkLimits, type Rig } from './rig.ts';

/* F01–F04: the CRM refuses because it was asked too much, or altogether. */

const DAY_MS = 86_400_000;

export const LIMIT_FAULTS: readonly FaultCase[] = [
  {
    fault: 'F01',
    what: 'one QUERY_LIMIT_EXCEEDED',
    async run(stage, checks) {
      const rig = await stage.createRig();
      await rig.play(atPlaces(stage.places, { kind: 'queryLimit' }));
      await rig.runUntil(() => rig.isComplete());
      checkBackoff(rig, checks);
      await checkConverges(rig, checks);
    },
  },
  ...PLACES.map(
    (place): FaultCase => ({
      fault: 'F01',
      what: `60 s of QUERY_LIMIT_EXCEEDED, ${place}`,
      async run(stage, checks) {
        const rig = await stage.createRig();
        await rig.play(at(stage.places[place], { kind: 'queryLimit' }, { forSeconds: 60 }));
        await rig.runUntil(() => rig.isComplete());
        checkBackoff(rig, checks);
        const refused = rig.requests().filter(({ error }) => error === 'QUERY_LIMIT_EXCEEDED').length;
        checks.that(refused <= 10, `${refused} requests within a minute of refusals`);
        const [bucket] = await rig.rows<{ pace: number }>(
          `select pace from crm_rate_limits where tenant_id = $1 and method = ''`,
        );
        checks.that(bucket !== undefined && bucket.pace < 1, `the pace was ${bucket?.pace} right after the refusals`);
        await checkConverges(rig, checks);
      },
    }),
  ),
  {
    fault: 'F01',
    what: 'more requests than the bucket holds',
    async run(stage, checks) {
      const rig = await stage.createRig();
      await rig.play([
        { when: { method: 'crm.activity.list', times: 'always' }, what: { kind: 'shortPage', rows: 8 } },
        { when: { method: 'batch', from: 60 }, what: { kind: 'queryLimit' } },
      ]);
      await rig.runUntil(() => rig.isComplete());
      checks.that(rig.requests().length > 80, `only ${rig.requests().length} requests were made`);
      checkLimits(rig, checks);
      await checkConverges(rig, checks);
    },
  },
  ...(
    [
      ['start', 'crm.activity.list', 2],
      ['middle', 'crm.activity.list', 10],
      ['last', 'crm.stagehistory.list', 15],
      ['start', 'crm.item.list', 5],
    ] as const
  ).map(
    ([place, method, from]): FaultCase => ({
      fault: 'F02',
      what: `OPERATION_TIME_LIMIT of ${method}, ${place}`,
      async run(stage, checks) {
        const rig = await stage.createRig();
        await rig.play([{ when: { method, from }, what: { kind: 'operationTimeLimit', seconds: 400 } }]);
        await rig.runUntil(() => rig.isComplete());
        checkMethodRests(rig.requests(), method, 400, checks, place !== 'last');
        await checkConverges(rig, checks);
      },
    }),
  ),
  ...(
    [
      ['OVERLOAD_LIMIT', { kind: 'overload' }, 'start'],
      ['no REST on this plan', { kind: 'planRequired' }, 'middle'],
      ['PORTAL_DELETED', { kind: 'portalDeleted' }, 'last'],
    ] as const
  ).map(
    ([what, fault, place]): FaultCase => ({
      fault: 'F03',
      what: `${what}, ${place}`,
      async run(stage, checks) {
        const rig = await stage.createRig();
        await rig.play(at(stage.places[place], fault, { times: 'always' }));
        await checkBlocked(rig, checks, fault.kind);
        // Somebody acts in the portal; nobody does in LeadRelay.
        await checkConverges(rig, checks);
        checks.equal('connection', (await rig.connection()).status, 'active');
      },
    }),
  ),
];

export const LIMITS_NOT_PLAYED: readonly NotApplicable[] = [
  { fault: 'F04', reason: 'there are no HubSpot and Zoho adapters yet' },
];

/** After a refusal at least half a second passes, and every further one in a row makes it longer. */
function checkBackoff(rig: Rig, checks: Checks): void {
  const requests = rig.requests();
  let inARow = 0;
  for (const [index, { error, endedAt }] of requests.entries()) {
    inARow = error === 'QUERY_LIMIT_EXCEEDED' ? inARow + 1 : 0;
    const next = requests[index + 1];
    if (inARow === 0 || !next || endedAt === null) continue;
    const shortest = 500 * 2 ** Math.min(inARow - 1, 3);
    const waited = next.startedAt - endedAt;
    checks.that(waited >= shortest, `refusal ${inARow} in a row was followed after ${Math.round(waited)} ms`);
  }
  checkLimits(rig, checks);
}

/** Nobody asks for the method before its reset and a second more; others are asked for meanwhile, where some are left. */
function checkMethodRests(
  requests: readonly LedgerEntry[],
  method: string,
  seconds: number,
  checks: Checks,
  hasOthers: boolean,
): void {
  const refusal = requests.find(({ commandErrors }) => commandErrors.includes('OPERATION_TIME_LIMIT'));
  if (!refusal) {
    checks.that(false, 'the method was never refused');
    return;
  }
  // The portal's moment is a whole second.
  const resetAt = Math.floor(refusal.startedAt / 1000) * 1000 + seconds * 1000;
  const resting = requests.filter(({ startedAt }) => startedAt > refusal.startedAt && startedAt < resetAt + 1_000);
  checks.equal(`requests for ${method} before its reset`, resting.filter((entry) => entry.commands.includes(method)).length, 0);
  const goOn = requests.filter(
    ({ startedAt, commands }) => startedAt > refusal.startedAt && commands.length > 0 && !commands.includes(method),
  );
  if (hasOthers) checks.that((goOn[0]?.startedAt ?? resetAt) < resetAt, 'other methods rested too');
}

/** Stopped, with a reason for people, and tried at most once a day. */
async function checkBlocked(rig: Rig, checks: Checks, kind: FaultScript[number]['what']['kind']): Promise<void> {
  const isBlocked = await rig.runUntil(async () => (await rig.connection()).status === 'blocked', 5);
  checks.that(isBlocked, 'the connection was not shown as blocked');
  const { status, entities } = await rig.status();
  checks.equal('status', status, 'blocked');
  checks.that(
    entities.some(({ errorMessage }) => errorMessage !== null),
    'no reason was given',
  );
  const blockedAt = rig.clock.now();
  for (let probe = 0; probe < 3; probe++) await rig.turn();
  const probes = rig.requests().filter(({ startedAt, faults }) => startedAt > blockedAt && faults.includes(kind));
  checks.equal('probes in three turns', probes.length, 3);
  const times = [blockedAt, ...probes.map(({ startedAt }) => startedAt)];
  for (const [index, time] of times.entries()) {
    const next = times[index + 1];
    checks.that(
      next === undefined || next - time >= DAY_MS * 0.999,
      `two requests within ${Math.round(((next ?? 0) - time) / 3.6e6)} h`,
    );
  }
}
