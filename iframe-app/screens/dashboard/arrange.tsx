import type { TargetedKeyboardEvent, TargetedPointerEvent } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Widget } from '../../../contract/dashboard.ts';
import type { ArrangeModel } from './arrange-model.ts';
import type { DashboardT } from './dashboard-texts.ts';
import { SIZES } from './widget-choices.ts';

interface HandleProps {
  widget: Widget;
  arrange: ArrangeModel;
  t: DashboardT;
}

/** A pointer that has moved less has only trembled. */
const LEAST_PX = 4;
const STEPS = new Map([
  ['ArrowLeft', -1],
  ['ArrowUp', -1],
  ['ArrowRight', 1],
  ['ArrowDown', 1],
]);

/** In a card's corner while the dashboard is arranged: dragged by mouse or finger, or lifted with the space bar and moved by arrow keys. */
export function MoveHandle({ widget, arrange, t }: HandleProps) {
  const handle = useRef<HTMLButtonElement>(null);
  const drag = useRef<Drag | null>(null);
  const isLifted = arrange.lifted.value === widget.id;
  // Its place in the grid has changed under the pointer: the card stays where the pointer holds it.
  useLayoutEffect(() => drag.current?.settle());
  // Moved in the page, a button loses the focus.
  useLayoutEffect(() => {
    if (isLifted && drag.current === null) handle.current?.focus();
  });
  // A click beside it takes the focus to nothing, as a move in the page does. Before other handles hear of it: they lift one at a time.
  useLayoutEffect(() => {
    if (!isLifted) return;
    const onDown = ({ target }: Event) => {
      if (drag.current === null && target instanceof Node && !handle.current?.contains(target)) arrange.drop();
    };
    document.addEventListener('pointerdown', onDown, true);
    return () => document.removeEventListener('pointerdown', onDown, true);
  }, [isLifted]);

  const onPointerDown = (event: TargetedPointerEvent<HTMLButtonElement>) => {
    const card = event.currentTarget.closest<HTMLElement>('.panel');
    if (event.button !== 0 || !card || arrange.lifted.peek() !== null) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = createDrag(card, event);
  };
  const onPointerMove = (event: TargetedPointerEvent<HTMLButtonElement>) => {
    const current = drag.current;
    if (!current?.follow(event)) return;
    if (arrange.lifted.peek() === null) arrange.lift(widget.id);
    const over = cardUnder(event, current.card);
    if (over) arrange.moveOver(over);
  };
  const end = (isKept: boolean) => {
    if (!drag.current) return;
    drag.current.release();
    drag.current = null;
    if (isKept) arrange.drop();
    else arrange.cancel();
  };
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLButtonElement>) => {
    const step = STEPS.get(event.key);
    if (event.key === 'Escape' && isLifted) {
      if (drag.current) end(false);
      else arrange.cancel();
    } else if (event.key === ' ' || event.key === 'Enter') {
      if (isLifted) arrange.drop();
      else arrange.lift(widget.id);
    } else if (step !== undefined && isLifted) arrange.moveBy(step);
    else return;
    event.preventDefault();
    event.currentTarget.scrollIntoView({ block: 'nearest' });
  };
  return (
    <button
      ref={handle}
      type="button"
      class="move-handle"
      aria-label={t('arrange.handle', { title: widget.config.title })}
      aria-pressed={isLifted}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={() => end(true)}
      onPointerCancel={() => end(false)}
      onLostPointerCapture={() => end(true)}
      onKeyDown={onKeyDown}
      onBlur={({ relatedTarget }) => {
        // Gone on to something else; moved in the page, the button has lost the focus to nothing.
        if (isLifted && drag.current === null && relatedTarget !== null) arrange.drop();
      }}
    >
      <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
        <path stroke-width="2.4" d="M5.500 3h.01M10.500 3h.01M5.500 8h.01M10.500 8h.01M5.500 13h.01M10.500 13h.01" />
      </svg>
    </button>
  );
}

