import type { Aggregation, DataSource, ValueFormat } from '../../contract/charts.ts';
import type { CrmMode } from '../../contract/crm.ts';

/*
 * The one place that says what can be asked and what it means. Names that users, models and stored widgets may say
 * reach SQL only through these Maps (a plain object would also answer to 'constructor'), and every SQL word of the
 * query builder is written here. Everywhere, records deleted in the CRM are left out.
 */

/** Whose labels a dimension's codes have. `code`: the value is its own label. */
export type LabelSource =
  | 'leadStatus'
  | 'dealStage'
  | 'source'
  | 'pipeline'
  | 'user'
  | 'type'
  | 'direction'
  | 'outcome'
  | 'completed'
  | 'crm'
  | 'code';

/** Something records can be told apart by. */
export interface Dimension {
  /** The columns that identify a value, the code itself last: a stage code means something only within its pipeline. */
  columns: readonly string[];
  labels: LabelSource;
  /** Values the CRM means as "none", besides null and ''. */
  none?: string;
}

/** Something that can be added up. */
export interface NumericField {
  column: string;
  /** Amounts lie in the currency of their own row. */
  format: Extract<ValueFormat, 'currency' | 'duration' | 'number'>;
}

/** Records that count by how they ended; `closed` is won and lost together. */
export type Outcome = 'open' | 'won' | 'lost' | 'closed';

/** A number over the records of one table. */
export interface PlainMeasure {
  kind: 'plain';
  entity: DataSource;
  aggregation: Exclude<Aggregation, 'median'>;
  /** Name in the entity's `numbers`; null with count. */
  field: string | null;
  outcome: Outcome | null;
  /** Name in the entity's `times`: the moment by which a record falls into a window or a step of a time axis. */
  time: string;
}

/** 100 × the records of one measure ÷ those of another; null where there are none to divide by. */
interface RatioMeasure {
  kind: 'ratio';
  numerator: PlainMeasure;
  denominator: PlainMeasure;
}

export type Measure = PlainMeasure | RatioMeasure;

