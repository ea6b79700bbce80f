import type { ChartConfig, KpiConfig } from '../../contract/charts.ts';
import type { CrmMode } from '../../contract/crm.ts';
import type { Widget } from '../../contract/dashboard.ts';
import type { Locale } from '../analytics/labels.ts';

type Titles = Record<Locale, string>;

const TITLES = {
  totalLeads: {
    en: 'Total leads',
    ru: 'Всего лидов',
    uz: 'Jami lidlar',
    kk: 'Барлық лидтер',
    uk: 'Усього лідів',
    tr: 'Toplam müşteri adayı',
  },
  totalContacts: {
    en: 'Total contacts',
    ru: 'Всего контактов',
    uz: 'Jami kontaktlar',
    kk: 'Барлық контактілер',
    uk: 'Усього контактів',
    tr: 'Toplam kişi',
  },
  totalDeals: {
    en: 'Total deals',
    ru: 'Всего сделок',
    uz: 'Jami bitimlar',
    kk: 'Барлық мәмілелер',
    uk: 'Усього угод',
    tr: 'Toplam anlaşma',
  },
  pipelineValue: {
    en: 'Pipeline value',
    ru: 'Сумма в работе',
    uz: 'Ochiq bitimlar summasi',
    kk: 'Жұмыстағы мәмілелер сомасы',
    uk: 'Сума в роботі',
    tr: 'Açık anlaşmaların tutarı',
  },
  conversionRate: {
    en: 'Conversion rate',
    ru: 'Конверсия',
    uz: 'Konversiya',
    kk: 'Конверсия',
    uk: 'Конверсія',
    tr: 'Dönüşüm oranı',
  },
  leadsByStage30: {
    en: 'Leads by stage',
    ru: 'Лиды по стадиям',
    uz: 'Lidlar bosqichlar bo‘yicha',
    kk: 'Лидтер кезеңдер бойынша',
    uk: 'Ліди за стадіями',
    tr: 'Aşamaya göre müşteri adayları',
  },
  contactsByAgent30: {
    en: 'New contacts by agent',
    ru: 'Новые контакты по сотрудникам',
    uz: 'Yangi kontaktlar xodimlar bo‘yicha',
    kk: 'Жаңа контактілер қызметкерлер бойынша',
    uk: 'Нові контакти за співробітниками',
    tr: 'Çalışana göre yeni kişiler',
  },
  leadsPerDay30: {
    en: 'New leads per day',
    ru: 'Новые лиды по дням',
    uz: 'Kunlik yangi lidlar',
    kk: 'Күн сайынғы жаңа лидтер',
    uk: 'Нові ліди за днями',
    tr: 'Günlük yeni müşteri adayları',
  },
  contactsPerDay30: {
    en: 'New contacts per day',
    ru: 'Новые контакты по дням',
    uz: 'Kunlik yangi kontaktlar',
    kk: 'Күн сайынғы жаңа контактілер',
    uk: 'Нові контакти за днями',
    tr: 'Günlük yeni kişiler',
  },
  leadsBySource90: {
    en: 'Leads by source',
    ru: 'Лиды по источникам',
    uz: 'Lidlar manbalar bo‘yicha',
    kk: 'Лидтер дереккөздер бойынша',
    uk: 'Ліди за джерелами',
    tr: 'Kaynağa göre müşteri adayları',
  },
  contactsBySource90: {
    en: 'Contacts by source',
    ru: 'Контакты по источникам',
    uz: 'Kontaktlar manbalar bo‘yicha',
    kk: 'Контактілер дереккөздер бойынша',
    uk: 'Контакти за джерелами',
    tr: 'Kaynağa göre kişiler',
  },
  pipelineByStage: {
    en: 'Open pipeline by stage',
    ru: 'Сделки в работе по стадиям',
    uz: 'Ochiq bitimlar bosqichlar bo‘yicha',
    kk: 'Жұмыстағы мәмілелер кезеңдер бойынша',
    uk: 'Угоди в роботі за стадіями',
    tr: 'Aşamaya göre açık anlaşmalar',
  },
  wonByAgent90: {
    en: 'Deals won by agent',
    ru: 'Выигранные сделки по сотрудникам',
    uz: 'Yutilgan bitimlar xodimlar bo‘yicha',
    kk: 'Сәтті мәмілелер қызметкерлер бойынша',
    uk: 'Виграні угоди за співробітниками',
    tr: 'Çalışana göre kazanılan anlaşmalar',
  },
  activitiesByAgentAndType30: {
    en: 'Activities by agent',
    ru: 'Дела по сотрудникам',
    uz: 'Faolliklar xodimlar bo‘yicha',
    kk: 'Істер қызметкерлер бойынша',
    uk: 'Справи за співробітниками',
    tr: 'Çalışana göre aktiviteler',
  },
} satisfies Record<string, Titles>;

const DESCRIPTIONS = {
  openDeals: {
    en: 'All open deals',
    ru: 'Все сделки в работе',
    uz: 'Barcha ochiq bitimlar',
    kk: 'Жұмыстағы барлық мәмілелер',
    uk: 'Усі угоди в роботі',
    tr: 'Tüm açık anlaşmalar',
  },
  last30: {
    en: 'Last 30 days',
    ru: 'За последние 30 дней',
    uz: 'So‘nggi 30 kun',
    kk: 'Соңғы 30 күн',
    uk: 'За останні 30 днів',
    tr: 'Son 30 gün',
  },
  last90: {
    en: 'Last 90 days',
    ru: 'За последние 90 дней',
    uz: 'So‘nggi 90 kun',
    kk: 'Соңғы 90 күн',
    uk: 'За останні 90 днів',
    tr: 'Son 90 gün',
  },
} satisfies Record<string, Titles>;

