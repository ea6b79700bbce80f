import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { CATEGORIES, type OnboardingReply, QUESTIONS, type QuestionId } from '../contract/onboarding.ts';
import type { BootData } from '../contract/session.ts';
import { type AppPage, openForEachTest } from './testing/app-page.ts';
import { type FakeAnswer, type FakePortal, fakeEvents, refusal } from './testing/fake-portal.ts';
import {
  completeSyncStatus,
  sampleDashboard,
  sampleOnboarding,
  sampleQuestion,
  sampleSession,
  sampleSyncStatus,
} from './testing/sample-replies.ts';
import { sampleHistory } from './testing/sample-settings.ts';

const DASHBOARD = 'GET /api/dashboard/data';
const LOOK = 'GET /api/dashboard/onboarding';
const START = 'POST /api/dashboard/onboarding/start';
const SELECT = 'POST /api/dashboard/onboarding/select';
const REFINE = 'POST /api/dashboard/onboarding/refine';
const LATER = 'POST /api/dashboard/onboarding/later';
const RECONFIGURE = 'POST /api/dashboard/reconfigure';
const CREATED = ['leads-by-source', 'deals-by-stage', 'by-owner'];

let app: AppPage;
let portal: FakePortal;
let page: Page;
/** What the server says of where onboarding stands. */
let now: Parameters<typeof sampleOnboarding>[0];
/** Bodies of the steps, oldest first. */
let steps: unknown[];
/** Sessions of those who have put it off. */
let putOffBy: Set<string | null>;

openForEachTest((opened) => {
  app = opened;
  ({ portal, page } = app);
  steps = [];
  putOffBy = new Set();
  portal.api[DASHBOARD] = ({ query }) => ({ body: dashboardOf(query.get('widgets')) });
  portal.api[LOOK] = ({ bearer }) => ({ body: sampleOnboarding({ ...now, isPutOff: putOffBy.has(bearer) }) });
  portal.api[LATER] = ({ bearer, body }) => {
    if (Object(body).isPutOff) putOffBy.add(bearer);
    else putOffBy.delete(bearer);
    return { body: sampleOnboarding({ ...now, isPutOff: putOffBy.has(bearer) }) };
  };
  portal.api[START] = takeStep({ state: 'syncing' });
  portal.api[SELECT] = takeStep({ state: 'refining' });
  portal.api[REFINE] = takeStep({ state: 'generating' });
  portal.api[RECONFIGURE] = takeStep({ state: 'analyzing', isReentry: true });
});

function takeStep(next: typeof now) {
  return ({ body }: { body: unknown }): FakeAnswer => {
    steps.push(body);
    now = next;
    return { body: sampleOnboarding(now) };
  };
}

function dashboardOf(widgets: string | null) {
  const whole = sampleDashboard();
  if (widgets === null) return whole;
  const isAsked = ({ id }: { id: string }) => widgets.split(',').includes(id);
  return sampleDashboard({ widgets: whole.widgets.filter(isAsked), results: whole.results.filter(isAsked) });
}

async function open(state: typeof now, boot: Partial<BootData> = {}): Promise<void> {
  now = state;
  await app.open(boot);
}

function seesDashboard(): Promise<void> {
  return page.locator('.kpi-value').first().waitFor();
}

function heading(name: string) {
  return page.getByRole('heading', { level: 1, name });
}

const READY = 'Your CRM data is ready. Here is what I found';
const QUESTIONS_TITLE = 'A few questions, then it is yours';

/** Waits until what is called so has the focus. */
async function focusOn(name: string): Promise<void> {
  await page.waitForFunction((wanted) => {
    const { activeElement } = document;
    return (activeElement?.getAttribute('aria-label') ?? activeElement?.textContent) === wanted;
  }, name);
}

test.each(['complete', 'generating'] as const)(
  'a page that is opened while a round ends shows what was made, also where its first look found it %s',
  async (seen) => {
    let loads = 0;
    portal.api[DASHBOARD] = () => {
      loads += 1;
      return { body: loads === 1 ? dashboardOf('total-leads') : dashboardOf(null) };
    };
    let looks = 0;
    portal.api[LOOK] = () => {
      looks += 1;
      return { body: sampleOnboarding({ state: looks === 1 ? seen : 'complete', created: CREATED }) };
    };
    await open({ state: 'complete' });
    await page.getByRole('heading', { level: 2, name: 'Leads by source' }).waitFor();
    expect(loads).toBe(2);
  },
);

