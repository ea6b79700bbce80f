import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAsker } from '../testing/analytics/asker.ts';
import { countReads } from '../testing/count-reads.ts';
import { insertRows } from '../testing/insert-rows.ts';
import { createTestDatabase, type TestDatabase } from '../testing/postgres.ts';
import { insertTenant } from '../testing/small-world.ts';
import { updateStageOdds } from './stage-odds.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const CRM = 'bitrix24';

let database: TestDatabase;
let owner: pg.Client;
let tenantId: string;
let nextId = 1;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  tenantId = await insertTenant(owner);
});

afterAll(async () => {
  await owner.end();
  await database.drop();
});

const update = () => database.db.withTenant(tenantId, 'write', (tx) => updateStageOdds(tx, { tenantId, crmSource: CRM }, NOW));
const stored = async () => {
  const { rows } = await owner.query(
    'select pipeline, stage, won, closed from crm_stage_odds where tenant_id = $1 order by 1, 2',
    [tenantId],
  );
  return rows.map(({ pipeline, stage, won, closed }) => `${pipeline}/${stage} ${won}/${closed}`);
};
const version = async () => {
  const { rows } = await owner.query(`select version from data_versions where tenant_id = $1 and table_name = 'crm_stage_odds'`, [
    tenantId,
  ]);
  return rows[0]?.version;
};
const weighted = async () => {
  const asker = await createAsker(database.db, tenantId, { now: NOW, timezone: 'UTC' });
  return asker.kpi({ dataSource: 'deals', measure: 'weightedPipeline' });
};

interface Kind {
  pipeline: string | null;
  semantic: 'open' | 'won' | 'lost';
  stage?: string | null;
  value?: number;
  closedAt?: string;
  deleted?: boolean;
  /** Stages it has been in. */
  passed?: readonly string[];
}

async function insertDeals(count: number, kind: Kind): Promise<void> {
  const { pipeline, semantic, stage = 'END', value = 0, closedAt = '2026-02-01T00:00:00Z', deleted = false, passed = [] } = kind;
  const own = { tenant_id: tenantId, crm_source: CRM };
  for (let index = 0; index < count; index += 1) {
    const id = String(nextId++);
    const deal = { external_id: id, pipeline, stage, semantic, value, currency: 'USD', created_at: '2025-01-01T00:00:00Z' };
    const closed_at = semantic === 'open' ? null : closedAt;
    await insertRows(owner, 'crm_deals', [{ ...own, ...deal, closed_at, deleted_at: deleted ? NOW : null }]);
    const steps = passed.map((one, place) => ({
      ...{ ...own, external_id: `${id}-${place}`, owner_entity: 'deals', owner_external_id: id, pipeline, stage: one },
      ...{ semantic: 'open', kind: 'moved', occurred_at: '2025-02-01T00:00:00Z' },
    }));
    await insertRows(owner, 'crm_stage_history', steps);
  }
}

test('without a deal that has ended, the weighted pipeline is no number', async () => {
  await insertDeals(1, { pipeline: 'a', stage: 'NEW', semantic: 'open', value: 100 });
  await update();
  expect(await stored()).toEqual([]);
  expect(await weighted()).toMatchObject({ value: null, rowCount: 1 });
});

test('each stage is counted by the deals of a year that were ever in it, once each', async () => {
  // Of 24 that were new 6 were won; one of these came back to NEW.
  await insertDeals(5, { pipeline: 'a', semantic: 'won', passed: ['NEW', 'OFFER'] });
  await insertDeals(1, { pipeline: 'a', semantic: 'won', passed: ['NEW', 'OFFER', 'NEW'] });
  await insertDeals(4, { pipeline: 'a', semantic: 'lost', passed: ['NEW', 'OFFER'] });
  await insertDeals(14, { pipeline: 'a', semantic: 'lost', passed: ['NEW'] });
  // Of 6 more nothing is known but how they ended.
  await insertDeals(6, { pipeline: 'a', semantic: 'lost' });
  await insertDeals(5, { pipeline: 'b', semantic: 'won', passed: ['NEW'] });
  await insertDeals(10, { pipeline: null, semantic: 'lost' });
  // Too long ago, by a second; not yet; deleted.
  await insertDeals(7, { pipeline: 'a', semantic: 'won', closedAt: '2025-03-01T12:00:00Z', passed: ['NEW'] });
  await insertDeals(7, { pipeline: 'a', semantic: 'won', closedAt: '2026-03-01T12:00:01Z', passed: ['NEW'] });
  await insertDeals(7, { pipeline: 'a', semantic: 'won', deleted: true, passed: ['NEW'] });
  await update();
  expect(await stored()).toEqual(['/ 11/45', 'a/ 6/30', 'a/NEW 6/24', 'a/OFFER 6/10', 'b/ 5/5', 'b/NEW 5/5']);
});

test('an open deal counts by its stage, where that says too little by its pipeline, then by its CRM', async () => {
  await insertDeals(1, { pipeline: 'a', stage: 'OFFER', semantic: 'open', value: 1000 });
  await insertDeals(1, { pipeline: 'b', stage: 'NEW', semantic: 'open', value: 10_000 });
  await insertDeals(1, { pipeline: null, stage: null, semantic: 'open', value: 20_000 });
  // 100 × 6 ÷ 24; 1000 × 6 ÷ 30, as OFFER has but ten; 30,000 × 11 ÷ 45 = 0.2444.
  expect(await weighted()).toMatchObject({ value: '7557.00', rowCount: 4 });
});

test('shares that stay the same are not written again, and move no version', async () => {
  const before = await version();
  await update();
  expect(await version()).toBe(before);
  await owner.query(`delete from crm_deals where tenant_id = $1 and pipeline = 'b' and semantic = 'won'`, [tenantId]);
  await update();
  expect(await stored()).toEqual(['/ 6/40', 'a/ 6/30', 'a/NEW 6/24', 'a/OFFER 6/10']);
  expect(Number(await version())).toBeGreaterThan(Number(before));
});

test('are counted in one scan of the history also where PostgreSQL knows nothing of it yet, as after a first load', async () => {
  const fresh = await insertTenant(owner);
  for (const table of ['crm_deals', 'crm_stage_history'])
    await owner.query(`alter table ${table} set (autovacuum_enabled = off)`);
  await owner.query(
    `insert into crm_deals (tenant_id, crm_source, external_id, pipeline, stage, semantic, closed_at)
     select $1, $2, n, 'a', 'END', 'won', '2026-02-01' from generate_series(1, 20000) n`,
    [fresh, CRM],
  );
  await owner.query(
    `insert into crm_stage_history (tenant_id, crm_source, external_id, owner_entity, owner_external_id, pipeline, stage, semantic, kind, occurred_at)
     select $1, $2, n || '-' || step, 'deals', n, 'a', 'S' || step, 'open', 'moved', '2025-02-01'
     from generate_series(1, 20000) n, generate_series(1, 3) step`,
    [fresh, CRM],
  );
  const reads = await database.db.withTenant(fresh, 'write', async (tx) => {
    await updateStageOdds(tx, { tenantId: fresh, crmSource: CRM }, NOW);
    return countReads(tx);
  });
  // The deals and their steps a few times; all steps once for every deal would be more than a thousand million.
  expect(reads).toBeLessThan(5 * 80_000);
  const { rows } = await owner.query('select sum(closed)::int as closed from crm_stage_odds where tenant_id = $1', [fresh]);
  expect(rows).toEqual([{ closed: 5 * 20_000 }]);
});
