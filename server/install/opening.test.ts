import { expect, test } from 'vitest';
import { toLocale } from './opening.ts';

test('a portal’s language becomes ours, though the portal calls some by their country', () => {
  expect(['en', 'ru', 'ua', 'kz', 'tr', 'uz'].map(toLocale)).toEqual(['en', 'ru', 'uk', 'kk', 'tr', 'uz']);
});

test('a language we do not have, or none, becomes English', () => {
  expect(['de', 'uk', 'constructor', '', undefined, ['ru'], { toString: null }].map(toLocale)).toEqual(Array(7).fill('en'));
});