test('an administrator goes from the first copy to a dashboard of their own', async () => {
  const events = fakeEvents(sampleSyncStatus());
  portal.api['GET /api/crm/sync/events'] = events.answer;
  portal.api[DASHBOARD] = ({ query }) =>
    query.has('widgets') || now?.state === 'complete'
      ? { body: dashboardOf(query.get('widgets')) }
      : { body: sampleDashboard({ syncStatus: 'syncing', dataAsOf: null, widgets: [], results: [] }) };
  await open({ state: 'not_started' });
  await heading('Syncing your CRM data…').waitFor();
  await page.getByText('12,450 / 200,000 leads').waitFor();
  const steps5 = page.getByRole('navigation', { name: 'Steps to your dashboard' });
  expect(await steps5.locator('[aria-current=step]').textContent()).toBe('Copying');
  expect(portal.calls.filter((call) => call.startsWith(START))).toHaveLength(1);

  now = { state: 'analyzing' };
  events.send(completeSyncStatus());
  await heading('Your data is copied. I am looking at it now…').waitFor();
  expect(await steps5.locator('[aria-current=step]').textContent()).toBe('Looking at your data');
  now = { state: 'categories' };
  await heading(READY).waitFor();
  await focusOn(READY);
  expect((await page.locator('.found li').allTextContents()).map((text) => text.replaceAll(/\s/g, ' '))).toEqual([
    '200K leads8 stages · 5 years, since March 2020 · 94% filled inExcellent',
    '80K deals5 years, since March 2020 · 91% filled inExcellent',
    '890K activities12 team members · 5 years, since March 2020 · 87% filled inExcellent',
    '45K contacts5 years, since March 2020 · 52% filled inUsable',
    '12 companies5 years, since March 2020 · 20% filled inToo little',
    '0 productsNothing yet',
  ]);

  const group = page.getByRole('group', { name: 'What would you like to track?' });
  const boxes = group.getByRole('checkbox');
  expect(await boxes.count()).toBe(6);
  expect(await group.getByRole('checkbox', { checked: true }).count()).toBe(2);
  expect(await group.getByRole('checkbox', { disabled: true }).count()).toBe(2);
  expect(await page.getByText('Excellent: 890K activities').count()).toBe(1);
  expect(await page.getByText('Excellent: 610K calls').count()).toBe(1);
  expect(await page.getByText('Usable: 65% of leads have a source').count()).toBe(1);
  expect(await page.locator('.category-unlock').allTextContents()).toEqual([
    'Still needed: 8 companies',
    'Enter the source: 3,600 contacts to go',
    'Add products: 20 deals to go',
  ]);
  await group.getByRole('checkbox', { name: 'Employee performance' }).uncheck();
  await group.getByText('Where your customers come from').click();
  await page.getByRole('button', { name: 'Continue' }).click();

  await heading(QUESTIONS_TITLE).waitFor();
  await focusOn(QUESTIONS_TITLE);
  const range = page.getByRole('group', { name: 'Which time do you look at?' });
  expect(await range.getByRole('radio').count()).toBe(4);
  expect(await range.getByRole('radio', { checked: true }).getAttribute('value')).toBe('365');
  await range.getByRole('radio', { name: 'The last 90 days' }).check();
  await page.getByRole('button', { name: 'Build my dashboard' }).click();
  expect(steps).toEqual([
    {},
    { categories: ['salesPipeline', 'sourcePerformance'] },
    { answers: { employeeDetail: 'both', pipelineRange: '90' } },
  ]);

  await heading('Building your dashboard…').waitFor();
  now = { state: 'complete', created: CREATED };
  await page.getByRole('region', { name: 'Your dashboard is ready' }).waitFor();
  expect(await page.getByText('New charts and figures: 3.').count()).toBe(1);
  await seesDashboard();
  await focusOn('Your dashboard is ready');
  await page.getByRole('button', { name: 'Close' }).click();
  expect(await page.locator('.onboarding-note').count()).toBe(0);
});

