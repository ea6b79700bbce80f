import { type Asked, chart, kpi, type Template, TOP_BARS, TOP_PARTS, trend, wants } from './template.ts';

/* What comes in and what becomes of it: pipeline, sources, customers. The most telling first. */

const MONTH = 30;
const QUARTER = 90;
const YEAR = 365;

const rangeOf = ({ answers }: Asked) => Number(answers.pipelineRange);
const showsStages = (asked: Asked) => wants(asked, 'pipelineDetail', 'stages');
const showsTrend = (asked: Asked) => wants(asked, 'pipelineDetail', 'trend');
const hasDeals = (asked: Asked) => asked.has('deals');
const hasClosed = (asked: Asked) => asked.has('deals', 'closedAt');

export const PIPELINE_TEMPLATES: readonly Template[] = [
  {
    id: 'pipelineByStage',
    fits: (asked) => showsStages(asked) && hasDeals(asked),
    shape: () => chart(null, { measure: 'pipelineValue', xField: 'stage' }),
  },
  {
    id: 'revenueOverTime',
    isTrend: true,
    fits: (asked) => showsTrend(asked) && hasClosed(asked) && asked.has('deals', 'value'),
    shape: (asked) => trend(rangeOf(asked), { measure: 'wonValue' }),
  },
  {
    id: 'revenueWon',
    fits: (asked) => hasClosed(asked) && asked.has('deals', 'value'),
    shape: (asked) => kpi(rangeOf(asked), { measure: 'wonValue', format: 'currency' }),
  },
  { id: 'stageFunnel', fits: (asked) => asked.pipeline === null && showsFunnel(asked), shape: stageFunnel },
  // The stages of several pipelines are several funnels: the one with the most deals is shown.
  { id: 'pipelineFunnel', fits: (asked) => asked.pipeline !== null && showsFunnel(asked), shape: stageFunnel },
  {
    id: 'dealsOverTime',
    isTrend: true,
    fits: (asked) => showsTrend(asked) && hasDeals(asked),
    shape: (asked) => trend(rangeOf(asked), { measure: 'totalDeals', groupBy: 'outcome', chartType: 'stackedBar' }),
  },
  {
    id: 'winRate',
    fits: hasClosed,
    shape: (asked) => kpi(rangeOf(asked), { measure: 'winRate', format: 'percentage' }),
  },
  {
    id: 'weightedPipeline',
    isRich: true,
    fits: (asked) => hasClosed(asked) && asked.has('deals', 'value'),
    shape: () => kpi(null, { measure: 'weightedPipeline', format: 'currency' }),
  },
  {
    id: 'leadsByStatus',
    fits: (asked) => asked.mode === 'classic' && (showsStages(asked) || !hasDeals(asked)) && asked.has('leads'),
    shape: (asked) => chart(rangeOf(asked), { dataSource: 'leads', xField: 'status' }),
  },
  {
    id: 'dealsByField',
    fits: (asked) => hasDeals(asked) && customFieldOf(asked) !== null,
    shape: (asked) => chart(rangeOf(asked), { xField: `custom:${customFieldOf(asked)}`, limit: TOP_BARS }),
  },
  {
    id: 'staleByStage',
    fits: (asked) => showsStages(asked) && hasDeals(asked),
    shape: () => chart(null, { measure: 'staleDeals', xField: 'stage' }),
  },
  {
    id: 'averageDeal',
    isRich: true,
    fits: (asked) => hasClosed(asked) && asked.has('deals', 'value'),
    shape: (asked) => kpi(rangeOf(asked), { measure: 'averageDeal', format: 'currency' }),
  },
  {
    id: 'cycleDays',
    isRich: true,
    fits: hasClosed,
    shape: (asked) => kpi(rangeOf(asked), { measure: 'medianCycleDays' }),
  },
  {
    id: 'leadsOverTime',
    isTrend: true,
    fits: (asked) => asked.mode === 'classic' && (showsTrend(asked) || !hasDeals(asked)) && asked.has('leads'),
    shape: (asked) => trend(rangeOf(asked), { dataSource: 'leads', measure: 'totalLeads' }),
  },
];

function showsFunnel(asked: Asked): boolean {
  return showsStages(asked) && hasDeals(asked) && asked.has('deals', 'stageChange');
}

function stageFunnel(asked: Asked) {
  return chart(rangeOf(asked), {
    chartType: 'funnel',
    dataSource: 'stageHistory',
    measure: 'stageReached',
    xField: 'stage',
    filterField: 'entity',
    filterValue: 'deals',
    pipeline: asked.pipeline,
  });
}

/** The best filled one of the CRM's own fields that tells deals apart. */
function customFieldOf({ facts }: Asked): string | null {
  return facts?.customFields.find(({ entity }) => entity === 'deals')?.code ?? null;
}

