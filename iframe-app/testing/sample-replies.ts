import type { ChartConfig, ChartData, KpiConfig, KpiData } from '../../contract/charts.ts';
import { type ConnectionsReply, connectionsReply } from '../../contract/connections.ts';
import {
  type DashboardReply,
  dashboardReply,
  type RecordReply,
  recordReply,
  type Widget,
  type WidgetResult,
} from '../../contract/dashboard.ts';
import { NO_FILTER } from '../../contract/dashboard-filter.ts';
import {
  type CategoryOffer,
  type EntityQuality,
  type OnboardingReply,
  onboardingReply,
  QUESTIONS,
  type QuestionId,
} from '../../contract/onboarding.ts';
import { type BootData, bootData, type SessionReply, sessionReply } from '../../contract/session.ts';
import {
  type EntityProgress,
  type QuarantineReply,
  quarantineReply,
  type SyncStatusReply,
  syncStatusReply,
} from '../../contract/sync.ts';

/** A KPI's configuration: all time, compared with 30 days earlier. */
export function kpiConfig(over: Partial<KpiConfig> = {}): KpiConfig {
  return {
    chartId: 'total-leads',
    title: 'Total leads',
    chartType: 'kpi',
    dataSource: 'leads',
    crmSource: 'all',
    metricField: null,
    aggregation: 'count',
    measure: null,
    format: 'number',
    timeRangeDays: null,
    period: null,
    comparisonPeriodDays: 30,
    filterField: null,
    filterValue: null,
    pipeline: null,
    size: 'small',
    ...over,
  };
}

export function chartConfig(over: Partial<ChartConfig> = {}): ChartConfig {
  return {
    chartId: 'leads-by-source',
    title: 'Leads by source',
    description: '',
    chartType: 'bar',
    dataSource: 'leads',
    crmSource: 'all',
    xField: 'source',
    yField: null,
    aggregation: 'count',
    measure: null,
    groupBy: null,
    timeBucket: null,
    timeRangeDays: 30,
    period: null,
    filterField: null,
    filterValue: null,
    pipeline: null,
    sortOrder: 'desc',
    limit: null,
    size: 'medium',
    ...over,
  };
}

export function isKpiData(over: Partial<KpiData> = {}): KpiData {
  return {
    kind: 'kpi',
    value: '12450',
    previous: '11000',
    format: 'number',
    currency: null,
    rowCount: 12450,
    unconverted: [],
    byCrm: [],
    ...over,
  };
}

/** Chart data of one series, or of several, from label → value, which add up to its total. */
export function chartData(series: Record<string, Record<string, number | null>>, over: Partial<ChartData> = {}): ChartData {
  return {
    kind: 'chart',
    columns: { category: 'Source', value: 'Leads' },
    series: Object.entries(series).map(([label, points]) => ({
      key: label,
      label,
      points: Object.entries(points).map(([name, value]) => ({ key: name, label: name, value, color: null })),
    })),
    format: 'number',
    currency: null,
    total: String(
      Object.values(series)
        .flatMap(Object.values<number | null>)
        .reduce<number>((sum, value) => sum + (value ?? 0), 0),
    ),
    rowCount: 100,
    unconverted: [],
    byCrm: [],
    ...over,
  };
}

const months = [
  'Dec 2024',
  'Jan 2025',
  'Feb 2025',
  'Mar 2025',
  'Apr 2025',
  'May 2025',
  'Jun 2025',
  'Jul 2025',
  'Aug 2025',
  'Sep 2025',
  'Oct 2025',
  'Nov 2025',
];
const overMonths = (values: number[]) => Object.fromEntries(months.map((month, index) => [month, values[index] ?? null]));

