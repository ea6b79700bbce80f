import type { ChartConfig, KpiConfig } from '../../contract/charts.ts';
import type { WidgetConfig } from '../../contract/dashboard.ts';
import type { World } from '../../sandbox/world/types.ts';

/** A span of days up to the end of today by the world's clock; null: all time. */
export interface Span {
  days: 30 | 365 | null;
  /** Bounds as DuckDB writes a moment without a zone, in UTC. */
  from: string;
  to: string;
}

/** One widget with the same question in DuckDB's SQL, written by hand. */
export interface BenchWidget {
  title: string;
  config: (span: Span) => WidgetConfig;
  /** Rows of `key` and `value`, with `series` where the chart has several; of a KPI one row. Keys without records are left out. */
  sql: (span: Span) => string;
}

const KPI: Omit<KpiConfig, 'chartId' | 'title' | 'timeRangeDays'> = {
  chartType: 'kpi',
  dataSource: 'leads',
  crmSource: 'all',
  metricField: null,
  aggregation: 'count',
  measure: null,
  format: 'number',
  period: null,
  comparisonPeriodDays: null,
  filterField: null,
  filterValue: null,
  pipeline: null,
  size: 'small',
};
const CHART: Omit<ChartConfig, 'chartId' | 'title' | 'timeRangeDays'> = {
  description: '',
  chartType: 'bar',
  dataSource: 'leads',
  crmSource: 'all',
  xField: null,
  yField: null,
  aggregation: 'count',
  measure: null,
  groupBy: null,
  timeBucket: null,
  period: null,
  filterField: null,
  filterValue: null,
  pipeline: null,
  sortOrder: 'desc',
  limit: null,
  size: 'medium',
};

const within = (column: string, { days, from, to }: Span) =>
  days === null ? 'true' : `${column} >= timestamp '${from}' and ${column} < timestamp '${to}'`;
/** A time axis of all time ends with today and knows no records without a moment. */
const before = (column: string, span: Span) => (span.days === null ? `${column} < timestamp '${span.to}'` : within(column, span));
const owner = (column: string) => `case when ${column} = '0' then '' else coalesce(${column}, '') end`;
const text = (column: string) => `coalesce(${column}, '')`;
const CLOSED_OUTCOME = { won: "semantic = 'won'", open: "semantic = 'open'", closed: "semantic <> 'open'" } as const;

