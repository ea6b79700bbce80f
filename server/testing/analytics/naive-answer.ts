import { Decimal } from 'decimal.js';
import { DateTime } from 'luxon';
import type { ChartConfig, ChartPoint, ChartSeries, DataSource, KpiConfig, Unconverted } from '../../../contract/charts.ts';
import type { Period } from '../../../contract/periods.ts';
import { CUSTOM_FIELDS, PHONES, PIPELINES, RATES, STATUSES, USERS, type World, type WorldRow } from './random-world.ts';

/*
 * What every question should be answered with, worked out once more: plain loops over the rows of a world, dates by luxon,
 * money by decimal.js. It shares no code with the product but the types of its contract, and its words are written out here.
 */

const Exact = Decimal.clone({ precision: 80, rounding: Decimal.ROUND_HALF_UP });
const DISPLAY_CURRENCY = 'USD';
const LAST = Number.MAX_SAFE_INTEGER;

/** A value of a dimension. */
interface Category {
  id: string;
  code: string;
  label: string;
  pipeline: string | null;
  color: string | null;
  rank: number | null;
}

interface NaiveDimension {
  describe: (row: WorldRow, world: Pick<World, 'timezone' | 'hours'>, time: string) => Category;
  /** Codes worth filtering by. */
  codes: readonly string[];
  none?: string;
  closed?: readonly Category[];
}

interface NaiveNumber {
  format: 'currency' | 'duration' | 'number';
  read: (row: WorldRow) => Decimal | null;
  divisor?: number;
}

interface Part {
  entity: DataSource;
  /** Rows to be counted in place of the entity's. */
  rowsOf?: (world: World) => readonly WorldRow[];
  /** Names of the entity that such rows do not have. */
  lacks?: RegExp;
  aggregation: ChartConfig['aggregation'];
  field: string | null;
  time: string;
  keep: (row: WorldRow, world: World) => boolean;
  /** What a row's amount counts with. */
  weight?: (row: WorldRow, world: World) => Decimal | null;
}

interface NaiveMeasure {
  format: ChartData['format'];
  parts: readonly Part[];
  scale: number;
}

interface ChartData {
  format: 'number' | 'currency' | 'percentage' | 'duration';
  series: ChartSeries[];
  total: string | null;
  rowCount: number;
  unconverted: Unconverted[];
}

export const TIMES: Record<DataSource, Record<string, string>> = {
  leads: { createdAt: 'created_at', closedAt: 'closed_at', stageChangedAt: 'stage_changed_at' },
  deals: { createdAt: 'created_at', closedAt: 'closed_at', stageChangedAt: 'stage_changed_at' },
  activities: { startedAt: 'started_at', createdAt: 'created_at', deadline: 'deadline' },
  contacts: { createdAt: 'created_at' },
  companies: { createdAt: 'created_at' },
  stageHistory: { enteredAt: 'occurred_at', leftAt: 'left_at' },
  products: { createdAt: 'created_at', closedAt: 'closed_at' },
  people: {},
};
const MAIN_TIME: Record<DataSource, string> = {
  leads: 'createdAt',
  deals: 'createdAt',
  activities: 'startedAt',
  contacts: 'createdAt',
  companies: 'createdAt',
  stageHistory: 'enteredAt',
  products: 'createdAt',
  people: '',
};

const text = (value: unknown): string => (value === null || value === undefined ? '' : String(value));
const none = (label: string, rank: number | null): Category => ({ id: '', code: '', label, pipeline: null, color: null, rank });
const value = (id: string, code: string, label: string, rank: number | null = null): Category => ({
  id,
  code,
  label,
  pipeline: null,
  color: null,
  rank,
});

const ORDERED_STATUSES = [...STATUSES].sort(
  (a, b) =>
    compareText(a.crm_source, b.crm_source) || compareText(a.entity, b.entity) || a.sort - b.sort || compareText(a.code, b.code),
);
const ORDERED_PIPELINES = [...PIPELINES].sort(
  (a, b) => compareText(a.crm_source, b.crm_source) || Number(b.is_default) - Number(a.is_default) || a.sort - b.sort,
);

function status(row: WorldRow, entity: string, pipeline: string, code: string) {
  const index = ORDERED_STATUSES.findIndex(
    (one) => one.crm_source === row.crm_source && one.entity === entity && one.pipeline === pipeline && one.code === code,
  );
  const found = ORDERED_STATUSES[index];
  return { label: found?.label ?? code, color: found?.color ?? null, rank: index < 0 ? null : index };
}

function user(row: WorldRow, column: string) {
  return USERS.find((one) => one.crm_source === row.crm_source && one.external_id === text(row[column]));
}

const coded = (column: string, labels: Record<string, string> = {}, codes: readonly string[] = []): NaiveDimension => ({
  describe: (row) => {
    const code = text(row[column]);
    return code === '' ? none('Not set', null) : value(code, code, labels[code] ?? code);
  },
  codes,
});

const OWNER = (column: string): NaiveDimension => ({
  describe: (row) => {
    const code = text(row[column]);
    if (code === '' || code === '0') return none('Unassigned', null);
    return value(`${row.crm_source}\0${code}`, code, user(row, column)?.name ?? code);
  },
  codes: ['1', '2', '9', '0', 'ghost'],
  none: '0',
});

