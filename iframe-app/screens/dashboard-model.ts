import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import type { ChartData, KpiData } from '../../contract/charts.ts';
import type { DashboardReply, Widget, WidgetResult } from '../../contract/dashboard.ts';
import { type Api, ApiError } from '../api.ts';

/** What a widget's panel draws. `stale`: numbers of an earlier load, because the last one had none for this widget. */
export type PanelState =
  | { kind: 'loading' }
  | { kind: 'ready'; data: ChartData | KpiData; stale: boolean }
  | { kind: 'empty' }
  | { kind: 'not_synced' }
  | { kind: 'failed' };

/** A widget in its place: columns it spans of twelve on wide screens and of two on tablets. */
export interface PlacedWidget {
  widget: Widget;
  span: number;
  tabletSpan: number;
}

export interface DashboardModel {
  reply: ReadonlySignal<DashboardReply | null>;
  panels: ReadonlySignal<ReadonlyMap<string, PanelState>>;
  kpis: ReadonlySignal<Widget[]>;
  charts: ReadonlySignal<PlacedWidget[]>;
  /** Why the last load failed; null after a good one. The numbers before it stay. */
  error: ReadonlySignal<ApiError | null>;
  /** When the numbers on show were loaded. */
  loadedAt: ReadonlySignal<number | null>;
  isLoading: ReadonlySignal<boolean>;
  /** The sync is complete and the CRM has nothing: numbers would be zeros without a reason. */
  isEmpty: ReadonlySignal<boolean>;
  hasNumbers: ReadonlySignal<boolean>;
  /** Loads all widgets. Called while a load runs, it waits for that one. */
  refresh(): Promise<void>;
  /** Loads what has just changed. A load that runs already may have been answered before that, so another follows it. */
  reload(): Promise<void>;
}

export interface DashboardDeps {
  api: Pick<Api, 'getDashboard' | 'saveSettings'>;
  now: () => number;
  /** The zone this person's clock shows, to be the tenant's where none is known; null for whom may not decide that. */
  ownTimezone: string | null;
}

export function createDashboard(deps: DashboardDeps): DashboardModel {
  const reply = signal<DashboardReply | null>(null);
  const panels = signal<ReadonlyMap<string, PanelState>>(new Map());
  const error = signal<ApiError | null>(null);
  const loadedAt = signal<number | null>(null);
  const isLoading = signal(false);
  let loading: Promise<void> | null = null;
  let following: Promise<void> | null = null;
  let hasOfferedZone = false;

  /** Bitrix24 seldom says its users' zone. The first administrator's stands in, so that days begin at their midnight. */
  async function loadInOwnZone(): Promise<DashboardReply> {
    const next = await deps.api.getDashboard();
    if (next.timezoneIsKnown || deps.ownTimezone === null || hasOfferedZone) return next;
    hasOfferedZone = true;
    try {
      await deps.api.saveSettings({ timezone: deps.ownTimezone });
    } catch {
      return next;
    }
    return deps.api.getDashboard();
  }

  async function load(): Promise<void> {
    isLoading.value = true;
    try {
      const next = await loadInOwnZone();
      batch(() => {
        panels.value = mergePanels(panels.value, next);
        reply.value = next;
        error.value = null;
        loadedAt.value = deps.now();
      });
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      error.value = failure;
    } finally {
      isLoading.value = false;
      loading = null;
    }
  }

  function refresh(): Promise<void> {
    loading ??= load();
    return loading;
  }

  return {
    reply,
    panels,
    error,
    loadedAt,
    isLoading,
    kpis: computed(() => inOrder(reply.value?.widgets ?? []).filter((widget) => widget.config.chartType === 'kpi')),
    charts: computed(() => placeCharts(reply.value?.widgets ?? [])),
    isEmpty: computed(() => reply.value?.syncStatus === 'complete' && hasNoRecords(reply.value.results)),
    hasNumbers: computed(() => [...panels.value.values()].some((panel) => panel.kind === 'ready' || panel.kind === 'empty')),
    refresh,
    reload() {
      if (loading === null) return refresh();
      following ??= loading.then(() => {
        following = null;
        return refresh();
      });
      return following;
    },
  };
}

/** The panels after a reply. A widget whose numbers failed this time keeps the ones it had. */
export function mergePanels(before: ReadonlyMap<string, PanelState>, reply: DashboardReply): Map<string, PanelState> {
  const results = new Map(reply.results.map((result) => [result.id, result]));
  return new Map(reply.widgets.map(({ id }) => [id, toPanel(results.get(id), before.get(id))]));
}

function toPanel(result: WidgetResult | undefined, before: PanelState | undefined): PanelState {
  if (result?.status === 'ok') {
    return isNothing(result.data) ? { kind: 'empty' } : { kind: 'ready', data: result.data, stale: false };
  }
  if (before?.kind === 'ready') return { ...before, stale: true };
  return { kind: result?.status === 'not_synced' ? 'not_synced' : 'failed' };
}

/** A KPI of nothing is a number (0, or a dash); a chart of nothing is an empty picture. */
function isNothing(data: ChartData | KpiData): boolean {
  if (data.kind === 'kpi') return false;
  return data.rowCount === 0 || data.series.every((series) => series.points.every((point) => point.value === null));
}

function hasNoRecords(results: WidgetResult[]): boolean {
  return results.length > 0 && results.every((result) => result.status === 'ok' && result.data.rowCount === 0);
}

/**
 * Charts in reading order: large ones over the full width, then medium ones two a row, then small ones three a row.
 * The last row is stretched, so that no hole is left in the grid.
 */
export function placeCharts(widgets: readonly Widget[]): PlacedWidget[] {
  const charts = inOrder(widgets).filter((widget) => widget.config.chartType !== 'kpi');
  const ofSize = (size: Widget['config']['size']) => charts.filter((widget) => widget.config.size === size);
  return [...placeRows(ofSize('large'), 1), ...placeRows(ofSize('medium'), 2), ...placeRows(ofSize('small'), 3)];
}

function placeRows(widgets: Widget[], perRow: number): PlacedWidget[] {
  const inLastRow = widgets.length % perRow || perRow;
  const tabletPerRow = Math.min(perRow, 2);
  return widgets.map((widget, index) => {
    const isInLastRow = index >= widgets.length - inLastRow;
    const isAloneOnTablet = tabletPerRow === 1 || (index === widgets.length - 1 && widgets.length % 2 === 1);
    return { widget, span: 12 / (isInLastRow ? inLastRow : perRow), tabletSpan: isAloneOnTablet ? 2 : 1 };
  });
}

function inOrder(widgets: readonly Widget[]): Widget[] {
  return widgets.toSorted((a, b) => a.position - b.position);
}
