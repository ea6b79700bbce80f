import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Widget } from '../../contract/dashboard.ts';
import { type ChatRequest, type OpenAiSandbox, startOpenAiSandbox } from '../../sandbox/openai/openai-server.ts';
import { writeAnswer } from '../../sandbox/openai/stand-in.ts';
import { createLlm } from '../agents/llm.ts';
import { type OnboardingRig, startOnboardingRig } from '../testing/onboarding-rig.ts';

/** Onboarding with a model behind a key: what it says is shown where it can be, and everything goes on without it. */

const CATEGORIES = ['salesPipeline', 'employeePerformance'];
let rig: OnboardingRig;
/** Whether the sandbox's own stand-in answers in place of what a test says. */
let isStandIn: boolean;
let model: OpenAiSandbox;
/** What the model answers; each is asked by the name of its reply's first field. */
let says: { charts: object[]; summary: string; notes: { category: string; text: string }[] };

beforeAll(async () => {
  model = await startOpenAiSandbox({
    apiKey: 'key',
    write: (request) => (isStandIn ? writeAnswer(request) : JSON.stringify(answer(request))),
  });
  rig = await startOnboardingRig((db) =>
    createLlm({
      db,
      log: pino({ level: 'silent' }),
      timeoutMs: 500,
      restMs: 0,
      config: {
        ...{ apiKey: 'key', baseUrl: model.url, model: 'gpt-4o', prices: { input: 2.5, output: 10 } },
        ...{ dailyTokens: 1e6, dailyUsd: 10 },
      },
    }),
  );
});
afterAll(async () => {
  await rig?.close();
  await model?.close();
});
beforeEach(async () => {
  isStandIn = false;
  says = { charts: [], summary: 'Ваш отдел работает с лидами.', notes: [] };
  await rig.reset();
  await rig.owner.query('delete from agent_traces');
  await rig.owner.query(`update tenant_settings set language = 'ru'`);
});
afterEach(() => model.requests.splice(0));

function answer({ response_format: { json_schema } }: ChatRequest): object {
  const { charts, summary, notes } = says;
  return 'charts' in Object(json_schema.schema.properties) ? { charts } : { summary, notes };
}

/** A chart as a model proposes it: deals by source. */
const proposal = (more: object = {}) => ({
  ...{ category: 'salesPipeline', title: 'Сделки по источникам', description: 'Откуда приходят сделки.', chartType: 'bar' },
  ...{ dataSource: 'deals', xField: 'source', yField: null, aggregation: 'count', measure: 'wonDeals', groupBy: null },
  ...{ timeBucket: null, timeRangeDays: null },
  ...more,
});
const listOwn = async () =>
  ((await (await rig.call('/widgets')).json()) as Widget[]).filter(({ isStandard }) => !isStandard).map(({ config }) => config);
const titles = async () => (await listOwn()).map(({ title }) => title);
async function round(categories = CATEGORIES): Promise<void> {
  const { state } = await rig.take('/onboarding/select', { categories });
  if (state === 'refining') await rig.take('/onboarding/refine', { answers: {} });
  await rig.work();
}
/** What is asked of the model, as it reads it. */
const asked = () => model.requests.map(({ messages }) => JSON.parse(messages[1]?.content ?? ''));

test('a chart it proposes stands in place of the least telling of its category, and can be drawn', async () => {
  await rig.reach('complete');
  const without = await listOwn();
  await rig.reset();
  says.charts = [proposal({ timeRangeDays: 90 })];
  await rig.reach('complete');
  const own = await listOwn();
  expect(own).toHaveLength(without.length);
  const added = own.filter(({ title }) => !without.some((one) => one.title === title));
  expect(added).toMatchObject([{ title: 'Сделки по источникам', dataSource: 'deals', xField: 'source', measure: 'wonDeals' }]);
  expect(added).toMatchObject([{ timeRangeDays: 90, description: 'За последние 90 дней. Откуда приходят сделки.' }]);
  const { results } = (await (await rig.call('/data')).json()) as { results: { status: string }[] };
  expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['ok']));
});

