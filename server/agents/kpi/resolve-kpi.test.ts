import { describe, expect, test } from 'vitest';
import type { AnalyticsContext } from '../../analytics/resolve.ts';
import { type ResolvedKpi, resolveKpi } from './resolve-kpi.ts';

const user = (id: string, label: string) => [`bitrix24\0${id}`, { crmSource: 'bitrix24', id, label, department: null }] as const;
const status = (entity: string, pipeline: string, code: string, label: string) =>
  [`bitrix24\0${entity}\0${pipeline}\0${code}`, { label, color: null, rank: 0 }] as const;
const context: AnalyticsContext = {
  now: new Date('2025-03-10T15:00:00Z'),
  timezone: 'America/New_York',
  workingWeek: [],
  displayCurrency: 'USD',
  locale: 'en',
  mode: 'classic',
  crmSources: ['bitrix24'],
  dictionaries: {
    users: new Map([
      user('1', 'Anna Karimova'),
      user('5', 'Пётр Иванов'),
      user('6', 'Will May'),
      user('7', 'Александр Ким'),
      user('2', 'Анна Петрова'),
      user('3', 'Dilshod Rahimov'),
      user('4', 'Timur Karimov'),
    ]),
    pipelines: new Map([
      ['bitrix24\x000', { label: 'Sales', rank: 0 }],
      ['bitrix24\x007', { label: 'Renewals', rank: 1 }],
    ]),
    statuses: new Map([
      status('sources', '', 'WEB', 'Website'),
      status('sources', '', 'CALL', 'Cold base'),
      status('leads', '', 'NEW', 'Unassigned'),
      status('deals', '0', 'NEW', 'Documents'),
      status('deals', '7', 'NEW', 'To renew'),
      status('deals', '0', 'INV', 'Invoice'),
      status('deals', '7', 'INV', 'Invoice'),
    ]),
    rates: new Map(),
    customFields: new Map(),
    stageOdds: new Map(),
  },
};

/** `wonDeals month-1 vs owner=1`: the measure, its period, whether it is compared, its filter. */
function shown(resolved: ResolvedKpi | null): string | null {
  if (!resolved) return null;
  const { config, period, isCompared } = resolved;
  const named = period?.kind === 'named' ? '=' : '-';
  const span = period && (period.kind === 'rolling' ? String(period.days) : `${period.unit}${named}${period.ago}`);
  const filter =
    config.filterField && `${config.filterField}=${config.filterValue}${config.pipeline ? `@${config.pipeline}` : ''}`;
  return [config.measure, span, isCompared && 'vs', filter].filter(Boolean).join(' ');
}

