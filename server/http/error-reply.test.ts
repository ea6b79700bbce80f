import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { expect, test, vi } from 'vitest';
import { createLogger } from '../platform/log.ts';
import { createErrorHandler } from './error-reply.ts';

test('an answer that fails half-way is cut off; what was thrown reaches our log and no other', async () => {
  // Elsewhere Express says nothing of errors.
  vi.stubEnv('NODE_ENV', 'production');
  const lines: string[] = [];
  const app = express();
  app.get('/', (_req, res) => {
    res.write('half an ans');
    throw new Error('canary@example.com');
  });
  app.use(createErrorHandler(createLogger({ logLevel: 'info' }, { write: (line: string) => lines.push(line) })));
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const printed = vi.spyOn(console, 'error').mockImplementation(() => {});
  try {
    const answer = fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`).then((response) => response.text());
    await expect(answer).rejects.toThrow();
    expect(printed).not.toHaveBeenCalled();
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('canary');
  } finally {
    vi.unstubAllEnvs();
    printed.mockRestore();
    server.close();
  }
});
