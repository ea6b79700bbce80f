import type {
  CatalogDimension,
  CatalogMeasure,
  CatalogName,
  CatalogReply,
  CatalogSource,
  DimensionValuesReply,
} from '../../../contract/catalog.ts';
import type { ChartData, KpiData } from '../../../contract/charts.ts';
import type {
  DeletedWidget,
  DrillExportRequest,
  DrillReply,
  DrillRequest,
  Widget,
  WidgetConfig,
  WidgetPreview,
} from '../../../contract/dashboard.ts';
import type { DashboardFilter } from '../../../contract/dashboard-filter.ts';
import type { Api, ServerFile } from '../../api.ts';
import { arrayOf, type Check, either, isBoolean, isMoment, isNumber, isString, nullable, objectOf, oneOf } from '../../check.ts';
import { chartData, isAggregation, isCrmSource, isDataSource, isFormat, isKpiData, isWidget } from '../../replies.ts';
import { isFile } from '../../save-file.ts';

/** What is done with widgets. All methods reject with ApiError. */
export interface WidgetApi {
  /** @param key the same key again adds nothing */
  create(config: WidgetConfig, key: string): Promise<Widget>;
  update(id: string, patch: WidgetPatch): Promise<Widget>;
  remove(id: string): Promise<void>;
  restore(id: string): Promise<Widget>;
  /** What the person looks at the dashboard through when they open it again. */
  keepFilter(filter: DashboardFilter): Promise<unknown>;
  listBin(): Promise<DeletedWidget[]>;
  /** @param query what the dashboard is looked at through */
  downloadNumbers(id: string, query: string): Promise<ServerFile>;
  drill(request: Omit<DrillRequest, 'limit'> & { limit?: number }, signal: AbortSignal): Promise<DrillReply>;
  downloadRecords(request: DrillExportRequest): Promise<ServerFile>;
  readCatalog(): Promise<CatalogReply>;
  /** The values of a dimension, by which a widget can be narrowed. */
  readValues(dataSource: string, dimension: string): Promise<DimensionValuesReply>;
  /** The numbers a widget would show. */
  preview(config: WidgetConfig, signal: AbortSignal): Promise<WidgetPreview>;
}

export type WidgetPatch = { config?: WidgetConfig; title?: string; size?: Widget['config']['size']; position?: number };
export type WidgetData = ChartData | KpiData;

const WIDGETS = '/api/dashboard/widgets';
const isNothing: Check<null> = (value) => value === null;

export const isBinReply: Check<DeletedWidget[]> = arrayOf(
  (value): value is DeletedWidget => isWidget(value) && isMoment(Reflect.get(value, 'deletedAt')),
);

type DrillRecord = DrillReply['records'][number];

export const isDrillReply = objectOf<DrillReply>({
  entity: isDataSource,
  records: arrayOf(
    objectOf<DrillRecord>({
      externalId: isString,
      crmSource: isCrmSource,
      title: nullable(isString),
      owner: nullable(objectOf<NonNullable<DrillRecord['owner']>>({ id: isString, name: isString })),
      value: nullable(objectOf<NonNullable<DrillRecord['value']>>({ amount: isString, currency: nullable(isString) })),
      worth: nullable(objectOf<NonNullable<DrillRecord['worth']>>({ amount: isString, currency: isString })),
      at: nullable(isMoment),
      url: nullable(isString),
    }),
  ),
  total: isNumber,
  next: nullable(isString),
});

const isName = objectOf<CatalogName>({ name: isString, label: isString });

