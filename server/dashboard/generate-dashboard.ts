import { createHash } from 'node:crypto';
import { AGENTS } from '../../contract/agents.ts';
import { type WidgetConfig, widgetConfig } from '../../contract/dashboard.ts';
import type { Category } from '../../contract/onboarding.ts';
import { rangeOf } from '../../contract/periods.ts';
import type { ProposedChart } from '../agents/chart-architect/propose-charts.ts';
import { findCustomFields } from '../analytics/dictionaries.ts';
import type { Locale } from '../analytics/labels.ts';
import { type AnalyticsContext, CUSTOM } from '../analytics/resolve.ts';
import type { Tx } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import type { Logger } from '../platform/log.ts';
import { logAccess } from '../tenants/access-log.ts';
import { planWidget, readContext } from './load-dashboard.ts';
import { holdOnboarding, type Onboarding, readOnboarding, saveOnboarding, viewerOf } from './onboarding-config.ts';
import type { OnboardingWorkDeps } from './onboarding-work.ts';
import { findMainPipeline, generatedKey, giveWay, type Named, PROPOSED, planDashboard, topicOf } from './plan-dashboard.ts';
import { arrangePlanned, type PlannedWidget } from './templates/arrange-templates.ts';
import { describeTemplate, describeWithPeriod, type TemplateId } from './templates/template-texts.ts';
import { activeWidgetsQuery, insertWidgetQuery, toWidget, updateWidgetQuery, type WidgetRow } from './widget-rows.ts';
import { MAX_WIDGETS, widgetsLockQuery } from './widgets.ts';

/** A planned widget as it would be stored. */
interface Candidate extends Pick<PlannedWidget, 'category' | 'isTrend' | 'shape'> {
  /** null: a model has proposed it, and its texts are its own. */
  template: TemplateId | null;
  /** Tells it from all others that onboarding makes. */
  key: string;
  config: WidgetConfig;
}

/** Leaves room for a template's own words in a title of 120. */
const MAX_NAME_CHARS = 80;

/**
 * Makes the widgets of the chosen categories and ends the round, in one transaction. What is on the dashboard stays: nothing is
 * made twice, and what a person has deleted comes back only with a category that was not chosen the last time. A widget made
 * before and left as it was takes over what the answers now ask of it.
 * @param proposed charts that can be drawn; they take the places of the least telling templates of their categories
 */
