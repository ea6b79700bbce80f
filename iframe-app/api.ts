import type { DashboardReply, RecordReply } from '../contract/dashboard.ts';
import type { PageContext, SessionReply } from '../contract/session.ts';
import type { SettingsPatch, SettingsReply } from '../contract/settings.ts';
import type { SyncRefreshReply, SyncStartReply, SyncStatusReply } from '../contract/sync.ts';
import type { Check } from './check.ts';
import { createEventParser } from './event-stream.ts';
import type { Host } from './host.ts';
import {
  isDashboardReply,
  isOnboardingStep,
  isProblem,
  isRecordReply,
  isSessionReply,
  isSettingsReply,
  isSyncRefreshReply,
  isSyncStartReply,
  isSyncStatusReply,
  type OnboardingStep,
} from './replies.ts';

/**
 * Why a request failed: `network` no answer, `session` nobody vouches for the person any more (the page must be opened again),
 * `refused` the server said no with a code of the contract, `bad_reply` the answer is not what the contract promises.
 */
export class ApiError extends Error {
  readonly kind: 'network' | 'session' | 'refused' | 'bad_reply';
  readonly code: string | null;
  readonly requestId: string | null;
  /** What the server asked to wait before another try, null when it did not. */
  readonly retryAfterMs: number | null;
  /** Fields that the server did not take, `path` as `businessHours.mon.to`. */
  readonly issues: readonly FieldIssue[];

  constructor(
    kind: ApiError['kind'],
    options: {
      code?: string;
      requestId?: string;
      retryAfterMs?: number | null;
      issues?: readonly FieldIssue[] | undefined;
      cause?: unknown;
    } = {},
  ) {
    super(`api: ${options.code ?? kind}`, { cause: options.cause });
    this.name = 'ApiError';
    this.kind = kind;
    this.code = options.code ?? null;
    this.requestId = options.requestId ?? null;
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.issues = options.issues ?? [];
  }
}

interface FieldIssue {
  path: string;
  code: string;
}

/** A request by its address, with the check of its answer. */
export interface Ask<T> {
  method: 'DELETE' | 'GET' | 'PATCH' | 'POST' | 'PUT';
  path: string;
  /** Of the answer's JSON (null where it has no body), or of the `ServerFile`. */
  check: Check<T>;
  body?: unknown;
  /** The same key with the same body is done once, however often it is sent. */
  idempotencyKey?: string;
  isFile?: boolean;
  /** Not tried again by itself: the person in front of it decides about that. */
  isOnce?: boolean;
  /** Default: 20 s; null: however long it takes. */
  timeoutMs?: number | null;
  signal?: AbortSignal;
}

export type RecordPage = Extract<PageContext, { kind: 'record' }>;

/** All methods reject with ApiError, or with the signal's reason once it is aborted. */
export interface Api {
  /** One request of a screen that loads later and brings its own address and check. */
  ask<T>(request: Ask<T>): Promise<T>;
  /** @param query what the dashboard is looked at through, `?range=30`; default: nothing */
  getDashboard(query?: string, signal?: AbortSignal): Promise<DashboardReply>;
  /** One record of the CRM; `not_found` while it is not copied. */
  getRecord(record: RecordPage, signal?: AbortSignal): Promise<RecordReply>;
  getSyncStatus(signal?: AbortSignal): Promise<SyncStatusReply>;
  /**
   * Reports the sync's status now and whenever it changes, null for a sign of life without news. One connection, tried once:
   * resolves when the server has ended it or its token wants to be renewed.
   */
  watchSyncStatus(report: (status: SyncStatusReply | null) => void, signal: AbortSignal): Promise<void>;
  /** Asks for a sync of everything; one that runs already is answered with its id. */
  startSync(signal?: AbortSignal): Promise<SyncStartReply>;
  /** Asks the CRM for what has changed, now instead of within a quarter of an hour; tried once. */
  refreshSync(signal?: AbortSignal): Promise<SyncRefreshReply>;
  /** Administrators only, as is all of the following. */
  pauseSync(signal?: AbortSignal): Promise<SyncStatusReply>;
  resumeSync(signal?: AbortSignal): Promise<SyncStatusReply>;
  /** For the whole tenant. */
  saveSettings(settings: SettingsPatch, signal?: AbortSignal): Promise<Pick<SettingsReply, 'timezone'>>;
  /** Which step of onboarding the tenant is at, and nothing more of it; tried once. */
  getOnboardingStep(signal?: AbortSignal): Promise<OnboardingStep>;
}

