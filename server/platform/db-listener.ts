import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from './log.ts';

export interface DbListener {
  /**
   * Calls back whenever a notification with this payload may have come: also after the connection was lost, when nobody knows.
   * @returns stops calling
   */
  watch(payload: string, callback: () => void): () => void;
  close(): Promise<void>;
  /** Aborts as it is closed: whoever watches on somebody's behalf can say goodbye. */
  readonly closing: AbortSignal;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const CONNECT_TIMEOUT_MS = 5_000;

/** Listens on one channel of PostgreSQL with a connection of its own, for as long as it lives. */
export function createDbListener({ url, channel, log }: { url: string; channel: string; log: Logger }): DbListener {
  const watchers = new Map<string, Set<() => void>>();
  const closing = new AbortController();
  let client: pg.Client | null = null;
  const running = run();

  function tell(callbacks: Iterable<() => void>): void {
    for (const callback of callbacks) callback();
  }

  async function run(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!closing.signal.aborted) {
      const listening = new pg.Client({
        connectionString: url,
        application_name: 'leadrelay listener',
        keepAlive: true,
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      });
      const lost = new Promise<void>((resolve) => {
        listening.on('error', () => resolve());
        listening.on('end', () => resolve());
      });
      listening.on('notification', ({ payload }) => tell([...(watchers.get(payload ?? '') ?? [])]));
      try {
        await listening.connect();
        client = listening;
        await listening.query(`listen ${pg.escapeIdentifier(channel)}`);
        pauseMs = FIRST_PAUSE_MS;
        tell([...watchers.values()].flatMap((callbacks) => [...callbacks]));
        await lost;
      } catch (err) {
        log.warn({ err, channel }, 'the database connection that listens could not be opened');
      }
      client = null;
      listening.end().catch(() => {});
      await delay(pauseMs, undefined, { signal: closing.signal }).catch(() => {});
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    }
  }

  return {
    closing: closing.signal,
    watch(payload, callback) {
      const callbacks = watchers.get(payload) ?? new Set();
      watchers.set(payload, callbacks.add(callback));
      return () => {
        callbacks.delete(callback);
        if (callbacks.size === 0 && watchers.get(payload) === callbacks) watchers.delete(payload);
      };
    },
    async close() {
      closing.abort();
      await client?.end().catch(() => {});
      await running;
    },
  };
}
