import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { ChatMessage } from '../contract/chat.ts';
import { type AppPage, openForEachTest } from './testing/app-page.ts';
import { type FakePortal, refusal } from './testing/fake-portal.ts';
import { isKpiData, kpiConfig, sampleDashboard } from './testing/sample-replies.ts';
import { sampleAnswer, sampleHistory, sampleQuestion, sampleRanking } from './testing/sample-settings.ts';

const DASHBOARD = 'GET /api/dashboard/data';
const HISTORY = 'GET /api/dashboard/chat/history';
const ASK = 'POST /api/dashboard/chat';
const ADD = 'POST /api/dashboard/widgets';

let app: AppPage;
let portal: FakePortal;
let page: Page;

openForEachTest((opened) => {
  app = opened;
  ({ portal, page } = app);
  portal.api[DASHBOARD] = () => ({ body: sampleDashboard() });
  portal.api[HISTORY] = () => ({ body: sampleHistory() });
  portal.api[ASK] = ({ body }) => ({
    body: { question: sampleQuestion('q', Object(body).message), answer: sampleAnswer('a') },
  });
});

async function openApp(locale = 'en'): Promise<void> {
  await app.open({ locale });
  await page.locator('.kpi-value').first().waitFor();
}

async function openChat(locale = 'en'): Promise<void> {
  await openApp(locale);
  await page.locator('#tab-chat').click();
  await page.locator('.chat-log').waitFor();
}

const said = (text: string) => page.locator('.chat-message').filter({ hasText: new RegExp(`${text}$`) });
const answers = () => page.locator('.chat-message[data-from="assistant"]');

test('the arrow keys go from the dashboard to the chat and back, and its code comes when it is wanted', async () => {
  const { loaded } = app;
  await openApp();
  expect(loaded.filter((file) => /\/chat-/.test(file))).toEqual([]);
  const [chat, dashboard] = [page.getByRole('tab', { name: 'Chat' }), page.getByRole('tab', { name: 'Dashboard' })];
  expect([await chat.getAttribute('tabindex'), await dashboard.getAttribute('tabindex')]).toEqual(['-1', '0']);
  await dashboard.focus();
  await page.keyboard.press('ArrowLeft');
  await page.getByRole('tabpanel', { name: 'Chat' }).waitFor();
  expect(await chat.getAttribute('aria-selected')).toBe('true');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('tab-chat');
  expect(await page.locator('.dashboard').count()).toBe(0);
  await page.keyboard.press('ArrowRight');
  await page.locator('.kpi-value').first().waitFor();
  expect(await page.getByRole('tabpanel', { name: 'Dashboard' }).count()).toBe(1);
});

test.each([
  ['code', '**/assets/chat-*.js'],
  ['texts', '**/assets/en-*.js'],
])('a chat whose %s cannot be loaded is said to be out of reach, and opens when it can', async (_what, files) => {
  await openApp();
  await page.route(files, (route) => route.abort());
  await page.getByRole('tab', { name: 'Chat' }).click();
  await page.getByText('This part could not be loaded').waitFor();
  await page.unroute(files);
  await page.getByRole('tab', { name: 'Chat' }).click();
  await page.locator('.chat-log').waitFor();
});

test('an empty conversation offers questions; a click asks one', async () => {
  await openChat();
  await page.getByRole('button', { name: 'How many leads do we have?' }).click();
  await page.locator('.chat-number').waitFor();
  expect(await page.locator('.chat-message').allTextContents()).toEqual([
    'You: How many leads do we have?',
    'LeadRelay: Total leads12,450All timeAdd to dashboard',
  ]);
});

test('what was asked before is there; a question is typed, answered and put on the dashboard without a reload', async () => {
  portal.api[HISTORY] = () => ({
    body: sampleHistory({ messages: [sampleQuestion('1', 'Average deal'), sampleAnswer('2', '310')] }),
  });
  let isAdded = false;
  const added = kpiConfig({ chartId: 'new', title: 'Asked in the chat' });
  portal.api[DASHBOARD] = () => {
    const dashboard = sampleDashboard();
    if (!isAdded) return { body: dashboard };
    const widget = { id: 'new', isStandard: false, position: 99, config: added };
    const result = { id: 'new', status: 'ok', data: isKpiData({ value: '777' }) } as const;
    return { body: { ...dashboard, widgets: [...dashboard.widgets, widget], results: [...dashboard.results, result] } };
  };
  const keys: unknown[] = [];
  portal.api[ADD] = ({ body, headers }) => {
    expect(Object(body).config.title).toBe('Total leads');
    keys.push(headers['idempotency-key']);
    isAdded = true;
    return { status: 201, body: { id: 'new', isStandard: false, position: 99, config: added } };
  };
  await openChat();
  await page.getByText('Average deal').waitFor();
  await page.getByLabel('Your question').fill('  total leads ');
  await page.keyboard.press('Enter');
  await answers().nth(1).waitFor();
  expect(await page.getByLabel('Your question').inputValue()).toBe('');
  await answers().nth(1).getByRole('button', { name: 'Add to dashboard' }).click();
  await page.getByText('On the dashboard.').waitFor();
  expect(keys).toEqual(['chat a']);
  await page.getByRole('button', { name: 'Show it' }).click();
  await page.getByText('Asked in the chat').waitFor();
  expect(await page.locator('.kpi-value[value="777"]').count()).toBe(1);
});