export function generateDashboard(deps: OnboardingWorkDeps, tenantId: string, proposed: readonly ProposedChart[]): Promise<void> {
  const { db, log } = deps;
  return db.withTenant(tenantId, 'write', async (tx) => {
    // Counts all deals, so it comes before the first lock: everybody's answers wait for the access log's.
    const viewer = viewerOf(await readOnboarding(tx, tenantId), tenantId);
    const { analytics } = await readContext(tx, viewer, deps.now());
    const pipeline = await findMainPipeline(tx, tenantId);
    // In the order in which others take them: a person who changes a widget holds the first two and needs the tenant's row.
    await tx.query(widgetsLockQuery(tenantId));
    const accessedBy = `system:${AGENTS.chartArchitect.persona}_onboarding`;
    await logAccess(tx, tenantId, { accessedBy, action: 'create_widgets', entity: null, recordCount: null });
    const onboarding = await holdOnboarding(tx, tenantId);
    if (onboarding.state !== 'generating') return;
    const active = await tx.query<WidgetRow>(activeWidgetsQuery(tenantId));
    const present = active.flatMap((row) => {
      const widget = toWidget(row, 0, analytics.locale);
      return widget ? [widget.config] : [];
    });
    const unseen = proposed.filter(({ config }) => !present.some((one) => topicOf(one) === topicOf(config)));
    const planned = planCandidates(onboarding, unseen, { analytics, pipeline }, log);
    const fresh: Candidate[] = [];
    for (const candidate of planned) {
      const isThere = present.some((one) => questionOf(one) === questionOf(candidate.config));
      const made = active.find((row) => row.template !== null && keyOf(row.template, row.x_field) === candidate.key);
      if (made && !isThere) await adapt(tx, tenantId, made, candidate.config);
      else if (!made && !isThere && !wasRemoved(candidate, onboarding)) fresh.push(candidate);
    }
    const next = Math.max(-1, ...active.map(({ position }) => position)) + 1;
    const room = Math.max(0, MAX_WIDGETS - active.length);
    const crowdedOut = new Set(fresh.slice(room));
    await Promise.all(
      arrangePlanned(fresh.slice(0, room)).map((one, index) =>
        tx.query(
          insertWidgetQuery(
            tenantId,
            { ...one.config, size: one.shape.size },
            { position: next + index, source: 'onboarding', ...(one.template && { template: one.template }) },
          ),
        ),
      ),
    );
    // What there was no room for was never made, and a later round may make it.
    const chosen = planned.filter((one) => !crowdedOut.has(one)).map(({ category, key }) => generatedKey(category, key));
    // A model is asked about a category once: what it proposed for one that is left out is still there.
    const kept = onboarding.generated.filter((entry) => {
      const [category, key] = entry.split(' ', 2);
      return key?.startsWith(PROPOSED) || onboarding.selected.some((one) => one === category);
    });
    const generated = [...new Set([...kept, ...chosen])];
    await saveOnboarding(tx, tenantId, { ...onboarding, state: 'complete', generated });
    // The transaction's moment, as the new widgets have it.
    await tx.query({ text: 'update dashboard_configs set completed_at = now() where tenant_id = $1', values: [tenantId] });
  });
}

/** What the templates and the model make of the chosen categories, by category; the model's in place of as many templates. */
function planCandidates(
  onboarding: Onboarding,
  proposed: readonly ProposedChart[],
  told: { analytics: AnalyticsContext; pipeline: Named | null },
  log: Logger,
): Candidate[] {
  const planned = planDashboard(onboarding, told.pipeline).flatMap((one) => toCandidate(one, told, log) ?? []);
  const asked = new Set(planned.map(({ config }) => topicOf(config)));
  const own = proposed
    .map((one) => toProposal(one, told.analytics.locale))
    .filter(({ config, key }, index, all) => {
      const isFirst = all.findIndex((other) => other.key === key) === index;
      return isFirst && !asked.has(topicOf(config));
    });
  const startsWith = (category: Category) => generatedKey(category, PROPOSED);
  // Those of an earlier round keep the places they took then.
  const taken = (category: Category) =>
    own.filter((one) => one.category === category).length +
    onboarding.generated.filter((entry) => entry.startsWith(startsWith(category))).length;
  const templates = giveWay(planned, taken);
  return onboarding.selected.flatMap((category) => [...templates, ...own].filter((one) => one.category === category));
}

function toProposal({ category, config: { chartId: _, ...config } }: ProposedChart, locale: Locale): Candidate {
  const shown = { ...config, description: describeWithPeriod(config.description, config.timeRangeDays, locale) };
  const topic = createHash('sha256').update(topicOf(shown)).digest('hex').slice(0, 16);
  const isTrend = shown.timeBucket !== null;
  return { category, template: null, isTrend, shape: shown, key: `${PROPOSED}${topic}`, config: shown };
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
  return JSON.stringify([topicOf(config), rangeOf(config)]);
}

/** Made in the round before, for a category that is chosen still, and gone or turned into something else since. */
function wasRemoved({ category, key }: Candidate, { generated }: Onboarding): boolean {
  return generated.includes(generatedKey(category, key));
}

/** Gives a widget that nobody has touched the window and form that are asked for now; its size and place are the person's. */
async function adapt(tx: Tx, tenantId: string, row: WidgetRow, config: WidgetConfig): Promise<void> {
  const size = row.size as WidgetConfig['size'];
  await tx.query(updateWidgetQuery(tenantId, row.id, { ...config, size }, row.template));
}
