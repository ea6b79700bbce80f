import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestPortal, type TestPortal } from '../test-portal.ts';
import type { ExpectedRow } from './expected-row.ts';
import { expectedRows } from './expected-rows.ts';

let p: TestPortal;
beforeAll(async () => {
  p = await startTestPortal({ size: 'small' });
});
afterAll(() => p.sandbox.close());

const open = (query: string, signal: AbortSignal | null = null) => fetch(`${p.portal.url}/sandbox/expected${query}`, { signal });

test('a portal gives its expected rows one a line', async () => {
  const response = await open('?entity=activities');
  expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
  const lines = (await response.text()).trimEnd().split('\n');
  const rows: ExpectedRow[] = [];
  for await (const batch of expectedRows(p.portal.state, 'activities')) rows.push(...batch);
  expect(lines).toHaveLength(p.portal.state.world.activities.size);
  expect(lines.map((line) => JSON.parse(line))).toEqual(rows);
});

test.each(['', '?entity=', '?entity=constructor'])('of what it does not know (%s) it says what there is', async (query) => {
  const response = await open(query);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: expect.stringContaining('leads, deals') });
});

test('a portal says which it is', async () => {
  const response = await fetch(`${p.portal.url}/sandbox/identity`);
  expect(await response.json()).toEqual({ memberId: p.portal.state.memberId });
});

test('rows are made as they are read, and a reader who leaves or dawdles holds nobody up', async () => {
  const { world } = p.portal.state;
  let made = 0;
  const activities = Object.create(world.activities, {
    [Symbol.iterator]: {
      *value() {
        for (const row of world.activities) {
          made += 1;
          yield row;
        }
      },
    },
  }) as typeof world.activities;
  p.portal.state.world = { ...world, activities };
  const controller = new AbortController();
  const response = await open('?entity=activities', controller.signal);
  const reader = response.body?.getReader();
  await reader?.read();
  // Meanwhile the portal answers others.
  expect((await open('?entity=users')).status).toBe(200);
  expect(made).toBeLessThan(world.activities.size);
  controller.abort();
  expect(await (await open('?entity=pipelines')).text()).toContain('General');
  expect(made).toBeLessThan(world.activities.size);
  p.portal.state.world = world;
});
