import { describe, expect, test } from 'vitest';
import { createWorld } from './create-world.ts';
import { computeTruth, truthRecord } from './truth.ts';
import type { World, WorldActivity, WorldContact, WorldDeal, WorldLead } from './types.ts';

const local = (iso: string) => Date.parse(`${iso}+05:00`) / 1000;
/** Tuesday in Tashkent. The last 30 days begin on October 26, the last 90 on August 27. */
const NOW = local('2026-11-24T10:00:00');
const TODAY = local('2026-11-24T09:00:00');

/** An empty portal that counts in dollars: 1 EUR = 1.1 USD, 100 RUB = 1.25 USD. */
function emptyWorld(mode: 'classic' | 'simple' = 'classic'): World {
  const world = createWorld({ size: 'empty', seed: 1, now: NOW, mode });
  world.currencies.splice(
    0,
    world.currencies.length,
    { code: 'USD', name: 'Dollar', amount: '1.0000', amountCount: 1, isBase: true },
    { code: 'EUR', name: 'Euro', amount: '1.1000', amountCount: 1, isBase: false },
    { code: 'RUB', name: 'Ruble', amount: '1.2500', amountCount: 100, isBase: false },
  );
  return world;
}

const addLead = (world: World, lead: Partial<WorldLead> & { createdAt: number }) =>
  world.leads.insert({
    title: 'A lead',
    name: 'A',
    lastName: 'B',
    phone: null,
    email: null,
    stageId: 'NEW',
    sourceId: 'CALL',
    assignedById: 9,
    createdById: 9,
    opportunity: '0.00',
    currencyId: 'USD',
    contactId: 0,
    companyId: 0,
    updatedAt: lead.createdAt,
    closedAt: 0,
    movedAt: lead.createdAt,
    movedById: 9,
    lastActivityAt: lead.createdAt,
    utmSource: null,
    custom: {},
    ...lead,
  });
const addDeal = (world: World, deal: Partial<WorldDeal>) =>
  world.deals.insert({
    title: 'A deal',
    categoryId: 0,
    stageId: 'NEW',
    sourceId: null,
    assignedById: 9,
    createdById: 9,
    opportunity: '0.00',
    currencyId: 'USD',
    contactId: 0,
    companyId: 0,
    leadId: 0,
    createdAt: TODAY,
    updatedAt: TODAY,
    movedAt: TODAY,
    movedById: 9,
    closeDate: 0,
    lastActivityAt: TODAY,
    isRecurring: false,
    custom: {},
    ...deal,
  });
const addActivity = (world: World, activity: Partial<WorldActivity>) =>
  world.activities.insert({
    ownerTypeId: 1,
    ownerId: 1,
    typeId: 2,
    providerId: 'VOXIMPLANT_CALL',
    subject: '',
    createdAt: TODAY,
    updatedAt: TODAY,
    startAt: TODAY,
    endAt: TODAY,
    deadline: 0,
    completed: true,
    responsibleId: 9,
    direction: 2,
    ...activity,
  });
const addContact = (world: World, contact: Partial<WorldContact> & { createdAt: number }) =>
  world.contacts.insert({
    name: 'A',
    lastName: 'B',
    phone: null,
    email: null,
    companyId: 0,
    sourceId: 'WEB',
    assignedById: 9,
    updatedAt: contact.createdAt,
    custom: {},
    ...contact,
  });

test('a portal without records shows zeros and no rate', () => {
  const truth = computeTruth(emptyWorld(), { now: NOW });
  expect(truth.kpis).toEqual({
    totalLeads: 0,
    totalDeals: 0,
    pipelineValue: { value: '0.00', count: 0, unconverted: [] },
    conversionRate: { value: null, wonDeals: 0, totalLeads: 0 },
  });
  expect(Object.keys(truth.charts.leadsPerDay30)).toHaveLength(30);
  expect(truth.counts).toEqual({ leads: 0, deals: 0, contacts: 0, companies: 0, activities: 0, leadHistory: 0, dealHistory: 0 });
});

