import { createHash } from 'node:crypto';
import type { PortalDeps } from './portal/deps.ts';
import { accessAuth, type PortalEvent, portalAuth, postEvent } from './portal/event-post.ts';
import { portalNow } from './portal-time.ts';
import type { EventBinding, Installation, PortalState, TokenPair } from './state.ts';

/** A portal hands events to a central queue first, so a handler hears of a change this much sandbox time later. */
export const EVENT_DELAY_MS = 500;
/** ONOFFLINEEVENT is sent at most once in this much sandbox time: the default of its `minTimeout`. */
const OFFLINE_SIGNAL_DELAY_MS = 1000;
/** A burst of changes must not open a connection for each; slow handlers delay the rest, as on a real portal. */
const LANES = 8;
/** A token pair is given to handlers again while it has this long to live, so that a burst does not mint thousands. */
const REUSE_TOKENS_SECONDS = 1800;

export interface EventDelivery {
  /** Resolves when every event queued up to now has been posted or dropped. */
  settled(): Promise<void>;
  /** Drops what is queued and hears of no further changes. */
  stop(): void;
}

/**
 * Sends the portal's changes to the handlers bound to them: takes over `portal.onChange`. Online bindings get a POST, late, once,
 * and only while the app is installed; offline bindings collect in `installation.offlineEvents`, one record for each object and event.
 */
export function connectEvents(portal: PortalState, deps: PortalDeps): EventDelivery {
  const lanes: Promise<void>[] = Array.from({ length: LANES }, () => Promise.resolve());
  const handlerIds = new WeakMap<EventBinding, number>();
  const reusable = new Map<number, TokenPair>();
  let queued = 0;
  let lastHandlerId = 0;
  let lastOfflineId = 0;
  let signalPending = false;
  let stopped = false;

  function enqueue(delayMs: number, send: () => Promise<void>): void {
    const dueAt = portal.clock.now() + delayMs;
    const lane = queued++ % LANES;
    lanes[lane] = (lanes[lane] ?? Promise.resolve()).then(async () => {
      if (!stopped) await portal.clock.sleep(Math.max(0, dueAt - portal.clock.now()));
      if (!stopped) await send();
    });
  }

  function handlerId(binding: EventBinding): number {
    const known = handlerIds.get(binding);
    if (known !== undefined) return known;
    handlerIds.set(binding, ++lastHandlerId);
    return lastHandlerId;
  }

  function tokensOf(userId: number): TokenPair {
    const kept = reusable.get(userId);
    if (kept && !kept.revoked && kept.accessExpires - portal.clock.now() / 1000 > REUSE_TOKENS_SECONDS) return kept;
    const fresh = deps.issueTokens(portal, userId);
    reusable.set(userId, fresh);
    return fresh;
  }

  function post(installation: Installation, binding: EventBinding, data: PortalEvent['data'], userId: number | null) {
    // Removed or bound anew since the change: its tokens are dead and nobody waits for it.
    if (portal.installation !== installation || !installation.events.includes(binding)) return Promise.resolve();
    const access = userId === null ? {} : accessAuth(deps, tokensOf(userId));
    const auth = { ...access, ...portalAuth(portal, deps), application_token: installation.applicationToken };
    return postEvent(portal, binding.handler, { event: binding.event, handlerId: handlerId(binding), data, auth });
  }

  function keepOffline(installation: Installation, event: string, fields: Record<string, string | number>): void {
    const messageId = createHash('md5')
      .update(`${event}|${fields.ID ?? ''}`)
      .digest('hex');
    const timestamp = Math.floor(portalNow(portal));
    // A record that a process has reserved or given up on is out of sight: the change must reach the next reader.
    const waiting = installation.offlineEvents.find(
      (kept) => kept.messageId === messageId && kept.processId === null && !kept.error,
    );
    if (waiting) Object.assign(waiting, { timestamp, fields });
    else
      installation.offlineEvents.push({
        id: ++lastOfflineId,
        timestamp,
        event,
        fields,
        messageId,
        processId: null,
        error: false,
      });
  }

  function signalOffline(installation: Installation): void {
    const bindings = installation.events.filter((binding) => !binding.offline && sameEvent(binding.event, 'ONOFFLINEEVENT'));
    if (bindings.length === 0 || signalPending) return;
    signalPending = true;
    enqueue(OFFLINE_SIGNAL_DELAY_MS, async () => {
      signalPending = false;
      if (portal.installation !== installation) return;
      // The one event besides the installation's that brings a refresh token.
      const tokens = deps.issueTokens(portal, installation.installedBy);
      const auth = {
        ...accessAuth(deps, tokens),
        ...portalAuth(portal, deps),
        refresh_token: tokens.refreshToken,
        application_token: installation.applicationToken,
      };
      await Promise.all(
        bindings.map((binding) =>
          postEvent(portal, binding.handler, { event: binding.event, handlerId: handlerId(binding), data: {}, auth }),
        ),
      );
    });
  }

  portal.onChange = (event, fields, { byRobot, userId }) => {
    const installation = portal.installation;
    if (!installation?.installed) return;
    const bindings = installation.events.filter((binding) => sameEvent(binding.event, event));
    for (const binding of bindings) {
      if (binding.offline) continue;
      const actor = byRobot ? null : (userId ?? installation.installedBy);
      // event.test echoes what the app sent with it; all others name an object.
      const data = sameEvent(event, 'ONAPPTEST') ? { QUERY: fields, LANGUAGE_ID: portal.language } : { FIELDS: fields };
      enqueue(EVENT_DELAY_MS, () => post(installation, binding, data, binding.authType === 0 ? actor : binding.authType));
    }
    if (!bindings.some((binding) => binding.offline)) return;
    keepOffline(installation, event.toUpperCase(), fields);
    signalOffline(installation);
  };

  return {
    settled: async () => {
      await Promise.all(lanes);
    },
    stop: () => {
      stopped = true;
      portal.onChange = null;
    },
  };
}

function sameEvent(left: string, right: string): boolean {
  return left.toUpperCase() === right.toUpperCase();
}
