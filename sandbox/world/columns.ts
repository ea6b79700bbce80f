import { at, type Random } from './random.ts';

export type Column = Uint8Array | Uint16Array | Int32Array | Uint32Array | Float64Array;

/** A dictionary index that stands for "no value". */
export const NONE = 255;

/** Ascending ids with the gaps that deleted records leave: single ones often, a whole import now and then. */
export function idsWithGaps(random: Random, count: number): Int32Array {
  const ids = new Int32Array(count);
  let id = 0;
  for (let index = 0; index < count; index++) {
    id += 1;
    if (random.chance(0.06)) id += random.between(1, 3);
    if (random.chance(0.0005)) id += random.between(20, 80);
    ids[index] = id;
  }
  return ids;
}

/** Indexes in the order of their times (each within 15 years after the first), equal times in their own order. */
export function timeOrder(times: Uint32Array): Uint32Array {
  const first = times.reduce((earliest, time) => Math.min(earliest, time), 2 ** 32);
  // Time and index packed into one float: sorting a Float64Array without a comparator is several times faster.
  const keys = Float64Array.from(times, (time, index) => (time - first) * 2 ** 24 + index).sort();
  return Uint32Array.from(keys, (key) => key % 2 ** 24);
}

/** How many of the ascending values are ≤ limit. */
export function countUpTo(values: ArrayLike<number>, limit: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(values, middle) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
