import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DataSource } from '../../contract/charts.ts';
import type { CrmMode } from '../../contract/crm.ts';
import { type Asker, createAsker } from '../testing/analytics/asker.ts';
import { insertRows } from '../testing/insert-rows.ts';
import { createTestDatabase, type TestDatabase } from '../testing/postgres.ts';
import { insertTenant } from '../testing/small-world.ts';
import { CATALOG } from './catalog.ts';

/*
 * Every measure over three local days, in zones whose clocks change on one of them or stand 45 minutes off. Whatever the
 * zone, the same records lie at the same edges of its days, so one table of expected values, worked out by hand, is right
 * for all of them.
 */
interface Zone {
  name: string;
  timezone: string;
  now: string;
  /** ISO dates of the three days, as keys of a time axis. */
  days: readonly [string, string, string];
  /** When each of them begins, in UTC. */
  starts: readonly [string, string, string];
  /** When the last one ends. */
  end: string;
  /** When the three days before them begin. */
  previous: string;
  /** Hours on the clock at the first instants of the three days. */
  firstHours: readonly [number, number, number];
}

const ZONES: readonly Zone[] = [
  {
    // On 9 March at 07:00Z -5 became -4: that day has 23 hours.
    name: 'New York in spring',
    timezone: 'America/New_York',
    now: '2025-03-10T15:00:00Z',
    days: ['2025-03-08', '2025-03-09', '2025-03-10'],
    starts: ['2025-03-08T05:00:00Z', '2025-03-09T05:00:00Z', '2025-03-10T04:00:00Z'],
    end: '2025-03-11T04:00:00Z',
    previous: '2025-03-05T05:00:00Z',
    firstHours: [0, 0, 0],
  },
  {
    // On 2 November at 06:00Z -4 became -5: that day has 25 hours.
    name: 'New York in autumn',
    timezone: 'America/New_York',
    now: '2025-11-03T15:00:00Z',
    days: ['2025-11-01', '2025-11-02', '2025-11-03'],
    starts: ['2025-11-01T04:00:00Z', '2025-11-02T04:00:00Z', '2025-11-03T05:00:00Z'],
    end: '2025-11-04T05:00:00Z',
    previous: '2025-10-29T04:00:00Z',
    firstHours: [0, 0, 0],
  },
  {
    // On 7 September at 04:00Z, which would have been midnight, -4 became -3: the day begins at 01:00.
    name: 'Santiago in spring',
    timezone: 'America/Santiago',
    now: '2025-09-08T15:00:00Z',
    days: ['2025-09-06', '2025-09-07', '2025-09-08'],
    starts: ['2025-09-06T04:00:00Z', '2025-09-07T04:00:00Z', '2025-09-08T03:00:00Z'],
    end: '2025-09-09T03:00:00Z',
    previous: '2025-09-03T04:00:00Z',
    firstHours: [0, 1, 0],
  },
  {
    // On 6 April at 03:00Z, at midnight, -3 became -4: 23:00 to 24:00 of the 5th comes twice.
    name: 'Santiago in autumn',
    timezone: 'America/Santiago',
    now: '2025-04-06T15:00:00Z',
    days: ['2025-04-04', '2025-04-05', '2025-04-06'],
    starts: ['2025-04-04T03:00:00Z', '2025-04-05T03:00:00Z', '2025-04-06T04:00:00Z'],
    end: '2025-04-07T04:00:00Z',
    previous: '2025-04-01T03:00:00Z',
    firstHours: [0, 0, 0],
  },
  {
    // On 25 April at 22:00Z, which would have been midnight of the 26th, +2 became +3.
    name: 'Cairo in spring',
    timezone: 'Africa/Cairo',
    now: '2024-04-27T10:00:00Z',
    days: ['2024-04-25', '2024-04-26', '2024-04-27'],
    starts: ['2024-04-24T22:00:00Z', '2024-04-25T22:00:00Z', '2024-04-26T21:00:00Z'],
    end: '2024-04-27T21:00:00Z',
    previous: '2024-04-21T22:00:00Z',
    firstHours: [0, 1, 0],
  },
  {
    // +5:45, always; over the leap day and the end of its month.
    name: 'Kathmandu around a leap day',
    timezone: 'Asia/Kathmandu',
    now: '2024-03-01T06:00:00Z',
    days: ['2024-02-28', '2024-02-29', '2024-03-01'],
    starts: ['2024-02-27T18:15:00Z', '2024-02-28T18:15:00Z', '2024-02-29T18:15:00Z'],
    end: '2024-03-01T18:15:00Z',
    previous: '2024-02-24T18:15:00Z',
    firstHours: [0, 0, 0],
  },
];