test('each new chart is shown once its numbers are there', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/api/dashboard/data?widgets=by-owner', async (route) => {
    await held;
    await route.continue();
  });
  await open({ state: 'generating' });
  await heading('Building your dashboard…').waitFor();
  await page.getByText('Deciding which charts answer your questions…').waitFor();
  now = { state: 'complete', created: CREATED };
  await page.getByText('Ready: 2 of 3').waitFor();
  expect(await page.locator('.built h2').allTextContents()).toEqual(['Leads by source', 'Deals by stage']);
  expect(await findBarriers()).toEqual([]);
  expect(await page.locator('.onboarding [role=progressbar]').getAttribute('aria-valuenow')).toBe('66');
  release();
  await page.getByRole('region', { name: 'Your dashboard is ready' }).waitFor();
});

test('a look that is refused while the dashboard is made is told, and the next one shows what was made', async () => {
  await open({ state: 'generating' });
  await heading('Building your dashboard…').waitFor();
  const { [LOOK]: answer = () => refusal(500, 'internal') } = portal.api;
  portal.api[LOOK] = () => refusal(500, 'internal');
  await page.getByRole('alert').waitFor();
  portal.api[LOOK] = answer;
  now = { state: 'complete', created: CREATED };
  await page.getByRole('region', { name: 'Your dashboard is ready' }).waitFor();
});

test.each([
  ['analyzing', {}, 'Your data is copied. I am looking at it now…'],
  ['categories', {}, READY],
  ['refining', {}, QUESTIONS_TITLE],
  ['generating', {}, 'Building your dashboard…'],
  ['categories', { isReentry: true }, 'What would you like to track?'],
] as const)('a page that is loaded anew at %s %j goes on there', async (state, over, title) => {
  await open({ state: 'complete' });
  await seesDashboard();
  portal.api[RECONFIGURE] = takeStep({ state, ...over });
  await page.getByRole('button', { name: 'Change what I track' }).click();
  await heading(title).waitFor();
  await page.reload();
  await heading(title).waitFor();
  expect(await page.locator('.dashboard').count()).toBe(0);
});

test('back from the questions shows the choice as it was, and the way on goes by the keyboard alone', async () => {
  await open({ state: 'refining', selected: ['employeePerformance', 'salesPipeline'] });
  await heading(QUESTIONS_TITLE).waitFor();
  await page.getByRole('radio', { name: 'Each employee' }).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Back' }).focus();
  await page.keyboard.press('Enter');
  await heading('What would you like to track?').waitFor();
  await focusOn('What would you like to track?');
  expect(await page.getByRole('checkbox', { checked: true }).count()).toBe(2);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  expect(await page.getByRole('checkbox', { name: 'Employee performance' }).isChecked()).toBe(false);
  for (const _ of ['salesPipeline', 'callsAndResponse', 'sourcePerformance', 'continue']) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await heading(QUESTIONS_TITLE).waitFor();
  expect(steps).toEqual([{ categories: ['salesPipeline'] }]);
  expect(await page.getByRole('radio', { name: 'Teams' }).isChecked()).toBe(true);
});

test('nothing chosen is not sent, and the person is told', async () => {
  await open({ state: 'categories' });
  for (const name of ['Employee performance', 'Leads and sales pipeline']) await page.getByRole('checkbox', { name }).uncheck();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText('Choose at least one.').waitFor();
  expect(steps).toEqual([]);
  await page.getByRole('checkbox', { name: 'Ads and sources' }).check();
  expect(await page.getByText('Choose at least one.').count()).toBe(0);
});

test('where another administrator was faster, the page says so and shows where things stand', async () => {
  await open({ state: 'categories' });
  await heading(READY).waitFor();
  portal.api[SELECT] = () => refusal(409, 'wrong_state');
  now = { state: 'refining', questions: [sampleQuestion('sourceFocus')] };
  await page.getByRole('button', { name: 'Continue' }).click();
  await heading(QUESTIONS_TITLE).waitFor();
  await page.getByText('Somebody in your company has gone on meanwhile.').waitFor();
  expect(await page.getByRole('radio', { name: 'How many of them buy' }).count()).toBe(1);
});

