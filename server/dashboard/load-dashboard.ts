import type { DashboardReply, Widget, WidgetResult } from '../../contract/dashboard.ts';
import { type DashboardFilter, NO_FILTER, narrowConfig } from '../../contract/dashboard-filter.ts';
import { COUNTABLES, isByMinute } from '../analytics/catalog.ts';
import { planChart } from '../analytics/chart-query.ts';
import type { Term } from '../analytics/cube.ts';
import { dictionariesQuery, toDictionaries } from '../analytics/dictionaries.ts';
import { planKpi } from '../analytics/kpi-query.ts';
import type { Locale } from '../analytics/labels.ts';
import { type Plan, type PreparedPlans, preparePlans } from '../analytics/plan.ts';
import type { AnalyticsContext } from '../analytics/resolve.ts';
import { lastDays } from '../analytics/time-range.ts';
import type { Db, Tx } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import type { Logger } from '../platform/log.ts';
import { dataVersionsQuery, type ResultCache, resultKey, toDataVersions, type WidgetData } from './result-cache.ts';
import { type Rows, retryFailed, runStatements } from './run-statements.ts';
import { standardWidgets } from './standard-widgets.ts';
import { type Coverage, type TenantContext, tenantContextQuery, toTenantContext, type Viewer } from './tenant-context.ts';
import { activeWidgetsQuery, toWidget, type WidgetRow } from './widget-rows.ts';

export interface DashboardDeps {
  db: Db;
  now: () => Date;
  log: Logger;
}

/** A widget on its way: what it asks, or the result it already has. */
interface Prepared {
  widget: Widget;
  plan: Plan<WidgetData> | null;
  result: WidgetResult | null;
}

export interface LoadedDashboard {
  reply: DashboardReply;
  locale: Locale;
  /** From then on the same question has another answer, though nothing in the database has changed: a new day, a new minute. */
  validUntil: Date;
}

/** Columns whose moments `Coverage.activeFrom` speaks of. */
const ACTIVE_TIMES = new Set(['started_at', 'closed_at', 'stage_changed_at']);

/**
 * All widgets of a tenant's dashboard with their numbers, read in one snapshot and two round trips; in one where all are
 * known already.
 * @param deps.results numbers that were computed before
 * @param signal aborts when nobody waits any more
 * @param only ids of the widgets that are wanted; default: all
 * @param filter what their numbers are looked at through; the widgets themselves are answered as they are
 * @throws AppError `database_unavailable`; `not_found` when one of `only` is not on the dashboard
 */
export async function loadDashboard(
  deps: DashboardDeps & { results: ResultCache },
  viewer: Viewer,
  signal: AbortSignal,
  only?: readonly string[],
  filter: DashboardFilter = NO_FILTER,
): Promise<LoadedDashboard> {
  const { db, log, results: known } = deps;
  const now = deps.now();
  const loaded = await db.withTenant(
    viewer.tenantId,
    'read',
    async (tx) => {
      const [{ context, analytics }, [{ snapshot } = { snapshot: '' }], rows, versionRows] = await Promise.all([
        readContext(tx, viewer, now),
        tx.query<{ snapshot: string }>({ text: 'select pg_export_snapshot() as snapshot' }),
        tx.query<WidgetRow>(activeWidgetsQuery(viewer.tenantId)),
        tx.query(dataVersionsQuery(viewer.tenantId)),
      ]);
      signal.throwIfAborted();
      const versions = toDataVersions(versionRows);
      const keyOf = (widget: Widget, plan: Plan<WidgetData>) =>
        resultKey(viewer.tenantId, widget, plan.terms, analytics, versions);
      const widgets = pickWidgets(arrangeWidgets(context, rows, log), only);
      const prepared = widgets
        .map((widget) => prepareWidget({ ...widget, config: narrowConfig(widget.config, filter) }, context, analytics, log))
        .map((one): Prepared & { key: string } => {
          const key = one.plan && !one.result ? keyOf(one.widget, one.plan) : '';
          const data = known.get(key);
          return { ...one, key, result: data ? { id: one.widget.id, status: 'ok', data } : one.result };
        });
      const plans = preparePlans(
        viewer.tenantId,
        prepared.flatMap(({ plan, result }) => (result ? [] : (plan ?? []))),
      );
      const finished = new Map<Widget, WidgetResult>();
      // While others are still running: this process would only wait for them.
      const finishReady = (results: readonly (Rows | null)[]) => {
        for (const { widget, plan, result } of prepared) {
          if (result || !plan || finished.has(widget) || !plans.isReady(plan, results)) continue;
          finished.set(
            widget,
            finishWidget(widget, log, () => plans.finish(plan, results)),
          );
        }
      };
      const beside = (work: (on: Tx) => Promise<void>) => db.beside(viewer.tenantId, snapshot, work, { signal });
      const ran = await runStatements(tx, beside, plans.queries, costsOf(plans, context.coverage), finishReady);
      return { context, widgets, prepared, plans, finished, ran };
    },
    { signal },
  );
  const { context, widgets, prepared, plans, finished, ran } = loaded;
  const hasFailed = ran.failures.size > 0;
  const results = hasFailed ? await retryFailed(db, viewer.tenantId, plans.queries, ran, signal) : ran.results;
  if (ran.leftOut > 0) log.warn({ leftOut: ran.leftOut, tenantId: viewer.tenantId }, 'a dashboard took too long');
  for (const err of ran.failures.values()) log.warn({ err, tenantId: viewer.tenantId }, 'a dashboard statement failed');

  const reply: DashboardReply = {
    mode: context.mode,
    currency: context.displayCurrency,
    timezone: context.timezone,
    timezoneIsKnown: context.timezoneIsKnown,
    syncStatus: context.syncStatus,
    dataAsOf: context.dataAsOf?.toISOString() ?? null,
    widgets,
    results: prepared.map(({ widget, plan, result, key }) => {
      if (result) return result;
      const made = finished.get(widget) ?? finishWidget(widget, log, () => plan && plans.finish(plan, results));
      if (made.status === 'ok') known.set(key, made.data);
      return made;
    }),
  };
  return { reply, locale: context.locale, validUntil: nextChange(prepared, now, context.timezone) };
}

