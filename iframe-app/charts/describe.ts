import type { ChartConfig, ChartData } from '../../contract/charts.ts';
import type { Formatter } from '../format.ts';
import type { I18n } from '../i18n.ts';

/** One sentence for those who cannot see the drawing: what it shows, its highest and its lowest value. */
export function describeChart(config: ChartConfig, data: ChartData, { t }: I18n, format: Formatter): string {
  const several = data.series.length > 1;
  const values = data.series.flatMap((series) =>
    series.points.flatMap(({ label, value }) =>
      value === null ? [] : [{ label: several ? `${series.label}, ${label}` : label, value }],
    ),
  );
  const [first, ...others] = values;
  if (!first) return config.title;
  let high = first;
  let low = first;
  for (const value of others) {
    if (value.value > high.value) high = value;
    if (value.value < low.value) low = value;
  }
  return t('chart.summary', {
    title: config.title,
    points: t('chart.points', { count: values.length }),
    highLabel: high.label,
    high: format.exact(high.value, data),
    lowLabel: low.label,
    low: format.exact(low.value, data),
  });
}
