import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Problem, problem } from '../../contract/api.ts';
import { bootData } from '../../contract/session.ts';
import { createApp, createHttpServer, type ServerTimeouts } from '../http/app.ts';
import type { RateLimits } from '../http/rate-limits.ts';
import { type Bitrix24, createBitrix24 } from '../install/bitrix24.ts';
import type { Config } from '../platform/config.ts';
import { createDbListener, type DbListener } from '../platform/db-listener.ts';
import { createLogger } from '../platform/log.ts';
import { createOutbound } from '../platform/outbound.ts';
import { TENANT_CHANNEL } from '../tenants/announce.ts';
import { type FakeBitrix24, type FakePortal, type FakeTokens, startFakeBitrix24 } from './fake-bitrix24.ts';
import { createTestDatabase, runAs, type TestDatabase } from './postgres.ts';

export interface TestApp {
  url: string;
  /** The app behind the url, for its list of routes. */
  express: ReturnType<typeof createApp>;
  database: TestDatabase;
  bitrix: FakeBitrix24;
  bitrix24: Bitrix24;
  tenantNews: DbListener;
  /** Syncs that were asked for, in order, of all tenants. */
  listRuns(): Promise<RequestedRun[]>;
  /** Everything logged so far. */
  logText(): string;
  /** Lets the app call this private `host:port`. */
  allow(host: string): void;
  /** Time as the app sees it. */
  clock: { now: Date };
  close(): Promise<void>;
}

interface RequestedRun {
  tenantId: string;
  runId: string;
  kind: string;
  state: string;
}

export interface TestAppOptions {
  rateLimits?: Partial<RateLimits>;
  timeouts?: ServerTimeouts;
  /** Proxies in front whose X-Forwarded-For is believed; default 0. */
  trustProxy?: number;
  /** Output of the app's build; default: files that only have the right names. */
  assetsDir?: string;
  /** Another Bitrix24 in place of the fake one, and the port that its app card points to. */
  bitrix24?: Config['bitrix24'] & { hosts: readonly string[]; port: number };
}

/** Master secret of every test app. */
export const TEST_SECRET = 'Zk3vT9qLx8mRwB1nYc7uPd5sHf2jGa6e';

const UNLIMITED: RateLimits = { anonymous: 1e6, install: 1e6, user: 1e6, tenant: 1e6, questions: 1e6, events: 1e6 };

/** LeadRelay's web server on a real port and database, with a fake Bitrix24 behind it. */
export async function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const database = await createTestDatabase();
  const bitrix = await startFakeBitrix24();
  const standIns = options.assetsDir === undefined ? writeAssets() : null;
  const assetsDir = options.assetsDir ?? standIns ?? '';
  const lines: string[] = [];
  const log = createLogger({ logLevel: 'debug' }, { write: (line: string) => lines.push(line) });
  const clock = { now: new Date() };
  const allowed: string[] = [new URL(bitrix.authUrl).host, ...(options.bitrix24?.hosts ?? [])];
  const startPortal = bitrix.startPortal;
  bitrix.startPortal = async (memberId) => {
    const portal = await startPortal(memberId);
    allowed.push(new URL(portal.url).host);
    return portal;
  };
  const config: Pick<Config, 'bitrix24' | 'publicUrl' | 'secret' | 'outboundAllow' | 'trustProxy'> = {
    bitrix24: options.bitrix24 ?? { clientId: bitrix.clientId, clientSecret: bitrix.clientSecret, oauthUrls: [bitrix.authUrl] },
    publicUrl: options.bitrix24 ? `http://127.0.0.1:${options.bitrix24.port}` : 'https://leadrelay.test',
    secret: TEST_SECRET,
    outboundAllow: allowed,
    trustProxy: options.trustProxy ?? 0,
  };
  // Portals start later than the app: their addresses are allowed as they come.
  const outbound = {
    send: (request: Parameters<ReturnType<typeof createOutbound>['send']>[0]) => use(createOutbound({ allow: allowed }), request),
    close: async () => {},
  };
  const deps = {
    config,
    db: database.db,
    outbound,
    log,
    now: () => clock.now,
  };
  const bitrix24 = createBitrix24(deps);
  const tenantNews = createDbListener({ url: database.appUrl, channel: TENANT_CHANNEL, log });
  const app = createApp({ ...deps, tenantNews, bitrix24, assetsDir, rateLimits: { ...UNLIMITED, ...options.rateLimits } });
  const server = options.timeouts ? createHttpServer(app, options.timeouts) : createHttpServer(app);
  await new Promise<void>((resolve) => server.listen(options.bitrix24?.port ?? 0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    express: app,
    database,
    bitrix,
    bitrix24,
    tenantNews,
    listRuns: () =>
      runAs(database.ownerUrl, async (owner) => {
        const { rows } = await owner.query<RequestedRun>(
          'select tenant_id as "tenantId", run_id as "runId", kind, state from sync_runs order by created_at, run_id',
        );
        return rows;
      }),
    allow: (host) => allowed.push(host),
    logText: () => lines.join(''),
    clock,
    close: async () => {
      await bitrix24.settled();
      await tenantNews.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await bitrix.close();
      await database.drop();
      if (standIns) rmSync(standIns, { recursive: true });
    },
  };
}

