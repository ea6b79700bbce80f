import { randomBytes } from 'node:crypto';
import type { Installation } from '../state.ts';
import type { FrameRequest } from './app-frame.ts';
import { appStatus, endpointsOf } from './event-post.ts';
import { type PageContext, visibleInstallation } from './page-context.ts';

/** Everything the browser needs to open an app in a frame and to speak for the portal with it. */
interface AppLaunch {
  sid: string;
  /** The frame's name: the app learns from it who its parent is. */
  frameName: string;
  /** Where the form is posted, query included. */
  url: string;
  form: Record<string, string>;
  /** The answer to getInitData. */
  init: Record<string, unknown>;
  /** Answer to getInterface. */
  interface: { command: string[]; event: string[] };
}

export type LaunchResult = { ok: true; launch: AppLaunch } | { ok: false; reason: 'notInstalled' | 'denied' | 'notFinished' };

/** Users who have opened an installation's app before; a new installation starts anew. */
const launchedBy = new WeakMap<Installation, Set<number>>();

/** Opens the app for this user: fresh tokens of theirs, a new session id, the installer's address until the installation is finished. */
export function launchApp(context: PageContext, request: FrameRequest): LaunchResult {
  const { portal, deps, user } = context;
  if (!portal.installation) return { ok: false, reason: 'notInstalled' };
  const installation = visibleInstallation(context);
  if (!installation) return { ok: false, reason: 'denied' };
  const address = handlerOf(context, installation, request);
  if (address === null) return { ok: false, reason: 'notFinished' };

  const sid = randomBytes(16).toString('hex');
  const auth = freshAuth(context);
  const url = new URL(address);
  const query = { DOMAIN: portal.domain, PROTOCOL: '0', LANG: portal.language, APP_SID: sid };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const isTab = request.placement.endsWith('_DETAIL_TAB');
  return {
    ok: true,
    launch: {
      sid,
      frameName: `${portal.domain}|0|${sid}`,
      url: url.href,
      form: {
        ...auth,
        SERVER_ENDPOINT: endpointsOf(portal, deps).server_endpoint,
        APPLICATION_TOKEN: installation.applicationToken,
        APPLICATION_SCOPE: deps.app.scopes.join(','),
        member_id: portal.memberId,
        status: appStatus(deps.app),
        PLACEMENT: request.placement,
        PLACEMENT_OPTIONS: phpJson(request.options),
      },
      init: {
        DOMAIN: portal.domain,
        PROTOCOL: '0',
        PATH: '/rest',
        LANG: portal.language,
        ...auth,
        MEMBER_ID: portal.memberId,
        IS_ADMIN: user.isAdmin,
        APP_OPTIONS: installation.appOptions,
        USER_OPTIONS: installation.userOptions.get(user.id) ?? {},
        PLACEMENT: request.placement,
        PLACEMENT_OPTIONS: request.options,
        INSTALL: !installation.installed,
        FIRST_RUN: !launchedBy.get(installation)?.has(user.id),
      },
      interface: { command: isTab ? ['reloadData'] : [], event: [] },
    },
  };
}

/** The frame reported its first start by this user (setInstall). */
export function rememberLaunch(installation: Installation, userId: number): void {
  const users = launchedBy.get(installation);
  if (users) users.add(userId);
  else launchedBy.set(installation, new Set([userId]));
}

/** A new token pair of the user, as frames get it: at the start and from refreshAuth. */
export function freshAuth({ portal, deps, user }: PageContext): { AUTH_ID: string; AUTH_EXPIRES: string; REFRESH_ID: string } {
  const tokens = deps.issueTokens(portal, user.id);
  return { AUTH_ID: tokens.accessToken, AUTH_EXPIRES: '3600', REFRESH_ID: tokens.refreshToken };
}

/** Null when this user has to wait for the end of the installation, or nothing is bound there. */
function handlerOf({ deps, user }: PageContext, installation: Installation, { placement, handler }: FrameRequest): string | null {
  if (placement === 'DEFAULT') {
    if (installation.installed) return deps.app.applicationUrl;
    return user.isAdmin ? deps.app.installerUrl : null;
  }
  const bound = installation.placements.some((widget) => widget.placement === placement && widget.handler === handler);
  return bound && installation.installed ? handler : null;
}

/** JSON as PHP's json_encode writes it: slashes escaped, everything beyond ASCII as \uXXXX. */
function phpJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('/', '\\/')
    .replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
