/** Nothing that turns or hides text, no figure, no markup, no address (`evil.com`, but `т.е.`). */
const NOT_SHOWN = /[\p{C}\p{N}<>{}[\]|\\@]|:\/\/|www\.|\p{L}[.。．｡]\p{L}{2}/iu;

/** Numbers in words, where they are little else in any of the six languages: `on` is ten, and a preposition. */
const NUMBERS = [
  'two three four five six seven eight nine ten eleven twelve (?:thir|four|fif|six|seven|eigh|nine)teen',
  'twenty thirty forty fifty sixty seventy eighty ninety hundreds? thousands? millions? half twice',
  String.raw`два две двух три тр[её]х четыр\p{L}+ пять шесть семь восемь девять десят\p{L}+ \p{L}+надцат\p{L}+ (?:два|три)дцат\p{L}+`,
  String.raw`сорок \p{L}+десят сто двести тысяч\p{L}* миллион\p{L}* половин\p{L} вдвое`,
  String.raw`дві двох трьох чотир\p{L}+ п['’ʼ]ять шість сім вісім дев['’ʼ]ять тисяч\p{L}* мільйон\p{L}* удвічі`,
  "(?:ikki|uch|to[‘’'ʻ]rt|besh|olti|yetti|sakkiz|to[‘’'ʻ]qqiz|o[‘’'ʻ]n)(?:ta|tasi)?",
  "yigirma o[‘’'ʻ]ttiz qirq ellik oltmish yetmish sakson to[‘’'ʻ]qson (?:yuz|ming)(?:ta|lab)? yarmi",
  'екі үш төрт бес алты жеті сегіз тоғыз жиырма отыз қырық елу жүз мың жартысы',
  // But `yüz yüze` is face to face.
  String.raw`iki üç dört beş altı yedi sekiz dokuz yirmi otuz kırk elli seksen doksan yüz(?!\syüze) bin milyon`,
];
const NUMBER = new RegExp(String.raw`(?<!\p{L})(?:${NUMBERS.join(' ').replaceAll(' ', '|')})(?!\p{L})`, 'iu');

/**
 * Whether a text that a model wrote can be shown: words and punctuation, and no figure, for figures come from the records. Of numbers in
 * words the plain ones are known.
 */
export function isPlainText(text: string, maxChars: number): boolean {
  return text !== '' && text.length <= maxChars && !NOT_SHOWN.test(text) && !NUMBER.test(text);
}
