import type { CrmSource } from '../../contract/crm.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import { CrmError, type MethodUsage, type RateLimiter } from './adapter.ts';

/** What a CRM lets one account do. */
export interface RequestLimits {
  /** Requests that leave the bucket each second. */
  drainPerSecond: number;
  /** Requests the bucket holds. */
  burst: number;
  /** Seconds a method may run in any ten minutes. */
  operatingSeconds: number;
}

export interface RateLimiterDeps {
  db: Db;
  clock: Clock;
  tenantId: string;
  crmSource: CrmSource;
  limits: RequestLimits;
}

/**
 * How full we let the bucket get. People who open our pages cost a request each that does not wait here: while a CRM is copied,
 * they have the rest. It costs a load the first requests' burst and nothing after, when the bucket drains as fast as before.
 */
const SAFE_BUCKET_SHARE = 0.7;
/** How much of a method's time we use up: the rest is for what one more batch takes (3.5 s for 2,500 plain records). */
const SAFE_OPERATING_SHARE = 0.95;
/** What work in the background leaves of both: changes are then read at once whatever it has used. */
const BACKGROUND_SHARE = 0.5;
/** A refusal halves the rate at which we ask, at most down to this share of it; it takes ten minutes to be whole again. */
const SLOWEST_PACE = 1 / 16;
const PACE_RECOVERY_SECONDS = 600;
/** A longer wait is the caller's to spend on something else. */
const LONGEST_WAIT_MS = 10_000;
/** Without a count from the CRM, our own is kept until a method has rested this long: the ten minutes and the one begun. */
const OPERATING_MEMORY_MS = 660_000;
/** No CRM keeps a method back for longer: a reset further ahead was written by a worker whose clock was wrong. */
const LONGEST_RESET_MS = 2 * OPERATING_MEMORY_MS;
/** Row of the request bucket; the others are named for their methods. */
const BUCKET = '';

interface LimitRow {
  method: string;
  level: number;
  pace: number;
  reset_at: Date | null;
}

/**
 * One row for the bucket and one for each method: read, leaked, added to and given back by a single statement, so that workers
 * cannot both take the last place. The bucket is taken in advance: whoever gets a level above the brim waits until it is his turn.
 * A moment far ahead is one of a clock that was wrong: it is not waited for.
 */
const TAKE = `insert into crm_rate_limits as t (tenant_id, crm_source, method, level, measured_at, reset_at)
select $1::uuid, $2, u.method, coalesce(u.level, 0) + u.added, $4, u.reset_at
from jsonb_to_recordset($3::jsonb) as u(method text, level float8, added float8, reset_at timestamptz)
order by u.method
on conflict (tenant_id, crm_source, method) do update set
  level = case
    when t.method = '' then greatest(
      t.level - $5 * t.pace * greatest(0, extract(epoch from excluded.measured_at - t.measured_at)::float8), excluded.level - 1, 0) + 1
    when excluded.reset_at is not null then excluded.level
    when t.reset_at <= excluded.measured_at then excluded.level
    else t.level + excluded.level
  end,
  pace = case
    when t.method <> '' then 1
    when excluded.level > 1 then greatest(t.pace / 2, ${SLOWEST_PACE})
    else least(1, t.pace + greatest(0, extract(epoch from excluded.measured_at - t.measured_at)::float8) / ${PACE_RECOVERY_SECONDS})
  end,
  measured_at = case
    when t.measured_at > excluded.measured_at + interval '1 minute' then excluded.measured_at
    else greatest(t.measured_at, excluded.measured_at)
  end,
  reset_at = case
    when t.method = '' then null
    when excluded.reset_at is not null then excluded.reset_at
    when excluded.level > 0 then excluded.measured_at + make_interval(secs => ${OPERATING_MEMORY_MS / 1000})
    else t.reset_at
  end
returning method, level, pace, reset_at`;

export function createRateLimiter({ db, clock, tenantId, crmSource, limits }: RateLimiterDeps): RateLimiter {
  const reports = new Map<string, MethodUsage>();
  let wasRefused = false;

  /** Also writes what was reported since the last request: one statement a request, whatever it has to say. */
  async function take(methods: ReadonlySet<string>): Promise<LimitRow[]> {
    const rows = [...methods].map((method) => toRow(method, reports.get(method)));
    rows.push({ method: BUCKET, level: wasRefused ? limits.burst : 0, added: 1, reset_at: null });
    const taken = await db.withTenant(tenantId, 'write', (tx) =>
      tx.query<LimitRow>({
        text: TAKE,
        values: [tenantId, crmSource, JSON.stringify(rows), new Date(clock.now()), limits.drainPerSecond],
      }),
    );
    for (const method of methods) reports.delete(method);
    wasRefused = false;
    return taken;
  }

  function waitMs(row: LimitRow, share: number): number {
    if (row.method === BUCKET) {
      const excess = row.level - limits.burst * SAFE_BUCKET_SHARE * share;
      return Math.max(0, (excess / (limits.drainPerSecond * row.pace)) * 1000);
    }
    if (row.reset_at === null || row.level < limits.operatingSeconds * SAFE_OPERATING_SHARE * share) return 0;
    // A second more: the CRM refuses up to and including the moment it names.
    const wait = Math.max(0, row.reset_at.getTime() + 1_000 - clock.now());
    return wait > LONGEST_RESET_MS ? 0 : wait;
  }

  return {
    async acquire(methods, signal, urgency = 'normal') {
      const rows = await take(new Set(methods));
      const share = urgency === 'background' ? BACKGROUND_SHARE : 1;
      const wait = Math.max(...rows.map((row) => waitMs(row, share)));
      if (wait > LONGEST_WAIT_MS) {
        throw new CrmError('rate_limit', 'The CRM wants fewer requests', { retryAfterMs: Math.ceil(wait) });
      }
      if (wait > 0) await clock.sleep(wait, signal);
    },
    report(usage) {
      const before = reports.get(usage.method);
      reports.set(usage.method, { ...usage, spentSeconds: usage.spentSeconds + (before?.spentSeconds ?? 0) });
    },
    refused() {
      wasRefused = true;
    },
  };
}

/** A count of the CRM's replaces ours (it comes with `reset_at`); time it did not count is added. */
function toRow(
  method: string,
  usage: MethodUsage | undefined,
): { method: string; level: number; added: number; reset_at: Date | null } {
  if (usage?.operatingSeconds != null && usage.resetAt !== null) {
    return { method, level: usage.operatingSeconds, added: 0, reset_at: new Date(usage.resetAt) };
  }
  return { method, level: 0, added: usage?.spentSeconds ?? 0, reset_at: null };
}
