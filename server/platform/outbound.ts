import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Agent, errors, request as undiciRequest } from 'undici';

/** The only way out to CRMs: https, host and resolved address checked, redirects never followed, time and size capped. */
interface OutboundRequest {
  method: 'GET' | 'POST';
  url: string;
  /** JSON when an object, form when URLSearchParams. */
  body?: object | URLSearchParams;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** How long the answer may take to begin, default 30 s; at most 65 s, just over the 60 s Bitrix24 allows itself. */
  headersTimeoutMs?: number;
}

export interface OutboundReply {
  status: number;
  /** Lower-case names. */
  headers: Record<string, string>;
  /** Body as UTF-8 text, at most 20 MB. */
  text: string;
}

export interface Outbound {
  /** @throws OutboundError; an HTTP error status is a reply, not an error */
  send(request: OutboundRequest): Promise<OutboundReply>;
  close(): Promise<void>;
}

/**
 * `refused`: we would not send it (address, scheme); `connect`: no connection (DNS, TCP, TLS); `timeout`: too slow;
 * `broken`: the connection ended mid-answer; `too_large`: over 20 MB; `aborted`: the caller's signal.
 */
export type OutboundErrorKind = 'refused' | 'connect' | 'timeout' | 'broken' | 'too_large' | 'aborted';

/** The message names the host at most: paths and queries may hold secrets, and so may what libraries put in theirs. */
export class OutboundError extends Error {
  readonly kind: OutboundErrorKind;

  constructor(kind: OutboundErrorKind, message: string) {
    super(message);
    this.name = 'OutboundError';
    this.kind = kind;
  }
}

/** How long a CRM may take. */
export interface OutboundTimeouts {
  connectMs: number;
  /** Until the answer begins, for requests that do not say themselves. */
  headersMs: number;
  /** Between two pieces of an answer. */
  bodyIdleMs: number;
  /** From the beginning to the end, whatever the request says. */
  totalMs: number;
}

const TIMEOUTS: OutboundTimeouts = { connectMs: 5_000, headersMs: 30_000, bodyIdleMs: 15_000, totalMs: 65_000 };
const MAX_BODY_BYTES = 20 * 1024 * 1024;

/**
 * @param options.allow exact `host:port` pairs that may be reached although they are private or plain http
 * @param options.timeouts default: `TIMEOUTS`; a test need not wait as long for a portal that hangs
 */
export function createOutbound(options: { allow: readonly string[]; timeouts?: OutboundTimeouts }): Outbound {
  const allow = new Set(options.allow);
  const { connectMs, headersMs, bodyIdleMs, totalMs } = options.timeouts ?? TIMEOUTS;
  const timeouts = { bodyTimeout: bodyIdleMs, headersTimeout: headersMs };
  const guarded = new Agent({ ...timeouts, connect: { timeout: connectMs, lookup: lookupPublic } });
  const exempt = new Agent({ ...timeouts, connect: { timeout: connectMs } });

  return {
    async send(request) {
      const url = parseUrl(request.url);
      const isExempt = allow.has(hostAndPort(url));
      if (!isExempt) refuseUnsafe(url);
      const deadline = AbortSignal.timeout(totalMs);
      const signal = request.signal ? AbortSignal.any([request.signal, deadline]) : deadline;
      try {
        // undici.request follows no redirects, and asks for no compression: 20 MB are 20 MB.
        const reply = await undiciRequest(url, {
          dispatcher: isExempt ? exempt : guarded,
          method: request.method,
          signal,
          headersTimeout: Math.min(request.headersTimeoutMs ?? headersMs, totalMs),
          ...encodeBody(request),
        });
        return { status: reply.statusCode, headers: flatten(reply.headers), text: await readText(reply.body, url) };
      } catch (error) {
        throw toOutboundError(error, url, request.signal);
      }
    },
    async close() {
      await Promise.all([guarded.destroy(), exempt.destroy()]);
    },
  };
}

function parseUrl(text: string): URL {
  if (!URL.canParse(text)) throw new OutboundError('refused', 'The address is not a URL');
  return new URL(text);
}

function hostAndPort(url: URL): string {
  return `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`;
}

function refuseUnsafe(url: URL): void {
  if (url.protocol !== 'https:') throw new OutboundError('refused', `${url.hostname}: only https addresses are called`);
  if (url.username || url.password) throw new OutboundError('refused', `${url.hostname}: an address must not hold a password`);
  // A literal address is never looked up, so the check at connect time would not see it. URL has already turned
  // 0x7f.1, 2130706433 and the like into dotted form.
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) && !isPublic(literal)) throw new OutboundError('refused', `${url.hostname}: not a public address`);
}

/** Public unicast only: no private, link-local, mapped (::ffff:), NAT64, 6to4 or Teredo address, which may lead inside. */
function isPublic(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.parse(address).range() === 'unicast';
}

/** Checks what the name resolves to as the socket is about to connect, so a second answer (rebinding) cannot slip in. */
const lookupPublic: LookupFunction = (hostname, options, callback) => {
  dnsLookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error) return callback(error, '', 0);
    const [first] = addresses;
    if (!first || addresses.some(({ address }) => !isPublic(address))) {
      return callback(new OutboundError('refused', `${hostname}: not a public address`), '', 0);
    }
    if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

function encodeBody(request: OutboundRequest): { body?: string; headers: Record<string, string> } {
  if (request.body === undefined) return { headers: { ...request.headers } };
  const isForm = request.body instanceof URLSearchParams;
  return {
    body: isForm ? request.body.toString() : JSON.stringify(request.body),
    headers: { 'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json', ...request.headers },
  };
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

async function readText(body: AsyncIterable<Buffer>, url: URL): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new OutboundError('too_large', `${url.hostname} answered with more than 20 MB`);
    chunks.push(chunk);
  }
  // Also drops a byte order mark.
  return new TextDecoder().decode(Buffer.concat(chunks));
}

function toOutboundError(error: unknown, url: URL, signal: AbortSignal | undefined): OutboundError {
  if (error instanceof OutboundError) return error;
  if (signal?.aborted) return new OutboundError('aborted', `The request to ${url.hostname} was stopped`);
  if (error instanceof errors.ConnectTimeoutError)
    return new OutboundError('connect', `${url.hostname} did not accept a connection in time`);
  if (
    error instanceof errors.HeadersTimeoutError ||
    error instanceof errors.BodyTimeoutError ||
    (error instanceof Error && error.name === 'TimeoutError')
  ) {
    return new OutboundError('timeout', `${url.hostname} did not answer in time`);
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (
    /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ERR_TLS_|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_SSL)/.test(
      code,
    )
  ) {
    return new OutboundError('connect', `${url.hostname} could not be reached (${code})`);
  }
  return new OutboundError('broken', `The connection to ${url.hostname} broke`);
}
