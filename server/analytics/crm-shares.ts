import type { Decimal } from 'decimal.js';
import type { CrmShare, ValueFormat } from '../../contract/charts.ts';
import type { CrmSource } from '../../contract/crm.ts';
import type { Group, Term } from './cube.ts';
import { Money } from './dictionaries.ts';
import { type AnalyticsContext, addTallies, answer, emptyTallies, type Resolved, type Tallies } from './resolve.ts';

/** A number as people read it and programs compare it: amounts and percentages with two places, all else as short as it is exact. */
export function formatExact(value: Decimal | null, format: ValueFormat): string | null {
  if (value === null) return null;
  return format === 'currency' || format === 'percentage' ? value.toFixed(2) : value.toDecimalPlaces(2).toFixed();
}

/** A number over all groups of its terms, whole and by CRM. */
export interface Total {
  tallies: Tallies;
  byCrm: CrmShare[];
}

/** @returns `byCrm` empty unless the terms tell CRMs apart */
export function totalOf(resolved: Resolved, groupsOf: (term: Term) => readonly Group[], context: AnalyticsContext): Total {
  const whole = emptyTallies(resolved);
  const parts = new Map<CrmSource, Tallies>();
  const isSplit = resolved.terms.some(({ byCrm }) => byCrm);
  // A CRM without a single record has its share too: none.
  if (isSplit) for (const crmSource of context.crmSources) parts.set(crmSource, emptyTallies(resolved));
  resolved.terms.forEach((term, index) => {
    for (const { crmSource, tally } of groupsOf(term)) {
      addTallies(whole.slice(index, index + 1), [tally]);
      const part = parts.get(crmSource as CrmSource);
      if (part) addTallies(part.slice(index, index + 1), [tally]);
    }
  });
  return { tallies: whole, byCrm: shares(resolved, whole, parts, context) };
}

function shares(
  resolved: Resolved,
  whole: Tallies,
  parts: ReadonlyMap<CrmSource, Tallies>,
  context: AnalyticsContext,
): CrmShare[] {
  if (parts.size === 0) return [];
  const answers = [...parts].map(([crmSource, tallies]) => ({ crmSource, ...answer(resolved, tallies, context) }));
  const values = answers.map(({ value }) => value);
  const total = answer(resolved, whole, context).value;
  const shown = isAdded(resolved) && total ? roundTogether(values, total) : values;
  return answers.map(({ crmSource, rowCount }, index) => ({
    crmSource,
    value: formatExact(shown[index] ?? null, resolved.format),
    rowCount,
  }));
}

/** Whether the numbers of parts add up to that of all, as counts and sums do and averages and rates do not. */
export function isAdded({ measure }: Resolved): boolean {
  return measure.kind === 'plain' && (measure.aggregation === 'count' || measure.aggregation === 'sum');
}

const CENT = new Money('0.01');

/** Rounds parts so that they add up to the rounded total: the cents that are left go to those that lost most by rounding down. */
function roundTogether(values: readonly (Decimal | null)[], total: Decimal): (Decimal | null)[] {
  const floors = values.map((value) => value?.toDecimalPlaces(2, Money.ROUND_FLOOR) ?? null);
  const sum = floors.reduce<Decimal>((added, floor) => added.plus(floor ?? 0), new Money(0));
  const missing = total.toDecimalPlaces(2).minus(sum).div(CENT).toNumber();
  const lost = (index: number) => values[index]?.minus(floors[index] ?? 0) ?? new Money(-1);
  const luckiest = [...values.keys()].sort((a, b) => lost(b).comparedTo(lost(a)) || a - b).slice(0, missing);
  return floors.map((floor, index) => (floor && luckiest.includes(index) ? floor.plus(CENT) : floor));
}
