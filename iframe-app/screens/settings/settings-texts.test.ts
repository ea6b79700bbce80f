import { expect, test } from 'vitest';
import { ENTITIES } from '../../../contract/crm.ts';
import { RECORD_PROBLEMS } from '../../../contract/sync.ts';
import { LANGUAGES } from '../../i18n.ts';
import { SETTINGS_TEXTS } from './settings-texts.ts';

test('every language of the app has every text of the settings, none of them blank', () => {
  expect(Object.keys(SETTINGS_TEXTS)).toEqual(LANGUAGES);
  for (const texts of Object.values(SETTINGS_TEXTS)) {
    expect(Object.keys(texts)).toEqual(Object.keys(SETTINGS_TEXTS.en));
    for (const [key, text] of Object.entries(texts)) expect(text.trim(), key).not.toBe('');
  }
});

test.each(LANGUAGES.filter((language) => language !== 'en'))('%s has no text that was left in English', (language) => {
  const english = new Map(Object.entries(SETTINGS_TEXTS.en));
  const left = Object.entries(SETTINGS_TEXTS[language]).filter(([key, text]) => english.get(key) === text);
  expect(left).toEqual([]);
});

test('every problem a record can have, and every kind of record, has its text', () => {
  const wanted = [...RECORD_PROBLEMS.map((one) => `recordProblem.${one}`), ...ENTITIES.map((one) => `quarantine.${one}`)];
  expect(Object.keys(SETTINGS_TEXTS.en)).toEqual(expect.arrayContaining(wanted));
});
