import { expect, test } from 'vitest';
import { MESSAGES } from '../i18n.ts';
import { SETTINGS_TEXTS } from './settings-texts.ts';

/** The same in every language: names. */
const NAMES = /^crm\./;

test('every language of the app has every text of the settings, none of them blank', () => {
  expect(Object.keys(SETTINGS_TEXTS)).toEqual(Object.keys(MESSAGES));
  for (const texts of Object.values(SETTINGS_TEXTS)) {
    expect(Object.keys(texts)).toEqual(Object.keys(SETTINGS_TEXTS.en));
    for (const [key, text] of Object.entries(texts)) expect(text.trim(), key).not.toBe('');
  }
});

test.each(['ru', 'uz'] as const)('%s has no text that was left in English', (language) => {
  const english = new Map(Object.entries(SETTINGS_TEXTS.en));
  const left = Object.entries(SETTINGS_TEXTS[language]).filter(([key, text]) => !NAMES.test(key) && english.get(key) === text);
  expect(left).toEqual([]);
});
