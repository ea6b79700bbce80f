import { describe, expect, test } from 'vitest';
import { findLiteralProblems, findTableProblems, findTextProblems } from './text-problems.ts';

const REVIEWED = new Set(['Bitrix24']);

describe('texts by language', () => {
  const en = {
    name: 'Bitrix24',
    hello: 'Hello {who}',
    days: '{count, plural, one {# day} other {# days}}',
  };
  const ru = {
    name: 'Bitrix24',
    hello: 'Привет, {who}',
    days: '{count, plural, one {# день} few {# дня} many {# дней} other {# дня}}',
  };
  const tr = { name: 'Bitrix24', hello: 'Merhaba {who}', days: '{count, number} gün' };
  const problems = (changes: Partial<typeof ru> & Record<string, string>) =>
    findTextProblems({ en, ru: { ...ru, ...changes }, tr }, ['en', 'ru', 'tr'], REVIEWED);

  test('that are complete are nothing to mend', () => {
    expect(problems({})).toEqual([]);
  });

  test('a language without texts, a text that is missing, one that English lacks', () => {
    expect(findTextProblems({ en, tr }, ['en', 'ru', 'tr'], REVIEWED)).toEqual(['ru: has no texts']);
    const { hello, ...others } = ru;
    expect(findTextProblems({ en, ru: others }, ['en', 'ru'], REVIEWED)).toEqual(['ru hello: missing']);
    expect(problems({ more: hello })).toEqual(['ru more: English has no such text']);
  });

  test.each([
    ['left in English', { hello: en.hello }, 'ru hello: is the English text: Hello {who}'],
    ['blank', { hello: ' ' }, 'ru hello: blank'],
    ['without what it is given', { hello: 'Привет' }, 'ru hello: is given who (text) and takes nothing: Привет'],
    ['with another name', { hello: '{кто}' }, 'ru hello: is given who (text) and takes кто (text): {кто}'],
    [
      'of a number without its separators',
      { days: '{count} д.' },
      'ru days: is given count (number) and takes count (text): {count} д.',
    ],
    ['that is no message', { hello: '{who' }, 'ru hello: is no ICU message (EXPECT_ARGUMENT_CLOSING_BRACE): {who'],
    ['that quotes by accident', { hello: "{who}'" }, "ru hello: has a straight apostrophe: {who}'"],
  ])('a text %s', (_what, changes, problem) => {
    expect(problems(changes)).toEqual([problem]);
  });

  test('a plural form that the language has and the text not, or the other way round', () => {
    expect(problems({ days: '{count, plural, one {# день} few {# дня} other {# дней}}' })).toEqual([
      "ru days: lacks the plural form 'many'",
    ]);
    expect(problems({ days: '{count, plural, zero {} one {# день} few {# дня} many {# дней} other {# дня}}' })).toEqual([
      "ru days: has a plural form 'zero' that its language has not",
    ]);
    expect(problems({ days: '{count, plural, =1 {Сегодня} one {# день} few {# дня} many {# дней} other {# дня}}' })).toEqual([]);
  });

  test('a number that only picks a form may be left out where there is one form', () => {
    const english = { leads: '{count, plural, one {{short} lead} other {{short} leads}}' };
    const find = (turkish: string) => findTextProblems({ en: english, tr: { leads: turkish } }, ['en', 'tr'], REVIEWED);
    expect(find('{short} müşteri adayı')).toEqual([]);
    expect(find('{count, plural, one {{short} aday} other {{short} aday}}')).toEqual([]);
    expect(find('müşteri adayı')).toHaveLength(1);
    expect(find('{count, number} müşteri adayı')).toHaveLength(1);
  });

  test('a branch that takes something else than the others', () => {
    const broken = '{count, plural, one {{who}} few {# дня} many {# дней} other {# дня}}';
    expect(problems({ days: broken })[0]).toContain('branches that differ');
  });
});

test('a table in the code needs every language, each of its own', () => {
  const find = (table: string) => findTableProblems('a.ts', `\nconst T = { x: ${table} };`, ['en', 'ru', 'uz'], REVIEWED);
  expect(find(`{ en: 'Lead', ru: 'Лид', uz: 'Lid' }`)).toEqual([]);
  expect(find(`{ en: 'Bitrix24', ru: 'Bitrix24', uz: 'Bitrix24' }`)).toEqual([]);
  expect(find(`{ en: 'Lead', ru: 'Лид' }`)).toEqual(['a.ts:2 uz: missing']);
  expect(find(`{ en: 'Lead', ru: 'Лид', uz: 'Lead' }`)).toEqual(['a.ts:2 uz: is the English text: Lead']);
  expect(find(`{ en: ['ID', 'Link'], ru: ['ИД', 'Ссылка'], uz: ['ИД', 'Link'] }`)).toEqual([
    'a.ts:2 uz: is the English text: Link',
  ]);
  expect(find(`{ en: (n) => \`last \${n}\`, ru: (n) => \`последние \${n}\`, uz: (n) => \`last \${n}\` }`)).toEqual([
    'a.ts:2 uz: is the English text: last {}',
  ]);
  expect(findTableProblems('a.ts', `const T = { synonyms: { en: ['lead'], ru: ['лид'] } };`, ['en', 'uz'], REVIEWED)).toEqual([]);
});

describe('words in a component', () => {
  const find = (jsx: string) =>
    findLiteralProblems('a.tsx', `const A = () => ${jsx};`, REVIEWED).map((line) => line.split(': ').at(-1));

  test.each([
    ['<p>Hello there</p>', 'Hello there'],
    ['<>Привет</>', 'Привет'],
    [`<p>{isBusy ? 'Wait' : t('go')}</p>`, 'Wait'],
    [`<p>{name || 'Nobody'}</p>`, 'Nobody'],
    [`<p>{isBusy && 'Wait'}</p>`, 'Wait'],
    [`<p>{'Wait ' + name}</p>`, 'Wait'],
    [`<p>{\`Wait \${name}\`}</p>`, 'Wait'],
    ['<p title="Settings" />', 'Settings'],
    [`<Panel title={'Settings'} />`, 'Settings'],
    ['<p aria-label="Close" />', 'Close'],
    [`show({ title: 'Settings' })`, 'Settings'],
    [`{ return 'Could not be loaded'; }`, 'Could not be loaded'],
  ])('%s is told', (jsx, text) => {
    expect(find(jsx)).toEqual([text]);
  });

  test.each([
    ['<p class="note" data-state="failed">{t("go")} — {count}</p>'],
    [`<p title={t('settings')}>{texts['webhook.step1']}</p>`],
    [`<p>{state === 'ready' && <Chart kind="bar" />}</p>`],
    [`<p>{t(isBusy ? 'wait' : 'go')}</p>`],
    ['<p>{a}: {b} / {c} %</p>'],
    ['<strong>Bitrix24</strong>'],
    [`<input type="password" autoComplete="off" />`],
    [`{ return 'failed'; }`],
  ])('%s is fine', (jsx) => {
    expect(find(jsx)).toEqual([]);
  });
});
