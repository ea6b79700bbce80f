import type { Chart as ChartJs } from 'chart.js';
import { loadCanvas } from '../../charts/chart.tsx';
import type { WidgetData } from './widget-api.ts';
import { isListable, type PointKeys } from './widget-parts.tsx';

/**
 * A click on a bar, a slice, a place of a line or a figure. One listener for all cards, so that cards know nothing of it.
 * @param dataOf the numbers a widget shows
 */
export function openRecordsOnClick(
  dataOf: (id: string) => WidgetData | null,
  open: (id: string, point: PointKeys | null) => void,
) {
  const pointUnder = async (event: MouseEvent): Promise<{ id: string; canvas: HTMLCanvasElement; point: PointKeys } | null> => {
    const canvas = event.target;
    const id = canvas instanceof HTMLCanvasElement && canvas.closest<HTMLElement>('.panel[data-widget]')?.dataset.widget;
    if (!id) return null;
    const { chartOn } = await loadCanvas();
    const chart = chartOn(canvas);
    const data = dataOf(id);
    const hit = chart && hitOf(chart, event);
    if (!hit || data?.kind !== 'chart') return null;
    const series = data.series[hit.datasetIndex];
    const point = series?.points[hit.index];
    if (!series || !point || !isListable(point.key) || !isListable(series.key)) return null;
    return { id, canvas, point: { categoryKey: point.key, seriesKey: series.key } };
  };
  const onClick = async (event: MouseEvent) => {
    const { target } = event;
    const card = target instanceof Element && target.closest<HTMLElement>('.panel[data-widget]');
    if (card && target.matches('.kpi-value')) open(card.dataset.widget ?? '', null);
    const found = await pointUnder(event);
    if (!found) return;
    // The focus comes back here when the list closes.
    found.canvas.tabIndex = -1;
    found.canvas.focus({ preventScroll: true });
    open(found.id, found.point);
  };
  const onMove = async (event: MouseEvent) => {
    if (event.target instanceof HTMLCanvasElement) event.target.style.cursor = (await pointUnder(event)) ? 'pointer' : '';
  };
  document.addEventListener('click', onClick);
  document.addEventListener('mousemove', onMove, { passive: true });
  return () => {
    document.removeEventListener('click', onClick);
    document.removeEventListener('mousemove', onMove);
  };
}

/** What a place on a drawing means: the mark there, the nearest of a line, or the bar beside whose thin end it is. */
function hitOf(chart: ChartJs, event: MouseEvent): { datasetIndex: number; index: number } | undefined {
  const find = (mode: 'nearest' | 'index', intersect: boolean) =>
    chart.getElementsAtEventForMode(event, mode, { intersect }, false);
  const [exact] = find('nearest', true);
  if (exact || !('type' in chart.config)) return exact;
  if (chart.config.type === 'line') return find('nearest', false)[0];
  const isOneSeries = chart.data.datasets.length === 1;
  if (chart.config.type !== 'bar' || !isOneSeries) return undefined;
  const axis = chart.options.indexAxis ?? 'x';
  return chart.getElementsAtEventForMode(event, 'index', { intersect: false, axis }, false)[0];
}
