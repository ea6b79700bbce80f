import type { Aggregation, DataSource, ValueFormat } from '../../contract/charts.ts';
import type { CrmMode, Entity } from '../../contract/crm.ts';

/*
 * The one place that says what can be asked and what it means. Names that users, models and stored widgets may say
 * reach SQL only through these Maps (a plain object would also answer to 'constructor'), and every SQL word of the
 * query builder is written here. Everywhere, records deleted in the CRM are left out.
 */

/** Whose labels a dimension's codes have. `code`: the value is its own label. */
export type LabelSource =
  | 'leadStatus'
  | 'dealStage'
  | 'historyStage'
  | 'entity'
  | 'source'
  | 'industry'
  | 'pipeline'
  | 'user'
  | 'type'
  | 'direction'
  | 'outcome'
  | 'completed'
  | 'active'
  | 'product'
  | 'crm'
  | 'department'
  | 'country'
  | 'weekday'
  | 'hour'
  | 'businessHours'
  | 'customList'
  | 'customBoolean'
  | 'code';

/** What the tenant's clock says of a moment, with the ending of the names it has for each time. */
const CLOCK_KINDS = { weekday: 'Weekday', hour: 'Hour', businessHours: 'BusinessHours' } as const;
type ClockKind = keyof typeof CLOCK_KINDS;

/** How the code of a dimension is got from the row, where it is no column of the table. */
export type Expression =
  /**
   * 1 (Monday) to 7, 0 to 23, `within` or `outside` working hours, by the tenant's clock. `column` null: the time that counts for
   * the number asked.
   */
  | { kind: ClockKind; column: string | null }
  /** The first digits of an international number, never more than `PREFIX_DIGITS`; '?' for one in another form. */
  | { kind: 'phonePrefix'; column: string }
  /** A custom field's single value; the code is bound, never part of the statement's text. */
  | { kind: 'custom'; entity: DataSource; code: string };

export type ClockExpression = Extract<Expression, { kind: ClockKind }>;

export function isOfClock(expression: Expression | undefined): expression is ClockExpression {
  return expression !== undefined && expression.kind in CLOCK_KINDS;
}

/** Something records can be told apart by. */
export interface Dimension {
  /**
   * The columns that identify a value, the code itself last: a stage code means something only within its pipeline.
   * With an `expression` one name, for that expression.
   */
  columns: readonly string[];
  expression?: Expression;
  labels: LabelSource;
  /** Values the CRM means as "none", besides null and ''. */
  none?: string;
}

/** Something that can be added up. */
export interface NumericField {
  /** A column, or an expression over columns, that is null where a record has no value. */
  column: string;
  /** The same as a double, where a decimal of it is slow and the double says it exactly: for values that are not added up. */
  double?: string;
  /** Amounts lie in the currency of their own row. */
  format: Extract<ValueFormat, 'currency' | 'duration' | 'number'>;
  /** What the aggregate is divided by at the very end, to be told in another unit than it is stored in. */
  divisor?: number;
  /** Another table that has to be copied for the value to be right. */
  reliesOn?: Copied;
}

/** What of a CRM has to be copied for records to be there: an entity, the products of all its deals, or its people. */
export type Copied = Entity | 'dealProducts' | 'people';

/** Records that count by how they ended; `closed` is won and lost together. */
export type Outcome = 'open' | 'won' | 'lost' | 'closed';

/** What else may be asked of a measure's records. */
export type Trait =
  | 'completed'
  | 'active'
  | 'call'
  | 'ofLead'
  | 'untouched'
  | 'stale'
  | 'left'
  | 'movedOn'
  | 'answeredWithin5'
  | 'answeredWithin15'
  | 'answeredWithin60'
  | 'olderThan5'
  | 'olderThan15'
  | 'olderThan60';

interface TraitDefinition {
  /** @param at the place of the bound moment */
  sql: (at: string) => string;
  /** The moment: so many minutes before now, or the beginning of the last so many whole local days. */
  moment?: { minutesAgo: number } | { startOfLastDays: number };
  reliesOn?: Copied;
}

/** An open deal is stale when its stage has not changed in so many whole local days. */
const STALE_DAYS = 30;

