import { signal } from '@preact/signals';
import { describe, expect, test } from 'vitest';
import type { ConnectionsReply } from '../../../contract/connections.ts';
import type { DashboardReply } from '../../../contract/dashboard.ts';
import { ApiError } from '../../api.ts';
import { LANGUAGES } from '../../i18n.ts';
import { completeSyncStatus, sampleConnections, sampleDashboard, sampleQuarantine } from '../../testing/sample-replies.ts';
import {
  createSettings,
  groupTimeZones,
  toCopyProblem,
  toProblem,
  toSyncProblem,
  toWebhookProblem,
  webhookUse,
} from './settings-model.ts';
import { cityOf } from './zone-names.ts';

const ADDRESS = 'https://portal.test/rest/1/canary7secret/';

/** A model over scripted answers; `calls` has what reached the server and the dashboard. */
function setUp(
  answers: { list?: () => ConnectionsReply; add?: () => Promise<ConnectionsReply>; start?: () => void; pause?: () => void } = {},
) {
  const calls: string[] = [];
  const model = createSettings({
    api: {
      listConnections: async () => {
        calls.push('list');
        return answers.list?.() ?? sampleConnections();
      },
      addWebhook: (webhookUrl) => {
        calls.push(`add ${webhookUrl}`);
        return answers.add?.() ?? Promise.resolve(sampleConnections());
      },
      startSync: async () => {
        calls.push('start');
        answers.start?.();
        return { runId: '2f1c1a52-6f0a-4f6e-9a35-0d7a3f6a1b11' };
      },
      pauseSync: async () => {
        calls.push('pause');
        answers.pause?.();
        return completeSyncStatus({ status: 'paused' });
      },
      resumeSync: async () => {
        calls.push('resume');
        return completeSyncStatus();
      },
      listQuarantine: async () => sampleQuarantine(),
    },
    sync: {
      receive: ({ status }) => {
        calls.push(`received ${status}`);
      },
    },
    dashboard: {
      reply: signal<DashboardReply | null>(sampleDashboard({ timezone: 'Europe/Moscow' })),
      refresh: async () => {
        calls.push('refresh');
      },
    },
  });
  return { model, calls };
}

function fail(kind: ApiError['kind'], code?: string): never {
  throw new ApiError(kind, code === undefined ? {} : { code });
}

test('connections that cannot be loaded are unknown, not none, and can be asked for again', async () => {
  let isDown = true;
  const { model } = setUp({ list: () => (isDown ? fail('network') : sampleConnections()) });
  await model.load();
  expect(model.connections.value).toBeNull();
  expect(model.loading.value.kind).toBe('failed');
  isDown = false;
  await model.load();
  expect(model.connections.value).toEqual(sampleConnections().connections);
  expect(model.loading.value.kind).toBe('done');
});

test('a webhook that is taken shows the new connection and looks at the dashboard again', async () => {
  const lost = sampleConnections({ kind: 'webhook', status: 'reauth' });
  const { model, calls } = setUp({ list: () => lost, add: async () => sampleConnections({ kind: 'webhook' }) });
  await model.load();
  expect(await model.connectWebhook(ADDRESS)).toBe(true);
  expect(model.connections.value?.[0]?.status).toBe('active');
  expect(calls).toEqual(['list', `add ${ADDRESS}`, 'refresh']);
});

test('a webhook that is refused leaves the connections as they are, and its address nowhere', async () => {
  const { model, calls } = setUp({ add: async () => fail('refused', 'connection_refused') });
  await model.load();
  expect(await model.connectWebhook(ADDRESS)).toBe(false);
  expect(model.connecting.value).toEqual({ kind: 'failed', error: new ApiError('refused', { code: 'connection_refused' }) });
  expect(model.connections.value).toEqual(sampleConnections().connections);
  expect(calls).not.toContain('refresh');
  expect(JSON.stringify(model)).not.toContain('canary');
});

test('a second press while a webhook is on its way sends nothing', async () => {
  const answer = Promise.withResolvers<ConnectionsReply>();
  const { model, calls } = setUp({ add: () => answer.promise });
  const first = model.connectWebhook(ADDRESS);
  expect(await model.connectWebhook(ADDRESS)).toBe(false);
  answer.resolve(sampleConnections());
  expect(await first).toBe(true);
  expect(calls).toEqual([`add ${ADDRESS}`, 'refresh']);
});

test('a webhook is offered where the server takes one', () => {
  const connections = (over: Parameters<typeof sampleConnections>[0]) => sampleConnections(over).connections;
  expect(webhookUse([])).toBe('connect');
  expect(webhookUse(connections({ crmSource: 'hubspot', kind: 'app' }))).toBe('connect');
  expect(webhookUse(connections({ kind: 'webhook', status: 'reauth' }))).toBe('replace');
  expect(webhookUse(connections({ kind: 'app' }))).toBeNull();
  expect(webhookUse(connections({ kind: 'app', status: 'reauth' }))).toBeNull();
});

