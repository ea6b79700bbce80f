import type { ChartConfig, KpiConfig } from '../../contract/charts.ts';
import type { CrmSource, Entity } from '../../contract/crm.ts';
import type { SqlQuery } from '../platform/db.ts';
import { COUNTABLES, type Countable, type Dimension } from './catalog.ts';
import { compareRanked, OTHERS_KEY, planChart } from './chart-query.ts';
import { codeSql } from './condition.ts';
import { type Group, type Term, termWhere } from './cube.ts';
import { type DescribedValue, describeValue } from './dictionaries.ts';
import { planKpi } from './kpi-query.ts';
import type { Plan } from './plan.ts';
import {
  type AnalyticsContext,
  addTallies,
  answer,
  emptyTallies,
  findDimension,
  type Resolved,
  refuse,
  resolveQuestion,
  type Tallies,
} from './resolve.ts';
import type { TimeWindow } from './time-range.ts';

/** Which number of a widget is meant: keys of its data. Left out: the whole axis, or all series. */
export interface DrillPoint {
  categoryKey?: string | undefined;
  seriesKey?: string | undefined;
}

/** The records of one number. */
export interface DrillSet {
  /** The term that counted them, in the window of the point. */
  term: Term;
  /** Values of `crm_source` and of every column of the term's dimensions, for each group in it; null: all groups. */
  groups: readonly (readonly string[])[] | null;
  /** How many records there are; null: not known yet, `drillCountQuery` counts them. */
  total: number | null;
}

/** A record, as the statements of `drillPageQuery` answer it. */
export interface DrillRow {
  crm_source: CrmSource;
  external_id: string;
  title: string | null;
  owner: string | null;
  /** Decimal text. */
  amount: string | null;
  currency: string | null;
  /** Record whose page shows it; its own but for activities. */
  page_entity: Entity | null;
  page_id: string | null;
  at: Date | null;
  /** `at` to the microsecond, for the place of the next page. */
  at_text: string | null;
}

/** Where a page begins: behind this record. */
export interface DrillPosition {
  /** UTC as `2025-03-10T15:00:00.000001Z`; null: among the records without a moment. */
  at: string | null;
  crmSource: string;
  externalId: string;
}

/** What a table calls what every list of records shows. A contact's is the name; numbers and addresses of people are not among it. */
const RECORD_SQL: Record<Countable, { title: string; owner: string; amount: string; currency: string; page: string }> = {
  leads: { title: 'title', owner: 'assigned_to', amount: 'value', currency: 'currency', page: `'leads', external_id` },
  deals: { title: 'title', owner: 'assigned_to', amount: 'value', currency: 'currency', page: `'deals', external_id` },
  contacts: { title: 'name', owner: 'assigned_to', amount: 'null', currency: 'null', page: `'contacts', external_id` },
  companies: { title: 'name', owner: 'assigned_to', amount: 'revenue', currency: 'currency', page: `'companies', external_id` },
  activities: {
    title: 'subject',
    owner: 'employee_id',
    amount: 'null',
    currency: 'null',
    page: 'owner_entity, owner_external_id',
  },
  stageHistory: {
    title: ofSteppingRecord('title', 'crm_stage_history'),
    owner: ofSteppingRecord('assigned_to', 'crm_stage_history'),
    amount: 'null',
    currency: 'null',
    page: 'owner_entity, owner_external_id',
  },
  funnel: {
    title: ofSteppingRecord('title', 'funnel_steps'),
    owner: ofSteppingRecord('assigned_to', 'funnel_steps'),
    amount: 'null',
    currency: 'null',
    page: 'owner_entity, owner_external_id',
  },
  products: { title: 'product', owner: 'assigned_to', amount: 'amount', currency: 'currency', page: `'deals', deal_id` },
  people: { title: 'name', owner: 'external_id', amount: 'null', currency: 'null', page: 'null, null' },
};

/** A column of the lead or deal that entered the stage; null where it is not in the copy. */
function ofSteppingRecord(column: string, steps: string): string {
  const from = (table: string) => `(select r.${column} from ${table} r where r.tenant_id = ${steps}.tenant_id
      and r.crm_source = ${steps}.crm_source and r.external_id = ${steps}.owner_external_id)`;
  return `(case owner_entity when 'leads' then ${from('crm_leads')} else ${from('crm_deals')} end)`;
}

/** One of a chart's dimensions, and the value of it that is asked for. */
interface Wanted {
  key: string;
  dimension: Dimension;
  /** Which of the term's dimensions it is. */
  index: number;
  sortOrder: 'asc' | 'desc';
}