const UNDERSTOOD: readonly (readonly [question: string, expected: string])[] = [
  // The vision's own.
  ['total leads?', 'totalLeads'],
  ['total lead', 'totalLeads'],
  // Who has left is no longer one.
  ['how many employees do we have', 'activePeople'],
  ['сколько сотрудников', 'activePeople'],
  ['nechta xodim bor', 'activePeople'],
  ['всего сотрудников', 'totalPeople'],
  ['total deals', 'totalDeals'],
  ['pipeline value', 'pipelineValue'],
  ['conversion rate', 'conversionRate'],
  ['won deals', 'wonDeals'],
  ['won deal', 'wonDeals'],
  ['average deal size', 'averageDeal'],
  ['average deal value', 'averageDeal'],
  ['leads today', 'totalLeads 1'],
  // English.
  ['How many leads do we have?', 'totalLeads'],
  ['HOW MANY LEADS', 'totalLeads'],
  ['show me the number of leads, please', 'totalLeads'],
  ['what is our win rate?', 'winRate'],
  ['What’s the conversion', 'conversionRate'],
  ['how many deals were won yesterday', 'wonDeals day-1'],
  ['deals won this month', 'wonDeals month-0'],
  ['deals lost last month', 'lostDeals month-1'],
  ['lost deals last week', 'lostDeals week-1'],
  ['won deals this week vs last week', 'wonDeals week-0 vs'],
  ['won deals this month compared to last month', 'wonDeals month-0 vs'],
  ['leads today vs yesterday', 'totalLeads 1 vs'],
  ['leads in the last 30 days compared with the previous period', 'totalLeads 30 vs'],
  ['leads in the last 7 days', 'totalLeads 7'],
  ['leads for the past week', 'totalLeads 7'],
  ['leads in 90 days', 'totalLeads 90'],
  ['leads over the last 3 months', 'totalLeads 90'],
  ['leads this quarter', 'totalLeads quarter-0'],
  ['revenue this year', 'wonValue year-0'],
  ['revenue last year', 'wonValue year-1'],
  ['average deal', 'averageDeal'],
  ['average response time this week', 'averageFirstResponse week-0'],
  ['response time', 'medianFirstResponse'],
  ['sales cycle', 'medianCycleDays'],
  ['stuck deals', 'staleDeals'],
  ['untouched leads', 'untouchedLeads'],
  ['open deals', 'openDeals'],
  ['calls yesterday', 'calls day-1'],
  ['how many calls did we have today', 'calls 1'],
  ['talk time last week', 'talkTime week-1'],
  ['activities per lead', 'activitiesPerLead'],
  ['total contacts', 'totalContacts'],
  ['companies', 'totalCompanies'],
  ['answered within 15 minutes', 'answeredWithin15'],
  ['won deals by Dilshod this month', 'wonDeals month-0 owner=3'],
  ['won deals by Dilshod Rahimov', 'wonDeals owner=3'],
  ['deals of Rahimov Dilshod', 'totalDeals owner=3'],
  ['leads from website today', 'totalLeads 1 source=WEB'],
  ['leads from cold base', 'totalLeads source=CALL'],
  ['deals in documents', 'totalDeals stage=NEW@0'],
  ['deals in To renew', 'totalDeals stage=NEW@7'],
  ['won deals in renewals last month', 'wonDeals month-1 pipeline=7'],
  ['untouched leads of Timur', 'untouchedLeads owner=4'],
  // A slip of the finger in a long word.
  ['conversoin rate', 'conversionRate'],
  ['pipelne value', 'pipelineValue'],
  // Russian.
  ['сколько лидов?', 'totalLeads'],
  ['Сколько у нас лидов', 'totalLeads'],
  ['лиды сегодня', 'totalLeads 1'],
  ['лиды за сегодня', 'totalLeads 1'],
  ['лидов вчера', 'totalLeads day-1'],
  ['покажи количество лидов за неделю', 'totalLeads 7'],
  ['новые лиды за последние 30 дней', 'totalLeads 30'],
  ['лиды за 30 дней по сравнению с предыдущим периодом', 'totalLeads 30 vs'],
  ['лиды на этой неделе', 'totalLeads week-0'],
  ['лиды на прошлой неделе', 'totalLeads week-1'],
  ['сделки в этом месяце', 'totalDeals month-0'],
  ['выигранные сделки в прошлом месяце', 'wonDeals month-1'],
  ['сколько выигранных сделок за месяц?', 'wonDeals 30'],
  ['сколько сделок выиграно в этом месяце', 'wonDeals month-0'],
  ['проигранные сделки за квартал', 'lostDeals 90'],
  ['лиды за 2 квартала', 'totalLeads 180'],
  ['лиды за 1 месяц', 'totalLeads 30'],
  ['лиды за 21 день', 'totalLeads 21'],
  ['leads over 2 quarters', 'totalLeads 180'],
  ['leads in the last 1 quarter', 'totalLeads 90'],
  ['oxirgi 2 chorak lidlar', 'totalLeads 180'],
  ['5 oyda nechta lid keldi', 'totalLeads 150'],
  ['конверсия', 'conversionRate'],
  ['какая у нас конверсия в этом месяце?', 'conversionRate month-0'],
  ['конверсия в этом месяце по сравнению с прошлым месяцем', 'conversionRate month-0 vs'],
  ['средний чек', 'averageDeal'],
  ['Средний чек за год', 'averageDeal 365'],
  ['выручка в этом году', 'wonValue year-0'],
  ['сумма в работе', 'pipelineValue'],
  ['сумма открытых сделок', 'pipelineValue'],
  ['сделки в работе', 'openDeals'],
  ['зависшие сделки', 'staleDeals'],
  ['застрявших сделок', 'staleDeals'],
  ['необработанные лиды', 'untouchedLeads'],
  ['сколько необработанных лидов', 'untouchedLeads'],
  ['время ответа', 'medianFirstResponse'],
  ['среднее время ответа за неделю', 'averageFirstResponse 7'],
  ['цикл сделки', 'medianCycleDays'],
  ['звонки вчера', 'calls day-1'],
  ['сколько звонков было сегодня', 'calls 1'],
  ['время разговоров на прошлой неделе', 'talkTime week-1'],
  ['всего контактов', 'totalContacts'],
  ['сколько компаний', 'totalCompanies'],
  ['доля выигранных', 'winRate'],
  ['выигранные сделки Анны Петровой', 'wonDeals owner=2'],
  // As the owner of a call centre says it.
  ['сколько лидов пришло сегодня', 'totalLeads 1'],
  ['сколько сегодня поступило новых лидов', 'totalLeads 1'],
  ['сколько у меня лидов сегодня', 'totalLeads 1'],
  ['how many leads came in today', 'totalLeads 1'],
  ['сколько мы заработали в этом месяце', 'wonValue month-0'],
  ['оборот за месяц', 'wonValue 30'],
  ['на какую сумму продали в этом месяце', 'wonValue month-0'],
  ['сколько продали за месяц', 'wonDeals 30'],
  ['сколько успешных сделок за неделю', 'wonDeals 7'],
  ['сумма сделок в работе', 'pipelineValue'],
  ['nechta lid keldi', 'totalLeads'],
  ['bugun nechta lid keldi', 'totalLeads 1'],
  ['kecha qancha lid tushdi', 'totalLeads day-1'],
  ['бугун нечта лид келди', 'totalLeads 1'],
  ['bu oy daromad qancha', 'wonValue month-0'],
  ['shu hafta nechta bitim yutdik', 'wonDeals week-0'],
  // Uzbek, with every kind of apostrophe.
  ['nechta lid bor?', 'totalLeads'],
  ['lidlar bugun', 'totalLeads 1'],
  ['bugun nechta lid', 'totalLeads 1'],
  ['kecha nechta lid', 'totalLeads day-1'],
  ['jami lidlar', 'totalLeads'],
  ['shu hafta lidlar', 'totalLeads week-0'],
  ['o‘tgan hafta lidlar', 'totalLeads week-1'],
  ["o'tgan oy lidlar", 'totalLeads month-1'],
  ['oʻtgan oy yutilgan bitimlar', 'wonDeals month-1'],
  ['oxirgi 30 kun lidlar', 'totalLeads 30'],
  ['so’nggi 7 kun lidlar', 'totalLeads 7'],
  ['bu oy yutilgan bitimlar', 'wonDeals month-0'],
  ['yutilgan bitimlar', 'wonDeals'],
  ['yo‘qotilgan bitimlar', 'lostDeals'],
  ['ochiq bitimlar', 'openDeals'],
  ['jami bitimlar', 'totalDeals'],
  ['konversiya', 'conversionRate'],
  ['bizda konversiya qancha', 'conversionRate'],
  ['o‘rtacha chek', 'averageDeal'],
  ["o'rtacha chek bu yil", 'averageDeal year-0'],
  ['tushum bu oy', 'wonValue month-0'],
  ['qo‘ng‘iroqlar kecha', 'calls day-1'],
  ["bugun nechta qo'ng'iroqlar", 'calls 1'],
  ['suhbat vaqti shu hafta', 'talkTime week-0'],
  ['javob vaqti', 'medianFirstResponse'],
  ['to‘xtab qolgan bitimlar', 'staleDeals'],
  ['ishlanmagan lidlar', 'untouchedLeads'],
  ['jami kontaktlar', 'totalContacts'],
  ['kompaniyalar', 'totalCompanies'],
  ['Dilshod yutilgan bitimlar', 'wonDeals owner=3'],
  ['Dilshodning yutilgan bitimlari', 'wonDeals owner=3'],
  ['nechta bitim yutildi', 'wonDeals'],
  ['shu hafta lidlar o‘tgan hafta bilan', 'totalLeads week-0 vs'],
  ['shu oy lidlar o‘tgan oyga nisbatan', 'totalLeads month-0 vs'],
  ['o‘tgan oyda yutilgan bitimlar summasi', 'wonValue month-1'],
  // The same in Cyrillic letters.
  ['нечта лид бор?', 'totalLeads'],
  ['бугун нечта лид', 'totalLeads 1'],
  ['Кеча нечта лид', 'totalLeads day-1'],
  ['ўтган ойда ютилган битимлар суммаси', 'wonValue month-1'],
  ['Ўтган ой ютилган битимлар', 'wonDeals month-1'],
  ['йўқотилган битимлар шу ҳафта', 'lostDeals week-0'],
  ['сўнгги 7 кун лидлар', 'totalLeads 7'],
  ['охирги 30 кун лидлар', 'totalLeads 30'],
  ['бизда конверсия қанча', 'conversionRate'],
  ['ўртача чек бу йил', 'averageDeal year-0'],
  ['кеча нечта қўнғироқлар', 'calls day-1'],
  ['савдо цикли', 'medianCycleDays'],
  ['тўхтаб қолган битимлар', 'staleDeals'],
  ['очиқ битимлар', 'openDeals'],
  ['компаниялар', 'totalCompanies'],
  ['шу ҳафта лидлар ўтган ҳафта билан', 'totalLeads week-0 vs'],
  ['шу ой лидлар ўтган ойга нисбатан', 'totalLeads month-0 vs'],
  ['Дилшоднинг ютилган битимлари', 'wonDeals owner=3'],
  ['Ивановнинг ютилган битимлари', 'wonDeals owner=5'],
  ['Websiteдан бугун нечта лид', 'totalLeads 1 source=WEB'],
  // Names in their cases.
  ['сделки Петра', 'totalDeals owner=5'],
  ['сделки Петра Иванова', 'totalDeals owner=5'],
  ['сделки у Александра', 'totalDeals owner=7'],
  ['сделки Александром Кимом', 'totalDeals owner=7'],
  ['deals of Will May', 'totalDeals owner=6'],
  // What is new is so within a time.
  ['new leads this week', 'totalLeads week-0'],
  ['leads in the last month', 'totalLeads 30'],
  ['leads over the last month', 'totalLeads 30'],
  ['stage entries this month', 'stageEntries month-0'],
  ['leads this day', 'totalLeads 1'],
  // A month by its name is the last one that has begun; it is 10 March 2025.
  ['leads in March', 'totalLeads month=0'],
  ['leads in may', 'totalLeads month=10'],
  ['how many leads did we get in October?', 'totalLeads month=5'],
  ['won deals in October 2023', 'wonDeals month=17'],
  ['won deals in October of 2023', 'wonDeals month=17'],
  ['revenue for February', 'wonValue month=1'],
  ['leads in February vs January', 'totalLeads month=1 vs'],
  ['leads this month vs February', 'totalLeads month-0 vs'],
  ['won deals by Dilshod in October', 'wonDeals month=5 owner=3'],
  ['лиды в марте', 'totalLeads month=0'],
  ['сколько лидов было в октябре', 'totalLeads month=5'],
  ['лиды за октябрь', 'totalLeads month=5'],
  ['выручка за октябрь 2024 года', 'wonValue month=5'],
  ['октябрь 2023 выигранные сделки', 'wonDeals month=17'],
  ['выигранные сделки Анны Петровой в мае', 'wonDeals month=10 owner=2'],
  ['лиды в феврале по сравнению с январем', 'totalLeads month=1 vs'],
  ['лиды в феврале по сравнению с прошлым периодом', 'totalLeads month=1 vs'],
  ['oktyabrda nechta lid', 'totalLeads month=5'],
  ['oktabr oyida nechta lid keldi', 'totalLeads month=5'],
  ['may oyida nechta lid keldi', 'totalLeads month=10'],
  ['mayda nechta lid keldi', 'totalLeads month=10'],
  ['leads May 2024', 'totalLeads month=10'],
  ['2023-yil oktabrida nechta lid keldi', 'totalLeads month=17'],
  ['октябрда нечта лид', 'totalLeads month=5'],
  ['февраль ойида ютилган битимлар', 'wonDeals month=1'],
];

