import type { ChartConfig, ChartData, ChartPoint } from '../../contract/charts.ts';
import type { Formatter } from '../format.ts';
import type { I18n } from '../i18n.ts';

/** The server's key of all that is left: however much that is, it is not the highest of them. */
export const OTHERS = '__others';

/** What has to be known of a value to read it right: of how many records it is, that its period is not whole; '' where nothing. */
export function noteOf({ of, isPartial }: ChartPoint, t: I18n['t']): string {
  return [of === undefined ? '' : t('chart.of', { count: of }), isPartial ? t('chart.partial') : ''].filter(Boolean).join(' · ');
}

/** One sentence for those who cannot see the drawing: what it shows, its highest and its lowest value, of whole periods and single categories. */
export function describeChart(config: ChartConfig, data: ChartData, { t }: I18n, format: Formatter): string {
  const several = data.series.length > 1;
  const values = data.series.flatMap((series) =>
    series.points.flatMap(({ key, label, value, isPartial }) =>
      value === null || isPartial || key === OTHERS || series.key === OTHERS
        ? []
        : [{ label: several ? `${series.label}, ${label}` : label, value }],
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
