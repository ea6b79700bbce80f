import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildApp } from '../../scripts/build-app.ts';
import { openBrowser } from '../../scripts/open-browser.ts';
import { startTestApp, type TestApp } from '../testing/test-app.ts';

let app: TestApp;
let browser: Browser;

beforeAll(async () => {
  app = await startTestApp({ assetsDir: await buildApp() });
  browser = await openBrowser();
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

test('an administrator replaces a lost webhook in the settings, under the page’s own policy', async () => {
  const portal = await app.bitrix.startPortal('webhook5');
  const owner = { id: '1', name: 'Dilnoza', isAdmin: true };
  portal.webhook = { secret: 'canary7secret14', user: owner };
  const link = await app.bitrix24.connectWebhook(`${portal.url}/rest/1/canary7secret14/`);
  portal.webhook = { secret: 'canary7secret15', user: owner };

  const page = await browser.newPage();
  const problems: string[] = [];
  // The browser reports every refused request; the app tells the person of it.
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(link.replace('https://leadrelay.test', app.url));
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByText(new URL(portal.url).host).waitFor();
  const connect = async (secret: string) => {
    await page.getByLabel('Webhook address').fill(`${portal.url}/rest/1/${secret}/`);
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
  };
  await connect('canary7secret14');
  await page.getByText('The portal does not accept this webhook.').waitFor();
  await connect('canary7secret15');
  await page.getByText('The webhook is connected.').waitFor();
  await page.getByRole('button', { name: 'Language and region' }).click();
  await page.getByRole('combobox', { name: 'Time zone' }).selectOption('Europe/Moscow');
  const zone = page.locator('.settings-card').filter({ has: page.getByRole('combobox', { name: 'Time zone' }) });
  await zone.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The time zone is saved.').waitFor();
  expect(problems).toEqual([]);
});