const DEPARTMENT = (column: string): NaiveDimension => ({
  describe: (row) => {
    const department = text(row[column]) === '0' ? undefined : user(row, column)?.department;
    return department ? value(`${row.crm_source}\0${department}`, department, department) : none('Not set', null);
  },
  codes: ['Sales', 'Support', 'Abroad'],
});

/** A code that one of the CRM's plain lists names. */
const LISTED = (column: string, list: string, codes: readonly string[]): NaiveDimension => ({
  describe: (row) => {
    const code = text(row[column]);
    if (code === '') return none('Not set', null);
    const { label, color } = status(row, list, '', code);
    return { ...value(`${row.crm_source}\0\0${code}`, code, label), color };
  },
  codes,
});
const SOURCE = LISTED('source', 'sources', ['WEB', 'CALL', 'GHOST']);

const OUTCOME = coded('semantic', { open: 'Open', won: 'Won', lost: 'Lost' }, ['open', 'won', 'lost']);
const CURRENCY = coded('currency', {}, ['USD', 'XYZ']);
const CRM = coded('crm_source', { bitrix24: 'Bitrix24', hubspot: 'HubSpot' }, ['bitrix24', 'hubspot']);

const COUNTRY_NAMES: Record<string, string> = {
  UZ: 'Uzbekistan',
  RU: 'Russia',
  KZ: 'Kazakhstan',
  DE: 'Germany',
  US: 'United States',
  CA: 'Canada',
  KG: 'Kyrgyzstan',
  other: 'Other or unknown',
};
const COUNTRY = (column: string): NaiveDimension => ({
  describe: (row) => {
    const [, country] = PHONES.find(([phone]) => phone === row[column]) ?? [];
    return country ? value(country, country, COUNTRY_NAMES[country] ?? country) : none('Not set', null);
  },
  codes: ['UZ', 'RU', 'KZ', 'US', 'CA', 'other', 'FR', 'nowhere'],
});

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'].map((label, index) =>
  value(String(index + 1), String(index + 1), label, index + 1),
);
const HOURS = Array.from({ length: 24 }, (_, hour) =>
  value(String(hour), String(hour), `${hour < 10 ? '0' : ''}${hour}:00`, hour),
);

const CLOCK = (kind: 'weekday' | 'hour', column: string | null): NaiveDimension => ({
  describe: (row, { timezone }, time) => {
    const at = row[column ?? time];
    if (typeof at !== 'number') return none('Not set', LAST);
    const local = DateTime.fromMillis(at, { zone: timezone });
    return (kind === 'weekday' ? WEEKDAYS[local.weekday - 1] : HOURS[local.hour]) ?? none('?', null);
  },
  codes: ['1', '3', '7', '8', '23'],
  closed: kind === 'weekday' ? WEEKDAYS : HOURS,
});

const SHIFTS = {
  within: value('within', 'within', 'In business hours'),
  outside: value('outside', 'outside', 'Outside business hours'),
};
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const BUSINESS_HOURS = (column: string | null): NaiveDimension => ({
  describe: (row, { timezone, hours }, time) => {
    const at = row[column ?? time];
    if (typeof at !== 'number') return none('Not set', null);
    const local = DateTime.fromMillis(at, { zone: timezone });
    const work = hours[DAYS[local.weekday - 1] ?? 'mon'];
    const clock = local.toFormat('HH:mm');
    return work && clock >= work.from && clock < work.to ? SHIFTS.within : SHIFTS.outside;
  },
  codes: ['within', 'outside', 'never'],
});

const CUSTOM = (entity: DataSource, code: string): NaiveDimension => ({
  describe: (row) => {
    const raw = text((row.custom_fields as Record<string, unknown>)[code]);
    if (raw === '') return none('Not set', null);
    if (code === 'UF_FLAG')
      return ['true', 'Y', '1'].includes(raw) ? value('true', 'true', 'Yes') : value('false', 'false', 'No');
    const definition = CUSTOM_FIELDS.find(
      (one) => one.entity === entity && one.code === code && one.crm_source === row.crm_source,
    );
    return value(`${row.crm_source}\0${raw}`, raw, definition?.options?.[raw] ?? raw);
  },
  codes: code === 'UF_FLAG' ? ['true', 'false'] : ['a', 'b', 'gone', '7', 'x'],
});

function clocks(entity: DataSource): Record<string, NaiveDimension> {
  const dimensions: Record<string, NaiveDimension> = {
    weekday: CLOCK('weekday', null),
    hour: CLOCK('hour', null),
    businessHours: BUSINESS_HOURS(null),
  };
  for (const [time, column] of Object.entries(TIMES[entity])) {
    dimensions[`${time}Weekday`] = CLOCK('weekday', column);
    dimensions[`${time}Hour`] = CLOCK('hour', column);
    dimensions[`${time}BusinessHours`] = BUSINESS_HOURS(column);
  }
  return dimensions;
}

