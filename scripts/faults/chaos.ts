import type { FaultScript } from '../../sandbox/bitrix24/fault-script.ts';
import { deleteRecord } from '../../sandbox/bitrix24/rest/changes.ts';
import { LEADS } from '../../sandbox/bitrix24/rest/entities.ts';
import type { Random } from '../../sandbox/world/random.ts';
import { actorOf, work } from './changes.ts';
import type { FaultCase } from './fault.ts';
import { checkConverges } from './rig.ts';

/* F40: anything, any time, to several tenants at once. */

const PORTALS = 4;
const ROUNDS = 4;

type What = FaultScript[number]['what'];

/** What passes by itself, so that the copy has to become right without anybody. */
const PASSING: readonly What[] = [
  { kind: 'queryLimit' },
  { kind: 'operationTimeLimit', seconds: 120 },
  { kind: 'refuseConnections' },
  { kind: 'reset' },
  { kind: 'truncate' },
  { kind: 'wrongLength' },
  { kind: 'html' },
  { kind: 'html', page: 'empty' },
  { kind: 'bom' },
  { kind: 'serverError', status: 500 },
  { kind: 'serverError', status: 502 },
  { kind: 'serverError', status: 504 },
  { kind: 'expireToken', atCommand: 2 },
  { kind: 'commandError', error: 'INTERNAL_SERVER_ERROR', status: 500 },
  { kind: 'nullResult' },
  { kind: 'noAnswer' },
  { kind: 'shortPage', rows: 13 },
  { kind: 'emptyPage' },
  { kind: 'duplicates', inPage: 4 },
  { kind: 'counts', total: 3 },
  { kind: 'emptyMaps', as: 'null' },
  { kind: 'redirect' },
];

export const CHAOS_FAULTS: readonly FaultCase[] = [
  {
    fault: 'F40',
    what: `everything at random, ${PORTALS} tenants at once`,
    async run(stage, checks) {
      const database = await stage.createDatabase();
      const rig = await stage.createRig({ database, count: PORTALS, speed: 60, isSleeping: true });
      const { random } = stage;
      let deaths = 0;
      rig.hooks.newLife = () => ({
        endsAt() {
          // A pair of tokens that is lost with its worker takes a person: that is F13.
          const isRefreshing = rig.tenants.some((tenant) => tenant.requests().at(-1)?.method === 'oauth/token');
          if (isRefreshing || !random.chance(0.02)) return false;
          deaths += 1;
          return true;
        },
      });
      let hits = 0;
      for (let round = 0; round < ROUNDS; round++) {
        for (const tenant of rig.tenants) {
          const script = [
            ...randomScript(random),
            { when: { method: 'batch', from: random.between(1, 8) }, what: { kind: 'signal', name: 'work' } as const },
          ];
          hits += tenant.portal.faultHits().reduce((sum, count) => sum + count, 0);
          await tenant.play(script, () => {
            work(tenant.portal, random);
            const [lead] = [...tenant.portal.state.world.leads].slice(random.between(5, 40));
            if (lead) deleteRecord(tenant.portal.state, LEADS, lead.id, actorOf(tenant.portal));
          });
          await rig.bringForward(tenant);
        }
        await rig.turn();
        await rig.turn();
      }
      for (const tenant of rig.tenants) {
        hits += tenant.portal.faultHits().reduce((sum, count) => sum + count, 0);
        await tenant.portal.stopFaults();
        work(tenant.portal, random);
      }
      delete rig.hooks.newLife;
      checks.that(hits > PORTALS * ROUNDS * 2, `only ${hits} faults have hit`);
      checks.that(deaths > 0, 'no worker died');
      rig.advance(1.1 * 86_400_000);
      for (const tenant of rig.tenants) await checkConverges(rig, checks, { tenant });
    },
  },
];

function randomScript(random: Random): FaultScript {
  const left = [...PASSING];
  return Array.from({ length: 5 }, () => {
    const [what = { kind: 'queryLimit' }] = left.splice(random.between(0, left.length - 1), 1);
    // A token that is refused right after it was refreshed is one that a person has to renew.
    const times = what.kind === 'expireToken' ? 1 : random.between(1, 3);
    return { when: { method: 'batch', from: random.between(1, 10), times }, what };
  });
}
