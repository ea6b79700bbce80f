import type { ChartConfig, ChartData, KpiConfig, KpiData, ValueFormat } from '../../../contract/charts.ts';
import { COUNTABLES, findMeasure } from '../../analytics/catalog.ts';
import { planChart } from '../../analytics/chart-query.ts';
import { dictionariesQuery, toDictionaries } from '../../analytics/dictionaries.ts';
import { planKpi } from '../../analytics/kpi-query.ts';
import { type Plan, preparePlans } from '../../analytics/plan.ts';
import type { AnalyticsContext } from '../../analytics/resolve.ts';
import type { Db } from '../../platform/db.ts';

const COUNT_OF_ALL = {
  chartId: 'c',
  title: 'Chart',
  dataSource: 'leads',
  crmSource: 'all',
  aggregation: 'count',
  measure: null,
  timeRangeDays: null,
  period: null,
  filterField: null,
  filterValue: null,
  pipeline: null,
  size: 'medium',
} as const;

/** Asks as a dashboard asks: as the app role, under row level security. Fields a question leaves out count all leads. */
export interface Asker {
  kpi(config: Partial<KpiConfig>): Promise<KpiData>;
  chart(config: Partial<ChartConfig>): Promise<ChartData>;
}

/**
 * An asker for a tenant, by the dictionaries it has now.
 * @param asked when and by which clock it is asked; default: dollars, a classic CRM
 */
export async function createAsker(
  db: Db,
  tenantId: string,
  asked: Pick<AnalyticsContext, 'now' | 'timezone'> & Partial<AnalyticsContext>,
): Promise<Asker> {
  const [row] = await db.withTenant(tenantId, 'read', (tx) => tx.query(dictionariesQuery(tenantId)));
  const context: AnalyticsContext = {
    workingWeek: [],
    displayCurrency: 'USD',
    locale: 'en',
    mode: 'classic',
    crmSources: ['bitrix24'],
    dictionaries: toDictionaries(row ?? {}),
    ...asked,
  };
  const run = async <Data>(plan: Plan<Data>): Promise<Data> => {
    const prepared = preparePlans(tenantId, [plan]);
    const results = await db.withTenant(tenantId, 'read', (tx) => Promise.all(prepared.queries.map((query) => tx.query(query))));
    const data = prepared.finish(plan, results);
    if (!data) throw new Error('no data');
    return data;
  };
  return {
    kpi: (config) => {
      const defaults = { chartType: 'kpi', metricField: null, comparisonPeriodDays: null } as const;
      return run(planKpi({ ...COUNT_OF_ALL, ...defaults, format: formatOf(config), ...config }, context));
    },
    chart: (config) => {
      const axes = { xField: null, yField: null, groupBy: null, timeBucket: null, sortOrder: 'desc', limit: null } as const;
      return run(planChart({ ...COUNT_OF_ALL, description: '', chartType: 'bar', ...axes, ...config }, context));
    },
  };
}

/** The format in which a KPI has to be asked for: planKpi refuses any other. */
function formatOf({ dataSource = 'leads', measure = null, metricField = null }: Partial<KpiConfig>): ValueFormat {
  const named = measure === null ? undefined : findMeasure(measure, 'classic');
  if (named?.kind === 'ratio') return named.format;
  const field = named ? named.field : metricField;
  return (field !== null && COUNTABLES[named?.entity ?? dataSource].numbers.get(field)?.format) || 'number';
}