const NOT_UNDERSTOOD: readonly string[] = [
  '',
  '?',
  'hello',
  'today',
  'show me',
  // More than one number, or another kind of answer.
  'leads and deals',
  'leads by source',
  'leads per agent',
  'leads by day',
  'chart of leads',
  'list leads',
  'which agent won most deals',
  'top agents by won deals',
  'best source of leads',
  'why did leads drop',
  'why is conversion low',
  'forecast revenue',
  'what should I do today',
  'compare agents',
  'compare Anna and Dilshod',
  'deals in pipeline Sales',
  'pipeline deals',
  'average number of calls per deal',
  'conversion of leads to deals',
  'лиды по источникам',
  'лиды по менеджерам',
  'почему упали продажи',
  'кто лучший менеджер',
  'сколько лидов и сделок',
  'график лидов',
  'что делать',
  'lidlar manbalar bo‘yicha',
  'nega sotuvlar kamaydi',
  'eng yaxshi menejer',
  // Turned round, or narrowed to what is not known.
  'deals not won',
  'leads without calls',
  'not open deals',
  'leads except website',
  'не выигранные сделки',
  'лиды без звонков',
  'won deals by Olga',
  'leads from Instagram',
  'выигранные сделки Ольги',
  // Some of the calls, and what has gone down.
  'сколько звонков поступило',
  'received calls',
  'konversiya tushdi',
  'конверсия пришла',
  'на какую сумму',
  'сумма продали',
  // Other people's names, months and verbs.
  'сделки Ивана',
  'сделки у Александры',
  'will leads',
  'deals of Dil',
  'deals Dilshoda',
  // Not leads, deals or contacts.
  'total contracts',
  'контракты',
  'всего контрактов',
  'jami kontraktlar',
  'leading',
  'dealing',
  'Лидия',
  // Not finished, or of no time.
  'deals for',
  'deals in',
  'new leads',
  'новые лиды',
  // Known words that do not go together.
  'activities per lead from Website',
  // In other letters than the name has.
  'выигранные сделки у Тимура',
  'deals in stage Shipping',
  'leads in Tashkent',
  'won deals above 1000',
  'deals over 5000 dollars',
  'calls longer than 5 minutes',
  // Two that fit: two Karims, two stages of that name.
  'won deals by Karimova Timur',
  'deals in Invoice',
  // Periods that are not ours, or two of them.
  'leads on Monday',
  'leads since January',
  'how many leads may we have',
  'leads from October',
  'leads by October',
  'leads from Website from October',
  'leads on 5 October',
  'leads October November',
  'leads last October',
  'leads in April 2025',
  'leads in October 1999',
  'leads in February vs March',
  'лиды с октября',
  'лиды до октября',
  'лиды по октябрь',
  'лиды 5 октября',
  'лиды в прошлом октябре',
  'лиды в апреле 2025',
  'oktabrdan lidlar',
  'leads between 1 and 5 May',
  'leads this week and last week',
  'leads today yesterday',
  'leads in 5000 days',
  // The second quarter, May, the fifth day: not so many of them.
  'лиды за 1 квартал',
  'лиды за 2 квартал',
  'лиды за 5 месяц',
  'лиды за 11 неделю',
  '1-chorakda nechta lid keldi',
  '2 chorakda nechta lid keldi',
  '5-oyda nechta lid keldi',
  '5-ойда нечта лид келди',
  '3-haftada nechta lid keldi',
  '5-kuni nechta lid keldi',
  'leads next week',
  'лиды завтра',
  'ertaga lidlar',
  'эртага лидлар',
  // Uzbek as little as Russian: in Latin letters they would be "do", "on", "ne", "day".
  'лиды до',
  'до лидов',
  'конверсия до',
  'он конверсия',
  'конверсия не',
  'лид дай вчера и сегодня',
  'лидлар манбалар бўйича',
  'нега сотувлар камайди',
  'жами контрактлар',
  'битимлар ютилмаган',
  'Ольганинг ютилган битимлари',
  // Comparisons with what is not the period before, or of all time.
  'leads vs deals',
  'leads compared to last year',
  'leads this week vs last month',
  'leads vs last week',
  'won deals by Dilshod vs Timur',
  // Hostile.
  'leads; drop table crm_leads',
  '<script>leads</script>',
  'constructor',
  '__proto__ leads',
  `leads ${'a'.repeat(600)}`,
  `${'leads '.repeat(80)}`,
];

