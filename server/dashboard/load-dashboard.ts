import type { DashboardReply, Widget, WidgetResult } from '../../contract/dashboard.ts';
import { isByMinute } from '../analytics/catalog.ts';
import { planChart } from '../analytics/chart-query.ts';
import type { Term } from '../analytics/cube.ts';
import { dictionariesQuery, toDictionaries } from '../analytics/dictionaries.ts';
import { planKpi } from '../analytics/kpi-query.ts';
import type { Locale } from '../analytics/labels.ts';
import { type Plan, type PreparedPlans, preparePlans } from '../analytics/plan.ts';
import type { AnalyticsContext } from '../analytics/resolve.ts';
import { lastDays } from '../analytics/time-range.ts';
import type { Db, SqlQuery, Tx } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import type { Logger } from '../platform/log.ts';
import { dataVersionsQuery, type ResultCache, resultKey, toDataVersions, type WidgetData } from './result-cache.ts';
import { standardWidgets } from './standard-widgets.ts';
import { type Coverage, type TenantContext, tenantContextQuery, toTenantContext, type Viewer } from './tenant-context.ts';
import { activeWidgetsQuery, toWidget, type WidgetRow } from './widget-rows.ts';

export interface DashboardDeps {
  db: Db;
  now: () => Date;
  log: Logger;
}

type Rows = readonly object[];

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
/** A dashboard that takes longer answers with what it has; its slow widgets are `failed`. */
const RETRY_BUDGET_MS = 5_000;

/**
 * All widgets of a tenant's dashboard with their numbers, read in one snapshot and two round trips; in one where all are
 * known already.
 * @param deps.results numbers that were computed before
 * @param signal aborts when nobody waits any more
 * @param only ids of the widgets that are wanted; default: all
 * @throws AppError `database_unavailable`; `not_found` when one of `only` is not on the dashboard
 */