/** Posts a form as a portal does when it opens a page of ours. */
export function openPage(
  app: TestApp,
  page: 'install' | 'app',
  portal: FakePortal,
  tokens: FakeTokens,
  fields: Record<string, string> = {},
  language = 'en',
): Promise<Response> {
  const form = new URLSearchParams({
    AUTH_ID: tokens.accessToken,
    AUTH_EXPIRES: '3600',
    REFRESH_ID: tokens.refreshToken,
    SERVER_ENDPOINT: `${app.bitrix.authUrl}/rest/`,
    APPLICATION_TOKEN: `application-canary-${portal.memberId}`,
    member_id: portal.memberId,
    status: 'L',
    PLACEMENT: 'DEFAULT',
    ...fields,
  });
  const query = new URLSearchParams({ DOMAIN: new URL(portal.url).host, PROTOCOL: '0', LANG: language, APP_SID: 'sid1' });
  return fetch(`${app.url}/bitrix24/${page}?${query}`, { method: 'POST', body: form });
}

/** Posts an event as Bitrix24's queue does. */
export function postEvent(
  app: TestApp,
  event: string,
  auth: Record<string, string>,
  data: Record<string, string> = {},
): Promise<Response> {
  const form = new URLSearchParams({ event, ts: '1735374081' });
  for (const [key, value] of Object.entries(data)) form.set(`data[${key}]`, value);
  for (const [key, value] of Object.entries(auth)) form.set(`auth[${key}]`, value);
  return fetch(`${app.url}/bitrix24/events`, { method: 'POST', body: form });
}

/** What the server wrote into a page for the app. */
export async function readBoot(response: Response) {
  const [, json = ''] = /<script type="application\/json" id="boot"[^>]*>(.*?)<\/script>/s.exec(await response.text()) ?? [];
  return bootData.parse(JSON.parse(json));
}

/** The error of an answer, held against the contract. */
export async function readProblem(response: Response): Promise<Problem> {
  return problem.parse(await response.json());
}

async function use(
  outbound: ReturnType<typeof createOutbound>,
  request: Parameters<ReturnType<typeof createOutbound>['send']>[0],
) {
  return outbound.send(request).finally(() => outbound.close());
}

function writeAssets(): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'leadrelay-assets-'));
  mkdirSync(path.join(dir, '.vite'));
  mkdirSync(path.join(dir, 'assets'));
  const manifest = { 'main.tsx': { file: 'assets/main-1a2b3c.js', css: ['assets/main-4d5e6f.css'] } };
  writeFileSync(path.join(dir, '.vite', 'manifest.json'), JSON.stringify(manifest));
  writeFileSync(path.join(dir, 'assets', 'main-1a2b3c.js'), 'export {};\n');
  return dir;
}
