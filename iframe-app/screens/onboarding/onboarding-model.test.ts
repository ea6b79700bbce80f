import { describe, expect, test } from 'vitest';
import type { DashboardReply } from '../../../contract/dashboard.ts';
import type { Category, OnboardingReply } from '../../../contract/onboarding.ts';
import { ApiError } from '../../api.ts';
import { sampleDashboard, sampleOnboarding } from '../../testing/sample-replies.ts';
import { createOnboarding } from './onboarding-model.ts';

/** A model over a scripted server; `calls` has what reached the server and the dashboard, `server` what it answers next. */
function setUp(first: Partial<OnboardingReply>, isPutOff = false, wasUnderWay = false) {
  const calls: string[] = [];
  const server = {
    /** What GET answers. */
    now: sampleOnboarding(first),
    /** What the next step answers, or why it is refused. */
    next: null as OnboardingReply | ApiError | null,
    failure: null as ApiError | null,
    widgets: (ids: readonly string[]): DashboardReply | Promise<DashboardReply> => only(ids),
  };
  const step = async (name: string) => {
    calls.push(name);
    if (server.next instanceof ApiError) throw server.next;
    if (server.next) server.now = server.next;
    return server.now;
  };
  const model = createOnboarding({
    api: {
      get: async () => {
        calls.push('get');
        if (server.failure) throw server.failure;
        return server.now;
      },
      start: () => step('start'),
      select: (categories) => step(`select ${categories}`),
      refine: (answers) => step(`refine ${JSON.stringify(answers)}`),
      reconfigure: () => step('reconfigure'),
      putOff: async (next) => {
        calls.push(`later ${next}`);
        if (server.failure) throw server.failure;
        return server.now;
      },
      getWidgets: async (ids) => {
        calls.push(`widgets ${ids}`);
        return server.widgets(ids);
      },
    },
    dashboard: {
      reload: async () => {
        calls.push('reload');
      },
    },
    isPutOff,
    wasUnderWay,
  });
  return { model, server, calls };
}

function only(ids: readonly string[]): DashboardReply {
  const { widgets, results } = sampleDashboard();
  return sampleDashboard({
    widgets: widgets.filter(({ id }) => ids.includes(id)),
    results: results.filter(({ id }) => ids.includes(id)),
  });
}

/** Until everything that was begun has gone as far as it can. */
const settle = () => new Promise((resolve) => setImmediate(resolve));
const wrongState = () => new ApiError('refused', { code: 'wrong_state' });

test('a round that ends while the page still loads is shown, and one that was over before is not loaded twice', async () => {
  const ended = setUp({ state: 'complete', created: ['deals-by-stage'] }, false, true);
  await ended.model.load();
  await ended.model.load();
  expect(ended.calls).toEqual(['get', 'reload', 'get']);
  const before = setUp({ state: 'complete' });
  await before.model.load();
  expect(before.calls).toEqual(['get']);
});

test.each([
  ['not_started', null],
  ['syncing', null],
  ['analyzing', 'analyzing'],
  ['categories', 'choose'],
  ['refining', 'questions'],
  ['generating', 'building'],
  ['complete', null],
] as const)('a page that is opened at %s shows %s', async (state, screen) => {
  const { model } = setUp({ state });
  expect(model.screen.value).toBe('opening');
  await model.load();
  expect(model.screen.value).toBe(screen);
});

test('what is suggested and available is ticked, until a person ticks otherwise', async () => {
  const { model, server } = setUp({ isFallback: true });
  await model.load();
  expect([...model.ticked.value]).toEqual(['employeePerformance', 'salesPipeline']);
  model.toggle('salesPipeline');
  model.toggle('callsAndResponse');
  // The data could be looked at after all, and nobody can track what was ticked first any more.
  const offers = sampleOnboarding().categories.map((offer) => ({
    ...offer,
    isAvailable: offer.isAvailable && offer.category !== 'employeePerformance',
  }));
  server.now = sampleOnboarding({ categories: offers });
  await model.load();
  expect([...model.ticked.value]).toEqual(['callsAndResponse']);
});

test('the choice is sent in the order of the offers, and its questions are answered as recommended', async () => {
  const { model, server, calls } = setUp({});
  await model.load();
  model.toggle('employeePerformance');
  model.toggle('employeePerformance');
  server.next = sampleOnboarding({ state: 'refining' });
  await model.select();
  expect(model.screen.value).toBe('questions');
  expect(model.answers.value).toEqual({ employeeDetail: 'both', pipelineRange: '365' });
  model.answer('pipelineRange', '90');
  server.next = sampleOnboarding({ state: 'generating' });
  await model.refine();
  expect(model.screen.value).toBe('building');
  expect(calls).toEqual([
    'get',
    'select employeePerformance,salesPipeline',
    'refine {"employeeDetail":"both","pipelineRange":"90"}',
  ]);
});