function dealStage(row: WorldRow, id: string, code: string): Category {
  if (code === '') return none('Not set', LAST);
  const place = ORDERED_PIPELINES.findIndex((one) => one.crm_source === row.crm_source && one.external_id === id);
  const { label, color, rank } = status(row, 'deals', id, code);
  return {
    id: `${row.crm_source}\0${id}\0${code}`,
    code,
    label,
    color,
    pipeline: ORDERED_PIPELINES[place]?.name ?? id,
    rank: (place < 0 ? ORDERED_PIPELINES.length : place) * 1e6 + (rank ?? 1e6 - 1),
  };
}

const PIPELINE: NaiveDimension = {
  describe: (row) => {
    const code = text(row.pipeline);
    if (code === '') return none('Not set', null);
    const found = PIPELINES.find((one) => one.crm_source === row.crm_source && one.external_id === code);
    return value(`${row.crm_source}\0${code}`, code, found?.name ?? code);
  },
  codes: ['0', '7', '8'],
};

/** Statuses of leads first, in their order, then stages of deals. */
const HISTORY_STAGE = (pipelineColumn: string, stageColumn: string): NaiveDimension => ({
  describe: (row) => {
    const [entity, pipeline, code] = [text(row.owner_entity), text(row[pipelineColumn]), text(row[stageColumn])];
    if (code === '') return none('Not set', LAST);
    const id = `${row.crm_source}\0${entity}\0${pipeline}\0${code}`;
    if (entity === 'deals') {
      const stage = dealStage(row, pipeline, code);
      return { ...stage, id, rank: (stage.rank ?? 0) + 1e6 };
    }
    const { label, color, rank } = status(row, 'leads', '', code);
    return { ...value(id, code, label, rank ?? 1e6 - 1), color };
  },
  codes: ['NEW', 'WORK', 'WON', 'GONE'],
});

export const DIMENSIONS: Record<DataSource, Record<string, NaiveDimension>> = {
  leads: {
    status: {
      describe: (row) => {
        const code = text(row.status);
        if (code === '') return none('Not set', LAST);
        const { label, color, rank } = status(row, 'leads', '', code);
        return { ...value(`${row.crm_source}\0\0${code}`, code, label, rank ?? LAST - 1), color };
      },
      codes: ['NEW', 'WORK', 'GONE'],
    },
    outcome: OUTCOME,
    source: SOURCE,
    owner: OWNER('assigned_to'),
    currency: CURRENCY,
    crmSource: CRM,
    department: DEPARTMENT('assigned_to'),
    country: COUNTRY('contact_phone'),
    'custom:UF_LIST': CUSTOM('leads', 'UF_LIST'),
    'custom:UF_FLAG': CUSTOM('leads', 'UF_FLAG'),
    ...clocks('leads'),
  },
  deals: {
    stage: { describe: (row) => dealStage(row, text(row.pipeline), text(row.stage)), codes: ['NEW', 'WON', 'GONE'] },
    pipeline: PIPELINE,
    outcome: OUTCOME,
    source: SOURCE,
    owner: OWNER('assigned_to'),
    currency: CURRENCY,
    crmSource: CRM,
    department: DEPARTMENT('assigned_to'),
    'custom:UF_LIST': CUSTOM('deals', 'UF_LIST'),
    ...clocks('deals'),
  },
  activities: {
    type: coded('type', { call: 'Call', email: 'E-mail', meeting: 'Meeting', task: 'Task', other: 'Other' }, [
      'call',
      'fax',
      'letter',
    ]),
    direction: coded('direction', { in: 'Incoming', out: 'Outgoing' }, ['in', 'out']),
    completed: coded('completed', { true: 'Completed', false: 'Not completed' }, ['true', 'false']),
    owner: OWNER('employee_id'),
    crmSource: CRM,
    department: DEPARTMENT('employee_id'),
    ...clocks('activities'),
  },
  contacts: {
    source: SOURCE,
    owner: OWNER('assigned_to'),
    crmSource: CRM,
    department: DEPARTMENT('assigned_to'),
    country: COUNTRY('phone'),
    'custom:UF_FLAG': CUSTOM('contacts', 'UF_FLAG'),
    ...clocks('contacts'),
  },
  companies: {
    industry: LISTED('industry', 'industries', ['IT', 'RETAIL']),
    owner: OWNER('assigned_to'),
    currency: CURRENCY,
    crmSource: CRM,
    department: DEPARTMENT('assigned_to'),
    'custom:UF_KIND': CUSTOM('companies', 'UF_KIND'),
    ...clocks('companies'),
  },
  stageHistory: {
    entity: coded('owner_entity', { leads: 'Leads', deals: 'Deals' }, ['leads', 'deals', 'contacts']),
    pipeline: PIPELINE,
    stage: HISTORY_STAGE('pipeline', 'stage'),
    nextStage: HISTORY_STAGE('next_pipeline', 'next_stage'),
    outcome: OUTCOME,
    crmSource: CRM,
    ...clocks('stageHistory'),
  },
  products: {
    product: coded('product', {}, ['Course', 'Support, a year', 'Written by hand', '1']),
    stage: { describe: (row) => dealStage(row, text(row.pipeline), text(row.stage)), codes: ['NEW', 'WON', 'GONE'] },
    pipeline: PIPELINE,
    outcome: OUTCOME,
    source: SOURCE,
    owner: OWNER('assigned_to'),
    currency: CURRENCY,
    crmSource: CRM,
    department: DEPARTMENT('assigned_to'),
    ...clocks('products'),
  },
  people: {
    person: OWNER('external_id'),
    department: DEPARTMENT('external_id'),
    active: coded('active', { true: 'Has access', false: 'Has left' }, ['true', 'false']),
    crmSource: CRM,
  },
};

