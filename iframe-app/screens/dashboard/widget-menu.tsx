import type { ComponentChildren, TargetedKeyboardEvent } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import type { Widget } from '../../../contract/dashboard.ts';
import { type Range, rangeOf } from '../../../contract/periods.ts';
import { addsUp } from '../../charts/to-chart-js.ts';
import { useApp } from '../../context.ts';
import type { DashboardT } from './dashboard-texts.ts';
import { nameRange } from './range-options.tsx';
import type { WidgetData } from './widget-api.ts';
import { hasTime, kindsOf, offerRanges, SIZES } from './widget-choices.ts';
import { rowOf, type WidgetModel } from './widget-model.ts';

/** What the menu asks others to do. */
export interface MenuActions {
  showRecords(widget: Widget): void;
  savePicture(widget: Widget): void;
  saveNumbers(widget: Widget): void;
}

interface CardMenuProps {
  widget: Widget;
  widgets: readonly Widget[];
  /** What its card shows. */
  data: WidgetData | null;
  model: WidgetModel;
  actions: MenuActions;
  t: DashboardT;
}

/** The button in a card's corner and its menu, by the keys of the ARIA menu pattern. Of standard widgets only the looks change, for who looks. */
export function CardMenu({ widget, widgets, data, model, actions, t }: CardMenuProps) {
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const isOpen = model.menu.value === widget.id;
  const close = (isFocusKept: boolean) => {
    if (model.menu.peek() === widget.id) model.menu.value = null;
    if (isFocusKept) button.current?.focus();
  };
  const run = (work: () => void) => () => {
    close(true);
    work();
  };
  const remove = () => {
    // The button goes with its card: whoever works by keys goes on at the next one.
    const neighbour = box.current && neighbourOf(box.current);
    model.remove(widget);
    neighbour?.focus({ preventScroll: true });
  };
  // Before anybody can click: an effect comes after the menu is on the screen.
  useLayoutEffect(() => {
    if (!isOpen) return;
    const onDown = (event: Event) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) close(false);
    };
    document.addEventListener('pointerdown', onDown);
    return () => document.removeEventListener('pointerdown', onDown);
  }, [isOpen]);

  return (
    <div class="card-menu" ref={box} onFocusOut={(event) => isLeft(event) && close(false)}>
      <button
        ref={button}
        type="button"
        class="card-menu-button"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        aria-label={`${t('menu')}: ${widget.config.title}`}
        onClick={() => {
          model.menu.value = isOpen ? null : widget.id;
        }}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' || isOpen) return;
          event.preventDefault();
          model.menu.value = widget.id;
        }}
      >
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
          <path stroke-width="2.4" d="M3 8h.01M8 8h.01M13 8h.01" />
        </svg>
      </button>
      {isOpen && (
        <MenuList id={id} label={widget.config.title} onClose={() => close(true)}>
          <MenuItems {...{ widget, widgets, data, model, actions, t, run, remove }} />
        </MenuList>
      )}
    </div>
  );
}

/** The menu button of the card after this one, or before the last. */
function neighbourOf(box: HTMLElement): HTMLElement | undefined {
  const all = [...document.querySelectorAll<HTMLElement>('.card-menu')];
  const at = all.indexOf(box);
  return (all[at + 1] ?? all[at - 1])?.querySelector<HTMLElement>('.card-menu-button') ?? undefined;
}

function isLeft(event: FocusEvent & { currentTarget: EventTarget }): boolean {
  const { relatedTarget, currentTarget } = event;
  return relatedTarget instanceof Node && currentTarget instanceof Node && !currentTarget.contains(relatedTarget);
}

interface MenuListProps {
  id: string;
  label: string;
  onClose: () => void;
  children: ComponentChildren;
}

const ITEMS = '[role^="menuitem"]';

function MenuList({ id, label, onClose, children }: MenuListProps) {
  const list = useRef<HTMLDivElement>(null);
  const items = () => [...(list.current?.querySelectorAll<HTMLElement>(ITEMS) ?? [])];
  useLayoutEffect(() => {
    items()[0]?.focus({ preventScroll: true });
    const element = list.current;
    const content = document.getElementById('app');
    // The frame ends with its content: near its foot the menu opens upwards.
    if (element && content && element.getBoundingClientRect().bottom > content.getBoundingClientRect().bottom) {
      element.classList.add('is-up');
    }
    // The portal scrolls to it, where its end is not on the screen.
    element?.scrollIntoView({ block: 'nearest' });
  }, []);
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLDivElement>) => {
    // The browser's own shortcuts stay.
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const next = nextItem(event.key, all, at);
    if (next) next.focus();
    else if (event.key === 'Escape' || event.key === 'Tab') onClose();
    else return;
    if (event.key !== 'Tab') event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div ref={list} id={id} class="menu" role="menu" tabIndex={-1} aria-label={label} onKeyDown={onKeyDown}>
      {children}
    </div>
  );
}

