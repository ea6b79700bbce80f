import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import { deliver, type HttpReply } from '../faulty-http.ts';
import { type Ledger, recordRequest, tailOf } from '../ledger.ts';
import { appStatus } from './portal/event-post.ts';
import { RestError } from './rest/error.ts';
import type { RequestFaults } from './rest/faulty.ts';
import { type Params, readParams, toText } from './rest/params.ts';
import { createTimeBlock } from './rest/runner.ts';
import type { AppCard, PortalState, TokenPair } from './state.ts';
import { ACCESS_SECONDS, type TokenStore } from './tokens.ts';

export interface AuthServerDeps {
  app: AppCard;
  tokens: TokenStore;
  clock: Clock;
  ledger: Ledger;
  /** Known when the server listens: an origin. */
  authUrl(): string;
}

/**
 * `/oauth/token/` by GET and by form POST, and `/rest/app.info`. The portals proxy the first.
 * Statuses of errors are those the vendor's SDKs expect; the documentation gives none.
 */
export function createAuthServer(deps: AuthServerDeps): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const startedAt = deps.clock.now();
    const url = new URL((request.url ?? '/').replace(/^\/+/, '/'), 'http://auth');
    const method = cleanPath(url).slice(1);
    const seen: Seen = { owner: null, tokenTail: null, faults: null };
    const { reply, error } = await answer(deps, method, { request, url }, seen);
    recordRequest(
      deps.ledger,
      deps.clock,
      { request, response },
      {
        startedAt,
        portal: seen.owner?.memberId ?? '',
        method,
        tokenTail: seen.tokenTail,
        commands: [],
        commandErrors: [],
        status: reply.status,
        error,
        records: error === null ? 1 : 0,
        faults: [...(seen.faults?.kinds ?? [])],
      },
    );
    if (seen.faults?.delayMs) await deps.clock.sleep(seen.faults.delayMs);
    await deliver(response, reply, seen.faults?.delivery ?? null, deps.clock);
  };
}

/** What is known of a request so far, also when it fails. */
interface Seen {
  /** The portal whose token or code it carries. */
  owner: PortalState | null;
  tokenTail: string | null;
  faults: RequestFaults | null;
}

/** The path, with doubled slashes collapsed and without the last one. */
export const cleanPath = (url: URL): string => url.pathname.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');

async function answer(
  deps: AuthServerDeps,
  method: string,
  { request, url }: { request: IncomingMessage; url: URL },
  seen: Seen,
): Promise<{ reply: HttpReply; error: string | null }> {
  try {
    const params = await readParams(request, url);
    const [access, refresh] = [toText(params.auth), toText(params.refresh_token)];
    seen.tokenTail = tailOf(access || refresh);
    seen.owner = (deps.tokens.findAccess(access) ?? deps.tokens.findRefresh(refresh))?.portal ?? null;
    if (seen.owner?.faults) {
      seen.faults = await seen.owner.faults.open(method, params, request.url ?? '/');
      const { refusal } = seen.faults;
      if (refusal?.reply instanceof RestError) throw refusal.reply;
      if (refusal) return { reply: refusal.reply, error: refusal.fault.kind };
    }
    return { reply: toJson(200, route(deps, method, params, seen), seen), error: null };
  } catch (error) {
    const known = error instanceof RestError ? error : new RestError(500, 'INTERNAL_SERVER_ERROR', 'Internal server error');
    if (known !== error) console.error('The authorization sandbox failed to answer a request:', error);
    return { reply: toJson(known.status, known.toBody(), seen), error: String(known.code) };
  }
}

function route(deps: AuthServerDeps, method: string, params: Params, seen: Seen): Record<string, unknown> {
  if (method === 'oauth/token') {
    const { portal, pair } = grant(deps, params);
    seen.owner = portal;
    return showTokens(deps, portal, pair);
  }
  if (/^rest\/app\.info(\.json)?$/.test(method)) return showApp(deps, params);
  throw new RestError(404, 'ERROR_METHOD_NOT_FOUND', 'Method not found!');
}

