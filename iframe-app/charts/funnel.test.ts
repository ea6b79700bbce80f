import { expect, test } from 'vitest';
import { createFormatter } from '../format.ts';
import { i18nOf } from '../testing/i18n.ts';
import { chartConfig, chartData } from '../testing/sample-replies.ts';
import { toFunnel } from './funnel.ts';
import type { ChartLook } from './look.ts';

const look: ChartLook = {
  series: ['#000001'],
  grid: '#eeeeee',
  text: '#555555',
  strong: '#111111',
  surface: '#ffffff',
  tooltip: { background: '#000000', text: '#ffffff' },
  fontFamily: 'sans-serif',
};
const deps = { look, format: createFormatter(i18nOf('en')), t: i18nOf('en').t, animate: false };
const funnelOf = (data: ReturnType<typeof chartData>) => {
  const config = toFunnel(chartConfig({ chartType: 'funnel' }), data, deps);
  const written: unknown = Object(config.options?.plugins).values.written;
  return { type: config.type, labels: config.data.labels, values: config.data.datasets[0]?.data, written };
};

test('a funnel tells each step’s value and its share of the first', () => {
  expect(funnelOf(chartData({ Deals: { New: 640, Offer: 480, Won: 160 } }))).toEqual({
    type: 'funnel',
    labels: ['New', 'Offer', 'Won'],
    values: [640, 480, 160],
    written: ['640 · 100%', '480 · 75%', '160 · 25%'],
  });
});

test('of nothing, and of what does not add up, there are no shares', () => {
  expect(funnelOf(chartData({ Deals: { New: 0, Won: null } })).written).toEqual(['0', '']);
  expect(funnelOf(chartData({ Rate: { Ann: 40, Tim: 20 } }, { format: 'percentage' })).written).toEqual(['40%', '20%']);
});
