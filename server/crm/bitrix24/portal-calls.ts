import { z } from 'zod';
import type { Outbound } from '../../platform/outbound.ts';
import { type AccessToken, CrmError } from '../adapter.ts';
import { errorKind } from './oauth.ts';

/** A nested parameter, written in PHP's bracket form. */
export type Parameter = string | number | { readonly [name: string]: Parameter };

export interface BatchCommand {
  method: string;
  params?: Readonly<Record<string, Parameter>>;
}

/** Outcome of one command of a batch; an error's code may be ''. */
export type CommandReply = { ok: true; result: unknown } | { ok: false; code: string; description: string };

/** The portal has another address now: its authorization server knows which. */
export class PortalMovedError extends CrmError {
  constructor() {
    super('unavailable', 'the portal has moved to another address');
    this.name = 'PortalMovedError';
  }
}

const MAX_COMMANDS = 50;

const errorBody = z.looseObject({ error: z.union([z.string(), z.number()]) });
/** PHP writes an empty map as []. */
const mapOf = <Value extends z.ZodType>(value: Value) =>
  z.union([z.array(z.never()).transform(() => ({})), z.record(z.string(), value)]).optional();
const batchReply = z.looseObject({
  result: z.looseObject({
    result: mapOf(z.unknown()),
    result_error: mapOf(
      z.looseObject({ error: z.union([z.string(), z.number()]).default(''), error_description: z.string().default('') }),
    ),
  }),
});

/**
 * Runs up to 50 commands in one request, one after the other; a failed one does not stop the rest. For the few calls of
 * installing and opening; copying records goes through the adapter with its limits.
 * @param token endpoint from the authorization server or from our own rows, in no case from a request
 * @returns outcomes by the commands' names
 * @throws CrmError when the request as a whole fails; PortalMovedError on a redirect, which is never followed
 */
export async function callBatch<Name extends string>(
  outbound: Outbound,
  token: Pick<AccessToken, 'accessToken' | 'endpoint'>,
  commands: Readonly<Record<Name, BatchCommand>>,
): Promise<Record<Name, CommandReply>> {
  const named = Object.entries<BatchCommand>(commands);
  if (named.length > MAX_COMMANDS) throw new RangeError(`a batch takes at most ${MAX_COMMANDS} commands`);
  const cmd = Object.fromEntries(named.map(([name, { method, params }]) => [name, `${method}?${toQuery(params ?? {})}`]));
  const auth = token.accessToken === null ? {} : { auth: token.accessToken };
  const parsed = batchReply.safeParse(await send(outbound, `${token.endpoint}batch`, { halt: 0, cmd, ...auth }));
  if (!parsed.success) throw new CrmError('bad_response', 'the portal answered in an unknown form');
  const result: Readonly<Record<string, unknown>> = parsed.data.result.result ?? {};
  const failures: Readonly<Record<string, { error: string | number; error_description: string }>> =
    parsed.data.result.result_error ?? {};
  const replies = named.map(([name]): [string, CommandReply] => {
    const failure = failures[name];
    if (failure) return [name, { ok: false, code: String(failure.error), description: failure.error_description }];
    if (!Object.hasOwn(result, name)) throw new CrmError('bad_response', 'the portal left a command of a batch unanswered');
    return [name, { ok: true, result: result[name] }];
  });
  return Object.fromEntries(replies) as Record<Name, CommandReply>;
}

async function send(outbound: Outbound, url: string, body: object): Promise<unknown> {
  let reply: Awaited<ReturnType<Outbound['send']>>;
  try {
    reply = await outbound.send({ method: 'POST', url, body });
  } catch (cause) {
    throw new CrmError('unavailable', 'the portal cannot be reached', { cause });
  }
  if (reply.status >= 300 && reply.status < 400) throw new PortalMovedError();
  const parsed = parseJson(reply.text);
  const failure = errorBody.safeParse(parsed);
  if (failure.success || reply.status !== 200) {
    const code = failure.success ? failure.data.error : '';
    throw new CrmError(errorKind(code, reply.status), `the portal refused with status ${reply.status}`);
  }
  return parsed;
}

/** Values are encoded, so that an `&` or a `$result[…]` inside one stays a value. */
function toQuery(params: Readonly<Record<string, Parameter>>): string {
  const query = new URLSearchParams();
  const add = (name: string, value: Parameter) => {
    if (typeof value !== 'object') query.append(name, String(value));
    else for (const [key, inner] of Object.entries(value)) add(`${name}[${key}]`, inner);
  };
  for (const [name, value] of Object.entries(params)) add(name, value);
  return query.toString();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
