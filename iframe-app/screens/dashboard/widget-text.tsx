import type { Unconverted as UnconvertedAmount } from '../../../contract/charts.ts';
import { useApp } from '../../context.ts';
import type { I18n } from '../../i18n.ts';

export function describeRange(days: number | null, { t }: I18n): string {
  return days === null ? t('range.all') : t('range.days', { count: days });
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
