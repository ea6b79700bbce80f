import type { ChartData, KpiData, Unconverted } from '../../contract/charts.ts';
import type { Widget } from '../../contract/dashboard.ts';
import { type DashboardFilter, narrowConfig } from '../../contract/dashboard-filter.ts';
import { describeNumber } from '../analytics/describe-columns.ts';
import type { Locale } from '../analytics/labels.ts';
import { runPlan } from '../analytics/plan.ts';
import { AppError } from '../platform/errors.ts';
import { type CsvCell, csvRow, dialectOf } from './csv.ts';
import { isPlanCovered, planWidget, readContext } from './load-dashboard.ts';
import { type DrillDeps, readInTurn } from './load-drill.ts';
import type { Viewer } from './tenant-context.ts';
import { findWidget } from './widgets.ts';

const HEADERS: Record<'date' | 'previous' | 'unconverted', Record<Locale, string>> = {
  date: { en: 'Date', ru: 'Дата', uz: 'Sana', kk: 'Күні', uk: 'Дата', tr: 'Tarih' },
  previous: {
    en: 'Previous period',
    ru: 'Предыдущий период',
    uz: 'Oldingi davr',
    kk: 'Алдыңғы кезең',
    uk: 'Попередній період',
    tr: 'Önceki dönem',
  },
  unconverted: {
    en: 'Not converted',
    ru: 'Не пересчитано',
    uz: 'Hisoblab o‘tkazilmagan',
    kk: 'Айырбасталмаған',
    uk: 'Не перераховано',
    tr: 'Dönüştürülmemiş',
  },
};

/** A file of what a widget shows. */
export interface WidgetFile {
  title: string;
  csv: string;
  /** Lines of numbers in it. */
  rowCount: number;
}

/**
 * The numbers a widget shows, as the lines of a CSV file: one a category with a column a series, or one for a KPI. A time axis
 * has its dates as keys (ISO 8601), and amounts without a rate come last.
 * @throws AppError `not_found`, `invalid_id`; `unknown_field_name`, `invalid_combination` for a widget that cannot be drawn
 * (any more) or takes too long; `wrong_state` while its records are not all copied; `rate_limited`
 */
export function loadWidgetCsv(
  deps: DrillDeps,
  viewer: Viewer,
  { id, filter }: { id: string; filter: DashboardFilter },
  signal: AbortSignal,
): Promise<WidgetFile> {
  return readInTurn(deps, viewer, signal, async (tx) => {
    const [{ context, analytics }, widgetIn] = await Promise.all([
      readContext(tx, viewer, deps.now()),
      findWidget(tx, viewer.tenantId, id),
    ]);
    const config = narrowConfig(widgetIn(context).config, filter);
    const plan = planWidget(config, analytics);
    if (!isPlanCovered(plan, config.crmSource, context.coverage)) {
      throw new AppError('wrong_state', 'The records behind this widget are still being copied.');
    }
    signal.throwIfAborted();
    const data = await runPlan(tx, viewer.tenantId, plan);
    const rows = data.kind === 'kpi' ? kpiRows(config, data, context.locale) : chartRows(config, data, context.locale);
    const all = [...rows, ...unconvertedRows(data.unconverted, context.locale)];
    return {
      title: config.title,
      csv: all.map((row) => csvRow(row, dialectOf(context.locale))).join(''),
      rowCount: rows.length - 1,
    };
  });
}

function kpiRows(config: Widget['config'], { value, previous, ...data }: KpiData, locale: Locale): CsvCell[][] {
  const field = config.chartType === 'kpi' ? config.metricField : config.yField;
  return [
    ['', `${describeNumber({ ...config, field }, locale)}${unitOf(data)}`, `${HEADERS.previous[locale]}${unitOf(data)}`],
    [config.title, value === null ? null : { decimal: value }, previous === null ? null : { decimal: previous }],
  ];
}

function chartRows(config: Widget['config'], data: ChartData, locale: Locale): CsvCell[][] {
  const isOverTime = config.chartType !== 'kpi' && config.timeBucket !== null;
  const isSplit = config.chartType !== 'kpi' && config.groupBy !== null;
  const categories = data.series[0]?.points ?? [];
  return [
    [
      isOverTime ? HEADERS.date[locale] : data.columns.category,
      ...data.series.map(({ label }) => `${isSplit ? label : data.columns.value}${unitOf(data)}`),
    ],
    ...categories.map(({ key, label }, index) => [
      isOverTime ? key : label,
      ...data.series.map(({ points }) => points[index]?.value ?? null),
    ]),
  ];
}

function unconvertedRows(unconverted: readonly Unconverted[], locale: Locale): CsvCell[][] {
  return unconverted.map(({ currency, count, amount }) => [
    `${HEADERS.unconverted[locale]}: ${currency || '?'} (${count})`,
    { decimal: amount },
  ]);
}

function unitOf({ format, currency }: Pick<KpiData, 'format' | 'currency'>): string {
  const unit = { number: null, currency, percentage: '%', duration: 's' }[format];
  return unit === null ? '' : ` (${unit})`;
}
