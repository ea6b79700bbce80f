import { createFaultPlayer, type FaultRequest } from '../../faults.ts';
import type { Delivery, HttpReply } from '../../faulty-http.ts';
import { RawJson } from '../../raw-json.ts';
import { type Fault, type FaultScript, type FaultWhat, isLasting, isOfCall, parseFaultScript } from '../fault-script.ts';
import type { Operating } from '../limits.ts';
import type { PortalState, TokenPair } from '../state.ts';
import { RestError } from './error.ts';
import { entityOf, idsOf, lastRowOf, reshapeAnswer } from './faulty-rows.ts';
import { gatewayError, htmlPage } from './foreign-pages.ts';
import { type Params, parseCommand, toEntries, toText } from './params.ts';
import type { Outcome } from './runner.ts';
import { formatTime, parseTime } from './time.ts';

/** The documentation's example of the limit: what a blocked method says it has used, where the portal has none of its own. */
const OPERATING_SECONDS = 480;

/** What faults do beyond answers. */
export interface FaultHooks {
  /** Removes the app from the portal. */
  uninstall(clean: boolean): void;
  /** Moves the portal to another port. @returns its new origin */
  move(): Promise<string>;
  /** The portal's port refuses connections for that much sandbox time. */
  closePort(seconds: number): void;
  /** A rule of the kind `signal` has hit. */
  signal(name: string): void;
}

/** A script that is being played on a portal. */
export interface PortalFaults {
  /**
   * Counts a request, at the REST API or at the authorization server, and says what goes wrong with it.
   * @param path where it was sent, with its query
   */
  open(method: string, params: Params, path: string): Promise<RequestFaults>;
  /** The account of a method that a fault has blocked; null: it is not blocked. Unix seconds of true time. */
  operatingOf(method: string, now: number): Operating | null;
  /** How often each rule has hit, in the script's order. */
  hits(): number[];
  /** Puts right what can be put right; requests that hang are cut. */
  stop(): void;
}

/** What goes wrong with one request. */
export interface RequestFaults {
  /** Kinds of all that has hit so far. */
  readonly kinds: readonly string[];
  /** What is answered without running anything; null: the request runs. Status 0: nothing is. */
  readonly refusal: { fault: FaultWhat; reply: RestError | HttpReply } | null;
  readonly delivery: Delivery | null;
  /** Sandbox milliseconds before the answer. */
  readonly delayMs: number;
  /** @throws RestError when a fault ends the token here */
  useToken(pair: TokenPair, now: number): void;
  /** Runs one call, or what a fault makes of it. @throws RestError */
  runCall(call: { name: string; params: Params; position: number }, run: () => Outcome): Outcome;
  /** The JSON text of an answer. */
  render(body: Record<string, unknown>): string;
}

type Refusal = RequestFaults['refusal'];

