import { once } from 'node:events';
import os from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { CrmSource } from '../contract/crm.ts';
import { createBitrixOAuth } from './crm/bitrix24/oauth.ts';
import { createApp, createHttpServer } from './http/app.ts';
import { createBitrix24 } from './install/bitrix24.ts';
import { createSyncFullHandler } from './jobs/handlers/sync-full.ts';
import { createQueue } from './jobs/queue.ts';
import { systemClock } from './platform/clock.ts';
import type { Config } from './platform/config.ts';
import { createSealer } from './platform/crypto.ts';
import { createDb } from './platform/db.ts';
import { createLogger } from './platform/log.ts';
import { createOutbound } from './platform/outbound.ts';
import { createTokenSource } from './tenants/connections.ts';

/** Requests and proofs of events under way get this long to finish when the process stops. */
const DRAIN_MS = 5_000;
/** Two connections a core serve all requests there is CPU for; more only lengthen the tail. */
const WEB_CONNECTIONS = os.availableParallelism() * 2;
/** The worker's own, so that copying a CRM cannot starve the dashboards. */
const WORKER_CONNECTIONS = 6;

export interface ServerOptions {
  /** Output folder of the app's build. */
  assetsDir: string;
}

export interface RunningServer {
  /** See server/install/webhook.ts. */
  connectWebhook(url: string): Promise<string>;
  /** Takes no new work, finishes what is under way and lets go of everything. */
  close(): Promise<void>;
}

/** Makes and wires the parts of this process, as the configured role asks, and starts them in order. */
export async function startServer(config: Config, options: ServerOptions): Promise<RunningServer> {
  const log = createLogger(config);
  const stops: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  try {
    const outbound = createOutbound({ allow: config.outboundAllow });
    stops.push(() => outbound.close());
    const webDb = createDb({ url: config.databaseUrl, poolSize: WEB_CONNECTIONS });
    stops.push(() => webDb.close());
    const workerDb = createDb({ url: config.databaseUrl, poolSize: WORKER_CONNECTIONS });
    stops.push(() => workerDb.close());
    const queue = await createQueue({ databaseUrl: config.jobsDatabaseUrl, log });
    stops.push(() => queue.stop());
    const now = () => new Date();

    if (config.role !== 'web') {
      const { clientId, clientSecret, oauthUrls } = config.bitrix24;
      const oauth = createBitrixOAuth({ outbound, clientId, clientSecret, servers: oauthUrls, now });
      const sealer = createSealer(config.secret);
      const createTokens = (tenantId: string, crmSource: CrmSource) =>
        createTokenSource({ db: workerDb, sealer, refresh: oauth.refresh }, tenantId, crmSource);
      await queue.work('sync-full', createSyncFullHandler({ db: workerDb, outbound, clock: systemClock, log, createTokens }));
    }
    const bitrix24 = createBitrix24({ config, db: webDb, queue, outbound, log, now });
    stops.push(() => Promise.race([bitrix24.settled(), delay(DRAIN_MS, undefined, { ref: false })]));
    if (config.role !== 'worker') {
      const { assetsDir } = options;
      const http = createHttpServer(createApp({ config, db: webDb, queue, bitrix24, log, now, assetsDir }));
      http.listen(config.port, config.host);
      await once(http, 'listening');
      stops.push(async () => {
        const closed = once(http, 'close');
        http.close();
        http.closeIdleConnections();
        const cut = setTimeout(() => http.closeAllConnections(), DRAIN_MS);
        await closed;
        clearTimeout(cut);
      });
    }
    return { connectWebhook: bitrix24.connectWebhook, close };
  } catch (error) {
    await close();
    throw error;
  }
}
