import { portalNow } from '../portal-time.ts';
import type { AppCard, PortalState, TokenPair } from '../state.ts';
import type { PortalDeps } from './deps.ts';

/** How long a portal waits for a handler's answer, real time. */
const HANDLER_TIMEOUT_MS = 10_000;

type FormValue = string | number | { [key: string]: FormValue };

export interface PortalEvent {
  event: string;
  /** Absent on the events of the app's own life. */
  handlerId?: number;
  data: Record<string, FormValue>;
  auth: Record<string, FormValue>;
}

/**
 * POSTs one event to a handler, form-encoded. There are no retries: a handler that fails or does not answer has missed the event,
 * so this never throws.
 */
export async function postEvent(portal: PortalState, handler: string, event: PortalEvent): Promise<void> {
  const body = encodeForm({
    event: event.event,
    ...(event.handlerId === undefined ? {} : { event_handler_id: event.handlerId }),
    data: event.data,
    ts: Math.floor(portalNow(portal)),
    auth: event.auth,
  });
  try {
    const response = await fetch(handler, {
      method: 'POST',
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(HANDLER_TIMEOUT_MS),
    });
    await response.body?.cancel();
  } catch {
    // Lost, as on a real portal.
  }
}

/** What every event tells about where it comes from, and the token by which the app knows that it does. */
export function portalAuth(portal: PortalState, deps: PortalDeps): Record<string, string> {
  return { domain: portal.domain, ...endpointsOf(portal, deps), member_id: portal.memberId };
}

/** The rest of `auth` when the event comes with access to the portal; without the refresh token. */
export function accessAuth(deps: PortalDeps, tokens: TokenPair): Record<string, string> {
  return {
    access_token: tokens.accessToken,
    expires_in: '3600',
    scope: deps.app.scopes.join(','),
    status: appStatus(deps.app),
  };
}

/** Addresses of the authorization server and of the portal's REST, with a trailing slash. */
export function endpointsOf(portal: PortalState, deps: PortalDeps): { server_endpoint: string; client_endpoint: string } {
  return { server_endpoint: new URL('/rest/', deps.authUrl).href, client_endpoint: `http://${portal.domain}/rest/` };
}

/** Licence state Bitrix24 reports for an app: local apps are L, published ones without a price F. */
export function appStatus(app: AppCard): 'L' | 'F' {
  return app.clientId.startsWith('local.') ? 'L' : 'F';
}

/** Nested values as PHP writes them in a form: `data[FIELDS][ID]=5`. Empty objects vanish. */
function encodeForm(fields: Record<string, FormValue>): URLSearchParams {
  const form = new URLSearchParams();
  const add = (name: string, value: FormValue): void => {
    if (typeof value !== 'object') form.append(name, String(value));
    else for (const [key, inner] of Object.entries(value)) add(`${name}[${key}]`, inner);
  };
  for (const [name, value] of Object.entries(fields)) add(name, value);
  return form;
}
