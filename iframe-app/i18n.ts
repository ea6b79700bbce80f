import { en } from './texts/en.ts';

/** A message that depends on `{count}`, one text for each plural category of its language. */
type PluralForms = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;

export type MessageKey = keyof typeof en;
export type Messages = { [K in MessageKey]: (typeof en)[K] extends string ? string : PluralForms };

/** Where the texts of a language are. English is the one others fall back to; of the others a page loads the one it shows. */
const SOURCES = {
  en: async () => en,
  ru: async () => (await import('./texts/ru.ts')).ru,
  uz: async () => (await import('./texts/uz.ts')).uz,
} satisfies Record<string, () => Promise<Messages>>;

export type Language = keyof typeof SOURCES;
export const LANGUAGES = Object.keys(SOURCES) as Language[];

type ParameterNames<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | ParameterNames<Rest> : never;
type TextOf<Message> = Message extends { other: infer Other } ? Other : Message;
type Parameters<K extends MessageKey> = {
  [N in ParameterNames<TextOf<(typeof en)[K]>>]: N extends 'count' ? number : string;
};
type ParameterArguments<K extends MessageKey> = keyof Parameters<K> extends never ? [] : [values: Parameters<K>];

interface OwnWords {
  months: readonly string[];
  shortMonths: readonly string[];
  /** Largest first. */
  powers: readonly { from: number; word: string }[];
}

export interface I18n {
  language: Language;
  /** The locale to give to Intl. */
  intlLocale: string;
  /** Words of numbers and dates that Intl lacks in this language; null where it has them. */
  ownWords: OwnWords | null;
  /** The text of a message in the person's language. `count` picks the plural form and is written as a number of that language. */
  t<K extends MessageKey>(key: K, ...values: ParameterArguments<K>): string;
  /** A whole number with the language's separators. */
  writeCount(count: number): string;
}

/**
 * Chromium lists Uzbek as supported and carries no data for it (it writes `M11 24` for 24 November). Its digits and separators
 * are those of Russian; its words are here, as CLDR has them.
 */
const UZBEK_WORDS: OwnWords = {
  months: ['yanvar', 'fevral', 'mart', 'aprel', 'may', 'iyun', 'iyul', 'avgust', 'sentabr', 'oktabr', 'noyabr', 'dekabr'],
  shortMonths: ['yan', 'fev', 'mar', 'apr', 'may', 'iyn', 'iyl', 'avg', 'sen', 'okt', 'noy', 'dek'],
  powers: [
    { from: 1e12, word: 'trln' },
    { from: 1e9, word: 'mlrd' },
    { from: 1e6, word: 'mln' },
    { from: 1e3, word: 'ming' },
  ],
};

/**
 * Loads what is needed to write in a language. Where its texts are out of reach, English is better than nothing.
 * @param locale a BCP 47 tag ('ru', 'uz-UZ', 'pt_BR'); languages the app does not have become English
 */
export async function loadI18n(locale: string): Promise<I18n> {
  const language = toLanguage(locale);
  try {
    return createI18n(language, await SOURCES[language]());
  } catch {
    return createI18n('en', en);
  }
}

export function createI18n(language: Language, messages: Messages): I18n {
  const intlLocale = language === 'uz' ? 'ru' : language;
  const plurals = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(intlLocale);
  return {
    language,
    intlLocale,
    ownWords: language === 'uz' ? UZBEK_WORDS : null,
    writeCount: (count) => numbers.format(count),
    t(key, ...[values]) {
      const message: string | PluralForms = messages[key];
      const given: Record<string, string | number> = values ?? {};
      const text = typeof message === 'string' ? message : (message[plurals.select(Number(given.count))] ?? message.other);
      return text.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => {
        const value = given[name];
        return typeof value === 'number' ? numbers.format(value) : (value ?? '');
      });
    },
  };
}

export function toLanguage(locale: string): Language {
  const base = locale.toLowerCase().split(/[-_]/)[0];
  return base === 'ru' || base === 'uz' ? base : 'en';
}
