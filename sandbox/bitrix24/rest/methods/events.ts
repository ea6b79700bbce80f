import { randomBytes } from 'node:crypto';
import type { Installation, OfflineEvent } from '../../state.ts';
import { adminRequired, RestError } from '../error.ts';
import { EVENT_CODES } from '../event-codes.ts';
import { compileFilter, type FilterField } from '../filter.ts';
import { createArraySource, listPage, type OrderTerm, PAGE_SIZE } from '../list.ts';
import { type Answer, type Call, type MethodTable, single } from '../method.ts';
import { isYes, toEntries, toInteger, toList, toText } from '../params.ts';
import { formatTime } from '../time.ts';

/** Bound of one reading of the offline queue; the documentation names none. */
const MAX_BATCH = 1000;
/** How long `clear=0` hides an event from other readers. */
const RESERVATION_SECONDS = 30 * 86_400;

export const EVENT_METHODS: MethodTable = {
  events: { scopes: [], run: listCodes },
  'event.bind': { scopes: [], appOnly: true, run: bind },
  'event.get': { scopes: [], appOnly: true, run: list },
  'event.unbind': { scopes: [], appOnly: true, run: unbind },
  'event.test': { scopes: [], appOnly: true, run: test },
  'event.offline.get': { scopes: [], appOnly: true, run: takeOffline },
  'event.offline.list': { scopes: [], appOnly: true, run: listOffline },
  'event.offline.clear': { scopes: [], appOnly: true, run: clearOffline },
  'event.offline.error': { scopes: [], appOnly: true, run: markOfflineErrors },
};

/** The app's installation on the portal. */
export function requireInstallation(call: Call): Installation {
  const { installation } = call.portal;
  if (!installation) throw new RestError(401, 'ERROR_OAUTH', 'Application not installed');
  return installation;
}

/** A handler must be a full http or https address. */
export function requireHandlerUrl(handler: string, emptyCode: string): void {
  if (handler === '') throw new RestError(400, emptyCode, 'Handler URL is not specified');
  const protocol = URL.parse(handler)?.protocol;
  if (protocol === undefined) throw new RestError(400, 'ERROR_WRONG_HANDLER_URL', 'Wrong handler URL');
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new RestError(400, 'ERROR_UNSUPPORTED_PROTOCOL', 'Unsupported event handler protocol');
  }
}

function listCodes(call: Call): Answer {
  const scope = call.params.scope === undefined ? null : toText(call.params.scope);
  const { scopes } = call.caller;
  const open = (name: string): boolean => name === '' || isYes(call.params.full) || scopes === null || scopes.has(name);
  const codes = [...EVENT_CODES].flatMap(([name, events]) => (open(name) && (scope === null || scope === name) ? events : []));
  return { result: codes, records: codes.length };
}

interface BindingParams {
  event: string;
  handler: string;
  authType: number;
  offline: boolean;
}

function readBinding(call: Call, verb: 'binding' | 'unbinding'): BindingParams {
  const event = toText(call.params.event).toUpperCase();
  const offline = toText(call.params.event_type).toLowerCase() === 'offline';
  const authType = toInteger(call.params.auth_type, 0);
  const { user } = call.caller;
  if (offline && !user.isAdmin) throw adminRequired(`Access denied! Offline events ${verb} requires administrator access rights`);
  if (authType !== 0 && authType !== user.id && !user.isAdmin) {
    throw adminRequired(`Access denied! Event ${verb} with AUTH_TYPE requires administrator access rights`);
  }
  return { event, handler: offline ? '' : toText(call.params.handler), authType, offline };
}

