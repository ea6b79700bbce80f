import type { Problem } from '../contract/api.ts';
import type {
  ChartConfig,
  ChartData,
  ChartPoint,
  ChartSeries,
  CrmShare,
  KpiConfig,
  KpiData,
  Unconverted,
} from '../contract/charts.ts';
import type { CrmMode, CrmSource, Entity, Semantic } from '../contract/crm.ts';
import type { DashboardReply, RecordReply, Widget, WidgetResult } from '../contract/dashboard.ts';
import type { OnboardingReply, OnboardingState } from '../contract/onboarding.ts';
import { PERIODS, type Period } from '../contract/periods.ts';
import type { BootData, PageContext, SessionReply } from '../contract/session.ts';
import type { SettingsReply } from '../contract/settings.ts';
import type {
  EntityProgress,
  SyncError,
  SyncRefreshReply,
  SyncStartReply,
  SyncState,
  SyncStatusReply,
} from '../contract/sync.ts';
import {
  arrayOf,
  type Check,
  either,
  isBoolean,
  isMoment,
  isNumber,
  isString,
  isTrue,
  nullable,
  objectOf,
  oneOf,
  optional,
} from './check.ts';

const crmSources = { bitrix24: true, hubspot: true, zoho: true, freshsales: true } as const;
export const isCrmSource = oneOf<CrmSource>(crmSources);
export const isCrmMode = oneOf<CrmMode>({ classic: true, simple: true });
export const isEntity = oneOf<Entity>({
  leads: true,
  deals: true,
  contacts: true,
  companies: true,
  activities: true,
  stageHistory: true,
});
const isSyncState = oneOf<SyncState>({
  pending: true,
  syncing: true,
  complete: true,
  error: true,
  blocked: true,
  reauth: true,
  paused: true,
  permissions_changed: true,
  storage_full: true,
});
const isSize = oneOf<ChartConfig['size']>({ small: true, medium: true, large: true });
export const isFormat = oneOf<KpiConfig['format']>({ number: true, currency: true, percentage: true, duration: true });
export const isDataSource = oneOf<ChartConfig['dataSource']>({
  leads: true,
  deals: true,
  activities: true,
  contacts: true,
  companies: true,
  stageHistory: true,
  products: true,
  people: true,
});
export const isAggregation = oneOf<ChartConfig['aggregation']>({
  count: true,
  sum: true,
  average: true,
  median: true,
  min: true,
  max: true,
});
const isScope = oneOf<ChartConfig['crmSource']>({ ...crmSources, all: true });

const isPeriod: Check<Period> = (value): value is Period => typeof value === 'string' && Object.hasOwn(PERIODS, value);

const kpiConfig = objectOf<KpiConfig>({
  chartId: isString,
  title: isString,
  chartType: oneOf<'kpi'>({ kpi: true }),
  dataSource: isDataSource,
  crmSource: isScope,
  metricField: nullable(isString),
  aggregation: isAggregation,
  measure: nullable(isString),
  format: isFormat,
  timeRangeDays: nullable(isNumber),
  period: nullable(isPeriod),
  comparisonPeriodDays: nullable(isNumber),
  filterField: nullable(isString),
  filterValue: nullable(isString),
  pipeline: nullable(isString),
  size: isSize,
});

const chartConfig = objectOf<ChartConfig>({
  chartId: isString,
  title: isString,
  description: isString,
  chartType: oneOf<ChartConfig['chartType']>({
    bar: true,
    line: true,
    area: true,
    pie: true,
    donut: true,
    stackedBar: true,
    funnel: true,
  }),
  dataSource: isDataSource,
  crmSource: isScope,
  xField: nullable(isString),
  yField: nullable(isString),
  aggregation: isAggregation,
  measure: nullable(isString),
  groupBy: nullable(isString),
  timeBucket: nullable(
    oneOf<NonNullable<ChartConfig['timeBucket']>>({ hour: true, day: true, week: true, month: true, quarter: true, year: true }),
  ),
  timeRangeDays: nullable(isNumber),
  period: nullable(isPeriod),
  filterField: nullable(isString),
  filterValue: nullable(isString),
  pipeline: nullable(isString),
  sortOrder: oneOf<ChartConfig['sortOrder']>({ asc: true, desc: true }),
  limit: nullable(isNumber),
  size: isSize,
});

