import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClock } from '../clock.ts';
import { createLedger } from '../ledger.ts';
import { createWorld } from '../world/create-world.ts';
import { computeTruth } from '../world/truth.ts';
import { cleanPath, createAuthServer } from './auth-server.ts';
import { connectEvents, type EventDelivery } from './events.ts';
import { createLimits } from './limits.ts';
import type { PortalDeps } from './portal/deps.ts';
import { createPortalPages } from './portal/portal-pages.ts';
import { createRest } from './rest/router.ts';
import type { BitrixSandbox, PortalOptions, SandboxOptions, SandboxPortal } from './sandbox.ts';
import type { LimitOptions, PortalState } from './state.ts';
import { createTokenStore } from './tokens.ts';

/** The cloud's server runs on Moscow time, whatever the users' zone. */
const UTC_OFFSET_MINUTES = 180;

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/**
 * Starts Bitrix24 stand-ins: one authorization server and a server for each portal, all on this machine.
 * @throws Error when a port is taken
 */
export async function createBitrixSandbox(options: SandboxOptions): Promise<BitrixSandbox> {
  const { app, host = '127.0.0.1' } = options;
  const clock = options.clock ?? createClock();
  const ledger = createLedger();
  const tokens = createTokenStore(app.clientId);
  const servers: Server[] = [];
  const deliveries: EventDelivery[] = [];

  /** @returns the origin under which the handler is served */
  async function serve(handler: Handler, port: number): Promise<string> {
    const server = createServer(toListener(handler));
    servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    const { port: actual } = server.address() as AddressInfo;
    return `http://${host}:${actual}`;
  }

  async function close(): Promise<void> {
    for (const delivery of deliveries) delivery.stop();
    await Promise.all(
      servers.map((server) => {
        const closed = new Promise((resolve) => server.close(resolve));
        server.closeAllConnections();
        return closed;
      }),
    );
  }

  try {
    let authUrl = '';
    const authServer = createAuthServer({ app, tokens, clock, ledger, authUrl: () => authUrl });
    authUrl = await serve(authServer, options.authPort ?? 0);
    const deps: PortalDeps = {
      app,
      authUrl,
      issueTokens: tokens.issue,
      revokeTokens: tokens.revoke,
      issueCode: tokens.issueCode,
    };

    const startPortal = async (portalOptions: PortalOptions, index: number): Promise<SandboxPortal> => {
      const license = portalOptions.license ?? `${portalOptions.language ?? 'en'}_std`;
      const seed = portalOptions.seed ?? index + 1;
      const now = Math.floor(clock.now() / 1000);
      const state: PortalState = {
        // The same portal keeps its identity when the sandbox starts again.
        memberId: createHash('md5').update(`${app.clientId}|${index}|${seed}`).digest('hex'),
        domain: '',
        formerDomains: [],
        world: createWorld({ size: portalOptions.size, seed, now, mode: portalOptions.mode ?? 'classic' }),
        clock,
        ledger,
        license,
        language: portalOptions.language ?? 'en',
        limits: { ...cloudLimits(license), ...portalOptions.limits },
        utcOffsetMinutes: UTC_OFFSET_MINUTES,
        installation: null,
        tokens: new Set(),
        webhooks: new Map(),
        onChange: null,
      };
      const rest = createRest(state, { app, tokens, limits: createLimits(state.limits) });
      const pages = createPortalPages(state, deps);
      const handler: Handler = (request, response) => {
        const url = new URL((request.url ?? '/').replace(/^\/+/, '/'), 'http://portal');
        const path = cleanPath(url);
        if (path === '/rest' || path.startsWith('/rest/')) return rest(request, response);
        if (path === '/oauth/token') return authServer(request, response);
        if (path === '/sandbox/truth') return sendTruth(response, state, url);
        if (path === '/sandbox/ledger') return sendJson(response, 200, summarize(state));
        return pages(request, response);
      };
      const portal: SandboxPortal = {
        url: await serve(handler, portalOptions.port ?? 0),
        state,
        createWebhook(userId) {
          const secret = randomBytes(8).toString('hex');
          state.webhooks.set(secret, userId);
          return `${portal.url}/rest/${userId}/${secret}/`;
        },
        async rename() {
          const former = new URL(portal.url);
          const formerServer = servers.find((server) => (server.address() as AddressInfo).port === Number(former.port));
          portal.url = await serve(handler, 0);
          state.formerDomains.push(former.host);
          state.domain = new URL(portal.url).host;
          formerServer?.removeAllListeners('request');
          formerServer?.on('request', (request: IncomingMessage, response: ServerResponse) => {
            request.resume();
            response.writeHead(302, { location: `${portal.url}${request.url ?? '/'}` }).end();
          });
        },
      };
      state.domain = new URL(portal.url).host;
      deliveries.push(connectEvents(state, deps));
      return portal;
    };

    const portals: SandboxPortal[] = [];
    for (const [index, portalOptions] of options.portals.entries()) portals.push(await startPortal(portalOptions, index));
    return { authUrl, portals, clock, ledger, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Request rates are by plan; the operating limit is the documentation's example. */
function cloudLimits(license: string): LimitOptions {
  const enterprise = /^\w+_ent/.test(license);
  return {
    rate: enterprise ? { drainPerSecond: 5, burst: 250 } : { drainPerSecond: 2, burst: 50 },
    operatingSeconds: 480,
    pageCost: 0.07,
  };
}

function toListener(handler: Handler): RequestListener {
  return async (request, response) => {
    try {
      await handler(request, response);
    } catch (error) {
      console.error('The Bitrix24 sandbox failed to answer a request:', error);
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    }
  };
}

/** `?currency=` asks for amounts in another currency than the base one. */
function sendTruth(response: ServerResponse, { world, clock }: PortalState, url: URL): void {
  const currency = url.searchParams.get('currency') ?? world.currencies.find(({ isBase }) => isBase)?.code ?? '';
  const known = world.currencies.some(({ code }) => code === currency);
  if (known) sendJson(response, 200, computeTruth(world, { now: Math.floor(clock.now() / 1000), currency }));
  else sendJson(response, 400, { error: 'The portal has no rate for this currency' });
}

/** What was asked of a portal: requests, refusals and records, in all and by method (those of batches included). */
function summarize({ ledger, memberId }: PortalState) {
  const methods: Record<string, number> = {};
  const errors: Record<string, number> = {};
  const total = { requests: 0, records: 0 };
  for (const entry of ledger.entries) {
    if (entry.portal !== memberId) continue;
    total.requests += 1;
    total.records += entry.records;
    for (const method of [entry.method, ...entry.commands]) methods[method] = (methods[method] ?? 0) + 1;
    if (entry.error !== null) errors[entry.error] = (errors[entry.error] ?? 0) + 1;
  }
  return { ...total, methods, errors };
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}
