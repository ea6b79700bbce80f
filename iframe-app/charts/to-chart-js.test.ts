import { describe, expect, test } from 'vitest';
import { createFormatter } from '../format.ts';
import { i18nOf } from '../testing/i18n.ts';
import { chartConfig, chartData } from '../testing/sample-replies.ts';
import { describeChart, noteOf, OTHERS } from './describe.ts';
import type { ChartLook } from './look.ts';
import { chartHeightPx, isHorizontal, toChartJs, wholeOf } from './to-chart-js.ts';

const look: ChartLook = {
  series: ['#000001', '#000002'],
  grid: '#eeeeee',
  text: '#666666',
  strong: '#141a26',
  surface: '#ffffff',
  tooltip: { background: '#000000', text: '#ffffff' },
  fontFamily: 'sans-serif',
};
const i18n = i18nOf('en');
const format = createFormatter(i18n);
const deps = { look, format, t: i18n.t, animate: false };

/** The options of an axis, which Chart.js types too widely to read. */
function scale(config: ReturnType<typeof toChartJs>, axis: 'x' | 'y'): Record<string, unknown> {
  const scales: unknown = Reflect.get(config.options ?? {}, 'scales');
  return Reflect.get(Object(scales), axis);
}

function tick(config: ReturnType<typeof toChartJs>, axis: 'x' | 'y', index: number, width: number): unknown {
  const ticks = Object(scale(config, axis).ticks);
  return ticks.callback.call({ chart: { width } }, index, index);
}

describe('direction of bars', () => {
  test('short and few labels stand, long or many lie', () => {
    expect(isHorizontal(chartConfig(), chartData({ a: { Call: 1, Email: 2 } }))).toBe(false);
    expect(isHorizontal(chartConfig(), chartData({ a: { 'Рекомендация клиента': 1 } }))).toBe(true);
    const nine = Object.fromEntries(Array.from({ length: 9 }, (_unused, index) => [`s${index}`, index]));
    expect(isHorizontal(chartConfig(), chartData({ a: nine }))).toBe(true);
  });

  test('time always runs from left to right', () => {
    const year = Object.fromEntries(Array.from({ length: 12 }, (_unused, index) => [`Month ${index} of 2025`, index]));
    expect(isHorizontal(chartConfig({ timeBucket: 'month', xField: null }), chartData({ a: year }))).toBe(false);
  });

  test('a funnel lies', () => {
    expect(isHorizontal(chartConfig({ chartType: 'funnel' }), chartData({ a: { New: 3, Won: 1 } }))).toBe(true);
  });

  test('every lying bar gets its row', () => {
    const twenty = Object.fromEntries(Array.from({ length: 20 }, (_unused, index) => [`s${index}`, index]));
    expect(chartHeightPx(chartConfig(), chartData({ a: twenty }))).toBe(20 * 30 + 40);
    expect(chartHeightPx(chartConfig(), chartData({ a: { Call: 1 } }))).toBe(260);
  });
});

test('bars keep the order, the values and the gaps of the data', () => {
  const config = toChartJs(chartConfig(), chartData({ Leads: { Web: 5, Call: null, Ads: 2 } }), deps);
  expect(config.type).toBe('bar');
  expect(config.data.labels).toEqual(['Web', 'Call', 'Ads']);
  expect(config.data.datasets.map(({ label, data }) => [label, data])).toEqual([['Leads', [5, null, 2]]]);
});

test('stacked series share the axis and take the colours in turn, from the start again after the last', () => {
  const config = toChartJs(chartConfig({ chartType: 'stackedBar' }), chartData({ A: { x: 1 }, B: { x: 2 }, C: { x: 3 } }), deps);
  expect(config.data.datasets.map((dataset) => dataset.backgroundColor)).toEqual([['#000001'], ['#000002'], ['#000001']]);
  expect(scale(config, 'x').stacked).toBe(true);
  expect(scale(config, 'y').stacked).toBe(true);
});

