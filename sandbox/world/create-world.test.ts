import { describe, expect, test } from 'vitest';
import { createWorld } from './create-world.ts';
import type { World, WorldEntity, WorldHistory, WorldStageChange, WorldStatus } from './types.ts';

/** Monday 2026-11-23, 15:00 in Tashkent. */
const NOW = Date.parse('2026-11-23T15:00:00+05:00') / 1000;
const DAY = 86_400;

const ENTITIES: WorldEntity[] = ['leads', 'deals', 'contacts', 'companies', 'activities'];
const changesOf = (history: WorldHistory): WorldStageChange[] =>
  Array.from({ length: history.size }, (_, index) => history.get(index + 1)).filter((change) => change !== undefined);
const everything = (world: World) =>
  JSON.stringify({
    ...world,
    ...Object.fromEntries(ENTITIES.map((entity) => [entity, [...world[entity]]])),
    leadHistory: changesOf(world.leadHistory),
    dealHistory: changesOf(world.dealHistory),
  });
const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

test('the same options give the same records, another seed gives others', () => {
  const options = { size: 'tiny', seed: 5, now: NOW, mode: 'classic' } as const;
  expect(everything(createWorld(options))).toBe(everything(createWorld(options)));
  expect(everything(createWorld({ ...options, seed: 6 }))).not.toBe(everything(createWorld(options)));
});

test('changing one world leaves another alone', () => {
  const options = { size: 'tiny', seed: 5, now: NOW, mode: 'classic' } as const;
  const before = everything(createWorld(options));
  const changed = createWorld(options);
  changed.currencies.pop();
  for (const status of changed.statuses) status.name = 'renamed';
  for (const user of changed.users) user.departmentIds.pop();
  for (const field of changed.customFields) field.items.pop();
  for (const product of changed.products) product.active = false;
  changed.leads.delete(changed.leads.maxId);
  expect(everything(createWorld(options))).toBe(before);
});

test.each([
  ['empty', 'classic', [0, 0, 0, 0, 0]],
  ['tiny', 'classic', [165, 65, 40, 10, 720]],
  ['small', 'classic', [3300, 1300, 740, 140, 14_520]],
  ['small', 'simple', [0, 1300, 740, 140, 14_520]],
] as const)('a %s world in %s mode has exactly its counts', (size, mode, counts) => {
  const world = createWorld({ size, seed: 1, now: NOW, mode });
  expect(ENTITIES.map((entity) => world[entity].size)).toEqual(counts);
  expect(ENTITIES.map((entity) => [...world[entity]].length)).toEqual(counts);
});

test('an empty world has its people and dictionaries', () => {
  const world = createWorld({ size: 'empty', seed: 1, now: NOW, mode: 'classic' });
  expect(world.users).toHaveLength(24);
  expect([world.leadHistory.size, world.dealHistory.size]).toEqual([0, 0]);
  expect(world.currencies.filter((currency) => currency.isBase)).toHaveLength(1);
  expect(world.currencies.some((currency) => currency.amountCount === 100)).toBe(true);
  const entities = new Set(world.statuses.map((status) => status.entityId));
  for (const pipeline of world.pipelines)
    expect(entities).toContain(pipeline.id === 0 ? 'DEAL_STAGE' : `DEAL_STAGE_${pipeline.id}`);
  const keys = world.statuses.map((status) => `${status.entityId} ${status.statusId}`);
  expect(new Set(keys).size).toBe(keys.length);
});

