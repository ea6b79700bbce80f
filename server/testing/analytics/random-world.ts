import { randomUUID } from 'node:crypto';
import { DateTime } from 'luxon';
import type pg from 'pg';
import type { BusinessHours } from '../../../contract/settings.ts';
import { insertRows } from '../insert-rows.ts';

/** A row as it is inserted, but for moments: those are milliseconds here and ISO texts in the database. */
export type WorldRow = Readonly<Record<string, unknown>> & { crm_source: string; external_id: string };

export interface World {
  tenantId: string;
  now: Date;
  timezone: string;
  hours: BusinessHours;
  mode: 'classic' | 'simple';
  leads: WorldRow[];
  deals: WorldRow[];
  activities: WorldRow[];
  contacts: WorldRow[];
  companies: WorldRow[];
  stageHistory: WorldRow[];
  /** Rows of deals' products, with what their deal is. */
  products: WorldRow[];
  people: WorldRow[];
}

/** Phone numbers with the country each is of, worked out by hand; null: there is no number. */
export const PHONES: readonly (readonly [phone: string | null, country: string | null])[] = [
  [null, null],
  ['', null],
  ['+998 90 123-45-67', 'UZ'],
  ['00998901234567', 'UZ'],
  ['+7 (903) 123-45-67', 'RU'],
  ['+7 701 123 45 67', 'KZ'],
  ['+7 812 123 45 67', 'RU'],
  ['(+49) 30 123456', 'DE'],
  ['+1 212 555 0100', 'US'],
  ['+1 416 555 0100', 'CA'],
  ['+1 809 555 0100', 'other'],
  ['+996 555 123456', 'KG'],
  ['+999 1', 'other'],
  ['8 903 123 45 67', 'other'],
  ['call me', 'other'],
  ['+0 1', 'other'],
];

export const STATUSES = [
  status('bitrix24', 'leads', '', 'NEW', 'Unsorted', 10, 'open', '#111111'),
  status('bitrix24', 'leads', '', 'WORK', 'In work', 5, 'open'),
  status('hubspot', 'leads', '', 'NEW', 'New', 1, 'open', '#222222'),
  status('hubspot', 'leads', '', 'WORK', 'Refused', 2, 'lost'),
  status('bitrix24', 'deals', '0', 'NEW', 'New deal', 10, 'open', '#333333'),
  status('bitrix24', 'deals', '0', 'WORK', 'In work', 10, null),
  status('bitrix24', 'deals', '0', 'WON', 'Paid', 30, 'won'),
  status('bitrix24', 'deals', '7', 'NEW', 'To renew', 1, 'open', '#444444'),
  status('bitrix24', 'deals', '7', 'WON', 'Missed', 2, 'lost'),
  status('bitrix24', 'deals', '7', 'WORK', 'Renewed', 3, 'won'),
  status('hubspot', 'deals', '0', 'NEW', 'Appointment', 3, 'open'),
  status('bitrix24', 'industries', '', 'IT', 'Computers', 2, null),
  status('bitrix24', 'sources', '', 'WEB', 'Website', 2, null, '#555555'),
  status('bitrix24', 'sources', '', 'CALL', 'Phone call', 1, null),
];
export const USERS = [
  { crm_source: 'bitrix24', external_id: '1', name: 'Ann', department: 'Sales', active: true },
  { crm_source: 'bitrix24', external_id: '2', name: 'Bob', department: 'Support', active: false },
  { crm_source: 'bitrix24', external_id: '3', name: 'Cid', department: 'Sales', active: false },
  { crm_source: 'bitrix24', external_id: '4', name: 'Dan', department: null, active: true },
  { crm_source: 'hubspot', external_id: '1', name: 'Zed', department: 'Sales', active: true },
  { crm_source: 'hubspot', external_id: '9', name: 'Yan', department: 'Abroad', active: false },
] as const;
/** The third of HubSpot has the name of another CRM's. */
const PRODUCTS = [
  { crm_source: 'bitrix24', external_id: '1', name: 'Course' },
  { crm_source: 'bitrix24', external_id: '2', name: 'Support, a year' },
  { crm_source: 'hubspot', external_id: '1', name: 'Course' },
] as const;
export const PIPELINES = [
  { crm_source: 'bitrix24', external_id: '0', name: 'Sales', sort: 500, is_default: true },
  { crm_source: 'bitrix24', external_id: '7', name: 'Renewals', sort: 10, is_default: false },
  { crm_source: 'hubspot', external_id: '0', name: 'Inbound', sort: 1, is_default: true },
] as const;
/** Units of the CRM's base for one; the display currency is the dollar. */
export const RATES = [
  { crm_source: 'bitrix24', code: 'RUB', rate: '1' },
  { crm_source: 'bitrix24', code: 'USD', rate: '90' },
  { crm_source: 'bitrix24', code: 'EUR', rate: '100.5' },
  { crm_source: 'bitrix24', code: 'XYZ', rate: null },
  { crm_source: 'hubspot', code: 'USD', rate: '1' },
  { crm_source: 'hubspot', code: 'EUR', rate: '1.1' },
] as const;
export const CUSTOM_FIELDS = [
  field('bitrix24', 'leads', 'UF_LIST', 'list', { a: 'Alpha', b: 'Beta' }),
  field('hubspot', 'leads', 'UF_LIST', 'list', { a: 'Another' }),
  field('bitrix24', 'deals', 'UF_LIST', 'list', { a: 'Alpha', b: 'Beta' }),
  field('bitrix24', 'leads', 'UF_FLAG', 'boolean', null),
  field('bitrix24', 'contacts', 'UF_FLAG', 'boolean', null),
  field('bitrix24', 'companies', 'UF_KIND', 'text', { x: 'Extra' }),
  { ...field('bitrix24', 'leads', 'UF_MANY', 'list', { a: 'Alpha' }), is_multiple: true },
  field('bitrix24', 'leads', 'UF_TEXT', 'text', null),
  field('bitrix24', 'leads', 'UF_DATE', 'date', null),
];

