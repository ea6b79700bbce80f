import type { Outbound } from '../../platform/outbound.ts';
import { type AccessToken, CrmError } from '../adapter.ts';
import { BitrixError, refusal } from './bitrix-error.ts';
import { type BatchCommand, encodeCommand } from './commands.ts';
import { readBatchResult, readReply } from './reply.ts';

export type Command = Omit<BatchCommand, 'name'>;

/** Outcome of one command of a batch. */
export type CommandReply = { ok: true; result: unknown } | { ok: false; error: BitrixError };

const MAX_COMMANDS = 50;

/**
 * Runs up to 50 commands in one request, one after the other; a failed one does not stop the rest. For the few calls of
 * installing and opening; copying records goes through the adapter with its limits and retries.
 * @param token endpoint from the authorization server or from our own rows, in no case from a request
 * @param commands by name, of letters and digits
 * @returns outcomes by the same names
 * @throws CrmError when the request as a whole fails; see `isMoved`
 */
export async function callBatch<Name extends string>(
  outbound: Outbound,
  token: Pick<AccessToken, 'accessToken' | 'endpoint'>,
  commands: Readonly<Record<Name, Command>>,
): Promise<Record<Name, CommandReply>> {
  const named = Object.entries<Command>(commands).map(([name, command]) => ({ name, ...command }));
  if (named.length > MAX_COMMANDS) throw new RangeError(`a batch takes at most ${MAX_COMMANDS} commands`);
  const cmd = Object.fromEntries(named.map((command) => [command.name, encodeCommand(command)]));
  const auth = token.accessToken === null ? {} : { auth: token.accessToken };
  const { result } = readReply('batch', await send(outbound, `${token.endpoint}batch`, { halt: 0, cmd, ...auth }));
  const batch = readBatchResult(result);
  const replies = named.map(({ name, method }): [string, CommandReply] => {
    const failure = batch.result_error.get(name);
    if (failure) {
      return [name, { ok: false, error: refusal(method, null, { code: failure.error, description: failure.error_description }) }];
    }
    if (!batch.result.has(name)) throw new CrmError('bad_response', `Bitrix24 left ${method} of a batch unanswered`);
    return [name, { ok: true, result: batch.result.get(name) }];
  });
  return Object.fromEntries(replies) as Record<Name, CommandReply>;
}

/** The portal redirects: it has another address now, and its authorization server knows which. */
export function isMoved(error: unknown): boolean {
  return error instanceof BitrixError && error.kind === 'unavailable' && error.recovery === 'refresh';
}

function send(outbound: Outbound, url: string, body: object) {
  return outbound.send({ method: 'POST', url, body }).catch((cause: unknown) => {
    throw new CrmError('unavailable', 'the Bitrix24 portal cannot be reached', { cause });
  });
}
