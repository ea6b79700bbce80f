import { FunnelController, TrapezoidElement } from 'chartjs-chart-funnel';
import type { ChartConfig, ChartData } from '../../contract/charts.ts';
import { register } from './canvas.ts';
import type { ChartLook } from './look.ts';
import { type ChartJsConfig, type ChartJsDeps, colorAt, toChartJs } from './to-chart-js.ts';

register(FunnelController, TrapezoidElement);

/** The lying bars of a chart as a funnel: centred, each step narrowing into the next, with its value and its share of the first. */
export function toFunnel(config: ChartConfig, data: ChartData, deps: ChartJsDeps): ChartJsConfig {
  const bars = toChartJs(config, data, deps);
  const points = data.series[0]?.points ?? [];
  const first = points[0]?.value ?? 0;
  const isAdded = data.format === 'number' || data.format === 'currency';
  const written = points.map(({ value }) => {
    if (value === null) return '';
    const share = { format: 'percentage', currency: null } as const;
    const ofFirst = isAdded && first > 0 ? ` · ${deps.format.exact((value / first) * 100, share)}` : '';
    return `${deps.format.compact(value, data)}${ofFirst}`;
  });
  const options = bars.options ?? {};
  return {
    type: 'funnel',
    data: {
      labels: points.map(({ label }) => label),
      datasets: [
        { label: '', data: points.map(({ value }) => value ?? 0), backgroundColor: colorAt(deps.look, 0), shrinkAnchor: 'top' },
      ],
    },
    options: {
      ...options,
      scales: { y: { ...Object(options.scales).y, display: true }, x: { display: false } },
      // What changes with the numbers goes here: a chart that is updated keeps the plugins it was made with.
      plugins: Object.assign({}, options.plugins, { values: { written, look: deps.look } }),
    } as FunnelOptions,
    plugins: [VALUES],
  };
}

type FunnelConfig = Extract<ChartJsConfig, { type: 'funnel' }>;
type FunnelOptions = NonNullable<FunnelConfig['options']>;

/** Writes each step's value into it. */
const VALUES: NonNullable<FunnelConfig['plugins']>[number] = {
  id: 'values',
  afterDatasetsDraw(chart, _args, { written = [], look }: { written?: string[]; look?: ChartLook }) {
    if (!look) return;
    const { ctx: pen, chartArea } = chart;
    const center = (chartArea.left + chartArea.right) / 2;
    pen.save();
    pen.font = `600 12px ${look.fontFamily}`;
    pen.textAlign = 'center';
    pen.textBaseline = 'middle';
    pen.lineWidth = 3;
    pen.lineJoin = 'round';
    pen.strokeStyle = look.surface;
    pen.fillStyle = look.strong;
    chart.getDatasetMeta(0).data.forEach((mark, index) => {
      // Outlined: over a narrow step it stands on the background as well.
      pen.strokeText(written[index] ?? '', center, mark.y);
      pen.fillText(written[index] ?? '', center, mark.y);
    });
    pen.restore();
  },
};
