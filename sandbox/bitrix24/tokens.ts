import { randomBytes } from 'node:crypto';
import type { PortalState, TokenPair } from './state.ts';

export const ACCESS_SECONDS = 3600;
const REFRESH_SECONDS = 180 * 86_400;
const CODE_SECONDS = 30;

interface Issued {
  portal: PortalState;
  pair: TokenPair;
}

/** Tokens and one-time codes of every portal, as the authorization server keeps them. */
export interface TokenStore {
  issue(portal: PortalState, userId: number): TokenPair;
  /** Ends all tokens of the app on the portal. */
  revoke(portal: PortalState): void;
  issueCode(portal: PortalState, userId: number): string;
  /** What an access token belongs to, whatever its state; undefined when there never was one. */
  findAccess(accessToken: string): Issued | undefined;
  /** Uses up a code; null when unknown, used or older than 30 s. */
  takeCode(code: string): { portal: PortalState; userId: number } | null;
  /** Whom a refresh token belongs to; undefined when unknown, used or older than 180 days. */
  peekRefresh(refreshToken: string): Issued | undefined;
  /** What a refresh token belongs to, whatever its state; undefined when there never was one. */
  findRefresh(refreshToken: string): Issued | undefined;
  /** Uses up a pair's refresh token. The access token lives on to its own end. */
  useRefresh(pair: TokenPair): void;
  /** Takes in a pair that an earlier sandbox issued for this portal. */
  restore(portal: PortalState, pair: TokenPair): void;
}

export function createTokenStore(clientId: string): TokenStore {
  const byAccess = new Map<string, Issued>();
  const byRefresh = new Map<string, Issued>();
  const codes = new Map<string, { portal: PortalState; userId: number; expires: number }>();

  const secondsOf = (portal: PortalState): number => Math.floor(portal.clock.now() / 1000);

  function restore(portal: PortalState, pair: TokenPair): void {
    portal.tokens.add(pair);
    byAccess.set(pair.accessToken, { portal, pair });
    byRefresh.set(pair.refreshToken, { portal, pair });
  }

  return {
    issue(portal, userId) {
      const now = secondsOf(portal);
      const pair: TokenPair = {
        accessToken: randomBytes(35).toString('hex'),
        refreshToken: randomBytes(35).toString('hex'),
        userId,
        memberId: portal.memberId,
        clientId,
        accessExpires: now + ACCESS_SECONDS,
        refreshExpires: now + REFRESH_SECONDS,
        revoked: false,
      };
      restore(portal, pair);
      return pair;
    },
    revoke(portal) {
      for (const pair of portal.tokens) pair.revoked = true;
    },
    issueCode(portal, userId) {
      const code = randomBytes(16).toString('hex');
      codes.set(code, { portal, userId, expires: secondsOf(portal) + CODE_SECONDS });
      return code;
    },
    findAccess: (accessToken) => byAccess.get(accessToken),
    takeCode(code) {
      const kept = codes.get(code);
      codes.delete(code);
      return kept && kept.expires > secondsOf(kept.portal) ? kept : null;
    },
    peekRefresh(refreshToken) {
      const issued = byRefresh.get(refreshToken);
      return issued && issued.pair.refreshExpires > secondsOf(issued.portal) ? issued : undefined;
    },
    findRefresh: (refreshToken) => byRefresh.get(refreshToken),
    useRefresh(pair) {
      pair.refreshExpires = 0;
    },
    restore,
  };
}
