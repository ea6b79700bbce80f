import type { ChartConfig, ChartData, KpiConfig, TimeBucket } from '../../contract/charts.ts';
import { aggregatedLabel, CATALOG_TEXTS, numberLabel } from './catalog-texts.ts';
import { findCustomFields } from './dictionaries.ts';
import type { Locale } from './labels.ts';
import { type AnalyticsContext, CUSTOM } from './resolve.ts';

const STEP_LABELS: Record<TimeBucket, Record<Locale, string>> = {
  hour: { en: 'Hour', ru: 'Час', uz: 'Soat', kk: 'Сағат', uk: 'Година', tr: 'Saat' },
  day: { en: 'Day', ru: 'День', uz: 'Kun', kk: 'Күн', uk: 'День', tr: 'Gün' },
  week: { en: 'Week', ru: 'Неделя', uz: 'Hafta', kk: 'Апта', uk: 'Тиждень', tr: 'Hafta' },
  month: { en: 'Month', ru: 'Месяц', uz: 'Oy', kk: 'Ай', uk: 'Місяць', tr: 'Ay' },
  quarter: { en: 'Quarter', ru: 'Квартал', uz: 'Chorak', kk: 'Тоқсан', uk: 'Квартал', tr: 'Çeyrek' },
  year: { en: 'Year', ru: 'Год', uz: 'Yil', kk: 'Жыл', uk: 'Рік', tr: 'Yıl' },
};

/** What heads a table of the chart: what its categories are, and what is counted. */
export function describeColumns(config: ChartConfig, context: AnalyticsContext): ChartData['columns'] {
  const { dataSource, xField, timeBucket, yField } = config;
  return {
    category: timeBucket === null ? dimensionLabel(dataSource, xField ?? '', context) : STEP_LABELS[timeBucket][context.locale],
    value: describeNumber({ ...config, field: yField }, context.locale),
  };
}

interface NumberAsked extends Pick<ChartConfig | KpiConfig, 'dataSource' | 'measure' | 'aggregation'> {
  field: string | null;
}

/** What the number is called that a chart or a KPI asks for; of a count what is counted. */
export function describeNumber({ dataSource, measure, aggregation, field }: NumberAsked, locale: Locale): string {
  const labelOf = (kind: keyof typeof CATALOG_TEXTS, name: string) => CATALOG_TEXTS[kind].get(name)?.label[locale] ?? name;
  if (measure !== null) return labelOf('measure', measure);
  if (field === null) return labelOf('entity', dataSource);
  return aggregatedLabel(numberLabel(dataSource, field, locale), labelOf('aggregation', aggregation), locale);
}

function dimensionLabel(dataSource: ChartConfig['dataSource'], name: string, { dictionaries, locale }: AnalyticsContext): string {
  const custom = name.startsWith(CUSTOM) ? findCustomFields(dictionaries, dataSource, name.slice(CUSTOM.length))[0] : undefined;
  return custom?.label ?? CATALOG_TEXTS.dimension.get(name)?.label[locale] ?? name;
}
