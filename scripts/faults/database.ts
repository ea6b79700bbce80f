import { createDb } from '../../server/platform/db.ts';
import type { FaultDatabase } from './cluster.ts';
import { type FaultCase, PLACES, type Stage } from './fault.ts';
import { checkConverges, createRig } from './rig.ts';

/* F34, F35, F37: our own database and queue fail. F33 and F36 are among the processes. */

/** Tables that a full load writes first, in the middle and last. */
const TABLES = { start: 'crm_leads', middle: 'crm_activities', last: 'crm_stage_history' } as const;

const CONFLICTS = [
  ['a serialization failure', '40001', 'start'],
  ['a deadlock', '40P01', 'middle'],
  ['a lock timeout', '55P03', 'last'],
] as const;

export const DATABASE_FAULTS: readonly FaultCase[] = [
  ...CONFLICTS.map(
    ([what, code, place]): FaultCase => ({
      fault: 'F34',
      what: `${what} on the first page, twice on the others, ${place}`,
      async run(stage, checks) {
        const rig = await stage.createRig();
        const trouble = await causeTrouble(stage, [TABLES[place]], `raise exception 'fault' using errcode = '${code}'`, 2);
        await rig.turn();
        checks.that((await trouble.count()) >= 3, 'the writes were not tried three times');
        checks.equal('failures of the sync', (await rig.connection()).failedSyncs, 0);
        checks.equal('what the load ended as', (await rig.status()).status, 'complete');
        await trouble.end();
        await checkConverges(rig, checks);
      },
    }),
  ),
  {
    fault: 'F34',
    what: 'conflicts that do not end',
    async run(stage, checks) {
      const rig = await stage.createRig();
      const trouble = await causeTrouble(stage, [TABLES.middle], `raise exception 'fault' using errcode = '40001'`, 7);
      await rig.turn();
      checks.equal('tries of one write', await trouble.count(), 3);
      await rig.runUntil(() => rig.isComplete());
      await trouble.end();
      await checkConverges(rig, checks);
    },
  },
  ...['22P02', '23514'].map(
    (code): FaultCase => ({
      fault: 'F34',
      what: `${code}, which trying again does not mend`,
      async run(stage, checks) {
        const rig = await stage.createRig();
        const trouble = await causeTrouble(stage, [TABLES.middle], `raise exception 'fault' using errcode = '${code}'`, 1);
        await rig.turn();
        checks.equal('tries of the write', await trouble.count(), 1);
        checks.equal('failures of the sync', (await rig.connection()).failedSyncs, 1);
        await rig.runUntil(() => rig.isComplete());
        await trouble.end();
        await checkConverges(rig, checks);
      },
    }),
  ),
  ...PLACES.map(
    (place): FaultCase => ({
      fault: 'F34',
      what: `the session is ended by an administrator, ${place}`,
      async run(stage, checks) {
        const rig = await stage.createRig();
        const trouble = await causeTrouble(stage, [TABLES[place]], 'perform pg_terminate_backend(pg_backend_pid())', 2);
        await rig.runUntil(() => rig.isComplete());
        checks.that((await trouble.count()) >= 3, 'the session was not ended twice');
        await trouble.end();
        await checkConverges(rig, checks);
      },
    }),
  ),
  {
    fault: 'F34',
    what: 'the pool is exhausted',
    isSlow: true,
    async run(stage, checks) {
      const db = createDb({ url: stage.database.appUrl, poolSize: 2 });
      stage.onEnd(() => db.close());
      const rig = await createRig(db, { size: stage.size, seed: stage.random.between(1, 1e6) });
      stage.onEnd(rig.close);
      const released = Promise.withResolvers<void>();
      let hogs: Promise<unknown> | null = null;
      rig.hooks.beforeSend = async () => {
        if (hogs || rig.requests().length < stage.places.middle) return;
        const held = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
        hogs = Promise.all(
          held.map(({ resolve }) =>
            db.withTenant(rig.tenantId, 'read', async (tx) => {
              await tx.query({ text: 'select 1' });
              resolve();
              await released.promise;
            }),
          ),
        );
        await Promise.all(held.map(({ promise }) => promise));
      };
      // The handler cannot even write down that it failed, so it throws: the queue brings the job back.
      const isThrown = async () => rig.thrown.length > 0;
      const loading = rig.runUntil(() => rig.isComplete()).finally(released.resolve);
      while (!(await isThrown())) await Promise.race([loading, new Promise((resolve) => setImmediate(resolve))]);
      released.resolve();
      await loading;
      await hogs;
      checks.that(
        rig.thrown.every((error) => /database_unavailable/.test(JSON.stringify(error))),
        `thrown: ${rig.thrown.map(String)}`,
      );
      await checkConverges(rig, checks);
    },
  },
  ...PLACES.map(
    (place): FaultCase => ({
      fault: 'F35',
      what: `the disk is full, ${place}`,
      async run(stage, checks) {
        const rig = await stage.createRig();
        const trouble = await causeTrouble(stage, [TABLES[place]], `raise exception 'fault' using errcode = '53100'`, 1e9);
        await rig.turn();
        await rig.turn();
        checks.equal('status', (await rig.status()).status, 'storage_full');
        checks.equal('connection', (await rig.connection()).status, 'active');
        const [stored] = await rig.rows<{ rows: number; done: number }>(
          `select (select count(*) from ${TABLES[place]} where tenant_id = $1) as rows,
                  (select count(*) from sync_checkpoints where tenant_id = $1 and entity = $2) as done`,
          [{ start: 'leads', middle: 'activities', last: 'stageHistory' }[place]],
        );
        checks.equal('what is stored of the page that did not fit', stored, { rows: 0, done: 0 });
        const before = rig.requests().length;
        await rig.turn();
        checks.that(rig.requests().length > before, 'it is not tried again');
        // Somebody makes room; nobody does anything in LeadRelay.
        await trouble.end();
        await checkConverges(rig, checks);
      },
    }),
  ),
  {
    fault: 'F35',
    what: 'the disk is full for everything that a sync writes',
    async run(stage, checks) {
      const rig = await stage.createRig();
      await rig.turn();
      const tables = ['crm_leads', 'crm_sync_status', 'sync_runs', 'sync_checkpoints'];
      const trouble = await causeTrouble(stage, tables, `raise exception 'fault' using errcode = '53100'`, 12);
      await rig.cycle();
      checks.that((await trouble.count()) > 12, 'room was never made');
      checks.that(rig.thrown.length > 0, 'what could not be written down was not thrown');
      await trouble.end();
      await checkConverges(rig, checks);
    },
  },
  {
    fault: 'F37',
    what: 'a job is delivered twice, and an old one a day later',
    async run(stage, checks) {
      const rig = await stage.createRig();
      await rig.turn();
      // The next one is due: of two deliveries, one after the other, only the first has something to do.
      await rig.turn();
      const quiet = rig.requests().length;
      await rig.deliver();
      await rig.deliver();
      checks.equal('requests for jobs delivered again', rig.requests().length - quiet, 0);
      for (let turn = 0; turn < 100; turn++) await rig.turn();
      const day = rig.requests().length;
      await rig.deliver();
      checks.equal('requests for a job of the day before', rig.requests().length - day, 0);
      const runs = await rig.rows<{ count: number }>(`select count(*) from sync_runs where tenant_id = $1 and kind = 'full'`);
      checks.equal('full loads', runs[0]?.count, 1);
      await checkConverges(rig, checks);
    },
  },
  ...PLACES.map(
    (place): FaultCase => ({
      fault: 'F37',
      what: `a job is delivered again while it runs, ${place}`,
      async run(stage, checks) {
        const rig = await stage.createRig();
        let again: Promise<void> | null = null;
        rig.hooks.beforeSend = async () => {
          if (rig.requests().length >= stage.places[place]) again ??= rig.deliver();
        };
        await rig.runUntil(() => rig.isComplete());
        await again;
        checks.that(again !== null, 'the job was not delivered again');
        const runs = await rig.rows<{ count: number }>(`select count(*) from sync_runs where tenant_id = $1 and kind = 'full'`);
        checks.equal('full loads', runs[0]?.count, 1);
        checks.equal('what a job threw', rig.thrown.map(String), []);
        await checkConverges(rig, checks, { mayOverlap: true });
      },
    }),
  ),
];

interface Trouble {
  /** Statements that have met it, those that were let through included. */
  count(): Promise<number>;
  end(): Promise<void>;
}

/** Makes statements that write to these tables fail, the first `times`; what PostgreSQL does of itself is done by a trigger. */
async function causeTrouble(stage: Stage, tables: readonly string[], statement: string, times: number): Promise<Trouble> {
  const { owner }: FaultDatabase = stage.database;
  // A sequence counts what is rolled back too.
  await owner.query('create sequence fault_count');
  await owner.query(`create function fault() returns trigger language plpgsql security definer as $$
    begin
      if nextval('fault_count') <= ${times} then ${statement}; end if;
      return null;
    end $$`);
  for (const table of tables) {
    await owner.query(`create trigger fault before insert or update on ${table} for each statement execute function fault()`);
  }
  let isEnded = false;
  const end = async () => {
    if (isEnded) return;
    isEnded = true;
    await owner.query('drop function fault() cascade');
    await owner.query('drop sequence fault_count');
  };
  stage.onEnd(end);
  return {
    async count() {
      const { rows } = await owner.query<{ count: number }>(
        'select case when is_called then last_value::int else 0 end as count from fault_count',
      );
      return rows[0]?.count ?? 0;
    },
    end,
  };
}