test('an area is filled to zero, a line is not', () => {
  const data = chartData({ A: { x: 1, y: 2 } });
  const fillOf = (chartType: 'area' | 'line') =>
    Reflect.get(toChartJs(chartConfig({ chartType }), data, deps).data.datasets[0] ?? {}, 'fill');
  expect(fillOf('area')).toBe('origin');
  expect(fillOf('line')).toBe(false);
});

test('a lone value of a line is a point, as it has no line', () => {
  const config = toChartJs(chartConfig({ chartType: 'line' }), chartData({ A: { x: 1 } }), deps);
  expect(Reflect.get(config.data.datasets[0] ?? {}, 'pointRadius')).toBeGreaterThan(0);
});

test('a donut has a colour for each slice and no legend of its own', () => {
  const config = toChartJs(chartConfig({ chartType: 'donut' }), chartData({ A: { x: 3, y: 1 } }), deps);
  expect(config.type).toBe('doughnut');
  expect(config.data.datasets[0]?.backgroundColor).toEqual(['#000001', '#000002']);
  expect(config.options?.plugins?.legend?.display).toBe(false);
});

test('values start at zero and are written short, in the chart’s currency', () => {
  const config = toChartJs(chartConfig(), chartData({ A: { Call: 1 } }, { format: 'currency', currency: 'USD' }), deps);
  expect(scale(config, 'y').beginAtZero).toBe(true);
  expect(tick(config, 'y', 250_000, 400)).toBe('$250K');
});

test('under lying bars only as many values are written as have room, at even distances', () => {
  const ticksAt = (width: number, data: ReturnType<typeof chartData>) => {
    // Labels take a third of the chart; before they have, the axis says it has all of it.
    const axis = {
      width: width * 1.5,
      chart: { width: width * 1.5625 },
      ticks: [0, 20_000_000, 40_000_000, 60_000_000, 80_000_000].map((value) => ({ value })),
    };
    Object(scale(toChartJs(chartConfig({ chartType: 'funnel' }), data, deps), 'x')).afterBuildTicks(axis);
    return axis.ticks.map(({ value }) => value / 1_000_000);
  };
  const dollars = chartData({ A: { Call: 1 } }, { format: 'currency', currency: 'USD' });
  const sums = chartData({ A: { Call: 1 } }, { format: 'currency', currency: 'UZS' });
  expect(ticksAt(300, dollars)).toEqual([0, 20, 40, 60, 80]);
  expect(ticksAt(200, sums)).toEqual([0, 40, 80]);
  expect(ticksAt(100, sums)).toEqual([0, 60]);
});

test('long labels are cut to the room there is', () => {
  const config = toChartJs(chartConfig(), chartData({ A: { 'Рекомендация клиента или партнёра': 1 } }), deps);
  expect(tick(config, 'y', 0, 1000)).toEqual(['Рекомендация клиента…']);
  expect(tick(config, 'y', 0, 300)).toEqual(['Рекомендация…']);
});

test('a stage and its pipeline get a line each, and the row the height for them', () => {
  const data = chartData({ A: { 'Корпоративные клиенты · Договор': 1 } });
  expect(tick(toChartJs(chartConfig(), data, deps), 'y', 0, 1000)).toEqual(['Договор', 'Корпоративные клиенты']);
  const many = chartData({ A: Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`Sales · Stage ${index}`, 1])) });
  expect(chartHeightPx(chartConfig(), many)).toBe(20 * 38 + 40);
});

test('an axis of time is marked in steps that people count in', () => {
  const stepFor = (seconds: number) => {
    const config = toChartJs(chartConfig(), chartData({ A: { Call: seconds } }, { format: 'duration' }), deps);
    return Object(scale(config, 'y').ticks).stepSize;
  };
  expect(stepFor(5400)).toBe(1800);
  expect(stepFor(50)).toBe(15);
  expect(stepFor(4 * 86_400)).toBe(86_400);
});