/** A step into the same stage again leaves nothing. */
const IS_LEFT = 'left_at is not null and (next_pipeline, next_stage) is distinct from (pipeline, stage)';

export const TRAITS: Record<Trait, TraitDefinition> = {
  completed: { sql: () => 'completed' },
  active: { sql: () => 'active' },
  call: { sql: () => "type = 'call'" },
  ofLead: { sql: () => "owner_entity = 'leads'" },
  untouched: { sql: () => 'activity_count = 0', reliesOn: 'activities' },
  stale: { sql: (at) => `coalesce(stage_changed_at, created_at) < ${at}`, moment: { startOfLastDays: STALE_DAYS } },
  left: { sql: () => `(${IS_LEFT})` },
  movedOn: { sql: () => `(${IS_LEFT} and next_semantic <> 'lost')` },
  answeredWithin5: answeredWithin(5),
  answeredWithin15: answeredWithin(15),
  answeredWithin60: answeredWithin(60),
  olderThan5: olderThan(5),
  olderThan15: olderThan(15),
  olderThan60: olderThan(60),
};

/** Whether what a trait asks changes as minutes pass; that of the others changes with the local day, if at all. */
export function isByMinute(trait: Trait): boolean {
  const { moment } = TRAITS[trait];
  return moment !== undefined && 'minutesAgo' in moment;
}

function answeredWithin(minutes: number): TraitDefinition {
  return { sql: () => `first_response_at <= created_at + interval '${minutes} minutes'`, reliesOn: 'activities' };
}

function olderThan(minutes: number): TraitDefinition {
  return { sql: (at) => `created_at <= ${at}`, moment: { minutesAgo: minutes } };
}

/** What rows can be counted: those of a data source, or the steps of a funnel, which are asked for as a measure of the stage history. */
export type Countable = DataSource | 'funnel';

/** A number over the records of one table. */
export interface PlainMeasure {
  kind: 'plain';
  entity: Countable;
  aggregation: Aggregation;
  /** Name in the entity's `numbers`; null with count. */
  field: string | null;
  outcome: Outcome | null;
  /** Name in the entity's `times`: the moment by which a record falls into a window or a step of a time axis. */
  time: string | null;
  traits: readonly Trait[];
  /** Whether each amount counts by the share of deals in its stage that are won (`findStageOdds`); of deals only. */
  isWeighted: boolean;
}

/** The records of one measure ÷ those of another, × 100 as a percentage; null where there are none to divide by. */
interface RatioMeasure {
  kind: 'ratio';
  format: Extract<ValueFormat, 'percentage' | 'number'>;
  numerator: PlainMeasure;
  denominator: PlainMeasure;
}

export type Measure = PlainMeasure | RatioMeasure;

export interface EntityCatalog {
  /** A table, or a sub-select that stands for one. */
  table: string;
  /** The tables whose changes change its records. */
  tables: readonly string[];
  /** The entity whose copying brings its records. */
  copiedWith: Copied;
  /** The time that counts where a measure names no other; null: its records have no moments, and are asked for of all time only. */
  defaultTime: string | null;
  times: ReadonlyMap<string, string>;
  /** Columns of times that an index of the table is ordered by. */
  indexedTimes: ReadonlySet<string>;
  dimensions: ReadonlyMap<string, Dimension>;
  numbers: ReadonlyMap<string, NumericField>;
  /** Names of measures that may be asked of this entity. */
  measures: ReadonlySet<string>;
}

const OWNER: Dimension = { columns: ['assigned_to'], labels: 'user', none: '0' };
const SOURCE: Dimension = { columns: ['source'], labels: 'source' };
const OUTCOME: Dimension = { columns: ['semantic'], labels: 'outcome' };
const CURRENCY: Dimension = { columns: ['currency'], labels: 'code' };
const CRM: Dimension = { columns: ['crm_source'], labels: 'crm' };
const DEPARTMENT: Dimension = { columns: ['assigned_to'], labels: 'department', none: '0' };
const VALUE: NumericField = { column: 'value', format: 'currency' };
/** Seconds from creation to the first response, of records that have one. */
const FIRST_RESPONSE: NumericField = {
  column: 'case when first_response_at >= created_at then extract(epoch from first_response_at - created_at) end',
  double: "case when first_response_at >= created_at then date_part('epoch', first_response_at - created_at) end",
  format: 'duration',
  reliesOn: 'activities',
};
const ACTIVITY_COUNT: NumericField = { column: 'activity_count', format: 'number', reliesOn: 'activities' };
const SECONDS_A_DAY = 86_400;
/** Days from creation to closing. A record that was closed before it was created (an import) has none. */
const CYCLE_DAYS: NumericField = {
  column: 'case when closed_at >= created_at then extract(epoch from closed_at - created_at) end',
  double: "case when closed_at >= created_at then date_part('epoch', closed_at - created_at) end",
  format: 'number',
  divisor: SECONDS_A_DAY,
};

