// The sandbox as a process of its own, so that a benchmark measures LeadRelay's memory and not the sandbox's. Started by
// fork(): the first message says what portal to serve, each further one asks what it has answered so far.
import { createBitrixSandbox } from '../sandbox/bitrix24/create-sandbox.ts';
import { TEST_APP } from '../sandbox/bitrix24/test-portal.ts';
import { createClock } from '../sandbox/clock.ts';
import type { WorldSize } from '../sandbox/world/types.ts';

export interface ChildStart {
  size: WorldSize;
  /** How much faster than ours the portal's time passes. */
  speed: number;
  /** Whether requests and operating time are limited as in the cloud. */
  isThrottled: boolean;
}

/** Answer to the first message. */
export interface ChildReady {
  /** Inbound webhook of the administrator, with a trailing slash. */
  webhookUrl: string;
}

/** Answer to each further message. */
export interface ChildCounts {
  /** Every request that came, authorization included. */
  requests: number;
  records: number;
  /** Answers that said a limit was exceeded, commands inside batches included. */
  limitViolations: number;
  http503: number;
  http429: number;
}

process.once('message', async ({ size, speed, isThrottled }: ChildStart) => {
  const limits = isThrottled
    ? { rate: { drainPerSecond: 2, burst: 50 }, operatingSeconds: 480 }
    : { rate: null, operatingSeconds: null };
  const sandbox = await createBitrixSandbox({
    app: TEST_APP,
    clock: createClock({ speed }),
    portals: [{ size, seed: 1, limits: { ...limits, pageCost: 0.07 } }],
  });
  const [portal] = sandbox.portals;
  if (!portal) throw new Error('The sandbox has no portal');
  const ready: ChildReady = { webhookUrl: portal.createWebhook(1) };
  process.send?.(ready);
  process.on('message', () => {
    const { entries } = sandbox.ledger;
    const counts: ChildCounts = {
      requests: entries.length,
      records: entries.reduce((sum, entry) => sum + entry.records, 0),
      limitViolations: entries
        .flatMap(({ error, commandErrors }) => [error ?? '', ...commandErrors])
        .filter((code) => /LIMIT/.test(code)).length,
      http503: entries.filter(({ status }) => status === 503).length,
      http429: entries.filter(({ status }) => status === 429).length,
    };
    process.send?.(counts);
  });
});
process.on('disconnect', () => process.exit(0));
