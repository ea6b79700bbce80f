import { AppError } from '../platform/errors.ts';

/** Lets only so many questions of one tenant be asked of the database at once. */
export interface QueryGate {
  /**
   * Runs `work` when its turn comes.
   * @param signal whoever goes away while waiting gives up the place
   * @throws AppError `rate_limited` when too many wait already, or the turn does not come in time
   */
  run<Result>(tenantId: string, signal: AbortSignal, work: () => Promise<Result>): Promise<Result>;
}

interface Waiting {
  start: () => void;
}

interface Tenant {
  running: number;
  waiting: Set<Waiting>;
}

/**
 * A gate of this process.
 * @param limits.concurrent default 1: two of one tenant's dearest charts at once made others' dashboards wait five times as long, one of them twice
 * @param limits.waiting default 32: a page that loads and some people who click
 * @param limits.waitMs default 10,000: two statements at their time limit
 */
export function createQueryGate(limits: { concurrent?: number; waiting?: number; waitMs?: number } = {}): QueryGate {
  const { concurrent = 1, waiting: maxWaiting = 32, waitMs = 10_000 } = limits;
  const tenants = new Map<string, Tenant>();

  async function enter(tenant: Tenant, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (tenant.running < concurrent) {
      tenant.running += 1;
      return;
    }
    if (tenant.waiting.size >= maxWaiting) throw tooMany();
    await new Promise<void>((resolve, reject) => {
      const leave = (error: unknown) => {
        tenant.waiting.delete(waiting);
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        if (error === null) resolve();
        else reject(error);
      };
      const onAbort = () => leave(signal.reason);
      const timer = setTimeout(() => leave(tooMany()), waitMs);
      // The place is handed over, not given up and taken: nobody who comes in between can have it.
      const waiting: Waiting = { start: () => leave(null) };
      signal.addEventListener('abort', onAbort, { once: true });
      tenant.waiting.add(waiting);
    });
  }

  function exit(tenantId: string, tenant: Tenant): void {
    const [next] = tenant.waiting;
    if (next) next.start();
    else tenant.running -= 1;
    if (tenant.running === 0) tenants.delete(tenantId);
  }

  return {
    async run(tenantId, signal, work) {
      const tenant = tenants.get(tenantId) ?? { running: 0, waiting: new Set() };
      tenants.set(tenantId, tenant);
      try {
        await enter(tenant, signal);
      } catch (error) {
        if (tenant.running === 0) tenants.delete(tenantId);
        throw error;
      }
      try {
        return await work();
      } finally {
        exit(tenantId, tenant);
      }
    },
  };
}

function tooMany(): AppError {
  return new AppError('rate_limited', 'Too many questions at once.', { retryAfterSeconds: 2 });
}