/** Seconds from one step of a record to its next; null: it is still there. */
const TIME_IN_STAGE: NumericField = {
  column: 'extract(epoch from left_at - occurred_at)',
  double: "date_part('epoch', left_at - occurred_at)",
  format: 'duration',
};

/** Digits of a phone number that may leave the database: enough to tell countries apart, not to call anyone. */
export const PREFIX_DIGITS = 4;

function country(column: string): Dimension {
  return { columns: ['phone_prefix'], expression: { kind: 'phonePrefix', column }, labels: 'country' };
}

const LEAD_AND_DEAL_TIMES = new Map([
  ['createdAt', 'created_at'],
  ['closedAt', 'closed_at'],
  ['stageChangedAt', 'stage_changed_at'],
]);
const ACTIVITY_TIMES = new Map([
  ['startedAt', 'started_at'],
  ['createdAt', 'created_at'],
  ['deadline', 'deadline'],
]);
const STEP_TIMES = new Map([
  ['enteredAt', 'occurred_at'],
  ['leftAt', 'left_at'],
]);
/** When the record entered the pipeline. */
const FUNNEL_TIMES = new Map([['enteredAt', 'funnel_entered_at']]);
const CREATION = new Map([['createdAt', 'created_at']]);
const PRODUCT_TIMES = new Map([
  ['createdAt', 'created_at'],
  ['closedAt', 'closed_at'],
]);

/** A product is known by its name today; a row of a deal that names none of the list has a name of its own. */
const PRODUCT_ROWS = `(
  select r.tenant_id, r.crm_source, r.external_id, r.deal_id, coalesce(p.name, r.name) as product, r.quantity, r.price,
    r.quantity * r.price as amount, d.pipeline, d.stage, d.semantic, d.source, d.assigned_to, d.currency, d.created_at,
    d.closed_at, d.deleted_at
  from crm_deal_products r
  join crm_deals d on d.tenant_id = r.tenant_id and d.crm_source = r.crm_source and d.external_id = r.deal_id
  left join crm_products p on p.tenant_id = r.tenant_id and p.crm_source = r.crm_source and p.external_id = r.product_id
) product_rows`;

/**
 * Of each record and pipeline the stage it came furthest to, and every stage of the CRM's list up to there, whether it was in them or
 * skipped them. Lost stages are no steps; nor are stages the CRM no longer has. All of them have the moment the record entered
 * the pipeline: a later step holds records of the one before it only, whatever the days that are asked for.
 *
 * Leads have no pipeline in the history and '' in the list. With a coalesce, of which there are no statistics, PostgreSQL would
 * expect a thousandth of the rows, and sort them where it can hash: a funnel of all time would take twice as long.
 */
const FUNNEL_STEPS = `(
  select h.tenant_id, h.crm_source, h.external_id || ':' || s.code as external_id, h.owner_entity, h.owner_external_id, h.pipeline,
    s.code as stage, s.semantic, h.funnel_entered_at, h.deleted_at
  from crm_stage_history h
  join crm_statuses f on f.tenant_id = h.tenant_id and f.crm_source = h.crm_source and f.entity = h.owner_entity
    and (f.pipeline = h.pipeline or h.pipeline is null and f.pipeline = '') and f.code = h.stage
  join crm_statuses s on s.tenant_id = f.tenant_id and s.crm_source = f.crm_source and s.entity = f.entity
    and s.pipeline = f.pipeline and (s.sort, s.code) <= (f.sort, f.code) and s.semantic is distinct from 'lost'
  where h.funnel_entered_at is not null
) funnel_steps`;

