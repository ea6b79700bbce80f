import { expect, test } from 'vitest';
import { createFaultPlayer, type FaultRequest, faultWhen, type Subject } from './faults.ts';

interface What {
  name: string;
  ofCall?: boolean;
  lasting?: boolean;
}

function play(rules: { when?: Parameters<typeof faultWhen.parse>[0]; what: What }[]) {
  const clock = { ms: 0, now: () => clock.ms };
  const player = createFaultPlayer(
    rules.map(({ when = {}, what }) => ({ when: faultWhen.parse(when), what })),
    clock,
    { isOfCall: (what) => what.ofCall === true, isLasting: (what) => what.lasting === true },
  );
  const names = (hits: What[]) => hits.map(({ name }) => name).join(' ');
  return {
    clock,
    player,
    whole: (request: FaultRequest) => names(player.request(request).whole),
    calls(request: FaultRequest): string[] {
      const hits = player.request(request);
      const count = Math.max(1, request.commands.length);
      return Array.from({ length: count }, (_, position) => names(hits.call(position)));
    },
  };
}

const list = (entity: string | null = 'leads'): FaultRequest => ({ method: 'crm.item.list', entity, commands: [] });
const batch = (...commands: Subject[]): FaultRequest => ({ method: 'batch', entity: null, commands });

test('a rule hits once, from the matching request it names on, and counts for itself', () => {
  const { player, whole } = play([
    { when: { from: 2 }, what: { name: 'second' } },
    { when: { method: 'crm.item.list', times: 2 }, what: { name: 'lists' } },
    { when: { method: 'crm.deal.*' }, what: { name: 'deals' } },
  ]);
  const profile: FaultRequest = { method: 'profile', entity: null, commands: [] };
  expect([profile, list(), list(), list()].map(whole)).toEqual(['', 'second lists', 'lists', '']);
  expect(whole({ method: 'crm.deal.get', entity: 'deals', commands: [] })).toBe('deals');
  expect(player.hits()).toEqual([1, 2, 1]);
});

test('seconds: when a rule begins to count, and when it is over', () => {
  const { clock, whole } = play([{ when: { afterSeconds: 10, forSeconds: 60 }, what: { name: 'storm' } }]);
  const at = (seconds: number) => {
    clock.ms = seconds * 1000;
    return whole(list());
  };
  expect([9, 20, 79, 80, 200].map(at)).toEqual(['', 'storm', 'storm', '', '']);
});

test('the authorization server is hit by its own name only', () => {
  const { whole } = play([
    { when: { times: 'always' }, what: { name: 'all' } },
    { when: { method: 'oauth/token' }, what: { name: 'auth' } },
  ]);
  expect(whole({ method: 'oauth/token', entity: null, commands: [] })).toBe('auth');
  expect(whole(list())).toBe('all');
});

test('a batch is meant by its own name, and by what its commands ask for', () => {
  const rules = (when: object) => play([{ when: { times: 'always', ...when }, what: { name: 'hit' } }]);
  const both = batch(list('leads'), list('deals'));
  expect(rules({ method: 'batch' }).whole(both)).toBe('hit');
  expect(rules({ method: 'crm.item.list', entity: 'deals' }).whole(both)).toBe('hit');
  expect(rules({ method: 'batch', entity: 'deals' }).whole(both)).toBe('hit');
  expect(rules({ method: 'batch', entity: 'contacts' }).whole(both)).toBe('');
  expect(rules({ entity: 'deals' }).whole(list('leads'))).toBe('');
  expect(rules({ commandsOver: 1 }).whole(both)).toBe('hit');
  expect(rules({ commandsOver: 2 }).whole(both)).toBe('');
  expect(rules({ commandsOver: 2 }).whole(list())).toBe('');
});

test('faults of calls: every matching call counts, or the batches whose commands are named', () => {
  const perCall = play([{ when: { method: 'crm.item.list', entity: 'deals', from: 2 }, what: { name: 'hit', ofCall: true } }]);
  expect(perCall.calls(batch(list('deals'), list('leads'), list('deals'), list('deals')))).toEqual(['', '', 'hit', '']);
  expect(perCall.calls(list('deals'))).toEqual(['']);

  const third = play([{ when: { method: 'batch', from: 2, command: 3 }, what: { name: 'hit', ofCall: true } }]);
  const three = batch(list(), list(), list());
  expect([three, list(), batch(list()), three, three].map(third.calls)).toEqual([
    ['', '', ''],
    [''],
    [''],
    ['', '', 'hit'],
    ['', '', ''],
  ]);

  const all = play([{ when: { method: 'batch', entity: 'leads' }, what: { name: 'hit', ofCall: true } }]);
  expect(all.calls(batch(list('leads'), list('deals'), list('leads')))).toEqual(['hit', '', 'hit']);
  expect(all.player.hits()).toEqual([1]);
});

test('a rule with ids waits for the answer', () => {
  const { player } = play([
    { when: { ids: { from: 5, to: 9 }, times: 'always' }, what: { name: 'poison', ofCall: true } },
    { when: { ids: { from: 5, to: 9 }, method: 'batch', command: 2 }, what: { name: 'second', ofCall: true } },
  ]);
  const single = player.request(list());
  expect(single.call(0)).toEqual([]);
  expect(single.answer(0, [1, 4, 10])).toEqual([]);
  expect(single.answer(0, [4, 5])).toMatchObject([{ name: 'poison' }]);
  const two = player.request(batch(list(), list()));
  expect(two.answer(0, [9])).toMatchObject([{ name: 'poison' }]);
  expect(two.answer(1, [9])).toMatchObject([{ name: 'poison' }, { name: 'second' }]);
  expect(player.hits()).toEqual([3, 1]);
});

test('a state lasts, and stands before the first request when it begins with that', () => {
  const { player, whole } = play([
    { what: { name: 'state', lasting: true } },
    { when: { from: 3 }, what: { name: 'later', lasting: true } },
  ]);
  const standing = () => player.standing().map(({ name }) => name);
  expect(standing()).toEqual(['state']);
  whole(list());
  whole(list());
  expect(standing()).toEqual(['state', 'later']);
  expect(whole(list())).toBe('state later');
});
