import { randomBytes } from 'node:crypto';
import { EVENT_DELAY_MS } from '../events.ts';
import type { Installation, PortalState } from '../state.ts';
import type { PortalDeps } from './deps.ts';
import { accessAuth, type PortalEvent, portalAuth, postEvent } from './event-post.ts';

/** Options that outlive an uninstall without "delete settings and data". */
const keptSettings = new WeakMap<PortalState, Pick<Installation, 'appOptions' | 'userOptions'>>();

/*
 * Each step changes the portal at once and returns a promise of its event: resolved when the event was posted to the app card's
 * event handler, or lost. A page answers without waiting for it, as the real portal's event queue does.
 */

/**
 * An administrator installs the app. With an installer page the installation stays unfinished, invisible to ordinary users, until
 * finishInstall; without one it is finished at once.
 * @throws Error when the app is installed already or the user may not install
 */
export function installApp(portal: PortalState, deps: PortalDeps, userId: number): Promise<void> {
  if (portal.installation) throw new Error('The app is installed on this portal already.');
  const user = portal.world.users.find(({ id }) => id === userId);
  if (!user?.active || !user.isAdmin) throw new Error('Only an administrator of the portal can install the app.');
  const kept = keptSettings.get(portal);
  keptSettings.delete(portal);
  portal.installation = {
    applicationToken: newApplicationToken(),
    installed: false,
    version: deps.app.version,
    placements: [],
    events: [],
    offlineEvents: [],
    appOptions: kept?.appOptions ?? {},
    userOptions: kept?.userOptions ?? new Map(),
    deniedUsers: new Set(),
    installedBy: userId,
  };
  return deps.app.installerUrl === '' ? finishInstall(portal, deps) : Promise.resolve();
}

/** The installer page called installFinish: the app goes live and is told ONAPPINSTALL. Does nothing on a finished installation. */
export function finishInstall(portal: PortalState, deps: PortalDeps): Promise<void> {
  const installation = installationOf(portal);
  if (installation.installed) return Promise.resolve();
  installation.installed = true;
  return sendWithAccess(portal, deps, installation, 'ONAPPINSTALL', {
    VERSION: installation.version,
    ACTIVE: 'Y',
    INSTALLED: 'Y',
  });
}

/**
 * Moves the installation to the version of the app's card. Handlers and placements go: each version sets its own.
 * @param options `newApplicationToken`: the portal makes a new one (default false). `runInstaller`: the installation becomes
 * unfinished and the installer page runs again (default false); Bitrix24 does not document whether it does, so apps must bear both.
 */
export function updateApp(
  portal: PortalState,
  deps: PortalDeps,
  options: { newApplicationToken?: boolean; runInstaller?: boolean } = {},
): Promise<void> {
  const installation = installationOf(portal);
  const previousVersion = installation.version;
  installation.version = deps.app.version;
  installation.placements = [];
  installation.events = [];
  if (options.newApplicationToken) installation.applicationToken = newApplicationToken();
  if (options.runInstaller) installation.installed = false;
  return sendWithAccess(portal, deps, installation, 'ONAPPUPDATE', {
    VERSION: installation.version,
    PREVIOUS_VERSION: previousVersion,
  });
}

/** Removes the app: its tokens stop working at once. `clean`: the administrator ticked "delete settings and data". */
export function uninstallApp(portal: PortalState, deps: PortalDeps, { clean }: { clean: boolean }): Promise<void> {
  const { applicationToken, appOptions, userOptions } = installationOf(portal);
  if (!clean) keptSettings.set(portal, { appOptions, userOptions });
  portal.installation = null;
  deps.revokeTokens(portal);
  return send(portal, deps, {
    event: 'ONAPPUNINSTALL',
    data: { LANGUAGE_ID: portal.language, CLEAN: clean ? 1 : 0 },
    auth: { ...portalAuth(portal, deps), application_token: applicationToken },
  });
}

/** The state of the app's licence changed: `status` as in app.info (F, D, T, P, S), `days` left, negative when over. */
export function notifyPayment(
  portal: PortalState,
  deps: PortalDeps,
  payment: { status: string; expired: boolean; days: number },
): Promise<void> {
  const installation = installationOf(portal);
  return send(portal, deps, {
    event: 'ONAPPPAYMENT',
    data: {
      CODE: deps.app.clientId,
      VERSION: installation.version,
      STATUS: payment.status,
      PAYMENT_EXPIRED: payment.expired ? 'Y' : 'N',
      DAYS: payment.days,
      LANGUAGE_ID: portal.language,
    },
    // This event alone comes without the application token.
    auth: portalAuth(portal, deps),
  });
}

function installationOf(portal: PortalState): Installation {
  if (!portal.installation) throw new Error('The app is not installed on this portal.');
  return portal.installation;
}

/** 32 hexadecimal digits, the form Bitrix24 gives them. */
function newApplicationToken(): string {
  return randomBytes(16).toString('hex');
}

function sendWithAccess(
  portal: PortalState,
  deps: PortalDeps,
  installation: Installation,
  event: string,
  data: Record<string, string | number>,
): Promise<void> {
  const tokens = deps.issueTokens(portal, installation.installedBy);
  return send(portal, deps, {
    event,
    data: { ...data, LANGUAGE_ID: portal.language },
    auth: {
      ...accessAuth(deps, tokens),
      ...portalAuth(portal, deps),
      refresh_token: tokens.refreshToken,
      expires: tokens.accessExpires,
      user_id: tokens.userId,
      application_token: installation.applicationToken,
    },
  });
}

async function send(portal: PortalState, deps: PortalDeps, event: PortalEvent): Promise<void> {
  if (deps.app.eventHandlerUrl === '') return;
  await portal.clock.sleep(EVENT_DELAY_MS);
  await postEvent(portal, deps.app.eventHandlerUrl, event);
}