const stored = (column: string) => (row: WorldRow) =>
  row[column] === null || row[column] === undefined ? null : new Exact(String(row[column]));
const seconds = (from: string, to: string) => (row: WorldRow) => {
  const [start, end] = [row[from], row[to]];
  return typeof start === 'number' && typeof end === 'number' && end >= start ? new Exact(end - start).div(1000) : null;
};
const times = (one: string, other: string) => (row: WorldRow) => {
  const [factor, second] = [stored(one)(row), stored(other)(row)];
  return factor && second && factor.times(second);
};
const AMOUNT: NaiveNumber = { format: 'currency', read: stored('value') };

export const NUMBERS: Record<DataSource, Record<string, NaiveNumber>> = {
  leads: {
    value: AMOUNT,
    firstResponse: { format: 'duration', read: seconds('created_at', 'first_response_at') },
    activityCount: { format: 'number', read: stored('activity_count') },
  },
  deals: {
    value: AMOUNT,
    cycleDays: { format: 'number', read: seconds('created_at', 'closed_at'), divisor: 86_400 },
    activityCount: { format: 'number', read: stored('activity_count') },
  },
  activities: { durationSeconds: { format: 'duration', read: stored('duration_seconds') } },
  contacts: {},
  companies: {
    revenue: { format: 'currency', read: stored('revenue') },
    employeeCount: { format: 'number', read: stored('employee_count') },
  },
  stageHistory: { timeInStage: { format: 'duration', read: seconds('occurred_at', 'left_at') } },
  products: {
    quantity: { format: 'number', read: stored('quantity') },
    price: { format: 'currency', read: stored('price') },
    amount: { format: 'currency', read: times('quantity', 'price') },
  },
  people: {},
};

const isA =
  (...semantics: string[]) =>
  (row: WorldRow) =>
    semantics.includes(text(row.semantic));
const any = () => true;
const isDoneCall = (row: WorldRow) => row.completed === true && row.type === 'call';

function part(entity: DataSource, keep: Part['keep'] = any, more: Partial<Part> = {}): Part {
  return { entity, aggregation: 'count', field: null, time: MAIN_TIME[entity], keep, ...more };
}
const number = (format: NaiveMeasure['format'], one: Part): NaiveMeasure => ({ format, parts: [one], scale: 1 });
const share = (above: Part, below: Part): NaiveMeasure => ({ format: 'percentage', parts: [above, below], scale: 100 });

const WON = part('deals', isA('won'), { time: 'closedAt' });
const LEADS = part('leads');

function answeredWithin(minutes: number): NaiveMeasure {
  const isOld = (row: WorldRow, { now }: World) =>
    typeof row.created_at === 'number' && now.getTime() - row.created_at >= minutes * 60_000;
  const isAnswered = (row: WorldRow) =>
    typeof row.first_response_at === 'number' && row.first_response_at - Number(row.created_at) <= minutes * 60_000;
  return share(
    part('leads', (row, world) => isOld(row, world) && isAnswered(row)),
    part('leads', isOld),
  );
}

function isStale(row: WorldRow, { now, timezone }: World): boolean {
  const since = row.stage_changed_at ?? row.created_at;
  const cutoff = DateTime.fromJSDate(now, { zone: timezone }).startOf('day').minus({ days: 29 });
  return row.semantic === 'open' && typeof since === 'number' && since < cutoff.toMillis();
}

/**
 * Of the deals that ended in the last 365 days and had ever been in this deal's stage, the share that was won, if they are 20 at
 * least; else that of its pipeline, then its CRM, then of everything; null where nothing ended. Four decimal places.
 */
function winningShare(deal: WorldRow, world: World): Decimal | null {
  const known = SHARES.get(world) ?? new Map<string, Decimal | null>();
  SHARES.set(world, known);
  const key = JSON.stringify([deal.crm_source, deal.pipeline, deal.stage]);
  const share = known.get(key) ?? countWinningShare(deal, world);
  known.set(key, share);
  return share;
}

const SHARES = new WeakMap<World, Map<string, Decimal | null>>();

