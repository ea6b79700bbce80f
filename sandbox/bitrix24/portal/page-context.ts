import type { WorldUser } from '../../world/types.ts';
import type { Installation, Placement, PortalState } from '../state.ts';
import type { PortalDeps } from './deps.ts';
import { type MessageKey, translate } from './messages.ts';

/** One request to the portal, by one of its users. */
export interface PageContext {
  portal: PortalState;
  deps: PortalDeps;
  user: WorldUser;
  url: URL;
  /** The page is shown in a slider over another page: no menu around it. */
  inSlider: boolean;
  /** Path of the portal's page the user came from; null when from elsewhere. */
  cameFrom: string | null;
  t(key: MessageKey, values?: Record<string, string>): string;
}

export function createContext(
  portal: PortalState,
  deps: PortalDeps,
  request: { user: WorldUser; url: URL; cameFrom: string | null },
): PageContext {
  return {
    portal,
    deps,
    ...request,
    inSlider: request.url.searchParams.get('IFRAME') === 'Y',
    t: (key, values) => translate(portal.language, key, values),
  };
}

/** The installation as far as this user may know of it: null without access to the app. */
export function visibleInstallation({ portal, user }: PageContext): Installation | null {
  const { installation } = portal;
  return installation && !installation.deniedUsers.has(user.id) ? installation : null;
}

/** Widgets bound to that place. There are none for anybody before the installation is finished. */
export function visiblePlacements(context: PageContext, code: string): Placement[] {
  const installation = visibleInstallation(context);
  return installation?.installed ? installation.placements.filter(({ placement }) => placement === code) : [];
}

/** Title of a widget in the portal's language, else in English, else as bound, else the app's name. */
export function placementTitle({ portal, deps }: PageContext, { title, langAll }: Placement): string {
  return langAll[portal.language]?.TITLE || langAll.en?.TITLE || title || deps.app.title;
}

export function fullName(user: { name: string; lastName: string }): string {
  return `${user.name} ${user.lastName}`.trim();
}
