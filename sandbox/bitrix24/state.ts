import type { Clock } from '../clock.ts';
import type { Ledger } from '../ledger.ts';
import type { World } from '../world/types.ts';
import type { PortalFaults } from './rest/faulty.ts';

/** The app's card at the vendor: what a developer registers once, the same for every portal. */
export interface AppCard {
  clientId: string;
  clientSecret: string;
  title: string;
  scopes: string[];
  applicationUrl: string;
  installerUrl: string;
  eventHandlerUrl: string;
  version: number;
}

export interface Placement {
  placement: string;
  handler: string;
  title: string;
  description: string;
  langAll: Record<string, { TITLE?: string; DESCRIPTION?: string; GROUP_NAME?: string }>;
}

export interface EventBinding {
  /** Upper case. */
  event: string;
  /** '' for offline bindings. */
  handler: string;
  authType: number;
  offline: boolean;
}

export interface OfflineEvent {
  id: number;
  /** Sandbox time, Unix seconds. */
  timestamp: number;
  event: string;
  /** null where Bitrix24 says false. */
  fields: Record<string, string | number> | null;
  messageId: string;
  processId: string | null;
  /** When the reservation by that process ends, Unix seconds. */
  reservedUntil?: number;
  error: boolean;
}

/** One installation of the app on one portal. */
export interface Installation {
  applicationToken: string;
  /** True once the frame called installFinish. */
  installed: boolean;
  version: number;
  placements: Placement[];
  events: EventBinding[];
  offlineEvents: OfflineEvent[];
  appOptions: Record<string, string>;
  userOptions: Map<number, Record<string, string>>;
  /** Users the administrator shut out of the app. */
  deniedUsers: Set<number>;
  installedBy: number;
}

export interface TokenPair {
  accessToken: string;
  refreshToken: string;
  userId: number;
  memberId: string;
  clientId: string;
  /** Sandbox time, Unix seconds. */
  accessExpires: number;
  refreshExpires: number;
  revoked: boolean;
}

export interface LimitOptions {
  /** null: no rate bucket. */
  rate: { drainPerSecond: number; burst: number } | null;
  /** null: operating time is reported, never enforced. */
  operatingSeconds: number | null;
  /** What a page of 50 costs in operating time, seconds. */
  pageCost: number;
  /** Answers take as long as the operating time they cost, sandbox time. Default false: they come at once. */
  answerDelay?: boolean;
}

export interface PortalState {
  memberId: string;
  /** host:port under which the portal is served now; a rename changes it. */
  domain: string;
  /** Old addresses that answer 302. */
  formerDomains: string[];
  /** The app's paid period is over: the authorization server issues no tokens. */
  paymentRequired?: boolean;
  world: World;
  clock: Clock;
  ledger: Ledger;
  /** LICENSE of app.info, e.g. `ru_std`, `de_ent10000`. */
  license: string;
  language: 'en' | 'ru' | 'uz';
  limits: LimitOptions;
  /** Offset of the portal server's output, minutes east of UTC. */
  utcOffsetMinutes: number;
  /** How far the portal's own clock is ahead of `clock`. */
  clockSkewSeconds: number;
  /** What goes wrong at present; null: nothing. */
  faults: PortalFaults | null;
  installation: Installation | null;
  tokens: Set<TokenPair>;
  /** Inbound webhooks: secret -> user id. */
  webhooks: Map<string, number>;
  /**
   * Told of each change so that events can be sent. `byRobot`: events then carry no tokens. `userId`: who made the change, whose
   * tokens events carry; default the user who installed the app.
   */
  onChange:
    | ((event: string, fields: Record<string, string | number>, options: { byRobot: boolean; userId?: number }) => void)
    | null;
}