function countWinningShare(deal: WorldRow, world: World): Decimal | null {
  const yearAgo = world.now.getTime() - 365 * 86_400_000;
  const ended = world.deals.filter(({ semantic, closed_at, deleted_at }) => {
    const at = Number(closed_at ?? Number.NaN);
    return deleted_at === null && semantic !== 'open' && at > yearAgo && at <= world.now.getTime();
  });
  const ofCrm = ended.filter((one) => one.crm_source === deal.crm_source);
  const isSame = (one: WorldRow, step: WorldRow) =>
    one.crm_source === step.crm_source && one.external_id === step.owner_external_id;
  const inStage = world.stageHistory.filter(
    (step) =>
      step.owner_entity === 'deals' && step.deleted_at === null && step.pipeline === deal.pipeline && step.stage === deal.stage,
  );
  const groups = [
    text(deal.stage) === '' ? [] : ofCrm.filter((one) => inStage.some((step) => isSame(one, step))),
    text(deal.pipeline) === '' ? [] : ofCrm.filter((one) => one.pipeline === deal.pipeline),
    ofCrm,
  ];
  const counted = groups.find((group) => group.length >= 20) ?? ended;
  if (counted.length === 0) return null;
  return new Exact(counted.filter(isA('won')).length).div(counted.length).toDecimalPlaces(4);
}

/** Left an open stage for another one. */
function hasLeft(row: WorldRow): boolean {
  const isElsewhere = text(row.next_stage) !== text(row.stage) || text(row.next_pipeline) !== text(row.pipeline);
  return row.semantic === 'open' && row.left_at !== null && isElsewhere;
}

/** One row for every stage up to a record's furthest one in a pipeline, at the moment it came into the pipeline. */
function stagesReached(world: World): WorldRow[] {
  return world.stageHistory.flatMap((step) => {
    if (step.funnel_entered_at === null) return [];
    const listed = ORDERED_STATUSES.filter(
      (one) => one.crm_source === step.crm_source && one.entity === step.owner_entity && one.pipeline === text(step.pipeline),
    );
    const furthest = listed.findIndex(({ code }) => code === step.stage);
    return listed
      .slice(0, furthest + 1)
      .filter(({ semantic }) => semantic !== 'lost')
      .map(({ code, semantic }) => ({ ...step, stage: code, semantic, occurred_at: step.funnel_entered_at }));
  });
}

/** The measures each entity answers, in the wording of docs/measures.md. */
export function measuresOf(entity: DataSource, mode: World['mode']): Record<string, NaiveMeasure> {
  const conversionRate = share(WON, mode === 'simple' ? part('contacts') : LEADS);
  const activitiesPerLead: NaiveMeasure = {
    format: 'number',
    parts: [part('activities', (row) => row.owner_entity === 'leads'), LEADS],
    scale: 1,
  };
  switch (entity) {
    case 'leads':
      return {
        conversionRate,
        activitiesPerLead,
        totalLeads: number('number', LEADS),
        leadWinRate: share(
          part('leads', isA('won'), { time: 'closedAt' }),
          part('leads', isA('won', 'lost'), { time: 'closedAt' }),
        ),
        averageLeadValue: number('currency', part('leads', any, { aggregation: 'average', field: 'value' })),
        untouchedLeads: number(
          'number',
          part('leads', (row) => row.semantic === 'open' && row.activity_count === 0),
        ),
        averageFirstResponse: number('duration', part('leads', any, { aggregation: 'average', field: 'firstResponse' })),
        medianFirstResponse: number('duration', part('leads', any, { aggregation: 'median', field: 'firstResponse' })),
        answeredWithin5: answeredWithin(5),
        answeredWithin15: answeredWithin(15),
        answeredWithin60: answeredWithin(60),
      };
    case 'deals': {
      const sum = { aggregation: 'sum', field: 'value' } as const;
      return {
        conversionRate,
        totalDeals: number('number', part('deals')),
        openDeals: number('number', part('deals', isA('open'))),
        pipelineValue: number('currency', part('deals', isA('open'), sum)),
        weightedPipeline: number('currency', part('deals', isA('open'), { ...sum, weight: winningShare })),
        wonDeals: number('number', WON),
        wonValue: number('currency', { ...WON, ...sum }),
        averageDeal: number('currency', { ...WON, aggregation: 'average', field: 'value' }),
        lostDeals: number('number', part('deals', isA('lost'), { time: 'closedAt' })),
        lostValue: number('currency', part('deals', isA('lost'), { ...sum, time: 'closedAt' })),
        winRate: share(WON, part('deals', isA('won', 'lost'), { time: 'closedAt' })),
        staleDeals: number('number', part('deals', isStale)),
        medianCycleDays: number('number', { ...WON, aggregation: 'median', field: 'cycleDays' }),
      };
    }
    case 'activities':
      return {
        activitiesPerLead,
        totalActivities: number('number', part('activities')),
        completedActivities: number(
          'number',
          part('activities', (row) => row.completed === true),
        ),
        calls: number('number', part('activities', isDoneCall)),
        talkTime: number('duration', part('activities', isDoneCall, { aggregation: 'sum', field: 'durationSeconds' })),
      };
    case 'contacts':
      return { conversionRate, totalContacts: number('number', part('contacts')) };
    case 'companies':
      return { totalCompanies: number('number', part('companies')) };
    case 'stageHistory': {
      const time = { field: 'timeInStage' } as const;
      return {
        stageEntries: number('number', part('stageHistory')),
        stageReached: number('number', part('stageHistory', any, { rowsOf: stagesReached, lacks: /^(leftAt|nextStage)/ })),
        averageTimeInStage: number('duration', part('stageHistory', any, { ...time, aggregation: 'average' })),
        medianTimeInStage: number('duration', part('stageHistory', any, { ...time, aggregation: 'median' })),
        stageConversion: share(
          part('stageHistory', (row) => hasLeft(row) && row.next_semantic !== 'lost'),
          part('stageHistory', hasLeft),
        ),
      };
    }
    case 'products': {
      const sold = { aggregation: 'sum', time: 'closedAt' } as const;
      return {
        soldQuantity: number('number', part('products', isA('won'), { ...sold, field: 'quantity' })),
        soldAmount: number('currency', part('products', isA('won'), { ...sold, field: 'amount' })),
      };
    }
    case 'people':
      return {
        totalPeople: number('number', part('people')),
        activePeople: number(
          'number',
          part('people', (row) => row.active === true),
        ),
      };
  }
}

