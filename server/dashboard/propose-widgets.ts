import { randomUUID } from 'node:crypto';
import type { CatalogReply } from '../../contract/catalog.ts';
import type { ChartData, DataSource } from '../../contract/charts.ts';
import { type ProposedChart, proposeCharts } from '../agents/chart-architect/propose-charts.ts';
import type { Llm } from '../agents/llm.ts';
import type { Facts } from '../agents/schema-analyst/facts.ts';
import { FEW_RECORDS } from '../agents/schema-analyst/quality.ts';
import { planChart } from '../analytics/chart-query.ts';
import { describeCatalog } from '../analytics/describe-catalog.ts';
import { runPlan } from '../analytics/plan.ts';
import { type AnalyticsContext, CUSTOM } from '../analytics/resolve.ts';
import type { Db, Tx } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import { logModelCall } from './describe-analysis.ts';
import { isPlanCovered, readContext } from './load-dashboard.ts';
import { readQuestion } from './load-drill.ts';
import { readOnboarding, viewerOf } from './onboarding-config.ts';
import { factsOf } from './onboarding-reply.ts';
import type { OnboardingWorkDeps } from './onboarding-work.ts';
import { findMainPipeline, planDashboard, topicOf } from './plan-dashboard.ts';
import type { PlannedWidget } from './templates/arrange-templates.ts';
import type { Coverage } from './tenant-context.ts';
import { activeWidgetsQuery, toWidget, type WidgetRow } from './widget-rows.ts';

/** What the templates know best stays theirs: of a category's charts one may be a model's, and one of so many. */
const ONE_OF = 3;
const LEAST_CHARTS = 2;

/**
 * Charts that a model has thought of for categories that are made for the first time, each drawn once to see that it shows
 * something. Without a model, or an answer of it, there are none.
 * @param signal aborts when the process stops
 */
export async function proposeWidgets(
  deps: OnboardingWorkDeps & { llm: Llm },
  tenantId: string,
  signal: AbortSignal,
): Promise<ProposedChart[]> {
  const { db, llm } = deps;
  const found = await db.withTenant(tenantId, 'read', (tx) => readWanted(tx, deps, tenantId));
  if (found === null) return [];
  const { wanted, coverage, topics } = found;
  const beforeCall = (tx: Tx) => logModelCall(tx, tenantId, 'chartArchitect');
  const proposed = await proposeCharts(llm, { tenantId, requestId: randomUUID(), beforeCall, signal, ...wanted });
  const telling: ProposedChart[] = [];
  for (const one of proposed) {
    signal.throwIfAborted();
    const topic = topicOf(one.config);
    const count = wanted.categories.find(({ category }) => category === one.category)?.count ?? 0;
    const isFull = telling.filter(({ category }) => category === one.category).length >= count;
    if (
      isFull ||
      topics.has(topic) ||
      !(await isTelling(db, tenantId, { ...one, analytics: wanted.analytics, coverage }, signal))
    )
      continue;
    topics.add(topic);
    telling.push(one);
  }
  return telling;
}

type Wanted = Omit<Parameters<typeof proposeCharts>[1], 'tenantId' | 'requestId' | 'beforeCall' | 'signal'>;

/** What is asked, and what is shown or planned already: a chart of it beside that would tell nothing. */
async function readWanted(
  tx: Tx,
  deps: OnboardingWorkDeps,
  tenantId: string,
): Promise<{ wanted: Wanted; coverage: Coverage[]; topics: Set<string> } | null> {
  const onboarding = await readOnboarding(tx, tenantId);
  const facts = factsOf(onboarding);
  if (onboarding.state !== 'generating' || facts === null) return null;
  const planned = planDashboard(onboarding, await findMainPipeline(tx, tenantId));
  const categories = onboarding.selected
    // Also one that was left out meanwhile: what was proposed for it then has its place, or was deleted.
    .filter((category) => !onboarding.generated.some((entry) => entry.startsWith(`${category} `)))
    .map((category) => {
      const charts = planned.filter(({ category: of, shape }) => of === category && shape.chartType !== 'kpi');
      const count = charts.length < LEAST_CHARTS ? 0 : Math.max(1, Math.floor(charts.length / ONE_OF));
      return { category, count, present: charts.map(describeShape) };
    })
    .filter(({ count }) => count > 0);
  if (categories.length === 0) return null;
  const { context, analytics } = await readContext(tx, viewerOf(onboarding, tenantId), deps.now());
  const active = await tx.query<WidgetRow>(activeWidgetsQuery(tenantId));
  const present = active.flatMap((row) => toWidget(row, 0, analytics.locale)?.config ?? []);
  return {
    wanted: {
      catalog: withWorthwhileFields(describeCatalog(analytics), facts),
      analytics,
      records: recordsOf(facts),
      days: Number(onboarding.answers.pipelineRange ?? 30),
      categories,
    },
    coverage: context.coverage,
    topics: new Set([...present, ...planned.map(({ shape }) => shape)].map(topicOf)),
  };
}

function describeShape({ shape }: PlannedWidget): object {
  const said = Object.entries(shape).filter(
    ([name, value]) => value !== null && !['size', 'sortOrder', 'crmSource'].includes(name),
  );
  return Object.fromEntries(said);
}

/** Of the CRM's own fields those that tell its records apart; a portal may have hundreds. */
function withWorthwhileFields(catalog: CatalogReply, { customFields }: Facts): CatalogReply {
  const worthwhile = new Set(customFields.map(({ entity, code }) => `${entity} ${CUSTOM}${code}`));
  return {
    ...catalog,
    sources: catalog.sources.map((source) => ({
      ...source,
      dimensions: source.dimensions.filter(({ name }) => !name.startsWith(CUSTOM) || worthwhile.has(`${source.name} ${name}`)),
    })),
  };
}

function recordsOf(facts: Facts): Partial<Record<DataSource, number>> {
  const counts: [DataSource, number][] = [
    ...(['leads', 'deals', 'activities', 'contacts', 'companies'] as const).map((entity): [DataSource, number] => [
      entity,
      facts.records(entity),
    ]),
    ['stageHistory', facts.filled('deals', 'stageChange')],
    ['products', facts.areProductsCopied ? facts.filled('deals', 'products') : 0],
  ];
  return Object.fromEntries(counts.filter(([, count]) => count >= FEW_RECORDS));
}

/** Whether the chart says something: two things at least to hold against each other. One that takes too long does not. */
async function isTelling(
  db: Db,
  tenantId: string,
  { config, analytics, coverage }: ProposedChart & { analytics: AnalyticsContext; coverage: readonly Coverage[] },
  signal: AbortSignal,
): Promise<boolean> {
  const plan = planChart(config, analytics);
  if (!isPlanCovered(plan, config.crmSource, coverage)) return false;
  try {
    return countMarks(await readQuestion(db, tenantId, signal, (tx) => runPlan(tx, tenantId, plan))) >= 2;
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid_combination') return false;
    throw error;
  }
}

/** Places on the axis where there is something. */
function countMarks({ series }: ChartData): number {
  const keys = series.flatMap(({ points }) => points.filter(({ value }) => (value ?? 0) !== 0).map(({ key }) => key));
  return new Set(keys).size;
}