test.each<[string, object]>([
  ['a field that is not there', { xField: 'phone' }],
  ['a field of another table', { xField: 'talkTime' }],
  ['an injection', { xField: "source'; drop table crm_deals; --" }],
  ['a measure that is not there', { measure: 'profit' }],
  ['what does not go together', { measure: null, yField: 'value', aggregation: 'count' }],
  ['a time without steps', { xField: 'createdAt' }],
  ['no axis at all', { xField: null }],
  ['days that no chart can have', { timeRangeDays: -3 }],
  ['days that nobody can choose', { timeRangeDays: 45 }],
  ['a part of a day', { timeRangeDays: 1.5 }],
  ['a figure in its title', { title: 'Лучшие 5 источников' }],
  ['a link in its title', { title: 'Смотри https://evil.test' }],
  ['no title', { title: ' ' }],
  ['a table there is too little in', { dataSource: 'products', xField: 'name', measure: null }],
  ['a category that was not asked for', { category: 'customerInsights' }],
  ['a week in which nothing was won', { timeRangeDays: 7 }],
  ['what a template shows already', { xField: 'stage', measure: 'pipelineValue', timeRangeDays: null }],
  ['what one shows, of other days', { xField: 'stage', measure: 'pipelineValue', timeRangeDays: 365 }],
  [
    'what one shows, with what a measure makes of no account',
    { xField: 'stage', measure: 'pipelineValue', yField: 'value', aggregation: 'sum' },
  ],
])('%s is left out, and holds nothing up that comes after it', async (_, wrong) => {
  await rig.reach('complete');
  const without = await titles();
  await rig.reset();
  model.requests.splice(0);
  says.charts = [proposal({ title: 'Плохая', ...wrong }), proposal({ title: 'Хорошая' })];
  await rig.reach('complete');
  expect(asked().filter((data) => 'sources' in data)).toHaveLength(1);
  const added = (await titles()).filter((title) => !without.includes(title));
  expect(added).toEqual(['Хорошая']);
});

test('names that are nearly right are mended, and a description that cannot be shown is left out', async () => {
  says.charts = [proposal({ xField: 'Source', measure: 'won_deals', description: 'Выросло на 40 %' })];
  await rig.reach('complete');
  expect((await listOwn()).filter(({ title }) => title === 'Сделки по источникам')).toMatchObject([
    { xField: 'source', measure: 'wonDeals', description: 'За всё время' },
  ]);
});

test('it proposes no more than its share of a category’s charts, however many it sends, and each question once', async () => {
  says.charts = [
    ...[proposal(), proposal({ title: 'То же самое' })],
    ...['owner', 'department', 'currency', 'stage'].map((xField) => proposal({ xField, title: `Сделки: ${xField}` })),
  ];
  await rig.reach('complete');
  const [{ categories }] = asked().filter((data) => 'categories' in data && 'sources' in data);
  const [{ count }] = categories.filter((one: { category: string }) => one.category === 'salesPipeline');
  const proposed = (await titles()).filter(
    (title) => title.startsWith('Сделки') && (title.includes(':') || title.endsWith('источникам')),
  );
  expect(count).toBeGreaterThan(0);
  expect(proposed.length).toBeGreaterThan(0);
  expect(proposed.length).toBeLessThanOrEqual(count);
  expect(await titles()).not.toContain('То же самое');
});

test.each([
  ['a server that is down', { kind: 'error', status: 500, code: 'server_error' }],
  ['one that never answers', { kind: 'hang' }],
  ['nonsense', { kind: 'content', content: '{"charts":"all of them"}' }],
  ['a refusal', { kind: 'refusal' }],
] as const)('%s holds nobody up: rules and templates do everything', async (_, turn) => {
  model.play(turn, turn);
  await rig.reach('complete');
  expect(await rig.look()).toMatchObject({ state: 'complete', words: null });
  expect((await listOwn()).length).toBeGreaterThan(3);
});

test('another round asks only about what is new, and keeps what was proposed in its place', async () => {
  says.charts = [proposal()];
  await rig.reach('complete');
  const first = await titles();
  model.requests.splice(0);
  await rig.take('/reconfigure');
  await rig.work();
  says.charts = [
    proposal({ xField: 'owner', title: 'Сделки по людям' }),
    proposal({ category: 'callsAndResponse', title: 'Ещё' }),
  ];
  await round([...CATEGORIES, 'callsAndResponse']);
  expect((await titles()).slice(0, first.length)).toEqual(first);
  expect(await titles()).not.toContain('Сделки по людям');
  const [{ categories }] = asked().filter((data) => 'sources' in data);
  expect(categories.map(({ category }: { category: string }) => category)).toEqual(['callsAndResponse']);
});

test('a category that was left out and is chosen again is not asked about again, and nothing grows', async () => {
  says.charts = [proposal()];
  await rig.reach('complete');
  const first = await titles();
  model.requests.splice(0);
  for (const categories of [['employeePerformance'], CATEGORIES, ['employeePerformance'], CATEGORIES]) {
    says.charts = [proposal({ xField: 'owner', title: `Ещё ${categories.length}` }), proposal({ xField: 'department' })];
    await rig.take('/reconfigure');
    await rig.work();
    await round(categories);
  }
  expect(asked().filter((data) => 'sources' in data)).toEqual([]);
  expect(await titles()).toEqual(first);
});

test('what a person has deleted is not asked for again', async () => {
  says.charts = [proposal()];
  await rig.reach('complete');
  await rig.owner.query(`update dashboard_widgets set deleted_at = now() where title = 'Сделки по источникам'`);
  const left = await titles();
  model.requests.splice(0);
  for (const categories of [CATEGORIES, ['employeePerformance'], CATEGORIES]) {
    await rig.take('/reconfigure');
    await rig.work();
    await round(categories);
  }
  expect(asked().filter((data) => 'sources' in data)).toEqual([]);
  expect(await titles()).toEqual(left);
});

