import { AGENTS } from '../../contract/agents.ts';
import { type WidgetConfig, widgetConfig } from '../../contract/dashboard.ts';
import { offerCategories } from '../agents/schema-analyst/categories.ts';
import { findCustomFields } from '../analytics/dictionaries.ts';
import type { AnalyticsContext } from '../analytics/resolve.ts';
import type { Tx } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import type { Logger } from '../platform/log.ts';
import { logAccess } from '../tenants/access-log.ts';
import { planWidget, readContext } from './load-dashboard.ts';
import { holdOnboarding, type Onboarding, readOnboarding, saveOnboarding } from './onboarding-config.ts';
import { factsOf } from './onboarding-reply.ts';
import type { OnboardingWorkDeps } from './onboarding-work.ts';
import { arrangePlanned, type PlannedWidget, planTemplates } from './templates/arrange-templates.ts';
import { describeTemplate } from './templates/template-texts.ts';
import { activeWidgetsQuery, insertWidgetQuery, toWidget, updateWidgetQuery, type WidgetRow } from './widget-rows.ts';
import { MAX_WIDGETS, widgetsLockQuery } from './widgets.ts';

/** A planned widget as it would be stored. */
interface Candidate extends PlannedWidget {
  /** Tells it from all others that onboarding makes. */
  key: string;
  config: WidgetConfig;
}

/** A code of the CRM with what it is called there. */
interface Named {
  code: string;
  label: string;
}

const CUSTOM = 'custom:';
/** Leaves room for a template's own words in a title of 120. */
const MAX_NAME_CHARS = 80;

/**
 * Makes the widgets of the chosen categories and ends the round, in one transaction. What is on the dashboard stays: nothing is
 * made twice, and what a person has deleted comes back only with a category that was not chosen the last time. A widget made
 * before and left as it was takes over what the answers now ask of it.
 */
export function generateDashboard(deps: OnboardingWorkDeps, tenantId: string): Promise<void> {
  const { db, log } = deps;
  return db.withTenant(tenantId, 'write', async (tx) => {
    // Counts all deals, so it comes before the first lock: everybody's answers wait for the access log's.
    const { crms } = await readOnboarding(tx, tenantId);
    const viewer = { tenantId, crmSource: crms[0]?.crmSource ?? 'bitrix24', userId: '' } as const;
    const { analytics } = await readContext(tx, viewer, deps.now());
    const pipeline = await findMainPipeline(tx, tenantId);
    // In the order in which others take them: a person who changes a widget holds the first two and needs the tenant's row.
    await tx.query(widgetsLockQuery(tenantId));
    const accessedBy = `system:${AGENTS.chartArchitect.persona}_onboarding`;
    await logAccess(tx, tenantId, { accessedBy, action: 'create_widgets', entity: null, recordCount: null });
    const onboarding = await holdOnboarding(tx, tenantId);
    if (onboarding.state !== 'generating') return;
    const planned = planOf(onboarding, pipeline).flatMap((one) => toCandidate(one, { analytics, pipeline }, log) ?? []);

    const active = await tx.query<WidgetRow>(activeWidgetsQuery(tenantId));
    const present = active.flatMap((row) => {
      const widget = toWidget(row, 0, analytics.locale);
      return widget ? [{ row, question: questionOf(widget.config) }] : [];
    });
    const fresh: Candidate[] = [];
    for (const candidate of planned) {
      const isThere = present.some(({ question }) => question === questionOf(candidate.config));
      const made = active.find((row) => row.template !== null && keyOf(row.template, row.x_field) === candidate.key);
      if (made && !isThere) await adapt(tx, tenantId, made, candidate.config);
      else if (!made && !isThere && !wasRemoved(candidate, onboarding)) fresh.push(candidate);
    }
    const next = Math.max(-1, ...active.map(({ position }) => position)) + 1;
    const room = Math.max(0, MAX_WIDGETS - active.length);
    await Promise.all(
      arrangePlanned(fresh.slice(0, room)).map((one, index) =>
        tx.query(
          insertWidgetQuery(
            tenantId,
            { ...one.config, size: one.shape.size },
            { position: next + index, source: 'onboarding', template: one.template },
          ),
        ),
      ),
    );
    const chosen = planned.map(({ category, key }) => `${category} ${key}`);
    const kept = onboarding.generated.filter((entry) => onboarding.selected.some((category) => entry.startsWith(`${category} `)));
    const generated = [...new Set([...kept, ...chosen])];
    await saveOnboarding(tx, tenantId, { ...onboarding, state: 'complete', generated });
    // The transaction's moment, as the new widgets have it.
    await tx.query({ text: 'update dashboard_configs set completed_at = now() where tenant_id = $1', values: [tenantId] });
  });
}

