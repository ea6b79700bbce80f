import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { ERROR_CODES } from '../../../contract/api.ts';
import { onboardingReply } from '../../../contract/onboarding.ts';
import { doOnboardingWork } from '../../dashboard/onboarding-work.ts';
import { named } from '../../testing/dashboard-rig.ts';
import { insertRows } from '../../testing/insert-rows.ts';
import { ONBOARDING_STATES, type OnboardingRig, startOnboardingRig } from '../../testing/onboarding-rig.ts';

/** The way to a dashboard of one's own, as people take it over HTTP. */

let rig: OnboardingRig;

beforeAll(async () => {
  rig = await startOnboardingRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.reset());

const STEPS: readonly [path: string, body: unknown][] = [
  ['/onboarding/start', {}],
  ['/onboarding/select', { categories: ['salesPipeline'] }],
  ['/onboarding/refine', { answers: {} }],
  ['/reconfigure', {}],
];

test('the first round goes from the data to a dashboard, and tells where it is', async () => {
  expect(await rig.look()).toEqual({
    ...{ state: 'not_started', mode: 'classic', quality: [], isFallback: false, words: null, categories: [] },
    ...{ selected: [], questions: [], isReentry: false, created: [], isPutOff: false },
  });
  await rig.owner.query(`update crm_sync_status set last_full_sync_at = null where entity = 'deals'`);
  expect(await rig.take('/onboarding/start')).toMatchObject({ state: 'syncing', categories: [], quality: [] });
  await rig.work();
  expect(await rig.look()).toMatchObject({ state: 'syncing' });

  await rig.endSync();
  expect(await rig.look()).toMatchObject({ state: 'syncing' });
  await rig.work();
  const offered = await rig.look();
  expect(offered).toMatchObject({ state: 'categories', isFallback: false, selected: [], questions: [], created: [] });
  expect(offered.quality.map(({ entity }) => entity)).toEqual([
    'leads',
    'deals',
    'activities',
    'contacts',
    'companies',
    'products',
  ]);

  const chosen = await rig.take('/onboarding/select', { categories: ['salesPipeline', 'employeePerformance'] });
  expect(chosen).toMatchObject({ state: 'refining', selected: ['employeePerformance', 'salesPipeline'] });
  expect(chosen.questions.map(({ id }) => id)).toEqual(['employeeFocus', 'pipelineRange', 'pipelineDetail']);

  expect(await rig.take('/onboarding/refine', { answers: { pipelineDetail: 'stages' } })).toMatchObject({ state: 'generating' });
  await rig.work();
  const made = await rig.look();
  expect(made).toMatchObject({ state: 'complete', isReentry: false });
  expect(made.created.length).toBeGreaterThan(4);
});

test('it begins at the categories where the data was looked at already', async () => {
  await rig.endSync();
  await rig.work();
  expect(await rig.look()).toMatchObject({ state: 'not_started' });
  expect(await rig.take('/onboarding/start')).toMatchObject({ state: 'categories' });
});

describe('a step out of its turn is refused and changes nothing', () => {
  const POSSIBLE = new Map([
    ['/onboarding/start', ['not_started', 'syncing', 'analyzing', 'categories']],
    ['/onboarding/select', ['categories', 'refining']],
    ['/onboarding/refine', ['refining', 'generating']],
    ['/reconfigure', ['complete']],
  ]);
  test.each(ONBOARDING_STATES)('in %s', async (state) => {
    await rig.reach(state);
    const before = await rig.look();
    expect(before).toMatchObject({ state });
    for (const [path, body] of STEPS) {
      if (POSSIBLE.get(path)?.includes(state)) continue;
      expect([path, await rig.refusal(path, { body, token: rig.tokens.admin })]).toEqual([path, '409 wrong_state']);
    }
    expect(await rig.look()).toEqual(before);
  });
  test('wrong_state is a conflict', () => expect(ERROR_CODES.wrong_state.status).toBe(409));
});

describe('who may', () => {
  test('everyone looks; only administrators take steps; without a login nobody does either', async () => {
    await rig.reach('categories');
    expect((await rig.look(rig.tokens.member)).categories).toHaveLength(6);
    for (const [path, body] of STEPS) {
      expect([path, await rig.refusal(path, { body })]).toEqual([path, '403 forbidden']);
      expect([path, await rig.refusal(path, { body, token: null })]).toEqual([path, '401 unauthorized']);
    }
    expect(await rig.refusal('/onboarding', { token: null })).toBe('401 unauthorized');
    expect(await rig.look()).toMatchObject({ state: 'categories' });
  });

  test('another tenant has its own way, and sees nothing of this one', async () => {
    await rig.reach('complete');
    expect(await rig.look(rig.tokens.neighbour)).toMatchObject({ state: 'not_started', created: [], selected: [] });
    const response = await rig.call('/onboarding/start', { body: {}, token: rig.tokens.neighbour });
    expect(response.status).toBe(200);
    await rig.work();
    const { quality, state } = await rig.look(rig.tokens.neighbour);
    // The small world's nine leads that are not deleted, and not the forty that the first tenant has besides.
    expect(state).toBe('categories');
    expect(quality.find(({ entity }) => entity === 'leads')).toMatchObject({ records: 9, recommendation: 'insufficient' });
    expect(await rig.look()).toMatchObject({ state: 'complete' });
    const { rows } = await rig.owner.query('select distinct tenant_id from dashboard_widgets');
    expect(rows).toEqual([{ tenant_id: rig.tenantId }]);
  });
});

describe('hostile input is refused with its reason and changes nothing', () => {
  const OTHER_METHODS = ['PUT', 'PATCH', 'DELETE'];
  test.each(
    named([
      ['', '400 body_required'],
      ['{"categories":', '400 malformed_json'],
      ['[]', '400 body_must_be_object'],
      ['"categories"', '400 body_must_be_object'],
      [{}, '422 required'],
      [{ categories: [] }, '422 out_of_range'],
      [{ categories: 'salesPipeline' }, '422 wrong_type'],
      [{ categories: [null] }, '422 invalid_value'],
      [{ categories: ['salesPipeline', 'salesPipeline'] }, '422 invalid_value'],
      [{ categories: Array(50).fill('salesPipeline') }, '422 out_of_range'],
      [{ categories: ["salesPipeline'; drop table tenants"] }, '422 invalid_value'],
      [{ categories: ['constructor'] }, '422 invalid_value'],
      [{ categories: ['sales\u0000Pipeline'] }, '422 invalid_characters'],
      // There are no products.
      [{ categories: ['productAnalytics'] }, '422 invalid_value'],
      [{ categories: ['salesPipeline', 'productAnalytics'] }, '422 invalid_value'],
      [{ categories: ['salesPipeline'], tenantId: 'x' }, '422 unknown_field'],
      ['{"categories":["salesPipeline"],"__proto__":{"state":"complete"}}', '422 unknown_field'],
    ]),
  )('select %s: %s', async (_name, expected, body) => {
    await rig.reach('categories');
    expect(await rig.refusal('/onboarding/select', { method: 'POST', body, token: rig.tokens.admin })).toBe(expected);
    expect(await rig.look()).toMatchObject({ state: 'categories', selected: [] });
  });

  test.each(
    named([
      [{}, '422 required'],
      [{ answers: [] }, '422 wrong_type'],
      [{ answers: { pipelineRange: 30 } }, '422 wrong_type'],
      [{ answers: { pipelineRange: '31' } }, '422 invalid_value'],
      [{ answers: { pipelineRange: 'x'.repeat(41) } }, '422 too_long'],
      [{ answers: { pipelineRange: 'constructor' } }, '422 invalid_value'],
      [{ answers: { employeeFocus: 'both', pipelineRange: '__proto__' } }, '422 invalid_value'],
      [{ answers: { favouriteColour: 'red' } }, '422 unknown_field'],
      ['{"answers":{"__proto__":"x"}}', '422 unknown_field'],
      // Of a category that was not chosen, and one that this data is not asked.
      [{ answers: { sourceFocus: 'both' } }, '409 wrong_state'],
      [{ answers: { employeeDetail: 'team' } }, '409 wrong_state'],
    ]),
  )('refine %s: %s', async (_name, expected, body) => {
    await rig.reach('refining');
    expect(await rig.refusal('/onboarding/refine', { body, token: rig.tokens.admin })).toBe(expected);
    expect(await rig.look()).toMatchObject({ state: 'refining' });
  });

  test.each(['/onboarding/start', '/reconfigure'])('%s takes nothing', async (path) => {
    const token = rig.tokens.admin;
    expect(await rig.refusal(path, { body: { state: 'complete' }, token })).toBe('422 unknown_field');
    expect(await rig.refusal(path, { method: 'POST', token })).toBe('400 body_required');
    expect(await rig.refusal(path, { method: 'POST', token, body: `{"a":"${'x'.repeat(300_000)}"}` })).toBe('413 body_too_large');
    expect(await rig.look()).toMatchObject({ state: 'not_started' });
  });

  test('other methods are told which there are', async () => {
    for (const [path] of STEPS) {
      for (const method of [...OTHER_METHODS, 'GET']) {
        const response = await rig.call(path, { method, token: rig.tokens.admin });
        expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
      }
    }
    for (const method of [...OTHER_METHODS, 'POST']) {
      expect(await rig.refusal('/onboarding', { method, token: rig.tokens.admin })).toBe('405 method_not_allowed');
    }
  });
});

describe('putting it off', () => {
  beforeAll(async () => {
    const rowOf = (tenant_id: string, crm_user_id: string, role: string) => ({
      ...{ tenant_id, crm_source: 'bitrix24', crm_user_id, name: 'Ann', role, locale: null },
    });
    await insertRows(rig.owner, 'tenant_members', [
      rowOf(rig.tenantId, '1', 'admin'),
      rowOf(rig.tenantId, '17', 'member'),
      rowOf(rig.neighbourId, '17', 'admin'),
    ]);
  });
  afterAll(() => rig.owner.query('delete from tenant_members'));
  beforeEach(() => rig.owner.query('update tenant_members set onboarding_put_off_at = null'));

  const { parse } = onboardingReply;
  const putOff = async (token: string, isPutOff = true) =>
    parse(await (await rig.call('/onboarding/later', { body: { isPutOff }, token })).json());
  const whoHas = async () => {
    const { admin, member, neighbour } = rig.tokens;
    const replies = await Promise.all([admin, member, neighbour].map((token) => rig.look(token)));
    return replies.map(({ isPutOff }) => isPutOff);
  };

  test('is one’s own, with and without rights, until one goes on', async () => {
    await rig.reach('categories');
    await rig.call('/onboarding/start', { body: {}, token: rig.tokens.neighbour });
    const before = await rig.look();
    expect(await putOff(rig.tokens.member)).toEqual({ ...before, isPutOff: true });
    expect(await whoHas()).toEqual([false, true, false]);
    expect(await putOff(rig.tokens.admin)).toMatchObject({ state: 'categories', isPutOff: true });
    expect(await putOff(rig.tokens.admin)).toMatchObject({ isPutOff: true });
    expect(await whoHas()).toEqual([true, true, false]);
    expect(await putOff(rig.tokens.member, false)).toEqual(before);
    expect(await whoHas()).toEqual([true, false, false]);
    // A step of one’s own answers it as well.
    expect(await rig.take('/onboarding/select', { categories: ['salesPipeline'] })).toMatchObject({ isPutOff: true });
  });

  test.each(ONBOARDING_STATES)('in %s changes nothing for anybody else', async (state) => {
    await rig.reach(state);
    const before = await rig.look(rig.tokens.admin);
    await putOff(rig.tokens.member);
    expect(await rig.look(rig.tokens.admin)).toEqual(before);
    // What is over cannot be put off.
    expect((await rig.look()).isPutOff).toBe(state !== 'complete');
  });

  test('ends with the round: the next one is asked for again', async () => {
    await rig.reach('refining');
    await putOff(rig.tokens.member);
    await rig.take('/onboarding/refine', { answers: {} });
    expect((await rig.look()).isPutOff).toBe(true);
    await rig.work();
    // A page that has not heard of the end.
    expect(await putOff(rig.tokens.admin)).toMatchObject({ state: 'complete', isPutOff: false });
    await rig.take('/reconfigure');
    expect(await whoHas()).toEqual([false, false, false]);
    expect(await putOff(rig.tokens.admin)).toMatchObject({ isReentry: true, isPutOff: true });
    expect(await whoHas()).toEqual([true, false, false]);
  });

  test('takes a login, somebody who has opened LeadRelay, and nothing but yes or no', async () => {
    await rig.reach('categories');
    const token = rig.tokens.member;
    const refusal = (body: unknown) => rig.refusal('/onboarding/later', { method: 'POST', body, token });
    expect(await rig.refusal('/onboarding/later', { body: { isPutOff: true }, token: null })).toBe('401 unauthorized');
    const stranger = await rig.issue(rig.tenantId, 'admin', "1' or '1'='1");
    expect(await rig.refusal('/onboarding/later', { body: { isPutOff: true }, token: stranger })).toBe('404 not_found');
    expect(await refusal('')).toBe('400 body_required');
    expect(await refusal('{"isPutOff":')).toBe('400 malformed_json');
    expect(await refusal([true])).toBe('400 body_must_be_object');
    expect(await refusal({})).toBe('422 required');
    for (const isPutOff of ['true', 1, null, { isPutOff: true }]) expect(await refusal({ isPutOff })).toBe('422 wrong_type');
    for (const more of [{ userId: '1' }, { crmSource: 'hubspot' }, { tenantId: rig.neighbourId }]) {
      expect(await refusal({ isPutOff: true, ...more })).toBe('422 unknown_field');
    }
    expect(await refusal('{"isPutOff":true,"__proto__":{"userId":"1"}}')).toBe('422 unknown_field');
    expect(await refusal(`{"isPutOff":"${'x'.repeat(300_000)}"}`)).toBe('413 body_too_large');
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      const response = await rig.call('/onboarding/later', { method, token });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    }
    expect(await whoHas()).toEqual([false, false, false]);
  });
});

