/**
 * A type guard for one shape of a reply. Together they parse what the server sends at the app's border.
 * The contract's zod schemas would do the same for 26 kB gzip, a quarter of what may load before the first chart; `replies.test.ts`
 * holds these against them. Fields they do not name are let through: a newer server may send more.
 */
export type Check<T> = (value: unknown) => value is T;

export const isString: Check<string> = (value) => typeof value === 'string';
export const isBoolean: Check<boolean> = (value) => typeof value === 'boolean';
export const isTrue: Check<true> = (value) => value === true;
export const isNumber: Check<number> = (value): value is number => typeof value === 'number' && Number.isFinite(value);
/** An ISO 8601 moment. */
export const isMoment: Check<string> = (value): value is string => typeof value === 'string' && !Number.isNaN(Date.parse(value));

export function nullable<T>(check: Check<T>): Check<T | null> {
  return (value): value is T | null => value === null || check(value);
}

export function optional<T>(check: Check<T>): Check<T | undefined> {
  return (value): value is T | undefined => value === undefined || check(value);
}

export function arrayOf<T>(check: Check<T>): Check<T[]> {
  return (value): value is T[] => Array.isArray(value) && value.every(check);
}

/** One of the words that are the table's keys; a table, because the compiler then misses no word of a union. */
export function oneOf<T extends string>(words: Record<T, true>): Check<T> {
  return (value): value is T => typeof value === 'string' && Object.hasOwn(words, value);
}

export function either<A, B>(first: Check<A>, second: Check<B>): Check<A | B> {
  return (value): value is A | B => first(value) || second(value);
}

/** An object with at least these fields. */
export function objectOf<T extends object>(fields: { [K in keyof T]-?: Check<T[K]> }): Check<T> {
  const checks = Object.entries<Check<unknown>>(fields);
  return (value): value is T =>
    typeof value === 'object' && value !== null && checks.every(([name, check]) => check(Reflect.get(value, name)));
}
