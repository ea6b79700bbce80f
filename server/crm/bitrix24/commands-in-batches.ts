import { BitrixError } from './bitrix-error.ts';
import { type BatchReply, type BitrixClient, MAX_BATCH_COMMANDS } from './client.ts';
import type { BatchCommand } from './commands.ts';

/**
 * Runs any number of commands that do not need each other's results, in the background, fifty a request, fewer where that takes
 * the portal too long. @throws CrmError when a request fails as a whole
 */
export async function runCommands(
  client: BitrixClient,
  commands: readonly BatchCommand[],
  signal: AbortSignal,
): Promise<Pick<BatchReply, 'results' | 'errors'>> {
  const results = new Map<string, unknown>();
  const errors = new Map<string, BitrixError>();
  let size = MAX_BATCH_COMMANDS;
  for (let done = 0; done < commands.length; ) {
    const batch = commands.slice(done, done + size);
    try {
      const reply = await client.batch(batch, signal, 'background');
      for (const [name, result] of reply.results) results.set(name, result);
      for (const [name, error] of reply.errors) errors.set(name, error);
      done += batch.length;
    } catch (error) {
      if (!(error instanceof BitrixError) || error.recovery !== 'shrink' || batch.length === 1) throw error;
      size = Math.ceil(batch.length / 2);
    }
  }
  return { results, errors };
}