test('a donut’s slices are parts of what they add up to, and averages are parts of nothing', () => {
  expect(wholeOf(chartData({ A: { x: 3, y: null, z: 4 } }))).toBe(7);
  // 10 in three parts, each rounded to a cent.
  expect(wholeOf(chartData({ A: { x: 3.33, y: 3.33, z: 3.33 } }, { total: '10.00' }))).toBe(10);
  // An average deal of 100 and one of 300, of 10 and of 30 deals: 250 of them all.
  expect(wholeOf(chartData({ A: { Ann: 100, Timur: 300 } }, { format: 'currency', total: '250.00' }))).toBeNull();
  expect(wholeOf(chartData({ A: { x: null } }, { total: null }))).toBeNull();
  // One of 10,000 leads and three of 15,000: four of them all, which is 0.016 %.
  expect(wholeOf(chartData({ A: { Ann: 0.01, Timur: 0.02 } }, { format: 'percentage', total: '0.02' }))).toBeNull();
});

describe('the sentence of a chart', () => {
  test('names the highest and the lowest value', () => {
    expect(describeChart(chartConfig(), chartData({ Leads: { Web: 1200, Call: 30, Ads: 200 } }), i18n, format)).toBe(
      'Leads by source. 3 values: highest Web, 1,200; lowest Call, 30.',
    );
  });

  test('names the series where there are several, and leaves gaps out', () => {
    expect(describeChart(chartConfig(), chartData({ Won: { May: 2, Jun: null }, Lost: { May: 1, Jun: 4 } }), i18n, format)).toBe(
      'Leads by source. 3 values: highest Lost, Jun, 4; lowest Lost, May, 1.',
    );
  });

  test('does not call all that is left together the highest', () => {
    const data = chartData({ Leads: { Web: 12, Call: 3, 'All others': 40 } });
    Object.assign(data.series[0]?.points[2] ?? {}, { key: OTHERS });
    expect(describeChart(chartConfig(), data, i18n, format)).toBe('Leads by source. 2 values: highest Web, 12; lowest Call, 3.');
  });

  test('is the title alone where there is nothing', () => {
    expect(describeChart(chartConfig(), chartData({}), i18n, format)).toBe('Leads by source');
  });
});

describe('a step of which only a part is counted', () => {
  const data = chartData({ Leads: { Apr: 40, May: 90, Jun: 7 } });
  const points = data.series[0]?.points ?? [];
  Object.assign(points[0] ?? {}, { isPartial: true });
  Object.assign(points[2] ?? {}, { isPartial: true });

  test('is half as strong as a bar, and dashed on a line', () => {
    const bars = toChartJs(chartConfig({ timeBucket: 'month', xField: null }), data, deps);
    expect(bars.data.datasets[0]?.backgroundColor).toEqual(['#00000180', '#000001', '#00000180']);
    const months = chartData({ Leads: { Mar: 50, Apr: 40, May: 90, Jun: 7 } });
    Object.assign(months.series[0]?.points[3] ?? {}, { isPartial: true });
    const line = toChartJs(chartConfig({ chartType: 'line', timeBucket: 'month', xField: null }), months, deps);
    const dash = Reflect.get(Object(Reflect.get(line.data.datasets[0] ?? {}, 'segment')), 'borderDash');
    const drawn = [0, 1, 2].map((index) => dash({ p0DataIndex: index, p1DataIndex: index + 1 }));
    expect(drawn).toEqual([undefined, undefined, [4, 4]]);
  });

  test('is told as such, and is neither the highest nor the lowest', () => {
    expect(points.map((point) => noteOf(point, i18n.t))).toEqual(['not a whole period', '', 'not a whole period']);
    expect(describeChart(chartConfig({ title: 'Leads' }), data, i18n, format)).toBe(
      'Leads. 1 value: highest May, 90; lowest May, 90.',
    );
  });
});

test('a rate says of how many records it is, in its tooltip too', () => {
  const data = { ...chartData({ Rate: { Web: 50 } }), format: 'percentage' as const };
  const [point] = data.series[0]?.points ?? [];
  if (!point) throw new Error('no point');
  point.of = 1200;
  expect(noteOf(point, i18n.t)).toBe('of 1,200');
  const label = Object(Reflect.get(Object(toChartJs(chartConfig(), data, deps).options?.plugins?.tooltip), 'callbacks')).label;
  expect(label({ datasetIndex: 0, dataIndex: 0, dataset: {} })).toBe(' 50% · of 1,200');
});
