import { type ReadonlySignal, signal } from '@preact/signals';

/** Whether the server can be reached, as far as the page knows without asking. */
export interface Connection {
  isLost: ReadonlySignal<boolean>;
  /** `fetch` that takes note of what becomes of it. */
  fetch: typeof fetch;
}

/** What a window tells of its network. */
interface NetworkWindow {
  isOnLine: () => boolean;
  /** Calls back whenever the browser has lost its network, and when it has it again. */
  onChange: (callback: () => void) => void;
}

/** One request that fails is a server that restarts, and the next is half a second away: two in a row are a connection that is gone. */
const LOST_AFTER = 2;

/**
 * Lost at once when the browser says so, or with the second request in a row that nothing answers; there again only with an
 * answer, so that what is said of it does not come and go.
 */
export function createConnection(send: typeof fetch, network: NetworkWindow): Connection {
  const isLost = signal(!network.isOnLine());
  let failures = 0;
  network.onChange(() => {
    if (!network.isOnLine()) isLost.value = true;
  });
  return {
    isLost,
    async fetch(...request) {
      try {
        const response = await send(...request);
        failures = 0;
        isLost.value = false;
        return response;
      } catch (error) {
        // What somebody has given up says nothing; what has waited too long does.
        if (!(error instanceof DOMException && error.name === 'AbortError')) failures += 1;
        if (failures >= LOST_AFTER) isLost.value = true;
        throw error;
      }
    },
  };
}

export const browserNetwork: NetworkWindow = {
  isOnLine: () => navigator.onLine,
  onChange(callback) {
    window.addEventListener('offline', callback);
    window.addEventListener('online', callback);
  },
};
