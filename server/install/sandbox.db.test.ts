import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { EVENTS, OFFLINE_EVENTS, PLACEMENTS, SCOPES } from '../../marketplace/bitrix24/manifest.ts';
import { createBitrixSandbox } from '../../sandbox/bitrix24/create-sandbox.ts';
import type { BitrixSandbox, SandboxPortal } from '../../sandbox/bitrix24/sandbox.ts';
import { createClock } from '../../sandbox/clock.ts';
import { findFreePort } from '../platform/free-port.ts';
import { runAs } from '../testing/postgres.ts';
import { readBoot, startTestApp, type TestApp } from '../testing/test-app.ts';

/* The life of an installation on a portal that behaves as Bitrix24 does, tokens, events and renaming included. */

/** Events that are sent, and those that are kept. */
const BINDINGS = EVENTS.length + OFFLINE_EVENTS.length;
let sandbox: BitrixSandbox;
let portal: SandboxPortal;
let app: TestApp;
let admin: number;
let employee: number;

beforeAll(async () => {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const clientId = 'local.65f0c0ffee.12345678';
  const clientSecret = 'a-client-secret';
  sandbox = await createBitrixSandbox({
    app: {
      clientId,
      clientSecret,
      title: 'LeadRelay',
      scopes: [...SCOPES],
      applicationUrl: `${url}/bitrix24/app`,
      installerUrl: `${url}/bitrix24/install`,
      eventHandlerUrl: `${url}/bitrix24/events`,
      version: 1,
    },
    portals: [{ size: 'empty', language: 'ru', limits: { rate: null, operatingSeconds: null } }],
    // Events are delivered a second or so after the change.
    clock: createClock({ speed: 50 }),
  });
  const [first] = sandbox.portals;
  if (!first) throw new Error('the sandbox has no portal');
  portal = first;
  const hosts = [sandbox.authUrl, portal.url].map((address) => new URL(address).host);
  app = await startTestApp({ bitrix24: { clientId, clientSecret, oauthUrls: [sandbox.authUrl], hosts, port } });
  const users = portal.state.world.users.filter(({ active }) => active);
  admin = users.find(({ isAdmin }) => isAdmin)?.id ?? 0;
  employee = users.find(({ isAdmin }) => !isAdmin)?.id ?? 0;
});
afterAll(async () => {
  await app.close();
  await sandbox.close();
});

/** What the portal's own page does: as that user, behind their cookie. */
function portalPost(path: string, body: URLSearchParams | object, userId: number): Promise<Response> {
  const isForm = body instanceof URLSearchParams;
  return fetch(`${portal.url}${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      cookie: `portal_user_${portal.state.memberId}=${userId}`,
      origin: portal.url,
      'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
    },
    body: isForm ? body : JSON.stringify(body),
  });
}

/** Opens LeadRelay in the portal's frame, at a placement or in the installer, and posts what the portal would. */
async function open(userId: number, placement = 'DEFAULT', options: object = {}): Promise<Response> {
  const handler = placement === 'DEFAULT' ? '' : `${new URL(portal.state.installation?.placements[0]?.handler ?? '').href}`;
  const reply = await portalPost('/portal/frame/launch', { placement, handler, options }, userId);
  expect(reply.status).toBe(200);
  const { url, form } = (await reply.json()) as { url: string; form: Record<string, string> };
  return fetch(url, { method: 'POST', body: new URLSearchParams(form) });
}

async function connection(): Promise<Record<string, unknown>> {
  const rows = await runAs(
    app.database.ownerUrl,
    async (client) =>
      (await client.query('select c.*, t.status as tenant_status from crm_connections c join tenants t on t.id = c.tenant_id'))
        .rows,
  );
  expect(rows).toHaveLength(1);
  return rows[0];
}

test('install, use, update, rename, uninstall and reinstall', async () => {
  await portalPost('/marketplace/install/', new URLSearchParams(), admin);
  const installer = await readBoot(await open(admin));
  expect(installer).toMatchObject({
    page: { kind: 'install' },
    hostOrigin: portal.url,
    locale: 'ru',
    session: { user: { role: 'admin' } },
  });
  expect(portal.state.installation?.placements).toHaveLength(PLACEMENTS.length);
  expect(portal.state.installation?.events).toHaveLength(BINDINGS);
  expect(Object.keys(portal.state.installation?.placements[0]?.langAll ?? {})).toEqual(['en', 'ru', 'uz', 'kz', 'ua', 'tr']);
  await portalPost('/portal/frame/finish-install', {}, admin);
  expect(await app.listRuns()).toHaveLength(1);

  const tab = await readBoot(await open(employee, 'CRM_DEAL_DETAIL_TAB', { ID: '8061' }));
  expect(tab).toMatchObject({
    page: { kind: 'record', entity: 'deals', externalId: '8061' },
    session: { user: { id: String(employee), role: 'member' } },
  });

  const tokenBefore = (await connection()).application_token_sealed;
  await portalPost('/marketplace/update/', new URLSearchParams(), admin);
  // The update takes placements and handlers away; our handler of ONAPPUPDATE sets them again.
  await vi.waitFor(
    async () => {
      await app.bitrix24.settled();
      expect((await connection()).application_token_sealed).not.toBe(tokenBefore);
      expect(portal.state.installation?.placements).toHaveLength(PLACEMENTS.length);
      expect(portal.state.installation?.events).toHaveLength(BINDINGS);
    },
    { timeout: 10_000 },
  );
  await portalPost('/portal/frame/finish-install', {}, admin);

  await portal.rename();
  app.allow(new URL(portal.url).host);
  expect((await readBoot(await open(employee))).hostOrigin).toBe(portal.url);
  expect(await connection()).toMatchObject({ endpoint: `${portal.url}/rest/`, status: 'active' });

  const { tenant_id: tenantId } = await connection();
  await portalPost('/marketplace/uninstall/', new URLSearchParams({ clean: '1' }), admin);
  await vi.waitFor(async () => expect((await connection()).status).toBe('uninstalled'), { timeout: 10_000 });
  expect(await connection()).toMatchObject({ access_token_sealed: null, refresh_token_sealed: null, tenant_status: 'deleting' });

  await portalPost('/marketplace/install/', new URLSearchParams(), admin);
  expect(await readBoot(await open(admin))).toMatchObject({ page: { kind: 'install' }, session: { user: { role: 'admin' } } });
  expect(await connection()).toMatchObject({ tenant_id: tenantId, status: 'active', tenant_status: 'active' });
  expect(await app.listRuns()).toHaveLength(2);
});

test('a portal’s inbound webhook connects it', async () => {
  const link = await app.bitrix24.connectWebhook(portal.createWebhook(admin));
  expect(link).toContain('/app#code=');
});