test('a step that fails says why, keeps what was chosen, and can be taken again', async () => {
  await open({ state: 'categories' });
  await page.getByRole('checkbox', { name: 'Ads and sources' }).check();
  portal.api[SELECT] = () => refusal(500, 'internal');
  await page.getByRole('button', { name: 'Continue' }).click();
  const alert = page.getByRole('alert').filter({ hasText: 'Something went wrong on our side.' });
  await alert.waitFor();
  expect(await alert.textContent()).toContain('Request req-1');
  expect(await findBarriers()).toEqual([]);
  portal.api[SELECT] = takeStep({ state: 'refining' });
  await page.getByRole('button', { name: 'Continue' }).click();
  await heading(QUESTIONS_TITLE).waitFor();
  expect(steps).toEqual([{ categories: ['employeePerformance', 'salesPipeline', 'sourcePerformance'] }]);
});

test('a server that is out of reach when a round begins is tried again, or left for the dashboard', async () => {
  await open({ state: 'complete' });
  portal.api[RECONFIGURE] = () => refusal(500, 'internal');
  const track = page.getByRole('button', { name: 'Change what I track' });
  await track.click();
  await page.getByRole('alert').waitFor();
  await page.getByRole('button', { name: 'Later' }).click();
  await seesDashboard();
  await track.click();
  await page.getByRole('alert').waitFor();
  portal.api[RECONFIGURE] = takeStep({ state: 'categories', isReentry: true });
  await page.getByRole('button', { name: 'Try again' }).click();
  await heading('What would you like to track?').waitFor();
});

test('a round begins once, however often its button is pressed while its code is on the way', async () => {
  const arriving = Promise.withResolvers<void>();
  await page.route('**/assets/onboarding-*.js', async (route) => {
    await arriving.promise;
    await route.continue();
  });
  await open({ state: 'complete' });
  portal.api[RECONFIGURE] = takeStep({ state: 'categories', isReentry: true });
  await page.getByRole('button', { name: 'Change what I track' }).dblclick();
  arriving.resolve();
  await heading('What would you like to track?').waitFor();
  expect(portal.calls.filter((call) => call.startsWith(RECONFIGURE))).toHaveLength(1);
});

test('code that cannot be loaded is said to be out of reach, and onboarding begins when it can', async () => {
  await page.route('**/assets/onboarding-*.js', (route) => route.abort());
  await open({ state: 'complete' });
  await page.getByRole('button', { name: 'Change what I track' }).click();
  await page.getByText('This part could not be loaded').waitFor();
  await page.unroute('**/assets/onboarding-*.js');
  await page.getByRole('button', { name: 'Change what I track' }).click();
  await heading('Your data is copied. I am looking at it now…').waitFor();
});

test('where it cannot be known where onboarding stands, the dashboard is shown', async () => {
  portal.api[LOOK] = () => refusal(500, 'internal');
  await page.goto(portal.appUrl);
  await seesDashboard();
});

test('a session that ends asks to open the app again', async () => {
  await open({ state: 'refining' });
  portal.api[REFINE] = () => refusal(401, 'token_expired');
  await page.getByRole('button', { name: 'Build my dashboard' }).click();
  await heading('Open LeadRelay again').waitFor();
});

test('later leads to the dashboard, whose banner leads back, also after the page was loaded anew', async () => {
  await open({ state: 'categories' });
  await pressLater();
  const banner = page.getByRole('region', { name: 'Your own dashboard is waiting' });
  await banner.waitFor();
  await focusOn('Your own dashboard is waiting');
  expect(await page.getByRole('button', { name: 'Change what I track' }).count()).toBe(0);
  await page.reload();
  await banner.waitFor();
  await seesDashboard();
  const heard = page.waitForResponse((response) => response.url().endsWith('/onboarding/later'));
  await banner.getByRole('button', { name: 'Go on' }).click();
  await heard;
  await heading(READY).waitFor();
  await page.reload();
  await heading(READY).waitFor();
});

test('who has put it off in a window that keeps nothing is not asked again, and another person is', async () => {
  // As Chromium does in a frame of another origin where third parties may store nothing.
  await page.addInitScript(() => {
    const refuse = () => {
      throw new DOMException('Access is denied for this document.', 'SecurityError');
    };
    for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, { get: refuse });
  });
  const first = sampleSession();
  const second = sampleSession({ token: 'session-of-another', user: { id: '2', name: 'Dilnoza', role: 'admin' } });
  await open({ state: 'categories' }, { session: first });
  await pressLater();
  await open({ state: 'categories' }, { session: first });
  await page.getByRole('region', { name: 'Your own dashboard is waiting' }).waitFor();
  await seesDashboard();
  expect(await page.locator('.onboarding').count()).toBe(0);
  await open({ state: 'categories' }, { session: second });
  await heading(READY).waitFor();
});