test('back from the questions shows the choice as it was made, and answers given stay', async () => {
  const { model, server, calls } = setUp({ state: 'refining' });
  await model.load();
  model.answer('pipelineRange', '7');
  model.back();
  expect(model.screen.value).toBe('choose');
  expect([...model.ticked.value]).toEqual(['employeePerformance', 'salesPipeline']);
  model.toggle('sourcePerformance');
  await model.select();
  expect(model.screen.value).toBe('questions');
  expect(model.answers.value.pipelineRange).toBe('7');
  expect(calls).toContain('select employeePerformance,salesPipeline,sourcePerformance' satisfies `select ${string}`);
  expect(server.now.state).toBe('refining');
});

test('an answer that is no longer an option becomes what is recommended', async () => {
  const { model, server } = setUp({ state: 'refining' });
  await model.load();
  model.answer('pipelineRange', '7');
  server.now = sampleOnboarding({
    state: 'refining',
    questions: [{ id: 'pipelineRange', category: 'salesPipeline', options: ['30', '90'], recommended: '90' }],
  });
  await model.load();
  expect(model.answers.value).toEqual({ pipelineRange: '90' });
});

describe('building', () => {
  const created = ['leads-over-time', 'deals-by-stage', 'total-leads'];

  test('shows the new widgets in the dashboard’s order as their numbers arrive, then the dashboard', async () => {
    const { model, server, calls } = setUp({ state: 'refining' });
    await model.load();
    server.next = sampleOnboarding({ state: 'generating' });
    await model.refine();
    expect(await model.poll()).toBeGreaterThan(0);
    expect(model.built.value).toEqual([]);
    const seen: string[][] = [];
    const stop = model.built.subscribe((built) => {
      seen.push(built.map(({ id, panel }) => `${id} ${panel.kind}`));
    });
    server.now = sampleOnboarding({ state: 'complete', created });
    expect(await model.poll()).toBeNull();
    await settle();
    stop();
    expect(seen.slice(1)).toEqual([
      ['leads-over-time loading', 'deals-by-stage loading', 'total-leads loading'],
      ['leads-over-time ready', 'deals-by-stage ready', 'total-leads loading'],
      ['leads-over-time ready', 'deals-by-stage ready', 'total-leads ready'],
    ]);
    expect(calls.slice(-3)).toEqual(['widgets leads-over-time,deals-by-stage', 'widgets total-leads', 'reload']);
    expect(model.screen.value).toBeNull();
    expect(model.finished.value).toBe(3);
    model.dismiss();
    expect(model.finished.value).toBeNull();
  });

  test('a widget without numbers holds nothing up', async () => {
    const { model, server } = setUp({ state: 'generating' });
    await model.load();
    server.widgets = (ids) => {
      if (ids.includes('leads-over-time')) throw new ApiError('network');
      return only(ids);
    };
    server.now = sampleOnboarding({ state: 'complete', created });
    await model.load();
    await settle();
    expect(model.built.value.map(({ panel }) => panel.kind)).toEqual(['failed', 'failed', 'ready']);
    expect(model.finished.value).toBe(3);
  });

  test('who leaves before its end has the dashboard at once, and hears of the end there', async () => {
    const { model, server, calls } = setUp({ state: 'generating' });
    await model.load();
    let arrive = () => {};
    server.widgets = (ids) => new Promise((resolve) => (arrive = () => resolve(only(ids))));
    server.now = sampleOnboarding({ state: 'complete', created });
    await model.load();
    expect(model.screen.value).toBe('building');
    model.putOff();
    expect(model.screen.value).toBeNull();
    expect(model.finished.value).toBeNull();
    arrive();
    await settle();
    expect(model.screen.value).toBeNull();
    expect(model.finished.value).toBe(3);
    expect(calls.at(-1)).toBe('reload');
  });

  test('of a dashboard made elsewhere, who has put onboarding off sees the charts and nothing else', async () => {
    const { model, server, calls } = setUp({ state: 'generating' }, true);
    await model.load();
    expect(model.screen.value).toBeNull();
    server.now = sampleOnboarding({ state: 'complete', created });
    await model.load();
    await settle();
    expect(calls).toEqual(['get', 'get', 'reload']);
    expect(model.finished.value).toBeNull();
  });
});

test('a choice without questions goes on to the building', async () => {
  const { model, server } = setUp({});
  await model.load();
  server.next = sampleOnboarding({ state: 'generating' });
  await model.select();
  expect(model.screen.value).toBe('building');
});

test('a step that somebody else was faster with shows what that one has made of it, and says so', async () => {
  const { model, server } = setUp({ state: 'refining' });
  await model.load();
  model.back();
  server.next = wrongState();
  server.now = sampleOnboarding({ state: 'categories', selected: [] });
  await model.select();
  expect(model.screen.value).toBe('choose');
  expect(model.hasMoved.value).toBe(true);
  expect(model.sending.value.kind).toBe('idle');
  server.next = sampleOnboarding({ state: 'refining' });
  await model.select();
  expect(model.hasMoved.value).toBe(false);
});

