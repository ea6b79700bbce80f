import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createOutbound, type Outbound, OutboundError } from './outbound.ts';

const servers: Server[] = [];
const outbounds: Outbound[] = [];

afterEach(async () => {
  await Promise.all(outbounds.splice(0).map((outbound) => outbound.close()));
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function open(...allow: string[]): Outbound {
  const outbound = createOutbound({ allow });
  outbounds.push(outbound);
  return outbound;
}

/** The error that sending to this address ends in. */
async function failure(outbound: Outbound, url: string, signal?: AbortSignal): Promise<OutboundError> {
  const error: unknown = await outbound
    .send({ method: 'GET', url, ...(signal ? { signal } : {}) })
    .catch((reason: unknown) => reason);
  if (!(error instanceof OutboundError)) throw new Error(`Expected an OutboundError, got ${String(error)}`);
  return error;
}

test.each([
  'http://example.com/',
  'ftp://example.com/',
  'https://127.0.0.1/',
  'https://0x7f.1/',
  'https://2130706433/',
  'https://10.1.2.3/',
  'https://100.64.0.1/',
  'https://169.254.169.254/latest/meta-data',
  'https://[::1]/',
  'https://[::ffff:10.0.0.1]/',
  'https://[64:ff9b::a00:1]/',
  'https://[2002:a00:1::1]/',
  'https://[2001::1]/',
  'https://[fd00::1]/',
  'https://user:pass@example.com/',
  'not a url',
])('%s is not called', async (url) => {
  expect((await failure(open(), url)).kind).toBe('refused');
});

test('a name is checked by what it resolves to, as the connection is made', async () => {
  // Resolves to loopback on every machine.
  expect((await failure(open(), 'https://localhost/')).kind).toBe('refused');
});

test('an exempt host and port may be private and plain; another port of the same host may not', async () => {
  const host = await serve((_request, response) => response.end('{"ok":true}'));
  const other = await serve((_request, response) => response.end('secret'));
  const outbound = open(host);
  expect((await outbound.send({ method: 'GET', url: `http://${host}/` })).text).toBe('{"ok":true}');
  expect((await failure(outbound, `http://${other}/`)).kind).toBe('refused');
});

test('a redirect is a reply and nothing is sent to its target', async () => {
  let reached = false;
  const target = await serve((_request, response) => {
    reached = true;
    response.end();
  });
  const host = await serve((_request, response) => response.writeHead(302, { location: `http://${target}/` }).end());
  const reply = await open(host, target).send({ method: 'POST', url: `http://${host}/`, body: { auth: 'token' } });
  expect(reply.status).toBe(302);
  expect(reply.headers.location).toBe(`http://${target}/`);
  expect(reached).toBe(false);
});

test('objects travel as JSON, URLSearchParams as a form', async () => {
  const host = await serve((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => response.end(`${request.headers['content-type']} ${body}`));
  });
  const outbound = open(host);
  const url = `http://${host}/`;
  expect((await outbound.send({ method: 'POST', url, body: { a: 1 } })).text).toBe('application/json {"a":1}');
  const form = new URLSearchParams({ a: '1 2' });
  expect((await outbound.send({ method: 'POST', url, body: form })).text).toBe('application/x-www-form-urlencoded a=1+2');
});

test('an answer that never begins, one that breaks off and one that is too large each fail in their own way', async () => {
  const silent = await serve(() => {});
  const outbound = open(silent);
  const pending = outbound.send({ method: 'GET', url: `http://${silent}/`, headersTimeoutMs: 50 });
  await expect(pending).rejects.toMatchObject({ kind: 'timeout' });

  const broken = await serve((_request, response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('{"result":', () => response.destroy());
  });
  expect((await failure(open(broken), `http://${broken}/`)).kind).toBe('broken');

  const endless = await serve((_request, response) => {
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    const write = () => {
      if (!response.destroyed) response.write(chunk, write);
    };
    write();
  });
  expect((await failure(open(endless), `http://${endless}/`)).kind).toBe('too_large');
});

test('nobody listening is a connection error, the caller’s signal an abort, and neither message holds the path or query', async () => {
  const host = await serve(() => {});
  const closed = servers.pop();
  closed?.close();
  const refused = await failure(open(host), `http://${host}/rest/1/canary-secret/?auth=canary-token`);
  expect(refused.kind).toBe('connect');
  expect(refused.message).not.toContain('canary');
  expect(refused.cause).toBeUndefined();

  const silent = await serve(() => {});
  const controller = new AbortController();
  const aborted = failure(open(silent), `http://${silent}/?auth=canary`, controller.signal);
  controller.abort();
  expect((await aborted).kind).toBe('aborted');
  expect((await aborted).message).not.toContain('canary');
});
