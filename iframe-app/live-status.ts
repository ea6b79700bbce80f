import type { SyncStatusReply } from '../contract/sync.ts';
import { type Api, ApiError } from './api.ts';
import { type PageVisibility, startPolling, type Timers } from './poller.ts';

export interface LiveStatus {
  /** Reads the status at once where it is polled; where the stream lives it is up to date anyway. */
  wake(): void;
  stop(): void;
}

interface LivePage extends PageVisibility {
  /** Calls back whenever the page is hidden; returns how to stop that. */
  onHidden(callback: () => void): () => void;
}

export interface LiveStatusDeps {
  watch: Api['watchSyncStatus'];
  /** What stands in while there is no stream; see startPolling. */
  poll: () => Promise<number | null>;
  onStatus: (status: SyncStatusReply) => void;
  /** The stream lives and has nothing new to say. */
  onQuiet: () => void;
  /** Whether news comes by itself now. */
  onLive: (isLive: boolean) => void;
  page: LivePage;
  timers: Timers;
  now: () => number;
  /** 0–1, so that the pages a restarted server has lost do not come back all at once. */
  random: () => number;
}

/** The server says the status at once. A proxy that holds it back longer than this holds back everything. */
const FIRST_MESSAGE_WITHIN_MS = 5_000;
/** Three of the server's signs of life: a connection that died without a word is given up. */
const SILENCE_MS = 45_000;
/** A stream that lived this long has worked: its end is the one every stream comes to. */
const WORKED_AFTER_MS = 10_000;
const FIRST_RETRY_MS = 1_000;
const SLOWEST_RETRY_MS = 30_000;

/**
 * Keeps the status of the sync up to date while the page is visible: by one stream from the server, and by polling for as long as
 * there is none. A hidden page costs nothing. A session that has ended ends this too, until the page is shown anew.
 */
export function startLiveStatus(deps: LiveStatusDeps): LiveStatus {
  let stream: AbortController | null = null;
  let endPolling: (() => void) | null = null;
  let cancelRetry = () => {};
  let failures = 0;

  async function open(): Promise<void> {
    const own = new AbortController();
    stream = own;
    const live: { since: number | null } = { since: null };
    let retryAfterMs = 0;
    let isSessionOver = false;
    const giveUpAfter = (ms: number) => deps.timers.after(ms, () => own.abort());
    let cancelGivingUp = giveUpAfter(FIRST_MESSAGE_WITHIN_MS);
    try {
      await deps.watch((status) => {
        if (own.signal.aborted) return;
        if (status === null && live.since === null) return;
        cancelGivingUp();
        cancelGivingUp = giveUpAfter(SILENCE_MS);
        if (status === null) {
          deps.onQuiet();
          return;
        }
        if (live.since === null) {
          live.since = deps.now();
          leavePolling();
          deps.onLive(true);
        }
        deps.onStatus(status);
      }, own.signal);
    } catch (error) {
      if (!(error instanceof ApiError) && !own.signal.aborted) throw error;
      if (error instanceof ApiError) {
        retryAfterMs = error.retryAfterMs ?? 0;
        isSessionOver = error.kind === 'session';
      }
    } finally {
      cancelGivingUp();
    }
    // Closed on purpose: whoever did that has decided what comes next.
    if (stream !== own) return;
    stream = null;
    deps.onLive(false);
    if (isSessionOver) {
      leavePolling();
      return;
    }
    failures = live.since !== null && deps.now() - live.since >= WORKED_AFTER_MS ? 0 : failures + 1;
    if (failures > 0) endPolling ??= startPolling(deps.poll, deps.page, deps.timers);
    cancelRetry = deps.timers.after(Math.max(retryDelayMs(failures, deps.random()), retryAfterMs), open);
  }

  function close(): void {
    cancelRetry();
    leavePolling();
    if (stream === null) return;
    const closing = stream;
    stream = null;
    closing.abort();
    deps.onLive(false);
  }

  function leavePolling(): void {
    endPolling?.();
    endPolling = null;
  }

  function reopen(): void {
    close();
    failures = 0;
    open();
  }

  const forgetShown = deps.page.onShown(reopen);
  const forgetHidden = deps.page.onHidden(close);
  if (!deps.page.isHidden()) open();
  return {
    wake() {
      if (endPolling === null) return;
      endPolling();
      endPolling = startPolling(deps.poll, deps.page, deps.timers);
    },
    stop() {
      forgetShown();
      forgetHidden();
      close();
    },
  };
}

function retryDelayMs(failures: number, random: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** Math.max(failures - 1, 0), SLOWEST_RETRY_MS) * (0.5 + random / 2);
}