test('onboarding that cannot be begun is offered beside the dashboard', async () => {
  portal.api[START] = () => refusal(500, 'internal');
  await open({ state: 'not_started' });
  await seesDashboard();
  const banner = page.getByRole('region', { name: 'A dashboard of your own' });
  await banner.waitFor();
  portal.api[START] = takeStep({ state: 'categories' });
  await banner.getByRole('button', { name: 'Begin' }).click();
  await heading(READY).waitFor();
});

test('who is in the chat while the data is looked at stays there, and finds the choice on the dashboard', async () => {
  portal.api['GET /api/dashboard/chat/history'] = () => ({ body: sampleHistory() });
  await open({ state: 'syncing' });
  await seesDashboard();
  await page.getByRole('tab', { name: 'Chat' }).click();
  await page.locator('.chat-log').waitFor();
  now = { state: 'categories' };
  await page.getByRole('textbox').fill('How many leads');
  expect(await page.locator('.onboarding').count()).toBe(0);
  await page.getByRole('tab', { name: 'Dashboard' }).click();
  await heading(READY).waitFor();
});

test('another round has the choices ticked and says that what is there stays', async () => {
  await open({ state: 'complete' });
  await seesDashboard();
  await page.getByRole('button', { name: 'Change what I track' }).click();
  await heading('Your data is copied. I am looking at it now…').waitFor();
  const { categories } = sampleOnboarding({ state: 'categories' });
  now = {
    state: 'categories',
    isReentry: true,
    selected: ['sourcePerformance'],
    categories: categories.map((offer) => ({ ...offer, isSuggested: offer.category === 'sourcePerformance' })),
  };
  await heading('What would you like to track?').waitFor();
  await page.getByText('New charts are added; the ones you have stay.').waitFor();
  expect(await page.getByRole('checkbox', { checked: true }).count()).toBe(1);
  expect(await page.getByRole('checkbox', { name: 'Ads and sources' }).isChecked()).toBe(true);
});

test('a member sees the dashboard, asks for nothing else, and is offered nothing', async () => {
  await open({ state: 'categories' }, { session: sampleSession({ user: { id: '7', name: 'Timur', role: 'member' } }) });
  await seesDashboard();
  expect(await page.getByRole('button', { name: 'Change what I track' }).count()).toBe(0);
  expect(await page.locator('.onboarding, .onboarding-note').count()).toBe(0);
  expect(portal.calls.filter((call) => call.includes('onboarding'))).toEqual([]);
});

test('an empty portal is told what would unlock each category', async () => {
  const { quality, categories } = sampleOnboarding({ state: 'categories' });
  await open({
    state: 'categories',
    quality: quality.map((one) => ({ ...one, records: 0, first: null, last: null, recommendation: 'empty' })),
    categories: categories.map((offer) => ({
      ...offer,
      quality: 'empty',
      isAvailable: false,
      isSuggested: false,
      evidence: [],
      unlock: [{ kind: 'records', entity: 'leads', missing: 20 }],
    })),
  });
  await heading('Your CRM has no records yet').waitFor();
  expect(await page.getByText('Still needed: 20 leads').count()).toBe(6);
  await page.getByRole('button', { name: 'To the dashboard' }).click();
  await seesDashboard();
  await page.getByRole('region', { name: 'Your own dashboard needs records first' }).waitFor();
});

test('an empty portal is offered what it fills with while it is looked at', async () => {
  await page.clock.install();
  const { quality, categories } = sampleOnboarding({ state: 'categories' });
  await open({
    state: 'categories',
    quality: quality.map((one) => ({ ...one, records: 0, first: null, last: null, recommendation: 'empty' })),
    categories: categories.map((offer) => ({ ...offer, quality: 'empty', isAvailable: false, isSuggested: false })),
  });
  await heading('Your CRM has no records yet').waitFor();
  now = { state: 'categories' };
  await page.clock.fastForward(31_000);
  await heading(READY).waitFor();
  expect(await page.getByRole('checkbox', { checked: true }).count()).toBe(2);
});

