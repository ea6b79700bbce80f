import { type Clock, createClock } from '../clock.ts';
import type { WorldDeal, WorldLead } from '../world/types.ts';
import { createBitrixSandbox } from './create-sandbox.ts';
import { type CrmEntity, type CrmRecord, DEALS, LEADS } from './rest/entities.ts';
import type { BitrixSandbox, PortalOptions, SandboxPortal } from './sandbox.ts';
import type { AppCard, Installation } from './state.ts';

/** 15 June 2026, 12:00:00 at the portal's server (+03:00). */
export const NOON = Date.UTC(2026, 5, 15, 9) / 1000;
/** An administrator and an employee who are no such. */
export const ADMIN = 1;
export const EMPLOYEE = 9;

export const TEST_APP: AppCard = {
  clientId: 'app.5f1c2b3a4d5e61.00112233',
  clientSecret: 'a-client-secret-of-the-tests',
  title: 'Test app',
  scopes: ['crm', 'placement', 'user_brief', 'department'],
  applicationUrl: 'http://app.example.com/bitrix24/app',
  installerUrl: 'http://app.example.com/bitrix24/install',
  eventHandlerUrl: '',
  version: 3,
};

/** The test app as a portal knows it once its administrator has installed it. */
export function installedApp(applicationToken: string): Installation {
  return {
    applicationToken,
    installed: true,
    version: TEST_APP.version,
    placements: [],
    events: [],
    offlineEvents: [],
    appOptions: {},
    userOptions: new Map(),
    deniedUsers: new Set(),
    installedBy: ADMIN,
  };
}

export interface Tokens {
  access_token: string;
  refresh_token: string;
  [name: string]: unknown;
}

export interface Reply {
  status: number;
  body: Record<string, unknown>;
}

export interface TestPortal {
  sandbox: BitrixSandbox;
  portal: SandboxPortal;
  clock: Clock;
  /** Calls a method as JSON with the administrator's token. */
  call(method: string, params?: Record<string, unknown>): Promise<Reply>;
  /** The same with another token. */
  callAs(accessToken: string, method: string, params?: Record<string, unknown>): Promise<Reply>;
  /** Goes through the portal's /oauth/authorize/ as that user and exchanges the code. */
  authorize(userId: number): Promise<Tokens>;
  admin: Tokens;
}

/** A portal with the app installed and a world without records. Its clock starts at `startAt`, Unix seconds; default noon. */
export async function startTestPortal(
  options: Partial<PortalOptions> & { startAt?: number; speed?: number; eventHandlerUrl?: string } = {},
): Promise<TestPortal> {
  const { startAt = NOON, speed = 1, eventHandlerUrl = '', ...portalOptions } = options;
  const clock = createClock({ start: startAt * 1000, speed });
  const sandbox = await createBitrixSandbox({
    app: { ...TEST_APP, eventHandlerUrl },
    clock,
    portals: [{ size: 'empty', limits: { rate: null, operatingSeconds: null }, ...portalOptions }],
  });
  const [portal] = sandbox.portals;
  if (!portal) throw new Error('The sandbox has no portal');
  portal.state.installation = installedApp('an-application-token');

  async function authorize(userId: number): Promise<Tokens> {
    const code = await requestCode(portal as SandboxPortal, userId);
    const { body } = await grant(sandbox, { grant_type: 'authorization_code', code });
    return body as Tokens;
  }
  const admin = await authorize(ADMIN);
  const callAs: TestPortal['callAs'] = (auth, method, params = {}) =>
    postJson(`${portal.url}/rest/${method}`, { ...params, auth });
  return {
    sandbox,
    portal,
    clock,
    authorize,
    admin,
    callAs,
    call: (method, params) => callAs(admin.access_token, method, params),
  };
}

/** What the portal hands an app's address in the authorization code flow. */
export async function requestCode(portal: SandboxPortal, userId: number): Promise<string> {
  const response = await fetch(`${portal.url}/oauth/authorize/?client_id=${TEST_APP.clientId}`, {
    redirect: 'manual',
    headers: { cookie: `portal_user_${portal.state.memberId}=${userId}` },
  });
  const code = new URL(response.headers.get('location') ?? 'http://none/').searchParams.get('code');
  if (code === null) throw new Error('The portal gave no code');
  return code;
}

/** One form POST to the authorization server. */
export async function grant(sandbox: BitrixSandbox, fields: Record<string, string>): Promise<Reply> {
  const response = await fetch(`${sandbox.authUrl}/oauth/token/`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: TEST_APP.clientId, client_secret: TEST_APP.clientSecret, ...fields }),
  });
  return readReply(response);
}

export async function postJson(url: string, body: unknown): Promise<Reply> {
  const headers = { 'content-type': 'application/json' };
  return readReply(await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) }));
}

export async function readReply(response: Response): Promise<Reply> {
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

export const addLead = (portal: SandboxPortal, fields: Partial<WorldLead> = {}): WorldLead => addRow(portal, LEADS, fields);
export const addDeal = (portal: SandboxPortal, fields: Partial<WorldDeal> = {}): WorldDeal => addRow(portal, DEALS, fields);

/** A record as it would stand after its creation at noon by the administrator, but for the fields given. */
function addRow<Row extends CrmRecord>(portal: SandboxPortal, entity: CrmEntity<Row>, fields: Partial<Row>): Row {
  const { world } = portal.state;
  return entity.table(world).insert({ ...entity.blank(world, ADMIN, NOON), ...fields });
}
