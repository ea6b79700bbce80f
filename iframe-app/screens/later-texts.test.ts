import { expect, test } from 'vitest';
import { LANGUAGE_NAMES } from '../i18n.ts';
import { CHAT_TEXTS, SUGGESTIONS } from './chat/chat-texts.ts';
import { DELETION_TEXTS } from './settings/deletion-texts.ts';
import { AREA_TEXTS } from './settings/settings-area-texts.ts';

const LANGUAGES = ['en', 'ru', 'uz', 'kk', 'uk', 'tr'];

/** The same in several languages: names, units, and questions in the language that is understood. */
const SHARED = new Set(['unit.kb', 'unit.mb', 'unit.gb', 'members.admin', 'placeholder']);

test.each(Object.entries({ AREA_TEXTS, CHAT_TEXTS, DELETION_TEXTS }))(
  'every language has every text of %s with its values, none of them blank or left in English',
  (_name, all) => {
    expect(Object.keys(all)).toEqual(LANGUAGES);
    const english = new Map(Object.entries<string>(all.en));
    const named = (text: string | undefined) => (text?.match(/\{\w+\}/g) ?? []).toSorted();
    for (const [language, texts] of Object.entries(all)) {
      expect(Object.keys(texts), language).toEqual([...english.keys()]);
      for (const [key, text] of Object.entries<string>(texts)) {
        expect(text.trim(), `${language} ${key}`).not.toBe('');
        expect(named(text), `${language} ${key}`).toEqual(named(english.get(key)));
        if (language !== 'en' && !SHARED.has(key)) expect(text, `${language} ${key}`).not.toBe(english.get(key));
      }
    }
  },
);

test('every language offers questions and has a name', () => {
  expect([Object.keys(SUGGESTIONS), Object.keys(LANGUAGE_NAMES)]).toEqual([LANGUAGES, LANGUAGES]);
  for (const questions of Object.values(SUGGESTIONS)) expect(questions.length).toBeGreaterThan(3);
});
