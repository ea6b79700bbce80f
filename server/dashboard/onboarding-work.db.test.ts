import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DashboardReply, Widget } from '../../contract/dashboard.ts';
import type { Evidence, OnboardingReply, Unlock } from '../../contract/onboarding.ts';
import type { Db } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import { kpiOf } from '../testing/dashboard-rig.ts';
import { type OnboardingRig, startOnboardingRig } from '../testing/onboarding-rig.ts';
import { runAs } from '../testing/postgres.ts';
import { doOnboardingWork } from './onboarding-work.ts';

/** What a worker does for onboarding: looks at the data, makes the dashboard, and what becomes of it when it fails or dies. */

let rig: OnboardingRig;

beforeAll(async () => {
  rig = await startOnboardingRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.reset());

const MINUTE_MS = 60_000;
const listWidgets = async (token?: string) =>
  (await (await rig.call('/widgets', { ...(token && { token }) })).json()) as Widget[];
const own = async (token?: string) => (await listWidgets(token)).filter(({ isStandard }) => !isStandard);
const count = async (sql: string) => Number((await rig.owner.query<{ n: string }>(sql, [rig.tenantId])).rows[0]?.n);
const countWaiting = async () => {
  const { rows } = await rig.owner.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows[0]?.count;
};
const categoryOf = ({ categories }: OnboardingReply, name: string) => categories.find(({ category }) => category === name);
/** A round with these categories and answers, from where the categories wait. */
async function round(categories: string[], answers: Record<string, string> = {}): Promise<OnboardingReply> {
  const { state } = await rig.take('/onboarding/select', { categories });
  if (state === 'refining') await rig.take('/onboarding/refine', { answers });
  await rig.work();
  return rig.look();
}
async function again(): Promise<void> {
  await rig.take('/reconfigure');
  await rig.work();
}

describe('what is offered', () => {
  test('speaks of the tenant’s own records, as SQL counts them', async () => {
    await rig.reach('categories');
    const reply = await rig.look();
    const alive = (table: string, condition = 'true') =>
      count(`select count(*) as n from ${table} where tenant_id = $1 and deleted_at is null and ${condition}`);
    const leads = await alive('crm_leads');
    const deals = await alive('crm_deals');
    const activities = await alive('crm_activities');
    const evidence: Record<string, Evidence[]> = {
      employeePerformance: [
        { kind: 'records', entity: 'activities', count: activities },
        {
          ...{ kind: 'filled', entity: 'deals', field: 'owner', count: deals },
          filled: await alive('crm_deals', `assigned_to not in ('', '0')`),
        },
      ],
      salesPipeline: [
        { kind: 'records', entity: 'leads', count: leads },
        { kind: 'records', entity: 'deals', count: deals },
        { kind: 'filled', entity: 'deals', field: 'value', filled: await alive('crm_deals', 'value > 0'), count: deals },
      ],
      sourcePerformance: [
        { kind: 'filled', entity: 'leads', field: 'source', filled: await alive('crm_leads', `source <> ''`), count: leads },
        { kind: 'filled', entity: 'deals', field: 'source', filled: await alive('crm_deals', `source <> ''`), count: deals },
      ],
      customerInsights: [
        { kind: 'records', entity: 'contacts', count: await alive('crm_contacts') },
        { kind: 'records', entity: 'companies', count: await alive('crm_companies') },
      ],
      callsAndResponse: [
        {
          kind: 'filled',
          entity: 'activities',
          field: 'call',
          filled: await alive('crm_activities', `type = 'call'`),
          count: activities,
        },
        {
          ...{ kind: 'filled', entity: 'leads', field: 'firstResponse', count: leads },
          filled: await alive('crm_leads', 'first_response_at is not null'),
        },
      ],
      productAnalytics: [],
    };
    for (const [name, expected] of Object.entries(evidence)) {
      expect([name, categoryOf(reply, name)?.evidence]).toEqual([name, expected]);
    }
    const ofLeads = reply.quality.find(({ entity }) => entity === 'leads');
    expect(ofLeads).toMatchObject({
      crmSource: 'bitrix24',
      records: leads,
      first: new Date('2024-12-11T04:59:59Z').toISOString(),
      hasTemporalData: true,
      hasCategoricalVariety: true,
      recommendation: 'usable',
    });
    const filled = await count(
      `select count(nullif(status, '')) + count(nullif(source, '')) + count(nullif(nullif(assigned_to, ''), '0'))
         + count(case when value > 0 then 1 end) + count(nullif(contact_phone, '')) + count(nullif(contact_email, '')) as n
       from crm_leads where tenant_id = $1 and deleted_at is null`,
    );
    expect(ofLeads?.stages).toBe(
      await count(
        `select count(distinct status) as n from crm_leads where tenant_id = $1 and deleted_at is null and status <> ''`,
      ),
    );
    expect(reply.quality.find(({ entity }) => entity === 'activities')?.people).toBe(
      await count(
        `select count(distinct employee_id) as n from crm_activities
         where tenant_id = $1 and deleted_at is null and employee_id not in ('', '0')`,
      ),
    );
    expect(ofLeads?.completeness).toBeCloseTo(filled / (leads * 6), 10);
  });

  test('says of what is not possible what would make it so', async () => {
    await rig.reach('categories');
    const offer = categoryOf(await rig.look(), 'productAnalytics');
    const deals = await count('select count(*) as n from crm_deals where tenant_id = $1 and deleted_at is null');
    expect(deals).toBeGreaterThan(40);
    const unlock: Unlock[] = [
      { kind: 'records', entity: 'products', missing: 2 },
      { kind: 'fill', entity: 'deals', field: 'products', missing: 20 },
    ];
    expect(offer).toMatchObject({ quality: 'empty', isAvailable: false, isSuggested: false, unlock });
  });

  test('products that are still being copied are looked at again once they are', async () => {
    const queue = (createdAt: string) =>
      rig.owner.query(
        `insert into sync_rechecks (tenant_id, crm_source, entity, external_id, reason, created_at)
         values ($1, 'bitrix24', 'dealProducts', 'b1', 'changed', $2) on conflict do nothing`,
        [rig.tenantId, createdAt],
      );
    const missing = async () => categoryOf(await rig.look(), 'productAnalytics')?.unlock.map(({ kind }) => kind);
    try {
      await queue('2025-03-10T13:00:00Z');
      await rig.reach('categories');
      // There are no products in the catalogue; what deals sell is not known yet.
      expect(await missing()).toEqual(['records']);
      await rig.endSync('incremental');
      expect(await rig.work()).toBe(0);
      await rig.owner.query('delete from sync_rechecks');
      // A deal that has changed since is no reason to wait.
      await queue('2025-03-10T14:30:00Z');
      await rig.endSync('incremental');
      expect(await rig.work()).toBe(1);
      expect(await missing()).toEqual(['records', 'fill']);
      await rig.endSync('incremental');
      expect(await rig.work()).toBe(0);
    } finally {
      await rig.owner.query('delete from sync_rechecks');
    }
  });

  test('what has come in since is looked at once an entity has none, few, enough or many records, and only then', async () => {
    const copied = (entity: string, records: number) =>
      rig.owner.query('update crm_sync_status set synced_records = $3 where tenant_id = $1 and entity = $2', [
        rig.tenantId,
        entity,
        records,
      ]);
    const looksAfter = async (entity: string, records: number) => {
      await copied(entity, records);
      await rig.endSync('incremental');
      return rig.work();
    };
    try {
      await rig.reach('categories');
      const seen: [string, number, number][] = [
        ...([0, 1, 19, 20, 199, 200, 5_000, 0].map((records) => ['leads', records, 0]) as [string, number, number][]),
        ['contacts', 1, 0],
        ['stageHistory', 900, 0],
      ];
      for (const one of seen) one[2] = await looksAfter(one[0], one[1]);
      expect(seen).toEqual([
        ['leads', 0, 0],
        ['leads', 1, 1],
        ['leads', 19, 0],
        ['leads', 20, 1],
        ['leads', 199, 0],
        ['leads', 200, 1],
        ['leads', 5_000, 0],
        ['leads', 0, 1],
        ['contacts', 1, 1],
        ['stageHistory', 900, 0],
      ]);
      expect(await rig.look()).toMatchObject({ state: 'categories' });
      await rig.take('/onboarding/select', { categories: ['salesPipeline'] });
      expect(await looksAfter('deals', 30)).toBe(1);
      expect(await rig.look()).toMatchObject({ state: 'refining', selected: ['salesPipeline'] });
      await rig.take('/onboarding/refine', { answers: {} });
      await rig.work();
      // Another round looks at everything anyway.
      expect(await looksAfter('deals', 3_000)).toBe(0);
    } finally {
      await rig.owner.query('update crm_sync_status set synced_records = 0 where tenant_id = $1', [rig.tenantId]);
    }
  });

  test('a portal without leads is offered what contacts say', async () => {
    await rig.owner.query(`update crm_connections set mode = 'simple' where tenant_id = $1`, [rig.tenantId]);
    try {
      await rig.reach('categories');
      const reply = await rig.look();
      expect(reply.mode).toBe('simple');
      expect(reply.quality.map(({ entity }) => entity)).not.toContain('leads');
      const contacts = await count('select count(*) as n from crm_contacts where tenant_id = $1 and deleted_at is null');
      expect(categoryOf(reply, 'sourcePerformance')?.evidence[0]).toMatchObject({ entity: 'contacts', count: contacts });
      const all = reply.categories.filter(({ isAvailable }) => isAvailable).map(({ category }) => category);
      const made = await round(all);
      expect(made.state).toBe('complete');
      const widgets = await own();
      expect(widgets.length).toBeGreaterThan(9);
      expect(widgets.filter(({ config }) => config.dataSource === 'leads')).toEqual([]);
    } finally {
      await rig.owner.query(`update crm_connections set mode = 'classic' where tenant_id = $1`, [rig.tenantId]);
    }
  });
});

/** A door that fails while all the data is looked at, which is the only thing that takes so long. */
function failing(db: Db): Db {
  return {
    ...db,
    withTenant: (tenantId, mode, work, options) =>
      options?.statementTimeoutMs
        ? Promise.reject(new AppError('database_unavailable'))
        : db.withTenant(tenantId, mode, work, options),
  };
}

describe('an analysis that fails', () => {
  test('lets people go on with general categories, and is tried again after five minutes', async () => {
    const { now } = rig.app.clock;
    await rig.take('/onboarding/start');
    await rig.work(failing(rig.app.database.db));
    const general = await rig.look();
    expect(general).toMatchObject({ state: 'categories', isFallback: true, quality: [] });
    expect(
      general.categories.every(({ isAvailable, evidence, unlock }) => isAvailable && [...evidence, ...unlock].length === 0),
    ).toBe(true);
    expect(general.categories.filter(({ isSuggested }) => isSuggested).map(({ category }) => category)).toEqual([
      'employeePerformance',
      'salesPipeline',
    ]);

    try {
      rig.app.clock.now = new Date(now.getTime() + 5 * MINUTE_MS - 1);
      expect(await rig.work()).toBe(0);
      rig.app.clock.now = new Date(now.getTime() + 5 * MINUTE_MS);
      expect(await rig.work()).toBe(1);
      expect(await rig.look()).toMatchObject({ state: 'categories', isFallback: false });
      expect(await rig.work()).toBe(0);
    } finally {
      rig.app.clock.now = now;
    }
  });

  test('fails again and again without holding anybody up: a dashboard is made from what is general', async () => {
    await rig.take('/onboarding/start');
    const broken = failing(rig.app.database.db);
    await rig.work(broken);
    await rig.take('/onboarding/select', { categories: ['salesPipeline', 'callsAndResponse'] });
    await rig.take('/onboarding/refine', { answers: {} });
    await rig.work(broken);
    expect((await rig.look()).state).toBe('complete');
    expect((await own()).length).toBeGreaterThanOrEqual(8);
  });

  test('does not hold up a dashboard that somebody asks for while it is under way', async () => {
    await rig.take('/onboarding/start');
    await rig.work(failing(rig.app.database.db));
    const { now } = rig.app.clock;
    rig.app.clock.now = new Date(now.getTime() + 5 * MINUTE_MS);
    const { db } = rig.app.database;
    const choosingMeanwhile: Db = {
      ...db,
      withTenant: async (tenantId, mode, work, options) => {
        if (!options?.statementTimeoutMs) return db.withTenant(tenantId, mode, work, options);
        await rig.take('/onboarding/select', { categories: ['salesPipeline'] });
        await rig.take('/onboarding/refine', { answers: {} });
        throw new AppError('database_unavailable');
      },
    };
    try {
      await doOnboardingWork(rig.deps(choosingMeanwhile), rig.tenantId, new AbortController().signal);
      expect((await rig.look()).state).toBe('complete');
    } finally {
      rig.app.clock.now = now;
    }
  });

  test('lets people choose again what turns out not to be possible before it is made', async () => {
    await rig.take('/onboarding/start');
    await rig.work(failing(rig.app.database.db));
    expect(await rig.take('/onboarding/select', { categories: ['productAnalytics', 'salesPipeline'] })).toMatchObject({
      state: 'refining',
    });
    const { now } = rig.app.clock;
    rig.app.clock.now = new Date(now.getTime() + 5 * MINUTE_MS);
    try {
      expect(await rig.work()).toBe(1);
    } finally {
      rig.app.clock.now = now;
    }
    const { state, categories } = await rig.look();
    expect(state).toBe('categories');
    expect(categories.filter(({ isSuggested }) => isSuggested).map(({ category }) => category)).toEqual(['salesPipeline']);
    // What is possible stays chosen.
    await rig.take('/onboarding/select', { categories: ['salesPipeline'] });
    await rig.owner.query(`update dashboard_configs set crm_profile = null`);
    await rig.endSync();
    await rig.work();
    expect(await rig.look()).toMatchObject({ state: 'refining', selected: ['salesPipeline'] });
  });

  test('leaves what was known before', async () => {
    await rig.reach('complete');
    await rig.take('/reconfigure');
    await rig.work(failing(rig.app.database.db));
    expect(await rig.look()).toMatchObject({ state: 'categories', isFallback: false, isReentry: true });
  });

  test('what stands in the database and cannot be read is looked at anew', async () => {
    await rig.reach('categories');
    await rig.owner.query(`update dashboard_configs set crm_profile = '{"bitrix24": {"entities": "many"}}'`);
    expect(await rig.look()).toMatchObject({ state: 'categories', isFallback: true });
    await rig.endSync();
    await rig.work();
    expect(await rig.look()).toMatchObject({ state: 'categories', isFallback: false });
  });
});

test('an analysis that could not be read back has failed, and is not begun again at once', async () => {
  const { now } = rig.app.clock;
  await rig.take('/onboarding/start');
  // A year that no moment of ours is written with.
  await rig.owner.query(
    `insert into crm_leads (tenant_id, crm_source, external_id, created_at) values ($1, 'bitrix24', 'far', '12025-01-01')`,
    [rig.tenantId],
  );
  try {
    await doOnboardingWork(rig.deps(), rig.tenantId, AbortSignal.timeout(10_000));
    expect(await rig.look()).toMatchObject({ state: 'categories', isFallback: true });
  } finally {
    await rig.owner.query(`delete from crm_leads where external_id = 'far'`);
  }
  rig.app.clock.now = new Date(now.getTime() + 5 * MINUTE_MS);
  expect(await rig.work()).toBe(1);
  rig.app.clock.now = now;
  expect(await rig.look()).toMatchObject({ state: 'categories', isFallback: false });
});

/** A door that dies at its nth transaction: before it is committed, or just after. */
function dying(db: Db, at: number, when: 'before' | 'after', controller: AbortController): Db & { count(): number } {
  let transactions = 0;
  const die = () => {
    controller.abort(new Error('killed'));
    throw new Error('killed');
  };
  return {
    ...db,
    async withTenant(tenantId, mode, work, options) {
      transactions += 1;
      const isLast = transactions === at;
      const result = await db.withTenant(
        tenantId,
        mode,
        async (tx) => {
          const done = await work(tx);
          return isLast && when === 'before' ? die() : done;
        },
        options,
      );
      return isLast ? die() : result;
    },
    count: () => transactions,
  };
}

describe('a worker that is killed', () => {
  const outcome = async () => {
    const { state, categories, created } = await rig.look();
    const { rows } = await rig.owner.query<{ template: string }>(
      'select template from dashboard_widgets where tenant_id = $1 order by position',
      [rig.tenantId],
    );
    return { state, offered: categories.length, created: created.length, widgets: rows.map(({ template }) => template) };
  };

  test.each(['analyzing', 'generating'] as const)(
    'at any of its transactions in %s leaves the same work to the next one',
    async (state) => {
      await rig.reach(state);
      await rig.work();
      const expected = await outcome();
      for (const when of ['before', 'after'] as const) {
        let deaths = 0;
        for (let at = 1; ; at++) {
          await rig.reset();
          await rig.reach(state);
          const controller = new AbortController();
          const db = dying(rig.app.database.db, at, when, controller);
          const died = await doOnboardingWork(rig.deps(db), rig.tenantId, controller.signal).then(
            () => false,
            () => true,
          );
          await rig.work();
          expect([when, at, await outcome()]).toEqual([when, at, expected]);
          if (!died) break;
          deaths += 1;
        }
        expect(deaths).toBeGreaterThanOrEqual(2);
      }
    },
  );

  test('after a load has ended and before it could say so: the next reading of changes wakes onboarding', async () => {
    await rig.reach('syncing');
    await rig.owner.query(`update crm_sync_status set last_full_sync_at = '2025-03-10T14:59:00Z' where tenant_id = $1`, [
      rig.tenantId,
    ]);
    expect(await rig.work()).toBe(0);
    await rig.endSync('incremental');
    expect(await rig.work()).toBe(1);
    expect(await rig.look()).toMatchObject({ state: 'categories' });
    await rig.endSync('incremental');
    expect(await rig.work()).toBe(0);
  });

  test('two workers at once make one dashboard', async () => {
    await rig.reach('generating');
    const { signal } = new AbortController();
    await Promise.all([1, 2, 3].map(() => doOnboardingWork(rig.deps(), rig.tenantId, signal)));
    const { created, state } = await rig.look();
    expect(state).toBe('complete');
    expect(await own()).toHaveLength(created.length);
  });
});

test('a process that stops does not wait until all records have been read', async () => {
  await rig.reach('analyzing');
  const controller = new AbortController();
  await runAs(rig.app.database.ownerUrl, async (holder) => {
    await holder.query('begin; lock table crm_leads in access exclusive mode');
    const work = doOnboardingWork(rig.deps(), rig.tenantId, controller.signal);
    work.catch(() => {});
    await expect.poll(countWaiting).toBe(1);
    controller.abort(new Error('The process is stopping'));
    await expect.poll(countWaiting).toBe(0);
    await expect(work).rejects.toMatchObject({ code: '57014' });
  });
  expect((await rig.look()).state).toBe('analyzing');
});

test('nobody’s answer waits while deals are counted for the dashboard that is being made', async () => {
  await rig.reach('generating');
  const { signal } = new AbortController();
  await runAs(rig.app.database.ownerUrl, async (holder) => {
    await holder.query('begin; lock table crm_deals in access exclusive mode');
    const work = doOnboardingWork(rig.deps(), rig.tenantId, signal);
    work.catch(() => {});
    await expect.poll(countWaiting).toBe(1);
    expect((await rig.call('/widgets')).status).toBe(200);
    await holder.query('commit');
    await work;
  });
  expect((await rig.look()).state).toBe('complete');
});

test('of a tenant that is being deleted, or is gone, nothing is looked at', async () => {
  const { signal } = new AbortController();
  await rig.reach('generating');
  await rig.owner.query(`update tenants set status = 'deleting' where id = $1`, [rig.tenantId]);
  try {
    await doOnboardingWork(rig.deps(), rig.tenantId, signal);
    expect(await count('select count(*) as n from dashboard_widgets where tenant_id = $1')).toBe(0);
  } finally {
    await rig.owner.query(`update tenants set status = 'active' where id = $1`, [rig.tenantId]);
  }
  await doOnboardingWork(rig.deps(), '00000000-0000-4000-8000-000000000000', signal);
  await rig.work();
  expect(await rig.look()).toMatchObject({ state: 'complete' });
});

describe('the dashboard that is made', () => {
  test('has the four standard numbers, then its own widgets, all of which can be drawn', async () => {
    expect(await listWidgets()).toHaveLength(10);
    await rig.reach('generating');
    expect(await listWidgets()).toHaveLength(10);
    await rig.work();
    const { created } = await rig.look();
    const { widgets, results } = (await (await rig.call('/data')).json()) as DashboardReply;
    expect(widgets.map(({ id }) => id)).toEqual(['totalLeads', 'totalDeals', 'pipelineValue', 'conversionRate', ...created]);
    expect(widgets.map(({ position }) => position)).toEqual(widgets.map((_, index) => index));
    expect(results.map(({ status }) => status)).toEqual(widgets.map(() => 'ok'));
    // A chart that has given way is not there any more.
    expect(await rig.refusal('/drill', { body: { widgetId: 'leadsByStage30' } })).toBe('404 not_found');
  });

  test('answers what was asked', async () => {
    await rig.reach('categories');
    await round(['salesPipeline'], { pipelineRange: '7', pipelineDetail: 'trend' });
    const widgets = await own();
    expect(widgets.length).toBeGreaterThan(2);
    expect(widgets.map(({ config }) => config.timeRangeDays)).toEqual(widgets.map(() => 7));
    expect(widgets.some(({ config }) => config.chartType !== 'kpi' && config.xField === 'stage')).toBe(false);
  });

  test('speaks the viewer’s language until a person gives a widget a name or another question', async () => {
    await rig.reach('complete');
    await rig.owner.query(
      `insert into tenant_members (tenant_id, crm_source, crm_user_id, name, role, locale) values ($1, 'bitrix24', '55', 'R', 'member', 'ru')
       on conflict do nothing`,
      [rig.tenantId],
    );
    const russian = await rig.issue(rig.tenantId, 'member', '55');
    const titles = async (token?: string) => new Map((await own(token)).map(({ id, config }) => [id, config.title]));
    const [english, translated] = [await titles(), await titles(russian)];
    const find = (title: string) => [...english].find(([, one]) => one === title)?.[0] ?? '';
    const [stages, won, trend] = [find('Open pipeline by stage'), find('Deals won by agent'), find('Revenue over time')];
    expect(translated.get(stages)).toBe('Сделки в работе по стадиям');
    const patch = (id: string, body: object, token = russian) => rig.call(`/widgets/${id}`, { method: 'PATCH', body, token });

    // Its size and place are no business of its texts.
    await patch(stages, { size: 'large', position: 6 });
    expect((await titles()).get(stages)).toBe('Open pipeline by stage');
    await patch(won, { title: 'Мои победы' });
    expect((await titles()).get(won)).toBe('Мои победы');
    // Nobody has written of its days: whoever looks is told of them in their own language.
    expect((await own()).find(({ id }) => id === won)?.config).toMatchObject({ timeRangeDays: 90, description: '' });
    const present = (await own(russian)).find(({ id }) => id === trend)?.config;
    if (!present) throw new Error('The trend is not there');
    const { chartId: _, ...config } = present;
    await patch(trend, { config: { ...config, timeRangeDays: 45 } });
    expect((await own()).find(({ id }) => id === trend)?.config).toMatchObject({ title: 'Динамика продаж', timeRangeDays: 45 });
    expect((await titles(russian)).get(stages)).toBe('Сделки в работе по стадиям');

    await rig.call(`/widgets/${stages}`, { method: 'DELETE' });
    const bin = (await (await rig.call('/widgets/bin', { token: russian })).json()) as Widget[];
    expect(bin.map(({ config: { title } }) => title)).toEqual(['Сделки в работе по стадиям']);
    await rig.call(`/widgets/${stages}/restore`, { method: 'POST' });
    // That a number is of now stands nowhere else.
    await patch(stages, { title: 'Где деньги' });
    const renamed = (await own()).find(({ id }) => id === stages)?.config;
    expect(renamed).toMatchObject({ title: 'Где деньги', description: 'На текущий момент' });
  });

  test('shows the funnel of the pipeline with the most deals, by the name it has in the CRM', async () => {
    await rig.owner.query(
      `insert into crm_stage_history (tenant_id, crm_source, external_id, owner_entity, owner_external_id, pipeline, stage, semantic, kind, occurred_at)
       select $1, 'bitrix24', 'deals:b' || n, 'deals', 'b' || n, '0', 'NEW', 'open', 'moved', '2025-02-01' from generate_series(1, 30) n`,
      [rig.tenantId],
    );
    await rig.reach('complete');
    const funnel = (await own()).find(({ config: { chartType } }) => chartType === 'funnel');
    expect(funnel?.config).toMatchObject({ title: 'How far deals come: Sales', pipeline: '0' });
    for (const body of [{ size: 'large' }, { position: 4 }, { position: 7, size: 'medium' }]) {
      const response = await rig.call(`/widgets/${funnel?.id}`, { method: 'PATCH', body });
      expect(((await response.json()) as Widget).config).toMatchObject({
        title: 'How far deals come: Sales',
        ...('size' in body && { size: body.size }),
      });
    }
  });

  test('shows what is sold, where deals have products', async () => {
    await rig.owner.query(
      `insert into crm_products (tenant_id, crm_source, external_id, name)
       select $1, 'bitrix24', 'p' || n, 'Product ' || n from generate_series(1, 3) n`,
      [rig.tenantId],
    );
    await rig.owner.query(
      `insert into crm_deal_products (tenant_id, crm_source, external_id, deal_id, product_id, name, quantity, price)
       select $1, 'bitrix24', 'r' || n, 'b' || n, 'p' || (1 + n % 3), 'Product', 2, 5 from generate_series(0, 24) n`,
      [rig.tenantId],
    );
    try {
      await rig.reach('categories');
      const { evidence, isAvailable } = categoryOf(await rig.look(), 'productAnalytics') ?? {};
      const deals = await count('select count(*) as n from crm_deals where tenant_id = $1 and deleted_at is null');
      expect(isAvailable).toBe(true);
      expect(evidence).toEqual([
        { kind: 'records', entity: 'products', count: 3 },
        { kind: 'filled', entity: 'deals', field: 'products', filled: 25, count: deals },
      ]);
      await round(['productAnalytics'], { productRank: 'quantity' });
      const { widgets, results } = (await (await rig.call('/data')).json()) as DashboardReply;
      expect(results.map(({ status }) => status)).toEqual(widgets.map(() => 'ok'));
      const index = widgets.findIndex(({ config }) => config.title === 'Products by quantity');
      const result = results[index];
      // 25 won deals with two pieces each, all won in the last 90 days.
      expect(result?.status === 'ok' && result.data.kind === 'chart' && result.data.total).toBe('50');
    } finally {
      await rig.owner.query('delete from crm_deal_products');
      await rig.owner.query('delete from crm_products');
    }
  });

  test('never has more widgets than a dashboard may', async () => {
    await rig.reach('generating');
    for (let index = 0; index < 57; index++) {
      const config = kpiOf({ timeRangeDays: index + 1, title: `Mine ${index}` });
      expect((await rig.call('/widgets', { body: { config } })).status).toBe(201);
    }
    await rig.work();
    expect(await rig.look()).toMatchObject({ state: 'complete' });
    expect(await own()).toHaveLength(60);
    // What there was no room for was not removed by anybody: it comes once there is.
    const mine = (await own()).filter(({ config }) => config.title.startsWith('Mine'));
    for (const { id } of mine) await rig.call(`/widgets/${id}`, { method: 'DELETE' });
    const { length } = await own();
    await again();
    await round(['salesPipeline', 'employeePerformance']);
    expect((await own()).length).toBeGreaterThan(length + 5);
  });
});

describe('another round', () => {
  const templates = async () => {
    const { rows } = await rig.owner.query<{ template: string | null }>(
      'select template from dashboard_widgets where tenant_id = $1 and deleted_at is null order by position, id',
      [rig.tenantId],
    );
    return rows.map(({ template }) => template);
  };
  const remove = async (template: string) => {
    const { rows } = await rig.owner.query<{ id: string }>(
      'select id from dashboard_widgets where tenant_id = $1 and template = $2 and deleted_at is null',
      [rig.tenantId, template],
    );
    expect((await rig.call(`/widgets/${rows[0]?.id}`, { method: 'DELETE' })).status).toBe(204);
  };

  test('proposes what was chosen, keeps what is there while it goes on, and adds nothing where nothing is new', async () => {
    await rig.reach('complete');
    const before = await listWidgets();
    expect(await rig.take('/reconfigure')).toMatchObject({ state: 'analyzing', isReentry: true });
    await rig.work();
    const offered = await rig.look();
    expect(offered).toMatchObject({ state: 'categories', isReentry: true, selected: ['employeePerformance', 'salesPipeline'] });
    expect(offered.categories.filter(({ isSuggested }) => isSuggested).map(({ category }) => category)).toEqual([
      'employeePerformance',
      'salesPipeline',
    ]);
    expect(await listWidgets()).toEqual(before);
    const made = await round(['employeePerformance', 'salesPipeline']);
    expect(made).toMatchObject({ state: 'complete', isReentry: false, created: [] });
    expect(await listWidgets()).toEqual(before);
  });

  test('proposes the earlier answers', async () => {
    await rig.reach('refining');
    await rig.take('/onboarding/refine', { answers: { pipelineRange: '365', pipelineDetail: 'stages' } });
    await rig.work();
    await again();
    const { questions } = await rig.take('/onboarding/select', { categories: ['salesPipeline'] });
    expect(questions.map(({ id, recommended }) => [id, recommended])).toEqual([
      ['pipelineRange', '365'],
      ['pipelineDetail', 'stages'],
    ]);
  });

  test('adds a new category behind the others', async () => {
    await rig.reach('complete');
    const before = await templates();
    await again();
    const { created } = await round(['employeePerformance', 'salesPipeline', 'callsAndResponse']);
    const after = await templates();
    expect(after.slice(0, before.length)).toEqual(before);
    expect(created.length).toBeGreaterThan(2);
    expect(after.slice(before.length)).toHaveLength(created.length);
    expect(new Set(after).size).toBe(after.length);
  });

  test('what a person has deleted comes back only with a category that was left out meanwhile', async () => {
    await rig.reach('complete');
    await remove('pipelineByStage');
    const before = await templates();
    await again();
    await round(['employeePerformance', 'salesPipeline']);
    expect(await templates()).toEqual(before);
    await again();
    await round(['employeePerformance']);
    // A category that is left out takes nothing away.
    expect(await templates()).toEqual(expect.arrayContaining(before));
    await again();
    await round(['employeePerformance', 'salesPipeline']);
    expect(await templates()).toContain('pipelineByStage');
  });

  test('makes nothing a second time that a person has renamed or turned into something else', async () => {
    await rig.reach('complete');
    const [first, second] = (await own()).filter(({ config }) => config.chartType !== 'kpi');
    const patch = (id: string | undefined, body: object) => rig.call(`/widgets/${id}`, { method: 'PATCH', body });
    await patch(first?.id, { title: 'Renamed' });
    const { chartId: _, ...config } = second?.config ?? { chartId: '' };
    await patch(second?.id, { config: { ...config, timeRangeDays: 44 } });
    const before = await own();
    await again();
    await round(['employeePerformance', 'salesPipeline']);
    expect((await own()).map(({ id }) => id).slice(0, before.length)).toEqual(before.map(({ id }) => id));
    expect(await own()).toHaveLength(before.length);
  });

  test('gives untouched widgets what the new answers ask, and makes no second ones', async () => {
    await rig.reach('categories');
    await round(['salesPipeline'], { pipelineRange: '30' });
    const before = await own();
    await again();
    await round(['salesPipeline'], { pipelineRange: '90' });
    const after = await own();
    expect(after.map(({ id, config: { size } }) => [id, size])).toEqual(before.map(({ id, config: { size } }) => [id, size]));
    const ranges = (widgets: Widget[]) => [...new Set(widgets.map(({ config }) => config.timeRangeDays))].toSorted();
    expect(ranges(before)).toEqual([30, null]);
    expect(ranges(after)).toEqual([90, null]);
  });

  test('may be begun anew before it is over', async () => {
    await rig.reach('complete');
    await again();
    await rig.take('/onboarding/select', { categories: ['salesPipeline'] });
    expect(await rig.take('/reconfigure')).toMatchObject({ state: 'analyzing', isReentry: true });
    expect(await rig.take('/reconfigure')).toMatchObject({ state: 'analyzing' });
  });

  test('waits for a CRM that is still being copied', async () => {
    await rig.reach('complete');
    await rig.owner.query(`update crm_sync_status set last_full_sync_at = null where tenant_id = $1 and entity = 'leads'`, [
      rig.tenantId,
    ]);
    expect(await rig.take('/reconfigure')).toMatchObject({ state: 'syncing', isReentry: true });
    await rig.endSync();
    await rig.work();
    expect(await rig.look()).toMatchObject({ state: 'categories', isReentry: true });
  });

  test('a full load after the first round is looked at, and nobody is bothered', async () => {
    await rig.reach('complete');
    await rig.owner.query(`update dashboard_configs set crm_profile = null`);
    await rig.endSync();
    expect(await rig.work()).toBe(1);
    expect(await rig.look()).toMatchObject({ state: 'complete', isFallback: false });
    const { rows } = await rig.owner.query(
      'select crm_profile is not null as is_known from dashboard_configs where tenant_id = $1',
      [rig.tenantId],
    );
    expect(rows).toEqual([{ is_known: true }]);
  });
});