/**
 * Finds the records behind a number of a chart or KPI: those its plan counts, of a rate those above the line. The plan reads
 * the chart's own groups, because what a key stands for is known only beside the other keys.
 * @throws AppError what drawing the chart would throw; `invalid_combination` for "All others" and for keys it cannot have
 */
export function planDrill(config: ChartConfig | KpiConfig, point: DrillPoint, context: AnalyticsContext): Plan<DrillSet> {
  const plan: Plan<unknown> = config.chartType === 'kpi' ? planKpi(config, context) : planChart(config, context);
  const [counted] = plan.terms;
  if (!counted) throw refuse('This number counts no records');
  if (point.categoryKey === OTHERS_KEY || point.seriesKey === OTHERS_KEY) {
    throw refuse('“All others” is many values together; raise the limit of the chart to see them one by one');
  }
  const wanted = listWanted(config, point, context);
  const step = stepOf(counted, config, point);
  // A step that is not on the axis, as yesterday's first one after midnight, has no records.
  if (step === 'off_axis') return { terms: [], finish: () => ({ term: counted, groups: [], total: 0 }) };
  const term = step === null ? counted : { ...counted, window: step.window };
  // Without values to find, nothing has to be read before the records themselves.
  if (wanted.length === 0) return { terms: [], finish: () => ({ term, groups: null, total: null }) };
  const resolved = resolveMeasureOf(config, plan.terms, context);
  return {
    terms: plan.terms,
    finish(groupsOf) {
      const ids = wanted.map((one) => findId(one, resolved, groupsOf, context));
      const groups = groupsOf(counted).filter(
        (group) =>
          (step === null || group.bucket === step.index) &&
          wanted.every(({ dimension, index }, position) => {
            const described = describe(counted.dimensions[index] ?? dimension, group, index, context);
            return described.id === ids[position];
          }),
      );
      return {
        term,
        groups: groups.map(({ crmSource, values }) => [crmSource, ...values.flat()]),
        total: groups.reduce((sum, { tally }) => sum + tally.rows, 0),
      };
    },
  };
}

/** How many records there are. */
export function drillCountQuery(tenantId: string, set: DrillSet): SqlQuery {
  const { where, values } = whereOf(tenantId, set);
  return {
    text: `select count(*)::int as total from ${COUNTABLES[set.term.entity].table} where ${where.join(' and ')}`,
    values,
  };
}

/** A page of the records, the latest first, then by CRM and id; those without a moment last. Rows are `DrillRow`. */
export function drillPageQuery(tenantId: string, set: DrillSet, page: { after: DrillPosition | null; limit: number }): SqlQuery {
  const { entity, timeColumn, window } = set.term;
  const { after, limit } = page;
  const { where, values } = whereOf(tenantId, set);
  const bind = (value: unknown) => `$${values.push(value)}`;
  const { title, owner, amount, currency, page: pageColumns } = RECORD_SQL[entity];
  const [pageEntity, pageId] = pageColumns.split(', ');
  const most = bind(limit);
  const part = (conditions: readonly string[], order: string) => `(
  select crm_source, external_id, ${title} as title, ${owner}::text as owner, ${amount}::text as amount, ${currency}::text as currency,
    ${pageEntity}::text as page_entity, ${pageId}::text as page_id, ${timeColumn} as at
  from ${COUNTABLES[entity].table}
  where ${[...where, ...conditions].join(' and ')}
  order by ${order}
  limit ${most}
)`;
  const sameMoment = after && `(crm_source, external_id) > (${bind(after.crmSource)}, ${bind(after.externalId)})`;
  const parts: string[] = [];
  // Apart, because no index gives the moments downwards with what has none at the end. Records of a window all have theirs.
  if (!after || after.at !== null) {
    const moment = after && `${bind(after.at)}::timestamptz`;
    // The first of the bounds is one an index can begin at.
    const behind = moment ? [`${timeColumn} <= ${moment}`, `(${timeColumn} < ${moment} or ${sameMoment})`] : [];
    parts.push(part([`${timeColumn} is not null`, ...behind], `${timeColumn} desc, crm_source, external_id`));
  }
  if (window === null) {
    const behind = after?.at === null && sameMoment ? [sameMoment] : [];
    parts.push(part([`${timeColumn} is null`, ...behind], 'crm_source, external_id'));
  }
  return {
    text: `select *, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at_text
from (${parts.join(' union all ')}) records
order by at desc nulls last, crm_source, external_id
limit ${most}`,
    values,
  };
}

