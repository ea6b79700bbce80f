/*
 * How the oracle writes values, so that two that mean the same are the same text. It follows what is documented of the copy's
 * tables (prisma/schema.prisma, server/crm/records.ts) and shares no code with the product that fills them.
 */

/** What a text column may hold; a longer text is cut at a character. */
const MAX_TEXT_BYTES = 64 * 1024;

/** null for no text. PostgreSQL keeps neither NUL nor half a surrogate pair: U+FFFD stands there instead. */
export function toText(value: string | null): string | null {
  return value === null || value === '' ? null : toStorable(value);
}

export function toStorable(text: string): string {
  const clean = text.replaceAll('\0', '\uFFFD').toWellFormed();
  // No unit of UTF-16 takes more than three bytes of UTF-8.
  if (clean.length * 3 <= MAX_TEXT_BYTES) return clean;
  const bytes = Buffer.from(clean);
  if (bytes.length <= MAX_TEXT_BYTES) return clean;
  let end = MAX_TEXT_BYTES;
  // Bytes 10xxxxxx go on with a character that has begun.
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}

/** The id of another record; 0 is none. */
export function toId(id: number): string | null {
  return id === 0 ? null : String(id);
}

/** `2026-06-15T09:00:00Z`; 0 is never. */
export function toMoment(unixSeconds: number): string | null {
  if (unixSeconds === 0) return null;
  const day = Math.floor(unixSeconds / DAY_SECONDS);
  const second = unixSeconds - day * DAY_SECONDS;
  const [hours, minutes] = [Math.floor(second / 3_600), Math.floor(second / 60) % 60];
  return `${toDay(day)}T${TWO_DIGITS[hours]}:${TWO_DIGITS[minutes]}:${TWO_DIGITS[second % 60]}Z`;
}

const DAY_SECONDS = 86_400;
const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
/** Millions of moments fall on some thousands of days, and writing one of them with Date takes microseconds. */
const days = new Map<number, string>();

function toDay(day: number): string {
  const known = days.get(day);
  if (known !== undefined) return known;
  const written = new Date(day * DAY_SECONDS * 1_000).toISOString().slice(0, 10);
  days.set(day, written);
  return written;
}

/** A decimal without leading and trailing zeros: `15000.00` -> `15000`, `-0.50` -> `-0.5`. Anything else stays as it is. */
export function toDecimal(text: string): string {
  const match = /^(-?)0*(\d+?)(?:\.(\d*?)0*)?$/.exec(text);
  if (!match) return text;
  const [, sign, whole, fraction] = match;
  const digits = fraction ? `${whole}.${fraction}` : whole;
  return digits === '0' ? '0' : `${sign}${digits}`;
}

/** JSON with sorted keys at every depth. */
export function toCanonicalJson(value: unknown): string {
  return JSON.stringify(sortKeys(value));
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]));
}