test.each([
  ['invalid_value', 'wrongAddress', 'failed'],
  ['too_long', 'wrongAddress', 'failed'],
  ['connection_refused', 'refused', 'failed'],
  ['not_authentic', 'refused', 'failed'],
  ['crm_unavailable', 'noAnswer', 'failed'],
  ['wrong_state', 'otherPortal', 'failed'],
  ['rate_limited', 'tooOften', 'tooOften'],
  ['forbidden', 'forbidden', 'forbidden'],
  ['internal', 'failed', 'failed'],
])('the refusal %s is, of a webhook, %s; of anything else, %s', (code, ofWebhook, ofOther) => {
  const error = new ApiError('refused', { code });
  expect(toWebhookProblem(error)).toBe(ofWebhook);
  expect(toProblem(error)).toBe(ofOther);
});

test('no answer and an unreadable one are not the portal’s fault', () => {
  expect(toWebhookProblem(new ApiError('network'))).toBe('offline');
  expect(toWebhookProblem(new ApiError('bad_reply'))).toBe('failed');
});

describe('zones', () => {
  // Noon of a day in winter and one in summer.
  const winter = Date.UTC(2026, 0, 15, 12);
  const summer = Date.UTC(2026, 6, 15, 12);

  test('stand from west to east and by city, in the language of the person', () => {
    const supported = ['Europe/Moscow', 'Asia/Samarkand', 'America/New_York', 'America/Argentina/Buenos_Aires', 'Asia/Kathmandu'];
    expect(groupTimeZones('Asia/Tashkent', supported, { language: 'ru', now: winter })).toEqual([
      { offset: 'GMT-05:00', zones: [{ id: 'America/New_York', city: 'Нью-Йорк' }] },
      { offset: 'GMT-03:00', zones: [{ id: 'America/Argentina/Buenos_Aires', city: 'Argentina/Buenos Aires' }] },
      { offset: 'GMT+00:00', zones: [{ id: 'UTC', city: 'UTC' }] },
      { offset: 'GMT+03:00', zones: [{ id: 'Europe/Moscow', city: 'Москва' }] },
      {
        offset: 'GMT+05:00',
        zones: [
          { id: 'Asia/Samarkand', city: 'Самарканд' },
          { id: 'Asia/Tashkent', city: 'Ташкент' },
        ],
      },
      { offset: 'GMT+05:45', zones: [{ id: 'Asia/Kathmandu', city: 'Kathmandu' }] },
    ]);
  });

  test('stand where their clocks are now', () => {
    const offsets = (now: number) => groupTimeZones('America/New_York', [], { language: 'en', now }).map(({ offset }) => offset);
    expect([offsets(winter)[0], offsets(summer)[0]]).toEqual(['GMT-05:00', 'GMT-04:00']);
  });

  test('have the one in use, though the browser may not list it', () => {
    const [, india] = groupTimeZones('Asia/Kolkata', ['Asia/Calcutta'], { language: 'en', now: winter });
    expect(india?.zones.map(({ id }) => id)).toEqual(['Asia/Calcutta', 'Asia/Kolkata']);
  });

  test('have a name of a city in every language, or the English one', () => {
    const named = ['Asia/Tashkent', 'Europe/Istanbul', 'Asia/Novosibirsk'];
    expect(named.map((zone) => LANGUAGES.map((language) => cityOf(zone, language)))).toEqual([
      ['Tashkent', 'Ташкент', 'Toshkent', 'Ташкент', 'Ташкент', 'Taşkent'],
      ['Istanbul', 'Стамбул', 'Istanbul', 'Стамбұл', 'Стамбул', 'İstanbul'],
      ['Novosibirsk', 'Новосибирск', 'Novosibirsk', 'Новосібір', 'Новосибірськ', 'Novosibirsk'],
    ]);
    const known = Intl.supportedValuesOf('timeZone');
    expect(known.flatMap((zone) => LANGUAGES.map((language) => cityOf(zone, language))).filter((city) => city === '')).toEqual(
      [],
    );
    expect(cityOf('America/Argentina/Buenos_Aires', 'ru')).toBe('Argentina/Buenos Aires');
  });
});

test('copying again begins once and shows on the dashboard; too soon after the last time it says so', async () => {
  let tooSoon = false;
  const { model, calls } = setUp({ start: () => tooSoon && fail('refused', 'rate_limited') });
  await Promise.all([model.copyAgain(), model.copyAgain()]);
  expect(calls).toEqual(['start', 'refresh']);
  expect(model.copying.value.kind).toBe('done');
  tooSoon = true;
  await model.copyAgain();
  const outcome = model.copying.value;
  expect(outcome.kind === 'failed' && toCopyProblem(outcome.error)).toBe('copiedJustNow');
  expect(calls).toEqual(['start', 'refresh', 'start']);
});

test('a pause and its end are orders whose answer is the new state', async () => {
  let isRefused = false;
  const { model, calls } = setUp({ pause: () => isRefused && fail('refused', 'wrong_state') });
  await model.pause();
  expect(model.pausing.value.kind).toBe('done');
  await model.resume();
  expect(calls).toEqual(['pause', 'received paused', 'resume', 'received complete']);
  isRefused = true;
  await model.pause();
  const outcome = model.pausing.value;
  expect(outcome.kind === 'failed' && toSyncProblem(outcome.error)).toBe('notConnected');
  expect(calls.at(-1)).toBe('pause');
});
