import type { Request, Response } from 'express';

/** A JSON text and the same compressed, which is done once for all who ask. */
export interface CompressedJson {
  body: Buffer;
  gzipped: Buffer;
}

/** Sends the one that the reader takes; an ETag set before is compared, and who has it already gets 304 without a body. */
export function sendCompressed(req: Request, res: Response, { body, gzipped }: CompressedJson): void {
  const isGzipped = req.acceptsEncodings('gzip', 'identity') === 'gzip';
  res.vary('Accept-Encoding');
  if (isGzipped) res.set('Content-Encoding', 'gzip');
  res.type('json').send(isGzipped ? gzipped : body);
}
