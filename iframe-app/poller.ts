/** The visibility of the page, as `document` tells it. */
export interface PageVisibility {
  isHidden(): boolean;
  /** Calls back whenever the page is shown again; returns how to stop that. */
  onShown(callback: () => void): () => void;
}

export interface Timers {
  /** Runs a callback later; returns how to cancel it. */
  after(ms: number, callback: () => void): () => void;
}

/**
 * Runs a task again and again while the page is visible, one run at a time. A hidden page costs nothing; shown again, it is brought
 * up to date at once.
 * @param task answers the milliseconds until its next run, null to end the polling. It must not reject.
 * @returns how to stop
 */
export function startPolling(task: () => Promise<number | null>, page: PageVisibility, timers: Timers): () => void {
  let stopped = false;
  let running = false;
  let cancelTimer = () => {};

  async function run(): Promise<void> {
    if (stopped || running || page.isHidden()) return;
    running = true;
    cancelTimer();
    const delayMs = await task();
    running = false;
    if (delayMs === null) stop();
    else if (!stopped) cancelTimer = timers.after(delayMs, run);
  }

  function stop(): void {
    stopped = true;
    cancelTimer();
    forgetPage();
  }

  const forgetPage = page.onShown(run);
  run();
  return stop;
}

export const documentVisibility = {
  isHidden: () => document.hidden,
  onShown: (callback: () => void) => onVisibility('visible', callback),
  onHidden: (callback: () => void) => onVisibility('hidden', callback),
};

function onVisibility(state: DocumentVisibilityState, callback: () => void): () => void {
  const listener = () => {
    if (document.visibilityState === state) callback();
  };
  document.addEventListener('visibilitychange', listener);
  return () => document.removeEventListener('visibilitychange', listener);
}

export const browserTimers: Timers = {
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
