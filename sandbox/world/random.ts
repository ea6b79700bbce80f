/** A well mixed 32-bit number for up to three inputs: what is derived from an id, not drawn in order, comes from here. */
export function hash(a: number, b = 0, c = 0): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x7f4a7c15, 0xc2b2ae35) ^ Math.imul(c + 0x165667b1, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return (h ^ (h >>> 15)) >>> 0;
}

/** The element at an index that is known to be inside; a RangeError otherwise. */
export function at<T>(list: ArrayLike<T>, index: number): T {
  const value = list[index];
  if (value === undefined) throw new RangeError(`Index ${index} is outside of a list of ${list.length}.`);
  return value;
}

/** The element a hash points to. */
export function pick<T>(list: ArrayLike<T>, hashed: number): T {
  return at(list, hashed % list.length);
}

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [from, to]. */
  between(from: number, to: number): number;
  chance(probability: number): boolean;
  /** Standard normal. */
  normal(): number;
  /** Log-normal around a median: what waiting times and amounts look like. */
  around(median: number, sigma: number): number;
  /** Index drawn in proportion to the weights. */
  weighted(weights: ArrayLike<number>): number;
}

/** A stream of random numbers (sfc32), the same for the same seed. */
export function createRandom(seed: number): Random {
  let a = hash(seed, 1) | 0;
  let b = hash(seed, 2) | 0;
  let c = hash(seed, 3) | 0;
  let counter = 1;
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
  // Box–Muller; 1 - next() keeps the logarithm finite.
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return {
    next,
    normal,
    between: (from, to) => from + Math.floor(next() * (to - from + 1)),
    chance: (probability) => next() < probability,
    around: (median, sigma) => median * Math.exp(sigma * normal()),
    weighted(weights) {
      let total = 0;
      for (let index = 0; index < weights.length; index++) total += at(weights, index);
      let left = next() * total;
      for (let index = 0; index < weights.length - 1; index++) {
        left -= at(weights, index);
        if (left < 0) return index;
      }
      return weights.length - 1;
    },
  };
}