test('what it says of the data has the figures that SQL counts, and the facts stay beside it', async () => {
  says.summary = 'Отдел ведёт {deals} сделок, из них с суммой {dealsWithAmount}.';
  says.notes = [
    { category: 'salesPipeline', text: 'Где застревают {leads} лидов.' },
    { category: 'employeePerformance', text: 'Рост на 40 процентов.' },
    { category: 'callsAndResponse', text: 'Всего {phones} звонков.' },
    // Not asked: there are no products.
    { category: 'productAnalytics', text: 'Что продаётся.' },
  ];
  await rig.reach('categories');
  const number = async (sql: string) =>
    Number((await rig.owner.query<{ n: string }>(sql, [rig.tenantId])).rows[0]?.n).toLocaleString('ru');
  const deals = await number('select count(*) as n from crm_deals where tenant_id = $1 and deleted_at is null');
  const valued = await number('select count(*) as n from crm_deals where tenant_id = $1 and deleted_at is null and value > 0');
  const leads = await number('select count(*) as n from crm_leads where tenant_id = $1 and deleted_at is null');
  const reply = await rig.look();
  expect(reply.words).toEqual({
    summary: `Отдел ведёт ${deals} сделок, из них с суммой ${valued}.`,
    notes: { salesPipeline: `Где застревают ${leads} лидов.` },
  });
  expect(reply.categories).toHaveLength(6);
});

test.each([
  ['a figure of its own', 'У вас 12 сотрудников.'],
  ['a name it was not given', 'Всего {constructor} сделок.'],
  ['a figure for money', 'Сделок на $ {deals}.'],
  ['a figure for money in words', 'Сделки на {deals} сум.'],
  ['a figure for money in a code', 'Сделки на UZS {deals}.'],
  ['a figure for a share', 'Выиграно {deals}%.'],
  ['a figure for a share in words', 'Выиграно {deals} процентов.'],
  ['two figures for one', 'Сделок {deals}{leads}.'],
  ['a figure for thousands', 'Сделок {deals} тыс.'],
  ['a number in words', 'Двадцать сделок.'],
  ['markup', 'Смотрите <img src=x>'],
  ['too much', 'Много слов. '.repeat(40)],
])('a summary with %s is not shown', async (_, summary) => {
  says.summary = summary;
  await rig.reach('categories');
  expect(await rig.look()).toMatchObject({ state: 'categories', words: null });
});

test('the sandbox’s stand-in writes words and charts that are shown', async () => {
  await rig.reach('complete');
  const without = await titles();
  await rig.reset();
  isStandIn = true;
  await rig.reach('complete');
  const { words } = await rig.look();
  expect(words?.summary).toMatch(/^В работе вашей команды \d+ дел и \d+ сделок\.$/);
  expect(Object.keys(words?.notes ?? {}).length).toBeGreaterThan(3);
  expect((await titles()).filter((title) => !without.includes(title)).length).toBeGreaterThan(0);
});

test('words do not outlive their round', async () => {
  await rig.reach('complete');
  expect((await rig.look()).words).not.toBeNull();
  model.play({ kind: 'refusal' });
  await rig.take('/reconfigure');
  await rig.work();
  expect(await rig.look()).toMatchObject({ words: null });
});

test('whoever reads another language is told the facts alone', async () => {
  await rig.reach('categories');
  expect((await rig.look()).words).not.toBeNull();
  await rig.owner.query(
    `insert into tenant_members (tenant_id, crm_source, crm_user_id, name, role, language)
     values ($1, 'bitrix24', '55', 'R', 'member', 'uz')`,
    [rig.tenantId],
  );
  expect((await rig.look(await rig.issue(rig.tenantId, 'member', '55'))).words).toBeNull();
});

test('it is told counts and names of the catalog, and nothing of anybody', async () => {
  await rig.owner.query(`update crm_users set name = 'Canary Person' where tenant_id = $1`, [rig.tenantId]);
  await rig.owner.query(`update crm_contacts set name = 'Canary Contact', phone = '+998901112233' where tenant_id = $1`, [
    rig.tenantId,
  ]);
  await rig.reach('complete');
  const sent = JSON.stringify(model.requests);
  expect(model.requests).toHaveLength(2);
  expect(sent).not.toMatch(/canary|998901112233|@/i);
  const { rows } = await rig.owner.query(
    `select accessed_by, action from data_access_logs where tenant_id = $1 and action = 'ask_model' order by seq`,
    [rig.tenantId],
  );
  expect(rows.slice(-2)).toEqual([
    { accessed_by: 'system:farid_model', action: 'ask_model' },
    { accessed_by: 'system:dima_model', action: 'ask_model' },
  ]);
  const traces = await rig.owner.query('select agent_name, success from agent_traces order by created_at');
  expect(traces.rows).toEqual([
    { agent_name: 'farid', success: true },
    { agent_name: 'dima', success: true },
  ]);
});