const PEOPLE = `(
  select tenant_id, crm_source, external_id, name, active, null::timestamptz as never, null::timestamptz as deleted_at
  from crm_users
) people`;

/** The column that stands for the moments of records that have none. */
export const NO_TIME = 'never';

/** `weekday`, `hour` and `businessHours` of the time that counts, and `<time>Weekday` and so on of each time by name. */
function clockDimensions(times: ReadonlyMap<string, string>): [string, Dimension][] {
  return [null, ...times].flatMap((time) =>
    (Object.keys(CLOCK_KINDS) as ClockKind[]).map((kind): [string, Dimension] => {
      const column = time === null ? null : time[1];
      const name = time === null ? kind : `${time[0]}${CLOCK_KINDS[kind]}`;
      return [name, { columns: [`${kind}_${column ?? 'of'}`], expression: { kind, column }, labels: kind }];
    }),
  );
}

export const CATALOG: Record<DataSource, EntityCatalog> = {
  leads: {
    table: 'crm_leads',
    tables: ['crm_leads'],
    copiedWith: 'leads',
    defaultTime: 'createdAt',
    times: LEAD_AND_DEAL_TIMES,
    indexedTimes: new Set(['created_at']),
    dimensions: new Map([
      ['status', { columns: ['status'], labels: 'leadStatus' }],
      ['outcome', OUTCOME],
      ['source', SOURCE],
      ['owner', OWNER],
      ['currency', CURRENCY],
      ['crmSource', CRM],
      ['department', DEPARTMENT],
      ['country', country('contact_phone')],
      ...clockDimensions(LEAD_AND_DEAL_TIMES),
    ]),
    numbers: new Map([
      ['value', VALUE],
      ['firstResponse', FIRST_RESPONSE],
      ['activityCount', ACTIVITY_COUNT],
    ]),
    measures: new Set([
      'totalLeads',
      'conversionRate',
      'leadWinRate',
      'averageLeadValue',
      'untouchedLeads',
      'averageFirstResponse',
      'medianFirstResponse',
      'answeredWithin5',
      'answeredWithin15',
      'answeredWithin60',
      'activitiesPerLead',
    ]),
  },
  deals: {
    table: 'crm_deals',
    tables: ['crm_deals'],
    copiedWith: 'deals',
    defaultTime: 'createdAt',
    times: LEAD_AND_DEAL_TIMES,
    indexedTimes: new Set(['created_at', 'closed_at']),
    dimensions: new Map([
      ['stage', { columns: ['pipeline', 'stage'], labels: 'dealStage' }],
      ['pipeline', { columns: ['pipeline'], labels: 'pipeline' }],
      ['outcome', OUTCOME],
      ['source', SOURCE],
      ['owner', OWNER],
      ['currency', CURRENCY],
      ['crmSource', CRM],
      ['department', DEPARTMENT],
      ...clockDimensions(LEAD_AND_DEAL_TIMES),
    ]),
    numbers: new Map([
      ['value', VALUE],
      ['cycleDays', CYCLE_DAYS],
      ['activityCount', ACTIVITY_COUNT],
    ]),
    measures: new Set([
      'totalDeals',
      'openDeals',
      'pipelineValue',
      'weightedPipeline',
      'wonDeals',
      'wonValue',
      'averageDeal',
      'lostDeals',
      'lostValue',
      'winRate',
      'staleDeals',
      'medianCycleDays',
      'conversionRate',
    ]),
  },
  activities: {
    table: 'crm_activities',
    tables: ['crm_activities'],
    copiedWith: 'activities',
    defaultTime: 'startedAt',
    times: ACTIVITY_TIMES,
    indexedTimes: new Set(['started_at']),
    dimensions: new Map([
      ['type', { columns: ['type'], labels: 'type' }],
      ['direction', { columns: ['direction'], labels: 'direction' }],
      ['completed', { columns: ['completed'], labels: 'completed' }],
      ['owner', { columns: ['employee_id'], labels: 'user', none: '0' }],
      ['crmSource', CRM],
      ['department', { columns: ['employee_id'], labels: 'department', none: '0' }],
      ...clockDimensions(ACTIVITY_TIMES),
    ]),
    numbers: new Map([['durationSeconds', { column: 'duration_seconds', format: 'duration' }]]),
    measures: new Set(['totalActivities', 'completedActivities', 'calls', 'talkTime', 'activitiesPerLead']),
  },
  contacts: {
    table: 'crm_contacts',
    tables: ['crm_contacts'],
    copiedWith: 'contacts',
    defaultTime: 'createdAt',
    times: CREATION,
    indexedTimes: new Set(['created_at']),
    dimensions: new Map([
      ['source', SOURCE],
      ['owner', OWNER],
      ['crmSource', CRM],
      ['department', DEPARTMENT],
      ['country', country('phone')],
      ...clockDimensions(CREATION),
    ]),
    numbers: new Map(),
    measures: new Set(['totalContacts', 'conversionRate']),
  },
  companies: {
    table: 'crm_companies',
    tables: ['crm_companies'],
    copiedWith: 'companies',
    defaultTime: 'createdAt',
    times: CREATION,
    indexedTimes: new Set(['created_at']),
    dimensions: new Map([
      ['industry', { columns: ['industry'], labels: 'industry' }],
      ['owner', OWNER],
      ['currency', CURRENCY],
      ['crmSource', CRM],
      ['department', DEPARTMENT],
      ...clockDimensions(CREATION),
    ]),
    numbers: new Map([
      ['revenue', { column: 'revenue', format: 'currency' }],
      ['employeeCount', { column: 'employee_count', format: 'number' }],
    ]),
    measures: new Set(['totalCompanies']),
  },
  /** One row: a lead or deal entered a stage. */
  stageHistory: {
    table: 'crm_stage_history',
    tables: ['crm_stage_history'],
    copiedWith: 'stageHistory',
    defaultTime: 'enteredAt',
    times: STEP_TIMES,
    indexedTimes: new Set(['occurred_at']),
    dimensions: new Map([
      ['entity', { columns: ['owner_entity'], labels: 'entity' }],
      ['pipeline', { columns: ['pipeline'], labels: 'pipeline' }],
      ['stage', { columns: ['owner_entity', 'pipeline', 'stage'], labels: 'historyStage' }],
      ['nextStage', { columns: ['owner_entity', 'next_pipeline', 'next_stage'], labels: 'historyStage' }],
      ['outcome', OUTCOME],
      ['crmSource', CRM],
      ...clockDimensions(STEP_TIMES),
    ]),
    numbers: new Map([['timeInStage', TIME_IN_STAGE]]),
    measures: new Set(['stageEntries', 'stageReached', 'averageTimeInStage', 'medianTimeInStage', 'stageConversion']),
  },
  /** One row: a product of a deal, with what the deal is. */
  products: {
    table: PRODUCT_ROWS,
    tables: ['crm_deal_products', 'crm_deals', 'crm_products'],
    copiedWith: 'dealProducts',
    defaultTime: 'createdAt',
    times: PRODUCT_TIMES,
    indexedTimes: new Set(),
    dimensions: new Map([
      ['product', { columns: ['product'], labels: 'product' }],
      ['stage', { columns: ['pipeline', 'stage'], labels: 'dealStage' }],
      ['pipeline', { columns: ['pipeline'], labels: 'pipeline' }],
      ['outcome', OUTCOME],
      ['source', SOURCE],
      ['owner', OWNER],
      ['currency', CURRENCY],
      ['crmSource', CRM],
      ['department', DEPARTMENT],
      ...clockDimensions(PRODUCT_TIMES),
    ]),
    numbers: new Map([
      ['quantity', { column: 'quantity', format: 'number' }],
      ['price', { column: 'price', format: 'currency' }],
      ['amount', { column: 'amount', format: 'currency' }],
    ]),
    measures: new Set(['soldQuantity', 'soldAmount']),
  },
  /** One row: somebody who works, or has worked, with the CRM. */
  people: {
    table: PEOPLE,
    tables: ['crm_users'],
    copiedWith: 'people',
    defaultTime: null,
    times: new Map(),
    indexedTimes: new Set(),
    dimensions: new Map([
      ['person', { columns: ['external_id'], labels: 'user' }],
      ['department', { columns: ['external_id'], labels: 'department' }],
      ['active', { columns: ['active'], labels: 'active' }],
      ['crmSource', CRM],
    ]),
    numbers: new Map(),
    measures: new Set(['totalPeople', 'activePeople']),
  },
};

