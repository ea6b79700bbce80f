import type { ChartConfiguration, ChartDataset, TooltipItem } from 'chart.js';
import type { ChartConfig, ChartData, ChartPoint } from '../../contract/charts.ts';
import type { Formatter } from '../format.ts';
import type { I18n } from '../i18n.ts';
import { noteOf } from './describe.ts';
import type { ChartLook } from './look.ts';

/** Tick labels beyond this are cut; the tooltip and the table have them whole. */
const MAX_TICK_LENGTH = 22;
/** Chart.js gives labels beside lying bars no more than about this part of the canvas and cuts their beginnings off beyond it. */
const LABEL_SHARE = 0.36;
/** Width of an average character of the 12 px tick font, wide scripts included. */
const TICK_CHARACTER_PX = 7.5;
const MAX_TICKS = 6;
/** Between the labels of an axis that lies under the bars. */
const TICK_GAP_PX = 10;
/** Steps between the marks of an axis of seconds that people count in: minutes, quarters, hours, days. */
const DURATION_STEPS = [
  1, 5, 15, 30, 60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 432_000, 864_000, 2_592_000,
];
/** Categories longer than this, or more of them than that, do not fit under upright bars. */
const MAX_UPRIGHT_LABEL_LENGTH = 10;
const MAX_UPRIGHT_BARS = 8;
const BAR_ROW_HEIGHT_PX = 30;
const TWO_LINE_ROW_HEIGHT_PX = 38;
/** Stands between a pipeline and its stage in a label; the two get a line each beside lying bars. */
const LABEL_PARTS = ' · ';
const MIN_HEIGHT_PX = 260;
/** Numbers come with two decimals. */
const ROUNDED_BY = 0.005;

export interface ChartJsDeps {
  look: ChartLook;
  format: Pick<Formatter, 'exact' | 'compact'>;
  t: I18n['t'];
  /** False where the person asked for less motion. */
  animate: boolean;
}

/** Chart.js types its options by chart kind; these are the kinds LeadRelay draws, the last of them by a plugin. */
export type ChartJsConfig = ConfigOf<'bar'> | ConfigOf<'line'> | ConfigOf<'doughnut'> | ConfigOf<'funnel'>;
type ConfigOf<Kind extends 'bar' | 'line' | 'doughnut' | 'funnel'> = ChartConfiguration<Kind, (number | null)[], string>;

/** Chart.js configuration of one chart. Pure: the same config, data and look give the same answer. A null value is a gap. */
export function toChartJs(config: ChartConfig, data: ChartData, deps: ChartJsDeps): ChartJsConfig {
  if (isRound(config)) return toDoughnut(data, deps);
  if (config.chartType === 'line' || config.chartType === 'area') return toLine(config, data, deps);
  return toBars(config, data, deps);
}

export function isRound(config: ChartConfig): boolean {
  return config.chartType === 'donut' || config.chartType === 'pie';
}

/** Bars lie down where their labels would not fit under them; time always runs from left to right. */
export function isHorizontal(config: ChartConfig, data: ChartData): boolean {
  if (isRound(config) || config.chartType === 'line' || config.chartType === 'area' || config.timeBucket !== null) return false;
  if (config.chartType === 'funnel') return true;
  const points = data.series[0]?.points ?? [];
  return points.length > MAX_UPRIGHT_BARS || points.some((point) => point.label.length > MAX_UPRIGHT_LABEL_LENGTH);
}

/** The least height the drawing needs, so that every lying bar has room for its label. */
export function chartHeightPx(config: ChartConfig, data: ChartData): number {
  if (!isHorizontal(config, data)) return MIN_HEIGHT_PX;
  const points = data.series[0]?.points ?? [];
  const hasTwoLines = points.some((point) => point.label.includes(LABEL_PARTS));
  return Math.max(MIN_HEIGHT_PX, points.length * (hasTwoLines ? TWO_LINE_ROW_HEIGHT_PX : BAR_ROW_HEIGHT_PX) + 40);
}

/**
 * Whether what is drawn adds up to the number of all records: averages, rates, and what counts a record in several places do not.
 */
export function addsUp({ series, total, format }: ChartData): boolean {
  // Shares of little may seem to.
  if (total === null || format === 'percentage') return false;
  const points = series.flatMap((one) => one.points);
  const sum = points.reduce((added, point) => added + (point.value ?? 0), 0);
  // Each part is rounded, and so is the whole.
  return Math.abs(sum - Number(total)) <= (points.length + 1) * ROUNDED_BY;
}

/** The whole that a donut's slices are parts of; null where they are parts of nothing. */
export function wholeOf(data: ChartData): number | null {
  return addsUp(data) ? Number(data.total) : null;
}