/** Four KPIs, twelve charts, a leaderboard of agents and a funnel of sources. */
export function benchWidgets(world: Pick<World, 'currencies'>, offsetHours: number): BenchWidget[] {
  const rate = `case currency ${world.currencies.map(({ code, amount, amountCount }) => `when '${code}' then (${amount}::decimal(20,4) / ${amountCount})::decimal(18,6)`).join(' ')} end`;
  const money = `coalesce(sum(value * ${rate}), 0)::decimal(38,2)`;
  const local = (column: string) => `(${column} + interval ${offsetHours} hour)`;
  const step = (column: string, { days }: Span) =>
    `strftime(date_trunc('${days === null ? 'month' : 'day'}', ${local(column)}), '%Y-%m-%d')`;
  const bucket = ({ days }: Span) => (days === null ? 'month' : 'day');

  const kpi = (title: string, config: Partial<KpiConfig>, sql: BenchWidget['sql']): BenchWidget => ({
    title,
    config: ({ days }) => ({ ...KPI, title, timeRangeDays: days, ...config }),
    sql,
  });
  const chart = (title: string, config: Partial<ChartConfig>, sql: BenchWidget['sql']): BenchWidget => ({
    title,
    config: ({ days }) => ({ ...CHART, title, timeRangeDays: days, ...config }),
    sql,
  });
  const overTime = (title: string, config: Partial<ChartConfig>, sql: BenchWidget['sql']): BenchWidget => ({
    title,
    config: (span) => ({ ...CHART, title, chartType: 'area', timeRangeDays: span.days, timeBucket: bucket(span), ...config }),
    sql,
  });
  const grouped = (table: string, key: string, value: string, where: string) =>
    `select ${key} as key, ${value} as value from ${table} where ${where} group by 1`;

  return [
    kpi('Leads', { measure: 'totalLeads' }, (span) => `select count(*) as value from leads where ${within('created_at', span)}`),
    kpi(
      'Deals',
      { dataSource: 'deals', measure: 'totalDeals' },
      (span) => `select count(*) as value from deals where ${within('created_at', span)}`,
    ),
    kpi(
      'Pipeline value',
      { dataSource: 'deals', measure: 'pipelineValue', format: 'currency' },
      (span) => `select ${money} as value from deals where ${CLOSED_OUTCOME.open} and ${within('created_at', span)}`,
    ),
    kpi(
      'Conversion',
      { dataSource: 'deals', measure: 'conversionRate', format: 'percentage' },
      (span) =>
        `select round(100::decimal(38,10) * (select count(*) from deals where ${CLOSED_OUTCOME.won} and ${within('closed_at', span)})
           / nullif((select count(*) from leads where ${within('created_at', span)}), 0), 2) as value`,
    ),

    chart('Leads by status', { xField: 'status' }, (span) =>
      grouped('leads', text('status'), 'count(*)', within('created_at', span)),
    ),
    overTime('Leads over time', {}, (span) => grouped('leads', step('created_at', span), 'count(*)', before('created_at', span))),
    chart('Leads by source', { xField: 'source' }, (span) =>
      grouped('leads', text('source'), 'count(*)', within('created_at', span)),
    ),
    chart('Leads by hour', { xField: 'hour' }, (span) =>
      grouped('leads', `hour(${local('created_at')})::varchar`, 'count(*)', within('created_at', span)),
    ),
    chart(
      'Deals by stage',
      { dataSource: 'deals', xField: 'stage' },
      (span) => `select pipeline, stage, count(*) as value from deals where ${within('created_at', span)} group by 1, 2`,
    ),
    chart(
      'Pipeline by stage',
      { dataSource: 'deals', measure: 'pipelineValue', xField: 'stage' },
      (span) =>
        `select pipeline, stage, ${money} as value from deals
         where ${CLOSED_OUTCOME.open} and ${within('created_at', span)} group by 1, 2`,
    ),
    overTime('Won over time', { dataSource: 'deals', measure: 'wonValue' }, (span) =>
      grouped('deals', step('closed_at', span), money, `${CLOSED_OUTCOME.won} and ${before('closed_at', span)}`),
    ),
    chart('Win rate by agent', { dataSource: 'deals', measure: 'winRate', xField: 'owner' }, (span) =>
      grouped(
        'deals',
        owner('assigned_to'),
        `round(100::decimal(38,10) * count(*) filter (where ${CLOSED_OUTCOME.won}) / count(*), 2)`,
        `${CLOSED_OUTCOME.closed} and ${within('closed_at', span)}`,
      ),
    ),
    chart('Activities by type', { dataSource: 'activities', xField: 'type' }, (span) =>
      grouped('activities', 'type', 'count(*)', within('started_at', span)),
    ),
    overTime('Activities over time', { dataSource: 'activities' }, (span) =>
      grouped('activities', step('started_at', span), 'count(*)', before('started_at', span)),
    ),
    chart('Talk time by agent', { dataSource: 'activities', measure: 'talkTime', xField: 'owner' }, (span) =>
      grouped(
        'activities',
        owner('employee_id'),
        'coalesce(sum(duration_seconds), 0)',
        `type = 'call' and completed and ${within('started_at', span)}`,
      ),
    ),
    chart('First response by agent', { measure: 'medianFirstResponse', xField: 'owner' }, (span) =>
      grouped(
        'leads',
        owner('assigned_to'),
        `round(median(case when first_response_at >= created_at then epoch(first_response_at - created_at)::integer end)::decimal(18,2), 2)`,
        within('created_at', span),
      ),
    ),

    // The leaderboard of agents.
    chart('Leads by agent', { xField: 'owner' }, (span) =>
      grouped('leads', owner('assigned_to'), 'count(*)', within('created_at', span)),
    ),
    chart('Won deals by agent', { dataSource: 'deals', measure: 'wonDeals', xField: 'owner' }, (span) =>
      grouped('deals', owner('assigned_to'), 'count(*)', `${CLOSED_OUTCOME.won} and ${within('closed_at', span)}`),
    ),
    chart('Won value by agent', { dataSource: 'deals', measure: 'wonValue', xField: 'owner' }, (span) =>
      grouped('deals', owner('assigned_to'), money, `${CLOSED_OUTCOME.won} and ${within('closed_at', span)}`),
    ),
    chart(
      'Activities by agent',
      { dataSource: 'activities', chartType: 'stackedBar', xField: 'owner', groupBy: 'type' },
      (span) =>
        `select ${owner('employee_id')} as key, type as series, count(*) as value
         from activities where ${within('started_at', span)} group by 1, 2`,
    ),

    // The funnel of sources; its first step, leads by source, is above.
    chart('Deals by source', { dataSource: 'deals', chartType: 'funnel', xField: 'source' }, (span) =>
      grouped('deals', text('source'), 'count(*)', within('created_at', span)),
    ),
    chart('Won deals by source', { dataSource: 'deals', chartType: 'funnel', measure: 'wonDeals', xField: 'source' }, (span) =>
      grouped('deals', text('source'), 'count(*)', `${CLOSED_OUTCOME.won} and ${within('closed_at', span)}`),
    ),
  ];
}
