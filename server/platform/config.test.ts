import { expect, test } from 'vitest';
import { ConfigError, loadConfig } from './config.ts';

const SECRET = 'Zk3vT9qLx8mRwB1nYc7uPd5sHf2jGa6e';
const minimal = { LEADRELAY_SECRET: SECRET, DATABASE_URL: 'postgresql://owner:pw@127.0.0.1:5432/leadrelay' };
const production = { ...minimal, NODE_ENV: 'production', PUBLIC_URL: 'https://leadrelay.test' };

test('the app and the job queue get connections of their own roles, never the owner’s', () => {
  const config = loadConfig(minimal);
  expect(new URL(config.databaseUrl).username).toBe('leadrelay_app');
  expect(new URL(config.jobsDatabaseUrl).username).toBe('leadrelay_jobs');
  expect(
    new Set([config.ownerDatabaseUrl, config.databaseUrl, config.jobsDatabaseUrl].map((url) => new URL(url).password)).size,
  ).toBe(3);
});

test('the same secret gives the same role passwords in every process, another secret gives others', () => {
  expect(loadConfig(minimal).databaseUrl).toBe(loadConfig({ ...minimal }).databaseUrl);
  expect(loadConfig({ ...minimal, LEADRELAY_SECRET: `${SECRET}x` }).databaseUrl).not.toBe(loadConfig(minimal).databaseUrl);
});

test('empty values count as unset', () => {
  expect(loadConfig({ ...minimal, PORT: '', BITRIX24_CLIENT_ID: '', BITRIX24_CLIENT_SECRET: '' }).port).toBe(3000);
});

test.each([
  [{}, 'LEADRELAY_SECRET'],
  [{ ...minimal, LEADRELAY_SECRET: 'short' }, 'LEADRELAY_SECRET'],
  [{ ...minimal, DATABASE_URL: 'mysql://x' }, 'DATABASE_URL'],
  [{ ...minimal, PORT: 'eighty' }, 'PORT'],
  [{ ...minimal, PORT: '70000' }, 'PORT'],
  [{ ...minimal, BITRIX24_CLIENT_ID: 'app.1' }, 'BITRIX24_CLIENT_SECRET'],
  [{ ...minimal, PUBLIC_URL: 'nonsense' }, 'PUBLIC_URL'],
  [{ ...minimal, OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'file:///etc/passwd' }, 'OPENAI_BASE_URL'],
  [{ ...minimal, OPENAI_API_KEY: 'k', OPENAI_PRICES: '2.5' }, 'OPENAI_PRICES'],
  [{ ...minimal, OPENAI_API_KEY: 'k', OPENAI_MODEL: 'of-unknown-price' }, 'OPENAI_PRICES'],
  [{ ...minimal, OPENAI_API_KEY: 'k', LLM_DAILY_USD: '-1' }, 'LLM_DAILY_USD'],
  [{ ...production, OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'http://model.test/v1' }, 'OPENAI_BASE_URL'],
  [{ ...production, OUTBOUND_ALLOW: '127.0.0.1:4010' }, 'OUTBOUND_ALLOW'],
  [{ ...production, BITRIX24_OAUTH_URLS: 'https://evil.test' }, 'BITRIX24_OAUTH_URLS'],
  [{ ...production, PUBLIC_URL: 'http://leadrelay.test' }, 'PUBLIC_URL'],
  [{ ...production, LEADRELAY_SECRET: 'please-change-me-please-change-me' }, 'LEADRELAY_SECRET'],
  [{ ...production, BITRIX24_CLIENT_ID: 'app.1', BITRIX24_CLIENT_SECRET: SECRET }, 'LEADRELAY_SECRET'],
])('a wrong setting is refused by its name, without its value: %#', (env, name) => {
  expect(() => loadConfig(env)).toThrow(ConfigError);
  expect(() => loadConfig(env)).toThrow(name);
});

test('without a key there is no model; with one it has a price, a budget and an address without a slash at its end', () => {
  expect(loadConfig(minimal).llm).toBeNull();
  const key = { ...minimal, OPENAI_API_KEY: 'canary-key' };
  expect(loadConfig(key).llm).toMatchObject({
    baseUrl: 'https://api.openai.com/v1',
    model: 'gpt-4o',
    prices: { input: 2.5, output: 10 },
  });
  const own = { ...key, OPENAI_BASE_URL: 'http://127.0.0.1:8000/v1/', OPENAI_MODEL: 'own', OPENAI_PRICES: '0, 0' };
  expect(loadConfig({ ...own, LLM_DAILY_TOKENS: '7', LLM_DAILY_USD: '0.01' }).llm).toEqual({
    ...{ apiKey: 'canary-key', baseUrl: 'http://127.0.0.1:8000/v1', model: 'own', prices: { input: 0, output: 0 } },
    ...{ dailyTokens: 7, dailyUsd: 0.01 },
  });
});

test('an error never repeats the value, which may be a secret', () => {
  expect(() => loadConfig({ ...minimal, LEADRELAY_SECRET: 'canary-7f3a' })).toThrow(/^(?!.*canary).*$/);
});