const SAMPLE: { config: Widget['config']; data: ChartData | KpiData }[] = [
  { config: kpiConfig(), data: isKpiData() },
  {
    config: kpiConfig({ chartId: 'total-deals', title: 'Total deals', dataSource: 'deals' }),
    data: isKpiData({ value: '3980', previous: '4102', rowCount: 3980 }),
  },
  {
    config: kpiConfig({
      chartId: 'pipeline',
      title: 'Pipeline value',
      dataSource: 'deals',
      format: 'currency',
      comparisonPeriodDays: null,
    }),
    data: isKpiData({
      value: '12345678.90',
      previous: null,
      format: 'currency',
      currency: 'USD',
      unconverted: [{ currency: 'XAU', count: 3, amount: '12.5' }],
    }),
  },
  {
    config: kpiConfig({
      chartId: 'conversion',
      title: 'Conversion rate',
      dataSource: 'deals',
      measure: 'conversionRate',
      format: 'percentage',
    }),
    data: isKpiData({ value: '23.46', previous: '22.1', format: 'percentage' }),
  },
  {
    config: chartConfig({
      chartId: 'leads-over-time',
      title: 'Leads over time',
      chartType: 'area',
      xField: null,
      timeBucket: 'month',
      timeRangeDays: 365,
      size: 'large',
    }),
    data: chartData({ Leads: overMonths([820, 760, 905, 1010, 980, 1120, 1090, 940, 1005, 1190, 1260, 1370]) }),
  },
  {
    config: chartConfig(),
    data: chartData({
      Leads: {
        Website: 4210,
        'Instagram reklama': 3125,
        'Входящий звонок': 2840,
        Telegram: 1290,
        'Рекомендация клиента или партнёра': 610,
        Other: 375,
      },
    }),
  },
  {
    config: chartConfig({
      chartId: 'deals-by-stage',
      title: 'Deals by stage',
      chartType: 'donut',
      dataSource: 'deals',
      xField: 'stage',
      timeRangeDays: 90,
    }),
    data: chartData({
      Deals: { Новая: 640, 'В работе': 480, 'Отправлено предложение': 310, 'Shartnoma tuzilmoqda': 150, Won: 240, Lost: 205 },
    }),
  },
  {
    config: chartConfig({
      chartId: 'won-by-month',
      title: 'Won and lost by month',
      chartType: 'stackedBar',
      dataSource: 'deals',
      xField: null,
      groupBy: 'outcome',
      timeBucket: 'month',
      timeRangeDays: 365,
    }),
    data: chartData({
      Won: overMonths([120, 90, 140, 150, 160, 175, 150, 130, 155, 180, 190, 205]),
      Lost: overMonths([60, 75, 70, 80, 65, 90, 85, 70, 60, 75, 80, 70]),
      Open: overMonths([4, 6, 5, 9, 12, 18, 30, 44, 60, 85, 130, 190]),
    }),
  },
  {
    config: chartConfig({
      chartId: 'response',
      title: 'Median first response',
      chartType: 'line',
      xField: null,
      timeBucket: 'month',
      timeRangeDays: 365,
      measure: 'medianFirstResponse',
    }),
    data: chartData(
      { 'First response': overMonths([5400, 5100, 4700, 4900, 4200, 3900, 3600, 4100, 3300, 2900, 2600, 2500]) },
      { format: 'duration' },
    ),
  },
  {
    config: chartConfig({
      chartId: 'by-owner',
      title: 'Won amount by responsible',
      dataSource: 'deals',
      xField: 'owner',
      yField: 'value',
      aggregation: 'sum',
    }),
    data: chartData(
      {
        Won: {
          'Гульнора Каримова': 412000,
          'Otabek Toʻraqulov': 365500,
          'Jasur Aliyev': 298000,
          'Мария Александровна Константинопольская': 251300,
          'Dilshod Rahimov': 187400,
          'Анна Петрова': 164900,
          'Bekzod Yusupov': 98000,
          'Sardor N.': 54200,
          'Нигора Саидова': 12000,
        },
      },
      { format: 'currency', currency: 'USD' },
    ),
  },
  {
    config: chartConfig({ chartId: 'activities', title: 'Activities by type', dataSource: 'activities', xField: 'type' }),
    data: chartData({ Activities: { Call: 5210, Email: 1830, Meeting: 412, Task: 960 } }),
  },
];

/** A dashboard of four KPIs and seven charts, its sync complete. */
export function sampleDashboard(over: Partial<DashboardReply> = {}): DashboardReply {
  return dashboardReply.parse({
    mode: 'classic',
    currency: 'USD',
    timezone: 'Asia/Tashkent',
    timezoneIsKnown: true,
    syncStatus: 'complete',
    dataAsOf: '2025-11-24T09:05:00.000Z',
    widgets: SAMPLE.map(({ config }, position): Widget => ({ id: config.chartId, isStandard: true, position, config })),
    results: SAMPLE.map(({ config, data }): WidgetResult => ({ id: config.chartId, status: 'ok', data })),
    ...over,
  });
}

export function entityProgress(over: Partial<EntityProgress> = {}): EntityProgress {
  return {
    crmSource: 'bitrix24',
    entity: 'leads',
    status: 'syncing',
    totalRecords: 200_000,
    syncedRecords: 12_450,
    quarantinedRecords: 0,
    lastFullSyncAt: null,
    lastIncrementalAt: null,
    coveredFrom: null,
    errorCode: null,
    errorMessage: null,
    ...over,
  };
}

