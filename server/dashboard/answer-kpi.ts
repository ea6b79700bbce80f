import { DateTime } from 'luxon';
import type { KpiReply } from '../../contract/kpi.ts';
import { kpiWindows } from '../agents/kpi/kpi-windows.ts';
import { resolveKpi } from '../agents/kpi/resolve-kpi.ts';
import { planKpi } from '../analytics/kpi-query.ts';
import { runPlan } from '../analytics/plan.ts';
import type { TimeWindow } from '../analytics/time-range.ts';
import { type DashboardDeps, isPlanCovered, readContext } from './load-dashboard.ts';
import { readQuestion } from './load-drill.ts';
import type { Viewer } from './tenant-context.ts';

/**
 * Answers a question for one number from the copy, without a model, in two round trips.
 * @param signal aborts when nobody waits any more
 * @throws AppError `database_unavailable`; `invalid_combination` for a question that takes too long
 */
export function answerKpi({ db, now }: DashboardDeps, viewer: Viewer, question: string, signal: AbortSignal): Promise<KpiReply> {
  const { tenantId } = viewer;
  const at = now();
  return readQuestion(db, tenantId, signal, async (tx): Promise<KpiReply> => {
    const { context, analytics } = await readContext(tx, viewer, at);
    const resolved = resolveKpi(question, analytics);
    if (!resolved) return { status: 'not_understood' };
    const { config, period } = resolved;
    const { title } = config;
    const windows = kpiWindows(resolved, at, context.timezone);
    const plan = planKpi({ ...config, chartId: '' }, analytics, windows);
    if (!isPlanCovered(plan, config.crmSource, context.coverage)) return { status: 'not_synced', title };
    signal.throwIfAborted();
    const data = await runPlan(tx, tenantId, plan);
    const range = windows.current && toDates(windows.current, context.timezone);
    return { status: 'ok', title, data, range, widget: period?.kind === 'named' ? null : config };
  });
}

/** The first and the last day of a window, as ISO local dates. */
export function toDates({ from, to }: TimeWindow, timezone: string): { from: string; to: string } {
  const date = (at: number) => DateTime.fromMillis(at, { zone: timezone }).toISODate() ?? '';
  return { from: date(from.getTime()), to: date(to.getTime() - 1) };
}
