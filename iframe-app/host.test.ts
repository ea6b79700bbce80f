import { expect, test } from 'vitest';
import { frameOrigin } from './host.ts';

test.each([
  ['acme.bitrix24.com|1|sid', 'https://acme.bitrix24.com'],
  ['acme.bitrix24.com:443|1|sid', 'https://acme.bitrix24.com'],
  ['localhost:3000|0|sid', 'http://localhost:3000'],
  ['crm.acme.uz:8443|1|sid', 'https://crm.acme.uz:8443'],
  ['acme.bitrix24.com|1|', null],
  ['acme.bitrix24.com', null],
  ['', null],
])('the frame name %j speaks for %j', (name, origin) => {
  expect(frameOrigin(name)).toBe(origin);
});
