import { Decimal } from 'decimal.js';
import type { RecordProblem } from '../../../contract/sync.ts';

/**
 * Single values of Bitrix24, made safe for PostgreSQL. Each reader returns null for "no value" and calls `note` when there
 * was one that could not be used.
 */
export type Note = (problem: RecordProblem) => void;

const MAX_TEXT_BYTES = 64 * 1024;
/** Codes and ids stand in index entries, which PostgreSQL limits to about 2,700 bytes for all columns together. */
const MAX_CODE_CHARS = 200;
/** numeric(20, 4): sixteen digits before the point. */
const MAX_INTEGER_DIGITS = 16;
const EARLIEST = Date.UTC(1970, 0, 1);
const LATEST = Date.UTC(2101, 0, 1);

/** PostgreSQL stores neither NUL nor half a surrogate pair. */
export function cleanText(text: string, note: Note): string {
  const clean = text.toWellFormed().replaceAll('\0', '\uFFFD');
  // A UTF-16 unit takes at most three bytes, so short texts need no counting.
  if (clean.length * 3 <= MAX_TEXT_BYTES) return clean;
  const bytes = Buffer.from(clean);
  if (bytes.length <= MAX_TEXT_BYTES) return clean;
  note('text_cut');
  // The cut may go through a character; what is left of it is dropped.
  return bytes
    .subarray(0, MAX_TEXT_BYTES)
    .toString()
    .replace(/\uFFFD+$/, '');
}

export function readText(value: unknown, note: Note): string | null {
  if (value === null || value === undefined || value === '') return null;
  if (typeof value === 'string') return cleanText(value, note);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  note('not_text');
  return null;
}

/** A code or id, as given: `007` stays `007`. */
export function readCode(value: unknown, note: Note): string | null {
  const text = readText(value, note);
  if (text === null || text.length <= MAX_CODE_CHARS) return text;
  note('code_too_long');
  return null;
}

/** The id of another record; Bitrix24 writes 0 for none. */
export function readLink(value: unknown, note: Note): string | null {
  const id = readCode(value, note);
  return id === '0' ? null : id;
}

export function readCurrency(value: unknown, note: Note): string | null {
  return readCode(value, note)?.trim().toUpperCase() || null;
}

/** A decimal string that fits numeric(20, 4). Never goes through a float: `9007199254740993.01` keeps its cents. */
export function readMoney(value: unknown, note: Note): string | null {
  if (value === null || value === undefined || value === '') return null;
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || !/^[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d{1,4})?$/.test(text)) {
    note('not_an_amount');
    return null;
  }
  const isPlain = /^-?\d{1,15}(?:\.\d{1,4})?$/.test(text);
  const amount = isPlain ? text : new Decimal(text).toFixed(4);
  if (!isPlain && amount.replace(/^-|\..*$/g, '').length > MAX_INTEGER_DIGITS) {
    note('amount_out_of_range');
    return null;
  }
  return amount;
}

const MOMENT = /^(\d{4}-\d{2}-(\d{2}))[T ](\d{2}:\d{2}:\d{2}(?:\.\d+)?)(Z|[+-]\d{2}:?\d{2})?$/;

/**
 * ISO 8601 in UTC. Moments outside 1970–2100 and days that do not exist are no moments.
 * @param portalOffset what a moment without an offset is meant in, e.g. `+03:00`
 */
export function readTime(value: unknown, portalOffset: string, note: Note): string | null {
  if (value === null || value === undefined || value === '') return null;
  const match = typeof value === 'string' ? MOMENT.exec(value) : null;
  if (!match) {
    note('not_a_moment');
    return null;
  }
  const [, date = '', day = '', clock = '', offset = portalOffset] = match;
  const time = Date.parse(`${date}T${clock}${offset.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2')}`);
  // Date.parse turns 30 February into 1 March.
  if (!(time >= EARLIEST && time < LATEST) || (Number(day) > 28 && new Date(`${date}T00:00:00Z`).getUTCDate() !== Number(day))) {
    note('moment_out_of_range');
    return null;
  }
  return new Date(time).toISOString();
}
