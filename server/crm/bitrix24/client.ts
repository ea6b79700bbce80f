import { OutboundError, type OutboundReply } from '../../platform/outbound.ts';
import type { AccessToken, AdapterDeps, MethodUsage } from '../adapter.ts';
import { BitrixError, refusal } from './bitrix-error.ts';
import { type BatchCommand, encodeCommand, type Params } from './commands.ts';
import { readBatchResult, readReply, readTime, type Success, type TimeBlock } from './reply.ts';

/*
 * Our own small client rather than @bitrix24/b24jssdk, which the iframe uses: on a server the SDK follows a 302 as a GET (the
 * token would leave with it), loses empty error codes, reports failed batch commands as success, writes whole answers into
 * its log, keeps its rate limiter per process and cannot be given a guarded transport.
 */

interface CallReply {
  result: unknown;
  total: number | null;
  /** The portal's clock when it began to answer, with the portal's offset: `2026-05-14T10:26:32+02:00`. */
  crmTime: string;
}

/** Results by command name. A command is in `results` or in `errors`; after a halt, in neither. */
export interface BatchReply {
  results: ReadonlyMap<string, unknown>;
  errors: ReadonlyMap<string, BitrixError>;
  totals: ReadonlyMap<string, number>;
  crmTime: string;
}

/** Whether somebody waits for it; see RateLimiter. */
export type Urgency = 'normal' | 'background';

export interface BitrixClient {
  /** @throws CrmError (BitrixError where Bitrix24 gave a reason) */
  call(method: string, params: Params, signal: AbortSignal): Promise<CallReply>;
  /** At most 50 commands, run in order; one that fails does not stop the others. @throws CrmError */
  batch(commands: readonly BatchCommand[], signal: AbortSignal, urgency?: Urgency): Promise<BatchReply>;
}

export const MAX_BATCH_COMMANDS = 50;
const MAX_ATTEMPTS = 5;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** Bitrix24 cuts a request at 60 s; a batch may well need them. */
const HEADERS_TIMEOUT_MS = 65_000;
const OPERATING_LIMIT_SECONDS = 480;
/** Where the portal does not say when a method's operating time comes back. */
const UNKNOWN_RESET_MS = 60_000;

