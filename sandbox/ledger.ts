import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from './clock.ts';

/** One HTTP request a sandbox got, answered or not. Times are sandbox time, Unix milliseconds. */
export interface LedgerEntry {
  startedAt: number;
  /** When the last of the answer was handed to the network, or the connection died. null: not yet. */
  endedAt: number | null;
  /** Port of the client's connection. */
  sourcePort: number;
  portal: string;
  /** REST method (`batch`, `crm.item.list`), or `oauth/token`. */
  method: string;
  /** Last six characters of the access token, of the refresh token at `oauth/token`; null without one (webhooks). */
  tokenTail: string | null;
  /** Methods inside a batch, in order; empty otherwise. */
  commands: string[];
  /** Error codes of those that failed, in order: the batch itself succeeded. */
  commandErrors: string[];
  /** 0: no answer was sent. */
  status: number;
  /** Error code of the answer, null on success; for what is no answer of the CRM (a page, silence) the kind of the fault. */
  error: string | null;
  /** Records the answer carried. */
  records: number;
  /** Kinds of the faults that hit the request or commands of it. */
  faults: string[];
}

/** Every request, in order: what benchmarks count and what tests check limits against. */
export interface Ledger {
  readonly entries: readonly LedgerEntry[];
  add(entry: LedgerEntry): void;
  clear(): void;
}

export function createLedger(): Ledger {
  const entries: LedgerEntry[] = [];
  return {
    entries,
    add: (entry) => entries.push(entry),
    clear: () => entries.splice(0),
  };
}

/** Adds a request whose answer is about to go, and notes when it has gone. */
export function recordRequest(
  ledger: Ledger,
  clock: Pick<Clock, 'now'>,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
  details: Omit<LedgerEntry, 'endedAt' | 'sourcePort'>,
): void {
  const entry: LedgerEntry = { ...details, endedAt: null, sourcePort: request.socket.remotePort ?? 0 };
  const end = () => {
    entry.endedAt ??= clock.now();
  };
  // A client may have left while its request was being answered.
  if (response.destroyed) end();
  else response.once('finish', end).once('close', end);
  ledger.add(entry);
}

/** What of a token may be written down. */
export const tailOf = (token: string): string | null => (token === '' ? null : token.slice(-6));
