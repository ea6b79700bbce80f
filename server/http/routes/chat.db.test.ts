import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { chatHistoryReply, chatReply } from '../../../contract/chat.ts';
import { answerChat } from '../../dashboard/chat.ts';
import { type DashboardRig, named, startDashboardRig } from '../../testing/dashboard-rig.ts';
import { SMALL_WORLD_NOW } from '../../testing/small-world.ts';
import { readProblem } from '../../testing/test-app.ts';

let rig: DashboardRig;

beforeAll(async () => {
  rig = await startDashboardRig();
});
afterAll(() => rig.close());
beforeEach(async () => {
  rig.app.clock.now = SMALL_WORLD_NOW;
  await rig.owner.query('delete from dashboard_chat_messages');
});

const say = async (message: string, token = rig.tokens.member) =>
  chatReply.parse(await (await rig.call('/chat', { body: { message }, token })).json());
const history = async (query = '', token = rig.tokens.member) =>
  chatHistoryReply.parse(await (await rig.call(`/chat/history${query}`, { token })).json());

test('a question for a number is answered with it, and both are kept', async () => {
  const { question, answer } = await say('  How many leads in total?  ');
  expect(question).toMatchObject({ role: 'user', text: 'How many leads in total?', answer: null });
  const { rows } = await rig.owner.query<{ count: string }>(
    'select count(*) from crm_leads where tenant_id = $1 and deleted_at is null',
    [rig.tenantId],
  );
  expect(answer).toMatchObject({
    role: 'assistant',
    answer: { kind: 'kpi', reply: { status: 'ok', data: { value: rows[0]?.count } } },
  });
  expect((await history()).messages).toEqual([question, answer]);
  expect(await rig.accessLog(2)).toEqual(['user:17 read_chat null 2', 'user:17 answer_kpi null 1']);
});

test('who asks for the best is told who has won how many deals, as SQL counts them', async () => {
  const { answer } = await say('кто лучший менеджер в этом месяце');
  const { rows } = await rig.owner.query<{ owner: string; count: number }>(
    `select coalesce(nullif(assigned_to, '0'), '') as owner, count(*)::int as count from crm_deals
     where tenant_id = $1 and deleted_at is null and semantic = 'won'
       and closed_at >= '2025-03-01 05:00Z' and closed_at < '2025-03-11 04:00Z'
     group by 1`,
    [rig.tenantId],
  );
  expect(rows.length).toBeGreaterThan(0);
  const told = answer.answer;
  if (told?.kind !== 'ranking' || told.reply.status !== 'ok') throw new Error('no ranking');
  const points = told.reply.data.series[0]?.points.map(({ key, value }) => [key, value]) ?? [];
  expect(Object.fromEntries(points)).toEqual(Object.fromEntries(rows.map(({ owner, count }) => [owner, count])));
  expect(told.reply).toMatchObject({
    range: { from: '2025-03-01', to: '2025-03-10' },
    widget: { chartType: 'bar', measure: 'wonDeals', xField: 'owner', period: 'thisMonth', timeRangeDays: null },
  });
  expect(answer.text).toBe(told.reply.title);
  expect((await history()).messages.at(-1)).toEqual(answer);
  expect(await rig.accessLog(2)).toContain(`user:17 answer_kpi null ${rows.length}`);
  // What is offered can be added as it is; what is of one month cannot be, and 90 days are meant where none are said.
  const config = told.reply.widget;
  expect((await rig.call('/widgets', { body: { config } })).status).toBe(201);
  await rig.owner.query('delete from dashboard_widgets');
  expect((await say('who is the best agent in March')).answer.answer).toMatchObject({
    kind: 'ranking',
    reply: { data: told.reply.data, widget: null },
  });
  expect((await say('eng yaxshi menejer kim')).answer.answer).toMatchObject({ reply: { widget: { timeRangeDays: 90 } } });
});

test('what is not understood is said to be, and kept', async () => {
  const { answer } = await say('Sing me a song');
  expect(answer).toMatchObject({ text: '', answer: { kind: 'kpi', reply: { status: 'not_understood' } } });
  expect((await history()).messages).toHaveLength(2);
});

test('the conversation comes from its end, page by page, each in order', async () => {
  for (const number of [1, 2, 3]) await say(`Total leads ${'?'.repeat(number)}`);
  const last = await history('?limit=4');
  expect(last.messages.map(({ role, text }) => (role === 'user' ? text : role))).toEqual([
    'Total leads ??',
    'assistant',
    'Total leads ???',
    'assistant',
  ]);
  const first = await history(`?limit=4&before=${last.next}`);
  expect([first.messages.map(({ role }) => role), first.next]).toEqual([['user', 'assistant'], null]);
});

test('a conversation is one person’s: neither colleagues nor neighbours see it', async () => {
  await say('Total leads');
  expect((await history('', rig.tokens.admin)).messages).toEqual([]);
  // The neighbour's person has the same number in their CRM.
  expect((await history('', rig.tokens.neighbour)).messages).toEqual([]);
  expect((await history('', await rig.issue(rig.neighbourId, 'member', '17'))).messages).toEqual([]);
});

test('an answer of a form that is not known any more leaves the words', async () => {
  await say('Total leads');
  await rig.owner.query(`update dashboard_chat_messages set answer = '{"kind":"hologram"}' where role = 'assistant'`);
  expect((await history()).messages.map(({ role, answer }) => [role, answer])).toEqual([
    ['user', null],
    ['assistant', null],
  ]);
});

