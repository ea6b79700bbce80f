import type { WidgetConfig } from '../../contract/dashboard.ts';
import type { Category } from '../../contract/onboarding.ts';
import { offerCategories } from '../agents/schema-analyst/categories.ts';
import type { Tx } from '../platform/db.ts';
import type { Onboarding } from './onboarding-config.ts';
import { factsOf } from './onboarding-reply.ts';
import { type PlannedWidget, planTemplates } from './templates/arrange-templates.ts';
import type { Shape } from './templates/template.ts';

/** A code of the CRM with what it is called there. */
export interface Named {
  code: string;
  label: string;
}

/** What `dashboard_configs.generated_templates` calls a widget: its category, then what tells it from all others there. */
export const generatedKey = (category: Category, key: string) => `${category} ${key}`;

/** Begins the keys of widgets that a model proposed. */
export const PROPOSED = 'proposed:';

/** What is asked, of whatever time. */
export function topicOf(config: WidgetConfig | Shape): string {
  const { dataSource, crmSource, aggregation, measure, filterField, filterValue, pipeline } = config;
  const isKpi = config.chartType === 'kpi';
  // A measure wins over both.
  const counted = measure === null ? [aggregation, isKpi ? config.metricField : config.yField] : [measure];
  const axes = isKpi ? [] : [config.xField, config.groupBy, config.timeBucket];
  return JSON.stringify([isKpi, dataSource, crmSource, filterField, filterValue, pipeline, counted, axes]);
}

/** The widgets that the templates make of what was chosen and answered. */
export function planDashboard(onboarding: Onboarding, pipeline: Named | null): PlannedWidget[] {
  const facts = factsOf(onboarding);
  const qualities = new Map(offerCategories(facts, []).map(({ category, quality }) => [category, quality]));
  const chosen = onboarding.selected.map((category) => ({ category, quality: qualities.get(category) ?? 'usable' }));
  return planTemplates({ mode: onboarding.mode, facts, answers: onboarding.answers, pipeline: pipeline?.code ?? null, chosen });
}

/** Leaves out the least telling charts of each category where others take their places. */
export function giveWay<One extends Pick<PlannedWidget, 'category' | 'shape'>>(
  planned: readonly One[],
  taken: (category: Category) => number,
): One[] {
  return planned.filter((one) => {
    if (one.shape.chartType === 'kpi') return true;
    const charts = planned.filter(({ category, shape }) => category === one.category && shape.chartType !== 'kpi');
    return charts.indexOf(one) < charts.length - taken(one.category);
  });
}

/** The pipeline with the most deals, where one CRM has several: codes mean nothing beyond their CRM. */
export async function findMainPipeline(tx: Tx, tenantId: string): Promise<Named | null> {
  const rows = await tx.query<Named & { crm: string }>({
    text: `select p.crm_source as crm, p.external_id as code, p.name as label
           from crm_pipelines p
           left join (
             select crm_source, pipeline, count(*) as deals from crm_deals
             where tenant_id = $1 and deleted_at is null group by 1, 2
           ) d on d.crm_source = p.crm_source and d.pipeline = p.external_id
           where p.tenant_id = $1
           order by coalesce(d.deals, 0) desc, p.is_default desc, p.sort, p.external_id`,
    values: [tenantId],
  });
  const [main, another] = rows;
  return main && another && rows.every(({ crm }) => crm === main.crm) ? main : null;
}