/** @throws ZodError when the script is none */
export function createPortalFaults(script: FaultScript, portal: PortalState, hooks: FaultHooks): PortalFaults {
  const player = createFaultPlayer(parseFaultScript(script), portal.clock, { isOfCall, isLasting });
  const soundOffset = portal.utcOffsetMinutes;
  /** When blocked methods are open again, Unix seconds. */
  const blocks = new Map<string, number>();
  /** Last record of the page that a list gave last. */
  const lastRows = new Map<string, Record<string, unknown>>();
  const stopped = Promise.withResolvers<void>();

  function setState(faults: readonly FaultWhat[]): void {
    portal.clockSkewSeconds = find(faults, 'clockSkew')?.seconds ?? 0;
    portal.utcOffsetMinutes = find(faults, 'zone')?.utcOffsetMinutes ?? soundOffset;
  }

  function act(fault: FaultWhat): void {
    if (fault.kind === 'revoke' && portal.installation) hooks.uninstall(fault.clean);
    if (fault.kind === 'signal') hooks.signal(fault.name);
    if (fault.kind === 'newField') addField(portal, fault);
    if (fault.kind === 'refuseConnections' && fault.portClosedSeconds !== undefined) hooks.closePort(fault.portClosedSeconds);
  }

  function operatingOf(method: string, now: number): Operating | null {
    const resetAt = blocks.get(method);
    if (resetAt === undefined || resetAt <= now) return null;
    return { operating: portal.limits.operatingSeconds ?? OPERATING_SECONDS, resetAt };
  }

  setState(player.standing());

  return {
    async open(method, params, path) {
      const hits = player.request(toFaultRequest(method, params));
      const { whole } = hits;
      // The authorization server has a clock of its own.
      if (!method.includes('/')) setState(whole);
      for (const fault of whole) act(fault);
      const kinds = whole.map(({ kind }) => kind as string);
      const moved = find(whole, 'redirect')?.to === null ? await hooks.move() : null;
      const refusal = refuse(whole, method, (to) => `${to ?? moved}${path}`);
      const expiry = find(whole, 'expireToken');
      let expiredFrom = Infinity;

      return {
        kinds,
        refusal,
        delivery: toDelivery(refusal === null ? whole : [refusal.fault, ...whole.filter(cutsAnswers)], stopped.promise),
        delayMs: refusal?.fault.kind === 'serverError' ? refusal.fault.afterSeconds * 1000 : 0,
        useToken(pair, now) {
          if (!expiry) return;
          pair.accessExpires = Math.min(pair.accessExpires, Math.floor(now));
          if (method !== 'batch' || expiry.atCommand === 1) throw expiredToken();
          expiredFrom = expiry.atCommand - 1;
        },
        runCall({ name, params: sent, position }, run) {
          if (position >= expiredFrom) throw expiredToken();
          const call = { name, params: sent, entity: entityOf(name, sent) };
          const note = (faults: FaultWhat[]) => {
            kinds.push(...faults.map(({ kind }) => kind));
            return faults;
          };
          if (operatingOf(name, portal.clock.now() / 1000)) {
            kinds.push('operationTimeLimit');
            throw operationLimit();
          }
          const before = note(hits.call(position));
          const block = find(before, 'operationTimeLimit');
          if (block) {
            blocks.set(name, Math.floor(portal.clock.now() / 1000) + block.seconds);
            throw operationLimit();
          }
          throwError(before);
          const outcome = run();
          const faults = before.concat(note(hits.answer(position, idsOf(outcome.answer.result))));
          throwError(faults);
          const list = `${name} ${call.entity}`;
          const answer = reshapeAnswer(outcome.answer, faults, call, lastRows.get(list) ?? null);
          const last = lastRowOf(answer.result);
          if (last) lastRows.set(list, last);
          if (!find(faults, 'noAnswer')) return { ...outcome, answer };
          return { ...outcome, answer: { ...answer, result: undefined }, silent: true };
        },
        render: (body) => (find(whole, 'bom') ? '\uFEFF' : '') + JSON.stringify(shapeBody(body, whole, portal.utcOffsetMinutes)),
      };
    },
    operatingOf,
    hits: player.hits,
    stop() {
      setState([]);
      stopped.resolve();
    },
  };
}

const find = <Kind extends FaultWhat['kind']>(faults: readonly FaultWhat[], kind: Kind): Fault<Kind> | undefined =>
  faults.find((fault): fault is Fault<Kind> => fault.kind === kind);

function toFaultRequest(method: string, params: Params): FaultRequest {
  const sent = method === 'batch' ? (toEntries(params.cmd) ?? []) : [];
  const commands = sent.map(([, command]) => {
    const { name, params: ofCommand } = parseCommand(toText(command));
    return { method: name, entity: entityOf(name, ofCommand) };
  });
  return { method, entity: entityOf(method, params), commands };
}

/** @param locate the address to redirect to, at that origin */
function refuse(faults: readonly FaultWhat[], method: string, locate: (to: string | null) => string): Refusal {
  for (const fault of faults) {
    const reply = toRefusal(fault, method, locate);
    if (reply) return { fault, reply };
  }
  return null;
}

const expiredToken = () => new RestError(401, 'expired_token', 'The access token provided has expired');
const operationLimit = () => new RestError(429, 'OPERATION_TIME_LIMIT', 'Method is blocked due to operation time limit.');

/** An answer that never comes has no status. */
const NOTHING: HttpReply = { status: 0, headers: {}, body: '' };