describe('a person who asks too much', () => {
  const MINUTE_MS = 60_000;
  const DAY_MS = 24 * 60 * MINUTE_MS;
  const later = (ms: number) => new Date(SMALL_WORLD_NOW.getTime() + ms);

  /** What becomes of one more: `200`, or `429 rate_limited` and the seconds to wait. */
  async function askOnce(token = rig.tokens.member): Promise<string> {
    const reply = await rig.call('/chat', { body: { message: 'Total leads' }, token });
    if (reply.ok) return `${reply.status}`;
    const { status, code } = await readProblem(reply);
    return `${status} ${code} ${reply.headers.get('retry-after')}`;
  }

  /** Messages of the member and their answers, as many as there are moments. */
  async function keep(moments: readonly Date[], tenantId = rig.tenantId): Promise<void> {
    await rig.owner.query(
      `insert into dashboard_chat_messages (tenant_id, crm_source, user_id, role, content, created_at)
       select $1, 'bitrix24', '17', role, '', at from unnest($2::timestamptz[]) as at, unnest(array['user', 'assistant']) as role
       order by at, role desc`,
      [tenantId, moments],
    );
  }

  test('gets ten answers a minute, and the eleventh once the first is a minute old', async () => {
    for (let nth = 1; nth <= 10; nth += 1) {
      rig.app.clock.now = later(nth * 1000);
      expect(await askOnce(), `message ${nth}`).toBe('200');
    }
    expect(await askOnce()).toBe('429 rate_limited 51');
    expect((await history()).messages).toHaveLength(20);
    rig.app.clock.now = later(MINUTE_MS + 999);
    expect(await askOnce()).toBe('429 rate_limited 1');
    rig.app.clock.now = later(MINUTE_MS + 1000);
    expect(await askOnce()).toBe('200');
    expect(await askOnce()).toBe('429 rate_limited 1');
  });

  test('gets two hundred a day, whichever process has answered them', async () => {
    await keep(Array.from({ length: 200 }, (_, index) => later(index * 5 * MINUTE_MS - DAY_MS)));
    expect(await askOnce()).toBe('200');
    // The oldest of the last two hundred was asked five minutes after a day ago.
    expect(await askOnce()).toBe('429 rate_limited 300');
    rig.app.clock.now = later(5 * MINUTE_MS);
    expect(await askOnce()).toBe('200');
  });

  test('leaves colleagues and other tenants their own', async () => {
    await keep(Array.from({ length: 200 }, () => SMALL_WORLD_NOW));
    expect(await askOnce()).toBe('429 rate_limited 86400');
    expect(await askOnce(rig.tokens.admin)).toBe('200');
    // Of the same number in another CRM.
    expect(await askOnce(await rig.issue(rig.neighbourId, 'member', '17'))).toBe('200');
    expect((await history('?limit=1')).messages[0]?.text).toBe('');
  });

  test('gets no more by asking several processes at once', async () => {
    const deps = { db: rig.app.database.db, now: () => SMALL_WORLD_NOW, log: pino({ level: 'silent' }) };
    const viewer = { tenantId: rig.tenantId, crmSource: 'bitrix24', userId: '17', locale: 'en' } as const;
    const { signal } = new AbortController();
    const asked = await Promise.allSettled(Array.from({ length: 14 }, () => answerChat(deps, viewer, 'Total leads', signal)));
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    expect(asked.filter(({ status }) => status === 'rejected')).toEqual(
      Array.from({ length: 4 }, () => ({ status: 'rejected', reason: expect.objectContaining({ code: 'rate_limited' }) })),
    );
  });
});

describe('refusals', () => {
  test('nothing is told or kept without a login', async () => {
    expect(await rig.refusal('/chat', { token: null, body: { message: 'Total leads' } })).toBe('401 unauthorized');
    expect(await rig.refusal('/chat/history', { token: null })).toBe('401 unauthorized');
  });

  test.each(
    named([
      [{}, '422 required'],
      [{ message: ' \u00a0\n ' }, '422 blank'],
      [{ message: 'x'.repeat(501) }, '422 too_long'],
      [{ message: 'leads\u0000' }, '422 invalid_characters'],
      [{ message: 7 }, '422 wrong_type'],
      [{ message: 'Total leads', userId: '1' }, '422 unknown_field'],
      [`{"message":"${'x'.repeat(16_370)}"}`, '422 too_long'],
      [`{"message":"${'x'.repeat(16_371)}"}`, '413 body_too_large'],
      [`{"message":"${'x'.repeat(300_000)}"}`, '413 body_too_large'],
    ]),
  )('%s: %s', async (_name, expected, body) => {
    expect(await rig.refusal('/chat', { body })).toBe(expected);
    expect((await history()).messages).toEqual([]);
  });

  test('a body that is too large is refused however the address is written', async () => {
    const body = `{"message":"${'x'.repeat(20_000)}"}`;
    expect(await rig.refusal('/Chat/', { body })).toBe('413 body_too_large');
  });

  test.each([
    ['?limit=0', '422 out_of_range'],
    ['?limit=101', '422 out_of_range'],
    ['?limit=9007199254740993', '422 out_of_range'],
    ['?before=-1', '422 out_of_range'],
    ["?before=1'--", '422 out_of_range'],
    ['?userId=1', '422 unknown_field'],
  ])('%s: %s', async (query, expected) => {
    expect(await rig.refusal(`/chat/history${query}`)).toBe(expected);
  });
});
