import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PortalState } from '../state.ts';
import type { PortalDeps } from './deps.ts';
import { finishInstall, installApp, notifyPayment, uninstallApp, updateApp } from './lifecycle.ts';
import { createTestDeps, createTestPortal, type EventReceiver, startReceiver } from './test-portal.ts';

let receiver: EventReceiver;
let portal: PortalState;
let deps: PortalDeps;
let admin: number;

beforeEach(async () => {
  receiver = await startReceiver();
  portal = createTestPortal('ru');
  deps = createTestDeps({ eventHandlerUrl: receiver.url });
  admin = portal.world.users.find((user) => user.isAdmin && user.active)?.id ?? 0;
});
afterEach(() => receiver.close());

function installation() {
  if (!portal.installation) throw new Error('not installed');
  return portal.installation;
}

test('an installation waits for installFinish before the app is told of it', async () => {
  await installApp(portal, deps, admin);
  expect(installation().installed).toBe(false);
  expect(receiver.received).toEqual([]);

  await finishInstall(portal, deps);
  expect(installation().installed).toBe(true);
  const [event] = receiver.received;
  expect(event).toEqual({
    contentType: 'application/x-www-form-urlencoded;charset=UTF-8',
    event: 'ONAPPINSTALL',
    'data[VERSION]': '1',
    'data[ACTIVE]': 'Y',
    'data[INSTALLED]': 'Y',
    'data[LANGUAGE_ID]': 'ru',
    ts: expect.stringMatching(/^\d{10,}$/),
    'auth[access_token]': `access-${admin}-1`,
    'auth[refresh_token]': `refresh-${admin}-1`,
    'auth[expires_in]': '3600',
    'auth[expires]': expect.stringMatching(/^\d{10,}$/),
    'auth[user_id]': String(admin),
    'auth[scope]': 'crm,placement',
    'auth[status]': 'L',
    'auth[domain]': 'portal.test',
    'auth[client_endpoint]': 'http://portal.test/rest/',
    'auth[server_endpoint]': 'http://auth.test/rest/',
    'auth[member_id]': 'a223c6b3710f85df22e9377d6c4f7553',
    'auth[application_token]': installation().applicationToken,
  });
});

test('installFinish a second time says nothing more', async () => {
  await installApp(portal, deps, admin);
  await finishInstall(portal, deps);
  await finishInstall(portal, deps);
  expect(receiver.received).toHaveLength(1);
});

test('an app without an installer page is installed at once', async () => {
  await installApp(portal, createTestDeps({ eventHandlerUrl: receiver.url, installerUrl: '' }), admin);
  expect(installation().installed).toBe(true);
  expect(receiver.received.map(({ event }) => event)).toEqual(['ONAPPINSTALL']);
});

test('only an administrator installs, and only once', async () => {
  const employee = portal.world.users.find((user) => !user.isAdmin && user.active);
  expect(() => installApp(portal, deps, employee?.id ?? 0)).toThrow('administrator');
  await installApp(portal, deps, admin);
  expect(() => installApp(portal, deps, admin)).toThrow('already');
});

test('an update forgets handlers and placements and names both versions', async () => {
  await installApp(portal, deps, admin);
  await finishInstall(portal, deps);
  const token = installation().applicationToken;
  installation().placements.push({
    placement: 'LEFT_MENU',
    handler: 'http://app.test/menu',
    title: '',
    description: '',
    langAll: {},
  });
  installation().events.push({ event: 'ONCRMLEADADD', handler: receiver.url, authType: 0, offline: false });
  deps.app.version = 2;

  await updateApp(portal, deps);
  expect(installation()).toMatchObject({ version: 2, placements: [], events: [], installed: true, applicationToken: token });
  expect(receiver.received.at(-1)).toMatchObject({
    event: 'ONAPPUPDATE',
    'data[VERSION]': '2',
    'data[PREVIOUS_VERSION]': '1',
    'auth[application_token]': token,
    'auth[refresh_token]': `refresh-${admin}-2`,
  });
});

test('an update may bring a new application token and the installer again', async () => {
  await installApp(portal, deps, admin);
  await finishInstall(portal, deps);
  const old = installation().applicationToken;
  await updateApp(portal, deps, { newApplicationToken: true, runInstaller: true });
  expect(installation().installed).toBe(false);
  expect(installation().applicationToken).toMatch(/^[0-9a-f]{32}$/);
  expect(installation().applicationToken).not.toBe(old);
  expect(receiver.received.at(-1)).toMatchObject({ 'auth[application_token]': installation().applicationToken });
});

test('an uninstall kills the tokens and its event brings none', async () => {
  await installApp(portal, deps, admin);
  await finishInstall(portal, deps);
  const token = installation().applicationToken;
  await uninstallApp(portal, deps, { clean: true });
  expect(portal.installation).toBeNull();
  expect([...portal.tokens].map(({ revoked }) => revoked)).toEqual([true]);
  const event = receiver.received.at(-1);
  expect(event).toEqual({
    contentType: 'application/x-www-form-urlencoded;charset=UTF-8',
    event: 'ONAPPUNINSTALL',
    'data[LANGUAGE_ID]': 'ru',
    'data[CLEAN]': '1',
    ts: expect.any(String),
    'auth[domain]': 'portal.test',
    'auth[client_endpoint]': 'http://portal.test/rest/',
    'auth[server_endpoint]': 'http://auth.test/rest/',
    'auth[member_id]': portal.memberId,
    'auth[application_token]': token,
  });
});

test.each([
  { clean: true, left: {} },
  { clean: false, left: { theme: 'dark' } },
])('with clean $clean a new installation finds the options $left and another application token', async ({ clean, left }) => {
  await installApp(portal, deps, admin);
  const old = installation().applicationToken;
  installation().appOptions.theme = 'dark';
  await uninstallApp(portal, deps, { clean });
  expect(receiver.received.at(-1)).toMatchObject({ 'data[CLEAN]': clean ? '1' : '0' });
  await installApp(portal, deps, admin);
  expect(installation().appOptions).toEqual(left);
  expect(installation().applicationToken).not.toBe(old);
});

test('a payment event comes without the application token', async () => {
  await installApp(portal, deps, admin);
  await notifyPayment(portal, deps, { status: 'T', expired: true, days: -3 });
  expect(receiver.received).toEqual([
    {
      contentType: 'application/x-www-form-urlencoded;charset=UTF-8',
      event: 'ONAPPPAYMENT',
      'data[CODE]': deps.app.clientId,
      'data[VERSION]': '1',
      'data[STATUS]': 'T',
      'data[PAYMENT_EXPIRED]': 'Y',
      'data[DAYS]': '-3',
      'data[LANGUAGE_ID]': 'ru',
      ts: expect.any(String),
      'auth[domain]': 'portal.test',
      'auth[client_endpoint]': 'http://portal.test/rest/',
      'auth[server_endpoint]': 'http://auth.test/rest/',
      'auth[member_id]': portal.memberId,
    },
  ]);
});

test('a handler that fails or is not there changes nothing for the portal', async () => {
  const failing = await startReceiver(500);
  await installApp(portal, createTestDeps({ eventHandlerUrl: failing.url }), admin);
  await finishInstall(portal, createTestDeps({ eventHandlerUrl: failing.url }));
  await failing.close();
  await uninstallApp(portal, createTestDeps({ eventHandlerUrl: failing.url }), { clean: false });
  expect(failing.received.map(({ event }) => event)).toEqual(['ONAPPINSTALL']);
  expect(portal.installation).toBeNull();
});