export function measureOf(config: ChartConfig | KpiConfig, mode: World['mode']): NaiveMeasure {
  const { dataSource, aggregation, measure } = config;
  const named = measure === null ? undefined : measuresOf(dataSource, mode)[measure];
  if (named) return named;
  const field = config.chartType === 'kpi' ? config.metricField : config.yField;
  const format = field === null ? 'number' : (NUMBERS[dataSource][field]?.format ?? 'number');
  return number(format, part(dataSource, any, { aggregation, field }));
}

/** Rows of one part of a measure that a question counts, whatever their category. */
function select(one: Part, config: ChartConfig | KpiConfig, world: World, time: string, days: Days | null): WorldRow[] {
  const { filterField, filterValue, pipeline, crmSource } = config;
  return (one.rowsOf?.(world) ?? world[one.entity]).filter((row) => {
    const at = row[time];
    if (row.deleted_at !== null || !one.keep(row, world)) return false;
    if (days && (typeof at !== 'number' || at < days.from.toMillis() || at >= days.to.toMillis())) return false;
    if (crmSource !== 'all' && row.crm_source !== crmSource) return false;
    if (pipeline !== null && text(row.pipeline) !== pipeline) return false;
    if (filterField === null) return true;
    const dimension = DIMENSIONS[one.entity][filterField];
    const wanted = filterValue === dimension?.none ? '' : filterValue;
    return dimension?.describe(row, world, time).code === wanted;
  });
}

function lastDays(count: number, world: World, daysAgo = 0): Days {
  const today = DateTime.fromJSDate(world.now, { zone: world.timezone }).startOf('day').minus({ days: daysAgo });
  return { from: today.minus({ days: count - 1 }).startOf('day'), to: today.plus({ days: 1 }).startOf('day') };
}

interface Days {
  from: DateTime;
  to: DateTime;
}

/** How the days of a period are called, all by one name, and how many such names back from today's it is. */
const CALENDAR: Record<Period, { called: string; ago: number }> = {
  yesterday: { called: 'yyyy-LL-dd', ago: 1 },
  thisWeek: { called: 'kkkk-WW', ago: 0 },
  lastWeek: { called: 'kkkk-WW', ago: 1 },
  thisMonth: { called: 'yyyy-LL', ago: 0 },
  lastMonth: { called: 'yyyy-LL', ago: 1 },
  thisQuarter: { called: 'yyyy-q', ago: 0 },
  lastQuarter: { called: 'yyyy-q', ago: 1 },
  thisYear: { called: 'yyyy', ago: 0 },
  lastYear: { called: 'yyyy', ago: 1 },
};

/** A calendar period, and the one before it up to as many days as the present one has. Found by walking back from today. */
function calendarDays(period: Period, world: World): { current: Days; previous: Days } {
  const { called, ago } = CALENDAR[period];
  const spans = new Map<string, DateTime[]>();
  for (let back = 0; spans.size < ago + 3; back += 1) {
    const day = DateTime.fromJSDate(world.now, { zone: world.timezone }).startOf('day').minus({ days: back }).startOf('day');
    const name = day.toFormat(called);
    spans.set(name, [day, ...(spans.get(name) ?? [])]);
  }
  const [current = [], previous = []] = [...spans.values()].slice(ago);
  const toDays = (days: DateTime[]): Days => {
    const last = days.at(-1) as DateTime;
    return { from: days[0] as DateTime, to: last.plus({ days: 1 }).startOf('day') };
  };
  return { current: toDays(current), previous: toDays(ago === 0 ? previous.slice(0, current.length) : previous) };
}

/** What a config looks at; null: all time. */
function daysOf({ timeRangeDays, period }: ChartConfig | KpiConfig, world: World): Days | null {
  if (period !== null) return calendarDays(period, world).current;
  return timeRangeDays === null ? null : lastDays(timeRangeDays, world);
}

/** What a KPI is compared with; null: nothing. */
function daysBefore({ timeRangeDays, period, comparisonPeriodDays }: KpiConfig, world: World): Days | null {
  if (period !== null) return calendarDays(period, world).previous;
  return timeRangeDays === null || comparisonPeriodDays === null ? null : lastDays(timeRangeDays, world, comparisonPeriodDays);
}

