import { expect, test } from 'vitest';
import type { Clock } from '../../platform/clock.ts';
import { CrmError } from '../adapter.ts';
import { BitrixError } from './bitrix-error.ts';
import type { BatchReply, BitrixClient } from './client.ts';
import { type BatchCommand, type Param, Reference } from './commands.ts';
import type { List } from './lists.ts';
import { type ListPosition, type ListReading, readList } from './pages.ts';

const signal = new AbortController().signal;
const START: ListPosition = { lastId: null, read: 0 };
const LIST: List = {
  name: 'deals',
  method: 'crm.item.list',
  params: { entityTypeId: 2 },
  filter: {},
  select: ['id'],
  idField: 'id',
  rowsKey: 'items',
  changedField: 'updatedTime',
  activeField: null,
};

interface PortalOptions {
  /** What the portal makes of a page whose reference leads nowhere: everything from the start, or nothing. */
  unresolved?: 'start' | 'error';
  /** Ids left out of the answer to a command, by number of the request and of the command in it: a short page in the middle. */
  hide?: (request: number, command: number, ids: number[]) => number[];
  /** Fails the request or the command. */
  fail?: (request: number, command: number, commands: number) => CrmError | null;
}

/** A list of these ids behind `batch`, with pages of 50, descending. */
function createPortal(ids: readonly number[], options: PortalOptions = {}) {
  const descending = ids.toSorted((a, b) => b - a);
  const sizes: number[] = [];
  const client: BitrixClient = {
    call: () => Promise.reject(new Error('Only batches are expected')),
    async batch(commands) {
      const request = sizes.push(commands.length) - 1;
      const whole = options.fail?.(request, -1, commands.length);
      if (whole) throw whole;
      const results = new Map<string, unknown>();
      const errors = new Map<string, BitrixError>();
      for (const [index, command] of commands.entries()) {
        const failure = options.fail?.(request, index, commands.length);
        const below = failure ? 'unresolved' : upperBound(command, results);
        if (failure instanceof BitrixError) errors.set(command.name, failure);
        else if (below === 'unresolved' && options.unresolved === 'error') errors.set(command.name, refused());
        else {
          const page = descending.filter((id) => below === null || below === 'unresolved' || id < below).slice(0, 50);
          const shown = options.hide?.(request, index, page) ?? page;
          results.set(command.name, { items: shown.map((id) => ({ id })) });
        }
      }
      const reply: BatchReply = { results, errors, totals: new Map(), crmTime: '2026-01-01T03:00:00+03:00' };
      return reply;
    },
  };
  return { client, sizes };
}

function upperBound(command: BatchCommand, results: ReadonlyMap<string, unknown>): number | null | 'unresolved' {
  const filter = (command.params?.filter ?? {}) as Record<string, Param>;
  const bound = filter['<id'];
  if (bound === undefined) return null;
  if (!(bound instanceof Reference)) return Number(bound);
  const [, name = '', row = ''] = /^\$result\[(\w+)\]\[items\]\[(\d+)\]\[id\]$/.exec(bound.expression) ?? [];
  const page = results.get(name) as { items: { id: number }[] } | undefined;
  return page?.items[Number(row)]?.id ?? 'unresolved';
}

const refused = () => new BitrixError('bad_response', 'none', 'refused');
const idsFrom = (count: number) => Array.from({ length: count }, (_, index) => index * 3 + 1);

/** Waits take no time. */
const clock: Clock = { now: () => 0, sleep: async () => {} };
const reading = (client: BitrixClient, total: number | null): ListReading => ({
  client,
  clock,
  total,
  size: { commands: 50 },
  urgency: 'normal',
});

async function readAll(client: BitrixClient, total: number | null, from = START): Promise<string[]> {
  const read: string[] = [];
  for await (const page of readList(reading(client, total), LIST, from, signal)) {
    read.push(...page.rows.map(({ id }) => String(id)));
    expect(page.position.read).toBe(from.read + read.length);
  }
  return read;
}

const descending = (ids: readonly number[]) => ids.toSorted((a, b) => b - a).map(String);