describe('pipeline value', () => {
  test('converts the sum of each currency and rounds once, half up', () => {
    const world = emptyWorld();
    // 3 × 0.40 RUB = 0.015 USD: rounded deal by deal it would be 0.03 (0.005 -> 0.01 each), cut off it would be 0.01.
    for (let deal = 0; deal < 3; deal++) addDeal(world, { opportunity: '0.40', currencyId: 'RUB' });
    // 2 RUB = 0.025 USD: half to even would be 0.02.
    addDeal(world, { opportunity: '2.00', currencyId: 'RUB', stageId: 'PREPARATION' });
    addDeal(world, { opportunity: '100.10', stageId: 'EXECUTING' });
    addDeal(world, { opportunity: '10.01', currencyId: 'EUR', stageId: 'EXECUTING' });
    const truth = computeTruth(world, { now: NOW });
    expect(truth.charts.pipelineByStage).toEqual({
      NEW: { count: 3, value: '0.02' },
      PREPARATION: { count: 1, value: '0.03' },
      // 100.10 + 11.011
      EXECUTING: { count: 2, value: '111.11' },
    });
    // 0.015 + 0.025 + 111.111 = 111.151
    expect(truth.kpis.pipelineValue).toEqual({ value: '111.15', count: 6, unconverted: [] });
  });

  test('can be shown in any currency with a rate', () => {
    const world = emptyWorld();
    addDeal(world, { opportunity: '100.00' });
    addDeal(world, { opportunity: '10.00', currencyId: 'EUR' });
    // 100 / 1.1 + 10 = 100.9090…
    expect(computeTruth(world, { now: NOW, currency: 'EUR' }).kpis.pipelineValue.value).toBe('100.91');
    // (100 + 11) / 0.0125
    expect(computeTruth(world, { now: NOW, currency: 'RUB' }).kpis.pipelineValue.value).toBe('8880.00');
    expect(() => computeTruth(world, { now: NOW, currency: 'AED' })).toThrow('no rate for the currency AED');
  });

  test('lists open deals without a rate apart, and leaves out closed ones and templates', () => {
    const world = emptyWorld();
    addDeal(world, { opportunity: '1.00' });
    addDeal(world, { opportunity: '5.10', currencyId: 'AED' });
    addDeal(world, { opportunity: '5.20', currencyId: 'AED', stageId: 'EXECUTING' });
    addDeal(world, { opportunity: '7.00', currencyId: null });
    addDeal(world, { opportunity: '9.00', currencyId: 'AED', stageId: 'LOSE' });
    addDeal(world, { opportunity: '9.00', stageId: 'WON' });
    addDeal(world, { opportunity: '9.00', isRecurring: true });
    const truth = computeTruth(world, { now: NOW });
    expect(truth.kpis.pipelineValue).toEqual({
      value: '1.00',
      count: 1,
      unconverted: [
        { currency: '', count: 1, amount: '7.00' },
        { currency: 'AED', count: 2, amount: '10.30' },
      ],
    });
    expect(truth.charts.pipelineByStage.NEW).toEqual({ count: 3, value: '1.00' });
    expect(truth.kpis.totalDeals).toBe(6);
    expect(truth.counts.deals).toBe(7);
    expect(truth.leftOut.recurringDeals).toBe(1);
  });
});

test('the conversion rate is deals won, of all pipelines and times, over leads', () => {
  const world = emptyWorld();
  for (let lead = 0; lead < 8; lead++) addLead(world, { createdAt: local('2023-01-01T00:00:00') });
  addDeal(world, { stageId: 'WON', movedAt: local('2023-02-01T00:00:00') });
  addDeal(world, { stageId: 'C3:WON', categoryId: 3 });
  addDeal(world, { stageId: 'C5:WON', categoryId: 5 });
  addDeal(world, { stageId: 'WON', isRecurring: true });
  const deleted = addDeal(world, { stageId: 'WON' });
  world.deals.delete(deleted.id);
  expect(computeTruth(world, { now: NOW }).kpis.conversionRate).toEqual({ value: 37.5, wonDeals: 3, totalLeads: 8 });
});

test('windows are whole local days, the last of which is today', () => {
  const world = emptyWorld();
  const first = local('2026-10-26T00:00:00');
  addLead(world, { createdAt: local('2026-08-27T00:00:00') - 1, sourceId: 'EMAIL' });
  addLead(world, { createdAt: local('2026-08-27T00:00:00'), sourceId: null });
  addLead(world, { createdAt: first - 1 });
  addLead(world, { createdAt: first, stageId: 'JUNK' });
  addLead(world, { createdAt: TODAY });
  world.leads.delete(addLead(world, { createdAt: TODAY }).id);
  const { charts } = computeTruth(world, { now: NOW });
  expect(charts.leadsByStage30).toEqual({ JUNK: 1, NEW: 1 });
  expect(charts.leadsBySource90).toEqual({ '': 1, CALL: 3 });
  const days = Object.entries(charts.leadsPerDay30);
  expect(days).toHaveLength(30);
  expect(days[0]).toEqual(['2026-10-26', 1]);
  expect(days[29]).toEqual(['2026-11-24', 1]);
  expect(days.reduce((sum, [, count]) => sum + count, 0)).toBe(2);
});