const showsVolume = (asked: Asked) => wants(asked, 'sourceFocus', 'volume');
const showsConversion = (asked: Asked) => wants(asked, 'sourceFocus', 'conversion');

export const SOURCE_TEMPLATES: readonly Template[] = [
  {
    id: 'leadsBySource',
    fits: (asked) => asked.mode === 'classic' && showsVolume(asked) && asked.has('leads', 'source'),
    shape: () => chart(QUARTER, { chartType: 'donut', dataSource: 'leads', xField: 'source', limit: TOP_PARTS }),
  },
  {
    id: 'contactsBySource',
    fits: (asked) => asked.mode === 'simple' && showsVolume(asked) && asked.has('contacts', 'source'),
    shape: contactsBySource,
  },
  {
    id: 'leadConversionBySource',
    fits: (asked) => asked.mode === 'classic' && showsConversion(asked) && asked.has('leads', 'closedAt'),
    shape: () => chart(QUARTER, { dataSource: 'leads', measure: 'leadWinRate', xField: 'source', limit: TOP_BARS }),
  },
  {
    id: 'newLeads',
    fits: (asked) => asked.mode === 'classic' && asked.has('leads'),
    shape: () => kpi(MONTH, { dataSource: 'leads', measure: 'totalLeads' }),
  },
  { id: 'newContacts', fits: (asked) => asked.mode === 'simple' && asked.has('contacts'), shape: newContacts },
  {
    id: 'revenueBySource',
    fits: (asked) => showsConversion(asked) && hasClosed(asked) && asked.has('deals', 'source'),
    shape: () => chart(QUARTER, { measure: 'wonValue', xField: 'source', limit: TOP_BARS }),
  },
  {
    id: 'leadsBySourceOverTime',
    isTrend: true,
    fits: (asked) => asked.mode === 'classic' && showsVolume(asked) && asked.has('leads', 'source'),
    shape: () => trend(QUARTER, { chartType: 'stackedBar', dataSource: 'leads', measure: 'totalLeads', groupBy: 'source' }),
  },
  {
    id: 'contactsBySourceOverTime',
    isTrend: true,
    fits: (asked) => asked.mode === 'simple' && showsVolume(asked) && asked.has('contacts', 'source'),
    shape: () => trend(QUARTER, { chartType: 'stackedBar', dataSource: 'contacts', measure: 'totalContacts', groupBy: 'source' }),
  },
  {
    id: 'winRateBySource',
    isRich: true,
    fits: (asked) => showsConversion(asked) && hasClosed(asked) && asked.has('deals', 'source'),
    shape: () => chart(QUARTER, { measure: 'winRate', xField: 'source', limit: TOP_BARS }),
  },
];

const showsContacts = (asked: Asked) => wants(asked, 'customerDetail', 'contacts') && asked.has('contacts');
const showsCompanies = (asked: Asked) => wants(asked, 'customerDetail', 'companies') && asked.has('companies');

export const CUSTOMER_TEMPLATES: readonly Template[] = [
  {
    id: 'contactsOverTime',
    isTrend: true,
    fits: showsContacts,
    shape: () => trend(YEAR, { dataSource: 'contacts', measure: 'totalContacts' }),
  },
  {
    id: 'companiesByIndustry',
    fits: (asked) => showsCompanies(asked) && asked.has('companies', 'industry'),
    shape: () => chart(YEAR, { chartType: 'donut', dataSource: 'companies', xField: 'industry', limit: TOP_PARTS }),
  },
  { id: 'newContacts', fits: showsContacts, shape: newContacts },
  {
    id: 'contactsBySource',
    fits: (asked) => showsContacts(asked) && asked.has('contacts', 'source'),
    shape: contactsBySource,
  },
  {
    id: 'contactsByCountry',
    fits: (asked) => showsContacts(asked) && asked.has('contacts', 'phone'),
    shape: () => chart(YEAR, { dataSource: 'contacts', xField: 'country', limit: TOP_BARS }),
  },
  {
    id: 'newCompanies',
    fits: showsCompanies,
    shape: () => kpi(MONTH, { dataSource: 'companies', measure: 'totalCompanies' }),
  },
  {
    id: 'companiesOverTime',
    isTrend: true,
    fits: showsCompanies,
    shape: () => trend(YEAR, { dataSource: 'companies', measure: 'totalCompanies' }),
  },
];

function contactsBySource() {
  return chart(QUARTER, { chartType: 'donut', dataSource: 'contacts', xField: 'source', limit: TOP_PARTS });
}

function newContacts() {
  return kpi(MONTH, { dataSource: 'contacts', measure: 'totalContacts' });
}
