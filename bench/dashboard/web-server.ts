import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { pino } from 'pino';
import { createApp, createHttpServer } from '../../server/http/app.ts';
import type { RateLimits } from '../../server/http/rate-limits.ts';
import { createSessions } from '../../server/http/session.ts';
import { createBitrix24 } from '../../server/install/bitrix24.ts';
import type { Db } from '../../server/platform/db.ts';
import { createDbListener } from '../../server/platform/db-listener.ts';
import { createOutbound } from '../../server/platform/outbound.ts';
import { TENANT_CHANNEL } from '../../server/tenants/announce.ts';
import { createTenantStates } from '../../server/tenants/tenants.ts';

const SECRET = 'only-of-this-benchmark-0123456789abcdef';
const UNLIMITED: RateLimits = { anonymous: 1e9, install: 1e9, user: 1e9, tenant: 1e9, questions: 1e9, events: 1e9 };

export interface BenchServer {
  url: string;
  /** A session's token of an administrator. */
  issue(tenantId: string, userId: string): Promise<string>;
  close(): Promise<void>;
}

/** The whole web server, as `npm start` wires it, with a clock that stands still. @param directory for what stands in for the app */
export async function startBenchServer(deps: {
  db: Db;
  appUrl: string;
  directory: string;
  now: () => Date;
}): Promise<BenchServer> {
  const { db, now } = deps;
  const log = pino({ level: 'warn' }, pino.destination(2));
  const outbound = createOutbound({ allow: [] });
  const config = {
    secret: SECRET,
    trustProxy: 0,
    publicUrl: 'http://127.0.0.1',
    outboundAllow: [],
    bitrix24: { clientId: '', clientSecret: '', oauthUrls: ['http://127.0.0.1:9'] },
  };
  const assetsDir = path.join(deps.directory, 'assets');
  mkdirSync(path.join(assetsDir, '.vite'), { recursive: true });
  writeFileSync(
    path.join(assetsDir, '.vite/manifest.json'),
    JSON.stringify({ 'main.tsx': { file: 'assets/main.js', isEntry: true } }),
  );
  const tenantNews = createDbListener({ url: deps.appUrl, channel: TENANT_CHANNEL, log });
  await new Promise<void>((resolve) => tenantNews.watchAll(() => resolve()));
  const bitrix24 = createBitrix24({ config, db, outbound, log, now });
  const http = createHttpServer(createApp({ config, db, tenantNews, bitrix24, log, now, assetsDir, rateLimits: UNLIMITED }));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const sessions = createSessions({ secret: SECRET, tenants: createTenantStates(db, now, tenantNews), now });
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    async issue(tenantId, userId) {
      const person = {
        tenantId,
        crmSource: 'bitrix24',
        userId,
        role: 'admin',
        signedInAt: null,
        name: 'Bench',
        locale: 'en',
      } as const;
      return (await sessions.issue(person)).token;
    },
    async close() {
      await tenantNews.close();
      http.close();
      http.closeAllConnections();
      await outbound.close();
    },
  };
}
