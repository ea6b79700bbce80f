import type { CatalogName } from '../../../contract/catalog.ts';

/** Longer names may differ by one letter, if no other name is as near. Two make another name: `lostLeads`, `lostDeals`. */
const LEAST_CHARS = 6;
/** As long as a name of a chart's config can be. */
const MAX_CHARS = 64;

/**
 * The name of the catalog that is meant: as it stands there, as it is called, or as it was nearly written (`owner_id`, `Assignee`
 * for `assignee`, `wonvalue`).
 * @param all names of the whole catalog: what is one of them is no slip
 * @returns null where none is, or it could be several
 */
export function matchName(said: string, names: readonly CatalogName[], all: readonly CatalogName[]): string | null {
  if (said.length > MAX_CHARS) return null;
  const exact = names.find(({ name }) => name === said);
  if (exact) return exact.name;
  const plain = toPlain(said);
  const alike = names.filter(({ name, label }) => toPlain(name) === plain || toPlain(label) === plain);
  if (alike.length > 0) return alike.length === 1 ? (alike[0]?.name ?? null) : null;
  if (plain.length < LEAST_CHARS || all.some(({ name }) => toPlain(name) === plain)) return null;
  const near = names.filter(({ name }) => toPlain(name).length >= LEAST_CHARS && countSlips(plain, toPlain(name)) === 1);
  return near.length === 1 ? (near[0]?.name ?? null) : null;
}

function toPlain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
    .replace(/id$/, '');
}

/** Letters to add, leave out or replace (Levenshtein). */
function countSlips(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
