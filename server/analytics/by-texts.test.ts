import { expect, test } from 'vitest';
import { BY_TEXTS, byCustomField } from './by-texts.ts';
import { listNames } from './catalog-texts.ts';
import { LOCALES } from './labels.ts';

test('every dimension can end a title, and no text is of one that does not exist', () => {
  expect([...BY_TEXTS.keys()].sort()).toEqual([...listNames().dimension].sort());
});

test.each(LOCALES)('in %s no two dimensions end it alike', (locale) => {
  const texts = [...BY_TEXTS.values()].map((text) => text[locale]);
  expect(texts.filter((text, index) => texts.indexOf(text) !== index)).toEqual([]);
  expect(texts.filter((text) => text.trim() === '' || text !== text.trim())).toEqual([]);
});

test('a field of the CRM keeps its name as it is', () => {
  expect(LOCALES.map((locale) => byCustomField('iPhone', locale)).filter((text) => !text.includes('iPhone'))).toEqual([]);
});
