import { expect, test } from 'vitest';
import { RawJson } from './raw-json.ts';

test('digits go out as they are, and nothing that is no JSON does', () => {
  expect(JSON.stringify({ amount: new RawJson('9007199254740993.01') })).toBe('{"amount":9007199254740993.01}');
  expect(() => new RawJson('1 234,56')).toThrow(SyntaxError);
  expect(() => new RawJson('{"a":1}')).toThrow(SyntaxError);
});
