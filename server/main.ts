import { once } from 'node:events';
import os from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { CrmSource } from '../contract/crm.ts';
import { createLlm } from './agents/llm.ts';
import { createBitrixOAuth } from './crm/bitrix24/oauth.ts';
import { createApp, createHttpServer } from './http/app.ts';
import { type Bitrix24, createBitrix24 } from './install/bitrix24.ts';
import { startDispatcher } from './jobs/handlers/dispatcher.ts';
import { createEraseHandler } from './jobs/handlers/erase.ts';
import { createOnboardingHandler } from './jobs/handlers/onboarding.ts';
import { createSyncHandler } from './jobs/handlers/sync.ts';
import { createQueue } from './jobs/queue.ts';
import { systemClock } from './platform/clock.ts';
import type { Config } from './platform/config.ts';
import { createSealer } from './platform/crypto.ts';
import { createDb, type Db } from './platform/db.ts';
import { createDbListener } from './platform/db-listener.ts';
import { createLogger } from './platform/log.ts';
import { createOutbound } from './platform/outbound.ts';
import { TENANT_CHANNEL } from './tenants/announce.ts';
import { createTokenSource } from './tenants/connections.ts';

/** Requests and proofs of events under way get this long to finish when the process stops. */
const DRAIN_MS = 5_000;
/** Two connections a core serve all requests there is CPU for; more only lengthen the tail. */
const WEB_CONNECTIONS = os.availableParallelism() * 2;
/** The worker's own, so that copying a CRM cannot starve the dashboards. */
const WORKER_CONNECTIONS = 6;

/** Looking at all of a tenant's data keeps a core of the database busy for seconds. */
const ONBOARDING_LANES = 2;

/** Tenants that are due on one day are in no hurry, and share the connections with the syncs. */
const ERASE_LANES = 1;

type Stop = () => Promise<unknown>;

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
  const webStops: Stop[] = [];
  const workerStops: Stop[] = [];
  const outbound = createOutbound({ allow: config.outboundAllow });
  // Side by side: a worker has ten seconds to put its work down, and people's requests have theirs.
  const close = async () => {
    await Promise.all([stopAll(webStops), stopAll(workerStops)]);
    await outbound.close();
  };
  try {
    const now = () => new Date();
    if (config.role !== 'web') await startWorker();
    const webDb = createDb({ url: config.databaseUrl, poolSize: WEB_CONNECTIONS });
    webStops.push(() => webDb.close());
    const bitrix24 = createBitrix24({ config, db: webDb, outbound, log, now });
    webStops.push(() => Promise.race([bitrix24.settled(), delay(DRAIN_MS, undefined, { ref: false })]));
    if (config.role !== 'worker') await startWeb(webDb, bitrix24);
    return { connectWebhook: bitrix24.connectWebhook, close };
  } catch (error) {
    await close();
    throw error;
  }

  async function startWorker(): Promise<void> {
    const db = createDb({ url: config.databaseUrl, poolSize: WORKER_CONNECTIONS });
    workerStops.push(() => db.close());
    const queue = await createQueue({ databaseUrl: config.jobsDatabaseUrl, log });
    workerStops.push(() => queue.stop());
    const { clientId, clientSecret, oauthUrls } = config.bitrix24;
    const oauth = createBitrixOAuth({ outbound, clientId, clientSecret, servers: oauthUrls, now: () => new Date() });
    const sealer = createSealer(config.secret);
    const createTokens = (tenantId: string, crmSource: CrmSource) =>
      createTokenSource({ db, sealer, refresh: oauth.refresh }, tenantId, crmSource);
    await queue.work('sync', createSyncHandler({ db, outbound, clock: systemClock, log, createTokens }));
    const llm = config.llm && createLlm({ config: config.llm, db, log });
    await queue.work('onboarding', createOnboardingHandler({ db, now: () => new Date(), log, llm }), ONBOARDING_LANES);
    await queue.work('erase', createEraseHandler({ db, clock: systemClock, log }), ERASE_LANES);
    const dispatcher = startDispatcher({ db, queue, clock: systemClock, log });
    workerStops.push(() => dispatcher.stop());
  }

  async function startWeb(db: Db, bitrix24: Bitrix24): Promise<void> {
    const tenantNews = createDbListener({ url: config.databaseUrl, channel: TENANT_CHANNEL, log });
    const { assetsDir } = options;
    const http = createHttpServer(createApp({ config, db, tenantNews, bitrix24, log, now: () => new Date(), assetsDir }));
    http.listen(config.port, config.host);
    await once(http, 'listening');
    webStops.push(async () => {
      const closed = once(http, 'close');
      http.close();
      http.closeIdleConnections();
      const cut = setTimeout(() => http.closeAllConnections(), DRAIN_MS);
      await closed;
      clearTimeout(cut);
    });
    // First of all: it ends the streams, which would otherwise last until they are cut.
    webStops.push(() => tenantNews.close());
  }
}

/** The last that was started stops first. A second call has nothing left to do. */
async function stopAll(stops: Stop[]): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop();
}
