import type { ChartConfig, KpiConfig, WidgetSize } from '../../contract/charts.ts';
import { type Widget, type WidgetConfig, widget } from '../../contract/dashboard.ts';
import type { Locale } from '../analytics/labels.ts';
import type { SqlQuery } from '../platform/db.ts';
import { describeTemplate, isTemplateId, type TemplateId } from './templates/template-texts.ts';

/** Columns that hold what a widget shows. */
const CONFIG_COLUMNS = [
  'chart_type',
  'title',
  'description',
  'data_source',
  'crm_source',
  'x_field',
  'y_field',
  'aggregation',
  'measure',
  'group_by',
  'time_bucket',
  'time_range_days',
  'period',
  'comparison_period_days',
  'format',
  'filter_field',
  'filter_value',
  'pipeline',
  'sort_order',
  'item_limit',
  'size',
] as const;
type ConfigRow = Record<(typeof CONFIG_COLUMNS)[number], string | number | null>;

/** A stored widget: text in every column, whatever a later LeadRelay makes of it. */
export interface WidgetRow extends ConfigRow {
  id: string;
  /** Place among the tenant's own widgets, from 0; null for one that is deleted. */
  place: number | null;
  /** What the order goes by: it may have gaps. */
  position: number;
  deleted_at: Date | null;
  request_hash: Buffer | null;
  /** Template whose texts are shown in place of the row's. */
  template: string | null;
}

/** Deleted widgets can be brought back for so long; their rows go when the next one is deleted after that. */
const BIN_DAYS = 30;
/** As many of the last deleted are kept: more than anybody looks through. */
const BIN_SIZE = 200;

const SELECTED = `id, ${CONFIG_COLUMNS.join(', ')}, position, deleted_at, request_hash, template`;
const PLACE = 'row_number() over (order by position, created_at, id)::int - 1';

/** The tenant's own widgets in their order. */
export function activeWidgetsQuery(tenantId: string): SqlQuery {
  return {
    text: `select ${SELECTED}, ${PLACE} as place from dashboard_widgets
           where tenant_id = $1 and deleted_at is null order by place`,
    values: [tenantId],
  };
}

/** Deleted widgets that can be brought back, the last deleted first. */
export function deletedWidgetsQuery(tenantId: string, now: Date): SqlQuery {
  return {
    text: `select ${SELECTED}, null::int as place from dashboard_widgets
           where tenant_id = $1 and deleted_at > ${binLimit(2)} order by deleted_at desc, id limit ${BIN_SIZE}`,
    values: [tenantId, now],
  };
}

/** One widget, on the dashboard or not. */
export function widgetQuery(tenantId: string, by: { id: string } | { idempotencyKey: string }): SqlQuery {
  const [column, value] = 'id' in by ? ['id', by.id] : ['idempotency_key', by.idempotencyKey];
  return {
    text: `select ${SELECTED}, p.place from dashboard_widgets w
           left join (
             select id as active_id, ${PLACE} as place from dashboard_widgets where tenant_id = $1 and deleted_at is null
           ) p on p.active_id = w.id
           where w.tenant_id = $1 and w.${column} = $2`,
    values: [tenantId, value],
  };
}

/** Adds a widget. Answers its id. */
export function insertWidgetQuery(
  tenantId: string,
  config: WidgetConfig,
  made: {
    position: number;
    source: WidgetSource;
    idempotencyKey?: string | null;
    requestHash?: Buffer | null;
    template?: TemplateId;
  },
): SqlQuery {
  const row = toConfigRow(config);
  const { position, source, idempotencyKey = null, requestHash = null, template = null } = made;
  const values = [
    tenantId,
    position,
    source,
    idempotencyKey,
    requestHash,
    template,
    ...CONFIG_COLUMNS.map((column) => row[column]),
  ];
  return {
    text: `insert into dashboard_widgets (tenant_id, position, source, idempotency_key, request_hash, template, ${CONFIG_COLUMNS.join(', ')})
           values (${values.map((_, index) => `$${index + 1}`).join(', ')}) returning id`,
    values,
  };
}

/** Who thought of a widget. */
export type WidgetSource = 'onboarding' | 'chat' | 'insight';

/** Gives a widget another config. @param template whose texts it keeps; null: it has its own from now on */
export function updateWidgetQuery(tenantId: string, id: string, config: WidgetConfig, template: string | null): SqlQuery {
  const row = toConfigRow(config);
  return {
    text: `update dashboard_widgets
           set template = $3, ${CONFIG_COLUMNS.map((column, index) => `${column} = $${index + 4}`).join(', ')}
           where tenant_id = $1 and id = $2`,
    values: [tenantId, id, template, ...CONFIG_COLUMNS.map((column) => row[column])],
  };
}

/** Gives a widget another size. Its texts stay as they are stored: what a template makes of them is told anew each time. */
export function resizeWidgetQuery(tenantId: string, id: string, size: WidgetSize): SqlQuery {
  return { text: 'update dashboard_widgets set size = $3 where tenant_id = $1 and id = $2', values: [tenantId, id, size] };
}