/** The colour of series or slice `index`; after the last one the order starts again. */
export function colorAt(look: ChartLook, index: number): string {
  return look.series[index % look.series.length] ?? look.text;
}

function labelsOf(data: ChartData): string[] {
  return (data.series[0]?.points ?? []).map((point) => point.label);
}

function valuesOf(series: ChartData['series'][number]): (number | null)[] {
  return series.points.map((point) => point.value);
}

function toDoughnut(data: ChartData, deps: ChartJsDeps): ChartJsConfig {
  const series = data.series[0];
  const dataset: ChartDataset<'doughnut', (number | null)[]> = {
    label: series?.label ?? '',
    data: series ? valuesOf(series) : [],
    backgroundColor: series?.points.map((_point, index) => colorAt(deps.look, index)) ?? [],
    borderColor: deps.look.surface,
    borderWidth: 2,
    hoverOffset: 4,
  };
  return {
    type: 'doughnut',
    data: { labels: labelsOf(data), datasets: [dataset] },
    options: {
      ...commonOptions(deps),
      cutout: '68%',
      layout: { padding: 4 },
      plugins: {
        legend: { display: false },
        tooltip: {
          ...tooltipLook(deps.look),
          callbacks: { label: (item: TooltipItem<'doughnut'>) => ` ${writePoint(series?.points[item.dataIndex], data, deps)}` },
        },
      },
    },
  };
}

function toLine(config: ChartConfig, data: ChartData, deps: ChartJsDeps): ChartJsConfig {
  const isArea = config.chartType === 'area';
  const datasets = data.series.map((series, index): ChartDataset<'line', (number | null)[]> => {
    const color = colorAt(deps.look, index);
    const isPartial = (point: number) => series.points[point]?.isPartial === true;
    return {
      label: series.label,
      data: valuesOf(series),
      borderColor: color,
      backgroundColor: isArea ? translucent(color) : color,
      fill: isArea ? 'origin' : false,
      borderWidth: 2,
      // A lone value has no line to show it.
      pointRadius: series.points.length === 1 ? 4 : 0,
      pointHoverRadius: 5,
      pointBackgroundColor: color,
      // Drawn through, the part of a month that is there would be a fall.
      segment: {
        borderDash: ({ p0DataIndex, p1DataIndex }) => (isPartial(p0DataIndex) || isPartial(p1DataIndex) ? DASHES : undefined),
      },
      // Straight from value to value: a curve would show a course between two days that nobody counted.
      borderJoinStyle: 'round',
    };
  });
  return {
    type: 'line',
    data: { labels: labelsOf(data), datasets },
    options: {
      ...axesOptions(data, deps, { horizontal: false, stacked: false }),
      interaction: { mode: 'index', intersect: false },
    },
  };
}

function toBars(config: ChartConfig, data: ChartData, deps: ChartJsDeps): ChartJsConfig {
  const horizontal = isHorizontal(config, data);
  const stacked = config.chartType === 'stackedBar';
  const datasets = data.series.map(
    (series, index): ChartDataset<'bar', (number | null)[]> => ({
      label: series.label,
      data: valuesOf(series),
      backgroundColor: series.points.map((point) => colorAt(deps.look, index) + (point.isPartial ? HALF : '')),
      borderColor: deps.look.surface,
      // A line of the background's colour keeps stacked parts apart for eyes that cannot tell the colours.
      borderWidth: stacked ? 1 : 0,
      borderRadius: stacked ? 2 : 4,
      maxBarThickness: horizontal ? 26 : 44,
    }),
  );
  return {
    type: 'bar',
    data: { labels: labelsOf(data), datasets },
    options: {
      ...axesOptions(data, deps, { horizontal, stacked }),
      indexAxis: horizontal ? 'y' : 'x',
      interaction: { mode: 'index', intersect: false, axis: horizontal ? 'y' : 'x' },
    },
  };
}

function commonOptions({ look, animate }: ChartJsDeps) {
  return {
    responsive: true,
    maintainAspectRatio: false,
    animation: animate ? ({ duration: 350 } as const) : (false as const),
    font: { family: look.fontFamily, size: 12 },
    color: look.text,
  };
}

