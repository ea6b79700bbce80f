import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, runAs, type TestDatabase } from '../testing/postgres.ts';
import { insertRecords, insertTenant, SMALL_WORLD_NOW } from '../testing/small-world.ts';
import { watchDb } from '../testing/watched-db.ts';
import { answerKpi } from './answer-kpi.ts';
import { createResultCache } from './result-cache.ts';

let database: TestDatabase;
let tenantId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  tenantId = await runAs(database.ownerUrl, async (owner) => {
    const id = await insertTenant(owner);
    await insertRecords(owner, id);
    return id;
  });
});
afterAll(() => database.drop());

// Settings and dictionaries are asked for together, then the number, with that of the period before when it is compared; a
// question that is not understood ends before it.
test.each([
  ['total leads', '9', 3, 2],
  ['лиды в этом месяце', '4', 3, 2],
  ['won deals this month vs last month', '2', 4, 2],
  ['why did leads drop', null, 2, 1],
])('%s: %s, in one transaction of %i statements and %i round trips', async (question, value, statements, roundTrips) => {
  const watched = watchDb(database.db);
  const deps = { db: watched.db, now: () => SMALL_WORLD_NOW, log: pino({ level: 'silent' }), results: createResultCache() };
  const viewer = { tenantId, crmSource: 'bitrix24', userId: '1' } as const;
  const reply = await answerKpi(deps, viewer, question, new AbortController().signal);
  expect(reply).toMatchObject(value === null ? { status: 'not_understood' } : { status: 'ok', data: { value } });
  expect(watched.sent).toHaveLength(statements);
  expect([watched.transactions(), watched.roundTrips()]).toEqual([1, roundTrips]);
});
