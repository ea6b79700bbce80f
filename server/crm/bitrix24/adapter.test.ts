import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBitrixSandbox } from '../../../sandbox/bitrix24/create-sandbox.ts';
import type { BitrixSandbox, SandboxPortal } from '../../../sandbox/bitrix24/sandbox.ts';
import { TEST_APP } from '../../../sandbox/bitrix24/test-portal.ts';
import { systemClock } from '../../platform/clock.ts';
import { createOutbound, type Outbound } from '../../platform/outbound.ts';
import type { CrmAdapter, RateLimiter } from '../adapter.ts';
import { testAdapter } from '../adapter-battery.ts';
import { createBitrixAdapter } from './adapter.ts';

let sandbox: BitrixSandbox;
let outbound: Outbound;
const signal = new AbortController().signal;
const unlimited: RateLimiter = { acquire: async () => {}, report: () => {}, refused: () => {} };

beforeAll(async () => {
  sandbox = await createBitrixSandbox({
    app: TEST_APP,
    portals: [
      { size: 'tiny', mode: 'classic' },
      { size: 'tiny', mode: 'simple' },
      // Of the request count alone: the battery uses up what the first portal answers at once, and a refused request counts too.
      { size: 'tiny', mode: 'classic' },
    ],
  });
  outbound = createOutbound({ allow: sandbox.portals.map(({ url }) => new URL(url).host) });
});

afterAll(async () => {
  await outbound?.close();
  await sandbox?.close();
});

function portalAt(index: number): SandboxPortal {
  const portal = sandbox.portals[index];
  if (!portal) throw new Error(`There is no portal ${index}`);
  return portal;
}

function open(index = 0): CrmAdapter {
  const token = { accessToken: null, endpoint: portalAt(index).createWebhook(1), version: 1 };
  const tokens = { get: async () => token, refresh: async () => token };
  return createBitrixAdapter({ outbound, tokens, limiter: unlimited, clock: systemClock });
}

testAdapter(() => open());

test('a portal in simple mode has no leads, and the history of none', async () => {
  const crm = open(1);
  expect(await crm.entities(signal)).not.toContain('leads');
  const owners = new Set<string>();
  for await (const page of crm.pages('stageHistory', null, signal)) {
    for (const { externalId } of page.records) owners.add(externalId.split(':')[0] ?? '');
  }
  expect([...owners]).toEqual(['deals']);
});

test('dictionaries are the portal’s: people with the dismissed ones, stages with their meaning, rates for one unit', async () => {
  const { world } = portalAt(0).state;
  const { users, statuses, pipelines, currencies, products } = await open().readDictionaries(signal);
  expect(users.map(({ externalId, active }) => [externalId, active])).toEqual(
    world.users.map(({ id, active }) => [String(id), active]),
  );
  expect(users.some(({ active }) => !active)).toBe(true);
  expect(pipelines.map(({ externalId, name }) => [externalId, name]).toSorted()).toEqual(
    world.pipelines.map(({ id, name }) => [String(id), name]).toSorted(),
  );
  const won = statuses.filter(({ entity, semantic }) => entity === 'deals' && semantic === 'won');
  // Exactly one winning stage a pipeline.
  expect(won.map(({ pipeline }) => pipeline).toSorted()).toEqual(world.pipelines.map(({ id }) => String(id)).toSorted());
  expect(products).toHaveLength(world.products.length);
  for (const { code, amount, amountCount, isBase } of world.currencies) {
    const rate = currencies.find((currency) => currency.code === code)?.rate;
    expect(Number(rate)).toBeCloseTo(isBase ? 1 : Number(amount) / amountCount, 9);
  }
});

test('everything of a small portal takes ten requests', async () => {
  sandbox.ledger.clear();
  const crm = open(2);
  let records = 0;
  for (const entity of await crm.entities(signal)) {
    for await (const page of crm.pages(entity, null, signal)) records += page.records.length;
  }
  await crm.readDictionaries(signal);
  expect(records).toBeGreaterThan(1_000);
  // One to know the portal, one to count, one for the dictionaries, and one for each of the seven lists (six entities, of which the
  // history has a list of leads and one of deals): none is longer than the 2,450 rows that one batch reads with the proof of its end.
  expect(sandbox.ledger.entries.map(({ error }) => error)).toEqual(Array(10).fill(null));
});
