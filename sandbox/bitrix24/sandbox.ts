import type { Clock } from '../clock.ts';
import type { Ledger } from '../ledger.ts';
import type { WorldSize } from '../world/types.ts';
import type { FaultScript } from './fault-script.ts';
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
  /** What the portal takes for now, whole Unix seconds: the time that changes made in its name should carry. */
  now(): number;
  /**
   * Plays a script of faults from now on, in place of the one before.
   * @param onSignal called when a rule of the kind `signal` hits, before that request is answered
   * @throws ZodError when it is no script
   */
  playFaults(script: FaultScript, onSignal?: (name: string) => void): void;
  /** Ends all faults; hanging requests are cut and the port is open again. What was done to the world or the app stays. */
  stopFaults(): Promise<void>;
  /** How often each rule of the script being played has hit, in its order; empty when none is. */
  faultHits(): number[];
  /** Closes the portal's port and all its connections until `comeUp`: connections are refused. */
  goDown(): Promise<void>;
  /** Opens the same port again; does nothing when it is open. */
  comeUp(): Promise<void>;
}

export interface BitrixSandbox {
  authUrl: string;
  portals: SandboxPortal[];
  clock: Clock;
  ledger: Ledger;
  close(): Promise<void>;
}
