/** The sandbox's time. At speed 1 it is the wall clock; faster, it lets an hour of limits pass in seconds. */
export interface Clock {
  /** Unix milliseconds, fractional. */
  now(): number;
  /** Resolves after that much sandbox time. */
  sleep(milliseconds: number): Promise<void>;
  /** Jumps forward at once (tests). */
  advance(milliseconds: number): void;
}

export function createClock(options: { speed?: number; start?: number } = {}): Clock {
  const speed = options.speed ?? 1;
  const startedAt = performance.now();
  let base = options.start ?? Date.now();
  return {
    now: () => base + (performance.now() - startedAt) * speed,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds / speed)),
    advance: (milliseconds) => {
      base += milliseconds;
    },
  };
}