/** A file of the server's. */
export interface ServerFile {
  content: Blob;
  /** The header that names it. */
  disposition: string | null;
}

export interface ApiDeps {
  fetch: typeof fetch;
  host: Pick<Host, 'renewProof'>;
  memberId: string;
  session: SessionReply | null;
  /** Milliseconds, for the life of a token and for nothing else. */
  now: () => number;
  wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** A token is renewed this long before it ends, so that no request meets its end on the way. */
const RENEW_BEFORE_MS = 60_000;
/** A stream is not ended sooner than this for its token: whatever the clocks say, a page does not open one after the other. */
const FRESH_TOKEN_MS = 30_000;
/** The longest life a session may have; a longer or ended one means that this machine's clock is wrong, and the 401 decides then. */
const MAX_SESSION_MS = 10 * 60_000;
const RETRY_DELAYS_MS = [500, 1500, 4000];
const REQUEST_TIMEOUT_MS = 20_000;
const RETRIED_STATUSES = new Set([429, 502, 503, 504]);
/** Waiting longer than this inside one request looks like a hung page; the caller shows the failure and tries later. */
const MAX_RETRY_AFTER_MS = 8_000;

interface Call<T> extends Omit<Ask<T>, 'signal'> {
  signal: AbortSignal;
}

/** The typed client of LeadRelay's own API. The session's token lives in this closure and nowhere else. */
export function createApi(deps: ApiDeps): Api {
  let token = deps.session?.token ?? null;
  let renewAt = deps.session ? deps.now() + usefulLifeMs(deps.session, deps.now()) : 0;
  let renewing: Promise<void> | null = null;
  const known = new Map<string, { etag: string; value: unknown }>();

  async function renew(): Promise<void> {
    const signal = new AbortController().signal;
    const session = await (deps.memberId === '' ? sendOwnToken(signal) : sendProof(signal)).catch((error: unknown) => {
      if (error instanceof ApiError && error.kind === 'refused' && isRefusalOfPerson(error)) {
        throw new ApiError('session', { cause: error });
      }
      throw error;
    });
    token = session.token;
    renewAt = deps.now() + usefulLifeMs(session, deps.now());
  }

  async function sendProof(signal: AbortSignal): Promise<SessionReply> {
    const accessToken = await deps.host.renewProof().catch((cause: unknown) => {
      throw new ApiError('session', { cause });
    });
    const body = { crmSource: 'bitrix24', memberId: deps.memberId, accessToken };
    return send({ method: 'POST', path: '/api/session', check: isSessionReply, body, signal }, null);
  }

  /** Behind a sign-in link there is no frame to vouch for the person: the session that lives asks for the next. */
  function sendOwnToken(signal: AbortSignal): Promise<SessionReply> {
    return send({ method: 'POST', path: '/api/session/renew', check: isSessionReply, signal }, token);
  }

  /** One renewal at a time, whoever asks: the portal and the session route see one request. */
  function renewOnce(): Promise<void> {
    renewing ??= renew().finally(() => {
      renewing = null;
    });
    return renewing;
  }

  function request<T>(call: Call<T>): Promise<T> {
    return withToken((bearer) => send(call, bearer), call.signal);
  }

  /** Does something with a living token, and once more with a fresh one where the server refuses it. */
  async function withToken<T>(work: (bearer: string | null) => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    if (token === null || deps.now() >= renewAt) await unlessAborted(renewOnce(), signal);
    const usedToken = token;
    try {
      return await work(usedToken);
    } catch (error) {
      if (!isRefusedToken(error)) throw error;
      if (token === usedToken) await unlessAborted(renewOnce(), signal);
      return await work(token).catch((again: unknown) => {
        throw isRefusedToken(again) ? new ApiError('session', { cause: again }) : again;
      });
    }
  }

  async function watchSyncStatus(report: (status: SyncStatusReply | null) => void, signal: AbortSignal): Promise<void> {
    const closing = new AbortController();
    const either = AbortSignal.any([signal, closing.signal]);
    try {
      const body = await withToken((bearer) => openEvents(bearer, either), signal);
      // Behind a sign-in link a token renews the next only while it lives, and a stream alone makes no request that would do it.
      await Promise.race([readStatuses(body, report), deps.wait(Math.max(renewAt - deps.now(), FRESH_TOKEN_MS), either)]);
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      closing.abort();
    }
  }

  async function openEvents(bearer: string | null, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const headers = new Headers({ accept: 'text/event-stream' });
    if (bearer !== null) headers.set('authorization', `Bearer ${bearer}`);
    const init: RequestInit = { headers, credentials: 'omit', cache: 'no-store', signal };
    const response = await deps.fetch('/api/crm/sync/events', init).catch(throwNetworkError);
    if (!response.ok) throw refusal(response, parseJson(await response.text().catch(throwNetworkError)));
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
    if (!isStream || response.body === null) throw new ApiError('bad_reply');
    return response.body;
  }

  /** Sends one request, again after a failure that may pass. Every request of this API is safe to repeat. */
  async function send<T>(call: Call<T>, bearer: string | null): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await sendOnce(call, bearer);
      } catch (error) {
        call.signal.throwIfAborted();
        const delayMs = call.isOnce ? undefined : RETRY_DELAYS_MS[attempt];
        if (delayMs === undefined || !(error instanceof ApiError) || !mayPass(error)) throw error;
        await deps.wait(error.retryAfterMs ?? delayMs, call.signal);
      }
    }
  }

  async function sendOnce<T>(call: Call<T>, bearer: string | null): Promise<T> {
    const remembered = call.method === 'GET' ? known.get(call.path) : undefined;
    const headers = new Headers({ accept: 'application/json' });
    if (bearer !== null) headers.set('authorization', `Bearer ${bearer}`);
    if (call.body !== undefined) headers.set('content-type', 'application/json');
    if (call.idempotencyKey !== undefined) headers.set('idempotency-key', call.idempotencyKey);
    if (remembered) {
      headers.set('if-none-match', remembered.etag);
      // Without it the browser adds `no-cache` to a conditional request, at which a server may not answer 304.
      headers.set('cache-control', 'max-age=0');
    }
    const { method, signal, timeoutMs = REQUEST_TIMEOUT_MS } = call;
    const init: RequestInit = {
      method,
      headers,
      credentials: 'omit',
      cache: 'no-store',
      signal: timeoutMs === null ? signal : AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    };
    if (call.body !== undefined) init.body = JSON.stringify(call.body);

    let response: Response;
    let body: string | Blob;
    try {
      response = await deps.fetch(call.path, init);
      body = await (call.isFile && response.ok ? response.blob() : response.text());
    } catch (cause) {
      throw new ApiError('network', { cause });
    }
    // Only what passed the check is remembered.
    if (response.status === 304 && remembered && call.check(remembered.value)) return remembered.value;
    const value =
      typeof body === 'string' ? parseJson(body) : { content: body, disposition: response.headers.get('content-disposition') };
    if (!response.ok) throw refusal(response, value);
    if (!call.check(value)) throw new ApiError('bad_reply');
    const etag = response.headers.get('etag');
    if (call.method === 'GET' && etag !== null) known.set(call.path, { etag, value });
    return value;
  }

  const signalOr = (signal: AbortSignal | undefined) => signal ?? new AbortController().signal;
  /** An order about the sync that says all in its address. */
  const order = <T>(what: string, check: Check<T>, signal: AbortSignal | undefined, isOnce = false) =>
    request({ method: 'POST', path: `/api/crm/sync/${what}`, check, body: {}, isOnce, signal: signalOr(signal) });
  return {
    ask: (call) => request({ ...call, signal: signalOr(call.signal) }),
    getDashboard: (query = '', signal) =>
      request({ method: 'GET', path: `/api/dashboard/data${query}`, check: isDashboardReply, signal: signalOr(signal) }),
    getRecord: ({ entity, externalId }, signal) =>
      request({
        method: 'GET',
        path: `/api/dashboard/record?${new URLSearchParams({ entity, externalId })}`,
        check: isRecordReply,
        signal: signalOr(signal),
      }),
    getSyncStatus: (signal) =>
      request({ method: 'GET', path: '/api/crm/sync/status', check: isSyncStatusReply, signal: signalOr(signal) }),
    watchSyncStatus,
    startSync: (signal) => order('start', isSyncStartReply, signal),
    refreshSync: (signal) => order('refresh', isSyncRefreshReply, signal, true),
    pauseSync: (signal) => order('pause', isSyncStatusReply, signal),
    resumeSync: (signal) => order('resume', isSyncStatusReply, signal),
    saveSettings: (settings, signal) =>
      request({ method: 'PATCH', path: '/api/settings', check: isSettingsReply, body: settings, signal: signalOr(signal) }),
    getOnboardingStep: (signal) =>
      request({
        method: 'GET',
        path: '/api/dashboard/onboarding',
        check: isOnboardingStep,
        isOnce: true,
        signal: signalOr(signal),
      }),
  };
}

