import { type Asked, chart, kpi, type Template, TOP_BARS, TOP_PARTS, trend, wants } from './template.ts';

/* What people do: the team's results and work, calls, and how soon leads are answered. The most telling first. */

const RESULT_DAYS = 90;
const WORK_DAYS = 30;

const hasResults = (asked: Asked) => wants(asked, 'employeeFocus', 'results') && asked.has('deals', 'closedAt');
const hasWork = (asked: Asked) => wants(asked, 'employeeFocus', 'activity') && asked.has('activities', 'owner');
const isIndividual = (asked: Asked) => wants(asked, 'employeeDetail', 'individual');
const isOfTeams = (asked: Asked) =>
  wants(asked, 'employeeDetail', 'team') && (asked.facts === null || asked.facts.departments >= 2);

export const EMPLOYEE_TEMPLATES: readonly Template[] = [
  {
    id: 'dealsWonByAgent',
    fits: (asked) => hasResults(asked) && isIndividual(asked) && asked.has('deals', 'owner'),
    shape: () => chart(RESULT_DAYS, { measure: 'wonDeals', xField: 'owner', limit: TOP_BARS }),
  },
  {
    id: 'revenueByTeam',
    fits: (asked) => hasResults(asked) && isOfTeams(asked) && asked.has('deals', 'value'),
    shape: () => chart(RESULT_DAYS, { measure: 'wonValue', xField: 'department', limit: TOP_BARS }),
  },
  { id: 'dealsWon', fits: hasResults, shape: () => kpi(WORK_DAYS, { measure: 'wonDeals' }) },
  {
    id: 'activitiesByAgent',
    fits: (asked) => hasWork(asked) && isIndividual(asked),
    shape: () =>
      chart(WORK_DAYS, {
        chartType: 'stackedBar',
        dataSource: 'activities',
        measure: 'completedActivities',
        xField: 'owner',
        groupBy: 'type',
        limit: TOP_BARS,
      }),
  },
  {
    id: 'activitiesByTeam',
    fits: (asked) => hasWork(asked) && isOfTeams(asked),
    shape: () =>
      chart(WORK_DAYS, {
        chartType: 'stackedBar',
        dataSource: 'activities',
        measure: 'completedActivities',
        xField: 'department',
        groupBy: 'type',
        limit: TOP_BARS,
      }),
  },
  {
    id: 'activitiesDone',
    fits: hasWork,
    shape: () => kpi(WORK_DAYS, { dataSource: 'activities', measure: 'completedActivities' }),
  },
  {
    id: 'winRateByAgent',
    isRich: true,
    fits: (asked) => hasResults(asked) && isIndividual(asked) && asked.has('deals', 'owner'),
    shape: () => chart(RESULT_DAYS, { measure: 'winRate', xField: 'owner', limit: TOP_BARS }),
  },
  {
    id: 'leadsByAgent',
    fits: (asked) => asked.mode === 'classic' && asked.has('leads', 'owner'),
    shape: () => chart(WORK_DAYS, { dataSource: 'leads', xField: 'owner', limit: TOP_BARS }),
  },
  {
    id: 'contactsByAgent',
    fits: (asked) => asked.mode === 'simple' && asked.has('contacts', 'owner'),
    shape: () => chart(WORK_DAYS, { dataSource: 'contacts', xField: 'owner', limit: TOP_BARS }),
  },
];

const hasCalls = (asked: Asked) =>
  (asked.mode === 'simple' || wants(asked, 'responseFocus', 'calls')) && asked.has('activities', 'call');
/** Only leads are waited for: a portal without them has no response to measure. */
const hasResponse = (asked: Asked) =>
  asked.mode === 'classic' && wants(asked, 'responseFocus', 'speed') && asked.has('leads', 'firstResponse');

export const CALL_TEMPLATES: readonly Template[] = [
  {
    id: 'callsByAgent',
    fits: hasCalls,
    shape: () => chart(WORK_DAYS, { dataSource: 'activities', measure: 'calls', xField: 'owner', limit: TOP_BARS }),
  },
  {
    id: 'responseTime',
    fits: hasResponse,
    shape: () => kpi(WORK_DAYS, { dataSource: 'leads', measure: 'medianFirstResponse', format: 'duration' }),
  },
  {
    id: 'responseByAgent',
    fits: (asked) => hasResponse(asked) && asked.has('leads', 'owner'),
    shape: () => chart(WORK_DAYS, { dataSource: 'leads', measure: 'medianFirstResponse', xField: 'owner', limit: TOP_BARS }),
  },
  {
    id: 'callsOverTime',
    isTrend: true,
    fits: hasCalls,
    shape: () => trend(WORK_DAYS, { dataSource: 'activities', measure: 'calls' }),
  },
  { id: 'calls', fits: hasCalls, shape: () => kpi(WORK_DAYS, { dataSource: 'activities', measure: 'calls' }) },
  {
    id: 'callsByHour',
    fits: hasCalls,
    shape: () => chart(WORK_DAYS, { dataSource: 'activities', measure: 'calls', xField: 'hour' }),
  },
  {
    id: 'leadsByBusinessHours',
    fits: hasResponse,
    shape: () => chart(WORK_DAYS, { chartType: 'donut', dataSource: 'leads', measure: 'totalLeads', xField: 'businessHours' }),
  },
  {
    id: 'untouchedByAgent',
    fits: (asked) => hasResponse(asked) && asked.has('leads', 'owner'),
    shape: () => chart(WORK_DAYS, { dataSource: 'leads', measure: 'untouchedLeads', xField: 'owner', limit: TOP_BARS }),
  },
  {
    id: 'talkTimeByAgent',
    isRich: true,
    fits: (asked) => hasCalls(asked) && asked.has('activities', 'callDuration'),
    shape: () => chart(WORK_DAYS, { dataSource: 'activities', measure: 'talkTime', xField: 'owner', limit: TOP_BARS }),
  },
  {
    id: 'callsByDirection',
    fits: hasCalls,
    shape: () =>
      chart(WORK_DAYS, { chartType: 'donut', dataSource: 'activities', measure: 'calls', xField: 'direction', limit: TOP_PARTS }),
  },
  {
    id: 'responseOverTime',
    isRich: true,
    isTrend: true,
    fits: hasResponse,
    shape: () => trend(RESULT_DAYS, { chartType: 'line', dataSource: 'leads', measure: 'medianFirstResponse' }),
  },
];
