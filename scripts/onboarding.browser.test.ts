import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWorld } from '../sandbox/world/create-world.ts';
import type { Truth } from '../sandbox/world/truth.ts';
import { type PortalVisitor, readKpis, visitPortal } from '../server/testing/portal-visitor.ts';
import { type Launched, launch } from './launch.ts';
import { openBrowser } from './open-browser.ts';

const employee = createWorld({ size: 'tiny', seed: 1, now: Date.now() / 1000, mode: 'classic' }).users.find(
  (user) => user.active && !user.isAdmin,
);

let dataDir: string;
let launched: Launched;
let browser: Browser;
let urls: string[];

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'leadrelay-onboarding-'));
  launched = await launch({
    dataDir,
    env: { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'error' },
    sandbox: [
      { size: 'tiny', mode: 'classic', language: 'en' },
      { size: 'tiny', mode: 'simple', language: 'ru' },
      { size: 'empty', mode: 'classic', language: 'en' },
    ],
    onProgress: () => {},
  });
  urls = launched.sandbox?.portalUrls ?? [];
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await launched?.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function readTruth(portalUrl: string): Promise<Truth> {
  return (await (await fetch(`${portalUrl}/sandbox/truth`)).json()) as Truth;
}

function screen(visitor: PortalVisitor, name: string) {
  return visitor.app.locator(`.onboarding[data-screen=${name}]`);
}

/** `200K leads` → 200: what stands before the word, in thousands where it is shortened. */
async function foundLine(visitor: PortalVisitor, word: RegExp): Promise<string> {
  const lines = await visitor.app.locator('.found strong').allTextContents();
  return (lines.find((line) => word.test(line)) ?? '').replaceAll(/\s/g, ' ');
}

test('an administrator installs, chooses, answers and has a dashboard of their own; another round adds to it', async () => {
  const [portalUrl = ''] = urls;
  const visitor = await visitPortal(browser, portalUrl);
  await visitor.install();
  await visitor.app.locator('.steps [aria-current=step]').waitFor();
  await screen(visitor, 'choose').waitFor();
  const truth = await readTruth(portalUrl);
  const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
  const write = (count: number) => (count < 10_000 ? count.toLocaleString('en') : short.format(count));
  expect(await foundLine(visitor, /leads/)).toBe(`${write(truth.kpis.totalLeads)} leads`);
  expect(await foundLine(visitor, /deals/)).toBe(`${write(truth.kpis.totalDeals)} deals`);

  for (const box of await visitor.app.getByRole('checkbox', { disabled: false }).all()) await box.uncheck();
  await visitor.app.getByRole('checkbox', { name: 'Leads and sales pipeline' }).check();
  await visitor.app.getByRole('button', { name: 'Continue' }).click();
  await screen(visitor, 'questions').waitFor();
  await visitor.app.getByRole('radio', { name: 'The last 90 days' }).check();
  await visitor.app.getByRole('button', { name: 'Build my dashboard' }).click();
  await visitor.app.getByRole('region', { name: 'Your dashboard is ready' }).waitFor();
  await visitor.app.locator('.panel:is([data-state=loading], [data-state=not_synced])').first().waitFor({ state: 'detached' });
  expect((await readKpis(visitor.app)).get('Total leads')).toBe(String(truth.kpis.totalLeads));
  const first = await visitor.app.locator('.panel-chart h2').allTextContents();
  expect(first.length).toBeGreaterThan(2);

  await visitor.app.getByRole('button', { name: 'Change what I track' }).click();
  await screen(visitor, 'choose').waitFor();
  await visitor.page.reload();
  await screen(visitor, 'choose').waitFor();
  expect(await visitor.app.getByRole('checkbox', { checked: true }).count()).toBe(1);
  await visitor.app.getByRole('checkbox', { name: 'Ads and sources' }).check();
  await visitor.app.getByRole('button', { name: 'Continue' }).click();
  await screen(visitor, 'questions').waitFor();
  expect(await visitor.app.getByRole('radio', { name: 'The last 90 days' }).isChecked()).toBe(true);
  await visitor.app.getByRole('button', { name: 'Back' }).click();
  await screen(visitor, 'choose').waitFor();
  await visitor.app.getByRole('button', { name: 'Continue' }).click();
  await visitor.app.getByRole('button', { name: 'Build my dashboard' }).click();
  await visitor.app.getByRole('region', { name: 'Your dashboard is ready' }).waitFor();
  const second = await visitor.app.locator('.panel-chart h2').allTextContents();
  expect(second).toEqual(expect.arrayContaining(first));
  expect(second.length).toBeGreaterThan(first.length);

  if (!employee) throw new Error('The world has no ordinary employee.');
  await visitor.workAs(employee.id);
  await visitor.open('/marketplace/app/');
  await visitor.app.locator('.panel[data-state=ready]').first().waitFor();
  expect(await visitor.app.getByRole('button', { name: 'Change what I track' }).count()).toBe(0);
  expect(visitor.troubles).toEqual([]);
  await visitor.page.context().close();
});

test('a portal without leads is asked in Russian about contacts, and may leave it for later', async () => {
  const visitor = await visitPortal(browser, urls[1] ?? '');
  await visitor.install();
  await screen(visitor, 'choose').waitFor();
  await visitor.app.getByRole('checkbox', { name: 'Контакты и воронка продаж' }).waitFor();
  expect(await foundLine(visitor, /лид/)).toBe('');
  const heard = visitor.page.waitForResponse((response) => response.url().endsWith('/onboarding/later'));
  await visitor.app.getByRole('button', { name: 'Позже' }).click();
  const banner = visitor.app.getByRole('region', { name: 'Ваш собственный дашборд ждёт' });
  await banner.waitFor();
  expect((await heard).status()).toBe(200);
  await visitor.open('/marketplace/app/');
  await banner.waitFor();
  expect(visitor.troubles).toEqual([]);
  await visitor.page.context().close();
});

test('an empty portal is told so, and what it takes', async () => {
  const visitor = await visitPortal(browser, urls[2] ?? '');
  await visitor.install();
  await visitor.app.getByRole('heading', { level: 1, name: 'Your CRM has no records yet' }).waitFor();
  expect(await visitor.app.locator('.category-unlock').count()).toBeGreaterThanOrEqual(6);
  await visitor.app.getByRole('button', { name: 'To the dashboard' }).click();
  await visitor.app.locator('.empty-portal').waitFor();
  expect(visitor.troubles).toEqual([]);
  await visitor.page.context().close();
});
