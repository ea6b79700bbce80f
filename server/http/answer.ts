import { once } from 'node:events';
import type { Response } from 'express';

/**
 * Runs `work` for as long as somebody waits for the answer, which `work` sends itself.
 * Its signal aborts when the reader has gone; what then fails concerns nobody.
 */
export async function whileWaiting(res: Response, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const gone = new AbortController();
  // The connection closes after the answer too, which is no going away.
  const abort = () => {
    if (!res.writableFinished) gone.abort();
  };
  // Gone before we came to it: nothing would tell.
  if (res.destroyed) return;
  res.once('close', abort);
  try {
    await work(gone.signal);
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  } finally {
    res.off('close', abort);
  }
}

/** Headers of a CSV file. @param disposition value of Content-Disposition */
export function sendCsvHeaders(res: Response, disposition: string): void {
  res.status(200).set({
    'Content-Type': 'text/csv; charset=utf-8',
    'Content-Disposition': disposition,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
  });
}

/** How long a reader may take for one part. */
const PART_MS = 30_000;

/** Writes a part of an answer and waits until the reader has taken it. One who does not is cut off. */
export async function writePart(res: Response, text: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (res.write(text)) return;
  const cut = setTimeout(() => res.destroy(), PART_MS);
  try {
    await once(res, 'drain', { signal });
  } finally {
    clearTimeout(cut);
  }
}