describe.each([
  ['tiny', 'classic', 1],
  ['tiny', 'simple', 2],
  ['small', 'classic', 1],
  ['small', 'simple', 3],
] as const)('in a %s %s world of seed %i', (size, mode, seed) => {
  const world = createWorld({ size, seed, now: NOW, mode });
  const leads = [...world.leads];
  const deals = [...world.deals];
  const activities = [...world.activities];
  const users = new Set([0, ...world.users.map((user) => user.id)]);
  const stages = (prefix: string) =>
    new Map(world.statuses.filter((status) => status.entityId.startsWith(prefix)).map((status) => [status.statusId, status]));
  const leadStages = stages('STATUS');
  const dealStages = stages('DEAL_STAGE');

  test('ids ascend with the time of creation and have gaps', () => {
    for (const entity of ENTITIES) {
      const rows: { id: number; createdAt: number }[] = [...world[entity]];
      expect(rows.map(({ id }) => id)).toEqual(rows.map(({ id }) => id).toSorted((a, b) => a - b));
      expect(rows.map(({ createdAt }) => createdAt)).toEqual(rows.map(({ createdAt }) => createdAt).toSorted((a, b) => a - b));
      if (rows.length > 30) expect(world[entity].maxId).toBeGreaterThan(rows.length);
    }
  });

  test('created ≤ moved ≤ updated ≤ now, and five years of history', () => {
    for (const { createdAt, movedAt, updatedAt } of [...leads, ...deals]) {
      expect(createdAt).toBeLessThanOrEqual(movedAt);
      expect(movedAt).toBeLessThanOrEqual(updatedAt);
    }
    for (const entity of ENTITIES) {
      for (const { createdAt, updatedAt } of world[entity]) {
        expect(createdAt).toBeLessThanOrEqual(updatedAt);
        expect(updatedAt).toBeLessThanOrEqual(NOW);
        expect(createdAt).toBeGreaterThanOrEqual(NOW - 1827 * DAY);
      }
    }
  });

  test('a lead is closed when it reached a final stage', () => {
    for (const { stageId, closedAt, movedAt } of leads) {
      expect(closedAt).toBe(leadStages.get(stageId)?.semantic === 'P' ? 0 : movedAt);
    }
  });

  test('history leads to where each record stands', () => {
    const check = (
      history: WorldHistory,
      rows: { id: number; stageId: string; movedAt: number; createdAt: number }[],
      known: Map<string, WorldStatus>,
    ) => {
      const changes = changesOf(history);
      expect(changes).toHaveLength(history.size);
      const byOwner = Map.groupBy(changes, (change) => change.ownerId);
      expect([...byOwner.keys()].toSorted((a, b) => a - b)).toEqual(rows.map(({ id }) => id));
      for (const row of rows) {
        const own = byOwner.get(row.id) ?? [];
        expect(own[0]).toMatchObject({ typeId: 1, createdAt: row.createdAt });
        expect(own.at(-1)).toMatchObject({ stageId: row.stageId, createdAt: row.movedAt });
        expect(own.slice(0, -1).every(({ semantic }) => semantic === 'P')).toBe(true);
      }
      for (const change of changes) {
        expect(change.semantic).toBe(known.get(change.stageId)?.semantic);
        expect(change.typeId === 3).toBe(change.semantic !== 'P');
      }
      const times = changes.map(({ createdAt }) => createdAt);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    };
    check(world.leadHistory, leads, leadStages);
    check(world.dealHistory, deals, dealStages);
  });

  test('every reference leads to a record that existed by then', () => {
    const owners = { 1: world.leads, 2: world.deals, 3: world.contacts, 4: world.companies };
    const existed = (table: { get(id: number): { createdAt: number } | undefined }, id: number, time: number) => {
      if (id !== 0) expect(table.get(id)?.createdAt).toBeLessThanOrEqual(time);
    };
    for (const activity of activities) {
      const owner = owners[activity.ownerTypeId as keyof typeof owners].get(activity.ownerId);
      expect(owner?.createdAt).toBeLessThanOrEqual(activity.createdAt);
      expect(activity.endAt).toBeGreaterThanOrEqual(activity.startAt);
      expect(users).toContain(activity.responsibleId);
    }
    for (const lead of leads) {
      existed(world.contacts, lead.contactId, lead.updatedAt);
      existed(world.companies, lead.companyId, lead.updatedAt);
      expect(users).toContain(lead.assignedById);
    }
    for (const deal of deals) {
      existed(world.contacts, deal.contactId, deal.createdAt);
      existed(world.companies, deal.companyId, deal.createdAt);
      existed(world.leads, deal.leadId, deal.createdAt);
      if (deal.leadId !== 0) expect(world.leads.get(deal.leadId)?.stageId).toBe('CONVERTED');
      expect(dealStages.get(deal.stageId)?.categoryId).toBe(deal.categoryId);
      expect(users).toContain(deal.assignedById);
    }
    for (const contact of world.contacts) existed(world.companies, contact.companyId, contact.createdAt);
  });

  test('one company is the portal owner’s, and some deals are templates', () => {
    expect([...world.companies].filter((company) => company.isMyCompany)).toHaveLength(1);
    expect(deals.filter((deal) => deal.isRecurring).length).toBeGreaterThan(0);
  });

  test('the last activity of a lead or deal is the last one that has started', () => {
    const last = new Map<string, number>();
    for (const { ownerTypeId, ownerId, startAt } of activities) {
      const key = `${ownerTypeId}:${ownerId}`;
      if (startAt <= NOW) last.set(key, Math.max(last.get(key) ?? 0, startAt));
    }
    for (const lead of leads) expect(lead.lastActivityAt).toBe(last.get(`1:${lead.id}`) ?? lead.createdAt);
    for (const deal of deals) expect(deal.lastActivityAt).toBe(last.get(`2:${deal.id}`) ?? deal.createdAt);
  });

  test('custom values fit their fields', () => {
    for (const [entity, rows] of [
      ['leads', leads],
      ['deals', deals],
    ] as const) {
      const fields = world.customFields.filter((field) => field.entity === entity);
      for (const { custom } of rows) {
        expect(Object.keys(custom)).toEqual(fields.map((field) => field.code));
        for (const { code, type, multiple, items } of fields) {
          const value = custom[code];
          const ids = items.map((item) => item.id);
          if (value === null) continue;
          if (type === 'enumeration')
            for (const option of multiple ? (value as unknown[]) : [value]) expect(ids).toContain(option);
          else if (type === 'date') expect(value).toMatch(/^\d{4}-\d\d-\d\d$/);
          else expect(typeof value).toBe({ string: 'string', double: 'number', boolean: 'boolean' }[type]);
        }
      }
    }
  });
});