export async function loadDashboard(
  deps: DashboardDeps & { results: ResultCache },
  viewer: Viewer,
  signal: AbortSignal,
  only?: readonly string[],
): Promise<LoadedDashboard> {
  const { db, log, results: known } = deps;
  const now = deps.now();
  const failures: unknown[] = [];
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
      const prepared = pickWidgets(arrangeWidgets(context, rows, log), only)
        .map((widget) => prepareWidget(widget, context, analytics, log))
        .map((one): Prepared & { key: string } => {
          const key = one.plan && !one.result ? keyOf(one.widget, one.plan) : '';
          const data = known.get(key);
          return { ...one, key, result: data ? { id: one.widget.id, status: 'ok', data } : one.result };
        });
      const plans = preparePlans(
        viewer.tenantId,
        prepared.flatMap(({ plan, result }) => (result ? [] : (plan ?? []))),
      );
      const results = await runAll(db, viewer, tx, snapshot, plans, context.coverage, failures, signal);
      return { context, prepared, plans, results };
    },
    { signal },
  );
  const { context, prepared, plans } = loaded;
  const results =
    failures.length === 0 ? loaded.results : await retryFailed(deps, viewer.tenantId, plans.queries, loaded.results, signal);
  // The others only say that their transaction was already lost.
  if (failures.length > 0) log.warn({ err: failures[0], tenantId: viewer.tenantId }, 'a dashboard statement failed');

  const reply: DashboardReply = {
    mode: context.mode,
    currency: context.displayCurrency,
    timezone: context.timezone,
    timezoneIsKnown: context.timezoneIsKnown,
    syncStatus: context.syncStatus,
    dataAsOf: context.dataAsOf?.toISOString() ?? null,
    widgets: prepared.map(({ widget }) => widget),
    results: prepared.map(({ widget, plan, result, key }) => {
      if (result) return result;
      const finished = finishWidget(widget, log, () => plan && plans.finish(plan, results));
      if (finished.status === 'ok') known.set(key, finished.data);
      return finished;
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
  { mode, locale }: Pick<TenantContext, 'mode' | 'locale'>,
  rows: readonly WidgetRow[],
  log: Logger,
): Widget[] {
  const standard = standardWidgets(mode, locale);
  const own = rows.flatMap((row) => {
    const widget = toWidget(row, standard.length);
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
  const { timezone, displayCurrency, locale, mode } = context;
  const dictionaries = toDictionaries(dictionaryRows[0] ?? {});
  const crmSources = [...new Set(context.coverage.map(({ crmSource }) => crmSource))].sort();
  return { context, analytics: { now, timezone, displayCurrency, locale, mode, crmSources, dictionaries } };
}

function prepareWidget(widget: Widget, context: TenantContext, analytics: AnalyticsContext, log: Logger): Prepared {
  const { config, id } = widget;
  const plan = orRefused(widget, log, () => planWidget(config, analytics));
  if (!plan) return { widget, plan, result: { id, status: 'failed' } };
  const covered = plan.terms.every((term) => isCovered(term, config.crmSource, context.coverage));
  return covered ? { widget, plan, result: null } : { widget, plan: null, result: { id, status: 'not_synced' } };
}

/**
 * Whether all records a term counts are copied: a full load of every CRM concerned is complete, or the term looks only
 * at records created (begun, closed) since a moment from which on the running load has them all. What other tables add
 * to the records is right only when those are complete.
 */
export function isCovered(term: Term, crmSource: string, coverage: readonly Coverage[]): boolean {
  const ofCrm = coverage.filter((one) => crmSource === 'all' || one.crmSource === crmSource);
  const concerned = ofCrm.filter(({ entity }) => entity === term.entity);
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

/** Of fewer records a statement takes less time than a round trip, and all are sent at once. */
const WORTH_TWO = 50_000;

/**
 * Runs the statements of `plans`: on two connections where one is free beside ours and there is work for two, each taking
 * the dearest that is left.
 * @returns rows of each, in their order
 */
async function runAll(
  db: Db,
  viewer: Viewer,
  tx: Tx,
  snapshot: string,
  { queries, entities, prepare }: PreparedPlans,
  coverage: readonly Coverage[],
  failures: unknown[],
  signal: AbortSignal,
): Promise<(Rows | null)[]> {
  const costs = entities.map((of) => coverage.reduce((sum, { entity, records }) => sum + (entity === of ? records : 0), 0));
  const run = async (index: number, query: SqlQuery, on = tx) => {
    const rows = await runQuietly(on, query, failures);
    if (rows) prepare(index, rows);
    return rows;
  };
  const isWorthTwo = queries.length > 1 && Math.max(...costs) >= WORTH_TWO;
  const results: (Rows | null)[] = queries.map(() => null);
  const waiting = [...queries.entries()].sort(([a], [b]) => (costs[b] ?? 0) - (costs[a] ?? 0));
  const workOff = async (on: Tx) => {
    for (let next = waiting.shift(); next; next = waiting.shift()) results[next[0]] = await run(...next, on);
  };
  const second = isWorthTwo ? db.beside(viewer.tenantId, snapshot, workOff, { signal }) : null;
  if (!second) return Promise.all(queries.map((query, index) => run(index, query)));
  await Promise.all([workOff(tx), second]);
  return results;
}

/** Rows, or null for a statement that failed. A lost database is everyone's failure and thrown on. */
async function runQuietly(tx: Tx, query: SqlQuery, failures: unknown[]): Promise<Rows | null> {
  try {
    return await tx.query(query);
  } catch (error) {
    if (error instanceof AppError) throw error;
    failures.push(error);
    return null;
  }
}

/** One failed statement takes its whole transaction along, so those without rows are tried again, each by itself. */
async function retryFailed(
  { db }: DashboardDeps,
  tenantId: string,
  queries: readonly SqlQuery[],
  results: readonly (Rows | null)[],
  signal: AbortSignal,
): Promise<(Rows | null)[]> {
  const deadline = performance.now() + RETRY_BUDGET_MS;
  const retried: (Rows | null)[] = [];
  for (const [index, query] of queries.entries()) {
    signal.throwIfAborted();
    const left = Math.floor(deadline - performance.now());
    const present = results[index] ?? null;
    if (present || left <= 0) {
      retried.push(present);
      continue;
    }
    const options = { statementTimeoutMs: left, signal };
    retried.push(await db.withTenant(tenantId, 'read', (tx) => tx.query(query), options).catch(passOverStatement));
  }
  return retried;
}

function passOverStatement(error: unknown): null {
  if (error instanceof AppError) throw error;
  return null;
}

function finishWidget(widget: Widget, log: Logger, finish: () => WidgetData | null): WidgetResult {
  const data = orRefused(widget, log, finish);
  return data ? { id: widget.id, status: 'ok', data } : { id: widget.id, status: 'failed' };
}

/** null where the widget's question is refused; the other widgets go on. */
function orRefused<Result>({ id }: Widget, log: Logger, work: () => Result): Result | null {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    log.warn({ err: error, widget: id }, 'a widget cannot be drawn');
    return null;
  }
}
