import type { DimensionValuesReply } from '../../contract/catalog.ts';
import type { DataSource } from '../../contract/charts.ts';
import { compareText } from './chart-query.ts';
import { describeValue } from './dictionaries.ts';
import type { Plan } from './plan.ts';
import { type AnalyticsContext, resolveQuestion } from './resolve.ts';

/** So many can be looked through; the most frequent are told. */
const MAX_VALUES = 500;
/** What a config takes as `filterValue`. */
const MAX_VALUE_CHARS = 200;

/**
 * The values of a dimension that records have, for `filterValue`: those with an order in theirs, all else the most frequent first.
 * A filter knows codes only, so what several CRMs or pipelines give the same code is one value.
 * @throws AppError `unknown_field_name`, `invalid_combination`
 */
export function planDimensionValues(dataSource: DataSource, name: string, context: AnalyticsContext): Plan<DimensionValuesReply> {
  const everything = { crmSource: 'all', filterField: null, filterValue: null, pipeline: null } as const;
  const question = { ...everything, dataSource, aggregation: 'count', measure: null, field: null } as const;
  const { terms } = resolveQuestion(
    question,
    { window: null, buckets: null, time: null, dimensions: [name] },
    context.mode,
    context,
  );
  return {
    terms,
    finish(groupsOf) {
      const found = new Map<string, { labels: Set<string>; rank: number | null; count: number }>();
      for (const term of terms) {
        const [dimension] = term.dimensions;
        if (!dimension) continue;
        for (const { crmSource, values, tally } of groupsOf(term)) {
          const described = describeValue(dimension, crmSource, values[0] ?? [], context.dictionaries, context.locale);
          const { code, pipeline, rank } = described;
          const one = found.get(code) ?? { labels: new Set(), rank, count: 0 };
          one.labels.add(pipeline === null ? described.label : `${pipeline} · ${described.label}`);
          one.count += tally.rows;
          found.set(code, one);
        }
      }
      const usable = [...found]
        .map(([value, { labels, rank, count }]) => ({ value, label: [...labels].sort().join(' / '), rank, count }))
        .filter(({ value }) => value.length <= MAX_VALUE_CHARS)
        .sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0) || b.count - a.count || compareText(a.label, b.label));
      return {
        values: usable.slice(0, MAX_VALUES).map(({ value, label }) => ({ value, label })),
        isWhole: usable.length <= MAX_VALUES,
      };
    },
  };
}