function field(crm_source: string, entity: string, code: string, type: string, options: Record<string, string> | null) {
  return { crm_source, entity, code, label: code, type, is_custom: true, is_multiple: false, options };
}

const TIME_COLUMNS = [
  'created_at',
  'closed_at',
  'stage_changed_at',
  'first_response_at',
  'started_at',
  'deadline',
  'occurred_at',
  'left_at',
  'funnel_entered_at',
  'deleted_at',
] as const;

/** Worlds of successive seeds lie in all of them. */
const ZONES = ['Europe/Berlin', 'Asia/Tashkent', 'America/New_York'];

const NEVER: BusinessHours = { mon: null, tue: null, wed: null, thu: null, fri: null, sat: null, sun: null };
const NINE_TO_SIX = { from: '09:00', to: '18:00' };
/** Worlds of successive seeds keep all of them: an office's, a shop's that never closes at the weekend, nobody's. */
const HOURS: readonly BusinessHours[] = [
  { ...NEVER, mon: NINE_TO_SIX, tue: NINE_TO_SIX, wed: { from: '00:00', to: '12:30' }, fri: NINE_TO_SIX },
  { ...NEVER, sat: { from: '08:00', to: '24:00' }, sun: { from: '00:00', to: '24:00' }, mon: { from: '00:00', to: '02:00' } },
  NEVER,
];