test.each([
  // 2,499 rows: fifty pages, and one command more to see the end.
  [0, [1]],
  [1, [2]],
  [50, [2]],
  [120, [4]],
  [2_449, [50]],
  [2_499, [50, 1]],
  [2_500, [50, 1]],
  [2_600, [50, 3]],
])('%i records that the portal counted take batches of %j commands', async (count, sizes) => {
  const ids = idsFrom(count);
  const portal = createPortal(ids);
  expect(await readAll(portal.client, count)).toEqual(descending(ids));
  expect(portal.sizes).toEqual(sizes);
});

test.each(['start', 'error'] as const)(
  'a wrong or missing count loses and doubles nothing (unresolved references: %s)',
  async (unresolved) => {
    for (const count of [0, 1, 49, 50, 51, 99, 100, 101, 2_500, 2_530]) {
      const ids = idsFrom(count);
      for (const total of [null, 0, 1, count + 1, Math.max(0, count - 1), count + 70, 5_000]) {
        expect(await readAll(createPortal(ids, { unresolved }).client, total), `${count} records, count ${total}`).toEqual(
          descending(ids),
        );
      }
    }
  },
);

test('a page that is shorter than 50 but not the last ends nothing', async () => {
  const ids = idsFrom(400);
  const hide = (request: number, command: number, page: number[]) => (request === 0 && command === 2 ? page.slice(0, 30) : page);
  const read = await readAll(createPortal(ids, { hide, unresolved: 'start' }).client, 400);
  expect(read).toEqual(descending(ids));
});

test('an empty page in the middle has to be confirmed by a request of its own', async () => {
  const ids = idsFrom(400);
  const hide = (request: number, command: number, page: number[]) => (request === 0 && command === 3 ? [] : page);
  expect(await readAll(createPortal(ids, { hide }).client, 400)).toEqual(descending(ids));
  expect(await readAll(createPortal(ids, { hide }).client, null)).toEqual(descending(ids));
});

test('a command that fails keeps the pages before it; the rest is asked for again from there', async () => {
  const ids = idsFrom(500);
  const fail = (request: number, command: number) => (request === 0 && command === 4 ? refused() : null);
  const portal = createPortal(ids, { fail, unresolved: 'start' });
  expect(await readAll(portal.client, 500)).toEqual(descending(ids));
  expect(portal.sizes).toHaveLength(2);
});

test('a batch that fails with its first command is an error', async () => {
  const fail = (_request: number, command: number) => (command === 0 ? refused() : null);
  await expect(readAll(createPortal(idsFrom(10), { fail }).client, 10)).rejects.toBeInstanceOf(CrmError);
});

test('a batch that takes too long is halved until it works, and grows again', async () => {
  const ids = idsFrom(10_000);
  const fail = (request: number, command: number, commands: number) =>
    command === -1 && request < 5 && commands > 12 ? new BitrixError('unavailable', 'shrink', 'too slow') : null;
  const portal = createPortal(ids, { fail });
  expect(await readAll(portal.client, 10_000)).toEqual(descending(ids));
  expect(portal.sizes.slice(0, 6)).toEqual([50, 25, 13, 7, 14, 7]);
});

test('reading goes on below the last id of a checkpoint', async () => {
  const ids = idsFrom(300);
  const rest = descending(ids).slice(100);
  const position = { lastId: descending(ids)[99] ?? null, read: 100 };
  expect(await readAll(createPortal(ids).client, 300, position)).toEqual(rest);
});

test('a portal that ignores the order or the id filter is refused rather than read wrongly', async () => {
  const ascending: BitrixClient = {
    call: () => Promise.reject(new Error('unexpected')),
    batch: async (commands) => ({
      results: new Map(commands.map(({ name }) => [name, { items: [{ id: 1 }, { id: 2 }] }])),
      errors: new Map(),
      totals: new Map(),
      crmTime: '2026-01-01T00:00:00Z',
    }),
  };
  await expect(readAll(ascending, null)).rejects.toThrow('does not order');
  const same: BitrixClient = {
    ...ascending,
    batch: async (commands) => ({
      results: new Map(commands.map(({ name }) => [name, { items: [{ id: 2 }, { id: 1 }] }])),
      errors: new Map(),
      totals: new Map(),
      crmTime: '2026-01-01T00:00:00Z',
    }),
  };
  await expect(readAll(same, null)).rejects.toThrow('does not page');
});