/** @param parts the rows of each part of the measure */
function compute(measure: NaiveMeasure, parts: readonly (readonly WorldRow[])[], world: World) {
  const [first = [], second = []] = parts;
  if (measure.parts.length === 2) {
    const result = second.length === 0 ? null : new Exact(first.length).times(measure.scale).div(second.length);
    return { value: result, unconverted: [], rowCount: second.length };
  }
  const one = measure.parts[0];
  if (!one || one.field === null) return { value: new Exact(first.length), unconverted: [], rowCount: first.length };
  const field = NUMBERS[one.entity][one.field];
  // In ninetieths, which is what a rouble is of a dollar: so every conversion is exact.
  const worth: Decimal[] = [];
  const left = new Map<string, { count: number; amount: Decimal }>();
  for (const row of first) {
    const whole = field?.read(row);
    const weight = one.weight ? one.weight(row, world) : new Exact(1);
    if (!weight) return { value: null, unconverted: [], rowCount: first.length };
    if (!whole) continue;
    const amount = whole.times(weight);
    const currency = text(row.currency);
    const rate = field?.format === 'currency' ? ninetieths(row.crm_source, currency) : new Exact(90);
    if (whole.isZero()) worth.push(new Exact(0));
    else if (rate) worth.push(amount.times(rate));
    else {
      const entry = left.get(currency) ?? { count: 0, amount: new Exact(0) };
      left.set(currency, { count: entry.count + 1, amount: entry.amount.plus(amount) });
    }
  }
  const unit = new Exact(90).times(field?.divisor ?? 1);
  const result = aggregate(one.aggregation, worth)?.div(unit) ?? null;
  const unconverted = [...left].map(([currency, { count, amount }]) => ({
    currency,
    count,
    amount: amount.toFixed(Math.max(2, amount.decimalPlaces())),
  }));
  return {
    value: result,
    unconverted: unconverted.sort((a, b) => compareText(a.currency, b.currency)),
    rowCount: first.length,
  };
}

function ninetieths(crmSource: string, currency: string): Decimal | null {
  if (currency === DISPLAY_CURRENCY) return new Exact(90);
  const rate = RATES.find((one) => one.crm_source === crmSource && one.code === currency)?.rate;
  if (!rate) return null;
  return crmSource === 'bitrix24' ? new Exact(rate) : new Exact(rate).times(90);
}

function aggregate(aggregation: Part['aggregation'], values: readonly Decimal[]): Decimal | null {
  const sum = values.reduce((total, one) => total.plus(one), new Exact(0));
  const sorted = [...values].sort((a, b) => a.comparedTo(b));
  switch (aggregation) {
    case 'sum':
      return sum;
    case 'average':
      return values.length === 0 ? null : sum.div(values.length);
    case 'min':
      return sorted[0] ?? null;
    case 'max':
      return sorted.at(-1) ?? null;
    default: {
      const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
      return low && high ? low.plus(high).div(2) : null;
    }
  }
}

/** What a KPI should say. */
export function answerKpi(config: KpiConfig, world: World) {
  const measure = measureOf(config, world.mode);
  const within = (days: Days | null) => {
    const rows = measure.parts.map((one) => select(one, config, world, TIMES[one.entity][one.time] ?? '', days));
    return compute(measure, rows, world);
  };
  const shown = (result: Decimal | null) => inDigits(result, measure.format);
  const current = within(daysOf(config, world));
  const before = daysBefore(config, world);
  return {
    value: shown(current.value),
    previous: before && shown(within(before).value),
    format: measure.format,
    rowCount: current.rowCount,
    unconverted: current.unconverted,
  };
}

function inDigits(result: Decimal | null, format: string): string | null {
  if (!result) return null;
  return format === 'currency' || format === 'percentage' ? result.toFixed(2) : result.toDecimalPlaces(2).toFixed();
}

interface Cell {
  part: number;
  row: WorldRow;
  category: Category;
  series: Category;
}

