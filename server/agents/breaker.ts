/** One call that was let through. */
interface Attempt {
  /** How the server did. Not told: nothing is known of it. */
  tell(isWell: boolean): void;
  /** The call is over, however it went. */
  leave(): void;
}

/** After so many failures one after the other nobody waits for the server. */
const FAILURES_BEFORE_REST = 3;

/**
 * Keeps callers from waiting for a server that does not answer. Having rested it is tried by one call, and meanwhile the others are
 * turned away: they have something to go on with.
 */
export function createBreaker(restMs: number): { enter(): Attempt | null } {
  let failures = 0;
  let restsUntil = 0;
  let trial: object | null = null;
  return {
    enter() {
      const isResting = failures >= FAILURES_BEFORE_REST;
      if (isResting && (trial || performance.now() < restsUntil)) return null;
      const attempt: Attempt = {
        tell(isWell) {
          failures = isWell ? 0 : failures + 1;
          restsUntil = performance.now() + restMs;
        },
        leave() {
          if (trial === attempt) trial = null;
        },
      };
      if (isResting) trial = attempt;
      return attempt;
    },
  };
}
