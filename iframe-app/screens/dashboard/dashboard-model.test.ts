import { describe, expect, test } from 'vitest';
import type { DashboardReply, Widget } from '../../../contract/dashboard.ts';
import { NO_FILTER } from '../../../contract/dashboard-filter.ts';
import { ApiError } from '../../api.ts';
import { chartConfig, chartData, isKpiData, kpiConfig, sampleDashboard } from '../../testing/sample-replies.ts';
import { createDashboard, mergePanels } from './dashboard-model.ts';

const KPI: Widget = { id: 'kpi', isStandard: true, position: 0, config: kpiConfig() };
const CHART: Widget = { id: 'chart', isStandard: true, position: 1, config: chartConfig() };

function reply(results: DashboardReply['results'], over: Partial<DashboardReply> = {}): DashboardReply {
  return sampleDashboard({ widgets: [KPI, CHART], results, ...over });
}

test('a chart of nothing is empty, a KPI of nothing is a number', () => {
  const panels = mergePanels(
    new Map(),
    reply([
      { id: 'kpi', status: 'ok', data: isKpiData({ value: '0', rowCount: 0 }) },
      { id: 'chart', status: 'ok', data: chartData({ A: { x: null } }) },
    ]),
  );
  expect(panels.get('kpi')?.kind).toBe('ready');
  expect(panels.get('chart')?.kind).toBe('empty');
});

test('a widget that fails keeps its earlier numbers and says so; one that never had any says that it failed', () => {
  const first = mergePanels(
    new Map(),
    reply([
      { id: 'kpi', status: 'ok', data: isKpiData() },
      { id: 'chart', status: 'failed' },
    ]),
  );
  const second = mergePanels(
    first,
    reply([
      { id: 'kpi', status: 'failed' },
      { id: 'chart', status: 'failed' },
    ]),
  );
  expect(second.get('kpi')).toEqual({ kind: 'ready', data: isKpiData(), stale: true });
  expect(second.get('chart')).toEqual({ kind: 'failed' });
});

test('numbers of another question are no earlier ones: a widget over other days has failed until it has its own', async () => {
  const over = (id: string, config: object) =>
    [KPI, CHART].map((one) => (one.id === id ? { ...one, config: { ...one.config, ...config } } : one));
  const drawnOtherwise = {
    widgets: over('chart', { title: 'Renamed', size: 'large', chartType: 'donut', limit: 7 }),
  } as Partial<DashboardReply>;
  const otherDays = { widgets: over('chart', { timeRangeDays: 7 }) } as Partial<DashboardReply>;
  const replies = [
    reply([
      { id: 'kpi', status: 'ok', data: isKpiData() },
      { id: 'chart', status: 'ok', data: chartData({ A: { x: 1 } }) },
    ]),
    reply([{ id: 'chart', status: 'failed' }], drawnOtherwise),
    reply([{ id: 'chart', status: 'failed' }], otherDays),
  ];
  const model = modelOver(async () => replies.shift() ?? sampleDashboard());
  await model.refresh();
  await model.refresh();
  expect(model.panels.value.get('chart')).toEqual({ kind: 'ready', data: chartData({ A: { x: 1 } }), stale: true });
  await model.refresh();
  expect(model.panels.value.get('chart')).toEqual({ kind: 'failed' });
  expect(model.panels.value.get('kpi')).toEqual({ kind: 'ready', data: isKpiData(), stale: true });
});

test('another filter is wanted at once, and the one of the numbers on show when they are there', async () => {
  const answers = [async () => sampleDashboard(), () => Promise.reject(new ApiError('network')), async () => sampleDashboard()];
  const model = modelOver(() => answers.shift()?.() ?? Promise.reject());
  await model.refresh();
  const week = { ...NO_FILTER, range: 7 };
  await model.look(week);
  expect([model.wanted.value, model.filter.value]).toEqual([week, NO_FILTER]);
  await model.refresh();
  expect([model.wanted.value, model.filter.value]).toEqual([week, week]);
});

test('another filter that is wanted while numbers are on their way does not pass for theirs, and has its own asked for', async () => {
  const first = Promise.withResolvers<DashboardReply>();
  const answers = [first.promise, Promise.resolve(sampleDashboard())];
  const model = modelOver(() => answers.shift() ?? Promise.reject());
  const loading = model.refresh();
  const week = { ...NO_FILTER, range: 7 };
  const looking = model.look(week);
  first.resolve(sampleDashboard());
  await loading;
  expect(model.filter.value).toEqual(NO_FILTER);
  await looking;
  expect([model.filter.value, answers]).toEqual([week, []]);
});

test('a change that is stored is what the server makes of it', async () => {
  const model = modelOver(async () => reply([]));
  await model.refresh();
  const shown = model.show((widgets) => widgets.filter(({ id }) => id !== 'chart'));
  expect(model.reply.value?.widgets).toEqual([KPI]);
  await shown.stored();
  expect(model.reply.value?.widgets).toEqual([KPI, CHART]);
});

test('a widget that cannot be drawn any more shows nothing of before', () => {
  const before = new Map([['chart', { kind: 'ready', data: chartData({ A: { x: 1 } }), stale: false } as const]]);
  expect(mergePanels(before, reply([{ id: 'chart', status: 'not_drawable' }])).get('chart')).toEqual({ kind: 'not_drawable' });
});

