import type { Operating, PortalLimits } from '../limits.ts';
import type { AppCard, PortalState } from '../state.ts';
import { RestError } from './error.ts';
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
}

/** The `time` block of an answer. */
export type TimeBlock = Record<string, string | number>;

export interface Outcome {
  answer: Answer;
  time: TimeBlock;
  /** Operating seconds. */
  cost: number;
}

/**
 * Runs one method: existence, scope and operating time are checked before it, what it cost is added after it.
 * @throws RestError
 */
export function runMethod(context: RequestContext, name: string, params: Params): Outcome {
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
  const answer = method.run({ portal, app, caller, params, now: Math.floor(start) });
  const spent = limits.spend(name, answer, start);
  return { answer, time: createTimeBlock(portal, start, spent), cost: spent.cost };
}

/** All eight keys; `start` and the `operating` pair are in Unix seconds and seconds. */
export function createTimeBlock(portal: PortalState, start: number, { operating, resetAt }: Operating): TimeBlock {
  const finish = portal.clock.now() / 1000;
  return {
    start,
    finish,
    duration: finish - start,
    processing: finish - start,
    date_start: formatTime(Math.floor(start), portal.utcOffsetMinutes),
    date_finish: formatTime(Math.floor(finish), portal.utcOffsetMinutes),
    operating_reset_at: resetAt,
    operating,
  };
}
