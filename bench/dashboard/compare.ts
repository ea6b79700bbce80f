import type { WidgetResult } from '../../contract/dashboard.ts';

type Row = Record<string, unknown>;

/**
 * Where the product's answer differs from DuckDB's rows, one line each; values are compared to the cent.
 * @param rows as `BenchWidget.sql` gives them
 */
export function differences(title: string, result: WidgetResult, rows: readonly Row[]): string[] {
  if (result.status !== 'ok') return [`${title}: ${result.status}`];
  const { data } = result;
  if (data.kind === 'kpi') return differ(title, data.value, rows[0]?.value);
  const expected = new Map(rows.map((row) => [`${text(row.series ?? 'value')} ${keyOf(row, rows)}`, row.value]));
  const found: string[] = [];
  const nothing = data.format === 'number' || data.format === 'currency' ? 0 : null;
  for (const { key: series, points } of data.series) {
    for (const { key, value } of points) {
      const name = `${series} ${key}`;
      // A step or an hour without records is drawn all the same.
      const missing = nothing;
      found.push(...differ(`${title} ${name}`, value, expected.has(name) ? expected.get(name) : missing));
      expected.delete(name);
    }
  }
  return [...found, ...[...expected.keys()].map((name) => `${title} ${name}: not in the answer`)];
}

function differ(name: string, actual: unknown, expected: unknown): string[] {
  const [left, right] = [toCents(actual), toCents(expected)];
  return left === right ? [] : [`${name}: ${left} instead of ${right}`];
}

function toCents(value: unknown): string {
  return value === null || value === undefined ? 'nothing' : Number(value).toFixed(2);
}

/** A stage's code is its key, with CRM and pipeline in front where two pipelines have one of that name. */
function keyOf(row: Row, rows: readonly Row[]): string {
  if (!('stage' in row)) return text(row.key);
  const isShared = rows.filter(({ stage }) => stage === row.stage).length > 1;
  return isShared ? `bitrix24:${text(row.pipeline)}:${text(row.stage)}` : text(row.stage);
}

const text = (value: unknown) => String(value ?? '');