test('a widget the reply has no result for has failed, and fresh numbers are not stale', () => {
  const panels = mergePanels(
    new Map([['kpi', { kind: 'ready', data: isKpiData(), stale: true }]]),
    reply([{ id: 'kpi', status: 'ok', data: isKpiData({ value: '7' }) }]),
  );
  expect(panels.get('kpi')).toEqual({ kind: 'ready', data: isKpiData({ value: '7' }), stale: false });
  expect(panels.get('chart')).toEqual({ kind: 'failed' });
});

test('a failed load keeps the numbers on show and the time they were loaded at', async () => {
  const answers: (() => DashboardReply)[] = [
    () => sampleDashboard(),
    () => {
      throw new ApiError('network');
    },
    () => sampleDashboard(),
  ];
  const clock = { now: 1000 };
  const model = modelOver(
    async () => {
      const answer = answers.shift();
      if (!answer) throw new Error('asked too often');
      return answer();
    },
    () => clock.now,
  );
  await model.refresh();
  clock.now = 2000;
  await model.refresh();
  expect(model.error.value?.kind).toBe('network');
  expect(model.loadedAt.value).toBe(1000);
  expect(model.kpis.value).toHaveLength(4);
  await model.refresh();
  expect(model.error.value).toBeNull();
  expect(model.loadedAt.value).toBe(2000);
});

/** Model over scripted replies of the dashboard; whoever looks may not set the tenant's zone. */
function modelOver(getDashboard: () => Promise<DashboardReply>, now = () => 0) {
  const saveSettings = () => Promise.reject(new Error('not to be called'));
  return createDashboard({ api: { getDashboard, saveSettings }, now, filter: NO_FILTER, ownTimezone: null });
}

describe('the zone of a portal that does not say it', () => {
  function script(options: { ownTimezone: string | null; save?: () => Promise<never> }) {
    const calls: string[] = [];
    let timezone: string | null = null;
    const model = createDashboard({
      api: {
        getDashboard: async () => {
          calls.push('load');
          return sampleDashboard({ timezone: timezone ?? 'UTC', timezoneIsKnown: timezone !== null });
        },
        saveSettings: async (settings) => {
          calls.push(`save ${settings.timezone}`);
          await options.save?.();
          timezone = settings.timezone ?? null;
          return { timezone: settings.timezone ?? '' };
        },
      },
      now: () => 0,
      filter: NO_FILTER,
      ownTimezone: options.ownTimezone,
    });
    return { model, calls };
  }

  test('is the administrator’s, and the numbers on show are already cut by it', async () => {
    const { model, calls } = script({ ownTimezone: 'Asia/Tashkent' });
    await model.refresh();
    expect(calls).toEqual(['load', 'save Asia/Tashkent', 'load']);
    expect(model.reply.value?.timezone).toBe('Asia/Tashkent');
    await model.refresh();
    expect(calls).toHaveLength(4);
  });

  test('is left alone by others', async () => {
    const { model, calls } = script({ ownTimezone: null });
    await model.refresh();
    expect(calls).toEqual(['load']);
  });

  test('costs the dashboard nothing where it cannot be saved', async () => {
    const { model, calls } = script({ ownTimezone: 'Asia/Tashkent', save: () => Promise.reject(new ApiError('network')) });
    await model.refresh();
    await model.refresh();
    expect(calls).toEqual(['load', 'save Asia/Tashkent', 'load']);
    expect(model.reply.value?.timezone).toBe('UTC');
    expect(model.error.value).toBeNull();
  });
});

test('two refreshes at once are one request', async () => {
  let asked = 0;
  const model = modelOver(async () => {
    asked += 1;
    return sampleDashboard();
  });
  await Promise.all([model.refresh(), model.refresh()]);
  expect(asked).toBe(1);
});

test('a reload during a load follows it, once for all who ask', async () => {
  const answers: PromiseWithResolvers<DashboardReply>[] = [];
  const model = modelOver(() => {
    const answer = Promise.withResolvers<DashboardReply>();
    answers.push(answer);
    return answer.promise;
  });
  const first = model.refresh();
  const others = Promise.all([model.reload(), model.reload()]);
  expect(answers).toHaveLength(1);
  answers[0]?.resolve(sampleDashboard({ dataAsOf: '2025-11-24T09:05:00.000Z' }));
  await first;
  await Promise.resolve();
  expect(answers).toHaveLength(2);
  answers[1]?.resolve(sampleDashboard({ dataAsOf: '2025-11-24T09:20:00.000Z' }));
  await others;
  expect(model.reply.value?.dataAsOf).toBe('2025-11-24T09:20:00.000Z');
  const alone = model.reload();
  expect(answers).toHaveLength(3);
  answers[2]?.resolve(sampleDashboard());
  await alone;
});

test('a CRM without records is empty only once it is synced', async () => {
  const nothing = [
    { id: 'kpi', status: 'ok', data: isKpiData({ value: '0', rowCount: 0 }) },
    { id: 'chart', status: 'ok', data: chartData({}, { rowCount: 0 }) },
  ] as const;
  const isEmptyWith = async (over: Partial<DashboardReply>) => {
    const model = modelOver(async () => reply([...nothing], over));
    await model.refresh();
    return model.isEmpty.value;
  };
  expect(await isEmptyWith({ syncStatus: 'complete' })).toBe(true);
  expect(await isEmptyWith({ syncStatus: 'syncing' })).toBe(false);
});
