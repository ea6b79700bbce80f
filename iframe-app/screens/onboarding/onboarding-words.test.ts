import { describe, expect, test } from 'vitest';
import { createFormatter } from '../../format.ts';
import type { Language } from '../../i18n.ts';
import { i18nOf } from '../../testing/i18n.ts';
import { ONBOARDING_TEXTS } from './onboarding-texts.ts';
import { createWords } from './onboarding-words.ts';

async function wordsOf(language: Language) {
  const i18n = i18nOf(language);
  await i18n.load(ONBOARDING_TEXTS);
  return createWords({ i18n, format: createFormatter(i18n) });
}

/** Spaces of all kinds are one to a reader. */
const plain = (text: string | null) => text?.replaceAll(/\s/g, ' ');

test.each([
  ['en', 'Farid'],
  ['uz', 'Farid'],
  ['ru', 'Фарид'],
  ['uk', 'Фарід'],
] as const)('in %s the analyst is called %s', async (language, name) => {
  expect((await wordsOf(language)).name('schemaAnalyst')).toBe(name);
});

describe('a number of records takes the form of the whole number, however short it is written', () => {
  test.each([
    ['en', 1, '1 deal'],
    ['en', 890_000, '890K deals'],
    ['ru', 1, '1 сделка'],
    ['ru', 2, '2 сделки'],
    ['ru', 21, '21 сделка'],
    ['ru', 11, '11 сделок'],
    ['ru', 890_000, '890 тыс. сделок'],
    ['ru', 1_234_567_890, '1,2 млрд сделок'],
    ['uz', 890_000, '890 ming ta bitim'],
  ] as const)('%s %i: %s', async (language, count, text) => {
    expect(plain((await wordsOf(language)).records('deals', count))).toBe(text);
  });
});

describe('a share is rounded down', () => {
  test.each([
    [1, '100%'],
    [0.9999, '99%'],
    [0.29, '29%'],
    [0.004, '<1%'],
    [0, '0%'],
  ])('%f: %s', async (share, text) => {
    expect((await wordsOf('en')).percent(share)).toBe(text);
  });
});

test('evidence is told in numbers, calls as calls', async () => {
  const filled = { kind: 'filled', entity: 'leads', field: 'source', filled: 131_000, count: 200_000 } as const;
  const calls = { kind: 'filled', entity: 'activities', field: 'call', filled: 5, count: 9 } as const;
  expect((await wordsOf('en')).evidence(filled)).toBe('65% of leads have a source');
  expect(plain((await wordsOf('ru')).evidence(filled))).toBe('источник указан у 65 % лидов');
  expect((await wordsOf('uz')).evidence(filled)).toBe('lidlarning 65 foizida manba ko‘rsatilgan');
  expect((await wordsOf('en')).evidence(calls)).toBe('5 calls');
  expect((await wordsOf('ru')).evidence(calls)).toBe('5 звонков');
  expect((await wordsOf('en')).evidence({ ...filled, filled: 0, count: 0 })).toBe('0% of leads have a source');
});

test('what is missing is told to the last record', async () => {
  const { unlock } = await wordsOf('ru');
  expect(plain(unlock({ kind: 'records', entity: 'companies', missing: 3600 }))).toBe('Ещё нужно: 3 600 компаний');
  expect(plain(unlock({ kind: 'fill', entity: 'leads', field: 'owner', missing: 1201 }))).toBe(
    'Укажите ответственного: ещё 1 201 лид',
  );
  expect(unlock({ kind: 'fill', entity: 'activities', field: 'call', missing: 2 })).toBe('Ещё нужно: 2 звонка');
});

describe('how far records go back', () => {
  test.each([
    ['en', '2020-03-10T08:00:00.000Z', '2025-11-24T09:00:00.000Z', '5 years, since March 2020'],
    ['en', '2024-03-10T08:00:00.000Z', '2025-11-24T09:00:00.000Z', '20 months, since March 2024'],
    ['en', '2020-11-28T08:00:00.000Z', '2025-11-24T09:00:00.000Z', '5 years, since November 2020'],
    ['en', '2025-09-30T08:00:00.000Z', '2025-11-30T09:00:00.000Z', '2 months, since September 2025'],
    ['en', '2025-10-01T08:00:00.000Z', '2025-11-30T09:00:00.000Z', '60 days, since October 2025'],
    ['en', '2025-11-20T08:00:00.000Z', '2025-11-24T09:00:00.000Z', '4 days, since November 2025'],
    ['en', '2025-11-24T08:00:00.000Z', '2025-11-24T08:00:00.000Z', '1 day, since November 2025'],
    ['ru', '2020-03-10T08:00:00.000Z', '2025-11-24T09:00:00.000Z', '5 лет, с марта 2020 г.'],
  ] as const)('%s %s to %s: %s', async (language, first, last, text) => {
    expect(plain((await wordsOf(language)).span({ first, last }))).toBe(text);
  });

  test('nothing is said of what is not known', async () => {
    expect((await wordsOf('en')).span({ first: null, last: null })).toBeNull();
  });
});

test('an option of a newer server is called by its name', async () => {
  expect((await wordsOf('en')).option('pipelineRange', '90')).toBe('The last 90 days');
  expect((await wordsOf('en')).option('pipelineRange', '180')).toBe('180');
});