const isUnconverted = arrayOf(objectOf<Unconverted>({ currency: isString, count: isNumber, amount: isString }));

const isByCrm = arrayOf(objectOf<CrmShare>({ crmSource: isCrmSource, value: nullable(isString), rowCount: isNumber }));

export const isKpiData = objectOf<KpiData>({
  kind: oneOf<'kpi'>({ kpi: true }),
  value: nullable(isString),
  previous: nullable(isString),
  format: isFormat,
  currency: nullable(isString),
  rowCount: isNumber,
  unconverted: isUnconverted,
  byCrm: isByCrm,
});

export const chartData = objectOf<ChartData>({
  kind: oneOf<'chart'>({ chart: true }),
  columns: objectOf<ChartData['columns']>({ category: isString, value: isString }),
  series: arrayOf(
    objectOf<ChartSeries>({
      key: isString,
      label: isString,
      points: arrayOf(
        objectOf<ChartPoint>({
          ...{ key: isString, label: isString, value: nullable(isNumber), color: nullable(isString) },
          ...{ of: optional(isNumber), isPartial: optional(isTrue) },
        }),
      ),
    }),
  ),
  format: isFormat,
  currency: nullable(isString),
  total: nullable(isString),
  rowCount: isNumber,
  unconverted: isUnconverted,
  byCrm: isByCrm,
});

type WithNumbers = Extract<WidgetResult, { status: 'ok' }>;
type WithoutNumbers = { id: string; status: Exclude<WidgetResult['status'], 'ok'> };

const widgetResult: Check<WidgetResult> = either(
  objectOf<WithNumbers>({ id: isString, status: oneOf<'ok'>({ ok: true }), data: either(isKpiData, chartData) }),
  objectOf<WithoutNumbers>({ id: isString, status: oneOf({ not_synced: true, failed: true, not_drawable: true }) }),
);

export const isWidget = objectOf<Widget>({
  id: isString,
  isStandard: isBoolean,
  position: isNumber,
  config: either(kpiConfig, chartConfig),
});

export const isDashboardReply = objectOf<DashboardReply>({
  mode: isCrmMode,
  currency: isString,
  timezone: isString,
  timezoneIsKnown: isBoolean,
  syncStatus: isSyncState,
  dataAsOf: nullable(isMoment),
  widgets: arrayOf(isWidget),
  results: arrayOf(widgetResult),
});

type Named = NonNullable<RecordReply['source']>;
type Stage = NonNullable<RecordReply['stage']>;
type RecordKind = RecordReply['entity'];

const isRecordKind = oneOf<RecordKind>({ leads: true, deals: true, contacts: true, companies: true });
const named = objectOf<Named>({ code: isString, label: isString });
const stage = objectOf<Stage>({
  code: isString,
  label: isString,
  color: nullable(isString),
  semantic: oneOf<Semantic>({ open: true, won: true, lost: true }),
});

export const isRecordReply = objectOf<RecordReply>({
  entity: isRecordKind,
  externalId: isString,
  crmSource: isCrmSource,
  title: nullable(isString),
  pipeline: nullable(named),
  stage: nullable(stage),
  source: nullable(named),
  owner: nullable(objectOf<NonNullable<RecordReply['owner']>>({ id: isString, name: isString })),
  amount: nullable(objectOf<NonNullable<RecordReply['amount']>>({ value: isString, currency: nullable(isString) })),
  createdAt: nullable(isMoment),
  closedAt: nullable(isMoment),
  ageDays: nullable(isNumber),
  daysInStage: nullable(isNumber),
  activities: objectOf<RecordReply['activities']>({
    count: nullable(isNumber),
    lastAt: nullable(isMoment),
    next: nullable(objectOf<NonNullable<RecordReply['activities']['next']>>({ type: named, at: isMoment })),
  }),
  history: arrayOf(objectOf<RecordReply['history'][number]>({ pipeline: nullable(named), stage, at: isMoment })),
  timezone: isString,
  dataAsOf: nullable(isMoment),
});

