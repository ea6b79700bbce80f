import { expect, test } from 'vitest';
import type { WidgetSize } from '../../../contract/charts.ts';
import type { Widget } from '../../../contract/dashboard.ts';
import { chartConfig } from '../../testing/sample-replies.ts';
import { inRows, placeCharts } from './layout.ts';

function charts(...sizes: WidgetSize[]): Widget[] {
  return sizes.map((size, position) => ({ id: `${position}`, isStandard: true, position, config: chartConfig({ size }) }));
}

function spans(...sizes: WidgetSize[]): [string, number, number][] {
  return placeCharts(charts(...sizes)).map(({ widget, span, tabletSpan }) => [widget.id, span, tabletSpan]);
}

test('charts keep their order: a large one fills a row, medium ones come two and small ones three a row', () => {
  expect(spans('medium', 'medium', 'large', 'small', 'small', 'small')).toEqual([
    ['0', 6, 1],
    ['1', 6, 1],
    ['2', 12, 2],
    ['3', 4, 1],
    ['4', 4, 1],
    ['5', 4, 2],
  ]);
});

test('what a row leaves goes to its narrowest charts', () => {
  expect(spans('small', 'medium', 'large', 'small', 'medium', 'small')).toEqual([
    ['0', 6, 1],
    ['1', 6, 1],
    ['2', 12, 2],
    ['3', 6, 1],
    ['4', 6, 1],
    ['5', 12, 2],
  ]);
  expect(spans('small', 'small', 'large').map(([, wide]) => wide)).toEqual([6, 6, 12]);
});

test('the last row is stretched over the hole it would leave', () => {
  expect(spans('medium', 'medium', 'medium')).toEqual([
    ['0', 6, 1],
    ['1', 6, 1],
    ['2', 12, 2],
  ]);
  expect(spans('small', 'small', 'small', 'small', 'small').map(([, wide]) => wide)).toEqual([4, 4, 4, 6, 6]);
});

test('numbers stand in as few rows as hold them, none of which is two longer than another', () => {
  const wide = (count: number) => Array.from({ length: count }, (_, place) => inRows(place, count)['--wide']);
  expect(wide(4)).toEqual([4, 4, 4, 4]);
  expect(wide(7)).toEqual([4, 4, 4, 4, 3, 3, 3]);
  expect(wide(11)).toEqual([4, 4, 4, 4, 4, 4, 4, 4, 3, 3, 3]);
  expect(inRows(9, 10)).toEqual({ '--wide': 5, '--medium': 3, '--tablet': 2, '--phone': 2 });
});
