import type { Unconverted as UnconvertedAmount } from '../../../contract/charts.ts';
import type { Range } from '../../../contract/periods.ts';
import { useApp } from '../../context.ts';
import type { I18n } from '../../i18n.ts';

export function describeRange(range: Range, { t }: I18n): string {
  if (typeof range === 'string') return t(`range.${range}`);
  return range === null ? t('range.all') : t('range.days', { count: range });
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
