import type { Operating, PortalLimits } from '../limits.ts';
import { portalNow } from '../portal-time.ts';
import type { AppCard, PortalState } from '../state.ts';
import { RestError } from './error.ts';
import type { RequestFaults } from './faulty.ts';
import type { Answer, Caller } from './method.ts';
import { METHODS } from './methods/all-methods.ts';
import { isOpenTo } from './methods/system.ts';
import type { Params } from './params.ts';
import { formatTime } from './time.ts';

/** What every call of one request shares. */
export interface RequestContext {
  portal: PortalState;
  app: AppCard;
  caller: Caller;
  limits: PortalLimits;
  /** null: none are played. */
  faults: RequestFaults | null;
}

/** The `time` block of an answer. */
export type TimeBlock = Record<string, string | number>;

export interface Outcome {
  answer: Answer;
  time: TimeBlock;
  /** Operating seconds. */
  cost: number;
  /** Left out of a batch's answer. */
  silent?: true;
}

/**
 * Runs one method: existence, scope and operating time are checked before it, what it cost is added after it.
 * @param position its place in the batch, from 0
 * @throws RestError
 */
export function runMethod(context: RequestContext, name: string, params: Params, position = 0): Outcome {
  const run = () => runSound(context, name, params);
  return context.faults ? context.faults.runCall({ name, params, position }, run) : run();
}

function runSound(context: RequestContext, name: string, params: Params): Outcome {
  const { portal, app, caller, limits } = context;
  const method = METHODS.get(name);
  if (!method) throw new RestError(404, 'ERROR_METHOD_NOT_FOUND', 'Method not found!');
  if (!isOpenTo({ caller }, method)) {
    throw new RestError(403, 'insufficient_scope', 'The request requires higher privileges than provided by the access token');
  }
  if (method.appOnly && caller.kind === 'webhook') {
    const description = 'Current authorization type is denied for this method Application context required';
    throw new RestError(403, 'WRONG_AUTH_TYPE', description);
  }
  const start = portal.clock.now() / 1000;
  if (!limits.mayRun(name, start)) {
    throw new RestError(429, 'OPERATION_TIME_LIMIT', 'Method is blocked due to operation time limit.');
  }
  const answer = method.run({ portal, app, caller, params, now: Math.floor(start + portal.clockSkewSeconds) });
  const spent = limits.spend(name, answer, start);
  return { answer, time: createTimeBlock(portal, start, spent), cost: spent.cost };
}

/** What a method has used of its operating time, and when it gets some back. */
export const operatingOf = (portal: PortalState, limits: PortalLimits, method: string, now: number): Operating =>
  portal.faults?.operatingOf(method, now) ?? limits.operating(method, now);

/**
 * All eight keys; `start` and the `operating` pair are in Unix seconds and seconds.
 * @param startedAt true time, as `operating` has it; the block says what the portal's clock shows
 */
export function createTimeBlock(portal: PortalState, startedAt: number, { operating, resetAt }: Operating): TimeBlock {
  const { clockSkewSeconds, utcOffsetMinutes } = portal;
  const start = startedAt + clockSkewSeconds;
  const finish = portalNow(portal);
  return {
    start,
    finish,
    duration: finish - start,
    processing: finish - start,
    date_start: formatTime(Math.floor(start), utcOffsetMinutes),
    date_finish: formatTime(Math.floor(finish), utcOffsetMinutes),
    operating_reset_at: Math.floor(resetAt + clockSkewSeconds),
    operating,
  };
}