const MINUTE_MS = 60_000;

/** The end of the local day, or of the minute where a widget's records are told apart by their age in minutes. */
function nextChange(prepared: readonly Prepared[], now: Date, timezone: string): Date {
  const changesByMinute = prepared.some(({ plan }) =>
    plan?.terms.some(({ traits }) => traits.some(({ trait }) => isByMinute(trait))),
  );
  if (changesByMinute) return new Date((Math.floor(now.getTime() / MINUTE_MS) + 1) * MINUTE_MS);
  return lastDays(1, now, timezone).to;
}

/** The standard widgets, then the tenant's own in their order. A row that holds no widget is passed over. */
export function arrangeWidgets(
  { mode, locale, isOnboarded }: Pick<TenantContext, 'mode' | 'locale' | 'isOnboarded'>,
  rows: readonly WidgetRow[],
  log: Logger,
): Widget[] {
  const standard = standardWidgets(mode, locale, isOnboarded);
  const own = rows.flatMap((row) => {
    const widget = toWidget(row, standard.length, locale);
    if (!widget) log.warn({ widget: row.id }, 'a stored widget cannot be read');
    return widget ?? [];
  });
  return [...standard, ...own];
}

function pickWidgets(widgets: Widget[], only: readonly string[] | undefined): Widget[] {
  if (!only) return widgets;
  const wanted = new Set(only);
  const picked = widgets.filter(({ id }) => wanted.has(id));
  if (picked.length < wanted.size) throw new AppError('not_found');
  return picked;
}

/** About how many records each statement reads. */
function costsOf({ entities }: PreparedPlans, coverage: readonly Coverage[]): number[] {
  return entities.map((of) =>
    coverage.reduce((sum, { entity, records }) => sum + (entity === COUNTABLES[of].copiedWith ? records : 0), 0),
  );
}

/** How a widget's numbers are got. @throws AppError `unknown_field_name`, `invalid_combination` */
export function planWidget(config: Widget['config'], analytics: AnalyticsContext): Plan<WidgetData> {
  return config.chartType === 'kpi' ? planKpi(config, analytics) : planChart(config, analytics);
}

/** The tenant's settings, coverage and dictionaries, in one round trip. */
export async function readContext(
  tx: Tx,
  viewer: Viewer,
  now: Date,
): Promise<{ context: TenantContext; analytics: AnalyticsContext }> {
  const [contextRows, dictionaryRows] = await Promise.all([
    tx.query(tenantContextQuery(viewer)),
    tx.query(dictionariesQuery(viewer.tenantId)),
  ]);
  const context = toTenantContext(contextRows[0] ?? {});
  const { timezone, workingWeek, displayCurrency, locale, mode } = context;
  const dictionaries = toDictionaries(dictionaryRows[0] ?? {});
  const crmSources = [...new Set(context.coverage.map(({ crmSource }) => crmSource))].sort();
  return { context, analytics: { now, timezone, workingWeek, displayCurrency, locale, mode, crmSources, dictionaries } };
}

function prepareWidget(widget: Widget, context: TenantContext, analytics: AnalyticsContext, log: Logger): Prepared {
  const { config, id } = widget;
  const plan = orRefused(widget, log, () => planWidget(config, analytics));
  if (plan === 'refused') return { widget, plan: null, result: { id, status: 'not_drawable' } };
  return isPlanCovered(plan, config.crmSource, context.coverage)
    ? { widget, plan, result: null }
    : { widget, plan: null, result: { id, status: 'not_synced' } };
}

/** Whether all records that a plan counts are copied. */
export function isPlanCovered({ terms }: Plan<unknown>, crmSource: string, coverage: readonly Coverage[]): boolean {
  return terms.every((term) => isCovered(term, crmSource, coverage));
}

/**
 * Whether all records a term counts are copied: a full load of every CRM concerned is complete, or the term looks only
 * at records created (begun, closed) since a moment from which on the running load has them all. What other tables add
 * to the records is right only when those are complete.
 */
export function isCovered(term: Term, crmSource: string, coverage: readonly Coverage[]): boolean {
  const ofCrm = coverage.filter((one) => crmSource === 'all' || one.crmSource === crmSource);
  const concerned = ofCrm.filter(({ entity }) => entity === COUNTABLES[term.entity].copiedWith);
  const from = term.window?.from;
  return (
    concerned.length > 0 &&
    term.reliesOn.every((needed) => ofCrm.every(({ entity, isComplete }) => entity !== needed || isComplete)) &&
    concerned.every((one) => {
      const since =
        term.timeColumn === 'created_at' ? one.coveredFrom : ACTIVE_TIMES.has(term.timeColumn) ? one.activeFrom : null;
      return one.isComplete || (from !== undefined && since !== null && since <= from);
    })
  );
}

function finishWidget(widget: Widget, log: Logger, finish: () => WidgetData | null): WidgetResult {
  const { id } = widget;
  const data = orRefused(widget, log, finish);
  if (data === 'refused') return { id, status: 'not_drawable' };
  return data ? { id, status: 'ok', data } : { id, status: 'failed' };
}

/** `refused` where the widget's question is; the other widgets go on. */
function orRefused<Result>({ id }: Widget, log: Logger, work: () => Result): Result | 'refused' {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log.warn({ err: error, widget: id }, 'a widget cannot be drawn');
    return 'refused';
  }
}
