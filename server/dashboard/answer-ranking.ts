import type { RankingReply } from '../../contract/chat.ts';
import { toRangeFields } from '../../contract/periods.ts';
import { kpiWindows } from '../agents/kpi/kpi-windows.ts';
import { toRange } from '../agents/kpi/periods.ts';
import { resolveRanking } from '../agents/kpi/resolve-ranking.ts';
import { planChart } from '../analytics/chart-query.ts';
import { runPlan } from '../analytics/plan.ts';
import { toDates } from './answer-kpi.ts';
import { type DashboardDeps, isPlanCovered, readContext } from './load-dashboard.ts';
import { readQuestion } from './load-drill.ts';
import { wonByAgent } from './standard-widgets.ts';
import type { Viewer } from './tenant-context.ts';

/** Where no period is said: long enough that chance says less, and short enough to be of today. */
const DEFAULT_PERIOD = { kind: 'rolling', days: 90 } as const;

/**
 * Answers who is the best with what the copy knows of it: the won deals of each person.
 * @param signal aborts when nobody waits any more
 * @returns null where something else is asked
 * @throws AppError `database_unavailable`; `invalid_combination` for a question that takes too long
 */
export function answerRanking(
  { db, now }: DashboardDeps,
  viewer: Viewer,
  question: string,
  signal: AbortSignal,
): Promise<RankingReply | null> {
  const { tenantId } = viewer;
  const at = now();
  return readQuestion(db, tenantId, signal, async (tx): Promise<RankingReply | null> => {
    const { context, analytics } = await readContext(tx, viewer, at);
    const resolved = resolveRanking(question, analytics);
    if (!resolved) return null;
    const period = resolved.period ?? DEFAULT_PERIOD;
    const range = toRange(period);
    const config = { ...wonByAgent(context.locale), ...toRangeFields(range) };
    const { title, crmSource } = config;
    const { current } = kpiWindows({ period, isCompared: false }, at, context.timezone);
    const plan = planChart({ ...config, chartId: '' }, analytics, current);
    if (!isPlanCovered(plan, crmSource, context.coverage)) return { status: 'not_synced', title };
    signal.throwIfAborted();
    const data = await runPlan(tx, tenantId, plan);
    const dates = current && toDates(current, context.timezone);
    return { status: 'ok', title, data, range: dates, widget: range === null ? null : config };
  });
}
