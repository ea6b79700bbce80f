import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectEvents, type EventDelivery } from './events.ts';
import type { PortalDeps } from './portal/deps.ts';
import { finishInstall, installApp, uninstallApp } from './portal/lifecycle.ts';
import { createTestDeps, createTestPortal, type EventReceiver, startReceiver } from './portal/test-portal.ts';
import type { EventBinding, Installation, PortalState } from './state.ts';

let receiver: EventReceiver;
let portal: PortalState;
let deps: PortalDeps;
let delivery: EventDelivery;
let installation: Installation;
let admin: number;

beforeEach(async () => {
  receiver = await startReceiver();
  portal = createTestPortal();
  deps = createTestDeps();
  delivery = connectEvents(portal, deps);
  admin = portal.world.users.find((user) => user.isAdmin && user.active)?.id ?? 0;
  // Its own dependencies: tokens are counted from the first event on.
  await installApp(portal, createTestDeps(), admin);
  await finishInstall(portal, createTestDeps());
  if (!portal.installation) throw new Error('not installed');
  installation = portal.installation;
});
afterEach(() => {
  delivery.stop();
  return receiver.close();
});

function bind(event: string, binding: Partial<EventBinding> = {}): void {
  installation.events.push({ event, handler: receiver.url, authType: 0, offline: false, ...binding });
}

function change(
  event: string,
  fields: Record<string, string | number>,
  options: { byRobot?: boolean; userId?: number } = {},
): void {
  portal.onChange?.(event, fields, { byRobot: false, ...options });
}

test('a change reaches its handler with the tokens of who made it, and no refresh token', async () => {
  bind('ONCRMLEADADD');
  change('onCrmLeadAdd', { ID: 17 }, { userId: 5 });
  change('ONCRMDEALADD', { ID: 18 });
  expect(receiver.received).toEqual([]);
  await delivery.settled();
  expect(receiver.received).toEqual([
    {
      contentType: 'application/x-www-form-urlencoded;charset=UTF-8',
      event: 'ONCRMLEADADD',
      event_handler_id: '1',
      'data[FIELDS][ID]': '17',
      ts: expect.stringMatching(/^\d{10,}$/),
      'auth[access_token]': 'access-5-1',
      'auth[expires_in]': '3600',
      'auth[scope]': 'crm,placement',
      'auth[status]': 'L',
      'auth[domain]': 'portal.test',
      'auth[client_endpoint]': 'http://portal.test/rest/',
      'auth[server_endpoint]': 'http://auth.test/rest/',
      'auth[member_id]': portal.memberId,
      'auth[application_token]': installation.applicationToken,
    },
  ]);
});

test('a robot has no tokens to give, unless the binding names a user', async () => {
  bind('ONCRMDEALUPDATE');
  bind('ONCRMDEALUPDATE', { authType: 7 });
  change('ONCRMDEALUPDATE', { ID: 3 }, { byRobot: true });
  await delivery.settled();
  const sorted = receiver.received.toSorted((left, right) => Number(left.event_handler_id) - Number(right.event_handler_id));
  expect(sorted.map((event) => event['auth[access_token]'])).toEqual([undefined, 'access-7-1']);
  expect(sorted.map((event) => event['auth[application_token]'])).toEqual([
    installation.applicationToken,
    installation.applicationToken,
  ]);
});

test('a pipeline move carries the new pipeline and stage', async () => {
  bind('ONCRMDEALMOVETOCATEGORY');
  change('ONCRMDEALMOVETOCATEGORY', { ID: 6675, CATEGORY_ID: 1, STAGE_ID: 'C1:NEW' });
  await delivery.settled();
  expect(receiver.received).toEqual([
    expect.objectContaining({
      'data[FIELDS][ID]': '6675',
      'data[FIELDS][CATEGORY_ID]': '1',
      'data[FIELDS][STAGE_ID]': 'C1:NEW',
      'auth[access_token]': `access-${admin}-1`,
    }),
  ]);
});

test('nothing is sent while the installation is unfinished, nor kept for later', async () => {
  bind('ONCRMLEADADD');
  bind('ONCRMLEADADD', { offline: true, handler: '' });
  installation.installed = false;
  change('ONCRMLEADADD', { ID: 1 });
  installation.installed = true;
  await delivery.settled();
  expect(receiver.received).toEqual([]);
  expect(installation.offlineEvents).toEqual([]);
});

test('what is queued when the app goes is dropped', async () => {
  bind('ONCRMLEADADD');
  change('ONCRMLEADADD', { ID: 1 });
  void uninstallApp(portal, deps, { clean: false });
  await delivery.settled();
  expect(receiver.received).toEqual([]);
});

test('a handler that fails has missed the event', async () => {
  const failing = await startReceiver(500);
  bind('ONCRMLEADADD', { handler: failing.url });
  change('ONCRMLEADADD', { ID: 1 });
  change('ONCRMLEADADD', { ID: 2 });
  await delivery.settled();
  expect(failing.received.map((event) => event['data[FIELDS][ID]']).toSorted()).toEqual(['1', '2']);
  await failing.close();
});

test('each change is an event of its own', async () => {
  bind('ONCRMLEADUPDATE');
  for (let time = 0; time < 100; time++) change('ONCRMLEADUPDATE', { ID: 9 });
  await delivery.settled();
  expect(receiver.received).toHaveLength(100);
  expect(portal.tokens.size).toBeLessThan(5);
});

test('offline bindings keep one record for each object and event, and signal once', async () => {
  bind('ONCRMLEADUPDATE', { offline: true, handler: '' });
  bind('ONOFFLINEEVENT');
  const before = Math.floor(portal.clock.now() / 1000);
  change('ONCRMLEADUPDATE', { ID: 4 });
  change('ONCRMLEADUPDATE', { ID: 5 });
  portal.clock.advance(3_600_000);
  change('ONCRMLEADUPDATE', { ID: 4 });
  expect(installation.offlineEvents).toMatchObject([
    { id: 1, event: 'ONCRMLEADUPDATE', fields: { ID: 4 }, processId: null, error: false },
    { id: 2, event: 'ONCRMLEADUPDATE', fields: { ID: 5 } },
  ]);
  const [first, second] = installation.offlineEvents;
  expect(first?.timestamp).toBeGreaterThanOrEqual(before + 3600);
  expect(second?.timestamp).toBeLessThan(before + 3600);
  expect(first?.messageId).not.toBe(second?.messageId);
  await delivery.settled();
  expect(receiver.received).toEqual([
    expect.objectContaining({ event: 'ONOFFLINEEVENT', 'auth[refresh_token]': `refresh-${admin}-1` }),
  ]);
  expect(Object.keys(receiver.received[0] ?? {}).filter((key) => key.startsWith('data'))).toEqual([]);
});

test('a change to an object whose record is reserved is recorded anew', () => {
  bind('ONCRMLEADUPDATE', { offline: true, handler: '' });
  change('ONCRMLEADUPDATE', { ID: 4 });
  for (const event of installation.offlineEvents) event.processId = 'reader';
  change('ONCRMLEADUPDATE', { ID: 4 });
  expect(installation.offlineEvents.map(({ id, processId }) => [id, processId])).toEqual([
    [1, 'reader'],
    [2, null],
  ]);
});

test('event.test comes back as the app sent it', async () => {
  bind('ONAPPTEST');
  change('ONAPPTEST', { any: 'data' });
  await delivery.settled();
  expect(receiver.received).toEqual([
    expect.objectContaining({ event: 'ONAPPTEST', 'data[QUERY][any]': 'data', 'data[LANGUAGE_ID]': 'en' }),
  ]);
});