function toRefusal(fault: FaultWhat, method: string, locate: (to: string | null) => string): RestError | HttpReply | null {
  switch (fault.kind) {
    case 'queryLimit':
      return new RestError(503, 'QUERY_LIMIT_EXCEEDED', 'Too many requests');
    case 'overload':
      return new RestError(503, 'OVERLOAD_LIMIT', 'REST API is blocked due to overload.');
    case 'planRequired':
      return new RestError(403, 'ACCESS_DENIED', 'REST API is available only on commercial plans');
    case 'portalDeleted':
      return new RestError(500, 'PORTAL_DELETED', 'Portal was deleted');
    case 'paymentRequired':
      return method === 'oauth/token' ? new RestError(402, 'PAYMENT_REQUIRED', 'Payment required') : null;
    case 'refuse':
      return new RestError(fault.status, fault.error, fault.description);
    case 'serverError':
      return fault.status === 500
        ? new RestError(500, 'INTERNAL_SERVER_ERROR', 'Internal server error')
        : gatewayError(fault.status);
    case 'html':
      return htmlPage(fault.page, fault.status);
    case 'redirect':
      return { status: 302, headers: { location: locate(fault.to) }, body: '' };
    case 'hang':
    case 'refuseConnections':
      return NOTHING;
    default:
      return null;
  }
}

/** Faults that may befall any answer, also a refusal. */
const cutsAnswers = ({ kind }: FaultWhat): boolean => ['drip', 'reset', 'truncate', 'wrongLength'].includes(kind);

function toDelivery(faults: readonly FaultWhat[], stopped: Promise<void>): Delivery | null {
  for (const fault of faults) {
    switch (fault.kind) {
      case 'hang':
        return { kind: 'hang', seconds: fault.seconds ?? null, stopped };
      case 'refuseConnections':
        return { kind: 'refuse' };
      case 'drip':
      case 'reset':
      case 'truncate':
      case 'wrongLength':
        return fault;
    }
  }
  return null;
}

function throwError(faults: readonly FaultWhat[]): void {
  const fault = find(faults, 'commandError');
  if (!fault) return;
  const error = new RestError(fault.status, fault.error, fault.description);
  error.halts = fault.halt;
  throw error;
}

function addField({ world }: PortalState, { entity, code, label, type }: Fault<'newField'>): void {
  if (world.customFields.some((field) => field.entity === entity && field.code === code)) return;
  world.customFields.push({ entity, code, label, type, multiple: false, items: [] });
}

function shapeBody(body: Record<string, unknown>, faults: readonly FaultWhat[], offsetMinutes: number): Record<string, unknown> {
  const format = find(faults, 'timeFormat');
  const maps = find(faults, 'emptyMaps');
  let shaped = body;
  if (format) {
    const { time, ...rest } = body;
    const shapedTime = format.timeBlock ? reformatTimes(time, format.offset, offsetMinutes) : time;
    shaped = { ...(reformatTimes(rest, format.offset, offsetMinutes) as Record<string, unknown>), time: shapedTime };
  }
  if (maps && typeof shaped.result === 'object' && shaped.result !== null) {
    shaped = { ...shaped, result: replaceEmptyMaps(shaped.result, maps.as) };
  }
  return shaped;
}

function replaceEmptyMaps(result: object, as: Fault<'emptyMaps'>['as']): Record<string, unknown> {
  const isEmpty = (value: unknown) => Array.isArray(value) && value.length === 0;
  return Object.fromEntries(
    Object.entries(result).flatMap(([name, value]) => {
      if (!isEmpty(value)) return [[name, value]];
      return as === 'absent' ? [] : [[name, as === 'object' ? {} : null]];
    }),
  );
}

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/;

/** The same moments, written otherwise, wherever they are. The time blocks of a batch's commands count as results. */
function reformatTimes(value: unknown, offset: Fault<'timeFormat'>['offset'], offsetMinutes: number): unknown {
  if (typeof value === 'string' && MOMENT.test(value)) {
    if (offset === 'none') return value.slice(0, 19);
    const time = parseTime(value, offsetMinutes);
    return time === null ? value : formatTime(time, 0).replace('+00:00', 'Z');
  }
  if (typeof value !== 'object' || value === null || value instanceof RawJson) return value;
  if (Array.isArray(value)) return value.map((one) => reformatTimes(one, offset, offsetMinutes));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, reformatTimes(one, offset, offsetMinutes)]));
}