export interface EntityCatalog {
  table: string;
  /** The time that counts where a measure names no other. */
  defaultTime: string;
  times: ReadonlyMap<string, string>;
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
const VALUE: NumericField = { column: 'value', format: 'currency' };

export const CATALOG: Record<DataSource, EntityCatalog> = {
  leads: {
    table: 'crm_leads',
    defaultTime: 'createdAt',
    times: new Map([
      ['createdAt', 'created_at'],
      ['closedAt', 'closed_at'],
      ['stageChangedAt', 'stage_changed_at'],
    ]),
    dimensions: new Map([
      ['status', { columns: ['status'], labels: 'leadStatus' }],
      ['outcome', OUTCOME],
      ['source', SOURCE],
      ['owner', OWNER],
      ['currency', CURRENCY],
      ['crmSource', CRM],
    ]),
    numbers: new Map([['value', VALUE]]),
    measures: new Set(['totalLeads', 'conversionRate']),
  },
  deals: {
    table: 'crm_deals',
    defaultTime: 'createdAt',
    times: new Map([
      ['createdAt', 'created_at'],
      ['closedAt', 'closed_at'],
      ['stageChangedAt', 'stage_changed_at'],
    ]),
    dimensions: new Map([
      ['stage', { columns: ['pipeline', 'stage'], labels: 'dealStage' }],
      ['pipeline', { columns: ['pipeline'], labels: 'pipeline' }],
      ['outcome', OUTCOME],
      ['source', SOURCE],
      ['owner', OWNER],
      ['currency', CURRENCY],
      ['crmSource', CRM],
    ]),
    numbers: new Map([['value', VALUE]]),
    measures: new Set([
      'totalDeals',
      'openDeals',
      'pipelineValue',
      'wonDeals',
      'wonValue',
      'averageDeal',
      'lostDeals',
      'winRate',
      'conversionRate',
    ]),
  },
  activities: {
    table: 'crm_activities',
    defaultTime: 'startedAt',
    times: new Map([
      ['startedAt', 'started_at'],
      ['createdAt', 'created_at'],
      ['deadline', 'deadline'],
    ]),
    dimensions: new Map([
      ['type', { columns: ['type'], labels: 'type' }],
      ['direction', { columns: ['direction'], labels: 'direction' }],
      ['completed', { columns: ['completed'], labels: 'completed' }],
      ['owner', { columns: ['employee_id'], labels: 'user', none: '0' }],
      ['crmSource', CRM],
    ]),
    numbers: new Map([['durationSeconds', { column: 'duration_seconds', format: 'duration' }]]),
    measures: new Set(['totalActivities']),
  },
  contacts: {
    table: 'crm_contacts',
    defaultTime: 'createdAt',
    times: new Map([['createdAt', 'created_at']]),
    dimensions: new Map([
      ['source', SOURCE],
      ['owner', OWNER],
      ['crmSource', CRM],
    ]),
    numbers: new Map(),
    measures: new Set(['totalContacts', 'conversionRate']),
  },
  companies: {
    table: 'crm_companies',
    defaultTime: 'createdAt',
    times: new Map([['createdAt', 'created_at']]),
    dimensions: new Map([
      ['industry', { columns: ['industry'], labels: 'code' }],
      ['owner', OWNER],
      ['currency', CURRENCY],
      ['crmSource', CRM],
    ]),
    numbers: new Map([
      ['revenue', { column: 'revenue', format: 'currency' }],
      ['employeeCount', { column: 'employee_count', format: 'number' }],
    ]),
    measures: new Set(['totalCompanies']),
  },
};

const totalLeads = count('leads');
const totalContacts = count('contacts');
const wonDeals = count('deals', 'won', 'closedAt');

const MEASURES = new Map<string, Measure>([
  /** Leads, by creation. */
  ['totalLeads', totalLeads],
  /** Deals of every outcome, by creation. */
  ['totalDeals', count('deals')],
  /** Deals whose stage is neither won nor lost, by creation. */
  ['openDeals', count('deals', 'open')],
  /** Sum of the amounts of open deals, by creation. */
  ['pipelineValue', dealValue('sum', 'open', 'createdAt')],
  /** Deals in a won stage, by the moment they reached it. */
  ['wonDeals', wonDeals],
  /** Sum of the amounts of won deals, by the moment they were won. */
  ['wonValue', dealValue('sum', 'won', 'closedAt')],
  /** Mean amount of won deals that have one, by the moment they were won. */
  ['averageDeal', dealValue('average', 'won', 'closedAt')],
  /** Deals in a lost stage, by the moment they reached it. */
  ['lostDeals', count('deals', 'lost', 'closedAt')],
  /** 100 × won ÷ (won + lost) deals, both by the moment they closed. */
  ['winRate', { kind: 'ratio', numerator: wonDeals, denominator: count('deals', 'closed', 'closedAt') }],
  ['totalActivities', count('activities')],
  ['totalContacts', totalContacts],
  ['totalCompanies', count('companies')],
]);

/** 100 × deals won in the window ÷ leads created in it. A portal without leads divides by its contacts. */
const CONVERSION_RATE: Record<CrmMode, Measure> = {
  classic: { kind: 'ratio', numerator: wonDeals, denominator: totalLeads },
  simple: { kind: 'ratio', numerator: wonDeals, denominator: totalContacts },
};

/** The measure of that name, or undefined. */
export function findMeasure(name: string, mode: CrmMode): Measure | undefined {
  return name === 'conversionRate' ? CONVERSION_RATE[mode] : MEASURES.get(name);
}

function count(entity: DataSource, outcome: Outcome | null = null, time = CATALOG[entity].defaultTime): PlainMeasure {
  return { kind: 'plain', entity, aggregation: 'count', field: null, outcome, time };
}

function dealValue(aggregation: 'sum' | 'average', outcome: Outcome, time: string): PlainMeasure {
  return { kind: 'plain', entity: 'deals', aggregation, field: 'value', outcome, time };
}
