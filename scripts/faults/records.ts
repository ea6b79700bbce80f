import type { FaultScript } from '../../sandbox/bitrix24/fault-script.ts';
import {
  deleteActivity,
  deleteRecord,
  restoreRecord,
  updateActivity,
  updateRecord,
} from '../../sandbox/bitrix24/rest/changes.ts';
import { COMPANIES, CONTACTS, DEALS, LEADS } from '../../sandbox/bitrix24/rest/entities.ts';
import { actorOf, idsAcross, insertRows, work } from './changes.ts';
import { type FaultCase, PLACES, type Places } from './fault.ts';
import { checkConverges, checkCopy, type Rig } from './rig.ts';

/* F15–F19, F22, F29: which records come, and when. */

const DAY_MS = 86_400_000;
/** Commands of a batch that go on where another ended, and behind which full pages follow. */
const LATER = [2, 3];

export const RECORD_FAULTS: readonly FaultCase[] = [
  ...PLACES.map(
    (place): FaultCase => ({
      fault: 'F15',
      what: `commands of a batch fail, ${place}`,
      async run(stage, checks) {
        const rig = await stage.createRig();
        await rig.play(failingCommands(stage.places[place]));
        await rig.runUntil(() => rig.isComplete());
        await checkConverges(rig, checks);
      },
    }),
  ),
  {
    fault: 'F15',
    what: 'records that the portal cannot show',
    async run(stage, checks) {
      const rig = await stage.createRig();
      const { world } = rig.portal.state;
      const broken = [
        { entity: 'leads', id: idsAcross(world.leads)[2] },
        { entity: 'activities', id: idsAcross(world.activities)[1] },
        { entity: 'contacts', id: idsAcross(world.contacts)[0] },
      ] as const;
      await rig.play(
        broken.map(({ entity, id }) => ({
          // Its id alone can still be listed, which takes a batch of one command.
          when: { entity, ids: { from: id, to: id }, commandsOver: 1, times: 'always' },
          what: { kind: 'commandError', error: 'INTERNAL_SERVER_ERROR', status: 500 },
        })),
      );
      const isComplete = await rig.runUntil(() => rig.isComplete());
      checks.that(isComplete, 'a record that cannot be shown stops the rest');
      const listed = await rig.rows(
        'select entity, external_id, reason from sync_quarantine where tenant_id = $1 order by entity, external_id',
      );
      const expected = broken.map(({ entity, id }) => ({ entity, external_id: String(id), reason: 'unreadable' }));
      checks.equal(
        'quarantine',
        listed,
        expected.toSorted((a, b) => (a.entity < b.entity ? -1 : 1)),
      );
      // Products are read after the load.
      const { byEntity } = await rig.compare(broken.map(({ entity, id }) => ({ entity, externalId: String(id) })));
      for (const { entity } of broken) checks.equal(`wrong ${entity} beside it`, byEntity[entity]?.missing, 0);
      await checkConverges(rig, checks);
    },
  },
  {
    fault: 'F15',
    what: 'empty maps as objects, as null and not at all',
    async run(stage, checks) {
      const rig = await stage.createRig();
      const { start, middle, last } = stage.places;
      await rig.play([
        { when: { method: 'batch', from: 1, times: start - 1 }, what: { kind: 'emptyMaps', as: 'absent' } },
        { when: { method: 'batch', from: start, times: middle - start }, what: { kind: 'emptyMaps', as: 'object' } },
        { when: { method: 'batch', from: last - 1, times: 2 }, what: { kind: 'emptyMaps', as: 'null' } },
      ]);
      await rig.runUntil(() => rig.isComplete());
      await checkConverges(rig, checks);
    },
  },
  {
    fault: 'F16',
    what: 'thousands of records changed in one second, killed at every page',
    async run(stage, checks) {
      const rig = await stage.createRig();
      const { state } = rig.portal;
      insertRows(state.world.activities, stage.size === 'tiny' ? 4_300 : 0, (index) => ({ subject: `Mass ${index}` }));
      await rig.runUntil(() => rig.isComplete());
      const actor = actorOf(rig.portal);
      let changed = 0;
      for (const { id, subject } of [...state.world.activities].slice(0, 10_000)) {
        if (updateActivity(state, id, { subject: `${subject} changed` }, actor)) changed += 1;
      }
      checks.that(changed >= 5_000, `only ${changed} records were changed`);
      const kills = killAtPages(rig);
      await rig.cycle();
      checks.that(kills() >= 4, `killed only ${kills()} times`);
      delete rig.hooks.newLife;
      await checkConverges(rig, checks);
    },
  },
  ...PLACES.map(
    (place): FaultCase => ({
      fault: 'F17',
      what: `records are changed during a full load, ${place}`,
      async run(stage, checks) {
        const rig = await stage.createRig();
        const { state } = rig.portal;
        await rig.play(
          [{ when: { method: 'batch', from: stage.places[place] }, what: { kind: 'signal', name: 'change' } }],
          () => {
            work(rig.portal, stage.random);
            // Twice within a second: both revisions carry the same moment.
            const actor = actorOf(rig.portal);
            for (const id of idsAcross(state.world.leads)) {
              updateRecord(state, LEADS, id, { title: 'The first revision' }, actor);
              updateRecord(state, LEADS, id, { title: 'The second revision' }, actor);
            }
          },
        );
        await rig.runUntil(() => rig.isComplete());
        await checkConverges(rig, checks);
      },
    }),
  ),
  {
    fault: 'F17',
    what: 'a record is changed again in the second in which it was read',
    async run(stage, checks) {
      const rig = await stage.createRig();
      await rig.runUntil(() => rig.isComplete());
      const { state } = rig.portal;
      const [id] = idsAcross(state.world.leads);
      for (let round = 0; round < 3; round++) {
        await rig.waitForTurn();
        const actor = actorOf(rig.portal);
        updateRecord(state, LEADS, id, { title: `Read ${round}` }, actor);
        await rig.turn();
        // The same second, after it was read.
        updateRecord(state, LEADS, id, { title: `Not read ${round}` }, actor);
      }
      await checkConverges(rig, checks);
    },
  },
  {
    fault: 'F17',
    what: 'a change can be seen only a minute after its moment',
    async run(stage, checks) {
      const rig = await stage.createRig();
      await rig.runUntil(() => rig.isComplete());
      const { state } = rig.portal;
      await rig.cycle();
      // The portal was busy with it while its changes were read.
      const actor = { ...actorOf(rig.portal), now: rig.portal.now() - 60 };
      for (const id of idsAcross(state.world.leads)) updateRecord(state, LEADS, id, { title: 'Late' }, actor);
      for (const id of idsAcross(state.world.activities)) updateActivity(state, id, { subject: 'Late' }, actor);
      await checkConverges(rig, checks);
    },
  },
  ...PLACES.map(
    (place): FaultCase => ({
      fault: 'F18',
      what: `records come and go during a full load, ${place}`,
      async run(stage, checks) {
        const rig = await stage.createRig();
        const { state } = rig.portal;
        const { world } = state;
        const inBin = [...world.leads].slice(10, 16).map(({ id }) => id);
        for (const id of inBin) deleteRecord(state, LEADS, id, actorOf(rig.portal));
        await rig.play(
          [{ when: { method: 'batch', from: stage.places[place] }, what: { kind: 'signal', name: 'change' } }],
          () => {
            const actor = actorOf(rig.portal);
            for (const table of [world.leads, world.deals, world.contacts, world.companies]) {
              const entity = [LEADS, DEALS, CONTACTS, COMPANIES].find(({ table: of }) => of(world) === (table as unknown));
              for (const id of idsAcross(table as typeof world.leads))
                if (entity) deleteRecord(state, entity as typeof LEADS, id, actor);
            }
            for (const id of idsAcross(world.activities)) deleteActivity(state, id, actor);
            // Under the cursor by now; with and without a new time of change.
            for (const [index, id] of inBin.entries())
              restoreRecord(state, LEADS, id, actor, { touch: index % 2 === 0, event: null });
            work(rig.portal, stage.random);
          },
        );
        await rig.runUntil(() => rig.isComplete());
        await checkConverges(rig, checks);
        // And from then on: found by the next day's search.
        for (const [index, { id }] of [...world.deals].entries())
          if (index < 3) deleteRecord(state, DEALS, id, actorOf(rig.portal));
        for (const id of inBin.slice(0, 2)) deleteRecord(state, LEADS, id, actorOf(rig.portal));
        rig.advance(1.1 * DAY_MS);
        await checkCopy(rig, checks);
        const [gone] = await rig.rows<{ count: number }>(
          'select count(*) from crm_deals where tenant_id = $1 and deleted_at is not null',
        );
        checks.that((gone?.count ?? 0) >= 3, `${gone?.count} deals are marked deleted`);
      },
    }),
  ),
  {
    fault: 'F19',
    what: 'half of the records can no longer be seen',
    async run(stage, checks) {
      const rig = await stage.createRig();
      await rig.runUntil(() => rig.isComplete());
      await checkCopy(rig, checks);
      const countProducts = async () => (await rig.rows('select 1 from crm_deal_products where tenant_id = $1')).length;
      const products = await countProducts();
      const { world } = rig.portal.state;
      const tables = [world.leads, world.deals, world.contacts, world.activities];
      const hidden = tables.map((table) => ({
        table,
        ids: [...table].flatMap(({ id }, index) => (index % 2 === 0 ? [id] : [])),
      }));
      for (const { table, ids } of hidden) for (const id of ids) table.delete(id);
      // They are there: only their list leaves them out.
      await rig.play([
        {
          when: { method: 'crm.item.get', times: 'always' },
          what: { kind: 'commandError', error: 'ACCESS_DENIED', status: 403 },
        },
      ]);
      rig.advance(1.1 * DAY_MS);
      await rig.cycle();
      await rig.cycle();
      const [row] = await rig.rows<{ count: number }>(
        `select (select count(*) from crm_leads where tenant_id = $1 and deleted_at is not null)
              + (select count(*) from crm_deals where tenant_id = $1 and deleted_at is not null)
              + (select count(*) from crm_contacts where tenant_id = $1 and deleted_at is not null)
              + (select count(*) from crm_activities where tenant_id = $1 and deleted_at is not null) as count`,
      );
      checks.equal('records marked deleted', row?.count, 0);
      checks.equal('status', (await rig.status()).status, 'permissions_changed');
      checks.equal('products of deals', await countProducts(), products);
      // ✋ Somebody gives the rights back.
      for (const { table, ids } of hidden) for (const id of ids) table.restore(id);
      await rig.endFaults(checks);
      rig.advance(1.1 * DAY_MS);
      await rig.cycle();
      await checkConverges(rig, checks);
    },
  },
  {
    fault: 'F22',
    what: 'records come twice, in a page and across pages and batches',
    async run(stage, checks) {
      const rig = await stage.createRig();
      await rig.play([
        // Within a batch, and where a list goes on in the next one.
        { when: { method: 'crm.activity.list', command: LATER, times: 'always' }, what: { kind: 'duplicates', previous: true } },
        { when: { method: 'crm.activity.list', command: 1, from: 2 }, what: { kind: 'duplicates', previous: true } },
        {
          when: { method: 'crm.stagehistory.list', command: LATER, times: 'always' },
          what: { kind: 'duplicates', previous: true },
        },
        { when: { method: 'crm.stagehistory.list', command: [1, 4], times: 'always' }, what: { kind: 'duplicates', inPage: 3 } },
        { when: { method: 'crm.item.list', times: 'always' }, what: { kind: 'duplicates', inPage: 2 } },
        { when: { method: 'crm.activity.list', command: 5, from: 1, times: 3 }, what: { kind: 'shortPage', rows: 20 } },
      ]);
      const isComplete = await rig.runUntil(() => rig.isComplete());
      checks.that(isComplete, 'records that come twice stop the load');
      const { duplicate } = await rig.compare();
      checks.equal('duplicates', duplicate, 0);
      await checkConverges(rig, checks);
    },
  },
  ...PLACES.map(
    (place): FaultCase => ({
      fault: 'F29',
      what: `short and empty pages with more to come, ${place}`,
      async run(stage, checks) {
        const rig = await stage.createRig();
        const from = stage.places[place];
        await rig.play([
          { when: { method: 'batch', command: 1, from }, what: { kind: 'shortPage', rows: 7 } },
          { when: { method: 'batch', command: 2, from: from + 1 }, what: { kind: 'emptyPage' } },
          { when: { method: 'batch', command: 1, from: from + 2 }, what: { kind: 'emptyPage' } },
        ]);
        await rig.runUntil(async () => (await rig.status()).status === 'complete');
        await checkConverges(rig, checks);
      },
    }),
  ),
  {
    fault: 'F29',
    what: 'an empty page where changes should be',
    async run(stage, checks) {
      const rig = await stage.createRig();
      await rig.runUntil(() => rig.isComplete());
      await checkCopy(rig, checks);
      // After the description of the portal and the count.
      work(rig.portal, stage.random);
      await rig.play([{ when: { method: 'batch', command: 1, from: 3, times: 1 }, what: { kind: 'emptyPage' } }]);
      await rig.cycle();
      await checkConverges(rig, checks);
    },
  },
  ...[0, 7, 1_000_000, null].map(
    (total): FaultCase => ({
      fault: 'F29',
      what: `the count is ${total ?? 'missing'}`,
      async run(stage, checks) {
        const rig = await stage.createRig();
        await rig.play([{ when: { method: 'crm.*', times: 'always' }, what: { kind: 'counts', total, next: total } }]);
        const isComplete = await rig.runUntil(() => rig.isComplete());
        checks.that(isComplete, 'a wrong count stops the load');
        work(rig.portal, stage.random);
        await checkCopy(rig, checks);
        await checkConverges(rig, checks);
      },
    }),
  ),
];

