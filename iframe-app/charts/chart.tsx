import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { ChartConfig, ChartData } from '../../contract/charts.ts';
import { useApp } from '../context.ts';
import type { Drawing } from './canvas.ts';
import { describeChart, noteOf } from './describe.ts';
import { Legend } from './legend.tsx';
import { chartLook } from './look.ts';
import { chartHeightPx, isRound, toChartJs, wholeOf } from './to-chart-js.ts';

const reducedMotion = window.matchMedia('(prefers-reduced-motion: reduce)');

interface ChartProps {
  config: ChartConfig;
  data: ChartData;
}

/** One chart: a canvas for the eyes, a sentence and a table for everybody else. */
export function Chart({ config, data }: ChartProps) {
  const app = useApp();
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawing = useRef<Drawing | null>(null);
  // Chart.js comes in a file of its own. Where that cannot be loaded, the table says the same.
  const [canDraw, setCanDraw] = useState(true);
  const look = chartLook.value;
  const summaryId = useId();

  const isFunnel = config.chartType === 'funnel';
  const make = useRef(toChartJs);
  const drawn = () => make.current(config, data, { look, format: app.format, t: app.i18n.t, animate: !reducedMotion.matches });
  const latest = useRef(drawn);
  latest.current = drawn;

  useEffect(() => {
    let gone = false;
    Promise.all([loadCanvas(), isFunnel ? import('./funnel.ts') : null])
      .then(([{ draw }, funnel]) => {
        if (gone || !canvas.current) return;
        make.current = funnel?.toFunnel ?? toChartJs;
        drawing.current = draw(canvas.current, latest.current());
      })
      .catch(() => setCanDraw(false));
    return () => {
      gone = true;
      drawing.current?.destroy();
      drawing.current = null;
    };
  }, [isFunnel]);

  // `drawn` is new in every render; it says the same while these are the same.
  useEffect(() => drawing.current?.update(drawn()), [config, data, look]);

  if (!canDraw) {
    return (
      <div class="chart-table">
        <DataTable config={config} data={data} />
      </div>
    );
  }
  return (
    <figure class={isRound(config) ? 'chart chart-round' : 'chart'}>
      <div class="chart-box" style={{ minHeight: `${chartHeightPx(config, data)}px` }}>
        {isRound(config) && <Total data={data} />}
        <canvas ref={canvas} role="img" aria-labelledby={summaryId} />
      </div>
      {(isRound(config) || data.series.length > 1) && <Legend config={config} data={data} />}
      <figcaption class="visually-hidden">
        <span id={summaryId}>{describeChart(config, data, app.i18n, app.format)}</span>
        <DataTable config={config} data={data} />
      </figcaption>
    </figure>
  );
}

/** In the hole of a donut: what its slices add up to. Nothing where they do not. */
function Total({ data }: { data: ChartData }) {
  const { i18n, format } = useApp();
  const total = wholeOf(data);
  if (total === null) return null;
  return (
    <div class="chart-total" aria-hidden="true">
      <strong>{format.compact(total, data)}</strong>
      <span>{i18n.t('chart.total')}</span>
    </div>
  );
}

interface DataTableProps extends ChartProps {
  /** What stands in the cell of a value; default: its text. */
  draw?: (text: string, categoryKey: string, seriesKey: string) => ComponentChildren;
}

/** The chart's values, with what has to be known of them. */
export function DataTable({ config, data, draw = (text) => text }: DataTableProps) {
  const { i18n, format } = useApp();
  const points = data.series[0]?.points ?? [];
  return (
    <table>
      <caption>{config.title}</caption>
      <thead>
        <tr>
          <th scope="col">{data.columns.category}</th>
          {data.series.map((series) => (
            <th scope="col" key={series.key}>
              {config.groupBy === null ? data.columns.value : series.label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {points.map(({ key, label }, row) => (
          <tr key={key}>
            <th scope="row">{label}</th>
            {data.series.map((series) => {
              const point = series.points[row];
              if (!point || point.value === null) return <td key={series.key}>{i18n.t('kpi.noValue')}</td>;
              const note = noteOf(point, i18n.t);
              return (
                <td key={series.key}>
                  {draw(format.exact(point.value, data), key, series.key)}
                  {note && ` · ${note}`}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Starts loading Chart.js, or waits for the load that is under way. */
export function loadCanvas(): Promise<typeof import('./canvas.ts')> {
  return import('./canvas.ts');
}
