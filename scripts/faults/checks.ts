/** What one fault was tried for. Everything is checked before anything is reported: one fault often breaks several promises. */
export interface Checks {
  /** What was not as it has to be, one sentence each. */
  readonly failures: string[];
  that(isSo: boolean, otherwise: string): void;
  equal(what: string, actual: unknown, expected: unknown): void;
  /** Seconds that something took. Told, not judged: how busy the machine is decides with. */
  readonly measured: ReadonlyMap<string, number>;
  measure(what: string, ms: number): void;
}

export function createChecks(): Checks {
  const failures: string[] = [];
  const measured = new Map<string, number>();
  return {
    failures,
    measured,
    measure(what, ms) {
      measured.set(what, Math.max(measured.get(what) ?? 0, Math.round(ms / 100) / 10));
    },
    that(isSo, otherwise) {
      if (!isSo) failures.push(otherwise);
    },
    equal(what, actual, expected) {
      const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
      if (is !== should) failures.push(`${what}: ${is} instead of ${should}`);
    },
  };
}
