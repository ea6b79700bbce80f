import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { TimeBucket } from '../../../contract/charts.ts';
import type { Widget, WidgetConfig } from '../../../contract/dashboard.ts';
import { stepFor, stepOf } from '../../../contract/dashboard-filter.ts';
import { type Range, rangeOf, toRangeFields } from '../../../contract/periods.ts';
import { ApiError } from '../../api.ts';
import type { DashboardModel, WidgetEdit } from './dashboard-model.ts';
import { inOrder } from './layout.ts';
import type { WidgetApi, WidgetPatch } from './widget-api.ts';
import { type ChartKind, limitTo } from './widget-choices.ts';

/** What is said at the foot of the screen for a while. `undo` is offered beside it. */
export type Toast =
  | { kind: 'removed'; widget: Widget; undo: () => Promise<void> }
  | { kind: 'restored' | 'added'; widget: Widget }
  | { kind: 'failed'; error: ApiError };

/** What the cards' menus do, and what they leave on the screen. */
export interface WidgetModel {
  /** The id of the widget whose menu is open. */
  menu: Signal<string | null>;
  /** The id of the widget that gets another name. */
  renaming: Signal<string | null>;
  /** Ids of charts that are shown as tables. */
  tables: Signal<ReadonlySet<string>>;
  /** The id of the chart that has the whole screen. */
  full: Signal<string | null>;
  toast: Signal<Toast | null>;
  /** A change is on its way to the server, or the dashboard as it is after one on its way from there. */
  isSaving: ReadonlySignal<boolean>;
  rename(widget: Widget, title: string): Promise<boolean>;
  resize(widget: Widget, size: Widget['config']['size']): Promise<boolean>;
  /** Draws the same numbers in another way. */
  redraw(widget: Widget, chartType: ChartKind): Promise<boolean>;
  /** Counts another time. */
  setRange(widget: Widget, range: Range): Promise<boolean>;
  setComparison(widget: Widget, isCompared: boolean): Promise<boolean>;
  /** Puts a widget into a place of the whole dashboard; the others make room. */
  moveTo(widget: Widget, position: number): Promise<boolean>;
  remove(widget: Widget): Promise<boolean>;
  restore(widget: Widget): Promise<boolean>;
  add(config: WidgetConfig): Promise<Widget | null>;
  /** Adds a widget that shows the same and, unlike a standard one, can be changed. */
  copy(widget: Widget): Promise<Widget | null>;
}

export interface WidgetModelDeps {
  api: WidgetApi;
  dashboard: Pick<DashboardModel, 'show' | 'reload' | 'error'>;
  newKey: () => string;
}

