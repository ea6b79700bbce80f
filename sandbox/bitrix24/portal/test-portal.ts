import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, createClock } from '../../clock.ts';
import { createLedger } from '../../ledger.ts';
import { createWorld } from '../../world/create-world.ts';
import type { AppCard, PortalState, TokenPair } from '../state.ts';
import type { PortalDeps } from './deps.ts';

/** For tests: a portal without servers. Its clock runs a thousand times as fast as ours, so events arrive in a millisecond. */
export function createTestPortal(language: PortalState['language'] = 'en'): PortalState {
  const clock: Clock = createClock({ speed: 1000 });
  return {
    memberId: 'a223c6b3710f85df22e9377d6c4f7553',
    domain: 'portal.test',
    formerDomains: [],
    world: createWorld({ size: 'tiny', seed: 1, now: Math.floor(clock.now() / 1000), mode: 'classic' }),
    clock,
    ledger: createLedger(),
    license: 'ru_std',
    language,
    limits: { rate: null, operatingSeconds: null, pageCost: 0.07 },
    utcOffsetMinutes: 300,
    clockSkewSeconds: 0,
    faults: null,
    installation: null,
    tokens: new Set(),
    webhooks: new Map(),
    onChange: null,
  };
}

/** For tests: tokens that only say whose they are, `access-<user>-<count>`. */
export function createTestDeps(app: Partial<AppCard> = {}): PortalDeps {
  let issued = 0;
  return {
    app: {
      clientId: 'local.0123456789abcd.12345678',
      clientSecret: 'secret',
      title: 'Test app',
      scopes: ['crm', 'placement'],
      applicationUrl: 'http://app.test/app',
      installerUrl: 'http://app.test/install',
      eventHandlerUrl: '',
      version: 1,
      ...app,
    },
    authUrl: 'http://auth.test',
    issueTokens(portal, userId) {
      issued += 1;
      const now = Math.floor(portal.clock.now() / 1000);
      const pair: TokenPair = {
        accessToken: `access-${userId}-${issued}`,
        refreshToken: `refresh-${userId}-${issued}`,
        userId,
        memberId: portal.memberId,
        clientId: this.app.clientId,
        accessExpires: now + 3600,
        refreshExpires: now + 15_552_000,
        revoked: false,
      };
      portal.tokens.add(pair);
      return pair;
    },
    revokeTokens(portal) {
      for (const pair of portal.tokens) pair.revoked = true;
    },
    issueCode: (_portal, userId) => `code-${userId}`,
  };
}

export interface EventReceiver {
  url: string;
  /** What arrived, in order, as the flat form fields of the wire. */
  received: Record<string, string>[];
  close(): Promise<void>;
}

/** For tests: a handler over real HTTP that answers with that status. */
export async function startReceiver(status = 200): Promise<EventReceiver> {
  const received: Record<string, string>[] = [];
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk);
    received.push({
      ...Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString())),
      contentType: req.headers['content-type'] ?? '',
    });
    res.writeHead(status).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
    received,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
