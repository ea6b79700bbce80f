import type { AppCard, PortalState, TokenPair } from '../state.ts';

/** What the portal's pages and event delivery need from the rest of the sandbox. */
export interface PortalDeps {
  app: AppCard;
  /** Origin of the authorization server, e.g. http://127.0.0.1:4000 */
  authUrl: string;
  /** A fresh token pair of that user for the app on that portal. */
  issueTokens(portal: PortalState, userId: number): TokenPair;
  /** Every token of the app on that portal stops working at once (uninstall). */
  revokeTokens(portal: PortalState): void;
  /** One-time authorization code, good for 30 seconds of sandbox time. */
  issueCode(portal: PortalState, userId: number): string;
}