/** What a chart should show. */
export function answerChart(config: ChartConfig, world: World): ChartData {
  const { xField, groupBy, timeBucket, title } = config;
  const asked = daysOf(config, world);
  const measure = measureOf(config, world.mode);
  const steps = timeBucket === null ? null : stepsOf(timeBucket, asked ?? lastDays(5000, world), world);
  const cells: Cell[] = [];
  measure.parts.forEach((one, index) => {
    const time = TIMES[one.entity][(timeBucket !== null ? xField : null) ?? one.time] ?? '';
    const days = steps ?? asked;
    for (const row of select(one, config, world, time, days)) {
      const of = (name: string | null) =>
        (name === null ? undefined : DIMENSIONS[one.entity][name]?.describe(row, world, time)) ?? none('', null);
      const category = steps && timeBucket ? stepOf(Number(row[time]), timeBucket, world.timezone) : of(xField);
      cells.push({ part: index, row, category, series: of(groupBy) });
    }
  });
  const calculate = (some: readonly Cell[]) =>
    compute(
      measure,
      measure.parts.map((_, index) => some.filter((cell) => cell.part === index).map(({ row }) => row)),
      world,
    );

  const empty =
    timeBucket === null && xField !== null
      ? (DIMENSIONS[measure.parts[0]?.entity ?? config.dataSource][xField]?.closed ?? [])
      : [];
  const categories = steps
    ? axisOf(steps.keys, cells, asked === null)
    : arrange([...empty, ...cells.map(({ category }) => category)], (cell) => cell.category.id, 1000, config.limit);
  const series =
    groupBy === null
      ? [{ ...none('', null), members: null }]
      : arrange(
          cells.map((cell) => cell.series),
          (cell) => cell.series.id,
          50,
          null,
          'desc',
        );

  function arrange(
    found: readonly Category[],
    idOf: (cell: Cell) => string,
    most: number,
    limit: number | null,
    order = config.sortOrder,
  ) {
    const distinct = [...new Map(found.toReversed().map((one) => [one.id, one])).values()];
    const ranked = distinct.map((one) => {
      const { value: result, rowCount } = calculate(cells.filter((cell) => idOf(cell) === one.id));
      return { one, result, isThin: measure.parts.length === 2 && rowCount < 10 };
    });
    ranked.sort((a, b) => {
      if (a.isThin !== b.isThin) return a.isThin ? 1 : -1;
      if (a.result && b.result && !a.result.eq(b.result)) return a.result.lt(b.result) === (order === 'asc') ? -1 : 1;
      if (!a.result !== !b.result) return a.result ? -1 : 1;
      return compareText(a.one.label, b.one.label) || compareText(a.one.id, b.one.id);
    });
    const room = Math.min(limit ?? most, most);
    const kept = ranked.length > room ? Math.min(room, most - 1) : room;
    const shown = ranked.slice(0, kept).map(({ one }) => ({ ...one, members: new Set([one.id]) }));
    const rest = ranked.slice(kept).map(({ one }) => one.id);
    if (shown.some(({ rank }) => rank !== null)) {
      shown.sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0) || compareText(a.id, b.id));
    }
    const others = { ...value('__others', '__others', 'All others'), members: new Set(rest) };
    return rest.length === 0 ? shown : [...shown, others];
  }

  const categoryNames = nameAll(categories);
  const seriesNames = groupBy === null ? [{ key: 'value', label: title }] : nameAll(series);
  return {
    format: measure.format,
    total: inDigits(calculate(cells).value, measure.format),
    ...pickCounts(calculate(cells)),
    series: series.map((line, index) => ({
      ...(seriesNames[index] ?? { key: '', label: '' }),
      points: categories.map((category, position): ChartPoint => {
        const inside = cells.filter(
          (cell) => category.members?.has(cell.category.id) && (line.members === null || line.members.has(cell.series.id)),
        );
        const { value: result, rowCount } = calculate(inside);
        return {
          ...(categoryNames[position] ?? { key: '', label: '' }),
          value:
            result === null ? null : result.toDecimalPlaces(measure.format === 'number' && result.isInt() ? 0 : 2).toNumber(),
          color: (groupBy === null ? category : line).color,
          ...(measure.parts.length === 2 && { of: rowCount }),
          ...(steps && timeBucket && isUnfinished(category.code, timeBucket, steps, world) && { isPartial: true }),
        };
      }),
    })),
  };
}

function pickCounts({ rowCount, unconverted }: ReturnType<typeof compute>) {
  return { rowCount, unconverted };
}

function stepsOf(bucket: NonNullable<ChartConfig['timeBucket']>, { from, to }: Days, world: World) {
  const keys = new Set<string>();
  for (let at = from; at < to; at = bucket === 'hour' ? at.plus({ hours: 1 }) : at.plus({ days: 1 })) {
    keys.add(stepOf(at.toMillis(), bucket, world.timezone).id);
  }
  return { from, to, keys: [...keys] };
}

function stepOf(at: number, bucket: NonNullable<ChartConfig['timeBucket']>, timezone: string): Category {
  const start = DateTime.fromMillis(at, { zone: timezone }).startOf(bucket);
  const key = (bucket === 'hour' ? start.toISO({ suppressSeconds: true, suppressMilliseconds: true }) : start.toISODate()) ?? '';
  return value(key, key, '');
}

/** Begun before the days that are asked for, ending after them, or not over yet. */
function isUnfinished(key: string, bucket: NonNullable<ChartConfig['timeBucket']>, { from, to }: Days, world: World): boolean {
  const start = DateTime.fromISO(key, { zone: world.timezone });
  const end = start.plus({ [bucket]: 1 });
  return start < from || end > to || end.toMillis() > world.now.getTime();
}

function axisOf(keys: readonly string[], cells: readonly Cell[], fromFirst: boolean) {
  const used = new Set(cells.map(({ category }) => category.id));
  const first = fromFirst ? keys.findIndex((key) => used.has(key)) : 0;
  return first < 0 ? [] : keys.slice(first).map((key) => ({ ...value(key, key, ''), members: new Set([key]) }));
}

function nameAll(found: readonly Category[]): { key: string; label: string }[] {
  const pipelines = new Set(found.map(({ pipeline }) => pipeline).filter((pipeline) => pipeline !== null));
  return found.map(({ id, code, label, pipeline }) => ({
    key: found.filter((one) => one.code === code).length > 1 ? id.replaceAll('\0', ':') : code,
    label: pipeline !== null && pipelines.size > 1 ? `${pipeline} · ${label}` : label,
  }));
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
