// A worker process of a benchmark: queue, handler and dispatcher on a clock that runs faster. Started by fork(); the first
// message says where the database is, the answer that it works. Ends with its parent.

import { startDispatcher } from '../server/jobs/handlers/dispatcher.ts';
import { createSyncHandler } from '../server/jobs/handlers/sync.ts';
import { createQueue } from '../server/jobs/queue.ts';
import { createSealer } from '../server/platform/crypto.ts';
import { createDb } from '../server/platform/db.ts';
import { createLogger } from '../server/platform/log.ts';
import { createOutbound } from '../server/platform/outbound.ts';
import { createTokenSource } from '../server/tenants/connections.ts';
import { fasterClock } from './clock.ts';

export interface WorkerStart {
  databaseUrl: string;
  jobsUrl: string;
  /** Master secret that the connections' credentials are sealed with. */
  secret: string;
  /** `host:port` pairs that may be called. */
  allow: string[];
  speed: number;
  /** When the clock began, our Unix milliseconds. */
  clockStart: number;
}

process.once('message', async ({ databaseUrl, jobsUrl, secret, allow, speed, clockStart }: WorkerStart) => {
  const log = createLogger({ logLevel: 'warn' }, process.stderr);
  const db = createDb({ url: databaseUrl, poolSize: 6 });
  const outbound = createOutbound({ allow });
  const queue = await createQueue({ databaseUrl: jobsUrl, log });
  const clock = fasterClock(speed, clockStart);
  const sealer = createSealer(secret);
  const refresh = () => Promise.reject(new Error('A webhook is not refreshed'));
  await queue.work(
    'sync',
    createSyncHandler({
      db,
      outbound,
      clock,
      log,
      createTokens: (tenantId, crmSource) => createTokenSource({ db, sealer, refresh }, tenantId, crmSource),
    }),
  );
  startDispatcher({ db, queue, clock, log });
  process.send?.('working');
});
process.on('disconnect', () => process.exit(0));
