import { describe, expect, test } from 'vitest';
import { attachment, csvRow, dialectOf } from './csv.ts';

test('a row is quoted as RFC 4180 says; numbers stay numbers', () => {
  expect(csvRow(['a "b", c', 3, -1.5, null, { decimal: '-1110.00' }, ''])).toBe('"a ""b"", c",3,-1.5,,-1110.00,""\r\n');
});

test.each([
  ['en', 'a,b', '"a,b",-1.5,1234.50,""\r\n'],
  ['ru', 'a;b', '"a;b";-1,5;1234,50;""\r\n'],
  ['uz', 'a;b', '"a;b";-1,5;1234,50;""\r\n'],
] as const)('in %s a spreadsheet finds the columns and the decimals', (locale, text, row) => {
  expect(csvRow([text, -1.5, { decimal: '1234.50' }, ''], dialectOf(locale))).toBe(row);
});

test('a number that is none is an empty cell, a decimal that is none is text', () => {
  expect(csvRow([Number.NaN, Number.POSITIVE_INFINITY, { decimal: '=1+1' }, { decimal: '1e5' }])).toBe(`,,"'=1+1","1e5"\r\n`);
});

describe('T26: no text becomes a formula', () => {
  test.each([
    ['=1+1', "'=1+1"],
    ['+998901234567', "'+998901234567"],
    ['-2+3+cmd|" /C calc"!A0', `'-2+3+cmd|"" /C calc""!A0`],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['＝1+1', "'＝1+1"],
    ['＋1', "'＋1"],
    ['－1', "'－1"],
    ['＠A', "'＠A"],
    ['   =1', "'   =1"],
    ['\t=1', "' =1"],
    ['\tplain', "' plain"],
    ['\rplain', "' plain"],
    ['\nplain', "' plain"],
    ['\u00a0=1', "'\u00a0=1"],
    ['\u200b=1', "'\u200b=1"],
    ['\ufeff=1', "'\ufeff=1"],
    ['\u202e=1', "'\u202e=1"],
    ['\u0000=1', "'=1"],
    ['\u0001\u0002@A', "'@A"],
    ['\u0085=1', "' =1"],
    ['first\r\n=2', 'first =2'],
    ['a\u0000b\u0007c', 'abc'],
    ['a;=1+1', "a;'=1+1"],
    ['a; "=1+1', `a; ""'=1+1`],
    ['plain - text = fine', 'plain - text = fine'],
    ["'=1", "'=1"],
  ])('%j', (text, expected) => {
    expect(csvRow([text])).toBe(`"${expected}"\r\n`);
  });
});

test('T26: in a file with semicolons no text becomes a formula to who splits at commas', () => {
  expect(csvRow(['a, "=1+1', '=1', 'a;=1'], dialectOf('ru'))).toBe(`"a, ""'=1+1";"'=1";"a;=1"\r\n`);
});

describe('a file is saved under a harmless name', () => {
  test.each([
    ['Deals by stage', 'attachment; filename="Deals by stage.csv"; filename*=UTF-8\'\'Deals%20by%20stage.csv'],
    ['Сделки', `attachment; filename="LeadRelay.csv"; filename*=UTF-8''${encodeURIComponent('Сделки')}.csv`],
    ['../../etc/passwd', 'attachment; filename="etc passwd.csv"; filename*=UTF-8\'\'etc%20passwd.csv'],
    [
      'a"; filename="evil.exe',
      'attachment; filename="a filename evil.exe.csv"; filename*=UTF-8\'\'a%20filename%3D%20evil.exe.csv',
    ],
    ['x\r\nSet-Cookie: a=b', 'attachment; filename="x Set-Cookie ab.csv"; filename*=UTF-8\'\'x%20Set-Cookie%20a%3Db.csv'],
    ['\u202e\u200b', 'attachment; filename="LeadRelay.csv"; filename*=UTF-8\'\'LeadRelay.csv'],
  ])('%j', (title, expected) => {
    const header = attachment(title);
    expect(header).toMatch(/^[\x20-\x7e]+$/);
    expect(header).toBe(expected);
  });

  test('not longer than a file system takes', () => {
    expect(attachment('😀'.repeat(1000)).length).toBeLessThan(80 * 12 + 100);
  });
});