test.each([
  [{ status: 'not_understood' } as const, 'LeadRelay: I did not understand that.'],
  [{ status: 'not_synced', title: 'Won deals' } as const, 'LeadRelay: Won dealsThe records for it are still being copied.'],
])('an answer without a number says so: %j', async (reply, sentence) => {
  const answer: ChatMessage = { ...sampleAnswer('a'), answer: { kind: 'kpi', reply } };
  portal.api[ASK] = () => ({ body: { question: sampleQuestion('q'), answer } });
  await openChat();
  await page.getByLabel('Your question').fill('x');
  await page.keyboard.press('Enter');
  await answers().first().waitFor();
  expect(await answers().first().textContent()).toContain(sentence);
  expect(await page.getByRole('button', { name: 'Add to dashboard' }).count()).toBe(0);
});

test('a number of fixed dates says why it cannot be put on the dashboard', async () => {
  const range = { from: '2025-10-01', to: '2025-10-31' };
  const reply = {
    status: 'ok',
    title: 'Total leads',
    data: isKpiData({ value: '310', previous: null }),
    range,
    widget: null,
  } as const;
  const answer = { ...sampleAnswer('2'), answer: { kind: 'kpi', reply } } as const;
  portal.api[HISTORY] = () => ({ body: sampleHistory({ messages: [sampleQuestion('1', 'Leads in October'), answer] }) });
  await openChat();
  await answers().getByText('10/01/2025 – 10/31/2025').waitFor();
  await answers().getByText('These are fixed dates, so this cannot go on the dashboard.').waitFor();
  expect(await answers().getByRole('button').count()).toBe(0);
});

test('a long amount is one line on a phone', async () => {
  await page.setViewportSize({ width: 380, height: 800 });
  const data = isKpiData({ value: '9637289703.55', previous: null, format: 'currency', currency: 'UZS' });
  const reply = { status: 'ok', title: 'Revenue', data, range: null, widget: null } as const;
  const answer = { ...sampleAnswer('2'), answer: { kind: 'kpi', reply } } as const;
  portal.api[HISTORY] = () => ({ body: sampleHistory({ messages: [sampleQuestion('1'), answer] }) });
  await openChat('ru');
  const fits = await page.locator('.chat-number').evaluate((number) => {
    const { fontSize } = getComputedStyle(number);
    return [
      number.scrollWidth <= number.clientWidth,
      number.clientHeight < 2 * Number.parseFloat(fontSize),
      number.closest('.chat-log')?.scrollWidth === number.closest('.chat-log')?.clientWidth,
    ];
  });
  expect(fits).toEqual([true, true, true]);
});

test('who asks for the best sees the first five by name, and can have the chart', async () => {
  portal.api[HISTORY] = () => ({
    body: sampleHistory({ messages: [sampleQuestion('1', 'Who is the best?'), sampleRanking('2')] }),
  });
  const added: unknown[] = [];
  portal.api[ADD] = ({ body }) => {
    added.push(body);
    return { status: 201, body: { id: 'new' } };
  };
  await openChat();
  await answers().getByText('Who is best is for you to judge.').waitFor();
  expect(await answers().getByRole('listitem').allTextContents()).toEqual([...['A: 70', 'B: 60', 'C: 50', 'D: 40', 'E: 30']]);
  await answers().getByRole('button', { name: 'Add to dashboard' }).click();
  await expect.poll(() => added).toMatchObject([{ config: { title: 'Deals won by agent', xField: 'owner' } }]);
});

