import type { IncomingMessage, ServerResponse } from 'node:http';
import { deliver, type HttpReply } from '../../faulty-http.ts';
import { type LedgerEntry, recordRequest, tailOf } from '../../ledger.ts';
import type { PortalLimits } from '../limits.ts';
import type { AppCard, PortalState } from '../state.ts';
import type { TokenStore } from '../tokens.ts';
import { runBatch } from './batch.ts';
import { RestError } from './error.ts';
import type { RequestFaults } from './faulty.ts';
import type { Caller } from './method.ts';
import { type Params, readParams, toText } from './params.ts';
import { createTimeBlock, operatingOf, type RequestContext, runMethod } from './runner.ts';

export interface RestDeps {
  app: AppCard;
  tokens: TokenStore;
  limits: PortalLimits;
}

/** The browser part of an app calls the REST API from another origin. */
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, OPTIONS',
  'access-control-allow-headers': 'Origin, Content-Type, Accept, X-Requested-With',
  'access-control-max-age': '600',
};

interface Target {
  method: string;
  webhook: { userId: number; secret: string } | null;
  /** REST 3.0: another envelope, and no CRM methods. */
  version3: boolean;
}

interface Reply extends Pick<LedgerEntry, 'error' | 'commands' | 'commandErrors' | 'records'> {
  http: HttpReply;
  /** Operating seconds the request cost. */
  cost: number;
}

/** What is known of a request so far, also when it fails. */
interface Seen {
  tokenTail: string | null;
  faults: RequestFaults | null;
}

/** Answers everything under `/rest/` of one portal. */
export function createRest(
  portal: PortalState,
  deps: RestDeps,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    if (request.method === 'OPTIONS') {
      response.writeHead(204, CORS).end();
      return;
    }
    const startedAt = portal.clock.now();
    const start = startedAt / 1000;
    const url = new URL((request.url ?? '/').replace(/^\/+/, '/'), 'http://portal');
    const target = readTarget(url.pathname);
    const seen: Seen = { tokenTail: null, faults: null };
    const reply = await answer(portal, deps, { target, request, url, start }, seen);
    const { http, cost, ...counts } = reply;
    recordRequest(
      portal.ledger,
      portal.clock,
      { request, response },
      {
        ...counts,
        startedAt,
        portal: portal.memberId,
        method: target.method,
        status: http.status,
        tokenTail: seen.tokenTail,
        faults: [...(seen.faults?.kinds ?? [])],
      },
    );
    const waitMs = (portal.limits.answerDelay ? cost * 1000 : 0) + (seen.faults?.delayMs ?? 0);
    if (waitMs > 0) await portal.clock.sleep(waitMs);
    await deliver(response, http, seen.faults?.delivery ?? null, portal.clock);
  };
}

/** `/rest/<method>`, `/rest/<user>/<secret>/<method>`, with `api/` before it for REST 3.0. Extra slashes and `.json` do not count. */
function readTarget(path: string): Target {
  const segments = path.split('/').filter((segment) => segment !== '');
  const rest = segments.slice(1);
  const version3 = rest[0] === 'api';
  if (version3) rest.shift();
  const [userId = '', secret = '', ...others] = rest;
  const isWebhook = /^\d+$/.test(userId) && others.length > 0;
  const method = (isWebhook ? others : rest)
    .join('/')
    .toLowerCase()
    .replace(/\.json$/, '');
  return { method, webhook: isWebhook ? { userId: Number(userId), secret } : null, version3 };
}

