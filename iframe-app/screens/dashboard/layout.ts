import type { Widget } from '../../../contract/dashboard.ts';

/** A widget in its place: columns it spans of twelve on wide screens and of two on tablets. */
export interface PlacedWidget {
  widget: Widget;
  span: number;
  tabletSpan: number;
}

/**
 * How many numbers stand in a row with one of them, on screens of four widths. Rows are as few as hold them all and differ by one
 * number at most: each is as full as the others, and none is left alone below them.
 */
export function inRows(place: number, count: number): Record<`--${string}`, number> {
  const inRow = (most: number) => {
    const rows = Math.ceil(count / most);
    const least = Math.floor(count / rows);
    const longer = count % rows;
    return place < longer * (least + 1) ? least + 1 : least;
  };
  return { '--wide': inRow(5), '--medium': inRow(4), '--tablet': inRow(3), '--phone': inRow(2) };
}

/** Columns of twelve a chart wants. */
const SPANS = { small: 4, medium: 6, large: 12 };

/**
 * Charts in their order: a large one takes a row, medium ones come two a row, small ones three. What a row leaves is given to its
 * charts, the narrowest first, so that no hole is left in the grid.
 */
export function placeCharts(widgets: readonly Widget[]): PlacedWidget[] {
  const charts = inOrder(widgets).filter((widget) => widget.config.chartType !== 'kpi');
  const onTablets = cutIntoRows(charts, 2, ({ config }) => (config.size === 'large' ? 2 : 1)).flatMap((row) => row.spans);
  return cutIntoRows(charts, 12, ({ config }) => SPANS[config.size])
    .flatMap(({ widgets: inRow, spans }) => inRow.map((widget, index) => ({ widget, span: spans[index] ?? 12 })))
    .map((placed, index) => ({ ...placed, tabletSpan: onTablets[index] ?? 2 }));
}

function cutIntoRows(widgets: readonly Widget[], columns: number, spanOf: (widget: Widget) => number) {
  const rows: { widgets: Widget[]; spans: number[] }[] = [];
  let room = 0;
  for (const widget of widgets) {
    const span = spanOf(widget);
    if (room < span) {
      rows.push({ widgets: [], spans: [] });
      room = columns;
    }
    rows.at(-1)?.widgets.push(widget);
    rows.at(-1)?.spans.push(span);
    room -= span;
  }
  for (const { spans } of rows) {
    for (let left = columns - spans.reduce((sum, span) => sum + span, 0); left > 0; left -= 1) {
      const narrowest = spans.indexOf(Math.min(...spans));
      spans[narrowest] = (spans[narrowest] ?? 0) + 1;
    }
  }
  return rows;
}

/** As they stand on the dashboard. */
export function inOrder(widgets: readonly Widget[]): Widget[] {
  return widgets.toSorted((a, b) => a.position - b.position);
}
