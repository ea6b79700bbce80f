import { RawJson } from '../../raw-json.ts';
import { RestError } from './error.ts';
import { isYes, type Params, parseCommand, toEntries, toText } from './params.ts';
import { createTimeBlock, type Outcome, operatingOf, type RequestContext, runMethod } from './runner.ts';

const MAX_COMMANDS = 50;

export interface BatchAnswer {
  result: Record<string, unknown>;
  /** Names of the methods that ran, in order. */
  commands: string[];
  /** Codes of those that failed. */
  commandErrors: string[];
  records: number;
  /** Operating seconds of all commands. */
  cost: number;
}

/**
 * Runs the commands of a batch one after another. A command's parameters may name earlier results: `$result[name][items][49][id]`.
 * Failures of commands are part of the answer.
 */
export function runBatch(context: RequestContext, batch: Params): BatchAnswer {
  const halt = isYes(batch.halt);
  const results = new Map<string, unknown>();
  const errors = new Map<string, unknown>();
  const totals = new Map<string, unknown>();
  const nexts = new Map<string, unknown>();
  const times = new Map<string, unknown>();
  const commands: string[] = [];
  const commandErrors: string[] = [];
  let records = 0;
  let spent = 0;

  for (const [index, [key, command]] of (toEntries(batch.cmd) ?? []).entries()) {
    const { name, params } = parseCommand(toText(command));
    try {
      if (index >= MAX_COMMANDS) throw new RestError(400, 'ERROR_BATCH_LENGTH_EXCEEDED', 'Max batch length exceeded');
      commands.push(name);
      const { answer, time, cost, silent } = runCommand(context, name, params, results, index);
      if (silent) continue;
      results.set(key, answer.result);
      if (answer.total !== undefined) totals.set(key, answer.total);
      if (answer.next !== undefined) nexts.set(key, answer.next);
      times.set(key, time);
      records += answer.records;
      spent += cost;
    } catch (error) {
      if (!(error instanceof RestError)) throw error;
      errors.set(key, error.toBody());
      commandErrors.push(String(error.code));
      // Says until when the method is blocked.
      if (error.code === 'OPERATION_TIME_LIMIT') times.set(key, timeOf(context, name));
      if (halt || error.halts) break;
    }
  }
  return {
    result: {
      result: toPhpArray(results),
      result_error: toPhpArray(errors),
      result_total: toPhpArray(totals),
      result_next: toPhpArray(nexts),
      result_time: toPhpArray(times),
    },
    commands,
    commandErrors,
    records,
    cost: spent,
  };
}

function runCommand(
  context: RequestContext,
  name: string,
  params: Params,
  results: Map<string, unknown>,
  position: number,
): Outcome {
  if (name === 'batch') {
    throw new RestError(405, 'ERROR_BATCH_METHOD_NOT_ALLOWED', 'Method is not allowed for batch usage');
  }
  delete params.auth;
  return runMethod(context, name, substitute(params, results) as Params, position);
}

function timeOf({ portal, limits }: RequestContext, method: string) {
  const now = portal.clock.now() / 1000;
  return createTimeBlock(portal, now, operatingOf(portal, limits, method, now));
}

const REFERENCE = /\$result((?:\[[^[\]]*\])+)/g;
const WHOLE_REFERENCE = /^\$result((?:\[[^[\]]*\])+)$/;

/** Puts earlier results in place of references. One that leads nowhere is empty. */
function substitute(value: unknown, results: Map<string, unknown>): unknown {
  if (typeof value === 'string') {
    if (!value.includes('$result[')) return value;
    const whole = WHOLE_REFERENCE.exec(value)?.[1];
    if (whole !== undefined) return resolveReference(whole, results) ?? '';
    return value.replace(REFERENCE, (_, path: string) => toText(resolveReference(path, results)));
  }
  if (Array.isArray(value)) return value.map((one) => substitute(one, results));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, substitute(one, results)]));
}

function resolveReference(path: string, results: Map<string, unknown>): unknown {
  const [name = '', ...keys] = path.slice(1, -1).split('][');
  let value = results.get(name);
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value instanceof RawJson ? value.text : value;
}

/** PHP writes an array with the keys 0..n-1, and an empty one, as a JSON array. */
function toPhpArray(map: Map<string, unknown>): unknown {
  const keys = [...map.keys()];
  return keys.every((key, index) => key === String(index)) ? [...map.values()] : Object.fromEntries(map);
}