test('a day with a clock change has its own length', () => {
  // Berlin goes from 03:00 to 02:00 on 2026-10-25: the last 30 days before November 23 begin in summer time.
  const world = { ...emptyWorld(), timezone: 'Europe/Berlin' };
  const now = Date.parse('2026-11-23T12:00:00+01:00') / 1000;
  addLead(world, { createdAt: Date.parse('2026-10-25T00:00:00+02:00') / 1000 });
  addLead(world, { createdAt: Date.parse('2026-10-25T23:59:59+01:00') / 1000 });
  addLead(world, { createdAt: Date.parse('2026-10-24T23:59:59+02:00') / 1000 });
  const { charts } = computeTruth(world, { now });
  expect(Object.entries(charts.leadsPerDay30)[0]).toEqual(['2026-10-25', 2]);
});

test('deals count for who won them, on the day they were won', () => {
  const world = emptyWorld();
  const start = local('2026-08-27T00:00:00');
  addDeal(world, { stageId: 'WON', createdAt: local('2026-01-01T00:00:00'), movedAt: start });
  addDeal(world, { stageId: 'C3:WON', categoryId: 3, assignedById: 12 });
  addDeal(world, { stageId: 'WON', assignedById: 0 });
  addDeal(world, { stageId: 'WON', movedAt: start - 1 });
  addDeal(world, { stageId: 'LOSE' });
  addDeal(world, { stageId: 'WON', isRecurring: true });
  expect(computeTruth(world, { now: NOW }).charts.wonByAgent90).toEqual({ 0: 1, 9: 1, 12: 1 });
});

test('activities count by agent and type on the day they start', () => {
  const world = emptyWorld();
  addActivity(world, { typeId: 1 });
  addActivity(world, { typeId: 2 });
  addActivity(world, { typeId: 2, startAt: local('2026-10-26T00:00:00') });
  addActivity(world, { typeId: 2, startAt: local('2026-10-26T00:00:00') - 1 });
  addActivity(world, { typeId: 3 });
  addActivity(world, { typeId: 4, responsibleId: 12 });
  addActivity(world, { typeId: 6, providerId: 'CRM_TODO', startAt: local('2026-11-24T23:59:59') });
  addActivity(world, { typeId: 6, providerId: 'CRM_TODO', startAt: local('2026-11-25T00:00:00') });
  addActivity(world, { typeId: 6, providerId: 'IMOPENLINES_SESSION' });
  expect(computeTruth(world, { now: NOW }).charts.activitiesByAgentAndType30).toEqual({
    9: { call: 2, email: 0, meeting: 1, task: 2, other: 1 },
    12: { call: 0, email: 1, meeting: 0, task: 0, other: 0 },
  });
});

test('in simple mode contacts stand where leads would', () => {
  const world = emptyWorld('simple');
  addContact(world, { createdAt: TODAY });
  addContact(world, { createdAt: TODAY, sourceId: null });
  addContact(world, { createdAt: local('2026-09-01T00:00:00') });
  addContact(world, { createdAt: local('2025-09-01T00:00:00') });
  addDeal(world, { stageId: 'WON' });
  const { kpis, charts } = computeTruth(world, { now: NOW });
  expect(kpis.totalLeads).toBe(4);
  expect(kpis.conversionRate).toEqual({ value: 25, wonDeals: 1, totalLeads: 4 });
  expect(charts.leadsByStage30).toEqual({});
  expect(charts.leadsPerDay30['2026-11-24']).toBe(2);
  expect(charts.leadsBySource90).toEqual({ WEB: 2, '': 1 });
});

test('a record’s facts carry names, not codes', () => {
  const world = emptyWorld();
  const deal = addDeal(world, {
    title: 'Fibre',
    categoryId: 3,
    stageId: 'C3:WON',
    opportunity: '12.30',
    currencyId: 'EUR',
    assignedById: 12,
  });
  expect(truthRecord(world, 'deals', deal.id)).toEqual({
    id: deal.id,
    title: 'Fibre',
    stageId: 'C3:WON',
    stageName: 'Подключён',
    semantic: 'S',
    amount: '12.30',
    currency: 'EUR',
    ownerName: 'Jasur Toshmatov',
  });
  const lead = addLead(world, { createdAt: TODAY, stageId: 'JUNK', assignedById: 0 });
  expect(truthRecord(world, 'leads', lead.id)).toMatchObject({ stageName: 'Junk lead', semantic: 'F', ownerName: null });
  world.leads.delete(lead.id);
  expect(truthRecord(world, 'leads', lead.id)).toBeNull();
});
