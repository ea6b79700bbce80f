import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildApp } from '../../scripts/build-app.ts';
import { findChromium } from '../../scripts/find-chromium.ts';
import { startTestApp, type TestApp } from '../testing/test-app.ts';

let app: TestApp;
let browser: Browser;

beforeAll(async () => {
  app = await startTestApp({ assetsDir: await buildApp() });
  browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
});
afterAll(async () => {
  await browser.close();
  await app.close();
});

test('a sign-in link opens the app under its own policy, leaves the address at once, and does nothing the second time', async () => {
  const portal = await app.bitrix.startPortal('webhook1');
  portal.webhook = { secret: 'canary7secret8', user: { id: '1', name: 'Dilnoza', isAdmin: true } };
  const link = (await app.bitrix24.connectWebhook(`${portal.url}/rest/1/canary7secret8/`)).replace(
    'https://leadrelay.test',
    app.url,
  );

  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(error.message));
  const loaded = page.waitForResponse((response) => response.url().startsWith(`${app.url}/api/dashboard/data`));
  await page.goto(link);
  expect((await loaded).status()).toBe(200);
  await page.locator('#notice').waitFor({ state: 'detached' });
  expect(page.url()).toBe(`${app.url}/app`);
  expect(problems).toEqual([]);

  const again = await browser.newPage();
  await again.goto(link);
  await again.getByText('This link was used already or is too old.').waitFor();
  expect(again.url()).toBe(`${app.url}/app`);
});