test('after a question that is not understood there are others to click, until one is asked', async () => {
  const reply = { status: 'not_understood' } as const;
  portal.api[HISTORY] = () => ({
    body: sampleHistory({
      messages: [sampleQuestion('1', 'who is best'), { ...sampleAnswer('2'), answer: { kind: 'kpi', reply } }],
    }),
  });
  await openChat();
  await answers().first().getByRole('button', { name: 'Average deal' }).click();
  await page.locator('.chat-number').waitFor();
  expect(await said('Average deal').count()).toBe(1);
  expect(await answers().first().getByRole('button').count()).toBe(0);
});

test('a question that fails stays, and can be asked again', async () => {
  const answer = portal.api[ASK];
  portal.api[ASK] = () => refusal(500, 'internal');
  await openChat();
  await page.getByLabel('Your question').fill('total leads');
  await page.keyboard.press('Enter');
  await page.getByText('That did not work.').waitFor();
  if (answer) portal.api[ASK] = answer;
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.locator('.chat-number').waitFor();
  expect(await page.locator('.chat-message').count()).toBe(2);
});

test.each([
  ['en', '42', 'Too many questions at once. Try again in 42 seconds.'],
  ['ru', '42', 'Слишком много вопросов сразу. Попробуйте через 42 секунды.'],
  ['en', '7200', 'You have asked as many questions as there can be in a day. Ask again after 11:10 AM.'],
])('in %s a question that has to wait %s s is told so, and is not sent again by itself', async (locale, seconds, sentence) => {
  await page.clock.setFixedTime('2025-11-24T09:10:00Z');
  portal.api[ASK] = () => ({ ...refusal(429, 'rate_limited'), headers: { 'retry-after': seconds } });
  await openChat(locale);
  await page.locator('.chat-form input').fill('total leads');
  await page.keyboard.press('Enter');
  const trouble = page.locator('.chat-trouble .chat-failed');
  await trouble.waitFor();
  expect((await trouble.textContent())?.replaceAll(/\s/g, ' ')).toBe(sentence);
  expect(portal.calls.filter((call) => call.startsWith(`${ASK} `))).toHaveLength(1);
});

test('a widget that is refused says why', async () => {
  portal.api[HISTORY] = () => ({ body: sampleHistory({ messages: [sampleAnswer('2')] }) });
  portal.api[ADD] = () => refusal(409, 'wrong_state');
  await openChat();
  await page.getByRole('button', { name: 'Add to dashboard' }).click();
  await page.getByText('It could not be added').waitFor();
});

test('earlier messages come when one scrolls up, and what is on show stays in its place', async () => {
  const message = (number: number) => sampleQuestion(`m${number}`, `Question ${number}`);
  const all = Array.from({ length: 120 }, (_, index) => message(index + 1));
  const asked: (string | null)[] = [];
  portal.api[HISTORY] = ({ query }) => {
    const before = Number(query.get('before') ?? '121');
    asked.push(query.get('before'));
    const first = Math.max(0, before - 51);
    return { body: { messages: all.slice(first, before - 1), next: first === 0 ? null : first + 1 } };
  };
  await openChat();
  await said('Question 120').waitFor();
  const log = page.locator('.chat-log');
  // It opens at its end.
  expect(await log.evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight)).toBeLessThan(2);
  expect(asked).toEqual([null]);
  await log.evaluate((box) => box.scrollTo(0, 0));
  await said('Question 21').waitFor();
  expect(await log.evaluate((box) => box.scrollTop)).toBeGreaterThan(500);
  expect(asked).toEqual([null, '71']);
  await log.evaluate((box) => box.scrollTo(0, 0));
  await said('Question 1').waitFor();
  expect(asked).toEqual([null, '71', '21']);
  expect(await page.getByRole('button', { name: 'Show earlier messages' }).count()).toBe(0);
});

test('a session that ends asks to open the app again', async () => {
  portal.api[HISTORY] = () => refusal(401, 'token_expired');
  await openApp();
  await page.locator('#tab-chat').click();
  await page.getByRole('heading', { name: 'Open LeadRelay again' }).waitFor();
});

test.each([380, 768, 1280, 1920])('at %i px the conversation fits the width', async (width) => {
  portal.api[HISTORY] = () => ({
    body: sampleHistory({
      messages: [
        sampleQuestion('1', 'x'.repeat(300)),
        sampleAnswer('2', '123456789012345678'),
        { ...sampleAnswer('3'), answer: { kind: 'kpi', reply: { status: 'not_understood' } } },
      ],
    }),
  });
  await page.setViewportSize({ width, height: 900 });
  await openChat('ru');
  await answers().nth(1).waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  expect(await page.locator('.chat-log').evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);
});
