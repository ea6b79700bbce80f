import { createI18n, type I18n, type Language } from '../i18n.ts';
import * as en from '../texts/en.ts';
import * as kk from '../texts/kk.ts';
import * as ru from '../texts/ru.ts';
import * as tr from '../texts/tr.ts';
import * as uk from '../texts/uk.ts';
import * as uz from '../texts/uz.ts';

const MESSAGES = { en, ru, uz, kk, uk, tr };

/** A language without waiting for it. */
export function i18nOf(language: Language): I18n {
  return createI18n(language, MESSAGES[language]);
}