test('a step that fails leaves everything as it is, and can be taken again', async () => {
  const { model, server } = setUp({});
  await model.load();
  model.toggle('callsAndResponse');
  server.next = new ApiError('network');
  await model.select();
  expect(model.sending.value.kind).toBe('failed');
  expect(model.screen.value).toBe('choose');
  expect(model.ticked.value.has('callsAndResponse')).toBe(true);
  server.next = sampleOnboarding({ state: 'refining' });
  await model.select();
  expect(model.sending.value.kind).toBe('done');
  expect(model.screen.value).toBe('questions');
});

test('a look that was under way when a step was taken does not take the step back', async () => {
  let answer: (reply: OnboardingReply) => void = () => {};
  const refining = sampleOnboarding({ state: 'refining' });
  const model = createOnboarding({
    api: {
      get: () => new Promise((resolve) => (answer = resolve)),
      select: async () => refining,
      start: async () => refining,
      refine: async () => refining,
      reconfigure: async () => refining,
      putOff: async () => refining,
      getWidgets: async (ids) => only(ids),
    },
    dashboard: { reload: async () => {} },
    isPutOff: false,
    wasUnderWay: false,
  });
  const looked = model.load();
  await model.select();
  answer(sampleOnboarding({ state: 'categories' }));
  await looked;
  expect(model.reply.value?.state).toBe('refining');
});

describe('putting off', () => {
  test('onboarding that was put off waits beside the dashboard until the person goes on', async () => {
    const { model, calls } = setUp({});
    await model.load();
    model.putOff();
    expect(model.screen.value).toBeNull();
    expect(model.hasLeft.value).toBe(true);
    await settle();
    await model.enter();
    expect(model.screen.value).toBe('choose');
    await settle();
    expect(calls).toEqual(['get', 'later true', 'get', 'later false']);
  });

  test('the server is told in the order in which the person decided', async () => {
    const { model, calls } = setUp({});
    await model.load();
    model.putOff();
    await model.enter();
    model.putOff();
    await settle();
    expect(calls.filter((call) => call.startsWith('later'))).toEqual(['later true', 'later false', 'later true']);
  });

  test('where the server does not hear of it, it holds for as long as the page lives', async () => {
    const { model, server } = setUp({});
    await model.load();
    server.failure = new ApiError('network');
    model.putOff();
    await settle();
    expect(model.screen.value).toBeNull();
    server.failure = null;
    await model.load();
    expect(model.screen.value).toBeNull();
  });

  test('a page that is opened after it was put off shows the dashboard at once', () => {
    expect(setUp({}, true).model.screen.value).toBeNull();
  });

  test('another round begins with what was chosen ticked', async () => {
    const { model, server, calls } = setUp({ state: 'complete' });
    await model.load();
    server.next = sampleOnboarding({ state: 'analyzing', isReentry: true });
    await model.enter();
    expect(model.screen.value).toBe('analyzing');
    const chosen: Category[] = ['callsAndResponse'];
    server.now = sampleOnboarding({
      state: 'categories',
      isReentry: true,
      selected: chosen,
      categories: sampleOnboarding().categories.map((offer) => ({ ...offer, isSuggested: chosen.includes(offer.category) })),
    });
    await model.poll();
    expect(model.screen.value).toBe('choose');
    expect([...model.ticked.value]).toEqual(chosen);
    expect(calls).toEqual(['get', 'get', 'reconfigure', 'get']);
  });

  test('a round that cannot be begun says so, and is tried again', async () => {
    const { model, server, calls } = setUp({ state: 'complete' });
    await model.load();
    server.next = new ApiError('network');
    await model.enter();
    expect(model.screen.value).toBe('opening');
    expect(model.sending.value.kind).toBe('failed');
    server.next = sampleOnboarding({ state: 'analyzing', isReentry: true });
    await model.retry();
    expect(model.screen.value).toBe('analyzing');
    expect(calls.filter((call) => call === 'reconfigure')).toHaveLength(2);
  });

  test('who gives up a round that could not be begun is back on the dashboard, and nothing is remembered', async () => {
    const { model, server, calls } = setUp({ state: 'complete' });
    await model.load();
    server.next = new ApiError('network');
    await model.enter();
    model.putOff();
    expect(model.screen.value).toBeNull();
    expect(calls.filter((call) => call.startsWith('later'))).toEqual([]);
  });
});