export function createWidgetModel({ api, dashboard, newKey }: WidgetModelDeps): WidgetModel {
  const toast = signal<Toast | null>(null);
  const changes = signal(0);
  const tables = signal<ReadonlySet<string>>(new Set());
  /** What the server has answered of widgets that no load has told of since. */
  const answers = new Map<string, Widget>();
  let turn: Promise<unknown> = Promise.resolve();

  /** One change after the other: the server makes them in the order in which a person has, and each knows what came of those before. */
  function inTurn(work: () => Promise<unknown>): Promise<unknown> {
    const done = turn.then(work);
    turn = done.catch(() => {});
    return done;
  }

  /** Shows a change at once, has the server make it, and takes it back where that is refused. */
  async function change(edit: WidgetEdit | null, work: () => Promise<unknown>): Promise<boolean> {
    // With nothing under way and the last load a good one, what is shown is at least as new.
    if (changes.value === 0 && dashboard.error.peek() === null) answers.clear();
    const shown = edit && dashboard.show(edit);
    changes.value += 1;
    try {
      await inTurn(work);
      await (shown ? shown.stored() : dashboard.reload());
      return true;
    } catch (error) {
      shown?.takeBack();
      if (!(error instanceof ApiError)) throw error;
      toast.value = { kind: 'failed', error };
      // Others change the same dashboard: what is shown is what there is.
      await dashboard.reload();
      return false;
    } finally {
      changes.value -= 1;
    }
  }

  /** @param over what is shown of it at once; null: nothing before the numbers are there */
  const update = (widget: Widget, patchOf: (present: Widget) => WidgetPatch, over: object | null) =>
    change(over && ((widgets) => widgets.map((one) => (one.id === widget.id ? withConfig(one, over) : one))), async () => {
      const patch = patchOf(answers.get(widget.id) ?? widget);
      answers.set(widget.id, await api.update(widget.id, patch));
    });
  /** A config is stored as a whole, so what was changed of it a moment before is part of it. */
  const reconfigure = (widget: Widget, overOf: (present: Widget) => object, isShown: boolean) =>
    update(widget, (present) => ({ config: toRequest(withConfig(present, overOf(present))) }), isShown ? overOf(widget) : null);

  async function add(config: WidgetConfig): Promise<Widget | null> {
    let added: Widget | null = null;
    await change(null, async () => {
      added = await api.create(config, newKey());
    });
    if (added) toast.value = { kind: 'added', widget: added };
    return added;
  }

  async function restore(widget: Widget): Promise<boolean> {
    const isDone = await change(null, () => api.restore(widget.id));
    if (isDone) toast.value = { kind: 'restored', widget };
    return isDone;
  }

  return {
    menu: signal(null),
    renaming: signal(null),
    full: signal(null),
    tables,
    toast,
    isSaving: computed(() => changes.value > 0),
    rename: (widget, title) => update(widget, () => ({ title }), { title }),
    resize: (widget, size) => update(widget, () => ({ size }), { size }),
    redraw: (widget, chartType) =>
      reconfigure(
        widget,
        ({ config }) => ({
          chartType,
          ...(config.chartType !== 'kpi' && { limit: limitTo(chartType, config.limit) }),
        }),
        true,
      ),
    // The numbers on show are of the other time until the new ones are there.
    setRange: (widget, range) => reconfigure(widget, (present) => overRange(present, range), false),
    setComparison: (widget, isCompared) =>
      reconfigure(widget, ({ config }) => ({ comparisonPeriodDays: isCompared ? config.timeRangeDays : null }), false),
    moveTo: (widget, position) =>
      change(
        (widgets) => placeAt(widgets, widget.id, position),
        () => api.update(widget.id, { position }),
      ),
    async remove(widget) {
      const isDone = await change(
        (widgets) => closeUp(widgets.filter(({ id }) => id !== widget.id)),
        // Gone already is as good.
        () => api.remove(widget.id).catch(passOverMissing),
      );
      const undo = async () => {
        toast.value = null;
        await restore(widget);
      };
      if (isDone) toast.value = { kind: 'removed', widget, undo };
      return isDone;
    },
    restore,
    add,
    copy: (widget) => add(toRequest(widget)),
  };
}

/** The widget with something else in its config. */
export function withConfig(widget: Widget, over: object): Widget {
  return { ...widget, config: { ...widget.config, ...over } };
}

/** The widget's config as a request says it. */
export function toRequest({ config }: Pick<Widget, 'config'>): WidgetConfig {
  const { chartId: _, ...rest } = config;
  return rest as WidgetConfig;
}

/**
 * What else changes with the range: a KPI that is compared is compared with as many days, a calendar period by itself, and a
 * description may speak of the old one.
 */
function overRange({ config }: Widget, range: Range): object {
  const fields = toRangeFields(range);
  if (config.chartType !== 'kpi')
    return { ...fields, timeBucket: stepOver(config.timeBucket, rangeOf(config), range), description: '' };
  const isCompared = config.comparisonPeriodDays !== null || config.period !== null;
  return { ...fields, comparisonPeriodDays: isCompared ? fields.timeRangeDays : null };
}

/** Steps that came with a range go with it: a year looked at for a moment by its days is one of months again. */
function stepOver(step: TimeBucket | null, before: Range, range: Range): TimeBucket | null {
  return step !== null && step === stepOf(before) ? stepOf(range) : stepFor(step, range);
}

/** The widgets with one at another place; those between close up. */
export function placeAt(widgets: readonly Widget[], id: string, position: number): Widget[] {
  const moved = widgets.find((one) => one.id === id);
  if (!moved) return [...widgets];
  const others = inOrder(widgets).filter((one) => one.id !== id);
  return numbered([...others.slice(0, position), moved, ...others.slice(position)]);
}

/** The widgets without the hole that one has left. */
function closeUp(widgets: readonly Widget[]): Widget[] {
  return numbered(inOrder(widgets));
}

function numbered(order: readonly Widget[]): Widget[] {
  return order.map((widget, position) => ({ ...widget, position }));
}

/** The widgets that one can change places with, itself among them: the tenant's own of its kind, in their order. */
export function rowOf(widget: Widget, widgets: readonly Widget[]): Widget[] {
  const isKpi = (one: Widget) => one.config.chartType === 'kpi';
  return inOrder(widgets).filter((one) => !one.isStandard && isKpi(one) === isKpi(widget));
}

function passOverMissing(error: unknown): void {
  if (!(error instanceof ApiError) || error.code !== 'not_found') throw error;
}