describe('a small world is believable:', () => {
  const world = createWorld({ size: 'small', seed: 1, now: NOW, mode: 'classic' });
  const leads = [...world.leads];
  const deals = [...world.deals];
  const activities = [...world.activities];
  const cherryPicker = world.users.find((user) => user.lastName === 'Toshmatov')?.id ?? 0;

  const firstAnswer = new Map<number, number>();
  for (const { ownerTypeId, ownerId, direction, startAt } of activities) {
    if (ownerTypeId === 1 && direction === 2 && !firstAnswer.has(ownerId)) firstAnswer.set(ownerId, startAt);
  }
  const answered = leads.flatMap((lead) => {
    const answeredAt = firstAnswer.get(lead.id);
    return answeredAt === undefined ? [] : [{ lead, waited: answeredAt - lead.createdAt }];
  });
  const converted = (group: { lead: { stageId: string } }[]) =>
    group.filter(({ lead }) => lead.stageId === 'CONVERTED').length / group.length;

  test('work is done in office hours, Monday to Saturday', () => {
    const local = (time: number) => new Date((time + 5 * 3600) * 1000);
    const inOffice = activities.filter(({ startAt }) => {
      const time = local(startAt);
      return time.getUTCDay() !== 0 && time.getUTCHours() >= 9 && time.getUTCHours() < 19;
    });
    expect(inOffice.length / activities.length).toBeGreaterThan(0.95);
    const onDay = (day: number) => leads.filter(({ createdAt }) => local(createdAt).getUTCDay() === day).length;
    expect(onDay(0)).toBeLessThan(0.5 * onDay(6));
    expect(onDay(6)).toBeLessThan(0.8 * onDay(1));
  });

  test('who is answered sooner buys more often', () => {
    const minutes = (from: number, to: number) => answered.filter(({ waited }) => waited >= from * 60 && waited < to * 60);
    const rates = [minutes(0, 15), minutes(15, 60), minutes(60, 480), minutes(480, Number.POSITIVE_INFINITY)].map(converted);
    expect(rates).toEqual(rates.toSorted((a, b) => b - a));
    expect(rates[0]).toBeGreaterThan(1.5 * (rates[3] ?? 0));
  });

  test('the cherry-picker wins the most and answers the slowest', () => {
    const dealStages = new Map(world.statuses.map((status) => [status.statusId, status.semantic]));
    const won = Map.groupBy(
      deals.filter((deal) => dealStages.get(deal.stageId) === 'S'),
      (deal) => deal.assignedById,
    );
    const mostWins = [...won].toSorted(([, a], [, b]) => b.length - a.length)[0]?.[0];
    expect(mostWins).toBe(cherryPicker);
    const waits = [...Map.groupBy(answered, ({ lead }) => lead.assignedById)].map(([userId, own]) => ({
      userId,
      wait: median(own.map(({ waited }) => waited)),
    }));
    expect(waits.toSorted((a, b) => b.wait - a.wait)[0]?.userId).toBe(cherryPicker);
  });

  test('strong agents win more of their deals than weak ones', () => {
    const idsOf = (...families: string[]) =>
      world.users.filter((user) => families.includes(user.lastName)).map((user) => user.id);
    const [strong, weak] = [idsOf('Yo‘ldosheva', 'Ким', 'Xo‘jayev'), idsOf('Ғуломов', 'Петров', 'Ҳасанова')];
    const winRate = (agents: number[]) => {
      const own = deals.filter((deal) => deal.leadId !== 0 && agents.includes(deal.assignedById));
      return own.filter((deal) => deal.stageId.endsWith('WON')).length / own.length;
    };
    expect(winRate(strong)).toBeGreaterThan(1.3 * winRate(weak));
  });

  test('sources differ in quality', () => {
    const from = (sourceId: string) => converted(leads.filter((lead) => lead.sourceId === sourceId).map((lead) => ({ lead })));
    expect(from('RECOMMENDATION')).toBeGreaterThan(2 * from('ADVERTISING'));
    expect(leads.some((lead) => lead.sourceId === null)).toBe(true);
  });

  test('fewer records stand in each later stage of the way to a lead’s end', () => {
    const reached = (stageId: string) =>
      new Set(
        changesOf(world.leadHistory)
          .filter((change) => change.stageId === stageId)
          .map(({ ownerId }) => ownerId),
      ).size;
    expect(reached('NEW')).toBe(3300);
    expect(reached('IN_PROCESS')).toBeLessThan(reached('NEW'));
    expect(reached('CONVERTED')).toBeLessThan(reached('IN_PROCESS') / 2);
  });

  test('there are stale, unassigned and orphaned records', () => {
    const open = leads.filter((lead) => lead.closedAt === 0);
    expect(open.filter((lead) => lead.movedAt < NOW - 180 * DAY).length).toBeGreaterThan(50);
    expect(leads.filter((lead) => lead.assignedById === 0).length).toBeGreaterThan(30);
    expect(deals.filter((deal) => deal.assignedById === 0).length).toBeGreaterThan(3);
    const dismissed = new Set(world.users.filter((user) => !user.active).map((user) => user.id));
    expect(dismissed.size).toBe(4);
    expect(open.filter((lead) => dismissed.has(lead.assignedById)).length).toBeGreaterThan(5);
  });

  test('a few open deals have a currency without a rate, or none', () => {
    const rated = new Set(world.currencies.map((currency) => currency.code));
    const used = new Set(deals.map((deal) => deal.currencyId));
    expect([...used].filter((code) => code !== null && !rated.has(code))).toEqual(['AED']);
    expect([...used]).toEqual(expect.arrayContaining(['UZS', 'USD', 'RUB', 'EUR', null]));
  });

  test('names come in several scripts, and not everybody left a phone or an e-mail', () => {
    const names = leads.map((lead) => `${lead.name} ${lead.lastName}`);
    for (const script of [/[a-z]‘/i, /[ўғқҳ]/i, /[а-яё]/i, /[a-z]{4}/i])
      expect(names.some((name) => script.test(name))).toBe(true);
    for (const missing of ['phone', 'email'] as const) {
      const share = leads.filter((lead) => lead[missing] === null).length / leads.length;
      expect(share).toBeGreaterThan(0.02);
      expect(share).toBeLessThan(0.6);
    }
  });

  test('a converted lead, its contact and its deal are one person', () => {
    const linked = leads.filter((lead) => lead.contactId !== 0);
    expect(linked.length).toBeGreaterThan(500);
    for (const { contactId, name, lastName, phone } of linked) {
      expect(world.contacts.get(contactId)).toMatchObject({ name, lastName, phone });
    }
    for (const deal of deals) {
      if (deal.leadId !== 0) expect(deal.contactId).toBe(world.leads.get(deal.leadId)?.contactId);
    }
  });

  test('activities are of all kinds; some to-dos have no deadline, some meetings are still to come', () => {
    expect(new Set(activities.map((activity) => activity.typeId))).toEqual(new Set([1, 2, 3, 4, 6]));
    expect(activities.some((activity) => activity.providerId === 'CRM_TODO' && activity.deadline === 0)).toBe(true);
    expect(activities.some((activity) => activity.startAt > NOW && !activity.completed)).toBe(true);
    expect(activities.some((activity) => activity.typeId === 2 && activity.direction === 1)).toBe(true);
  });
});