/** Everything that can be counted, by name. */
export const COUNTABLES: Record<Countable, EntityCatalog> = {
  ...CATALOG,
  /** One row: a lead or deal reached a stage of its pipeline, or a later one. */
  funnel: {
    table: FUNNEL_STEPS,
    tables: ['crm_stage_history', 'crm_statuses'],
    copiedWith: 'stageHistory',
    defaultTime: 'enteredAt',
    times: FUNNEL_TIMES,
    indexedTimes: new Set(),
    dimensions: new Map([
      ['entity', { columns: ['owner_entity'], labels: 'entity' }],
      ['pipeline', { columns: ['pipeline'], labels: 'pipeline' }],
      ['stage', { columns: ['owner_entity', 'pipeline', 'stage'], labels: 'historyStage' }],
      ['outcome', OUTCOME],
      ['crmSource', CRM],
      ...clockDimensions(FUNNEL_TIMES),
    ]),
    numbers: new Map(),
    measures: new Set(),
  },
};

/** The data source that rows are asked for through. */
export function sourceOf(countable: Countable): DataSource {
  return countable === 'funnel' ? 'stageHistory' : countable;
}

const totalLeads = plain('leads');
const totalContacts = plain('contacts');
const wonDeals = plain('deals', { outcome: 'won', time: 'closedAt' });
const wonProducts = plain('products', { outcome: 'won', time: 'closedAt' });
const closedDeals = plain('deals', { outcome: 'closed', time: 'closedAt' });