export const isCatalogReply = objectOf<CatalogReply>({
  sources: arrayOf(
    objectOf<CatalogSource>({
      name: isDataSource,
      label: isString,
      dimensions: arrayOf(
        objectOf<CatalogDimension>({
          name: isString,
          label: isString,
          kind: oneOf<CatalogDimension['kind']>({ field: true, clock: true, custom: true }),
          by: isString,
        }),
      ),
      times: arrayOf(isName),
      numbers: arrayOf(objectOf<CatalogSource['numbers'][number]>({ name: isString, label: isString, format: isFormat })),
      measures: arrayOf(
        objectOf<CatalogMeasure>({
          name: isString,
          label: isString,
          format: isFormat,
          kind: oneOf<CatalogMeasure['kind']>({ count: true, money: true, share: true, time: true }),
          isAdded: isBoolean,
          dimensions: arrayOf(isString),
          hasPipeline: isBoolean,
        }),
      ),
    }),
  ),
  aggregations: arrayOf(objectOf<CatalogReply['aggregations'][number]>({ name: isAggregation, label: isString })),
  pipelines: arrayOf(objectOf<CatalogReply['pipelines'][number]>({ name: isString, label: isString, crmSource: isCrmSource })),
  crmSources: arrayOf(objectOf<CatalogReply['crmSources'][number]>({ name: isCrmSource, label: isString })),
});

export const isDimensionValues = objectOf<DimensionValuesReply>({
  values: arrayOf(objectOf<DimensionValuesReply['values'][number]>({ value: isString, label: isString })),
  isWhole: isBoolean,
});

type PreviewWith<S extends WidgetPreview['status']> = Extract<WidgetPreview, { status: S }>;

export const isPreview: Check<WidgetPreview> = either(
  objectOf<PreviewWith<'ok'>>({ status: oneOf<'ok'>({ ok: true }), data: either(isKpiData, chartData) }),
  objectOf<PreviewWith<'not_synced'>>({ status: oneOf<'not_synced'>({ not_synced: true }) }),
);

export function createWidgetApi({ ask }: Pick<Api, 'ask'>): WidgetApi {
  return {
    create: (config, idempotencyKey) => ask({ method: 'POST', path: WIDGETS, body: { config }, check: isWidget, idempotencyKey }),
    update: (id, patch) => ask({ method: 'PATCH', path: `${WIDGETS}/${id}`, body: patch, check: isWidget }),
    async remove(id) {
      await ask({ method: 'DELETE', path: `${WIDGETS}/${id}`, check: isNothing });
    },
    restore: (id) => ask({ method: 'POST', path: `${WIDGETS}/${id}/restore`, check: isWidget }),
    keepFilter: (filter) => ask({ method: 'PUT', path: '/api/dashboard/filter', body: filter, check: isNothing }),
    listBin: () => ask({ method: 'GET', path: `${WIDGETS}/bin`, check: isBinReply }),
    downloadNumbers: (id, query) => ask({ method: 'GET', path: `${WIDGETS}/${id}/csv${query}`, check: isFile, isFile: true }),
    drill: (request, signal) => ask({ method: 'POST', path: '/api/dashboard/drill', body: request, check: isDrillReply, signal }),
    readCatalog: () => ask({ method: 'GET', path: '/api/dashboard/catalog', check: isCatalogReply }),
    readValues: (dataSource, dimension) =>
      ask({
        method: 'GET',
        path: `/api/dashboard/catalog/values?${new URLSearchParams({ dataSource, dimension })}`,
        check: isDimensionValues,
      }),
    preview: (config, signal) =>
      ask({ method: 'POST', path: '/api/dashboard/preview', body: { config }, check: isPreview, signal }),
    downloadRecords: (request) =>
      ask({ method: 'POST', path: '/api/dashboard/drill/csv', body: request, check: isFile, isFile: true }),
  };
}

/** Of a `Content-Disposition` the name that people read. */
export function fileName(disposition: string | null): string {
  const [, encoded] = /filename\*=UTF-8''([^;]+)/.exec(disposition ?? '') ?? [];
  try {
    if (encoded !== undefined) return decodeURIComponent(encoded);
  } catch {}
  return /filename="([^"]+)"/.exec(disposition ?? '')?.[1] ?? 'leadrelay.csv';
}