const MS_A_DAY = 86_400_000;
const OLD = new Date('2000-01-01T00:00:00Z');

type Row = Record<string, unknown>;
/** A row of a table at a moment; `isFirst` tells the first instants of days from their last ones. */
type RowAt = (at: Date, isFirst: boolean) => Row;

let database: TestDatabase;
let owner: pg.Client;
const tenants = new Map<Zone, string>();

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  for (const zone of ZONES) tenants.set(zone, await insertBusiness(zone));
});

afterAll(async () => {
  await owner.end();
  await database.drop();
});

const seconds = (at: Date, more: number) => new Date(at.getTime() + more * 1000);
const daysBefore = (at: Date, days: number) => new Date(at.getTime() - days * MS_A_DAY);

const open: RowAt = (at, isFirst) => ({ semantic: 'open', created_at: at, value: isFirst ? 10 : 20, currency: 'USD' });
/** [table, row]: each row lies at every edge. Those that closed there were created 40 × 24 hours earlier, in no window. */
const KINDS: readonly [string, RowAt][] = [
  ['crm_leads', (at, isFirst) => ({ ...open(at, isFirst), first_response_at: seconds(at, isFirst ? 120 : 600) })],
  ['crm_leads', (at, isFirst) => ({ semantic: isFirst ? 'won' : 'lost', closed_at: at, created_at: daysBefore(at, 40) })],
  ['crm_deals', (at, isFirst) => ({ ...open(at, isFirst), ...(!isFirst && { stage_changed_at: OLD }) })],
  [
    'crm_deals',
    (at, isFirst) => ({ semantic: 'won', closed_at: at, created_at: daysBefore(at, 40), ...worth(isFirst ? 100 : 7) }),
  ],
  ['crm_deals', (at) => ({ semantic: 'lost', closed_at: at, ...worth(1) })],
  [
    'crm_activities',
    (at, isFirst) =>
      isFirst
        ? { type: 'call', completed: true, duration_seconds: 60, started_at: at }
        : {
            type: 'call',
            completed: false,
            duration_seconds: 999,
            started_at: at,
            owner_entity: 'leads',
            owner_external_id: '1',
          },
  ],
  ['crm_contacts', (at) => ({ created_at: at })],
  ['crm_contacts', (at, isFirst) => (isFirst ? { created_at: at } : {})],
  ['crm_companies', (at) => ({ created_at: at })],
  [
    'crm_stage_history',
    (at, isFirst) => ({
      owner_entity: 'deals',
      owner_external_id: '1',
      pipeline: '0',
      stage: 'NEW',
      semantic: 'open',
      kind: 'moved',
      occurred_at: at,
      left_at: seconds(at, isFirst ? 3600 : 10_800),
      next_pipeline: '0',
      next_stage: isFirst ? 'PREP' : 'LOSE',
      next_semantic: isFirst ? 'open' : 'lost',
      funnel_entered_at: isFirst ? at : null,
    }),
  ],
];

function worth(value: number): Row {
  return { value, currency: 'USD' };
}

/** In a won deal of F two pieces, of L one, for 3 each. Won leads have none: no deal has their ids. */
function toProduct({ tenant_id, crm_source, external_id, value }: Row): Row {
  return { tenant_id, crm_source, external_id, deal_id: external_id, quantity: value === 100 ? 2 : 1, price: 3 };
}

/**
 * Each kind of row: once at the first instant and twice in the last millisecond of each day, nine in all. Four times a
 * millisecond before the days and eight times when they have ended; once when the days before them begin and twice a
 * millisecond earlier. Of each moment one that is deleted.
 */
