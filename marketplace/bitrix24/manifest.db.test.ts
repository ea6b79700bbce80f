import { afterAll, beforeAll, expect, test } from 'vitest';
import { LOCALES } from '../../server/analytics/labels.ts';
import type { FakePortal } from '../../server/testing/fake-bitrix24.ts';
import { openPage, postEvent, readBoot, startTestApp, type TestApp } from '../../server/testing/test-app.ts';
import { EVENTS, PATHS, PLACEMENTS, SCOPES } from './manifest.ts';

const ADMIN = { id: '1', name: 'Dilnoza', isAdmin: true };

let app: TestApp;
let portal: FakePortal;

beforeAll(async () => {
  app = await startTestApp();
  portal = await app.bitrix.startPortal('member1');
  await openPage(app, 'install', portal, portal.open(ADMIN));
});
afterAll(() => app.close());

test('every address of the card answers moderation’s HEAD and takes what the portal posts', async () => {
  for (const path of Object.values(PATHS)) {
    expect((await fetch(`${app.url}${path}`, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(`${app.url}${path}`, { method: 'POST', body: new URLSearchParams({ a: 'b' }) })).status).toBe(400);
  }
});

test('every placement opens the page that it promises', async () => {
  for (const { code, entity } of PLACEMENTS) {
    const fields = { PLACEMENT: code, PLACEMENT_OPTIONS: '{"ID":"12","URI":"\\/crm\\/"}' };
    const { page } = await readBoot(await openPage(app, 'app', portal, portal.open(ADMIN), fields));
    expect(page).toEqual(entity === null ? { kind: 'dashboard' } : { kind: 'record', entity, externalId: '12' });
  }
});

test('every subscribed event is accepted', async () => {
  const auth = { member_id: 'member1', application_token: 'application-canary-member1' };
  for (const event of EVENTS) expect((await postEvent(app, event, auth)).status).toBe(200);
  await app.bitrix24.settled();
});

test('codes are listed once, and texts are there in every language', () => {
  const codes = [...PLACEMENTS.map(({ code }) => code), ...EVENTS];
  expect(new Set(codes).size).toBe(codes.length);
  for (const { texts } of PLACEMENTS) {
    expect(Object.keys(texts)).toEqual([...LOCALES]);
    for (const { title, description } of Object.values(texts)) {
      expect(title).not.toBe('');
      expect(description.length).toBeGreaterThan(20);
    }
  }
});

test('the permissions are those the methods need: records and dictionaries, placements, people, departments', () => {
  expect([...SCOPES].sort()).toEqual(['crm', 'department', 'placement', 'user_brief']);
});
