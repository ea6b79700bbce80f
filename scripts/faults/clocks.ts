import type { FaultScript } from '../../sandbox/bitrix24/fault-script.ts';
import { work } from './changes.ts';
import { type FaultCase, PLACES } from './fault.ts';
import { checkConverges, checkCopy } from './rig.ts';

/* F20, F21: what time it is, and how it is written. */

const DAY_MS = 86_400_000;
const NO_OFFSET = 'no offset, not in the time block either';

export const CLOCK_FAULTS: readonly FaultCase[] = [
  ...[-600, 600].map(
    (seconds): FaultCase => ({
      fault: 'F20',
      what: `the portal's clock is off by ${seconds} s, then set right`,
      async run(stage, checks) {
        const rig = await stage.createRig();
        await rig.play([{ what: { kind: 'clockSkew', seconds } }]);
        await rig.runUntil(() => rig.isComplete());
        work(rig.portal, stage.random);
        await checkCopy(rig, checks);
        work(rig.portal, stage.random);
        await rig.endFaults(checks);
        // From here on its clock shows earlier moments than before, or later ones.
        work(rig.portal, stage.random);
        await checkConverges(rig, checks);
        work(rig.portal, stage.random);
        await checkCopy(rig, checks);
      },
    }),
  ),
  ...PLACES.map(
    (place): FaultCase => ({
      fault: 'F20',
      what: `the portal's clock jumps back during a load, ${place}`,
      async run(stage, checks) {
        const rig = await stage.createRig();
        const from = stage.places[place];
        await rig.play(
          [
            { when: { times: from - 1 }, what: { kind: 'clockSkew', seconds: 600 } },
            { when: { method: 'batch', from }, what: { kind: 'signal', name: 'jump' } },
          ],
          () => work(rig.portal, stage.random),
        );
        await rig.runUntil(() => rig.isComplete());
        await checkConverges(rig, checks);
      },
    }),
  ),
  {
    fault: 'F20',
    what: "the portal's clock jumps back between two readings of changes",
    async run(stage, checks) {
      const rig = await stage.createRig();
      await rig.play([{ what: { kind: 'clockSkew', seconds: 600 } }]);
      await rig.runUntil(() => rig.isComplete());
      await checkCopy(rig, checks);
      await rig.waitForTurn();
      await rig.endFaults(checks);
      work(rig.portal, stage.random);
      await checkCopy(rig, checks);
      await checkConverges(rig, checks);
    },
  },
  {
    fault: 'F20',
    what: "the portal's clock jumps back, and changes are read at once and again",
    async run(stage, checks) {
      const rig = await stage.createRig();
      await rig.play([{ what: { kind: 'clockSkew', seconds: 600 } }]);
      await rig.runUntil(() => rig.isComplete());
      await checkCopy(rig, checks);
      await rig.endFaults(checks);
      // Events bring the next reading forward: the portal has not yet reached the moments it had shown before.
      await rig.bringForward();
      await rig.cycle();
      rig.advance(60_000);
      work(rig.portal, stage.random);
      await checkCopy(rig, checks);
      await checkConverges(rig, checks);
    },
  },
  ...[-DAY_MS, DAY_MS].map(
    (clockAheadMs): FaultCase => ({
      fault: 'F20',
      what: `our clock is a day ${clockAheadMs > 0 ? 'ahead' : 'behind'}`,
      async run(stage, checks) {
        const rig = await stage.createRig({ clockAheadMs });
        await rig.play([{ when: { method: 'batch', from: stage.places.middle }, what: { kind: 'signal', name: 'work' } }], () =>
          work(rig.portal, stage.random),
        );
        await rig.runUntil(() => rig.isComplete());
        await checkConverges(rig, checks);
        work(rig.portal, stage.random);
        await checkCopy(rig, checks);
      },
    }),
  ),
  ...(
    [
      ['Z instead of an offset', { kind: 'timeFormat', offset: 'Z', timeBlock: true }],
      ['no offset', { kind: 'timeFormat', offset: 'none' }],
      [NO_OFFSET, { kind: 'timeFormat', offset: 'none', timeBlock: true }],
      ['another time zone', { kind: 'zone', utcOffsetMinutes: 300 }],
      ['a zone west of Greenwich', { kind: 'zone', utcOffsetMinutes: -210 }],
    ] as const satisfies [string, FaultScript[number]['what']][]
  ).map(
    ([what, fault]): FaultCase => ({
      fault: 'F21',
      what,
      async run(stage, checks) {
        const rig = await stage.createRig();
        // Custom days are kept as the portal writes them, in its zone: which moment they mean is not said in another one.
        const { world } = rig.portal.state;
        const others = world.customFields.filter(({ type }) => type !== 'date');
        world.customFields.splice(0, Number.POSITIVE_INFINITY, ...others);
        await rig.play([{ what: fault }]);
        // Without any offset no moment is known, and nothing may be stored.
        const isReadable = what !== NO_OFFSET;
        const isComplete = await rig.runUntil(() => rig.isComplete(), 4);
        checks.equal('whether it is copied meanwhile', isComplete, isReadable);
        if (isReadable) {
          work(rig.portal, stage.random);
          await checkCopy(rig, checks);
        }
        await rig.endFaults(checks);
        work(rig.portal, stage.random);
        await checkConverges(rig, checks);
      },
    }),
  ),
];