/** A first load under way: leads at 12,450 of 200,000, the rest waiting. */
export function sampleSyncStatus(over: Partial<SyncStatusReply> = {}): SyncStatusReply {
  return syncStatusReply.parse({
    status: 'syncing',
    mode: 'classic',
    entities: [
      entityProgress(),
      entityProgress({ entity: 'deals', totalRecords: 80_000, syncedRecords: 80_000, status: 'complete' }),
      entityProgress({ entity: 'contacts', status: 'pending', totalRecords: null, syncedRecords: 0 }),
      entityProgress({ entity: 'activities', status: 'pending', totalRecords: null, syncedRecords: 0 }),
    ],
    dataAsOf: null,
    nextSyncAt: null,
    ...over,
  });
}

/** A copy that is complete, as of what the sample dashboard says; asked again a quarter of an hour later. */
export function completeSyncStatus(over: Partial<SyncStatusReply> = {}, ofEach: Partial<EntityProgress> = {}): SyncStatusReply {
  const done: Partial<EntityProgress> = { status: 'complete', lastFullSyncAt: '2025-11-24T08:00:00.000Z', ...ofEach };
  return sampleSyncStatus({
    status: 'complete',
    entities: [
      entityProgress({ totalRecords: 12_450, syncedRecords: 12_450, ...done }),
      entityProgress({ entity: 'deals', totalRecords: 3980, syncedRecords: 3980, ...done }),
    ],
    dataAsOf: '2025-11-24T09:05:00.000Z',
    nextSyncAt: '2025-11-24T09:20:00.000Z',
    ...over,
  });
}

/** Two records of which something could not be used, and one that is left out; all there are. */
export function sampleQuarantine(over: Partial<QuarantineReply> = {}): QuarantineReply {
  const seen = { firstSeenAt: '2025-11-20T08:00:00.000Z', lastSeenAt: '2025-11-24T09:05:00.000Z' };
  return quarantineReply.parse({
    records: [
      {
        crmSource: 'bitrix24',
        entity: 'leads',
        externalId: '81',
        url: 'https://portal.bitrix24.com/crm/lead/details/81/',
        problems: [
          { field: 'opportunity', problem: 'not_an_amount' },
          { field: 'movedTime', problem: 'not_a_moment' },
        ],
        ...seen,
      },
      {
        crmSource: 'bitrix24',
        entity: 'deals',
        externalId: '417',
        url: 'https://portal.bitrix24.com/crm/deal/details/417/',
        problems: [{ field: 'ufCrm_1700000000000', problem: 'text_cut' }],
        ...seen,
      },
      {
        crmSource: 'bitrix24',
        entity: 'stageHistory',
        externalId: '9',
        url: null,
        problems: [{ field: null, problem: 'incomplete' }],
        ...seen,
      },
    ],
    next: null,
    ...over,
  });
}

export function sampleSession(over: Partial<SessionReply> = {}): SessionReply {
  return sessionReply.parse({
    token: 'token-1',
    expiresAt: new Date(Date.now() + 9 * 60_000).toISOString(),
    user: { id: '1', name: 'Karim', role: 'admin' },
    locale: 'en',
    ...over,
  });
}

export function sampleBoot(over: Partial<BootData> = {}): BootData {
  return bootData.parse({
    host: 'bitrix24',
    hostOrigin: 'https://portal.bitrix24.com',
    memberId: 'a'.repeat(32),
    page: { kind: 'dashboard' },
    session: sampleSession(),
    notice: null,
    locale: 'en',
    filter: NO_FILTER,
    ...over,
  });
}

/** One connected portal; by its app. */
export function sampleConnections(over: Partial<ConnectionsReply['connections'][number]> = {}): ConnectionsReply {
  return connectionsReply.parse({
    connections: [
      {
        crmSource: 'bitrix24',
        kind: 'app',
        portalUrl: 'https://b24-x7k2.bitrix24.com',
        status: 'active',
        mode: 'classic',
        errorMessage: null,
        ...over,
      },
    ],
  });
}

/** An open deal of eleven days that nobody has planned a next step for. */
export function sampleRecord(over: Partial<RecordReply> = {}): RecordReply {
  return recordReply.parse({
    entity: 'deals',
    externalId: '417',
    crmSource: 'bitrix24',
    title: 'Поставка кабеля — Toshkent',
    pipeline: { code: '0', label: 'Sales' },
    stage: { code: 'PREPARATION', label: 'Offer sent', color: '#39a8ef', semantic: 'open' },
    source: { code: 'CALL', label: 'Call' },
    owner: { id: '12', name: 'Гульнора Каримова' },
    amount: { value: '12500.00', currency: 'USD' },
    createdAt: '2025-11-13T06:00:00.000Z',
    closedAt: null,
    ageDays: 11,
    daysInStage: 4,
    activities: { count: 7, lastAt: '2025-11-20T10:30:00.000Z', next: null },
    history: [
      { pipeline: null, stage: { code: 'NEW', label: 'New', color: null, semantic: 'open' }, at: '2025-11-13T06:00:00.000Z' },
      {
        pipeline: null,
        stage: { code: 'PREPARATION', label: 'Offer sent', color: null, semantic: 'open' },
        at: '2025-11-20T10:30:00.000Z',
      },
    ],
    timezone: 'Asia/Tashkent',
    dataAsOf: '2025-11-24T09:05:00.000Z',
    ...over,
  });
}

