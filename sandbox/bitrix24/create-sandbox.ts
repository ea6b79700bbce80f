import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, createClock } from '../clock.ts';
import { createLedger, type Ledger } from '../ledger.ts';
import { createWorld } from '../world/create-world.ts';
import { createAuthServer } from './auth-server.ts';
import { connectEvents, type EventDelivery } from './events.ts';
import type { PortalDeps } from './portal/deps.ts';
import { uninstallApp } from './portal/lifecycle.ts';
import { createPortalHandler, type Handler } from './portal-server.ts';
import { portalNow } from './portal-time.ts';
import { createPortalFaults } from './rest/faulty.ts';
import type { BitrixSandbox, PortalOptions, SandboxOptions, SandboxPortal } from './sandbox.ts';
import { applySnapshot } from './snapshot.ts';
import type { AppCard, LimitOptions, PortalState } from './state.ts';
import { createTokenStore } from './tokens.ts';

/** The cloud's server runs on Moscow time, whatever the users' zone. */
const UTC_OFFSET_MINUTES = 180;

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
  let isClosed = false;

  async function serve(handler: Handler, port: number): Promise<{ origin: string; server: Server }> {
    const server = createServer(toListener(handler));
    servers.push(server);
    await listen(server, port);
    const { port: actual } = server.address() as AddressInfo;
    return { origin: `http://${host}:${actual}`, server };
  }

  function listen(server: Server, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  }

  async function close(): Promise<void> {
    isClosed = true;
    for (const delivery of deliveries) delivery.stop();
    await Promise.all(servers.map(closeServer));
  }

  try {
    let authUrl = '';
    const authServer = createAuthServer({ app, tokens, clock, ledger, authUrl: () => authUrl });
    authUrl = (await serve(authServer, options.authPort ?? 0)).origin;
    const deps: PortalDeps = {
      app,
      authUrl,
      issueTokens: tokens.issue,
      revokeTokens: tokens.revoke,
      issueCode: tokens.issueCode,
    };

    const startPortal = async (portalOptions: PortalOptions, index: number): Promise<SandboxPortal> => {
      const state = createPortalState(portalOptions, index, { app, clock, ledger });
      if (portalOptions.snapshot) applySnapshot(state, tokens, portalOptions.snapshot);
      const handler = createPortalHandler(state, { deps, tokens, authServer });
      let { origin, server } = await serve(handler, portalOptions.port ?? 0);
      const portal: SandboxPortal = {
        url: origin,
        state,
        createWebhook(userId) {
          const secret = randomBytes(8).toString('hex');
          state.webhooks.set(secret, userId);
          return `${portal.url}/rest/${userId}/${secret}/`;
        },
        async rename() {
          const former = { host: new URL(portal.url).host, server };
          ({ origin, server } = await serve(handler, 0));
          portal.url = origin;
          state.formerDomains.push(former.host);
          state.domain = new URL(origin).host;
          former.server.removeAllListeners('request');
          former.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
            request.resume();
            response.writeHead(302, { location: `${portal.url}${request.url ?? '/'}` }).end();
          });
        },
        now: () => Math.floor(portalNow(state)),
        playFaults(script, onSignal = () => {}) {
          state.faults?.stop();
          state.faults = createPortalFaults(script, state, {
            uninstall: (clean) => void uninstallApp(state, deps, { clean }),
            async move() {
              await portal.rename();
              return portal.url;
            },
            closePort: (seconds) => void closePort(portal, seconds),
            signal: onSignal,
          });
        },
        async stopFaults() {
          state.faults?.stop();
          state.faults = null;
          await portal.comeUp();
        },
        faultHits: () => state.faults?.hits() ?? [],
        goDown: () => closeServer(server),
        async comeUp() {
          if (!isClosed && !server.listening) await listen(server, Number(new URL(portal.url).port));
        },
      };
      state.domain = new URL(portal.url).host;
      deliveries.push(connectEvents(state, deps));
      return portal;
    };

    const closePort = async (portal: SandboxPortal, seconds: number): Promise<void> => {
      await portal.goDown();
      await clock.sleep(seconds * 1000);
      await portal.comeUp();
    };

    const portals: SandboxPortal[] = [];
    for (const [index, portalOptions] of options.portals.entries()) portals.push(await startPortal(portalOptions, index));
    return { authUrl, portals, clock, ledger, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A portal with its world, before anything is installed. Its domain is set when it is served. */
function createPortalState(
  options: PortalOptions,
  index: number,
  { app, clock, ledger }: { app: AppCard; clock: Clock; ledger: Ledger },
): PortalState {
  const { size, mode = 'classic', language = 'en', license = `${language}_std`, seed = index + 1 } = options;
  const { now = Math.floor(clock.now() / 1000) } = options;
  return {
    // The same portal keeps its identity when the sandbox starts again.
    memberId: createHash('md5').update(`${app.clientId}|${index}|${seed}`).digest('hex'),
    domain: '',
    formerDomains: [],
    world: createWorld({ size, seed, now, mode, language }),
    clock,
    ledger,
    license,
    language,
    limits: { ...cloudLimits(license), ...options.limits },
    utcOffsetMinutes: UTC_OFFSET_MINUTES,
    clockSkewSeconds: 0,
    faults: null,
    installation: null,
    tokens: new Set(),
    webhooks: new Map(),
    onChange: null,
  };
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

function closeServer(server: Server): Promise<void> {
  // A server that is down already says so as an error, which is what is wanted.
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  return closed;
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
