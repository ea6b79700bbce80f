import { PERIODS, type Period, type Range } from '../../../contract/periods.ts';
import { useApp } from '../../context.ts';
import type { I18n } from '../../i18n.ts';
import type { DashboardT } from './dashboard-texts.ts';
import { offerRanges } from './widget-choices.ts';
import { describeRange } from './widget-text.tsx';

interface RangeOptionsProps {
  /** The one that holds now. */
  present: Range;
  t: DashboardT;
}

/** Ranges of a `select`: those of the calendar, and days back from today. Its value is the range as text. */
export function RangeOptions({ present, t }: RangeOptionsProps) {
  const { i18n } = useApp();
  return Object.entries(offerRanges(present)).map(([group, ranges]) => (
    <optgroup key={group} label={t(group === 'calendar' ? 'range.calendar' : 'range.lastDays')}>
      {ranges.map((range) => (
        <option key={range} value={`${range}`}>
          {nameRange(range, t, i18n)}
        </option>
      ))}
    </optgroup>
  ));
}

/** What a range is called where others are beside it. */
export function nameRange(range: Range, t: DashboardT, i18n: I18n): string {
  return typeof range === 'number' ? t('days', { count: range }) : describeRange(range, i18n);
}

/** The range that an option's value says; '' is null. */
export function readRange(value: string): Range {
  if (Object.hasOwn(PERIODS, value)) return value as Period;
  return value === '' ? null : Number(value);
}
