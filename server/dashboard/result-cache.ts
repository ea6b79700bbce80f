import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { ChartData, KpiData } from '../../contract/charts.ts';
import type { Widget } from '../../contract/dashboard.ts';
import { COUNTABLES } from '../analytics/catalog.ts';
import type { Term } from '../analytics/cube.ts';
import type { AnalyticsContext } from '../analytics/resolve.ts';
import type { SqlQuery } from '../platform/db.ts';

export type WidgetData = ChartData | KpiData;

/** Numbers of widgets, by what they were computed from. They are never wrong, only no longer asked for. */
export interface ResultCache {
  get(key: string): WidgetData | undefined;
  set(key: string, data: WidgetData): void;
}

/** Some 200,000 points of charts. */
const MAX_BYTES = 64 * 2 ** 20;
const BYTES_A_POINT = 300;

export function createResultCache(maxBytes: number = MAX_BYTES): ResultCache {
  const results = new LRUCache<string, WidgetData>({ maxSize: maxBytes, sizeCalculation: sizeOf });
  return { get: (key) => results.get(key), set: (key, data) => void results.set(key, data) };
}

function sizeOf(data: WidgetData): number {
  const points = data.kind === 'chart' ? data.series.reduce((sum, { points }) => sum + points.length, 0) : 1;
  return (points + data.unconverted.length + 2) * BYTES_A_POINT;
}

/** How often each of a tenant's tables has changed. The one snapshot that reads them is the one that reads the records. */
export type DataVersions = ReadonlyMap<string, number>;

export function dataVersionsQuery(tenantId: string): SqlQuery {
  return { text: 'select table_name, version from data_versions where tenant_id = $1', values: [tenantId] };
}

export function toDataVersions(rows: readonly object[]): DataVersions {
  return new Map((rows as { table_name: string; version: number }[]).map((row) => [row.table_name, row.version]));
}

/** Tables that hold no records: whatever a chart is of, they may name, order or convert it. */
const DICTIONARIES = [
  'crm_currencies',
  'crm_field_definitions',
  'crm_pipelines',
  'crm_stage_odds',
  'crm_statuses',
  'crm_users',
] as const;

/**
 * Everything a widget's numbers depend on, in one text: what is asked, of whom, how it is shown, which records and names there
 * are, and the moments from which on and up to which records count.
 */
export function resultKey(
  tenantId: string,
  { config }: Widget,
  terms: readonly Term[],
  context: AnalyticsContext,
  versions: DataVersions,
): string {
  const { now, timezone, workingWeek, displayCurrency, locale, mode, crmSources } = context;
  const tables = new Set<string>([...DICTIONARIES, ...terms.flatMap(({ entity }) => COUNTABLES[entity].tables)]);
  const read = [...tables].map((table) => [table, versions.get(table) ?? 0]);
  const moments = terms.map(({ window, buckets, traits }) => [
    window,
    buckets?.at(-1)?.start,
    // The step that is not over yet is marked as such, and another one each hour.
    buckets?.findLast(({ start }) => start <= now)?.start,
    traits.map(({ at }) => at),
  ]);
  const settings = [timezone, workingWeek, displayCurrency, locale, mode, crmSources];
  const key = JSON.stringify([tenantId, config, settings, read, moments]);
  return createHash('sha256').update(key).digest('base64');
}
