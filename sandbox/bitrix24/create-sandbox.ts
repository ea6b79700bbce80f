import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, createClock } from '../clock.ts';
import { createLedger, type Ledger } from '../ledger.ts';
import { createWorld } from '../world/create-world.ts';
import { createAuthServer } from './auth-server.ts';
import { connectEvents, type EventDelivery } from './events.ts';
import type { PortalDeps } from './portal/deps.ts';
import { createPortalHandler, type Handler } from './portal-server.ts';
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
      const state = createPortalState(portalOptions, index, { app, clock, ledger });
      if (portalOptions.snapshot) applySnapshot(state, tokens, portalOptions.snapshot);
      const handler = createPortalHandler(state, { deps, tokens, authServer });
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
    world: createWorld({ size, seed, now, mode }),
    clock,
    ledger,
    license,
    language,
    limits: { ...cloudLimits(license), ...options.limits },
    utcOffsetMinutes: UTC_OFFSET_MINUTES,
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
