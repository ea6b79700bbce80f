/** A word of a question with the forms it may stand for: as it was written and without endings. */
export interface Word {
  text: string;
  stems: ReadonlySet<string>;
}

const APOSTROPHES = /[‘’ʻʼ`´′']/g;
const NOT_A_WORD = /[^\p{L}\p{N}’]+/u;

/** The words of a text in their order; case, punctuation and the kind of apostrophe mean nothing. */
export function toWords(text: string): Word[] {
  const plain = text.normalize('NFC').toLowerCase().replaceAll('ё', 'е').replace(APOSTROPHES, '’');
  return plain
    .split(NOT_A_WORD)
    .map((word) => word.replace(/^’+|’+$/g, ''))
    .filter((word) => word !== '')
    .map((word) => ({ text: word, stems: stemsOf(word) }));
}

/**
 * Whether `phrase` stands in `words` from `start` on, in whatever form.
 * @param slips whether long words may differ by one slip of the finger: in names it would take one person for another
 */
export function matchesAt(words: readonly Word[], start: number, phrase: readonly Word[], slips: 'slips' | 'exact'): boolean {
  return phrase.every((one, index) => {
    const word = words[start + index];
    return word !== undefined && (isForm(word, one) || (slips === 'slips' && isSlip(word.text, one.text)));
  });
}

function isForm(a: Word, b: Word): boolean {
  for (const stem of a.stems) if (b.stems.has(stem)) return true;
  return false;
}

function isSlip(a: string, b: string): boolean {
  return a.length >= LONG && b.length >= LONG && isOneSlip(a, b);
}

/** Shorter words are too much like others: a slip makes leads of deals. */
const LONG = 7;
/** What has to remain of a word. */
const SHORTEST_STEM = 3;

const RUSSIAN_ENDING =
  /(?:иями|ями|ами|ией|иям|иях|ого|его|ому|ему|ыми|ими|ов|ев|ей|ой|ом|ем|ах|ях|ам|ям|ый|ий|ая|яя|ое|ее|ые|ие|ых|их|ую|юю|ым|им|ию|ия|ии|ы|и|а|я|у|ю|е|о|ь)$/u;
const UZBEK_ENDING = /(?:lar)?(?:imiz|ingiz|im|ing|i|si)?(?:ning|ni|ga|dan|da)?$/u;
const ENGLISH_ENDINGS = [
  [/ies$/, 'y'],
  [/s$/, ''],
] as const;

function stemsOf(word: string): ReadonlySet<string> {
  const stems = new Set([word]);
  const add = (stem: string) => {
    if (stem.length >= SHORTEST_STEM) stems.add(stem);
  };
  if (/\p{Script=Cyrillic}/u.test(word)) {
    add(word.replace(RUSSIAN_ENDING, ''));
    // сделок is of сделки.
    add(word.replace(/[ое]к$/u, 'к'));
  } else if (/^[a-z’]+$/.test(word)) {
    for (const [ending, instead] of ENGLISH_ENDINGS) if (!word.endsWith('ss')) add(word.replace(ending, instead));
    add(word.replace(UZBEK_ENDING, ''));
  }
  return stems;
}

/** One letter more, less, another one, or two that changed places. */
function isOneSlip(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start += 1;
  const restsAgree = (fromA: number, fromB: number) => a.slice(fromA) === b.slice(fromB);
  const isSwapped = a[start] === b[start + 1] && a[start + 1] === b[start] && restsAgree(start + 2, start + 2);
  return isSwapped || restsAgree(start + 1, start + 1) || restsAgree(start + 1, start) || restsAgree(start, start + 1);
}
