import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { chatHistoryReply, chatReply } from '../../../contract/chat.ts';
import { type DashboardRig, named, startDashboardRig } from '../../testing/dashboard-rig.ts';

let rig: DashboardRig;

beforeAll(async () => {
  rig = await startDashboardRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.owner.query('delete from dashboard_chat_messages'));

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
      [`{"message":"${'x'.repeat(300_000)}"}`, '413 body_too_large'],
    ]),
  )('%s: %s', async (_name, expected, body) => {
    expect(await rig.refusal('/chat', { body })).toBe(expected);
    expect((await history()).messages).toEqual([]);
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