/** Reports each status that arrives, null for a piece without one, until the stream ends. */
async function readStatuses(body: ReadableStream<Uint8Array>, report: (status: SyncStatusReply | null) => void): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parse = createEventParser();
  for (;;) {
    const { done, value } = await reader.read().catch(throwNetworkError);
    if (done) return;
    const events = parse(decoder.decode(value, { stream: true })).filter(({ name }) => name === 'status');
    if (events.length === 0) report(null);
    for (const { data } of events) {
      const status = parseJson(data);
      if (!isSyncStatusReply(status)) throw new ApiError('bad_reply');
      report(status);
    }
  }
}

function throwNetworkError(cause: unknown): never {
  throw new ApiError('network', { cause });
}

/** How long from `now` on a session's token may be used before it is renewed. */
function usefulLifeMs(session: SessionReply, now: number): number {
  const lifeMs = Date.parse(session.expiresAt) - now;
  const believable = lifeMs > 0 && lifeMs <= MAX_SESSION_MS ? lifeMs : MAX_SESSION_MS;
  return Math.max(believable - RENEW_BEFORE_MS, believable / 2);
}

/** Expired, or signed before the portal's sessions were revoked: a fresh proof gives a new one. */
function isRefusedToken(error: unknown): boolean {
  return error instanceof ApiError && (error.code === 'token_expired' || error.code === 'invalid_token');
}

