import { expect, test } from 'vitest';
import { fillText } from '../../fill-text.ts';
import { LANGUAGES } from '../../i18n.ts';
import { DASHBOARD_TEXTS } from './dashboard-texts.ts';

const ALL = Object.entries(DASHBOARD_TEXTS);
const names = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

test('every language of the app has every text, with the same places to fill', () => {
  expect(Object.keys(DASHBOARD_TEXTS)).toEqual(LANGUAGES);
  expect(ALL.map(([language]) => language)).toEqual(['en', 'ru', 'uz', 'kk', 'uk', 'tr']);
  for (const [language, texts] of ALL) {
    expect(Object.keys(texts), language).toEqual(Object.keys(DASHBOARD_TEXTS.en));
    for (const [key, text] of Object.entries(texts)) {
      expect(text.trim(), `${language} ${key}`).not.toBe('');
      expect(names(text), `${language} ${key}`).toEqual(names(DASHBOARD_TEXTS.en[key as keyof typeof texts]));
    }
  }
});

test.each(ALL.filter(([language]) => language !== 'en'))('%s has no text that was left in English', (_language, texts) => {
  const english = new Map(Object.entries(DASHBOARD_TEXTS.en));
  const left = Object.entries(texts).filter(([key, text]) => english.get(key) === text && key !== 'bar.crm');
  expect(left).toEqual([]);
});

test('a text is filled by name, whatever the value holds', () => {
  expect(fillText('“{title}” is {what}', { title: '{what} $&', what: 'back' })).toBe('“{what} $&” is back');
});
