import { expect, test } from 'vitest';
import { createLogger, redactText } from './log.ts';

function capture() {
  const lines: string[] = [];
  const log = createLogger({ logLevel: 'debug' }, { write: (line: string) => lines.push(line) });
  return { log, text: () => lines.join('') };
}

test('an entry is one JSON line with level, time, fields and message', () => {
  const { log, text } = capture();
  log.info({ tenantId: '0b8f4b6e-6f4e-4c53-9a55-0f7f5d3f2a11', records: 2500, entity: 'leads' }, 'batch saved');
  expect(JSON.parse(text())).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    tenantId: '0b8f4b6e-6f4e-4c53-9a55-0f7f5d3f2a11',
    records: 2500,
    entity: 'leads',
    msg: 'batch saved',
  });
});

test('no token, phone or e-mail reaches the log, whichever way it is handed over', () => {
  const { log, text } = capture();
  const token = '9d4c7166007e9c94001e30baCANARY01f0f107';
  log.warn({ accessToken: token, headers: { authorization: `Bearer ${token}` }, contactPhone: '+998 90 123-45-67' }, 'fields');
  log.warn({ nested: { deep: { AUTH_ID: token, note: `call canary@example.test` } } }, 'nested');
  log.warn(`message with ${token} and canary@example.test and +998901234567`);
  log.error({ err: new Error(`refused ${token}`, { cause: new Error('caused by canary@example.test') }) }, 'error');
  log.error(Object.assign(new Error(`bare error ${token}`), { body: `AUTH_ID=${token}`, response: { canary: token } }));
  log.error({ err: new Error(`no message beside ${token}`) });
  log.info({ url: `https://portal.test/rest/1/canary7secret/profile?auth=${token}` }, 'webhook');
  expect(text().toLowerCase()).not.toContain('canary');
  expect(text()).not.toMatch(/9[089]\D?90|1234567|45-67/);
  expect(text()).toContain('bare error');
});

test('an error keeps what helps: name, code, frames, cause', () => {
  const { log, text } = capture();
  log.error({ err: Object.assign(new Error('connection lost'), { code: '57P01' }) }, 'database');
  const entry = JSON.parse(text());
  expect(entry.err).toMatchObject({ name: 'Error', message: 'connection lost', code: '57P01' });
  expect(entry.err.stack[0]).toMatch(/^at .*log\.test\.ts/);
});

test.each([
  [
    'uuids, words and times stay',
    'run 0b8f4b6e-6f4e-4c53-9a55-0f7f5d3f2a11 at 2026-11-24T10:30:00Z unable_to_register_the_placement',
  ],
  ['counts stay', 'copied 1234567 of 2000000 records in 12.5 s'],
  ['paths stay', 'at startServer (server/main.ts:120:7)'],
])('%s', (_name, text) => {
  expect(redactText(text)).toBe(text);
});