function mayPass(error: ApiError): boolean {
  if (error.kind === 'network') return true;
  return error.kind === 'refused' && error.retryAfterMs !== null && error.retryAfterMs <= MAX_RETRY_AFTER_MS;
}

function isRefusalOfPerson(error: ApiError): boolean {
  return (
    error.code !== null &&
    ['unauthorized', 'invalid_token', 'token_expired', 'not_authentic', 'forbidden', 'not_found'].includes(error.code)
  );
}

function refusal(response: Response, value: unknown): ApiError {
  const retryAfterMs = RETRIED_STATUSES.has(response.status) ? readRetryAfterMs(response.headers) : null;
  if (isProblem(value))
    return new ApiError('refused', { code: value.code, requestId: value.requestId, retryAfterMs, issues: value.errors });
  // A proxy in between answered in its own words: the server itself was not reached.
  return new ApiError(RETRIED_STATUSES.has(response.status) ? 'network' : 'bad_reply', { retryAfterMs });
}

/** Milliseconds of a Retry-After header in seconds; one second when it is missing. */
function readRetryAfterMs(headers: Headers): number {
  const seconds = Number(headers.get('retry-after') ?? '1');
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : 1000;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Lets one caller go when it is aborted; the shared work goes on for the others. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Waits, or rejects with the signal's reason. */
export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const abort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal.addEventListener('abort', abort, { once: true });
  });
}