function toJson(status: number, body: Record<string, unknown>, { faults }: Seen): HttpReply {
  const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
  return { status, headers, body: faults ? faults.render(body) : JSON.stringify(body) };
}

/** Exchanges a code or a refresh token for a new pair. */
function grant(deps: AuthServerDeps, params: Params): { portal: PortalState; pair: TokenPair } {
  const grantType = toText(params.grant_type);
  if (grantType !== 'authorization_code' && grantType !== 'refresh_token') {
    throw new RestError(400, 'invalid_request', 'The grant_type is not supported');
  }
  if (toText(params.client_id) !== deps.app.clientId || toText(params.client_secret) !== deps.app.clientSecret) {
    throw new RestError(401, 'invalid_client', 'The client credentials are invalid');
  }
  const { portal, userId } = grantType === 'refresh_token' ? takeRefresh(deps, params) : takeCode(deps, params);
  return { portal, pair: deps.tokens.issue(portal, userId) };
}

function takeCode({ tokens }: AuthServerDeps, params: Params): { portal: PortalState; userId: number } {
  const taken = tokens.takeCode(toText(params.code));
  if (!taken) throw new RestError(400, 'invalid_grant', 'The provided authorization code is invalid, expired or used');
  requirePaid(taken.portal);
  return taken;
}

function takeRefresh({ tokens }: AuthServerDeps, params: Params): { portal: PortalState; userId: number } {
  const found = tokens.peekRefresh(toText(params.refresh_token));
  if (!found) throw new RestError(400, 'invalid_grant', 'The provided refresh token is invalid, expired or used');
  requirePaid(found.portal);
  // A refresh token of an earlier installation says nothing about the present one.
  if (found.pair.revoked) throw new RestError(400, 'invalid_grant', 'The provided refresh token is invalid, expired or used');
  tokens.useRefresh(found.pair);
  return { portal: found.portal, userId: found.pair.userId };
}

/** Also the answer for a portal that has removed the app. */
function requirePaid(portal: PortalState): void {
  if (portal.paymentRequired || !portal.installation) throw new RestError(402, 'PAYMENT_REQUIRED', 'Payment required');
}

function showTokens(deps: AuthServerDeps, portal: PortalState, pair: TokenPair): Record<string, unknown> {
  const server = new URL(deps.authUrl());
  return {
    access_token: pair.accessToken,
    refresh_token: pair.refreshToken,
    expires: pair.accessExpires,
    expires_in: ACCESS_SECONDS,
    scope: deps.app.scopes.join(','),
    // The authorization server's own domain, not the portal's: what the documentation shows.
    domain: server.host,
    server_endpoint: new URL('/rest/', server).href,
    status: appStatus(deps.app),
    client_endpoint: `http://${portal.domain}/rest/`,
    member_id: portal.memberId,
    user_id: pair.userId,
  };
}

/** Says to which portal a token belongs, which the portal itself cannot prove. */
function showApp(deps: AuthServerDeps, params: Params): Record<string, unknown> {
  const issued = deps.tokens.findAccess(toText(params.auth));
  if (!issued) throw new RestError(401, 'NO_AUTH_FOUND', 'Wrong authorization data');
  const { portal, pair } = issued;
  const now = portal.clock.now() / 1000;
  if (pair.revoked || !portal.installation) throw new RestError(401, 'ERROR_OAUTH', 'Application not installed');
  if (pair.accessExpires <= now) throw new RestError(401, 'expired_token', 'The access token provided has expired');
  const scope = deps.app.scopes.join(',');
  const status = appStatus(deps.app);
  return {
    result: {
      client_id: deps.app.clientId,
      scope,
      expires: pair.accessExpires,
      user_id: pair.userId,
      install: {
        installed: portal.installation.installed,
        version: String(portal.installation.version),
        status,
        scope,
        domain: portal.domain,
        uri: `http://${portal.domain}`,
        client_endpoint: `http://${portal.domain}/rest/`,
        member_id: portal.memberId,
        member_type: 'owner',
      },
    },
    time: createTimeBlock(portal, now, { operating: 0, resetAt: Math.floor(now) + 600 }),
  };
}
