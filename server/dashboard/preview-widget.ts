import type { CatalogReply, DimensionValuesReply } from '../../contract/catalog.ts';
import type { DataSource } from '../../contract/charts.ts';
import type { WidgetConfig, WidgetPreview } from '../../contract/dashboard.ts';
import { describeCatalog } from '../analytics/describe-catalog.ts';
import { planDimensionValues } from '../analytics/dimension-values.ts';
import { runPlan } from '../analytics/plan.ts';
import { isPlanCovered, planWidget, readContext } from './load-dashboard.ts';
import { type DrillDeps, readInTurn } from './load-drill.ts';
import type { Viewer } from './tenant-context.ts';

/** What widgets can be made of. @throws AppError `rate_limited` */
export function loadCatalog(deps: DrillDeps, viewer: Viewer, signal: AbortSignal): Promise<CatalogReply> {
  return readInTurn(deps, viewer, signal, async (tx) => {
    const { analytics } = await readContext(tx, viewer, deps.now());
    return describeCatalog(analytics);
  });
}

/** The values that records have of a dimension. @throws AppError `unknown_field_name`, `invalid_combination`; `rate_limited` */
export function loadDimensionValues(
  deps: DrillDeps,
  viewer: Viewer,
  { dataSource, dimension }: { dataSource: DataSource; dimension: string },
  signal: AbortSignal,
): Promise<DimensionValuesReply> {
  return readInTurn(deps, viewer, signal, async (tx) => {
    const { analytics } = await readContext(tx, viewer, deps.now());
    signal.throwIfAborted();
    return runPlan(tx, viewer.tenantId, planDimensionValues(dataSource, dimension, analytics));
  });
}

/**
 * The numbers a config would show, which is stored nowhere.
 * @throws AppError `unknown_field_name`, `invalid_combination` for a config that cannot be drawn, or takes too long; `rate_limited`
 */
export function previewWidget(
  deps: DrillDeps,
  viewer: Viewer,
  config: WidgetConfig,
  signal: AbortSignal,
): Promise<WidgetPreview> {
  return readInTurn(deps, viewer, signal, async (tx) => {
    const { context, analytics } = await readContext(tx, viewer, deps.now());
    const plan = planWidget({ ...config, chartId: '' }, analytics);
    if (!isPlanCovered(plan, config.crmSource, context.coverage)) return { status: 'not_synced' };
    signal.throwIfAborted();
    return { status: 'ok', data: await runPlan(tx, viewer.tenantId, plan) };
  });
}
