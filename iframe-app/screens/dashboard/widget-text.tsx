import type { ChartConfig, KpiConfig, Unconverted as UnconvertedAmount } from '../../../contract/charts.ts';
import type { Widget } from '../../../contract/dashboard.ts';
import { type Range, rangeOf } from '../../../contract/periods.ts';
import { useApp } from '../../context.ts';
import type { I18n } from '../../i18n.ts';

type Config = Widget['config'];

export function describeRange(range: Range, { t }: I18n): string {
  if (typeof range === 'string') return t(`range.${range}`);
  return range === null ? t('range.all') : t('range.days', { count: range });
}

/** Which records a card's numbers are of. @param shown its config as the dashboard is looked at: a description speaks of the widget's own days */
export function subtitleOf(own: Config, shown: Config, i18n: I18n): string {
  const range = rangeOf(shown);
  const description = shown.chartType === 'kpi' || range !== rangeOf(own) ? '' : shown.description;
  return description || describeRange(range, i18n);
}

type Way = 'average' | 'median';

/** Named measures that are one time out of many. */
const TIMES: ReadonlyMap<string, Way> = new Map([
  ['averageFirstResponse', 'average'],
  ['averageTimeInStage', 'average'],
  ['medianFirstResponse', 'median'],
  ['medianTimeInStage', 'median'],
  ['medianCycleDays', 'median'],
]);

interface OneOfManyProps {
  config: Pick<ChartConfig | KpiConfig, 'measure' | 'aggregation'>;
  /** Of its data. */
  format: KpiConfig['format'];
}

/** What an average and a typical time are: of the same records one is hours and the other minutes, and nobody knows why. */
export function OneOfMany({ config, format }: OneOfManyProps) {
  const { t } = useApp().i18n;
  const way = wayOf(config, format);
  if (way === null) return null;
  return (
    <p class="kpi-note" title={way === 'median' ? t('kpi.time.average') : undefined}>
      {t(`kpi.time.${way}`)}
    </p>
  );
}

function wayOf({ measure, aggregation }: OneOfManyProps['config'], format: OneOfManyProps['format']): Way | null {
  if (measure !== null) return TIMES.get(measure) ?? null;
  return format === 'duration' && (aggregation === 'average' || aggregation === 'median') ? aggregation : null;
}

/** Amounts in currencies without a rate stand beside the total: added they would be wrong, left out unsaid they would be lost. */
export function Unconverted({ of }: { of: UnconvertedAmount[] }) {
  const { t } = useApp().i18n;
  if (of.length === 0) return null;
  const parts = of.map(({ currency, count }) =>
    currency === '' ? t('value.noCurrency', { count }) : t('value.unconverted', { count, currency }),
  );
  return (
    <p class="unconverted" title={t('value.leftOut.why')}>
      {t('value.leftOut', { what: parts.join(', ') })}
    </p>
  );
}
