import { afterEach, expect, test } from 'vitest';
import { type PortalAnswer, type ScriptedPortal, startScriptedPortal, TIME } from '../../testing/scripted-portal.ts';
import { readDictionaries } from './dictionaries.ts';

let portal: ScriptedPortal;
afterEach(() => portal.close());

const signal = new AbortController().signal;
const EMPTY: Record<string, unknown> = { 'crm.category.list': { categories: [] } };

/** A portal whose lists are empty, but for the products, which `pageOf` gives for each start. */
function shop(pageOf: (start: number) => object[]): PortalAnswer {
  return ({ body }, response) => {
    const results = Object.entries(body.cmd ?? {}).map(([name, command]) => {
      const [method = '', query = ''] = command.split('?');
      const start = Number(new URLSearchParams(query).get('start'));
      return [name, method === 'crm.product.list' ? pageOf(start) : (EMPTY[method] ?? [])];
    });
    response.end(JSON.stringify({ result: { result: Object.fromEntries(results), result_error: [] }, time: TIME }));
  };
}

const products = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({ ID: String(from + index), NAME: 'Desk', ACTIVE: 'Y' }));

test('a list is read on where the first batch ends', async () => {
  const total = 1_234;
  portal = await startScriptedPortal([shop((start) => products(start, Math.max(0, Math.min(50, total - start))))]);
  const read = await readDictionaries(portal.client, signal);
  expect(read.products.map(({ externalId }) => externalId)).toEqual(Array.from({ length: total }, (_, id) => String(id)));
  expect(portal.requests).toHaveLength(2);
});

test('a catalogue larger than anybody looks at does not stop the sync', async () => {
  portal = await startScriptedPortal([shop((start) => products(start, 50))]);
  const read = await readDictionaries(portal.client, signal);
  expect(read.products.length).toBeGreaterThanOrEqual(62_500);
  expect(portal.requests.length).toBeLessThanOrEqual(27);
});