/** Errors with and without a code, no result, no answer, and an end before the end. */
function failingCommands(from: Places[keyof Places]): FaultScript {
  const error = { kind: 'commandError', error: 'INTERNAL_SERVER_ERROR', status: 500 } as const;
  return [
    { when: { method: 'batch', command: 2, from }, what: error },
    { when: { method: 'batch', command: 1, from: from + 1 }, what: { kind: 'nullResult' } },
    { when: { method: 'batch', command: 1, from: from + 2 }, what: { kind: 'noAnswer' } },
    { when: { method: 'batch', command: 2, from: from + 3 }, what: { ...error, error: '', description: 'Internal error' } },
    { when: { method: 'batch', command: 1, from: from + 4 }, what: { ...error, halt: true } },
  ];
}

/**
 * Of three pages, kills the worker before the first is stored, lets the second be stored and kills it then, and lets the third
 * pass. @returns how often it was killed
 */
function killAtPages(rig: Rig): () => number {
  let pages = 0;
  let kills = 0;
  let lastPage = 0;
  rig.hooks.newLife = () => ({
    endsAt(moment) {
      const requests = rig.requests();
      const last = requests.at(-1);
      const isPage = last?.commands.every((command) => command === 'crm.activity.list') && last.records > 100;
      if (!isPage) return false;
      const isNew = lastPage !== requests.length;
      if (isNew) pages += 1;
      lastPage = requests.length;
      // What is written first after a page came is the page.
      const endsHere = isNew ? pages % 3 === 1 : moment === 'after commit' && pages % 3 === 2;
      if (!endsHere) return false;
      // Whatever is written next belongs to the next life.
      if (!isNew) pages += 1;
      kills += 1;
      return true;
    },
  });
  return () => kills;
}
