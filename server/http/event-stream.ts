import type { Request, Response } from 'express';

export interface EventStreamOptions {
  event: string;
  /** The state to send, as JSON; sent only when it differs from what was sent before. */
  read(): Promise<object>;
  /** Calls back when the state may have changed; returns how to stop that. */
  watch(callback: () => void): () => void;
  /** Whether the person may still see it: asked every 15 s. What it throws ends the stream. */
  check(): Promise<unknown>;
}

/** Changes that come faster are sent together. */
const MIN_INTERVAL_MS = 500;
/** Proxies cut connections on which nothing moves, most after a minute or more. */
const KEEP_ALIVE_MS = 15_000;

/**
 * Answers a request with server-sent events: the state at once, then whenever it has changed, until the reader goes away or
 * may not see it any more. Resolves when the stream has begun; what the first reading throws is the request's error.
 */
export async function streamState(req: Request, res: Response, { event, read, watch, check }: EventStreamOptions): Promise<void> {
  let last = JSON.stringify(await read());
  if (req.destroyed || res.closed) return;
  res.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    // nginx would hold the messages back.
    'x-accel-buffering': 'no',
  });
  const send = (data: string) => res.write(`event: ${event}\ndata: ${data}\n\n`);
  send(last);

  let timer: NodeJS.Timeout | null = null;
  let isReading = false;
  let isStale = false;
  const update = async () => {
    timer = null;
    if (isReading) {
      isStale = true;
      return;
    }
    isReading = true;
    try {
      const next = JSON.stringify(await read());
      if (next !== last && !res.closed) send(next);
      last = next;
    } catch {
      // The next change or the keep-alive tries again; a stream that is over for good is ended by `check`.
    } finally {
      isReading = false;
    }
    if (isStale) {
      isStale = false;
      schedule();
    }
  };
  const schedule = () => {
    if (!res.closed) timer ??= setTimeout(update, MIN_INTERVAL_MS);
  };
  const unwatch = watch(schedule);
  const keepAlive = setInterval(async () => {
    try {
      await check();
      res.write(': keep-alive\n\n');
      // Should a notification ever be lost, the reader is at most this late.
      schedule();
    } catch {
      res.end();
    }
  }, KEEP_ALIVE_MS);
  res.once('close', () => {
    unwatch();
    clearInterval(keepAlive);
    if (timer) clearTimeout(timer);
  });
}
