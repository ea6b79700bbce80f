import { randomUUID } from 'node:crypto';
import { createBitrixSandbox } from '../../sandbox/bitrix24/create-sandbox.ts';
import type { BitrixSandbox, PortalOptions, SandboxPortal } from '../../sandbox/bitrix24/sandbox.ts';
import { ADMIN, grant, installedApp, requestCode, TEST_APP, type Tokens } from '../../sandbox/bitrix24/test-portal.ts';
import { createClock } from '../../sandbox/clock.ts';
import { createSealer, type Sealer } from '../../server/platform/crypto.ts';
import type { Db, Tx } from '../../server/platform/db.ts';
import { saveConnection } from '../../server/tenants/connections.ts';
import { requestSync } from '../../server/tenants/sync-requests.ts';
import { SECRET } from './cluster.ts';

/** What a cloud portal allows; the sandbox refuses what goes over it. */
const LIMITS = { rate: { drainPerSecond: 2, burst: 50 }, operatingSeconds: 480, pageCost: 0.07 };

export interface PortalsOptions extends Partial<PortalOptions> {
  /** How many portals. Default 1. */
  count?: number;
  /** How much faster than ours the sandbox's time passes. */
  speed: number;
  eventHandlerUrl?: string;
}

/** Sandbox portals on which the app is installed, with limits as in the cloud. */
export async function startPortals(options: PortalsOptions): Promise<BitrixSandbox> {
  const { count = 1, speed, eventHandlerUrl = '', seed = 1, ...portal } = options;
  const sandbox = await createBitrixSandbox({
    app: { ...TEST_APP, eventHandlerUrl },
    clock: createClock({ speed }),
    portals: Array.from({ length: count }, (_, index) => ({ size: 'tiny', limits: LIMITS, ...portal, seed: seed + index })),
  });
  for (const { state } of sandbox.portals) state.installation = installedApp(randomUUID());
  return sandbox;
}

/** Fresh tokens of the portal's administrator, as an installation brings them. */
export async function issueTokens(sandbox: BitrixSandbox, portal: SandboxPortal): Promise<Tokens> {
  const { body } = await grant(sandbox, { grant_type: 'authorization_code', code: await requestCode(portal, ADMIN) });
  return body as Tokens;
}

const sealer: Sealer = createSealer(SECRET);

/** Writes a connection to the portal as an installation does, over the one that is there. */
export async function connect(
  tx: Tx,
  tenantId: string,
  { sandbox, portal, tokens }: { sandbox: BitrixSandbox; portal: SandboxPortal; tokens: Tokens },
): Promise<void> {
  await saveConnection(tx, sealer, tenantId, {
    crmSource: 'bitrix24',
    accountId: portal.state.memberId,
    endpoint: `${portal.url}/rest/`,
    oauthServer: sandbox.authUrl,
    scopes: TEST_APP.scopes,
    mode: 'classic',
    timezone: null,
    baseCurrency: null,
    adminUserId: String(ADMIN),
    appStatus: 'L',
    credentials: {
      kind: 'app',
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token,
      expiresAt: new Date(sandbox.clock.now() + 3_600_000),
      applicationToken: portal.state.installation?.applicationToken ?? null,
    },
  });
}

/** A tenant whose administrator has just installed the app on the portal: its first full load is wanted. */
export async function installTenant(db: Db, sandbox: BitrixSandbox, portal: SandboxPortal): Promise<string> {
  const tenantId = randomUUID();
  const tokens = await issueTokens(sandbox, portal);
  await db.withDirectory('write', (tx) =>
    tx.query({
      text: 'insert into tenants (id, account_key) values ($1, $2)',
      values: [tenantId, `bitrix24:${portal.state.memberId}`],
    }),
  );
  await db.withTenant(tenantId, 'write', async (tx) => {
    await connect(tx, tenantId, { sandbox, portal, tokens });
    await wantFullLoad(tx, tenantId, sandbox.clock.now());
  });
  return tenantId;
}

export async function wantFullLoad(tx: Tx, tenantId: string, now: number): Promise<void> {
  const request = { tenantId, crmSource: 'bitrix24', requestedBy: 'system:install', entities: null } as const;
  await requestSync(tx, 'full', { ...request, newRunId: randomUUID(), now: new Date(now) }, { force: true });
}
