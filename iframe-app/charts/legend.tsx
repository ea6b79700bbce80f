import type { ChartConfig, ChartData } from '../../contract/charts.ts';
import { useApp } from '../context.ts';
import { chartLook } from './look.ts';
import { colorAt, isRound, wholeOf } from './to-chart-js.ts';

/** Colour, name and, for the slices of a donut, value and, where they are parts of a whole, share. HTML, so it wraps, scales and can be selected. */
export function Legend({ config, data }: { config: ChartConfig; data: ChartData }) {
  const { i18n, format } = useApp();
  const look = chartLook.value;
  if (!isRound(config)) {
    return (
      <ul class="legend legend-row">
        {data.series.map((series, index) => (
          <li key={series.key}>
            <span class="legend-mark" style={{ backgroundColor: colorAt(look, index) }} />
            <span class="legend-label">{series.label}</span>
          </li>
        ))}
      </ul>
    );
  }
  const points = data.series[0]?.points ?? [];
  const whole = wholeOf(data);
  return (
    <ul class="legend legend-list">
      {points.map((point, index) => (
        <li key={point.key}>
          <span class="legend-mark" style={{ backgroundColor: colorAt(look, index) }} />
          <span class="legend-label" title={point.label}>
            {point.label}
          </span>
          <span class="legend-value">{point.value === null ? i18n.t('kpi.noValue') : format.compact(point.value, data)}</span>
          {whole !== null && whole > 0 && (
            <span class="legend-share">
              {format.exact(((point.value ?? 0) / whole) * 100, { format: 'percentage', currency: null })}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