describe('who goes back to the dashboard before onboarding has opened', () => {
  test('stays there, and no other round begins', async () => {
    const { model, calls } = setUp({ state: 'complete' });
    await model.load();
    const entering = model.enter();
    model.putOff();
    await entering;
    expect(model.screen.value).toBeNull();
    expect(calls).toEqual(['get', 'get']);
  });

  test('stays there while a round that has begun waits beside it', async () => {
    const { model, server, calls } = setUp({ state: 'complete' });
    await model.load();
    server.next = sampleOnboarding({ isReentry: true });
    const entering = model.enter();
    while (!calls.includes('reconfigure')) await Promise.resolve();
    model.putOff();
    await entering;
    await settle();
    expect(model.screen.value).toBeNull();
    expect(calls.slice(-2)).toEqual(['reconfigure', 'later true']);
  });
});

describe('an onboarding that nobody has begun', () => {
  test('begins by itself, once', async () => {
    const { model, server, calls } = setUp({ state: 'not_started' });
    server.next = sampleOnboarding({ state: 'syncing' });
    await model.load();
    await model.load();
    expect(calls).toEqual(['get', 'start', 'get']);
    expect(model.screen.value).toBeNull();
    expect(model.isAwaiting.value).toBe(true);
  });

  test('that could not be begun is left to the person', async () => {
    const { model, server, calls } = setUp({ state: 'not_started' });
    server.next = new ApiError('network');
    await model.load();
    expect(model.screen.value).toBeNull();
    expect(model.isAwaiting.value).toBe(false);
    await model.enter();
    expect(model.screen.value).toBe('opening');
    expect(model.sending.value.kind).toBe('failed');
    server.next = sampleOnboarding({ state: 'categories' });
    await model.retry();
    expect(model.screen.value).toBe('choose');
    expect(calls.filter((call) => call === 'start')).toHaveLength(3);
  });
});

describe('looking again', () => {
  test.each([
    ['syncing', false, true],
    ['analyzing', false, true],
    ['generating', false, true],
    ['categories', true, true],
    ['refining', false, false],
    ['complete', false, false],
    ['not_started', false, false],
  ] as const)('at %s, data that is unknown %s: %s', async (state, isFallback, isAwaiting) => {
    const { model } = setUp({ state, isFallback });
    expect(model.isAwaiting.value).toBe(true);
    expect((await model.poll()) !== null).toBe(isAwaiting);
    expect(model.isAwaiting.value).toBe(isAwaiting);
  });

  test.each([
    ['with too little for one of them', false, false, true],
    ['with enough for all', true, false, false],
    ['with too little, put off', false, true, false],
  ])('at the categories, %s', async (_name, isAvailable, isPutOff, isAwaiting) => {
    const [first, ...others] = sampleOnboarding().categories.map((offer) => ({ ...offer, isAvailable: true }));
    if (!first) throw new Error('The sample offers nothing.');
    const { model } = setUp({ categories: [...others, { ...first, isAvailable }] }, isPutOff);
    expect((await model.poll()) !== null).toBe(isAwaiting);
    expect(model.isAwaiting.value).toBe(isAwaiting);
  });

  test('what has become possible meanwhile is offered, and ticked where nobody has chosen', async () => {
    const { categories } = sampleOnboarding();
    const nothing = categories.map((offer) => ({ ...offer, isAvailable: false, isSuggested: false }));
    const { model, server } = setUp({ categories: nothing });
    await model.poll();
    expect(model.ticked.value.size).toBe(0);
    server.now = sampleOnboarding();
    await model.poll();
    expect([...model.ticked.value]).toEqual(['employeePerformance', 'salesPipeline']);
  });

  test('a dead network is tried again by itself, a refusal only by a person', async () => {
    const { model, server } = setUp({ state: 'refining' });
    server.failure = new ApiError('network');
    expect(await model.poll()).toBeGreaterThan(0);
    expect(model.isAwaiting.value).toBe(true);
    server.failure = new ApiError('refused', { code: 'internal' });
    expect(await model.poll()).toBeNull();
    expect(model.isAwaiting.value).toBe(false);
    server.failure = null;
    await model.retry();
    expect(model.screen.value).toBe('questions');
  });

  test.each(['syncing', 'analyzing', 'generating'] as const)('at %s a refused look is followed by another', async (state) => {
    const { model, server } = setUp({ state });
    await model.poll();
    server.failure = new ApiError('refused', { code: 'internal' });
    expect(await model.poll()).toBeGreaterThan(0);
    expect(model.isAwaiting.value).toBe(true);
    server.failure = new ApiError('session');
    expect(await model.poll()).toBeNull();
  });
});

test.each(['get', 'step'] as const)('a session that ends at a %s is told', async (at) => {
  const { model, server } = setUp({});
  await model.load();
  if (at === 'get') {
    server.failure = new ApiError('session');
    await model.load();
  } else {
    server.next = new ApiError('session');
    await model.select();
  }
  expect(model.isSessionOver.value).toBe(true);
});
