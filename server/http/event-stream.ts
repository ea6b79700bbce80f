import type { Request, Response } from 'express';

export interface EventStreamOptions {
  event: string;
  /** The state to send, as JSON; sent only when it differs from what was sent before. */
  read(): Promise<object>;
  /** Calls back when the state may have changed; returns how to stop that. */
  watch(callback: () => void): () => void;
  /** Whether the person may still see it: asked every 15 s. What it throws ends the stream. */
  check(): Promise<unknown>;
  /** Ends the stream when it aborts: the process is stopping. */
  signal: AbortSignal;
}

/** Changes that come faster are sent together. */
const MIN_INTERVAL_MS = 500;
/** Proxies cut connections on which nothing moves, most after a minute or more. */
const KEEP_ALIVE_MS = 15_000;

/**
 * Answers a request with server-sent events: the state at once, then whenever it has changed, until the reader goes away, does
 * not read, or may not see it any more. Resolves when the stream has begun; what the first reading throws is the request's error.
 */
export async function streamState(req: Request, res: Response, options: EventStreamOptions): Promise<void> {
  const { event, read, watch, check, signal } = options;
  let last = JSON.stringify(await read());
  if (isGone(req, res) || signal.aborted) return;
  let isOver = false;
  let timer: NodeJS.Timeout | null = null;
  let isReading = false;
  let isStale = false;

  // A reader whose connection stands still gets nothing more: its next message would only wait in our memory.
  const write = (text: string) => {
    if (!isOver && !res.writableNeedDrain) res.write(text);
  };
  const send = (data: string) => write(`event: ${event}\ndata: ${data}\n\n`);
  const schedule = () => {
    if (!isOver) timer ??= setTimeout(update, MIN_INTERVAL_MS);
  };
  const update = async () => {
    timer = null;
    if (isReading) {
      isStale = true;
      return;
    }
    isReading = true;
    try {
      const next = JSON.stringify(await read());
      if (next !== last) send(next);
      last = next;
    } catch {
      // The next change or the keep-alive tries again; a stream that is over for good is ended by `check`.
    } finally {
      isReading = false;
    }
    if (!isStale) return;
    isStale = false;
    schedule();
  };

  // Nothing more is written from here on: what is written to an answer that has ended takes the process down.
  const stop = () => {
    if (isOver) return;
    isOver = true;
    unwatch();
    clearInterval(keepAlive);
    if (timer) clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    if (res.writableNeedDrain) res.destroy();
    else res.end();
  };
  res.on('error', stop);
  res.once('close', stop);
  signal.addEventListener('abort', stop);
  const unwatch = watch(schedule);
  const keepAlive = setInterval(async () => {
    // It has not taken what was sent a quarter of a minute ago.
    if (res.writableNeedDrain) return stop();
    try {
      await check();
    } catch {
      return stop();
    }
    write(': keep-alive\n\n');
    // Should a notification ever be lost, the reader is at most this late.
    schedule();
  }, KEEP_ALIVE_MS);
  res.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    // nginx would hold the messages back.
    'x-accel-buffering': 'no',
  });
  send(last);
}

/** The reader left before the answer began: nothing will tell of it any more. */
export function isGone(req: Request, res: Response): boolean {
  return req.socket.destroyed || res.closed;
}