describe('understands', () => {
  test.each(UNDERSTOOD)('%s', (question, expected) => {
    expect(shown(resolveKpi(question, context))).toBe(expected);
  });
});

describe('leaves to others', () => {
  test.each(NOT_UNDERSTOOD)('%s', (question) => {
    expect(shown(resolveKpi(question, context))).toBeNull();
  });
});

test('a number of one person in a business with several CRMs is of that person’s CRM', () => {
  const several: AnalyticsContext = { ...context, crmSources: ['bitrix24', 'hubspot'] };
  expect(resolveKpi('won deals by Dilshod', several)?.config.crmSource).toBe('bitrix24');
  expect(resolveKpi('won deals', several)?.config.crmSource).toBe('all');
});

test('the title says what the number is narrowed to, as far as a title goes', () => {
  const titleOf = (question: string) => resolveKpi(question, context)?.config.title;
  expect(titleOf('leads from website today')).toBe('Total leads · Website');
  expect(titleOf('won deals by Dilshod')).toBe('Won deals · Dilshod Rahimov');
  expect(titleOf('leads today')).toBe('Total leads');
  const { dictionaries } = context;
  const titleFrom = (source: string) => {
    const statuses = new Map([status('sources', '', 'X', source)]);
    return resolveKpi(`leads from ${source}`, { ...context, dictionaries: { ...dictionaries, statuses } })?.config.title;
  };
  expect(titleFrom('Big\nfair')).toBe('Total leads · Big fair');
  // Half of the last letter would be no letter.
  expect(titleFrom(`${'x'.repeat(105)}\u{20000}`)).toBe(`Total leads · ${'x'.repeat(105)}\ufffd`);
});

