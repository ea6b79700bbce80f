import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Widget } from '../../../contract/dashboard.ts';
import type { DashboardModel } from './dashboard-model.ts';
import { placeAt, rowOf, type WidgetModel } from './widget-model.ts';

type Size = Widget['config']['size'];
type Announcement =
  | { kind: 'lifted' | 'at' | 'dropped'; title: string; place: number; count: number }
  | { kind: 'cancelled'; title: string };

/** Widgets on their way to another place. What is shown moves along; the server hears of it when it is put down. */
export interface ArrangeModel {
  isOn: Signal<boolean>;
  /** The id of the widget that is lifted. */
  lifted: ReadonlySignal<string | null>;
  /** For those who hear rather than see. */
  announcement: ReadonlySignal<Announcement | null>;
  /** Whether there is anything that may be arranged. */
  canArrange: ReadonlySignal<boolean>;
  lift(id: string): void;
  /** By so many places, as far as there are some. */
  moveBy(steps: number): void;
  /** To the place of another widget; of another kind it is passed over. */
  moveOver(id: string): void;
  drop(): Promise<void>;
  cancel(): void;
  /** Shows another size without storing it. */
  trySize(id: string, size: Size): void;
  setSize(id: string, size: Size): Promise<void>;
}

export function createArrange(
  dashboard: Pick<DashboardModel, 'reply' | 'show'>,
  widgets: Pick<WidgetModel, 'moveTo' | 'resize'>,
): ArrangeModel {
  const lifted = signal<string | null>(null);
  const announcement = signal<Announcement | null>(null);
  let before: Widget[] = [];

  const all = () => dashboard.reply.value?.widgets ?? [];
  const find = (id: string | null, among = all()) => among.find((one) => one.id === id);
  const announce = (kind: 'lifted' | 'at' | 'dropped', widget: Widget) => {
    const row = rowOf(widget, all());
    const place = row.findIndex(({ id }) => id === widget.id) + 1;
    announcement.value = { kind, title: widget.config.title, place, count: row.length };
  };
  /** Always from where it was lifted: moved there and back, it is where it was among those of the other kind, too. */
  const moveTo = (widget: Widget, place: number) => {
    const row = rowOf(widget, all());
    if (place < 0 || place >= row.length || row[place]?.id === widget.id) return;
    const position = rowOf(widget, before)[place]?.position;
    if (position === undefined) return;
    const order = placeAt(before, widget.id, position);
    dashboard.show(() => order);
    announce('at', widget);
  };

  return {
    isOn: signal(false),
    lifted,
    announcement,
    canArrange: computed(() => all().some((widget) => !widget.isStandard)),
    lift(id) {
      const widget = find(id);
      if (!widget || widget.isStandard) return;
      before = all();
      lifted.value = id;
      announce('lifted', widget);
    },
    moveBy(steps) {
      const widget = find(lifted.value);
      if (!widget) return;
      moveTo(widget, rowOf(widget, all()).findIndex(({ id }) => id === widget.id) + steps);
    },
    moveOver(id) {
      const widget = find(lifted.value);
      if (widget)
        moveTo(
          widget,
          rowOf(widget, all()).findIndex((one) => one.id === id),
        );
    },
    async drop() {
      const widget = find(lifted.value);
      if (!widget) return;
      lifted.value = null;
      announce('dropped', widget);
      if (find(widget.id, before)?.position !== widget.position) await widgets.moveTo(widget, widget.position, before);
    },
    cancel() {
      const widget = find(lifted.value);
      if (!widget) return;
      lifted.value = null;
      const order = before;
      dashboard.show(() => order);
      announcement.value = { kind: 'cancelled', title: widget.config.title };
    },
    trySize(id, size) {
      dashboard.show((shown) => shown.map((one) => (one.id === id ? withSize(one, size) : one)));
    },
    async setSize(id, size) {
      const widget = find(id);
      if (widget) await widgets.resize(widget, size);
    },
  };
}

function withSize(widget: Widget, size: Size): Widget {
  return { ...widget, config: { ...widget.config, size } } as Widget;
}