/** A portal of a call centre: much of everything, but no products and few companies. */
const QUALITY: EntityQuality[] = [
  { entity: 'leads', records: 200_000, completeness: 0.94, recommendation: 'excellent', stages: 8 } as const,
  { entity: 'deals', records: 80_000, completeness: 0.91, recommendation: 'excellent' } as const,
  { entity: 'activities', records: 890_000, completeness: 0.874, recommendation: 'excellent', people: 12 } as const,
  { entity: 'contacts', records: 45_000, completeness: 0.52, recommendation: 'usable' } as const,
  { entity: 'companies', records: 12, completeness: 0.2, recommendation: 'insufficient' } as const,
  { entity: 'products', records: 0, completeness: 0, recommendation: 'empty' } as const,
].map((one) => ({
  crmSource: 'bitrix24',
  first: one.records === 0 ? null : '2020-03-10T08:00:00.000Z',
  last: one.records === 0 ? null : '2025-11-24T09:00:00.000Z',
  hasTemporalData: one.records > 0,
  hasCategoricalVariety: one.records > 100,
  stages: null,
  people: 0,
  ...one,
}));

const OFFERS: CategoryOffer[] = [
  {
    category: 'employeePerformance',
    quality: 'excellent',
    isAvailable: true,
    isSuggested: true,
    evidence: [{ kind: 'records', entity: 'activities', count: 890_000 }],
    unlock: [],
  },
  {
    category: 'salesPipeline',
    quality: 'excellent',
    isAvailable: true,
    isSuggested: true,
    evidence: [
      { kind: 'records', entity: 'leads', count: 200_000 },
      { kind: 'records', entity: 'deals', count: 80_000 },
    ],
    unlock: [],
  },
  {
    category: 'callsAndResponse',
    quality: 'excellent',
    isAvailable: true,
    isSuggested: false,
    evidence: [{ kind: 'filled', entity: 'activities', field: 'call', filled: 610_000, count: 890_000 }],
    unlock: [],
  },
  {
    category: 'sourcePerformance',
    quality: 'usable',
    isAvailable: true,
    isSuggested: false,
    evidence: [{ kind: 'filled', entity: 'leads', field: 'source', filled: 131_000, count: 200_000 }],
    unlock: [],
  },
  {
    category: 'customerInsights',
    quality: 'insufficient',
    isAvailable: false,
    isSuggested: false,
    evidence: [{ kind: 'records', entity: 'companies', count: 12 }],
    unlock: [
      { kind: 'records', entity: 'companies', missing: 8 },
      { kind: 'fill', entity: 'contacts', field: 'source', missing: 3600 },
    ],
  },
  {
    category: 'productAnalytics',
    quality: 'empty',
    isAvailable: false,
    isSuggested: false,
    evidence: [],
    unlock: [{ kind: 'fill', entity: 'deals', field: 'products', missing: 20 }],
  },
];

/** A question with its last option recommended. */
export function sampleQuestion(id: QuestionId): OnboardingReply['questions'][number] {
  const { category, options } = QUESTIONS[id];
  return { id, category, options: [...options], recommended: options[options.length - 1] ?? '' };
}

/** The first round, at the choice; later steps have the two suggested categories chosen and their questions. */
export function sampleOnboarding(over: Partial<OnboardingReply> = {}): OnboardingReply {
  const state = over.state ?? 'categories';
  const waits = state === 'not_started' || state === 'syncing' || state === 'analyzing';
  const isChosen = !waits && state !== 'categories';
  return onboardingReply.parse({
    state,
    mode: 'classic',
    quality: waits ? [] : QUALITY,
    isFallback: false,
    words: null,
    categories: waits ? [] : OFFERS,
    selected: isChosen ? ['employeePerformance', 'salesPipeline'] : [],
    questions: isChosen ? [sampleQuestion('employeeDetail'), sampleQuestion('pipelineRange')] : [],
    isReentry: false,
    created: [],
    isPutOff: false,
    ...over,
  });
}