/** Random rows of every table, the same for the same seed. */
export function randomWorld(seed: number): World {
  const random = createRandom(seed);
  const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)] as Value;
  const chance = (share: number) => random() < share;
  const timezone = ZONES[seed % ZONES.length] ?? 'UTC';
  // A spring change, an autumn change, a leap day, the end of a year, and a day like any other.
  const now = new Date(
    pick([
      '2025-03-30T00:45:00Z',
      '2024-10-27T12:00:00Z',
      '2024-02-29T20:30:00Z',
      '2024-12-31T22:59:59Z',
      '2025-06-11T07:00:00Z',
    ]),
  );
  const today = DateTime.fromJSDate(now, { zone: timezone }).startOf('day');

  const moment = (): number => {
    const kind = random();
    if (kind < 0.4) return now.getTime() - Math.floor(random() * 60 * 86_400_000);
    if (kind < 0.6) return now.getTime() - Math.floor(random() * 900 * 86_400_000);
    // Midnights of windows and the milliseconds around them.
    if (kind < 0.8)
      return today.minus({ days: pick([-1, 0, 1, 6, 29, 30, 59, 89, 90, 364]) }).toMillis() + pick([-1, 0, 1, 3_600_000]);
    if (kind < 0.9)
      return (
        today
          .minus({ months: Math.floor(random() * 14) })
          .startOf('month')
          .toMillis() + pick([-1, 0])
      );
    if (kind < 0.95) return now.getTime() + Math.floor(random() * 3 * 86_400_000);
    // Around the changes of the clock.
    return (
      Date.parse(pick(['2024-10-27T00:00:00Z', '2024-10-27T01:00:00Z', '2025-03-30T01:00:00Z', '2024-11-03T06:00:00Z'])) +
      pick([-1, 0, 1_800_000])
    );
  };
  const maybe = <Value>(value: Value, share = 0.1): Value | null => (chance(share) ? null : value);
  const money = () => pick([null, '0', '10', '10.5', '0.3333', '1234567890123.4567', '-5', String(Math.floor(random() * 5000))]);
  const currency = () => pick(['USD', 'USD', 'RUB', 'EUR', 'XYZ', null, '']);
  const person = () => pick(['1', '2', '3', '4', '9', '0', '', 'ghost', null]);
  const base = (index: number) => ({
    crm_source: pick(['bitrix24', 'bitrix24', 'hubspot']),
    external_id: String(index),
    deleted_at: chance(0.08) ? now.getTime() : null,
  });
  const many = <Row>(count: number, make: (index: number) => Row) => Array.from({ length: count }, (_, index) => make(index));
  const flag = () => pick([{}, { UF_FLAG: true }, { UF_FLAG: 'Y' }, { UF_FLAG: 1 }, { UF_FLAG: 'N' }, { UF_FLAG: 0 }]);
  const list = () => pick([{}, { UF_LIST: 'a' }, { UF_LIST: 'b' }, { UF_LIST: 'gone' }, { UF_LIST: 7 }, { UF_LIST: '' }]);

  const world: World = {
    tenantId: randomUUID(),
    now,
    timezone,
    hours: HOURS[seed % HOURS.length] ?? NEVER,
    mode: pick(['classic', 'classic', 'simple']),
    products: [],
    people: USERS.map((user) => ({ ...user, deleted_at: null })),
    leads: many(260, (index) => {
      const created_at = maybe(moment(), 0.05);
      const semantic = pick(['open', 'open', 'won', 'lost']);
      const wait = pick([0, 60_000, 299_999, 300_000, 300_001, 900_000, 3_600_000, 3_600_001, 90_000_000]);
      return {
        ...base(index),
        status: pick(['NEW', 'WORK', 'GONE', null, '']),
        semantic,
        source: pick(['WEB', 'CALL', 'GHOST', null, '']),
        assigned_to: person(),
        contact_phone: pick(PHONES)[0],
        value: money(),
        currency: currency(),
        custom_fields: { ...list(), ...flag() },
        created_at,
        closed_at: semantic === 'open' ? maybe(moment(), 0.9) : maybe(moment()),
        stage_changed_at: maybe(moment(), 0.3),
        first_response_at: created_at === null || chance(0.4) ? null : created_at + wait,
        activity_count: pick([0, 0, 1, 2, 17]),
      };
    }),
    deals: many(260, (index) => {
      const semantic = pick(['open', 'open', 'won', 'lost']);
      return {
        ...base(index),
        pipeline: pick(['0', '0', '7', '8', null]),
        stage: pick(['NEW', 'WON', 'GONE', null]),
        semantic,
        source: pick(['WEB', 'CALL', 'GHOST', null]),
        assigned_to: person(),
        value: money(),
        currency: currency(),
        custom_fields: list(),
        created_at: maybe(moment(), 0.05),
        // A deal that was opened again may keep the moment it closed at.
        closed_at: semantic === 'open' ? maybe(moment(), 0.8) : maybe(moment()),
        // Many at the edge of what counts as stale.
        stage_changed_at: chance(0.3) ? today.minus({ days: 29 }).toMillis() + pick([-1, 0]) : maybe(moment(), 0.3),
        activity_count: pick([0, 3]),
      };
    }),
    activities: many(300, (index) => ({
      ...base(index),
      type: pick(['call', 'call', 'email', 'meeting', 'task', 'other', 'fax']),
      direction: pick(['in', 'out', null]),
      completed: chance(0.6),
      employee_id: person(),
      duration_seconds: pick([null, 0, 1, 59, 60, 61, Math.floor(random() * 4000)]),
      owner_entity: pick(['leads', 'leads', 'deals', null]),
      started_at: maybe(moment(), 0.05),
      created_at: maybe(moment(), 0.05),
      deadline: maybe(moment(), 0.5),
    })),
    contacts: many(120, (index) => ({
      ...base(index),
      source: pick(['WEB', 'CALL', null]),
      assigned_to: person(),
      phone: pick(PHONES)[0],
      custom_fields: flag(),
      created_at: maybe(moment(), 0.05),
    })),
    companies: many(90, (index) => ({
      ...base(index),
      industry: pick(['IT', 'RETAIL', '', null]),
      employee_count: pick([null, 0, 5, 12, 5000]),
      revenue: money(),
      currency: currency(),
      assigned_to: person(),
      custom_fields: pick([{}, { UF_KIND: 'x' }, { UF_KIND: 'plain' }]),
      created_at: maybe(moment(), 0.05),
    })),
    stageHistory: [],
  };
  world.stageHistory = many(900, (index) => {
    const owner_entity = pick(['leads', 'deals'] as const);
    const pipeline = () => (owner_entity === 'leads' ? null : pick(['0', '0', '7', '8']));
    const occurred_at = moment();
    const next = {
      left_at: occurred_at + pick([0, 1, 999, 60_000, 86_400_000, 7_776_000_000]),
      next_pipeline: pipeline(),
      next_stage: pick(['NEW', 'WORK', 'WON', 'GONE']),
      next_semantic: pick(['open', 'open', 'won', 'lost']),
    };
    const of = pick(world[owner_entity]);
    return {
      ...base(index),
      crm_source: of.crm_source,
      owner_entity,
      owner_external_id: of.external_id,
      pipeline: pipeline(),
      stage: pick(['NEW', 'WORK', 'WON', 'GONE']),
      semantic: pick(['open', 'open', 'won', 'lost']),
      kind: 'moved',
      occurred_at,
      funnel_entered_at: chance(0.5) ? moment() : null,
      ...(chance(0.3) ? { left_at: null, next_pipeline: null, next_stage: null, next_semantic: null } : next),
    };
  });
  world.products = many(200, (index) => {
    const deal = pick(world.deals);
    const row = {
      ...deal,
      external_id: String(index),
      deal_id: deal.external_id,
      product_id: pick(['1', '2', '3', '0', null]),
      name: pick(['Written by hand', 'Course', '', null]),
      quantity: pick([null, '0', '1', '2.5', '1000', '0.0001']),
      price: money(),
    };
    const known = PRODUCTS.find((one) => one.crm_source === row.crm_source && one.external_id === row.product_id);
    return { ...row, product: known?.name ?? row.name };
  });
  return world;
}