const MEASURES = new Map<string, Measure>([
  /** Leads, by creation. */
  ['totalLeads', totalLeads],
  /** 100 × won ÷ (won + lost) leads, both by the moment they closed. */
  [
    'leadWinRate',
    percentage(plain('leads', { outcome: 'won', time: 'closedAt' }), plain('leads', { outcome: 'closed', time: 'closedAt' })),
  ],
  /** Mean amount of leads that have one, by creation. */
  ['averageLeadValue', plain('leads', { aggregation: 'average', field: 'value' })],
  /** Open leads without any activity, by creation. */
  ['untouchedLeads', plain('leads', { outcome: 'open', traits: ['untouched'] })],
  /** Mean seconds from creation to the first response, of leads that have one, by creation. */
  ['averageFirstResponse', plain('leads', { aggregation: 'average', field: 'firstResponse' })],
  /** The middle one of the same. */
  ['medianFirstResponse', plain('leads', { aggregation: 'median', field: 'firstResponse' })],
  /** 100 × leads answered within N minutes ÷ all leads at least N minutes old, by creation. */
  ['answeredWithin5', answeredShare('answeredWithin5', 'olderThan5')],
  ['answeredWithin15', answeredShare('answeredWithin15', 'olderThan15')],
  ['answeredWithin60', answeredShare('answeredWithin60', 'olderThan60')],
  /** Deals of every outcome, by creation. */
  ['totalDeals', plain('deals')],
  /** Deals whose stage is neither won nor lost, by creation. */
  ['openDeals', plain('deals', { outcome: 'open' })],
  /** Sum of the amounts of open deals, by creation. */
  ['pipelineValue', plain('deals', { aggregation: 'sum', field: 'value', outcome: 'open' })],
  /** Each open deal's amount × the share of deals in its stage that are won, added up, by creation. */
  ['weightedPipeline', plain('deals', { aggregation: 'sum', field: 'value', outcome: 'open', isWeighted: true })],
  /** Deals in a won stage, by the moment they reached it. */
  ['wonDeals', wonDeals],
  /** Sum of the amounts of won deals, by the moment they were won. */
  ['wonValue', { ...wonDeals, aggregation: 'sum', field: 'value' }],
  /** Mean amount of won deals that have one, by the moment they were won. */
  ['averageDeal', { ...wonDeals, aggregation: 'average', field: 'value' }],
  /** Deals in a lost stage, by the moment they reached it. */
  ['lostDeals', plain('deals', { outcome: 'lost', time: 'closedAt' })],
  /** Sum of the amounts of lost deals, by the moment they were lost. */
  ['lostValue', plain('deals', { aggregation: 'sum', field: 'value', outcome: 'lost', time: 'closedAt' })],
  /** 100 × won ÷ (won + lost) deals, both by the moment they closed. */
  ['winRate', percentage(wonDeals, closedDeals)],
  /** Open deals whose stage last changed (or that were created, where it never did) before the last 30 days, by creation. */
  ['staleDeals', plain('deals', { outcome: 'open', traits: ['stale'] })],
  /** The middle one of the days from creation to winning, of won deals, by the moment they were won. */
  ['medianCycleDays', { ...wonDeals, aggregation: 'median', field: 'cycleDays' }],
  /** Activities, planned ones too, by their start. */
  ['totalActivities', plain('activities')],
  /** Activities that are done, by their start. */
  ['completedActivities', plain('activities', { traits: ['completed'] })],
  /** Calls that are done, by their start. */
  ['calls', plain('activities', { traits: ['completed', 'call'] })],
  /** Seconds of the same, of those whose length is known. */
  ['talkTime', plain('activities', { aggregation: 'sum', field: 'durationSeconds', traits: ['completed', 'call'] })],
  /** Activities that belong to leads, by their start ÷ leads, by creation. */
  [
    'activitiesPerLead',
    { kind: 'ratio', format: 'number', numerator: plain('activities', { traits: ['ofLead'] }), denominator: totalLeads },
  ],
  ['totalContacts', totalContacts],
  ['totalCompanies', plain('companies')],
  /** Entries of stages, by their moment. */
  ['stageEntries', plain('stageHistory')],
  /**
   * Records that reached a stage or a later one of its pipeline, by the moment they entered the pipeline: of those that came in the
   * days asked for, how many have got so far until now. Who is lost has reached no more: a funnel ends in what is won.
   */
  ['stageReached', plain('funnel')],
  /** Mean seconds from entering a stage to the next step, of entries that have one, by entry. */
  ['averageTimeInStage', plain('stageHistory', { aggregation: 'average', field: 'timeInStage' })],
  /** The middle one of the same. */
  ['medianTimeInStage', plain('stageHistory', { aggregation: 'median', field: 'timeInStage' })],
  /** 100 × entries of open stages that were left for one that is not lost ÷ those that were left, by entry. */
  [
    'stageConversion',
    percentage(
      plain('stageHistory', { outcome: 'open', traits: ['movedOn'] }),
      plain('stageHistory', { outcome: 'open', traits: ['left'] }),
    ),
  ],
  /** Pieces of products in won deals, by the moment those were won. */
  ['soldQuantity', { ...wonProducts, aggregation: 'sum', field: 'quantity' }],
  /** Quantity × price of the same. */
  ['soldAmount', { ...wonProducts, aggregation: 'sum', field: 'amount' }],
  /** People the CRM knows, those who have left too. */
  ['totalPeople', plain('people')],
  /** People who may sign in to the CRM. */
  ['activePeople', plain('people', { traits: ['active'] })],
]);

/** 100 × deals won in the window ÷ leads created in it. A portal without leads divides by its contacts. */
const CONVERSION_RATE: Record<CrmMode, Measure> = {
  classic: percentage(wonDeals, totalLeads),
  simple: percentage(wonDeals, totalContacts),
};

/** The measure of that name, or undefined. */
export function findMeasure(name: string, mode: CrmMode): Measure | undefined {
  return name === 'conversionRate' ? CONVERSION_RATE[mode] : MEASURES.get(name);
}

/** Records of an entity by its default time, unless told. */
function plain(entity: Countable, more: Partial<PlainMeasure> = {}): PlainMeasure {
  const time = COUNTABLES[entity].defaultTime;
  const rest = { outcome: null, time, traits: [], isWeighted: false };
  return { kind: 'plain', entity, aggregation: 'count', field: null, ...rest, ...more };
}

function percentage(numerator: PlainMeasure, denominator: PlainMeasure): Measure {
  return { kind: 'ratio', format: 'percentage', numerator, denominator };
}

function answeredShare(answered: Trait, old: Trait): Measure {
  return percentage(plain('leads', { traits: [answered, old] }), plain('leads', { traits: [old] }));
}