/** The settings alone tell them, and know which they can tell. */
const isSyncError = isString as Check<SyncError>;

export const isSyncStatusReply = objectOf<SyncStatusReply>({
  status: isSyncState,
  mode: isCrmMode,
  entities: arrayOf(
    objectOf<EntityProgress>({
      crmSource: isCrmSource,
      entity: isEntity,
      status: isSyncState,
      totalRecords: nullable(isNumber),
      syncedRecords: isNumber,
      quarantinedRecords: isNumber,
      lastFullSyncAt: nullable(isMoment),
      lastIncrementalAt: nullable(isMoment),
      coveredFrom: nullable(isMoment),
      errorCode: nullable(isSyncError),
      errorMessage: nullable(isString),
    }),
  ),
  dataAsOf: nullable(isMoment),
  nextSyncAt: nullable(isMoment),
});

export const isSettingsReply = objectOf<Pick<SettingsReply, 'timezone'>>({ timezone: isString });

export const isSyncStartReply = objectOf<SyncStartReply>({ runId: isString });

export const isSyncRefreshReply = objectOf<SyncRefreshReply>({ nextSyncAt: isMoment });

export const isSessionReply = objectOf<SessionReply>({
  token: isString,
  expiresAt: isMoment,
  user: objectOf<SessionReply['user']>({
    id: isString,
    name: isString,
    role: oneOf<SessionReply['user']['role']>({ admin: true, member: true }),
  }),
  locale: isString,
});

type PageOf<K extends PageContext['kind']> = Extract<PageContext, { kind: K }>;

const isPageContext: Check<PageContext> = either(
  objectOf<PageOf<'record'>>({
    kind: oneOf<'record'>({ record: true }),
    entity: isRecordKind,
    externalId: isString,
  }),
  either(
    objectOf<PageOf<'install'>>({ kind: oneOf<'install'>({ install: true }) }),
    objectOf<PageOf<'dashboard'>>({ kind: oneOf<'dashboard'>({ dashboard: true }) }),
  ),
);

export const isBootData = objectOf<BootData>({
  host: oneOf<'bitrix24'>({ bitrix24: true }),
  hostOrigin: isString,
  memberId: isString,
  page: isPageContext,
  session: nullable(isSessionReply),
  notice: nullable(
    oneOf<NonNullable<BootData['notice']>>({ ask_admin: true, not_installed: true, reopen: true, no_access: true }),
  ),
  locale: isString,
  filter: objectOf<BootData['filter']>({ range: nullable(isNumber), period: nullable(isPeriod), crm: nullable(isCrmSource) }),
});

export type OnboardingStep = Pick<OnboardingReply, 'state' | 'created' | 'isPutOff'>;

/** The part of an onboarding's reply that the dashboard acts on; the rest is checked where it is drawn, in onboarding-api.ts. */
export const isOnboardingStep = objectOf<OnboardingStep>({
  state: oneOf<OnboardingState>({
    not_started: true,
    syncing: true,
    analyzing: true,
    categories: true,
    refining: true,
    generating: true,
    complete: true,
  }),
  created: arrayOf(isString),
  isPutOff: isBoolean,
});

/** The part of problem+json that the app acts on. */
type FieldIssue = Pick<NonNullable<Problem['errors']>[number], 'path' | 'code'>;

export const isProblem = objectOf<
  Pick<Problem, 'code' | 'requestId'> & { detail?: string | undefined; errors?: FieldIssue[] | undefined }
>({
  code: isString,
  requestId: isString,
  detail: optional(isString),
  errors: optional(arrayOf(objectOf<FieldIssue>({ path: isString, code: isString }))),
});
