import { type ReadonlySignal, signal } from '@preact/signals';
import type { Host } from '../../host.ts';

export interface InstallModel {
  /** `done`: the portal was told and is about to load the app; `left`: it did not, so this page goes on by itself. */
  state: ReadonlySignal<'connecting' | 'done' | 'left' | 'failed'>;
  /** Tells the portal that the installation is done. Safe to repeat after `failed`. */
  finish(): Promise<void>;
}

/** The portal loads the app's own page after the installation; one that has not by then will not. */
const PORTAL_RELOAD_MS = 6_000;

export function createInstall(deps: { host: Pick<Host, 'finishInstall'>; wait: (ms: number) => Promise<void> }): InstallModel {
  const state = signal<'connecting' | 'done' | 'left' | 'failed'>('connecting');
  return {
    state,
    async finish() {
      state.value = 'connecting';
      try {
        await deps.host.finishInstall();
      } catch {
        state.value = 'failed';
        return;
      }
      state.value = 'done';
      await deps.wait(PORTAL_RELOAD_MS);
      state.value = 'left';
    },
  };
}
