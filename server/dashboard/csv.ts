import type { Locale } from '../analytics/labels.ts';

/** A cell: text, or a number. `decimal` is a number as exact text. */
export type CsvCell = string | number | null | { decimal: string };

/** Excel takes a file for UTF-8 only when it begins with this. */
export const BOM = '\uFEFF';

/** How cells and decimals are separated. */
export interface CsvDialect {
  separator: ',' | ';';
  decimal: '.' | ',';
}

/** RFC 4180, which programs read. */
const STANDARD: CsvDialect = { separator: ',', decimal: '.' };
/** Where decimals have a comma, spreadsheets expect semicolons: a file with commas would be one column there. */
const CONTINENTAL: CsvDialect = { separator: ';', decimal: ',' };

/** What a spreadsheet takes for a table when a person of that language opens the file. */
export function dialectOf(locale: Locale): CsvDialect {
  return locale === 'en' ? STANDARD : CONTINENTAL;
}

/** What makes a spreadsheet calculate a cell. */
const FORMULA = '=+\\-@＝＋－＠';
const FORMULA_START = new RegExp(`^[${FORMULA}\\t\\r\\n]`);
/** Readers that split at another separator than the file's begin a cell behind it. */
const FORMULA_BEHIND: Record<CsvDialect['separator'], RegExp> = { ',': formulaBehind(';|'), ';': formulaBehind(',|') };
/** White space but for tab and line ends, and what is not seen. */
const LEADING = /^[^\S\t\r\n]*[\p{Default_Ignorable_Code_Point}\p{Z}\p{Cf}]*/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const GAPS = /[\t\r\n\u000b\u000c\u0085\u2028\u2029]+/g;
/** Most cells: no formula begins with a letter or a figure, and nothing here splits, quotes or is invisible. */
const PLAIN = /^[A-Za-z0-9\u0410-\u044f][A-Za-z0-9\u0410-\u044f _.:/()@-]*$/;
const DECIMAL = /^-?\d+(\.\d+)?$/;

/** One row of a CSV file, with its line end. No text in it can become a formula. */
export function csvRow(cells: readonly CsvCell[], dialect: CsvDialect = STANDARD): string {
  return `${cells.map((cell) => csvCell(cell, dialect)).join(dialect.separator)}\r\n`;
}

function formulaBehind(separators: string): RegExp {
  return new RegExp(`([${separators}]["'\\s\\p{Default_Ignorable_Code_Point}\\p{Z}\\p{Cf}]*)(?=[${FORMULA}])`, 'gu');
}

function csvCell(cell: CsvCell, { separator, decimal }: CsvDialect): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell).replace('.', decimal) : '';
  const text = typeof cell === 'string' ? cell : cell.decimal;
  const isNumber = typeof cell === 'object' && DECIMAL.test(text);
  return isNumber ? text.replace('.', decimal) : quote(disarm(text, separator));
}

/** Always quoted: a reader that splits at another separator then has fewer ways to begin a cell. */
function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

function disarm(text: string, separator: CsvDialect['separator']): string {
  if (PLAIN.test(text)) return text;
  const visible = text.replace(GAPS, ' ').replace(CONTROLS, '');
  const isFormula = FORMULA_START.test(text.replace(LEADING, '')) || FORMULA_START.test(visible.trim().replace(LEADING, ''));
  const split = visible.replace(FORMULA_BEHIND[separator], "$1'");
  return isFormula ? `'${split}` : split;
}

/** Value of a Content-Disposition header that saves a file under a name made of `title`. */
export function attachment(title: string): string {
  const clean = title.replace(/[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}"'*/:<>?\\|%;,]+/gu, ' ').replace(/[. ]+$|^[. ]+/g, '');
  const name = [...clean].slice(0, 80).join('').trim() || 'LeadRelay';
  const ascii =
    name
      .replace(/[^A-Za-z0-9._ -]+/g, '')
      .replace(/ +/g, ' ')
      .trim() || 'LeadRelay';
  const encoded = encodeURIComponent(name).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${ascii}.csv"; filename*=UTF-8''${encoded}.csv`;
}