function bind(call: Call): Answer {
  const binding = readBinding(call, 'binding');
  const { scopes } = call.caller;
  const known = [...EVENT_CODES].some(
    ([scope, events]) =>
      (scope === '' || scopes === null || scopes.has(scope)) && events.includes(binding.event.replace(/_\d+$/, '')),
  );
  if (!known) throw new RestError(400, 'ERROR_EVENT_NOT_FOUND', 'Event not found');
  if (!binding.offline) requireHandlerUrl(binding.handler, 'EMPTY_ERROR_HANDLER_URL');
  const { events } = requireInstallation(call);
  if (events.some((one) => isSameBinding(one, binding))) {
    throw new RestError(400, 'ERROR_CORE', 'Unable to set event handler: Handler already binded');
  }
  events.push(binding);
  return single(true);
}

function list(call: Call): Answer {
  const { user } = call.caller;
  const rows = requireInstallation(call)
    .events.filter((binding) => user.isAdmin || binding.authType === user.id)
    .map(({ event, handler, authType, offline }) => ({
      event,
      handler,
      auth_type: String(authType),
      offline: offline ? 1 : 0,
    }));
  return { result: rows, records: rows.length };
}

/** Without auth_type every binding of the handler goes; `auth_type=0` takes those of default rights. */
function unbind(call: Call): Answer {
  const binding = readBinding(call, 'unbinding');
  const installation = requireInstallation(call);
  const anyAuth = call.params.auth_type === undefined;
  const kept = installation.events.filter(
    (one) =>
      one.event !== binding.event ||
      one.handler !== binding.handler ||
      one.offline !== binding.offline ||
      !(anyAuth || one.authType === binding.authType),
  );
  const count = installation.events.length - kept.length;
  installation.events = kept;
  return single({ count });
}

const isSameBinding = (left: BindingParams, right: BindingParams): boolean =>
  left.event === right.event &&
  left.handler === right.handler &&
  left.offline === right.offline &&
  left.authType === right.authType;

/** Sends ONAPPTEST; what the call carried reaches the handler as data. */
function test(call: Call): Answer {
  const sent: Record<string, string> = {};
  for (const [name, value] of Object.entries(call.params)) if (name !== 'auth') sent[name] = toText(value);
  call.portal.onChange?.('ONAPPTEST', sent, { byRobot: false });
  return single(1);
}

function requireOfflineQueue(call: Call): Installation {
  if (!call.caller.user.isAdmin) throw adminRequired();
  const installation = requireInstallation(call);
  for (const event of installation.offlineEvents) {
    if (event.processId !== null && call.now >= (event.reservedUntil ?? Infinity)) event.processId = null;
  }
  return installation;
}

const OFFLINE_FIELDS: ReadonlyMap<string, FilterField<OfflineEvent>> = new Map<string, FilterField<OfflineEvent>>([
  ['ID', { compare: 'number', isId: true, read: (event) => event.id }],
  ['TIMESTAMP_X', { compare: 'time', read: (event) => event.timestamp }],
  ['EVENT_NAME', { compare: 'text', read: (event) => event.event }],
  ['MESSAGE_ID', { compare: 'text', read: (event) => event.messageId }],
  ['PROCESS_ID', { compare: 'text', read: (event) => event.processId }],
  ['ERROR', { compare: 'number', read: (event) => (event.error ? 1 : 0) }],
]);

function queryOffline(call: Call, events: OfflineEvent[], defaultOrder: string, start: number) {
  const filter = compileFilter<OfflineEvent>(call.params.filter, {
    resolve: (name) => OFFLINE_FIELDS.get(name.toUpperCase()) ?? null,
    onUnknown: () => {},
    offsetMinutes: call.portal.utcOffsetMinutes,
  });
  const entries = toEntries(call.params.order) ?? [];
  const order = (entries.length > 0 ? entries : [[defaultOrder, 'ASC'] as const]).flatMap(
    ([name, direction]): OrderTerm<OfflineEvent>[] => {
      const field = OFFLINE_FIELDS.get(name.toUpperCase());
      if (!field) return [];
      const descending = toText(direction).toUpperCase() === 'DESC';
      return [{ descending, read: field.isId ? null : (event) => toOrderKey(field.read(event)) }];
    },
  );
  return listPage(createArraySource(events), { filter, order, start });
}

