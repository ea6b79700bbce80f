import type { PortalState } from './state.ts';

/** What the portal takes for now, Unix seconds with fraction: its clock may be wrong. Limits and tokens go by the true time. */
export const portalNow = ({ clock, clockSkewSeconds }: Pick<PortalState, 'clock' | 'clockSkewSeconds'>): number =>
  clock.now() / 1000 + clockSkewSeconds;
