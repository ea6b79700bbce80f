import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import type { ChartData, KpiData } from '../../../contract/charts.ts';
import type { DashboardReply, Widget, WidgetResult } from '../../../contract/dashboard.ts';
import type { DashboardFilter } from '../../../contract/dashboard-filter.ts';
import { type Api, ApiError } from '../../api.ts';
import { inOrder, type PlacedWidget, placeCharts } from './layout.ts';

/** What a widget's panel draws. `stale`: numbers of an earlier load, because the last one had none for this widget. */
export type PanelState =
  | { kind: 'loading' }
  | { kind: 'ready'; data: ChartData | KpiData; stale: boolean }
  | { kind: 'empty' }
  | { kind: 'not_synced' }
  | { kind: 'failed' }
  | { kind: 'not_drawable' };

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
  /** What the numbers on show are looked at through. */
  filter: ReadonlySignal<DashboardFilter>;
  /** What they are to be looked at through: another one until its numbers are there. */
  wanted: ReadonlySignal<DashboardFilter>;
  /** Looks at everything through another filter. */
  look(filter: DashboardFilter): Promise<void>;
  /** Shows the widgets with a change that is not stored yet. Whatever is loaded meanwhile is shown with it, too. */
  show(edit: WidgetEdit): ShownEdit;
  /** Loads all widgets. Called while a load runs, it waits for that one. */
  refresh(): Promise<void>;
  /** Loads what has just changed. A load that runs already may have been answered before that, so another follows it. */
  reload(): Promise<void>;
}

/** A change of the widgets. Made of some that have it already, it changes nothing. */
export type WidgetEdit = (widgets: Widget[]) => Widget[];

/** A change that is shown before it is stored. */
export interface ShownEdit {
  /** It is stored: it stays on show until a load that began after this has answered with it. */
  stored(): Promise<void>;
  /** It will not be. */
  takeBack(): void;
}

export interface DashboardDeps {
  api: Pick<Api, 'getDashboard' | 'saveSettings'>;
  now: () => number;
  /** As the person has left it. */
  filter: DashboardFilter;
  /** The zone this person's clock shows, to be the tenant's where none is known; null for whom may not decide that. */
  ownTimezone: string | null;
}

export function createDashboard(deps: DashboardDeps): DashboardModel {
  const loaded = signal<DashboardReply | null>(null);
  const edits = signal<readonly WidgetEdit[]>([]);
  const reply = computed(() => loaded.value && withEdits(loaded.value, edits.value));
  const panels = signal<ReadonlyMap<string, PanelState>>(new Map());
  const error = signal<ApiError | null>(null);
  const loadedAt = signal<number | null>(null);
  const isLoading = signal(false);
  const filter = signal(deps.filter);
  const wanted = signal(deps.filter);
  let loading: Promise<void> | null = null;
  let following: Promise<void> | null = null;
  let hasOfferedZone = false;

  /** Bitrix24 seldom says its users' zone. The first administrator's stands in, so that days begin at their midnight. */
  async function loadInOwnZone(): Promise<DashboardReply> {
    const query = queryOf(wanted.peek());
    const next = await deps.api.getDashboard(query);
    if (next.timezoneIsKnown || deps.ownTimezone === null || hasOfferedZone) return next;
    hasOfferedZone = true;
    try {
      await deps.api.saveSettings({ timezone: deps.ownTimezone });
    } catch {
      return next;
    }
    return deps.api.getDashboard(query);
  }

  async function load(): Promise<void> {
    isLoading.value = true;
    const through = wanted.peek();
    try {
      const next = await loadInOwnZone();
      batch(() => {
        // Numbers of another question are no earlier ones of this.
        const kept = through === filter.value ? stillAsked(panels.value, loaded.value?.widgets ?? [], next.widgets) : new Map();
        panels.value = mergePanels(kept, next);
        filter.value = through;
        loaded.value = next;
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

  function reload(): Promise<void> {
    if (loading === null) return refresh();
    following ??= loading.then(() => {
      following = null;
      return refresh();
    });
    return following;
  }

  function show(edit: WidgetEdit): ShownEdit {
    edits.value = [...edits.value, edit];
    const takeBack = () => {
      edits.value = edits.value.filter((one) => one !== edit);
    };
    return {
      async stored() {
        await reload();
        batch(() => {
          // Nothing has answered: it is known all the same.
          if (error.value && loaded.value) loaded.value = withEdits(loaded.value, [edit]);
          takeBack();
        });
      },
      takeBack,
    };
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
    filter,
    wanted,
    look(next) {
      wanted.value = next;
      return reload();
    },
    show,
    refresh,
    reload,
  };
}

/** The filter as GET /api/dashboard/data takes it; empty for none. */
export function queryOf({ range, period, crm }: DashboardFilter): string {
  const query = new URLSearchParams();
  if (range !== null) query.set('range', `${range}`);
  if (period !== null) query.set('period', period);
  if (crm !== null) query.set('crm', crm);
  return query.size > 0 ? `?${query}` : '';
}

function withEdits(reply: DashboardReply, edits: readonly WidgetEdit[]): DashboardReply {
  return { ...reply, widgets: edits.reduce((widgets, edit) => edit(widgets), reply.widgets) };
}

/** The panels whose widgets still ask what their numbers are the answer to. */
function stillAsked(panels: ReadonlyMap<string, PanelState>, before: readonly Widget[], now: readonly Widget[]) {
  const questions = new Map(before.map((widget) => [widget.id, questionOf(widget)]));
  const kept = now.filter((widget) => questions.get(widget.id) === questionOf(widget)).map(({ id }) => id);
  return new Map([...panels].filter(([id]) => kept.includes(id)));
}

/** What a widget counts; how it is called and drawn says nothing of that. */
function questionOf({ config }: Widget): string {
  return JSON.stringify({ ...config, title: '', description: '', size: '', chartType: '', limit: 0 });
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
  // Its earlier numbers were those of a config that no longer holds.
  if (result?.status === 'not_drawable') return { kind: 'not_drawable' };
  if (before?.kind === 'ready') return { ...before, stale: true };
  return { kind: result?.status ?? 'failed' };
}

/** A KPI of nothing is a number (0, or a dash); a chart of nothing is an empty picture. */
function isNothing(data: ChartData | KpiData): boolean {
  if (data.kind === 'kpi') return false;
  return data.rowCount === 0 || data.series.every((series) => series.points.every((point) => point.value === null));
}

function hasNoRecords(results: WidgetResult[]): boolean {
  return results.length > 0 && results.every((result) => result.status === 'ok' && result.data.rowCount === 0);
}