function nextItem(key: string, all: HTMLElement[], at: number): HTMLElement | undefined {
  if (key === 'ArrowDown' || key === 'ArrowRight') return all[(at + 1) % all.length];
  if (key === 'ArrowUp' || key === 'ArrowLeft') return all.at(at <= 0 ? -1 : at - 1);
  if (key === 'Home') return all[0];
  if (key === 'End') return all.at(-1);
  if (key.length !== 1 || key === ' ') return undefined;
  const after = [...all.slice(at + 1), ...all.slice(0, at + 1)];
  return after.find((item) => item.textContent?.trim().toLowerCase().startsWith(key.toLowerCase()));
}

function MenuItems({
  widget,
  widgets,
  data,
  model,
  actions,
  t,
  run,
  remove,
}: CardMenuProps & { run: (work: () => void) => () => void; remove: () => void }) {
  const { i18n } = useApp();
  const { config, isStandard } = widget;
  const isChart = config.chartType !== 'kpi';
  const present = rangeOf(config);
  const offered = offerRanges(present);
  const toRadio = (range: Range) => (
    <Radio key={range} isOn={present === range} onPick={run(() => model.setRange(widget, range))}>
      {nameRange(range, t, i18n)}
    </Radio>
  );
  const isTable = model.tables.value.has(widget.id);
  const isDrawn = isChart && data !== null;
  const isAdded = data?.kind === 'chart' && addsUp(data);
  const row = rowOf(widget, widgets);
  const at = row.findIndex(({ id }) => id === widget.id);
  const [before, after] = [row[at - 1], row[at + 1]];
  const toggleTable = () => {
    const next = new Set(model.tables.value);
    if (!next.delete(widget.id)) next.add(widget.id);
    model.tables.value = next;
  };
  return (
    <>
      <Item onPick={run(() => actions.showRecords(widget))}>{t('records')}</Item>
      {isDrawn && <Item onPick={run(toggleTable)}>{isTable ? t('asChart') : t('asTable')}</Item>}
      {isDrawn && (
        <Item
          onPick={run(() => {
            model.full.value = widget.id;
          })}
        >
          {t('fullScreen')}
        </Item>
      )}
      {isDrawn && !isTable && <Item onPick={run(() => actions.savePicture(widget))}>{t('savePicture')}</Item>}
      <Item onPick={run(() => actions.saveNumbers(widget))}>{t('saveNumbers')}</Item>
      {isStandard ? (
        <>
          <hr />
          <Item onPick={run(() => model.copy(widget))}>{t('copy')}</Item>
        </>
      ) : (
        <>
          {isChart && (
            <Choice label={t('kind')}>
              {kindsOf(config, isAdded).map((kind) => (
                <Radio key={kind} isOn={config.chartType === kind} onPick={run(() => model.redraw(widget, kind))}>
                  {t(`kind.${kind}`)}
                </Radio>
              ))}
            </Choice>
          )}
          {hasTime(config) && (
            <Choice label={t('range')}>
              {offered.calendar.map(toRadio)}
              <hr class="menu-break" />
              {[...offered.lastDays, null].map(toRadio)}
            </Choice>
          )}
          {isChart && (
            <Choice label={t('size')}>
              {SIZES.map((size) => (
                <Radio key={size} isOn={config.size === size} onPick={run(() => model.resize(widget, size))}>
                  {t(`size.${size}`)}
                </Radio>
              ))}
            </Choice>
          )}
          {!isChart && config.timeRangeDays !== null && (
            <CheckItem
              isOn={config.comparisonPeriodDays !== null}
              onPick={run(() => model.setComparison(widget, config.comparisonPeriodDays === null))}
            >
              {t('compare')}
            </CheckItem>
          )}
          <hr />
          <Item
            onPick={run(() => {
              model.renaming.value = widget.id;
            })}
          >
            {t('rename')}
          </Item>
          {before && <Item onPick={run(() => model.moveTo(widget, before.position))}>{t('moveBack')}</Item>}
          {after && <Item onPick={run(() => model.moveTo(widget, after.position))}>{t('moveOn')}</Item>}
          <Item isDanger onPick={run(remove)}>
            {t('remove')}
          </Item>
        </>
      )}
    </>
  );
}

interface ItemProps {
  onPick: () => void;
  isDanger?: boolean;
  children: ComponentChildren;
}

function Item({ onPick, isDanger = false, children }: ItemProps) {
  return (
    <button type="button" role="menuitem" tabIndex={-1} class={isDanger ? 'menu-item is-danger' : 'menu-item'} onClick={onPick}>
      {children}
    </button>
  );
}

function CheckItem({ isOn, onPick, children }: ItemProps & { isOn: boolean }) {
  return (
    <button type="button" role="menuitemcheckbox" aria-checked={isOn} tabIndex={-1} class="menu-item" onClick={onPick}>
      {children}
    </button>
  );
}

function Choice({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <fieldset class="menu-choice" aria-label={label}>
      <span aria-hidden="true">{label}</span>
      <div>{children}</div>
    </fieldset>
  );
}

function Radio({ isOn, onPick, children }: { isOn: boolean; onPick: () => void; children: ComponentChildren }) {
  return (
    <button type="button" role="menuitemradio" aria-checked={isOn} tabIndex={-1} class="menu-radio" onClick={onPick}>
      {children}
    </button>
  );
}
