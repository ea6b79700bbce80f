import { createI18n, type I18n, type Language, type Messages } from '../i18n.ts';
import { en } from '../texts/en.ts';
import { ru } from '../texts/ru.ts';
import { uz } from '../texts/uz.ts';

/** The texts of every language, all at once. */
export const MESSAGES: Record<Language, Messages> = { en, ru, uz };

/** A language without waiting for it. */
export function i18nOf(language: Language): I18n {
  return createI18n(language, MESSAGES[language]);
}
