import { expect, test } from 'vitest';
import { createSealer, deriveKey, isSameSecret, SealError } from './crypto.ts';

const SECRET = 'Zk3vT9qLx8mRwB1nYc7uPd5sHf2jGa6e';
const context = { tenantId: '0b8f4b6e-6f4e-4c53-9a55-0f7f5d3f2a11', connection: 'bitrix24', field: 'access_token' };

test('what is sealed opens again, in any script and when empty', () => {
  const sealer = createSealer(SECRET);
  for (const text of ['', 'token-1', 'ключ — калит 🔑']) expect(sealer.open(sealer.seal(text, context), context)).toBe(text);
});

test('the sealed value hides the text and differs every time', () => {
  const sealer = createSealer(SECRET);
  const first = sealer.seal('canary-token', context);
  expect(Buffer.from(first, 'base64url').toString('latin1')).not.toContain('canary');
  expect(sealer.seal('canary-token', context)).not.toBe(first);
});

test('a value moved to another tenant, connection or field does not open', () => {
  const sealer = createSealer(SECRET);
  const sealed = sealer.seal('token', context);
  for (const elsewhere of [
    { ...context, tenantId: 'f2f2a6f4-40bb-4a07-a9a5-4a1a0b7d8f9c' },
    { ...context, connection: 'zoho' },
    { ...context, field: 'refresh_token' },
  ]) {
    expect(() => sealer.open(sealed, elsewhere)).toThrow(SealError);
  }
});

test('a value with any byte changed, cut short or empty does not open', () => {
  const sealer = createSealer(SECRET);
  const blob = Buffer.from(sealer.seal('token', context), 'base64url');
  for (let index = 0; index < blob.length; index += 1) {
    const changed = Buffer.from(blob);
    changed[index] = (changed[index] ?? 0) ^ 1;
    expect(() => sealer.open(changed.toString('base64url'), context)).toThrow(SealError);
  }
  expect(() => sealer.open(blob.subarray(0, 20).toString('base64url'), context)).toThrow(SealError);
  expect(() => sealer.open('', context)).toThrow(SealError);
});

test('another master secret is told from a changed value by the key id', () => {
  const sealed = createSealer(SECRET).seal('token', context);
  expect(() => createSealer(`${SECRET}x`).open(sealed, context)).toThrow('another LEADRELAY_SECRET');
});

test('keys of different purposes differ and are 32 bytes', () => {
  expect(deriveKey(SECRET, 'session')).toHaveLength(32);
  expect(deriveKey(SECRET, 'session')).not.toEqual(deriveKey(SECRET, 'seal'));
});

test('secrets are compared whole, whatever their lengths', () => {
  expect(isSameSecret('abc', 'abc')).toBe(true);
  expect(isSameSecret('abc', 'abcd')).toBe(false);
  expect(isSameSecret('', 'a')).toBe(false);
});
