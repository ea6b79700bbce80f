import { expect, test } from 'vitest';
import { LANGUAGE_NAMES, LANGUAGES, type Language, loadI18n, toLanguage } from './i18n.ts';
import { texts as russianRecord } from './screens/record/record-texts/ru.ts';
import { RECORD_TEXTS } from './screens/record/record-texts.ts';
import { i18nOf } from './testing/i18n.ts';

test('a language is known by its tag, whatever its region; others become English', () => {
  const tags = ['ru', 'ru-KZ', 'uz_UZ', 'UZ', 'kk-KZ', 'uk', 'tr-TR', 'en-GB', 'de', '', 'constructor'];
  expect(tags.map(toLanguage)).toEqual(['ru', 'ru', 'uz', 'uz', 'kk', 'uk', 'tr', 'en', 'en', 'en', 'en']);
});

test('every language is called as its speakers call it', () => {
  expect(LANGUAGES.map((language) => LANGUAGE_NAMES[language])).toEqual([
    'English',
    'Русский',
    'O‘zbekcha',
    'Қазақша',
    'Українська',
    'Türkçe',
  ]);
});

test('counts take the plural form and the separators of the language', () => {
  const progress = (language: Language, count: number) => i18nOf(language).t('sync.progress.deals', { done: '1', count });
  expect(progress('en', 1)).toBe('1 / 1 deal');
  expect(progress('en', 200_000)).toBe('1 / 200,000 deals');
  expect([1, 3, 11, 21, 200_000].map((count) => progress('ru', count))).toEqual([
    '1 / 1 сделка',
    '1 / 3 сделки',
    '1 / 11 сделок',
    '1 / 21 сделка',
    '1 / 200\u00a0000 сделок',
  ]);
  expect([1, 3, 11, 21, 200_000].map((count) => progress('uk', count))).toEqual([
    '1 / 1 угода',
    '1 / 3 угоди',
    '1 / 11 угод',
    '1 / 21 угода',
    '1 / 200\u00a0000 угод',
  ]);
  expect(progress('uz', 200_000)).toBe('1 / 200\u00a0000 bitim');
  expect(progress('kk', 200_000)).toBe('1 / 200\u00a0000 мәміле');
  expect(progress('tr', 200_000)).toBe('1 / 200.000 anlaşma');
});

test('a value that looks like a placeholder or a tag is written as it is', () => {
  const time = "{time} $& <b>\\u0041</b> '{x}' #";
  expect(i18nOf('en').t('dashboard.asOf', { time })).toBe(`Data as of ${time}`);
});

test('a text is asked for with what it is given, by name and kind', () => {
  const { t } = i18nOf('en');
  expect(t('action.refresh')).toBe('Refresh');
  // @ts-expect-error no text has this key
  expect(() => t('action.nothing')).toThrow();
  // @ts-expect-error it is told the time
  expect(() => t('dashboard.asOf')).toThrow();
  // @ts-expect-error what is counted is a number
  t('range.days', { count: 'two' });
});

test.each(LANGUAGES)('%s is loaded with its own texts', async (language) => {
  const i18n = await loadI18n(language);
  expect(i18n.language).toBe(language);
  expect(i18n.t('action.refresh')).toBe(i18nOf(language).t('action.refresh'));
});

test('a screen’s texts are there once they are loaded, and again in another language', async () => {
  const i18n = await loadI18n('en');
  expect(() => i18n.of(RECORD_TEXTS)).toThrow('not loaded');
  const t = await i18n.load(RECORD_TEXTS);
  expect(t('days', { count: 2 })).toBe('2 days');
  expect(i18n.of(RECORD_TEXTS)).toBe(t);
  const russian = await i18n.inLanguage('ru');
  expect(russian.of(RECORD_TEXTS)('stage')).toBe(russianRecord.stage);
  expect(russian.of(RECORD_TEXTS)('days', { count: 2 })).toBe('2 дня');
});