/** A donut has as many colours; smaller sources are one slice. */
const TOP_SOURCES = 7;
/** Beyond so many people a chart is a list: the rest is one bar. */
const TOP_AGENTS = 10;

/**
 * The dashboard everyone starts with: four all-time KPIs, then six charts. A portal without leads has its contacts where
 * leads would be. Ids are fixed names, as standard widgets need no rows.
 * @param isOnboarded the tenant has a dashboard of its own: only the KPIs stand before it
 */
export function standardWidgets(mode: CrmMode, locale: Locale, isOnboarded: boolean): Widget[] {
  const simple = mode === 'simple';
  const people = simple ? 'contacts' : 'leads';
  const kpi = (id: string, title: Titles, config: Partial<KpiConfig>): KpiConfig => ({
    ...KPI_DEFAULTS,
    chartId: id,
    title: title[locale],
    ...config,
  });
  const chart = (id: string, title: Titles, period: Titles, config: Partial<ChartConfig>): ChartConfig => ({
    ...CHART_DEFAULTS,
    chartId: id,
    title: title[locale],
    description: period[locale],
    ...config,
  });

  const configs = [
    kpi('totalLeads', simple ? TITLES.totalContacts : TITLES.totalLeads, {
      dataSource: people,
      measure: simple ? 'totalContacts' : 'totalLeads',
    }),
    kpi('totalDeals', TITLES.totalDeals, { measure: 'totalDeals' }),
    kpi('pipelineValue', TITLES.pipelineValue, { measure: 'pipelineValue', format: 'currency' }),
    kpi('conversionRate', TITLES.conversionRate, { measure: 'conversionRate', format: 'percentage' }),
    // Contacts have no stages, and their sources are a chart of their own below.
    chart('leadsByStage30', simple ? TITLES.contactsByAgent30 : TITLES.leadsByStage30, DESCRIPTIONS.last30, {
      chartType: 'bar',
      dataSource: people,
      xField: simple ? 'owner' : 'status',
      timeRangeDays: 30,
      limit: simple ? TOP_AGENTS : null,
    }),
    chart('leadsPerDay30', simple ? TITLES.contactsPerDay30 : TITLES.leadsPerDay30, DESCRIPTIONS.last30, {
      chartType: 'area',
      dataSource: people,
      timeBucket: 'day',
      timeRangeDays: 30,
    }),
    chart('leadsBySource90', simple ? TITLES.contactsBySource90 : TITLES.leadsBySource90, DESCRIPTIONS.last90, {
      chartType: 'donut',
      dataSource: people,
      xField: 'source',
      timeRangeDays: 90,
      limit: TOP_SOURCES,
    }),
    chart('wonByAgent90', TITLES.wonByAgent90, DESCRIPTIONS.last90, { ...WON_BY_AGENT, timeRangeDays: 90 }),
    chart('pipelineByStage', TITLES.pipelineByStage, DESCRIPTIONS.openDeals, {
      chartType: 'bar',
      measure: 'pipelineValue',
      xField: 'stage',
    }),
    chart('activitiesByAgentAndType30', TITLES.activitiesByAgentAndType30, DESCRIPTIONS.last30, {
      chartType: 'stackedBar',
      dataSource: 'activities',
      xField: 'owner',
      groupBy: 'type',
      timeRangeDays: 30,
      limit: TOP_AGENTS,
    }),
  ];
  const shown = isOnboarded ? configs.filter(({ chartType }) => chartType === 'kpi') : configs;
  return shown.map((config, position) => ({ id: config.chartId, isStandard: true, position, config }));
}

/** The standard chart of who has won how many deals, over all time and without a place. */
export function wonByAgent(locale: Locale): Omit<ChartConfig, 'chartId'> {
  return { ...CHART_DEFAULTS, ...WON_BY_AGENT, title: TITLES.wonByAgent90[locale], description: '' };
}

const WON_BY_AGENT = { chartType: 'bar', measure: 'wonDeals', xField: 'owner', limit: TOP_AGENTS } as const;

const COMMON_DEFAULTS = {
  dataSource: 'deals',
  crmSource: 'all',
  aggregation: 'count',
  measure: null,
  timeRangeDays: null,
  period: null,
  filterField: null,
  filterValue: null,
  pipeline: null,
} as const;

const KPI_DEFAULTS: Omit<KpiConfig, 'chartId' | 'title'> = {
  ...COMMON_DEFAULTS,
  chartType: 'kpi',
  metricField: null,
  format: 'number',
  comparisonPeriodDays: null,
  size: 'small',
};

const CHART_DEFAULTS: Omit<ChartConfig, 'chartId' | 'title' | 'description'> = {
  ...COMMON_DEFAULTS,
  chartType: 'bar',
  xField: null,
  yField: null,
  groupBy: null,
  timeBucket: null,
  sortOrder: 'desc',
  limit: null,
  size: 'medium',
};
