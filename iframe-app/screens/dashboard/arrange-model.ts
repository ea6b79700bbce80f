import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import type { Widget } from '../../../contract/dashboard.ts';
import type { DashboardModel, ShownEdit, WidgetEdit } from './dashboard-model.ts';
import { placeAt, rowOf, type WidgetModel, withConfig } from './widget-model.ts';

type Size = Widget['config']['size'];
type Announcement =
  | { kind: 'lifted' | 'at' | 'dropped'; title: string; place: number; count: number }
  | { kind: 'cancelled'; title: string };

/** Widgets on their way to another place. What is shown moves along; the server hears of it when it is put down. */
export interface ArrangeModel {
  isOn: ReadonlySignal<boolean>;
  /** The id of the widget that is lifted. */
  lifted: ReadonlySignal<string | null>;
  /** For those who hear rather than see. */
  announcement: ReadonlySignal<Announcement | null>;
  /** Whether there is anything that may be arranged. */
  canArrange: ReadonlySignal<boolean>;
  /** Begins to arrange, or ends it: what is lifted then is put down. */
  toggle(): void;
  lift(id: string): void;
  /** By so many places, as far as there are some. */
  moveBy(steps: number): void;
  /** To the place of another widget; of another kind it is passed over. */
  moveOver(id: string): void;
  drop(): Promise<void>;
  cancel(): void;
  /** Shows another size without storing it; null: the one it has. */
  trySize(id: string, size: Size | null): void;
  setSize(id: string, size: Size): Promise<void>;
}

export function createArrange(
  dashboard: Pick<DashboardModel, 'reply' | 'show'>,
  widgets: Pick<WidgetModel, 'moveTo' | 'resize'>,
): ArrangeModel {
  const isOn = signal(false);
  const liftedId = signal<string | null>(null);
  // Somebody else may have removed it meanwhile.
  const lifted = computed(() => find(liftedId.value)?.id ?? null);
  const announcement = signal<Announcement | null>(null);
  /** What is tried of the widget that is lifted or resized. */
  let tried: ShownEdit | null = null;

  const all = () => dashboard.reply.value?.widgets ?? [];
  const find = (id: string | null) => all().find((one) => one.id === id);
  const announce = (kind: 'lifted' | 'at' | 'dropped', widget: Widget) => {
    const row = rowOf(widget, all());
    const place = row.findIndex(({ id }) => id === widget.id) + 1;
    announcement.value = { kind, title: widget.config.title, place, count: row.length };
  };
  /** In place of what was tried before: `all` is then what there is without it. */
  const tryOut = (edit: () => WidgetEdit | null) =>
    batch(() => {
      tried?.takeBack();
      tried = null;
      const made = edit();
      if (made) tried = dashboard.show(made);
    });
  const moveTo = (widget: Widget, place: number) => {
    const row = rowOf(widget, all());
    if (place < 0 || place >= row.length || row[place]?.id === widget.id) return;
    tryOut(() => {
      // Always from where it was lifted: moved there and back, it is where it was among those of the other kind, too.
      const position = rowOf(widget, all())[place]?.position;
      return position === undefined ? null : (widgets) => placeAt(widgets, widget.id, position);
    });
    announce('at', widget);
  };
  async function drop(): Promise<void> {
    const widget = find(lifted.value);
    if (widget) announce('dropped', widget);
    await batch(() => {
      liftedId.value = null;
      tryOut(() => null);
      const isMoved = widget && find(widget.id)?.position !== widget.position;
      return isMoved ? widgets.moveTo(widget, widget.position) : null;
    });
  }

  return {
    isOn,
    lifted,
    announcement,
    canArrange: computed(() => all().some((widget) => !widget.isStandard)),
    toggle() {
      drop();
      isOn.value = !isOn.value;
    },
    lift(id) {
      const widget = find(id);
      if (!widget || widget.isStandard) return;
      liftedId.value = id;
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
    drop,
    cancel() {
      const widget = find(lifted.value);
      liftedId.value = null;
      tryOut(() => null);
      if (widget) announcement.value = { kind: 'cancelled', title: widget.config.title };
    },
    trySize(id, size) {
      tryOut(() => size && ((shown) => shown.map((one) => (one.id === id ? withConfig(one, { size }) : one))));
    },
    async setSize(id, size) {
      await batch(() => {
        tryOut(() => null);
        const widget = find(id);
        return widget && widget.config.size !== size ? widgets.resize(widget, size) : null;
      });
    },
  };
}
