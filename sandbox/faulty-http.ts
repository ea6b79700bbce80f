import type { ServerResponse } from 'node:http';
import type { Clock } from './clock.ts';

export interface HttpReply {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** A way for an answer not to arrive, or not whole. */
export type Delivery =
  /** No headers ever; the connection is cut after these seconds, or when `stopped` says so. */
  | { kind: 'hang'; seconds: number | null; stopped: Promise<void> }
  /** The connection is reset before any answer. */
  | { kind: 'refuse' }
  /** Headers at once, then the body at this rate. */
  | { kind: 'drip'; bytesPerSecond: number }
  /** Half the body, then a reset. */
  | { kind: 'reset' }
  /** Half the body, properly ended: only its reader can tell. */
  | { kind: 'truncate' }
  /** The whole body under a Content-Length that promises more, then the end of the connection. */
  | { kind: 'wrongLength' };

/** What a wrong Content-Length promises beyond the body. */
const MISSING_BYTES = 100;

/** Sends a reply, or plays how it fails. Resolves when nothing is left to send. Times are sandbox time. */
export async function deliver(
  response: ServerResponse,
  reply: HttpReply,
  how: Delivery | null,
  clock: Pick<Clock, 'sleep'>,
): Promise<void> {
  const { status, headers } = reply;
  const body = Buffer.from(reply.body);
  const half = body.subarray(0, Math.ceil(body.length / 2));
  const sized = (size: number) => response.writeHead(status, { ...headers, 'content-length': String(size) });
  switch (how?.kind) {
    case undefined:
      sized(body.length).end(body);
      return;
    case 'hang': {
      const ends = [new Promise((resolve) => response.once('close', resolve)), how.stopped];
      if (how.seconds !== null) ends.push(clock.sleep(how.seconds * 1000));
      await Promise.race(ends);
      response.destroy();
      return;
    }
    case 'refuse':
      response.socket?.resetAndDestroy();
      return;
    case 'drip':
      sized(body.length).flushHeaders();
      for (let place = 0; place < body.length && !response.destroyed; place++) {
        await clock.sleep(1000 / how.bytesPerSecond);
        response.write(body.subarray(place, place + 1));
      }
      response.end();
      return;
    case 'reset':
      sized(body.length).write(half, () => response.socket?.resetAndDestroy());
      return;
    case 'truncate':
      // Without a length the body is sent in chunks.
      response.writeHead(status, headers);
      response.write(half);
      response.end();
      return;
    case 'wrongLength':
      sized(body.length + MISSING_BYTES).write(body, () => response.socket?.destroySoon());
  }
}