const toOrderKey = (value: unknown): string | number | null =>
  typeof value === 'string' || typeof value === 'number' ? value : null;

/**
 * Takes events out of the queue: `clear=1` (the default) deletes them, `clear=0` reserves them under a process id for 30 days, so
 * that parallel readers get disjoint sets. Events that a process marked as failed are read again with `error=1`.
 */
function takeOffline(call: Call): Answer {
  const installation = requireOfflineQueue(call);
  const { params } = call;
  const limit = Math.min(MAX_BATCH, Math.max(1, toInteger(params.limit, PAGE_SIZE)));
  const wantErrors = isYes(params.error);
  const waiting = installation.offlineEvents.filter((event) => event.processId === null && event.error === wantErrors);
  const taken: OfflineEvent[] = [];
  for (let start: number | undefined = 0; start !== undefined && taken.length < limit; ) {
    const page = queryOffline(call, waiting, 'TIMESTAMP_X', start);
    taken.push(...page.rows);
    start = page.next;
  }
  taken.splice(limit);
  const clear = params.clear === undefined || isYes(params.clear);
  const processId = clear ? null : toText(params.process_id) || randomBytes(16).toString('hex');
  const events = taken.map((event) => showOffline(call, event));
  if (clear) {
    const gone = new Set(taken);
    installation.offlineEvents = installation.offlineEvents.filter((event) => !gone.has(event));
  } else {
    for (const event of taken) Object.assign(event, { processId, reservedUntil: call.now + RESERVATION_SECONDS });
  }
  return { result: { process_id: taken.length === 0 ? null : processId, events }, records: events.length };
}

function listOffline(call: Call): Answer {
  const { offlineEvents } = requireOfflineQueue(call);
  const page = queryOffline(call, offlineEvents, 'ID', toInteger(call.params.start, 0));
  const result = page.rows.map((event) => ({
    ...showOffline(call, event),
    PROCESS_ID: event.processId ?? '',
    ERROR: event.error ? '1' : '0',
  }));
  return { result, total: page.total, ...(page.next === undefined ? {} : { next: page.next }), records: result.length };
}

/** Deletes what a process has finished: all of its events, or those named. */
function clearOffline(call: Call): Answer {
  const installation = requireOfflineQueue(call);
  const isDone = reservedBy(call, installation);
  installation.offlineEvents = installation.offlineEvents.filter((event) => !isDone(event));
  return single(true);
}

/** Marks events of a process as failed; they stay out of the ordinary reads. */
function markOfflineErrors(call: Call): Answer {
  const installation = requireOfflineQueue(call);
  const isFailed = reservedBy(call, installation);
  for (const event of installation.offlineEvents) {
    if (isFailed(event)) Object.assign(event, { error: true, processId: null });
  }
  return single(true);
}

function reservedBy(call: Call, installation: Installation): (event: OfflineEvent) => boolean {
  const { params } = call;
  const processId = toText(params.process_id);
  if (processId === '') throw new RestError(400, 'PROCESS_ID_NOT_FOUND', 'Process ID not found');
  const known = installation.offlineEvents.some((event) => event.processId === processId);
  if (!known) return () => false;
  const ids = new Set(toList(params.id).map((id) => toInteger(id, 0)));
  const messages = new Set(toList(params.message_id).map(toText));
  const all = ids.size === 0 && messages.size === 0;
  return (event) => event.processId === processId && (all || ids.has(event.id) || messages.has(event.messageId));
}

function showOffline(call: Call, event: OfflineEvent): Record<string, unknown> {
  return {
    ID: String(event.id),
    TIMESTAMP_X: formatTime(event.timestamp, call.portal.utcOffsetMinutes),
    EVENT_NAME: event.event,
    EVENT_DATA: event.fields === null ? false : { FIELDS: event.fields },
    EVENT_ADDITIONAL: false,
    MESSAGE_ID: event.messageId,
  };
}