/** Moves a widget to a place among the active ones, or to their end; those between its old and its new place close up. */
export function moveWidgetQuery(tenantId: string, id: string, place: number): SqlQuery {
  return {
    text: `with placed as (
             select id, ${PLACE} as place, count(*) over ()::int - 1 as last from dashboard_widgets
             where tenant_id = $1 and deleted_at is null
           ), move as (
             select place as old_place, least($3::int, last) as new_place from placed where id = $2
           ), moved as (
             select id, case
               when id = $2 then new_place
               when place > old_place and place <= new_place then place - 1
               when place < old_place and place >= new_place then place + 1
               else place
             end as place
             from placed cross join move
           )
           update dashboard_widgets w set position = moved.place from moved
           where w.tenant_id = $1 and w.id = moved.id and w.position <> moved.place`,
    values: [tenantId, id, place],
  };
}

/** Takes a widget off the dashboard. Answers its id if it was there. */
export function deleteWidgetQuery(tenantId: string, id: string, now: Date): SqlQuery {
  return {
    text: `update dashboard_widgets set deleted_at = $3 where tenant_id = $1 and id = $2 and deleted_at is null returning id`,
    values: [tenantId, id, now],
  };
}

/** Puts a deleted widget back to the place it had. */
export function restoreWidgetQuery(tenantId: string, id: string): SqlQuery {
  return { text: 'update dashboard_widgets set deleted_at = null where tenant_id = $1 and id = $2', values: [tenantId, id] };
}

/** Erases what can no longer be brought back. */
export function emptyBinQuery(tenantId: string, now: Date): SqlQuery {
  return {
    text: `delete from dashboard_widgets
           where tenant_id = $1 and (deleted_at <= ${binLimit(2)} or id in (
             select id from dashboard_widgets where tenant_id = $1 and deleted_at is not null
             order by deleted_at desc, id offset ${BIN_SIZE}
           ))`,
    values: [tenantId, now],
  };
}

/** Whether a deleted widget can still be brought back. */
export function isInBin(row: WidgetRow, now: Date): boolean {
  return row.deleted_at !== null && now.getTime() - row.deleted_at.getTime() < BIN_DAYS * 86_400_000;
}

/**
 * The widget a row holds.
 * @param firstPlace how many standard widgets stand before the tenant's own
 * @param locale the language in which a template's texts are told
 * @returns null for a row that is no widget, made by another version of LeadRelay
 */
export function toWidget(row: WidgetRow, firstPlace: number, locale: Locale): Widget | null {
  const told = tellTexts(row, locale);
  const config = row.chart_type === 'kpi' ? toKpiConfig(told) : toChartConfig(told);
  const parsed = widget.safeParse({ id: row.id, isStandard: false, position: firstPlace + (row.place ?? 0), config });
  return parsed.success ? parsed.data : null;
}

function tellTexts(row: WidgetRow, locale: Locale): WidgetRow {
  const { template, title, time_range_days } = row;
  if (!isTemplateId(template)) return row;
  const timeRangeDays = time_range_days === null ? null : Number(time_range_days);
  return { ...row, ...describeTemplate(template, { timeRangeDays, stored: String(title) }, locale) };
}

function binLimit(parameter: number): string {
  return `$${parameter}::timestamptz - interval '${BIN_DAYS * 24} hours'`;
}

function toKpiConfig(row: WidgetRow): object {
  return {
    chartId: row.id,
    title: row.title,
    chartType: row.chart_type,
    dataSource: row.data_source,
    crmSource: row.crm_source,
    metricField: row.y_field,
    aggregation: row.aggregation,
    measure: row.measure,
    format: row.format,
    timeRangeDays: row.time_range_days,
    period: row.period,
    comparisonPeriodDays: row.comparison_period_days,
    filterField: row.filter_field,
    filterValue: row.filter_value,
    pipeline: row.pipeline,
    size: row.size,
  } satisfies Record<keyof KpiConfig, unknown>;
}

function toChartConfig(row: WidgetRow): object {
  return {
    chartId: row.id,
    title: row.title,
    description: row.description ?? '',
    chartType: row.chart_type,
    dataSource: row.data_source,
    crmSource: row.crm_source,
    xField: row.x_field,
    yField: row.y_field,
    aggregation: row.aggregation,
    measure: row.measure,
    groupBy: row.group_by,
    timeBucket: row.time_bucket,
    timeRangeDays: row.time_range_days,
    period: row.period,
    filterField: row.filter_field,
    filterValue: row.filter_value,
    pipeline: row.pipeline,
    sortOrder: row.sort_order,
    limit: row.item_limit,
    size: row.size,
  } satisfies Record<keyof ChartConfig, unknown>;
}

function toConfigRow(config: WidgetConfig): ConfigRow {
  const shared = {
    chart_type: config.chartType,
    title: config.title,
    data_source: config.dataSource,
    crm_source: config.crmSource,
    aggregation: config.aggregation,
    measure: config.measure,
    time_range_days: config.timeRangeDays,
    period: config.period,
    filter_field: config.filterField,
    filter_value: config.filterValue,
    pipeline: config.pipeline,
    size: config.size,
  };
  if (config.chartType === 'kpi') {
    return {
      ...shared,
      description: null,
      x_field: null,
      y_field: config.metricField,
      group_by: null,
      time_bucket: null,
      comparison_period_days: config.comparisonPeriodDays,
      format: config.format,
      sort_order: 'desc',
      item_limit: null,
    };
  }
  return {
    ...shared,
    description: config.description,
    x_field: config.xField,
    y_field: config.yField,
    group_by: config.groupBy,
    time_bucket: config.timeBucket,
    comparison_period_days: null,
    format: null,
    sort_order: config.sortOrder,
    item_limit: config.limit,
  };
}
