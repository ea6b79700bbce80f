import type { Request } from 'express';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { AppError } from '../platform/errors.ts';
import { isTooDeep, parseBody, parseQuery } from './input.ts';

const chart = z.strictObject({
  title: z.string().trim().min(1).max(10),
  timeRangeDays: z.number().int().min(1).max(3660),
  kind: z.enum(['bar', 'line']),
  config: z.strictObject({ names: z.array(z.string()).max(2) }).optional(),
});
const query = z.strictObject({ limit: z.coerce.number().int().min(1).max(1000) });
const good = { title: 'Won', timeRangeDays: 30, kind: 'bar' };

/** `path code` of each issue. */
function issuesOf(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return [error.code, ...error.issues.map(({ path, code }) => `${path} ${code}`)];
    throw error;
  }
  return [];
}

const issuesOfBody = (body: unknown) => issuesOf(() => parseBody(chart, { body } as Request));

test('a good body comes back parsed', () => {
  expect(parseBody(chart, { body: good } as Request)).toEqual(good);
});

test.each<[object, string, string]>([
  [{ timeRangeDays: Number.POSITIVE_INFINITY }, 'timeRangeDays', 'out_of_range'],
  [{ timeRangeDays: -1 }, 'timeRangeDays', 'out_of_range'],
  [{ timeRangeDays: 0 }, 'timeRangeDays', 'out_of_range'],
  [{ timeRangeDays: 1.5 }, 'timeRangeDays', 'out_of_range'],
  [{ timeRangeDays: 99_999 }, 'timeRangeDays', 'out_of_range'],
  [{ timeRangeDays: '30' }, 'timeRangeDays', 'wrong_type'],
  [{ timeRangeDays: null }, 'timeRangeDays', 'wrong_type'],
  [{ timeRangeDays: undefined }, 'timeRangeDays', 'required'],
  [{ title: 'x'.repeat(11) }, 'title', 'too_long'],
  [{ title: '   ' }, 'title', 'blank'],
  [{ title: 'a\0' }, 'title', 'invalid_characters'],
  [{ kind: 'pie' }, 'kind', 'invalid_value'],
  [{ config: { names: [1] } }, 'config.names.0', 'wrong_type'],
  [{ config: { names: ['a', 'b', 'c'] } }, 'config.names', 'out_of_range'],
  [{ config: { names: [], tenant_id: '1' } }, 'config.tenant_id', 'unknown_field'],
])('%o is refused at its path with its code', (change, path, code) => {
  expect(issuesOfBody({ ...good, ...change })).toEqual([code, `${path} ${code}`]);
});

test('all wrong fields are named at once', () => {
  expect(issuesOfBody({ title: '', kind: 'pie', extra: 1 })).toEqual([
    'blank',
    'title blank',
    'timeRangeDays required',
    'kind invalid_value',
    'extra unknown_field',
  ]);
});

test('polluting keys are refused at any depth', () => {
  expect(issuesOfBody(JSON.parse('{"config":{"__proto__":{"names":[]}}}'))[0]).toBe('unknown_field');
  expect(issuesOfBody({ ...good, constructor: { prototype: {} } })).toEqual(['unknown_field', 'constructor unknown_field']);
});

test('a long key does not come back whole', () => {
  const [, issue = ''] = issuesOfBody({ ...good, ['k'.repeat(5_000)]: 1 });
  expect(issue.length).toBeLessThan(100);
});

test.each([
  ['5', []],
  ['9007199254740993', ['out_of_range', 'limit out_of_range']],
  ['0', ['out_of_range', 'limit out_of_range']],
])('limit=%s', (limit, issues) => {
  expect(issuesOf(() => parseQuery(query, { query: { limit } } as unknown as Request))).toEqual(issues);
});

test('depth counts brackets, not those inside strings', () => {
  expect(isTooDeep(`${'['.repeat(20)}${']'.repeat(20)}`)).toBe(false);
  expect(isTooDeep(`${'['.repeat(21)}${']'.repeat(21)}`)).toBe(true);
  expect(isTooDeep(JSON.stringify({ text: `"\\${'['.repeat(100)}` }))).toBe(false);
  expect(isTooDeep('{}'.repeat(100))).toBe(false);
});

test('where a field says which form a body has, its absence is what is missing', () => {
  const forms = z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('a') }),
    z.strictObject({ kind: z.literal('b') }),
  ]);
  const issues = (body: unknown) => issuesOf(() => parseBody(z.strictObject({ config: forms }), { body } as Request));
  expect(issues({ config: {} })).toEqual(['required', 'config.kind required']);
  expect(issues({ config: { kind: 'c' } })).toEqual(['invalid_value', 'config.kind invalid_value']);
});
