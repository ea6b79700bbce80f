import { expect, test } from 'vitest';
import type { OwnSettingsReply, SettingsReply } from '../../../contract/settings.ts';
import { type Api, ApiError } from '../../api.ts';
import { sampleOwnSettings, sampleSettings } from '../../testing/sample-settings.ts';
import { createPreferences } from './preferences-model.ts';

/** A model over a scripted server; `calls` has what reached the server, the dashboard and the app's language. */
function setUp(options: { isAdmin?: boolean; refuse?: ApiError } = {}) {
  const calls: string[] = [];
  let settings: SettingsReply = sampleSettings();
  let own: OwnSettingsReply = sampleOwnSettings();
  const ask: Api['ask'] = async ({ method, path, body, check }) => {
    calls.push(`${method} ${path}${body === undefined ? '' : ` ${JSON.stringify(body)}`}`);
    if (method === 'PATCH' && options.refuse) throw options.refuse;
    if (method === 'PATCH' && path === '/api/settings') settings = { ...settings, ...Object(body) };
    if (method === 'PATCH' && path === '/api/settings/own') own = { ...own, ...Object(body) };
    own = { ...own, locale: own.language ?? settings.language ?? 'en' };
    const reply: unknown = path === '/api/settings' ? settings : own;
    if (!check(reply)) throw new ApiError('bad_reply');
    return reply;
  };
  const model = createPreferences({
    api: { ask },
    dashboard: { refresh: async () => void calls.push('refresh') },
    isAdmin: options.isAdmin ?? true,
    changeLanguage: async (locale) => void calls.push(`language ${locale}`),
  });
  return { model, calls };
}

test('an administrator is told what holds for everyone, anybody else what holds for them', async () => {
  const admin = setUp();
  await admin.model.load();
  expect([admin.model.settings.value, admin.model.own.value]).toEqual([sampleSettings(), sampleOwnSettings()]);
  const member = setUp({ isAdmin: false });
  await member.model.load();
  expect([member.model.settings.value, member.model.own.value]).toEqual([null, sampleOwnSettings()]);
  expect(member.calls).toEqual(['GET /api/settings/own']);
});

test('what is saved shows on the dashboard, and only its own form says so', async () => {
  const { model, calls } = setUp();
  await model.load();
  calls.length = 0;
  await model.save('displayCurrency', 'USD');
  expect(model.settings.value?.displayCurrency).toBe('USD');
  expect(calls).toEqual(['PATCH /api/settings {"displayCurrency":"USD"}', 'refresh']);
  expect([model.saving.displayCurrency.value.kind, model.saving.timezone.value.kind]).toEqual(['done', 'idle']);
});

test('what is refused leaves everything as it was, with the field that is wrong', async () => {
  const refuse = new ApiError('refused', { code: 'invalid_value', issues: [{ path: 'displayCurrency', code: 'invalid_value' }] });
  const { model, calls } = setUp({ refuse });
  await model.load();
  calls.length = 0;
  await model.save('displayCurrency', 'XYZ');
  expect(model.settings.value).toEqual(sampleSettings());
  expect(model.saving.displayCurrency.value).toEqual({ kind: 'failed', error: refuse });
  expect(calls).not.toContain('refresh');
});

test('the app changes its language when that of the person changes, by their choice or everyone’s', async () => {
  const { model, calls } = setUp();
  await model.load();
  const changes = () => calls.filter((call) => call.startsWith('language'));
  await model.save('language', 'ru');
  expect(changes()).toEqual(['language ru']);
  await model.saveOwnLanguage('ru');
  // It was Russian already.
  expect(changes()).toEqual(['language ru']);
  await model.saveOwnLanguage('uz');
  await model.save('language', 'en');
  expect(changes()).toEqual(['language ru', 'language uz']);
});