test('a change appended to the history gets the next id', () => {
  const world = createWorld({ size: 'tiny', seed: 1, now: NOW, mode: 'classic' });
  const size = world.dealHistory.size;
  const change = {
    ownerTypeId: 2,
    ownerId: world.deals.maxId,
    typeId: 3,
    categoryId: 0,
    stageId: 'WON',
    semantic: 'S',
    createdAt: NOW,
  } as const;
  expect(world.dealHistory.append(change)).toEqual({ ...change, id: size + 1 });
  expect(world.dealHistory.size).toBe(size + 1);
  expect(world.dealHistory.get(size + 1)).toEqual({ ...change, id: size + 1 });
  expect([world.dealHistory.get(0), world.dealHistory.get(size + 2)]).toEqual([undefined, undefined]);
});

test('a portal of another language has its own names in the dictionaries, and the same records', () => {
  const [english, russian] = (['en', 'ru'] as const).map((language) =>
    createWorld({ size: 'tiny', seed: 1, now: NOW, mode: 'classic', language }),
  );
  const named = (world: typeof english, of: string, id: string) =>
    world?.statuses.find(({ entityId, statusId }) => entityId === of && statusId === id)?.name;
  expect(named(russian, 'SOURCE', 'CALL')).toBe('Звонок');
  expect(named(english, 'SOURCE', 'CALL')).toBe('Call');
  // Named by the people of the call centre.
  expect(named(russian, 'STATUS', 'UC_CALLBK')).toBe(named(english, 'STATUS', 'UC_CALLBK'));
  expect(russian?.pipelines.map(({ name }) => name)).toEqual(['Общая', 'Корпоративные клиенты', 'Shartnomani uzaytirish']);
  expect(russian && [...russian.deals]).toEqual(english && [...english.deals]);
});
