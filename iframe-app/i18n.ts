import { IntlMessageFormat } from 'intl-messageformat';
import type { Message, TextSource, Translate } from './text-types.ts';
import type { texts as english } from './texts/en.ts';

/** The languages of the app, each by its own name. */
export const LANGUAGE_NAMES = {
  en: 'English',
  ru: 'Русский',
  uz: 'O‘zbekcha',
  kk: 'Қазақша',
  uk: 'Українська',
  tr: 'Türkçe',
} as const;

export type Language = keyof typeof LANGUAGE_NAMES;
export const LANGUAGES = Object.keys(LANGUAGE_NAMES) as Language[];

type English = typeof english;

/** The texts that the first screen may need, of one language. */
export type AppTexts = Record<keyof English, string>;

const APP_TEXTS = {
  en: () => import('./texts/en.ts'),
  ru: () => import('./texts/ru.ts'),
  uz: () => import('./texts/uz.ts'),
  kk: () => import('./texts/kk.ts'),
  uk: () => import('./texts/uk.ts'),
  tr: () => import('./texts/tr.ts'),
} satisfies TextSource<English>;

const CURRENCY_SIGNS: Partial<Record<Language, Readonly<Record<string, string>>>> = {
  ru: { UZS: 'сум' },
  uz: { UZS: 'soʻm' },
  kk: { UZS: 'сум' },
  uk: { UZS: 'сум' },
};

/** Words of dates and numbers, for a language that browsers cannot be trusted to have them of. As CLDR has them. */
export interface OwnWords {
  months: readonly string[];
  shortMonths: readonly string[];
  /** A day of this year, and of another one: `{day}`, `{month}` (short) and `{year}` in the language's order. */
  day: string;
  dayOfYear: string;
  /** Largest first. */
  powers: readonly { from: number; word: string }[];
}

/** What the app starts with in a language. */
interface AppMessages {
  texts: Readonly<Record<keyof English, Message>>;
  words?: OwnWords;
}

export interface I18n {
  language: Language;
  /** The locale to give to Intl. */
  intlLocale: string;
  /** Words of numbers and dates that Intl lacks in this language; null where it has them. */
  ownWords: OwnWords | null;
  /** What the language calls currencies for which Intl has only the code, by ISO 4217. */
  currencySigns: Readonly<Record<string, string>>;
  /** A text of the app in the person's language. Numbers pick the plural form and are written as that language does. */
  t: Translate<English>;
  /** A whole number with the language's separators. */
  writeCount(count: number): string;
  /** Loads the texts of a screen. Until then `of` has none of them. */
  load<T>(source: TextSource<T>): Promise<Translate<T>>;
  /** The texts of a screen that are loaded. @throws when they are not */
  of<T>(source: TextSource<T>): Translate<T>;
  /** The same in another language, with all the texts that are loaded in this one. */
  inLanguage(language: Language): Promise<I18n>;
}

/**
 * Loads what is needed to write in a language. Where its texts are out of reach, English is better than nothing.
 * @param locale a BCP 47 tag ('ru', 'uz-UZ', 'pt_BR'); languages the app does not have become English
 */
export async function loadI18n(locale: string): Promise<I18n> {
  const language = toLanguage(locale);
  try {
    return createI18n(language, await APP_TEXTS[language]());
  } catch {
    return createI18n('en', await APP_TEXTS.en());
  }
}

export function createI18n(language: Language, { texts, words }: AppMessages): I18n {
  const intlLocale = words ? LIKE_THEM : language;
  const numbers = new Intl.NumberFormat(intlLocale);
  const plurals = new Intl.PluralRules(language);
  const formatters = {
    getNumberFormat: () => numbers,
    getPluralRules: () => plurals,
    getDateTimeFormat: (...given: ConstructorParameters<typeof Intl.DateTimeFormat>) => new Intl.DateTimeFormat(...given),
  };
  const translate = <T>(messages: Readonly<Record<keyof T, Message>>): Translate<T> => {
    const formats = new Map<keyof T, IntlMessageFormat>();
    return (key, ...[values]) => {
      const message = messages[key];
      // Without values there is nothing to format.
      if (typeof message === 'string' && !message.includes('{')) return message;
      const format = formats.get(key) ?? new IntlMessageFormat(message, language, undefined, { formatters, ignoreTag: true });
      formats.set(key, format);
      return String(format.format(values));
    };
  };
  const loaded = new Map<object, unknown>();
  return {
    language,
    intlLocale,
    ownWords: words ?? null,
    currencySigns: CURRENCY_SIGNS[language] ?? {},
    t: translate<English>(texts),
    writeCount: (count) => numbers.format(count),
    async load<T>(source: TextSource<T>) {
      const { texts: others } = await source[language]();
      const t = translate<T>(others as Readonly<Record<keyof T, Message>>);
      loaded.set(source, t);
      return t;
    },
    of<T>(source: TextSource<T>) {
      const t = loaded.get(source);
      if (t === undefined) throw new Error('The texts of this screen are not loaded yet.');
      return t as Translate<T>;
    },
    async inLanguage(wanted) {
      const other = createI18n(wanted, await APP_TEXTS[wanted]());
      await Promise.all([...loaded.keys()].map((source) => other.load(source as TextSource<unknown>)));
      return other;
    },
  };
}

/**
 * Whose separators and order of signs the languages with own words have, by CLDR. Chromium lists Uzbek and Kazakh as supported and
 * carries no data for them: it writes `M11 24` for 24 November and `1,234.5` for 1 234,5.
 */
const LIKE_THEM = 'uk';

/** @param locale a BCP 47 tag; languages the app does not have become English */
export function toLanguage(locale: string): Language {
  const base = locale.toLowerCase().split(/[-_]/)[0];
  return LANGUAGES.find((language) => language === base) ?? 'en';
}