describe('two at once', () => {
  const post = (path: string, body: unknown) => rig.call(path, { body, token: rig.tokens.admin });
  const statuses = (responses: Response[]) => responses.map(({ status }) => status);

  test('five starts are one', async () => {
    const responses = await Promise.all(Array.from({ length: 5 }, () => post('/onboarding/start', {})));
    expect(statuses(responses)).toEqual([200, 200, 200, 200, 200]);
    expect(await rig.work()).toBe(1);
    expect(await rig.look()).toMatchObject({ state: 'categories' });
  });

  test('of two who choose differently the last one’s choice stands whole, with its questions', async () => {
    await rig.reach('categories');
    const choices = [['salesPipeline'], ['customerInsights'], ['sourcePerformance', 'salesPipeline']];
    const responses = await Promise.all(choices.map((categories) => post('/onboarding/select', { categories })));
    expect(statuses(responses)).toEqual([200, 200, 200]);
    const { selected, questions } = await rig.look();
    expect(choices.map((one) => one.toSorted())).toContainEqual(selected.toSorted());
    expect(questions.every(({ category }) => selected.includes(category))).toBe(true);
  });

  test('answers to questions that another has replaced are refused', async () => {
    await rig.reach('refining');
    await rig.take('/onboarding/select', { categories: ['customerInsights'] });
    const answers = { pipelineRange: '7' };
    expect(await rig.refusal('/onboarding/refine', { body: { answers }, token: rig.tokens.admin })).toBe('409 wrong_state');
    expect(await rig.look()).toMatchObject({ state: 'refining', selected: ['customerInsights'] });
  });

  test('the last button pressed by two makes one dashboard; with other answers the second is refused', async () => {
    await rig.reach('refining');
    const same = await Promise.all([1, 2, 3].map(() => post('/onboarding/refine', { answers: { pipelineRange: '90' } })));
    expect(statuses(same)).toEqual([200, 200, 200]);
    expect(statuses([await post('/onboarding/refine', { answers: { pipelineRange: '7' } })])).toEqual([409]);
    await rig.work();
    const { created } = await rig.look();
    const { rows } = await rig.owner.query('select id from dashboard_widgets');
    expect(rows).toHaveLength(created.length);
  });

  test('where nothing is asked, choosing makes the dashboard: once, however often it is pressed', async () => {
    await rig.owner.query(`update crm_connections set mode = 'simple' where tenant_id = $1`, [rig.tenantId]);
    try {
      await rig.reach('categories');
      // Without leads there is no response to ask about.
      const press = () => post('/onboarding/select', { categories: ['callsAndResponse'] });
      const replies = await Promise.all([press(), press()]);
      expect(statuses(replies)).toEqual([200, 200]);
      for (const reply of replies) expect(await reply.json()).toMatchObject({ state: 'generating', questions: [] });
      expect(statuses([await post('/onboarding/select', { categories: ['salesPipeline'] })])).toEqual([409]);
      await rig.work();
      expect(await rig.look()).toMatchObject({ state: 'complete', selected: ['callsAndResponse'] });
    } finally {
      await rig.owner.query(`update crm_connections set mode = 'classic' where tenant_id = $1`, [rig.tenantId]);
    }
  });

  test('a step looks where onboarding stands only once it is its turn', async () => {
    await rig.reach('categories');
    const other = new pg.Client({ connectionString: rig.app.database.ownerUrl });
    await other.connect();
    try {
      await other.query('begin');
      await other.query('select 1 from tenants where id = $1 for no key update', [rig.tenantId]);
      const pressed = post('/onboarding/select', { categories: ['salesPipeline'] });
      await vi.waitFor(async () => {
        const { rows } = await rig.owner.query(
          `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        expect(rows).toHaveLength(1);
      }, 10_000);
      await other.query(`update dashboard_configs set onboarding_state = 'analyzing' where tenant_id = $1`, [rig.tenantId]);
      await other.query('commit');
      expect((await pressed).status).toBe(409);
    } finally {
      await other.end();
    }
    expect(await rig.look()).toMatchObject({ state: 'analyzing', selected: [] });
  });

  test('a step and a change of widgets do not wait for each other', async () => {
    await rig.reach('generating');
    await Promise.all([
      doOnboardingWork(rig.deps(), rig.tenantId, new AbortController().signal),
      ...Array.from({ length: 4 }, () =>
        rig.call('/widgets', {
          body: {
            config: {
              ...{
                title: 'Mine',
                chartType: 'kpi',
                dataSource: 'leads',
                crmSource: 'all',
                metricField: null,
                aggregation: 'count',
              },
              ...{ measure: null, format: 'number', timeRangeDays: 5, comparisonPeriodDays: null, filterField: null },
              ...{ filterValue: null, pipeline: null, size: 'small' },
            },
          },
        }),
      ),
    ]);
    const { created } = await rig.look();
    const { rows } = await rig.owner.query(
      'select count(distinct position)::int as places, count(*)::int as widgets from dashboard_widgets',
    );
    expect(rows).toEqual([{ places: created.length + 4, widgets: created.length + 4 }]);
  });
});

test('who took which step stands in the access log', async () => {
  await rig.reach('complete');
  expect(await rig.accessLog(5)).toEqual([
    'system:dima_onboarding create_widgets null',
    'user:1 refine_categories null',
    'user:1 select_categories null',
    expect.stringMatching(/^system:farid_profile analyze_data null \d+$/),
    'user:1 start_onboarding null',
  ]);
});

test('every step and all work is announced', async () => {
  const heard: string[] = [];
  await rig.owner.query('listen leadrelay_tenant');
  const hear = ({ payload }: { payload?: string | undefined }) => void heard.push(payload ?? '');
  rig.owner.on('notification', hear);
  const newsOf = async (step: () => Promise<unknown>) => {
    await rig.owner.query('select 1');
    heard.length = 0;
    await step();
    await rig.owner.query('select 1');
    return heard.includes(rig.tenantId);
  };
  expect(await newsOf(() => rig.look())).toBe(false);
  expect(await newsOf(() => rig.take('/onboarding/start'))).toBe(true);
  expect(await newsOf(() => rig.work())).toBe(true);
  expect(await newsOf(() => rig.take('/onboarding/select', { categories: ['salesPipeline'] }))).toBe(true);
  expect(await newsOf(() => rig.take('/onboarding/refine', { answers: {} }))).toBe(true);
  expect(await newsOf(() => rig.work())).toBe(true);
  expect(await newsOf(() => rig.take('/reconfigure'))).toBe(true);
  rig.owner.off('notification', hear);
  await rig.owner.query('unlisten leadrelay_tenant');
});

test('the answer holds nothing of the records but counts', async () => {
  await rig.reach('complete');
  const text = JSON.stringify(onboardingReply.parse(await (await rig.call('/onboarding')).json()));
  for (const word of ['WEB', 'Annual contract', 'Carol', 'Ann']) expect(text).not.toContain(word);
});
