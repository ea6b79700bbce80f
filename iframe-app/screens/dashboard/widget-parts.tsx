import type { TargetedSubmitEvent } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { ChartConfig, ChartData } from '../../../contract/charts.ts';
import type { Widget } from '../../../contract/dashboard.ts';
import { DataTable } from '../../charts/chart.tsx';
import { OTHERS } from '../../charts/describe.ts';
import type { DashboardT } from './dashboard-texts.ts';
import type { WidgetModel } from './widget-model.ts';

/** What the server takes. */
const MAX_TITLE = 120;

interface RenameProps {
  widget: Widget;
  model: WidgetModel;
  t: DashboardT;
}

/** In place of a card's title: its field. Enter and leaving the field save, Escape does not. */
export function Rename({ widget, model, t }: RenameProps) {
  const field = useRef<HTMLInputElement>(null);
  const isLeft = useRef(false);
  useEffect(() => field.current?.select(), []);
  const leave = (isSaved: boolean) => {
    // Saving takes the field away, and that leaves it once more.
    if (isLeft.current) return;
    isLeft.current = true;
    const title = field.current?.value.trim() ?? '';
    model.renaming.value = null;
    if (isSaved && title !== '' && title !== widget.config.title) model.rename(widget, title);
  };
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const card = event.currentTarget.closest('.panel');
    leave(true);
    card?.querySelector<HTMLElement>('.card-menu-button')?.focus();
  };
  return (
    <form class="rename" onSubmit={submit}>
      <input
        ref={field}
        aria-label={t('newName')}
        maxLength={MAX_TITLE}
        defaultValue={widget.config.title}
        onBlur={() => leave(true)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          const card = event.currentTarget.closest('.panel');
          leave(false);
          card?.querySelector<HTMLElement>('.card-menu-button')?.focus();
        }}
      />
    </form>
  );
}

/** The card of a widget on the page. */
export function cardOf(id: string): HTMLElement | null {
  return document.querySelector(`.panel[data-widget="${CSS.escape(id)}"]`);
}

/** A point of a chart, as the server calls it. */
export interface PointKeys {
  categoryKey: string;
  seriesKey: string;
}

interface TableProps {
  config: ChartConfig;
  data: ChartData;
  onPick: (point: PointKeys) => void;
}

/** A chart as a table whose values open the records behind them. */
export function ChartTable({ config, data, onPick }: TableProps) {
  const draw = (text: string, categoryKey: string, seriesKey: string) =>
    isListable(categoryKey) && isListable(seriesKey) ? (
      <button type="button" class="table-value" onClick={() => onPick({ categoryKey, seriesKey })}>
        {text}
      </button>
    ) : (
      text
    );
  return (
    <div class="chart-table">
      <DataTable config={config} data={data} draw={draw} />
    </div>
  );
}

/** The server lists the records of single values, not of all that are left. */
export function isListable(key: string): boolean {
  return key !== OTHERS;
}