/** What a row of a deal's products is stored as; the rest is the deal's. */
const PRODUCT_COLUMNS = ['crm_source', 'external_id', 'deal_id', 'product_id', 'name', 'quantity', 'price'] as const;

/** Inserts a world with its dictionaries as a tenant of its own. */
export async function insertWorld(owner: pg.Client, world: World): Promise<void> {
  const { tenantId } = world;
  const own = (rows: readonly object[]) => rows.map((row) => ({ tenant_id: tenantId, ...row }));
  await insertRows(owner, 'tenants', [{ id: tenantId, account_key: `property:${tenantId}` }]);
  await insertRows(owner, 'crm_statuses', own(STATUSES));
  await insertRows(owner, 'crm_users', own(USERS));
  await insertRows(owner, 'crm_products', own(PRODUCTS));
  await insertRows(
    owner,
    'crm_deal_products',
    own(world.products.map((row) => Object.fromEntries(PRODUCT_COLUMNS.map((column) => [column, row[column]])))),
  );
  await insertRows(owner, 'crm_pipelines', own(PIPELINES));
  await insertRows(owner, 'crm_currencies', own(RATES.map((rate) => ({ ...rate, name: rate.code }))));
  await insertRows(owner, 'crm_field_definitions', own(CUSTOM_FIELDS));
  await insertRows(owner, 'crm_stage_history', own(world.stageHistory.map(toStored)));
  for (const entity of ['leads', 'deals', 'activities', 'contacts', 'companies'] as const) {
    await insertRows(owner, `crm_${entity}`, own(world[entity].map(toStored)));
  }
  await owner.query('analyze');
}

function toStored(row: WorldRow): Record<string, unknown> {
  const times = TIME_COLUMNS.filter((column) => typeof row[column] === 'number');
  return { ...row, ...Object.fromEntries(times.map((column) => [column, new Date(Number(row[column])).toISOString()])) };
}

function status(
  crm_source: string,
  entity: string,
  pipeline: string,
  code: string,
  label: string,
  sort: number,
  semantic: string | null,
  color: string | null = null,
) {
  return { crm_source, entity, pipeline, code, label, sort, semantic, color };
}

/** Mulberry32. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
