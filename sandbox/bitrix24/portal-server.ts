import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { computeTruth } from '../world/truth.ts';
import { cleanPath } from './auth-server.ts';
import { EXPECTED_ENTITIES, type ExpectedEntity } from './expected/expected-row.ts';
import { expectedRows } from './expected/expected-rows.ts';
import { createLimits } from './limits.ts';
import type { PortalDeps } from './portal/deps.ts';
import { createPortalPages } from './portal/portal-pages.ts';
import { createRest } from './rest/router.ts';
import type { PortalState } from './state.ts';
import type { TokenStore } from './tokens.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/**
 * Everything at a portal's address: the REST API, the proxied `/oauth/token/`, the pages, and the sandbox's own `/sandbox/truth`
 * (what a product should show), `/sandbox/expected` (what a copy should hold, row by row), `/sandbox/identity` (which portal this
 * is) and `/sandbox/ledger` (what was asked).
 */
export function createPortalHandler(
  portal: PortalState,
  { deps, tokens, authServer }: { deps: PortalDeps; tokens: TokenStore; authServer: Handler },
): Handler {
  const rest = createRest(portal, { app: deps.app, tokens, limits: createLimits(portal.limits) });
  const pages = createPortalPages(portal, deps);
  return (request, response) => {
    const url = new URL((request.url ?? '/').replace(/^\/+/, '/'), 'http://portal');
    const path = cleanPath(url);
    if (path === '/rest' || path.startsWith('/rest/')) return rest(request, response);
    if (path === '/oauth/token') return authServer(request, response);
    if (path === '/sandbox/truth') return sendTruth(response, portal, url);
    if (path === '/sandbox/expected') return sendExpected(response, portal, url);
    if (path === '/sandbox/identity') return sendJson(response, 200, { memberId: portal.memberId });
    if (path === '/sandbox/ledger') return sendJson(response, 200, summarize(portal));
    return pages(request, response);
  };
}

/** `?currency=` asks for amounts in another currency than the base one. */
function sendTruth(response: ServerResponse, { world, clock }: PortalState, url: URL): void {
  const currency = url.searchParams.get('currency') ?? world.currencies.find(({ isBase }) => isBase)?.code ?? '';
  const known = world.currencies.some(({ code }) => code === currency);
  if (known) sendJson(response, 200, computeTruth(world, { now: Math.floor(clock.now() / 1000), currency }));
  else sendJson(response, 400, { error: 'The portal has no rate for this currency' });
}

/** `?entity=leads`: one ExpectedRow a line, made as fast as they are read. */
async function sendExpected(response: ServerResponse, portal: PortalState, url: URL): Promise<void> {
  const entity = EXPECTED_ENTITIES.find((name) => name === url.searchParams.get('entity'));
  if (!entity) return sendJson(response, 400, { error: `entity must be one of ${EXPECTED_ENTITIES.join(', ')}` });
  response.writeHead(200, { 'content-type': 'application/x-ndjson; charset=utf-8' });
  try {
    // One batch ahead; the default would keep 16 of them in memory.
    await pipeline(Readable.from(expectedLines(portal, entity), { highWaterMark: 1 }), response);
  } catch (error) {
    // Whoever read it has heard enough.
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE')) throw error;
  }
}

async function* expectedLines(portal: PortalState, entity: ExpectedEntity): AsyncGenerator<string> {
  for await (const rows of expectedRows(portal, entity)) yield rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/** What was asked of a portal: requests, refusals and records, in all and by method (those of batches included). */
function summarize({ ledger, memberId }: PortalState) {
  const methods: Record<string, number> = {};
  const errors: Record<string, number> = {};
  const total = { requests: 0, records: 0 };
  for (const entry of ledger.entries) {
    if (entry.portal !== memberId) continue;
    total.requests += 1;
    total.records += entry.records;
    for (const method of [entry.method, ...entry.commands]) methods[method] = (methods[method] ?? 0) + 1;
    const failures = entry.error === null ? entry.commandErrors : [entry.error];
    for (const error of failures) errors[error] = (errors[error] ?? 0) + 1;
  }
  return { ...total, methods, errors };
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}