async function insertBusiness({ starts, end, previous }: Zone): Promise<string> {
  const tenantId = await insertTenant(owner);
  const at = (iso: string) => new Date(iso);
  const justBefore = (iso: string) => new Date(Date.parse(iso) - 1);
  const [first, second, third] = starts;
  const edges: [at: Date, isFirst: boolean, times: number][] = [
    ...starts.map((start): [Date, boolean, number] => [at(start), true, 1]),
    ...[second, third, end].map((start): [Date, boolean, number] => [justBefore(start), false, 2]),
    [justBefore(first), false, 4],
    [at(end), true, 8],
    [at(previous), true, 1],
    [justBefore(previous), false, 2],
  ];
  let id = 0;
  for (const [table, rowAt] of KINDS) {
    const rows = edges.flatMap(([moment, isFirst, times]) => [
      ...Array.from({ length: times }, () => rowAt(moment, isFirst)),
      { ...rowAt(moment, isFirst), deleted_at: end },
    ]);
    const own = rows.map((row) => ({ tenant_id: tenantId, crm_source: 'bitrix24', external_id: String(id++), ...row }) as Row);
    await insertRows(owner, table, own);
    await insertRows(owner, 'crm_deal_products', own.filter(({ semantic }) => semantic === 'won').map(toProduct));
  }
  // One of four deals is won.
  await insertRows(owner, 'crm_stage_odds', [
    { tenant_id: tenantId, crm_source: 'bitrix24', pipeline: '', stage: '', won: 1, closed: 4 },
  ]);
  return tenantId;
}

/**
 * Three records are of the first instants (F), six of the last milliseconds (L). The days before have one F (as they begin)
 * and four L (as they end).
 *
 * [entity, measure, value of the three days, value of the three days before]
 */
const EXPECTED: readonly [DataSource, string, string, string][] = [
  ['leads', 'totalLeads', '9', '5'],
  // F won, L lost: 3 ÷ 9; 1 ÷ 5.
  ['leads', 'leadWinRate', '33.33', '20.00'],
  // (3 × 10 + 6 × 20) ÷ 9; (10 + 4 × 20) ÷ 5.
  ['leads', 'averageLeadValue', '16.67', '18.00'],
  ['leads', 'untouchedLeads', '9', '5'],
  // (3 × 120 + 6 × 600) ÷ 9; (120 + 4 × 600) ÷ 5.
  ['leads', 'averageFirstResponse', '440', '504'],
  ['leads', 'medianFirstResponse', '600', '600'],
  // The two of the last millisecond of today are still to come. F within 2 minutes, L within 10: 3 ÷ 7; 1 ÷ 5.
  ['leads', 'answeredWithin5', '42.86', '20.00'],
  ['leads', 'answeredWithin15', '100.00', '100.00'],
  ['leads', 'answeredWithin60', '100.00', '100.00'],
  // L belong to leads: 6 ÷ 9; 4 ÷ 5.
  ['leads', 'activitiesPerLead', '0.67', '0.8'],
  // Won deals ÷ leads.
  ['leads', 'conversionRate', '100.00', '100.00'],
  ['deals', 'totalDeals', '9', '5'],
  ['deals', 'openDeals', '9', '5'],
  // 3 × 10 + 6 × 20; 10 + 4 × 20.
  ['deals', 'pipelineValue', '150.00', '90.00'],
  // A quarter of that.
  ['deals', 'weightedPipeline', '37.50', '22.50'],
  ['deals', 'wonDeals', '9', '5'],
  // 3 × 100 + 6 × 7; 100 + 4 × 7.
  ['deals', 'wonValue', '342.00', '128.00'],
  ['deals', 'averageDeal', '38.00', '25.60'],
  ['deals', 'lostDeals', '9', '5'],
  ['deals', 'lostValue', '9.00', '5.00'],
  // Nine won and nine lost; five and five.
  ['deals', 'winRate', '50.00', '50.00'],
  // L: their stage changed long ago. F were created lately.
  ['deals', 'staleDeals', '6', '4'],
  // 40 × 24 hours, whatever the clocks did.
  ['deals', 'medianCycleDays', '40', '40'],
  ['deals', 'conversionRate', '100.00', '100.00'],
  ['activities', 'totalActivities', '9', '5'],
  // F.
  ['activities', 'completedActivities', '3', '1'],
  ['activities', 'calls', '3', '1'],
  ['activities', 'talkTime', '180', '60'],
  ['activities', 'activitiesPerLead', '0.67', '0.8'],
  // Two of each F, one of each L: 3 × 2 + 6; 2 + 4.
  ['contacts', 'totalContacts', '12', '6'],
  ['contacts', 'conversionRate', '100.00', '100.00'],
  ['companies', 'totalCompanies', '9', '5'],
  ['stageHistory', 'stageEntries', '9', '5'],
  // F.
  ['stageHistory', 'stageReached', '3', '1'],
  // (3 × 1 + 6 × 3) ÷ 9 hours; (1 + 4 × 3) ÷ 5 hours.
  ['stageHistory', 'averageTimeInStage', '8400', '9360'],
  ['stageHistory', 'medianTimeInStage', '10800', '10800'],
  // L were lost: 3 ÷ 9; 1 ÷ 5.
  ['stageHistory', 'stageConversion', '33.33', '20.00'],
  // 3 × 2 + 6 × 1; 2 + 4 × 1.
  ['products', 'soldQuantity', '12', '6'],
  ['products', 'soldAmount', '36.00', '18.00'],
];
/** Won deals ÷ contacts: 9 ÷ 12; 5 ÷ 6. */
const CONVERSION_OF_SIMPLE = ['75.00', '83.33'];