interface Drag {
  card: HTMLElement;
  /** @returns whether it is a drag by now */
  follow(event: PointerEvent): boolean;
  settle(): void;
  release(): void;
}

function createDrag(card: HTMLElement, start: PointerEvent): Drag {
  const place = () => ({ left: card.offsetLeft, top: card.offsetTop });
  let home = place();
  let from = { x: start.pageX, y: start.pageY };
  let to = from;
  let isMoving = false;
  const draw = () => {
    card.style.transform = `translate(${to.x - from.x}px, ${to.y - from.y}px)`;
  };
  return {
    card,
    follow(event) {
      to = { x: event.pageX, y: event.pageY };
      isMoving ||= Math.hypot(to.x - from.x, to.y - from.y) >= LEAST_PX;
      if (isMoving) {
        card.classList.add('is-dragged');
        draw();
      }
      return isMoving;
    },
    settle() {
      const now = place();
      if (!isMoving || (now.left === home.left && now.top === home.top)) return;
      from = { x: from.x + now.left - home.left, y: from.y + now.top - home.top };
      home = now;
      draw();
    },
    release() {
      card.classList.remove('is-dragged');
      card.style.transform = '';
    },
  };
}

/** The id of the card under the pointer, other than the one that is dragged. */
function cardUnder({ clientX, clientY }: PointerEvent, dragged: HTMLElement): string | undefined {
  const cards = document
    .elementsFromPoint(clientX, clientY)
    .map((element) => element.closest<HTMLElement>('.panel[data-widget]'))
    .filter((card) => card !== null && card !== dragged);
  return cards[0]?.dataset.widget;
}

/** Up to which part of the grid's width a size is meant. */
const UP_TO = [0.42, 0.75, Number.POSITIVE_INFINITY];

/** At a card's edge while the dashboard is arranged: its width, dragged or by arrow keys. */
export function SizeHandle({ widget, arrange, t }: HandleProps) {
  const { size } = widget.config;
  const isDragged = useRef(false);
  const sizeAt = (event: TargetedPointerEvent<HTMLElement>) => {
    const card = event.currentTarget.closest<HTMLElement>('.panel');
    const grid = card?.parentElement;
    if (!card || !grid) return size;
    const part = (event.clientX - card.getBoundingClientRect().left) / grid.getBoundingClientRect().width;
    return SIZES[UP_TO.findIndex((most) => part <= most)] ?? size;
  };
  const end = (isKept: boolean) => {
    if (!isDragged.current) return;
    isDragged.current = false;
    if (isKept) arrange.setSize(widget.id, size);
    else arrange.trySize(widget.id, null);
  };
  const step = (by: number) => {
    const next = SIZES[SIZES.indexOf(size) + by];
    if (next) arrange.setSize(widget.id, next);
  };
  return (
    <div
      class="size-handle"
      role="slider"
      tabIndex={0}
      aria-label={t('arrange.size', { title: widget.config.title })}
      aria-valuemin={1}
      aria-valuemax={3}
      aria-valuenow={SIZES.indexOf(size) + 1}
      aria-valuetext={t(`size.${size}`)}
      onPointerDown={(event) => {
        isDragged.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (!isDragged.current) return;
        const next = sizeAt(event);
        if (next !== size) arrange.trySize(widget.id, next);
      }}
      onPointerUp={() => end(true)}
      onPointerCancel={() => end(false)}
      onKeyDown={(event) => {
        const by = STEPS.get(event.key);
        if (by === undefined) return;
        event.preventDefault();
        // Up is more.
        step(event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : by);
      }}
    />
  );
}

/** What those hear who cannot see it. */
export function Announcer({ arrange, t }: Pick<HandleProps, 'arrange' | 't'>) {
  const said = arrange.announcement.value;
  return (
    <div class="visually-hidden" aria-live="assertive">
      {said && (said.kind === 'cancelled' ? t('arrange.cancelled', said) : t(`arrange.${said.kind}`, said))}
    </div>
  );
}