function whereOf(tenantId: string, { term, groups }: DrillSet): { where: string[]; values: unknown[] } {
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const where = [termWhere(tenantId, term, bind)];
  if (groups) {
    const texts = ['crm_source', ...term.dimensions.flatMap((dimension) => textsOf(dimension, term, bind))];
    const lists = texts.map((_, index) => `${bind(groups.map((group) => group[index] ?? ''))}::text[]`);
    where.push(`(${texts.join(', ')}) in (select * from unnest(${lists.join(', ')}))`);
  }
  return { where, values };
}

/** A dimension's values as the groups of a term have them. */
function textsOf({ columns, expression }: Dimension, { clock }: Term, bind: (value: unknown) => string): string[] {
  const texts = expression ? [codeSql(expression, clock, bind)] : columns.map((column) => `${column}::text`);
  return texts.map((text) => `coalesce(${text}, '')`);
}

/** The step of a time axis that is asked for; null: all of it, or there is none. */
function stepOf(
  { buckets, window }: Term,
  config: ChartConfig | KpiConfig,
  { categoryKey }: DrillPoint,
): { index: number; window: TimeWindow } | 'off_axis' | null {
  if (config.chartType === 'kpi' || categoryKey === undefined || !buckets || !window) return null;
  const index = buckets.findIndex(({ key }) => key === categoryKey);
  const bucket = buckets[index];
  return bucket ? { index, window: { from: bucket.start, to: buckets[index + 1]?.start ?? window.to } } : 'off_axis';
}

function listWanted(
  config: ChartConfig | KpiConfig,
  { categoryKey, seriesKey }: DrillPoint,
  context: AnalyticsContext,
): Wanted[] {
  if (config.chartType === 'kpi') {
    if (categoryKey !== undefined || seriesKey !== undefined) throw refuse('A single number has no points');
    return [];
  }
  const { dataSource, xField, timeBucket, groupBy, sortOrder } = config;
  const category = timeBucket === null ? xField : null;
  const wanted: Wanted[] = [];
  if (category !== null && categoryKey !== undefined) {
    wanted.push({ key: categoryKey, dimension: findDimension(dataSource, category, context), index: 0, sortOrder });
  }
  if (groupBy !== null && seriesKey !== undefined) {
    const index = category === null ? 0 : 1;
    wanted.push({ key: seriesKey, dimension: findDimension(dataSource, groupBy, context), index, sortOrder: 'desc' });
  }
  // A chart that is not grouped has one series, with this key.
  if (groupBy === null && seriesKey !== undefined && seriesKey !== 'value') throw refuse('This chart has no series');
  return wanted;
}

function resolveMeasureOf(config: ChartConfig | KpiConfig, terms: readonly Term[], context: AnalyticsContext): Resolved {
  const field = config.chartType === 'kpi' ? config.metricField : config.yField;
  const nowhere = { window: null, buckets: null, time: null, dimensions: [] };
  const resolved = resolveQuestion({ ...config, field }, nowhere, context.mode, context);
  return { ...resolved, terms };
}

/**
 * The id of the value a key stands for; null where none has it. A key is a code, or, where two of the values shown have the
 * same code, the whole id. So a code that several values have is the first one's in the chart's order: the others are not shown.
 */
function findId(
  { key, dimension, index, sortOrder }: Wanted,
  resolved: Resolved,
  groupsOf: (term: Term) => readonly Group[],
  context: AnalyticsContext,
): string | null {
  const candidates = new Map<string, { described: DescribedValue; tallies: Tallies }>();
  resolved.terms.forEach((term, position) => {
    for (const group of groupsOf(term)) {
      // Each table has the dimension in its own way: a custom field, say.
      const described = describe(term.dimensions[index] ?? dimension, group, index, context);
      const { id, code } = described;
      if (id.replaceAll('\0', ':') !== key && code !== key) continue;
      const candidate = candidates.get(id) ?? { described, tallies: emptyTallies(resolved) };
      addTallies(candidate.tallies.slice(position, position + 1), [group.tally]);
      candidates.set(id, candidate);
    }
  });
  const found = [...candidates.values()];
  const exact = found.find(({ described }) => described.code !== key);
  if (exact) return exact.described.id;
  const ranked = found.map(({ described, tallies }) => ({ described, told: answer(resolved, tallies, context) }));
  ranked.sort((a, b) => compareRanked(a, b, sortOrder, resolved));
  return ranked[0]?.described.id ?? null;
}

function describe(dimension: Dimension, group: Group, index: number, { dictionaries, locale }: AnalyticsContext): DescribedValue {
  return describeValue(dimension, group.crmSource, group.values[index] ?? [], dictionaries, locale);
}