test('every measure of the catalog is worked out here', () => {
  // People have no moments.
  const entities = (Object.keys(CATALOG) as DataSource[]).filter((entity) => entity !== 'people');
  const all = entities.flatMap((entity) => [...CATALOG[entity].measures].map((measure) => `${entity} ${measure}`));
  expect(EXPECTED.map(([entity, measure]) => `${entity} ${measure}`).sort()).toEqual(all.sort());
});

describe.each(ZONES)('$name', (zone) => {
  let asker: Asker;
  const askerOf = (mode: CrmMode) =>
    createAsker(database.db, tenants.get(zone) ?? '', { now: new Date(zone.now), timezone: zone.timezone, mode });
  beforeAll(async () => {
    asker = await askerOf('classic');
  });

  test.each(EXPECTED)('%s %s: %s, before %s', async (dataSource, measure, value, previous) => {
    const data = await asker.kpi({ dataSource, measure, timeRangeDays: 3, comparisonPeriodDays: 3 });
    expect([data.value, data.previous]).toEqual([value, previous]);
  });

  test.each(['deals', 'contacts'] as const)('conversion of a simple CRM, asked of %s', async (dataSource) => {
    const simple = await askerOf('simple');
    const data = await simple.kpi({ dataSource, measure: 'conversionRate', timeRangeDays: 3, comparisonPeriodDays: 3 });
    expect([data.value, data.previous]).toEqual(CONVERSION_OF_SIMPLE);
  });

  test('each day has its own three, its weekday too, by every time that counts', async () => {
    const weekdays = zone.days.map((day) => new Date(`${day}T00:00:00Z`).getUTCDay() || 7).map(String);
    for (const [dataSource, measure] of [
      ['leads', 'totalLeads'],
      ['deals', 'totalDeals'],
      ['deals', 'wonDeals'],
      ['activities', 'totalActivities'],
      ['companies', 'totalCompanies'],
      ['stageHistory', 'stageEntries'],
    ] as const) {
      const byDay = await asker.chart({ dataSource, measure, timeBucket: 'day', timeRangeDays: 3 });
      expect(pointsOf(byDay), measure).toEqual(zone.days.map((day) => [day, 3]));
      const byWeekday = await asker.chart({ dataSource, measure, xField: 'weekday', timeRangeDays: 3 });
      expect(
        pointsOf(byWeekday).filter(([, value]) => value !== 0),
        measure,
      ).toEqual(weekdays.sort().map((day) => [day, 3]));
    }
  });

  test('the clock shows the first hour at the beginning of days and 23 at their end', async () => {
    const hours = new Map<string, number>([['23', 6]]);
    for (const hour of zone.firstHours) hours.set(String(hour), (hours.get(String(hour)) ?? 0) + 1);
    const data = await asker.chart({ dataSource: 'companies', xField: 'hour', timeRangeDays: 3 });
    expect(new Map(pointsOf(data).filter(([, value]) => value !== 0))).toEqual(hours);
  });
});

function pointsOf({ series }: Awaited<ReturnType<Asker['chart']>>): [string, number | null][] {
  return (series[0]?.points ?? []).map(({ key, value }) => [key, value]);
}