test('the format is the measure’s', () => {
  const formatOf = (question: string) => resolveKpi(question, context)?.config.format;
  expect(['leads', 'revenue', 'win rate', 'response time'].map(formatOf)).toEqual([
    'number',
    'currency',
    'percentage',
    'duration',
  ]);
});

test('a widget has the period that moves on with today, and none of one that stays', () => {
  const configOf = (question: string) => resolveKpi(question, context)?.config;
  expect(configOf('leads in 7 days vs the period before')).toMatchObject({ timeRangeDays: 7, comparisonPeriodDays: 7 });
  const calendar = { timeRangeDays: null, comparisonPeriodDays: null };
  expect(configOf('leads last month')).toMatchObject({ ...calendar, period: 'lastMonth' });
  expect(configOf('leads this quarter vs last quarter')).toMatchObject({ ...calendar, period: 'thisQuarter' });
  expect(configOf('leads yesterday')).toMatchObject({ ...calendar, period: 'yesterday' });
  expect(configOf('leads in February')).toMatchObject({ ...calendar, period: null });
});

test('what is somebody’s or something’s name is no month', () => {
  const { dictionaries } = context;
  const statuses = new Map([status('sources', '', 'FAIR', 'October fair')]);
  const users = new Map([user('8', 'Марта Иванова')]);
  const ofOthers = { ...context, dictionaries: { ...dictionaries, statuses, users } };
  const understood = (question: string) => shown(resolveKpi(question, ofOthers));
  expect(understood('leads from October fair')).toBe('totalLeads source=FAIR');
  expect(understood('leads from October fair in October')).toBe('totalLeads month=5 source=FAIR');
  expect(understood('сделки Марты Ивановой в марте')).toBe('totalDeals month=0 owner=8');
  expect(understood('сделки в марте')).toBe('totalDeals month=0');
});
