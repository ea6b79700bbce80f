import type { Clock } from '../clock.ts';
import type { Ledger } from '../ledger.ts';
import type { WorldSize } from '../world/types.ts';
import type { PortalSnapshot } from './snapshot.ts';
import type { AppCard, LimitOptions, PortalState } from './state.ts';

export interface PortalOptions {
  size: WorldSize;
  seed?: number;
  mode?: 'classic' | 'simple';
  language?: 'en' | 'ru' | 'uz';
  license?: string;
  /** 0 (default): a free port. */
  port?: number;
  limits?: Partial<LimitOptions>;
  /** The world's present when it is made, Unix seconds; default: the clock's. */
  now?: number;
  /** What was installed and issued when the portal was last up. */
  snapshot?: PortalSnapshot;
}

export interface SandboxOptions {
  app: AppCard;
  portals: PortalOptions[];
  clock?: Clock;
  /** 0 (default): a free port. */
  authPort?: number;
  host?: string;
}

export interface SandboxPortal {
  /** Origin, e.g. http://127.0.0.1:4010 */
  url: string;
  state: PortalState;
  /** Creates an inbound webhook of that user; returns its address with a trailing slash. */
  createWebhook(userId: number): string;
  /** Moves the portal to another port; the old one answers 302. */
  rename(): Promise<void>;
}

export interface BitrixSandbox {
  authUrl: string;
  portals: SandboxPortal[];
  clock: Clock;
  ledger: Ledger;
  close(): Promise<void>;
}