async function answer(
  portal: PortalState,
  deps: RestDeps,
  { target, request, url, start }: { target: Target; request: IncomingMessage; url: URL; start: number },
  seen: Seen,
): Promise<Reply> {
  try {
    // Read whatever the outcome: a client must be able to send its body before it learns of a refusal.
    const params = await readParams(request, url);
    seen.tokenTail = tailOf(toText(params.auth));
    if (!deps.limits.admit(request.socket.remoteAddress ?? '', start)) {
      throw new RestError(503, 'QUERY_LIMIT_EXCEEDED', 'Too many requests');
    }
    if (portal.faults) {
      seen.faults = await portal.faults.open(target.method, params, request.url ?? '/');
      const { refusal } = seen.faults;
      if (refusal?.reply instanceof RestError) throw refusal.reply;
      if (refusal) return { ...NO_RECORDS, http: refusal.reply, error: refusal.fault.kind };
    }
    const caller = authorize(portal, deps, target, params, start, seen.faults);
    delete params.auth;
    return run({ portal, app: deps.app, caller, limits: deps.limits, faults: seen.faults }, target, params, start);
  } catch (error) {
    const known = error instanceof RestError ? error : new RestError(500, 'INTERNAL_SERVER_ERROR', 'Internal server error');
    if (known !== error) console.error('The Bitrix24 sandbox failed to answer a request:', error);
    const time = createTimeBlock(portal, start, operatingOf(portal, deps.limits, target.method, start));
    const body = target.version3 ? { error: { code: known.code, message: known.message } } : known.toBody();
    const http = toJson(known.status, { ...body, time }, seen.faults);
    return { ...NO_RECORDS, http, error: String(known.code) };
  }
}

const NO_RECORDS = { commands: [], commandErrors: [], records: 0, cost: 0 };

function toJson(status: number, body: Record<string, unknown>, faults: RequestFaults | null): HttpReply {
  const headers = { ...CORS, 'content-type': 'application/json; charset=utf-8' };
  return { status, headers, body: faults ? faults.render(body) : JSON.stringify(body) };
}

function run(context: RequestContext, target: Target, params: Params, start: number): Reply {
  if (target.version3) {
    throw new RestError(404, 'BITRIX_REST_V3_EXCEPTION_METHODNOTFOUNDEXCEPTION', `Method ${target.method} not found`);
  }
  if (target.method === 'batch') {
    const { result, ...counts } = runBatch(context, params);
    // The batch itself costs nothing: its commands do, each on the account of its own method.
    const time = createTimeBlock(context.portal, start, context.limits.operating('batch', start));
    return { ...counts, http: toJson(200, { result, time }, context.faults), error: null };
  }
  const { answer, time, cost } = runMethod(context, target.method, params);
  const { result, next, total, records } = answer;
  const counts = { ...(next === undefined ? {} : { next }), ...(total === undefined ? {} : { total }) };
  const http = toJson(200, { result, ...counts, time }, context.faults);
  return { ...NO_RECORDS, http, error: null, records, cost };
}

function authorize(
  portal: PortalState,
  deps: RestDeps,
  target: Target,
  params: Params,
  now: number,
  faults: RequestFaults | null,
): Caller {
  if (target.webhook) {
    const { secret, userId } = target.webhook;
    if (portal.webhooks.get(secret) !== userId) throw new RestError(401, 'INVALID_CREDENTIALS', 'Invalid request credentials');
    return { user: requireUser(portal, userId), kind: 'webhook', scopes: null };
  }
  const token = toText(params.auth);
  if (token === '') throw new RestError(401, 'NO_AUTH_FOUND', 'Wrong authorization data');
  const issued = deps.tokens.findAccess(token);
  if (issued?.portal !== portal) throw new RestError(401, 'invalid_token', 'Unable to get application by token');
  const { pair } = issued;
  if (pair.revoked || !portal.installation) throw new RestError(401, 'ERROR_OAUTH', 'Application not installed');
  if (pair.accessExpires <= now) throw new RestError(401, 'expired_token', 'The access token provided has expired');
  faults?.useToken(pair, now);
  const user = requireUser(portal, pair.userId);
  if (portal.installation.deniedUsers.has(user.id)) {
    throw new RestError(403, 'user_access_error', 'The user does not have access to the application');
  }
  return { user, kind: 'app', scopes: new Set(deps.app.scopes) };
}

function requireUser(portal: PortalState, id: number) {
  const user = portal.world.users.find((one) => one.id === id);
  if (!user?.active) throw new RestError(401, 'authorization_error', 'Unable to authorize user');
  return user;
}