function planOf(onboarding: Onboarding, pipeline: Named | null): PlannedWidget[] {
  const facts = factsOf(onboarding);
  const qualities = new Map(offerCategories(facts, []).map(({ category, quality }) => [category, quality]));
  const chosen = onboarding.selected.map((category) => ({ category, quality: qualities.get(category) ?? 'usable' }));
  return planTemplates({ mode: onboarding.mode, facts, answers: onboarding.answers, pipeline: pipeline?.code ?? null, chosen });
}

/** The widget with its texts in the tenant's language; null where it could not be drawn, as one that a person asks for. */
function toCandidate(
  planned: PlannedWidget,
  { analytics, pipeline }: { analytics: AnalyticsContext; pipeline: Named | null },
  log: Logger,
): Candidate | null {
  const { template, shape } = planned;
  const isKpi = shape.chartType === 'kpi';
  const xField = isKpi ? null : shape.xField;
  // What the CRM has named stands in the row by that name, and the template's words around it are told with it.
  const name = xField?.startsWith(CUSTOM)
    ? labelOf(xField.slice(CUSTOM.length), analytics)
    : shape.pipeline !== null
      ? (pipeline?.label ?? '')
      : '';
  const stored = name.trim().slice(0, MAX_NAME_CHARS);
  const texts = describeTemplate(template, { timeRangeDays: shape.timeRangeDays, stored }, analytics.locale);
  const title = stored || texts.title;
  const parsed = widgetConfig.safeParse({ ...shape, title, ...(!isKpi && { description: texts.description }) });
  try {
    if (!parsed.success) throw new AppError('invalid_value', 'A template makes no config.', { cause: parsed.error });
    planWidget({ ...parsed.data, chartId: '' }, analytics);
    return { ...planned, key: keyOf(template, xField), config: parsed.data };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log.warn({ err: error, template }, 'A template cannot be drawn');
    return null;
  }
}

/** The pipeline with the most deals, where one CRM has several: codes mean nothing beyond their CRM. */
async function findMainPipeline(tx: Tx, tenantId: string): Promise<Named | null> {
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

/** What the CRM calls a custom field of deals. */
function labelOf(code: string, { dictionaries }: AnalyticsContext): string {
  return findCustomFields(dictionaries, 'deals', code)[0]?.label ?? code;
}

function keyOf(template: string, xField: string | number | null): string {
  const field = String(xField ?? '');
  return field.startsWith(CUSTOM) ? `${template}:${field}` : template;
}

/** What is asked, whatever it is called and however it is drawn. */
function questionOf(config: WidgetConfig): string {
  const { dataSource, crmSource, aggregation, measure, timeRangeDays, filterField, filterValue, pipeline } = config;
  const isKpi = config.chartType === 'kpi';
  const axes = isKpi ? [config.metricField] : [config.xField, config.yField, config.groupBy, config.timeBucket];
  return JSON.stringify([
    ...[isKpi, dataSource, crmSource, aggregation, measure, timeRangeDays, filterField, filterValue, pipeline],
    ...axes,
  ]);
}

/** Made in the round before, for a category that is chosen still, and gone or turned into something else since. */
function wasRemoved({ category, key }: Candidate, { generated }: Onboarding): boolean {
  return generated.includes(`${category} ${key}`);
}

/** Gives a widget that nobody has touched the window and form that are asked for now; its size and place are the person's. */
async function adapt(tx: Tx, tenantId: string, row: WidgetRow, config: WidgetConfig): Promise<void> {
  const size = row.size as WidgetConfig['size'];
  await tx.query(updateWidgetQuery(tenantId, row.id, { ...config, size }, row.template));
}
