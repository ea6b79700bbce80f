import { expect, test } from 'vitest';
import { parseCommand, parseQuery } from './params.ts';

test('bracketed names become nested values, and lists where the keys count from 0', () => {
  expect(parseQuery('filter[>id]=5&select[0]=id&select[1]=title&order[id]=ASC&ids[]=7&ids[]=8')).toEqual({
    filter: { '>id': '5' },
    select: ['id', 'title'],
    order: { id: 'ASC' },
    ids: ['7', '8'],
  });
});

test('encoded and plain forms mean the same', () => {
  const encoded = 'filter%5B%3EID%5D=5&filter%5B%40STAGE_ID%5D%5B0%5D=NEW&filter%5B%40STAGE_ID%5D%5B1%5D=WON';
  expect(parseQuery(encoded)).toEqual(parseQuery('filter[>ID]=5&filter[@STAGE_ID][0]=NEW&filter[@STAGE_ID][1]=WON'));
});

test('a nested OR group keeps its keys', () => {
  expect(parseQuery('filter[0][logic]=OR&filter[0][0][!%3Dname]=&filter[0][1][!%3DlastName]=')).toEqual({
    filter: [{ logic: 'OR', '0': { '!=name': '' }, '1': { '!=lastName': '' } }],
  });
});

test('an unencoded = ends the name, as in PHP', () => {
  expect(parseQuery('filter[>=id]=5')).toEqual({ 'filter[>': 'id]=5' });
});

test('only the top level of names loses its case', () => {
  expect(parseCommand('CRM.Lead.List.json?FILTER[ID]=1&START=-1')).toEqual({
    name: 'crm.lead.list',
    params: { filter: { ID: '1' }, start: '-1' },
  });
});

test('names of object internals stay plain data', () => {
  const parsed = parseQuery('__proto__[polluted]=1&a[constructor][prototype]=2');
  expect(Object.hasOwn(parsed, '__proto__')).toBe(true);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});
