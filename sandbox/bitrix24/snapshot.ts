import type { Installation, PortalState, TokenPair } from './state.ts';
import type { TokenStore } from './tokens.ts';

/** What a portal must remember to be the same after a restart, as plain JSON. Changes to records are not part of it. */
export interface PortalSnapshot {
  installation:
    | (Omit<Installation, 'userOptions' | 'deniedUsers'> & {
        userOptions: [number, Record<string, string>][];
        deniedUsers: number[];
      })
    | null;
  tokens: TokenPair[];
  webhooks: [string, number][];
}

export function takeSnapshot(portal: PortalState): PortalSnapshot {
  const { installation, tokens, webhooks } = portal;
  return {
    installation: installation && {
      ...installation,
      userOptions: [...installation.userOptions],
      deniedUsers: [...installation.deniedUsers],
    },
    tokens: [...tokens],
    webhooks: [...webhooks],
  };
}

export function applySnapshot(portal: PortalState, store: TokenStore, snapshot: PortalSnapshot): void {
  const { installation } = snapshot;
  portal.installation = installation && {
    ...installation,
    userOptions: new Map(installation.userOptions),
    deniedUsers: new Set(installation.deniedUsers),
  };
  for (const pair of snapshot.tokens) store.restore(portal, pair);
  for (const [secret, userId] of snapshot.webhooks) portal.webhooks.set(secret, userId);
}