function axesOptions(data: ChartData, deps: ChartJsDeps, shape: { horizontal: boolean; stacked: boolean }) {
  const { look } = deps;
  const font = { family: look.fontFamily, size: 12 };
  const labels = labelsOf(data);
  const categories = {
    stacked: shape.stacked,
    grid: { display: false },
    border: { display: false },
    ticks: {
      color: look.text,
      font,
      maxRotation: 0,
      autoSkip: !shape.horizontal,
      autoSkipPadding: 12,
      callback(this: { chart: { width: number } }, _value: string | number, index: number) {
        const room = shape.horizontal ? (this.chart.width * LABEL_SHARE) / TICK_CHARACTER_PX : MAX_TICK_LENGTH;
        const length = Math.min(Math.floor(room), MAX_TICK_LENGTH);
        const label = labels[index] ?? '';
        if (!shape.horizontal) return shorten(label, length);
        // The stage first: pipelines repeat from bar to bar.
        return label
          .split(LABEL_PARTS)
          .reverse()
          .map((part) => shorten(part, length));
      },
    },
  };
  const writeTick = (value: number) => deps.format.compact(value, data);
  const values = {
    stacked: shape.stacked,
    beginAtZero: true,
    afterBuildTicks(axis: { ticks: { value: number }[]; width: number; chart: { width: number } }) {
      // Asked before the labels beside the bars have taken their part, it says the whole width.
      const room = Math.min(axis.width, axis.chart.width * (1 - LABEL_SHARE));
      if (shape.horizontal) axis.ticks = everyFittingTick(axis.ticks, room, writeTick);
    },
    grid: { color: look.grid },
    border: { display: false },
    ticks: {
      color: look.text,
      font,
      maxTicksLimit: MAX_TICKS,
      maxRotation: 0,
      // It leaves out ticks at uneven distances.
      autoSkip: false,
      callback: (value: string | number) => writeTick(Number(value)),
      // Half a lead is no mark on an axis of counts, and 33 minutes none on one of time.
      ...(data.format === 'number' ? { precision: 0 } : {}),
      ...(data.format === 'duration' ? { stepSize: durationStep(data, shape.stacked) } : {}),
    },
  };
  return {
    ...commonOptions(deps),
    scales: shape.horizontal ? { x: values, y: categories } : { x: categories, y: values },
    plugins: {
      legend: { display: false },
      tooltip: {
        ...tooltipLook(look),
        callbacks: {
          label: (item: AxisTooltipItem) => {
            const text = writePoint(data.series[item.datasetIndex]?.points[item.dataIndex], data, deps);
            return data.series.length > 1 ? ` ${item.dataset.label ?? ''}: ${text}` : ` ${text}`;
          },
        },
      },
    },
  };
}

/** The part of Chart.js's tooltip item that bars and lines share; its own type differs by kind. */
interface AxisTooltipItem {
  datasetIndex: number;
  dataIndex: number;
  dataset: { label?: string | undefined };
}

function tooltipLook(look: ChartLook) {
  return {
    backgroundColor: look.tooltip.background,
    titleColor: look.tooltip.text,
    bodyColor: look.tooltip.text,
    titleFont: { family: look.fontFamily, size: 12, weight: 600 },
    bodyFont: { family: look.fontFamily, size: 12 },
    padding: 10,
    cornerRadius: 8,
    boxPadding: 4,
    usePointStyle: true,
  };
}

function writePoint(point: ChartPoint | undefined, data: ChartData, { format, t }: ChartJsDeps): string {
  if (!point || point.value === null) return '';
  return [format.exact(point.value, data), noteOf(point, t)].filter(Boolean).join(' · ');
}

/** The smallest of the steps that leaves no more marks than the axis has room for. */
function durationStep(data: ChartData, stacked: boolean): number {
  const columns = (data.series[0]?.points ?? []).map((_point, row) =>
    data.series.map((series) => series.points[row]?.value ?? 0),
  );
  const heights = columns.map((column) => (stacked ? column.reduce((sum, value) => sum + value, 0) : Math.max(...column)));
  const highest = Math.max(0, ...heights);
  const last = DURATION_STEPS[DURATION_STEPS.length - 1] ?? 1;
  return DURATION_STEPS.find((step) => highest / step <= MAX_TICKS - 1) ?? Math.ceil(highest / (MAX_TICKS - 1) / last) * last;
}

/** Ticks at even distances, from the first on, as close as their labels leave room for. */
function everyFittingTick<T extends { value: number }>(ticks: T[], axisPx: number, write: (value: number) => string): T[] {
  const longest = Math.max(0, ...ticks.map(({ value }) => write(value).length));
  const step = Math.ceil(((longest * TICK_CHARACTER_PX + TICK_GAP_PX) * (ticks.length - 1)) / axisPx);
  return step > 1 ? ticks.filter((_tick, index) => index % step === 0) : ticks;
}

function shorten(label: string, maxLength: number): string {
  return label.length > maxLength ? `${label.slice(0, maxLength - 1).trimEnd()}…` : label;
}

/** Of the line to and from a step of which only a part is counted. */
const DASHES = [4, 4];
/** Behind a colour: half its strength, for a bar of such a step. */
const HALF = '80';

/** The colour at an eighth of its strength, for the area under a line. Tokens are written `#rrggbb`. */
function translucent(color: string): string {
  return `${color}20`;
}
