import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from './log.ts';

export interface DbListener {
  /**
   * Calls back whenever a notification with this payload may have come: also after the connection was lost, when nobody knows.
   * @returns stops calling
   */
  watch(payload: string, callback: () => void): () => void;
  /**
   * Calls back with every payload, and with null when any may have come or may come unheard: as the connection is lost and when
   * there is one again.
   */
  watchAll(callback: (payload: string | null) => void): void;
  /** Calls everybody back who watches this payload, for news of this process's own: its next answer has to know of them. */
  tell(payload: string): void;
  /** Whether every notification that is sent now will be heard. */
  isListening(): boolean;
  close(): Promise<void>;
  /** Aborts as it is closed: whoever watches on somebody's behalf can say goodbye. */
  readonly closing: AbortSignal;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** A network that has come apart tells neither end: an answer that stays away for so long does. */
const PROBE_EVERY_MS = 15_000;
const PROBE_TIMEOUT_MS = 5_000;

/** Listens on one channel of PostgreSQL with a connection of its own, for as long as it lives. */
export function createDbListener({ url, channel, log }: { url: string; channel: string; log: Logger }): DbListener {
  const watchers = new Map<string, Set<() => void>>();
  const watchersOfAll: ((payload: string | null) => void)[] = [];
  const closing = new AbortController();
  let client: pg.Client | null = null;
  let isListening = false;
  const running = run();

  function tell(payload: string): void {
    for (const callback of watchersOfAll) callback(payload);
    for (const callback of [...(watchers.get(payload) ?? [])]) callback();
  }

  function switchTo(listens: boolean): void {
    isListening = listens;
    for (const callback of watchersOfAll) callback(null);
    if (listens) for (const callback of [...watchers.values()].flatMap((callbacks) => [...callbacks])) callback();
  }

  async function run(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!closing.signal.aborted) {
      const listening = new pg.Client({
        connectionString: url,
        application_name: 'leadrelay listener',
        keepAlive: true,
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
        query_timeout: PROBE_TIMEOUT_MS,
      });
      const { promise: lost, resolve: lose } = Promise.withResolvers<void>();
      listening.on('error', () => lose());
      listening.on('end', () => lose());
      listening.on('notification', ({ payload = '' }) => tell(payload));
      const probe = setInterval(() => void listening.query('select 1').catch(() => lose()), PROBE_EVERY_MS);
      try {
        await listening.connect();
        client = listening;
        await listening.query(`listen ${pg.escapeIdentifier(channel)}`);
        pauseMs = FIRST_PAUSE_MS;
        switchTo(true);
        await lost;
      } catch (err) {
        log.warn({ err, channel }, 'the database connection that listens could not be opened');
      }
      clearInterval(probe);
      client = null;
      if (isListening) switchTo(false);
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
    watchAll: (callback) => void watchersOfAll.push(callback),
    tell,
    isListening: () => isListening,
    async close() {
      closing.abort();
      await client?.end().catch(() => {});
      await running;
    },
  };
}