export function createBitrixClient({ outbound, tokens, limiter, clock }: AdapterDeps): BitrixClient {
  // Asked for once: the source reads and opens sealed text for each answer.
  let current: AccessToken | null = null;

  /** Sends until `read` makes something of the answer, or it cannot be mended. */
  async function send<Reply>(
    method: string,
    body: Record<string, unknown>,
    methods: readonly string[],
    read: (success: Success) => Reply,
    signal: AbortSignal,
    urgency: Urgency,
  ): Promise<Reply> {
    let refreshed = false;
    for (let attempt = 1; ; attempt++) {
      current ??= await tokens.get();
      await limiter.acquire(methods, signal, urgency);
      try {
        return read(readReply(method, await post(current, method, body, methods.length, signal)));
      } catch (error) {
        if (!(error instanceof BitrixError)) throw error;
        if (error.recovery === 'refresh' && !refreshed) {
          refreshed = true;
          current = await tokens.refresh(current);
          continue;
        }
        if (error.code === 'QUERY_LIMIT_EXCEEDED') limiter.refused();
        if (error.recovery === 'later') throw withdraw(method, error, error.time);
        const canRetry = error.recovery === 'retry' || (error.recovery === 'shrink' && methods.length === 1);
        if (!canRetry || attempt >= MAX_ATTEMPTS) throw error;
        await clock.sleep(pauseMs(attempt), signal);
      }
    }
  }

  async function post(
    token: AccessToken,
    method: string,
    body: Record<string, unknown>,
    commands: number,
    signal: AbortSignal,
  ): Promise<OutboundReply> {
    try {
      return await outbound.send({
        method: 'POST',
        url: `${token.endpoint}${method}`,
        body: token.accessToken === null ? body : { ...body, auth: token.accessToken },
        headersTimeoutMs: HEADERS_TIMEOUT_MS,
        signal,
      });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof OutboundError)) throw error;
      // The same long batch would only time out again: the caller makes it shorter.
      const recovery = commands > 1 && (error.kind === 'timeout' || error.kind === 'too_large') ? 'shrink' : 'retry';
      throw new BitrixError('unavailable', recovery, error.message, { cause: error });
    }
  }

  return {
    call: (method, params, signal) =>
      send(
        method,
        params,
        [method],
        ({ result, total, time }) => {
          limiter.report(usageOf(method, time, clock.now()));
          return { result, total: total ?? null, crmTime: time.date_start };
        },
        signal,
        'normal',
      ),

    batch(commands, signal, urgency = 'normal') {
      const cmd = Object.fromEntries(commands.map((command) => [command.name, encodeCommand(command)]));
      const methods = commands.map(({ method }) => method);
      return send('batch', { halt: 0, cmd }, methods, (success) => readBatch(commands, success), signal, urgency);
    },
  };

  /** Out of operating time: nobody asks for the method before the portal's moment. @returns the error that says so */
  function withdraw(method: string, error: BitrixError, time: TimeBlock | null): BitrixError {
    const now = clock.now();
    const resetAt = (time && usageOf(method, time, now).resetAt) ?? now + UNKNOWN_RESET_MS;
    limiter.report({ method, operatingSeconds: OPERATING_LIMIT_SECONDS, spentSeconds: 0, resetAt });
    const { kind, recovery, message, code, description } = error;
    return new BitrixError(kind, recovery, message, { code, description, time, retryAfterMs: resetAt - now + 1_000 });
  }

  function readBatch(commands: readonly BatchCommand[], success: Success): BatchReply {
    const { result, result_error, result_total, result_time } = readBatchResult(success.result);
    const methodOf = new Map(commands.map(({ name, method }) => [name, method]));
    const usage = new Map<string, MethodUsage>();
    for (const [name, block] of result_time) {
      const method = methodOf.get(name);
      const time = readTime(block);
      if (method && time) addUsage(usage, usageOf(method, time, clock.now()));
    }
    const errors = new Map<string, BitrixError>();
    for (const [name, { error: code, error_description: description }] of result_error) {
      const error = refusal(methodOf.get(name) ?? 'batch', null, { code, description });
      // The token died on the way: thrown, so that the whole batch is sent again with a new one. Reads can be repeated.
      if (error.recovery === 'refresh') throw error;
      const method = methodOf.get(name);
      const isLater = method !== undefined && error.recovery === 'later';
      errors.set(name, isLater ? withdraw(method, error, readTime(result_time.get(name))) : error);
      // What was reported of it before it was refused says less.
      if (isLater) usage.delete(method);
    }
    for (const entry of usage.values()) limiter.report(entry);
    return { results: result, errors, totals: result_total, crmTime: success.time.date_start };
  }
}

/** How long to wait after that many failures. Half of it is certain, half is chance: workers that failed together part. */
export function pauseMs(attempt: number): number {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
  return (longest * (1 + Math.random())) / 2;
}

/** Operating time is reported by the portal's clock; the moment it is forgotten is put on ours. */
function usageOf(method: string, time: TimeBlock, now: number): MethodUsage {
  const portalNow = Date.parse(time.date_start) / 1000;
  const reset = time.operating_reset_at;
  const resetSeconds = typeof reset === 'string' ? Date.parse(reset) / 1000 : (reset ?? Number.NaN);
  const resetAt = Number.isFinite(resetSeconds - portalNow) ? now + Math.max(0, resetSeconds - portalNow) * 1000 : null;
  return { method, operatingSeconds: time.operating ?? null, spentSeconds: time.processing ?? time.duration ?? 0, resetAt };
}

/** Commands of one method: the last figure the portal gave stands, what it did not count is added up. */
function addUsage(usage: Map<string, MethodUsage>, next: MethodUsage): void {
  const before = usage.get(next.method);
  usage.set(next.method, {
    ...next,
    operatingSeconds: next.operatingSeconds ?? before?.operatingSeconds ?? null,
    spentSeconds: next.spentSeconds + (before?.spentSeconds ?? 0),
    resetAt: next.resetAt ?? before?.resetAt ?? null,
  });
}
