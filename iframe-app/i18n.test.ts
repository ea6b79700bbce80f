import { describe, expect, test } from 'vitest';
import { LANGUAGES, type Language, loadI18n, type MessageKey, toLanguage } from './i18n.ts';
import { i18nOf, MESSAGES } from './testing/i18n.ts';

const KEYS = Object.keys(MESSAGES.en) as MessageKey[];

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => String(name)).sort();
}

function textsOf(language: Language, key: MessageKey): string[] {
  const message: string | object = MESSAGES[language][key];
  return typeof message === 'string' ? [message] : Object.values(message);
}

describe.each(LANGUAGES)('%s', (language) => {
  test('has every message, none of them blank', () => {
    expect(Object.keys(MESSAGES[language]).sort()).toEqual([...KEYS].sort());
    for (const key of KEYS) for (const text of textsOf(language, key)) expect(text.trim(), key).not.toBe('');
  });

  test('has every plural form its grammar asks for', () => {
    const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    for (const key of KEYS) {
      const message: string | object = MESSAGES[language][key];
      if (typeof message === 'object') expect(Object.keys(message).sort(), key).toEqual([...categories].sort());
    }
  });

  test('uses in each message the values that the English one is given', () => {
    for (const key of KEYS) {
      const wanted = placeholders(textsOf('en', key)[0] ?? '');
      for (const text of textsOf(language, key)) expect(placeholders(text), key).toEqual(wanted);
    }
  });
});

test('a language is known by its tag, whatever its region; others become English', () => {
  expect(['ru', 'ru-KZ', 'uz_UZ', 'UZ', 'en-GB', 'de', ''].map(toLanguage)).toEqual(['ru', 'ru', 'uz', 'uz', 'en', 'en', 'en']);
});

test('counts take the plural form and the separators of the language', () => {
  const progress = (language: Language, count: number) => i18nOf(language).t('sync.progress.leads', { done: '1', count });
  expect(progress('en', 1)).toBe('1 / 1 lead');
  expect(progress('en', 200_000)).toBe('1 / 200,000 leads');
  expect(progress('ru', 21)).toBe('1 / 21 лид');
  expect(progress('ru', 3)).toBe('1 / 3 лида');
  expect(progress('ru', 200_000)).toBe('1 / 200\u00a0000 лидов');
  expect(progress('uz', 2)).toBe('1 / 2 lid');
});

test('a value that looks like a placeholder is written as it is', () => {
  expect(i18nOf('en').t('dashboard.asOf', { time: '{time} $&' })).toBe('Data as of {time} $&');
});

test.each(LANGUAGES)('%s is loaded with its own texts', async (language) => {
  const i18n = await loadI18n(language);
  expect(i18n.language).toBe(language);
  expect(i18n.t('action.refresh')).toBe(MESSAGES[language]['action.refresh']);
});
