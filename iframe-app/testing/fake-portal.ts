import { readFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { problem } from '../../contract/api.ts';
import type { BootData } from '../../contract/session.ts';
import type { SyncStatusReply } from '../../contract/sync.ts';
import { completeSyncStatus, sampleBoot, sampleOnboarding } from './sample-replies.ts';

export interface FakeAnswer {
  status?: number;
  body: unknown;
  headers?: Record<string, string>;
  /** Takes the response over after its head, as a stream; the body is not sent then. */
  stream?: (response: ServerResponse) => void;
}

/** What the API answers to `METHOD /path`; undefined drops the connection, as a dead network does. */
type FakeApi = Record<
  string,
  (request: {
    bearer: string | null;
    query: URLSearchParams;
    body: unknown;
    headers: IncomingHttpHeaders;
  }) => FakeAnswer | undefined
>;

export interface FakePortal {
  /** The app alone, as its server would serve it. */
  appUrl: string;
  /** A page of the portal, on another origin, with the app in its frame. */
  portalUrl: string;
  /** Calls of the API, oldest first: `METHOD /path bearer`. */
  calls: string[];
  api: FakeApi;
  boot: BootData;
  close(): Promise<void>;
}

const EVENTS = 'GET /api/crm/sync/events';
const STATUS = 'GET /api/crm/sync/status';
const ONBOARDING = 'GET /api/dashboard/onboarding';

const TYPES: Record<string, string> = { '.js': 'text/javascript', '.css': 'text/css' };

/** Serves the built app, a scripted API and a portal page that speaks the Bitrix24 frame protocol. */
export async function startFakePortal(distDir: string, boot: Partial<BootData> = {}): Promise<FakePortal> {
  const manifest: unknown = JSON.parse(await readFile(path.join(distDir, '.vite', 'manifest.json'), 'utf8'));
  const entry = readEntry(manifest);
  const app = createServer((request, response) => {
    serveApp(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  const portal = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(portalPage(`${appOrigin}/`, `${new URL(portalOrigin).host}|0|sid1`));
  });
  const appOrigin = await listen(app);
  const portalOrigin = await listen(portal);
  const fake: FakePortal = {
    appUrl: `${appOrigin}/`,
    portalUrl: `${portalOrigin}/`,
    calls: [],
    // A server that knows no streams: what most tests look at does not depend on them.
    api: {
      [EVENTS]: () => refusal(404, 'not_found'),
      [STATUS]: () => ({ body: completeSyncStatus() }),
      [ONBOARDING]: () => ({ body: sampleOnboarding({ state: 'complete' }) }),
    },
    boot: sampleBoot({ hostOrigin: portalOrigin, ...boot }),
    async close() {
      for (const server of [app, portal]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };

  async function serveApp(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', appOrigin);
    if (url.pathname.startsWith('/api/')) return serveApi(url, request, response);
    if (url.pathname.startsWith('/assets/')) {
      response.setHeader('content-type', TYPES[path.extname(url.pathname)] ?? 'application/octet-stream');
      response.end(await readFile(path.join(distDir, 'assets', path.basename(url.pathname))));
      return;
    }
    if (url.pathname !== '/') {
      response.statusCode = 404;
      response.end();
      return;
    }
    response.setHeader('content-type', 'text/html; charset=utf-8');
    // As strict as the product's own page: whatever the app does must work under it.
    response.setHeader(
      'content-security-policy',
      `default-src 'none'; script-src 'nonce-n1'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; require-trusted-types-for 'script'; frame-ancestors ${portalOrigin}`,
    );
    response.end(`<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
${entry.css.map((file) => `<link rel="stylesheet" href="/${file}">`).join('')}<link rel="icon" href="data:,"></head>
<body><div id="app"></div><script type="application/json" id="boot" nonce="n1">${JSON.stringify(fake.boot).replaceAll('<', '\\u003c')}</script>
<script type="module" nonce="n1" src="/${entry.file}"></script></body></html>`);
  }

  async function serveApi(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const bearer = request.headers.authorization?.replace('Bearer ', '') ?? null;
    const route = `${request.method} ${url.pathname}`;
    fake.calls.push(`${route} ${bearer ?? '-'}`);
    const body: unknown = text === '' ? null : JSON.parse(text);
    const answer = fake.api[route]?.({ bearer, query: url.searchParams, body, headers: request.headers });
    if (!answer) {
      request.socket.destroy();
      return;
    }
    response.writeHead(answer.status ?? 200, {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      ...answer.headers,
    });
    if (answer.stream) {
      response.flushHeaders();
      answer.stream(response);
      return;
    }
    if (answer.status === 304 || answer.status === 204) response.end();
    else response.end(Buffer.isBuffer(answer.body) ? answer.body : JSON.stringify(answer.body));
  }

  return fake;
}

export interface FakeEvents {
  answer(): FakeAnswer;
  /** Streams that are open now. */
  openCount(): number;
  /** Sends a status to all of them, and to each that opens later. */
  send(status: SyncStatusReply): void;
  /** Ends all of them, as a server does when it stops. */
  end(): void;
}

/** The stream of the sync's status: its current state at once, then what is sent. */
export function fakeEvents(first: SyncStatusReply | null): FakeEvents {
  const open = new Set<ServerResponse>();
  let current = first;
  const write = (response: ServerResponse) => {
    if (current) response.write(`: a comment\r\nevent: status\ndata: ${JSON.stringify(current)}\n\n`);
  };
  return {
    answer: () => ({
      body: null,
      headers: { 'content-type': 'text/event-stream' },
      stream(response) {
        open.add(response);
        response.on('close', () => open.delete(response));
        write(response);
      },
    }),
    openCount: () => open.size,
    send(status) {
      current = status;
      for (const response of open) write(response);
    },
    end() {
      for (const response of open) response.end();
    },
  };
}

/** A refusal in the shape of the API's errors. */
export function refusal(status: number, code: string): FakeAnswer {
  const body = problem.parse({
    type: `/problems/${code}`,
    title: code,
    status,
    detail: code,
    instance: '/',
    code,
    requestId: 'req-1',
  });
  return { status, body };
}

function readEntry(manifest: unknown): { file: string; css: string[] } {
  const entry = Object(manifest)['main.tsx'];
  if (typeof entry?.file !== 'string' || !Array.isArray(entry.css)) throw new Error('the manifest has no entry main.tsx');
  return entry;
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What a portal does around an app's frame. `window.portal` keeps what the app asked for. */
function portalPage(appUrl: string, frameName: string): string {
  return `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><style>body{margin:0}iframe{display:block;border:0;width:100%;height:400px}</style>
<h1 id="pagetitle">Portal</h1><iframe name="${frameName}" src="${appUrl}"></iframe>
<script>
const frame = document.querySelector('iframe');
const proofs = { n: 0 };
window.portal = { commands: [], paths: [] };
const auth = () => ({ AUTH_ID: 'proof-' + ++proofs.n, REFRESH_ID: 'r', AUTH_EXPIRES: '3600' });
addEventListener('message', (event) => {
  if (event.origin !== ${JSON.stringify(new URL(appUrl).origin)} || typeof event.data !== 'string') return;
  const parts = event.data.split(':');
  const command = parts[0], sid = parts.at(-1), key = parts.at(-2), params = parts.slice(1, -2).join(':');
  window.portal.commands.push(command);
  const reply = (value) => event.source.postMessage(value === undefined ? key : key + ':' + JSON.stringify(value), event.origin);
  if (command === 'getInitData') reply({ ...auth(), DOMAIN: location.host, PROTOCOL: '0', PATH: '/rest', LANG: 'en', MEMBER_ID: 'm', IS_ADMIN: true,
    APP_OPTIONS: {}, USER_OPTIONS: {}, PLACEMENT: 'DEFAULT', PLACEMENT_OPTIONS: {}, INSTALL: true, FIRST_RUN: false });
  else if (command === 'refreshAuth') reply(auth());
  else if (command === 'resizeWindow') { frame.style.height = JSON.parse(params).height + 'px'; reply(); }
  else if (command === 'setTitle') { document.querySelector('#pagetitle').textContent = JSON.parse(params).title; reply(); }
  else if (command === 'openPath') { window.portal.paths.push(JSON.parse(params).path); reply({ result: 'close' }); }
  else reply();
});
</script>`;
}
