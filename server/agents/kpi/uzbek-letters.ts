const LETTERS = new Map(
  Object.entries({
    ...{
      а: 'a',
      б: 'b',
      в: 'v',
      г: 'g',
      д: 'd',
      е: 'e',
      ё: 'yo',
      ж: 'j',
      з: 'z',
      и: 'i',
      й: 'y',
      к: 'k',
      л: 'l',
      м: 'm',
      н: 'n',
    },
    ...{
      о: 'o',
      п: 'p',
      р: 'r',
      с: 's',
      т: 't',
      у: 'u',
      ф: 'f',
      х: 'x',
      ц: 's',
      ч: 'ch',
      ш: 'sh',
      щ: 'sh',
      ъ: '’',
      ы: 'i',
      ь: '',
    },
    ...{ э: 'e', ю: 'yu', я: 'ya', ў: 'o’', қ: 'q', ғ: 'g’', ҳ: 'h' },
  }),
);
const CYRILLIC_WORD = /[\p{Script=Cyrillic}]+/gu;
const STARTS_A_SYLLABLE = /(?<=^|[аеёиоуэюяўъь])е/gu;
const AFTER_A_VOWEL = /(?<=[аеёиоуэюяў])ц/gu;
/** Other words this short are Russian, and in Latin letters many would be English: до, он, и. */
const LONGEST_RUSSIAN = 2;
const SHORT_WORDS = new Set(['бу', 'шу', 'ой', 'та']);

export function hasCyrillic(text: string): boolean {
  return text.search(CYRILLIC_WORD) >= 0;
}

/**
 * Cyrillic words written in the Latin letters of Uzbek, in lower case: `ўтган ойда` is `o’tgan oyda`. What is no Uzbek for certain
 * stays as it is.
 */
export function toUzbekLatin(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replace(CYRILLIC_WORD, (word) =>
      word.length <= LONGEST_RUSSIAN && !SHORT_WORDS.has(word)
        ? word
        : [...word.replace(STARTS_A_SYLLABLE, 'ye').replace(AFTER_A_VOWEL, 'ts')]
            .map((letter) => LETTERS.get(letter) ?? letter)
            .join(''),
    );
}
