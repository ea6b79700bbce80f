/** A word of a question with the forms it may stand for: as it was written and without endings. */
export interface Word {
  text: string;
  stems: ReadonlySet<string>;
}

const APOSTROPHES = /[‘’ʻʼ`´′']/g;
/** In Uzbek a hyphen makes an ordinal of a number: "5-oyda" is in May, and not within five months. */
const UZBEK_ORDINAL = /(?<!\p{N})(\p{N}{1,3})[-‐‑–](?=kun|hafta|oy|chorak|yil)/gu;
const NOT_A_WORD = /[^\p{L}\p{N}’]+/u;

/** The words of a text in their order; case, punctuation and the kind of apostrophe mean nothing. */
export function toWords(text: string): Word[] {
  return splitWords(text).map((word) => ({ text: word, stems: stemsOf(word) }));
}

/** The same without their stems. */
export function splitWords(text: string): string[] {
  const plain = text.normalize('NFC').toLowerCase().replaceAll('ё', 'е').replace(APOSTROPHES, '’');
  return plain
    .replace(UZBEK_ORDINAL, '$1nchi ')
    .split(NOT_A_WORD)
    .map((word) => word.replace(/^’+|’+$/g, ''))
    .filter((word) => word !== '');
}

/**
 * Whether `phrase` stands in `words` from `start` on, in whatever form. One long word of several may differ by a slip of the
 * finger.
 */
export function matchesAt(words: readonly Word[], start: number, phrase: readonly Word[]): boolean {
  let slips = 0;
  return phrase.every((one, index) => {
    const word = words[start + index];
    if (!word) return false;
    if (isForm(word, one)) return true;
    slips += 1;
    return slips === 1 && phrase.length > 1 && isSlip(word.text, one.text);
  });
}

/** Whether `words` from `start` on are this name, perhaps with the endings of a case, and nobody else's. */
export function isNameAt(words: readonly Word[], start: number, name: readonly string[]): boolean {
  return name.every((part, index) => isNameForm(words[start + index]?.text ?? '', part));
}

/** Endings by what a Russian name ends with. Of a name nothing is taken away but its last vowel: Иван is no Иванов. */
const RUSSIAN_CASES: readonly (readonly [ending: RegExp, cases: readonly string[]])[] = [
  [/[иы]й$/u, ['ого', 'ому', 'им', 'ым', 'ом']],
  [/[йь]$/u, ['я', 'ю', 'ем', 'е', 'и']],
  [/ая$/u, ['ой', 'ую']],
  [/а$/u, ['ы', 'и', 'е', 'у', 'ой', 'ою', 'ей']],
  [/я$/u, ['и', 'е', 'ю', 'ей', 'ии']],
  [/[бвгджзклмнпрстфхцчшщ]$/u, ['а', 'у', 'ом', 'ым', 'ем', 'е']],
];
const UZBEK_CASES = ['ning', 'ni', 'ga', 'da', 'dan'];

function isNameForm(word: string, name: string): boolean {
  // Most of a portal's names end here: 8,000 of them held against eight words took 0.9 s, and 0.4 s so.
  if (word[0] !== name[0]) return false;
  if (word === name || word === `${name}’s`) return true;
  const [ending, cases] = RUSSIAN_CASES.find(([pattern]) => pattern.test(name)) ?? [null, []];
  if (ending) {
    const base = /[бвгджзклмнпрстфхцчшщ]$/u.test(name) ? name : name.replace(ending, '');
    return word.startsWith(base) && cases.includes(word.slice(base.length));
  }
  return name.length >= SHORTEST_INFLECTED && word.startsWith(name) && UZBEK_CASES.includes(word.slice(name.length));
}

function isForm(a: Word, b: Word): boolean {
  for (const stem of a.stems) if (b.stems.has(stem)) return true;
  return false;
}

function isSlip(a: string, b: string): boolean {
  return a.length >= LONG && b.length >= LONG && !OTHER_THINGS.test(a) && isOneSlip(a, b);
}

/** Right as they are, and one letter from what the catalog has. */
const OTHER_THINGS = /^(?:contract|контракт|kontrakt)/;
/** A shorter name with an ending may be another one. */
const SHORTEST_INFLECTED = 4;
/** Shorter words are too much like others: a slip makes leads of deals. */
const LONG = 7;
/** What has to remain of a word. */
const SHORTEST_STEM = 3;

const RUSSIAN_ENDING =
  /(?:ями|ами|ого|его|ому|ему|ыми|ими|ов|ев|ей|ой|ом|ем|ах|ях|ам|ям|ый|ий|ая|яя|ое|ее|ые|ие|ых|их|ую|юю|ым|им|ы|и|а|я|у|ю|е|о|ь)$/u;
const UZBEK_ENDING = /(?:lar)?(?:imiz|i|si)?(?:ning|ni|ga|dan|da)?$/u;
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
    // компаний is of компании.
    add(word.replace(/й$/u, ''));
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