test('data that could not be looked at is told, with general choices', async () => {
  const { categories } = sampleOnboarding({ state: 'categories' });
  await open({
    state: 'categories',
    isFallback: true,
    quality: [],
    categories: categories.map((offer) => ({ ...offer, quality: 'usable', isAvailable: true, evidence: [], unlock: [] })),
  });
  await page.getByText('We could not look at your data yet. These are general choices; we try again by ourselves.').waitFor();
  expect(await page.getByRole('checkbox', { disabled: true }).count()).toBe(0);
});

test('what a model says stands beside the facts, and in place of what a category shows in general', async () => {
  await open({
    state: 'categories',
    words: { summary: 'Your team lives from <b>calls</b>.', notes: { salesPipeline: 'Where your deals wait.' } },
  });
  await page.getByText('Your team lives from <b>calls</b>.', { exact: true }).waitFor();
  await page.getByText('Where your deals wait.').waitFor();
  expect(await page.locator('.found li').count()).toBeGreaterThan(0);
  expect(await page.locator('.category').count()).toBe(6);
});

test('a portal without leads is spoken to of contacts', async () => {
  const { quality } = sampleOnboarding({ state: 'categories' });
  await open({ state: 'categories', mode: 'simple', quality: quality.filter(({ entity }) => entity !== 'leads') });
  await page.getByRole('checkbox', { name: 'Contacts and sales pipeline' }).waitFor();
});

/** As long as the server lets through, with words that cannot be broken. */
const LONGEST_WORDS: OnboardingReply['words'] = {
  summary: 'Предпринимательствующими высококвалифицированными '.repeat(6).trim(),
  notes: Object.fromEntries(CATEGORIES.map((category) => [category, 'Сельскохозяйственно-машиностроительные '.repeat(4).trim()])),
};

/** Every step with as much on it as there can be. */
const FULL: [string, typeof now, string][] = [
  ['choose', { state: 'categories' }, '.categories'],
  ['choose, with words of a model', { state: 'categories', words: LONGEST_WORDS }, '.categories'],
  ['questions', { state: 'refining', questions: (Object.keys(QUESTIONS) as QuestionId[]).map(sampleQuestion) }, '.question'],
  ['analyzing', { state: 'analyzing' }, '.onboarding-card'],
  ['building', { state: 'generating' }, '.onboarding-card'],
  ['copying', { state: 'syncing' }, '.onboarding-note'],
  ['resume', { state: 'refining' }, '.onboarding-note'],
];

/** As somebody finds the page who has put onboarding off before. */
async function putOff(): Promise<void> {
  await open({ state: 'categories' });
  await pressLater();
}

/** Until the dashboard is there and the server has heard of it. */
async function pressLater(): Promise<void> {
  const heard = page.waitForResponse((response) => response.url().endsWith('/onboarding/later'));
  await page.getByRole('button', { name: 'Later' }).click();
  await heard;
  await seesDashboard();
}

/** What axe finds serious or worse in onboarding. */
async function findBarriers(): Promise<unknown[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await Reflect.get(window, 'axe').run('.onboarding, .onboarding-note');
    return violations
      .filter(({ impact }: { impact: string }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }: { id: string; nodes: { html: string; failureSummary: string }[] }) => [
        id,
        ...nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`),
      ]);
  });
}

describe.each(FULL)('%s', (name, state, part) => {
  test.each([
    ['ru', 380],
    ['uz', 380],
    ['kk', 380],
    ['ru', 1280],
  ])('in %s at %i px fits the width', async (locale, width) => {
    await page.setViewportSize({ width, height: 900 });
    if (name === 'resume') await putOff();
    await open(state, { locale });
    await page.locator(part).first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    const cut = await page
      .locator('.onboarding *:not(.visually-hidden, .steps li, input), .onboarding-note *:not(.steps li)')
      .evaluateAll((elements) =>
        elements.filter((one) => one.clientWidth > 0 && one.scrollWidth > one.clientWidth).map((one) => one.outerHTML),
      );
    expect(cut).toEqual([]);
  });

  test.each(['light', 'dark'] as const)('has nothing in the %s theme that keeps people out', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    if (name === 'resume') await putOff();
    await open(state);
    await page.locator(part).first().waitFor();
    expect(await findBarriers()).toEqual([]);
  });
});
