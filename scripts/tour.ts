// Usage: npm run tour [-- --to <folder>] [-- --large] [-- --width <pixels>]
//
// Photographs every screen for people to look at: installs LeadRelay in sandbox portals of several kinds (a call centre in English
// and in Russian, a small one in Simple mode, an empty one; with --large also one of 1.2 million records) and goes through
// onboarding, dashboard, chat and settings, each in a light and a dark window. Default: into tour/, 1280 pixels wide.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { type PortalVisitor, visitPortal } from '../server/testing/portal-visitor.ts';
import { ensureChromium } from './chromium.ts';
import { launch } from './launch.ts';
import { openBrowser } from './open-browser.ts';

const { values: options } = parseArgs({
  options: {
    to: { type: 'string', default: 'tour' },
    large: { type: 'boolean', default: false },
    width: { type: 'string', default: '1280' },
  },
});
const width = Number(options.width);
if (!Number.isInteger(width) || width < 320 || width > 4000) throw new Error('--width is a whole number from 320 to 4000');

const PORTALS = [
  { name: 'call-centre-en', size: 'small', mode: 'classic', language: 'en' },
  { name: 'call-centre-ru', size: 'small', mode: 'classic', language: 'ru' },
  { name: 'simple-ru', size: 'tiny', mode: 'simple', language: 'ru' },
  { name: 'empty-en', size: 'empty', mode: 'classic', language: 'en' },
  ...(options.large ? [{ name: 'large-ru', size: 'large', mode: 'classic', language: 'ru' } as const] : []),
] as const;
const TWO_PAINTS = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 150))))';
/** The copy of a large portal takes some minutes. */
const LONG_MS = 1_800_000;

ensureChromium();
mkdirSync(options.to, { recursive: true });
const dataDir = mkdtempSync(path.join(tmpdir(), 'leadrelay-tour-'));
const launched = await launch({
  dataDir,
  env: { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'error' },
  sandbox: PORTALS.map(({ size, mode, language }) => ({ size, mode, language })),
  onProgress: (line) => console.error(line),
});
const browser = await openBrowser();
let troubles: string[] = [];
try {
  for (const [index, { name }] of PORTALS.entries()) {
    troubles = troubles.concat(await walk(browser, launched.sandbox?.portalUrls[index] ?? '', name));
  }
} finally {
  await browser.close();
  await launched.close();
  rmSync(dataDir, { recursive: true, force: true });
}
for (const trouble of troubles) console.error(trouble);
process.exitCode = troubles.length > 0 ? 1 : 0;

/** @returns what went wrong on the way */
async function walk(on: Browser, portalUrl: string, portal: string): Promise<string[]> {
  const visitor = await visitPortal(on, portalUrl);
  const { page, app } = visitor;
  page.setDefaultTimeout(120_000);
  await page.setViewportSize({ width, height: 1000 });
  let number = 0;
  const shoot = async (screen: string) => {
    number += 1;
    for (const colorScheme of ['light', 'dark'] as const) {
      // Charts then stand at once instead of growing.
      await page.emulateMedia({ reducedMotion: 'reduce', colorScheme });
      // What is outside of the window is not painted, and a frame of another origin paints when it likes.
      const height = await page.evaluate('document.documentElement.scrollHeight');
      await page.setViewportSize({ width, height: Math.min(6000, Number(height)) });
      for (const frame of page.frames()) await frame.evaluate(TWO_PAINTS).catch(() => {});
      const file = `${portal}-${String(number).padStart(2, '0')}-${screen}-${colorScheme}.png`;
      await page.screenshot({ path: path.join(options.to, file), animations: 'disabled' });
      console.error(file);
    }
    await page.setViewportSize({ width, height: 1000 });
  };

  await visitor.install();
  await app.locator('.onboarding .steps').waitFor();
  await shoot('first-minute');
  await app.locator('.onboarding[data-screen=choose]').waitFor({ timeout: LONG_MS });
  await shoot('choose');
  const build = app.locator('.onboarding[data-screen=choose] button[type=submit]');
  if ((await app.getByRole('checkbox', { disabled: false }).count()) > 0) {
    for (const box of await app.getByRole('checkbox', { disabled: false }).all()) await box.check();
    await build.click();
    await app.locator('.onboarding[data-screen=questions]').waitFor();
    await shoot('questions');
    await app.locator('.onboarding[data-screen=questions] button[type=submit]').click();
    await app.locator('.onboarding-note').waitFor();
    await shoot('ready');
    await visitor.open('/marketplace/app/');
  } else {
    await app.locator('.onboarding[data-screen=choose] .onboarding-actions button').last().click();
    await app.locator('.empty-portal').waitFor();
  }

  await app.locator('.panel-kpi, .empty-portal').first().waitFor();
  await app.locator('.panel[data-state=loading]').first().waitFor({ state: 'detached' });
  await shoot('dashboard');
  if ((await app.locator('.panel[data-state=ready] canvas').count()) > 0) await photographTools(visitor, shoot);

  await app.locator('#tab-chat').click();
  await app.locator('.chat-welcome button').first().click();
  await app.locator('.chat-message[data-from=assistant]').first().waitFor();
  await shoot('chat');
  await app.locator('#tab-dashboard').click();
  await app.locator('.page-head .button-icon').last().click();
  await app.locator('.settings-nav button').first().waitFor();
  for (const [place, section] of (await app.locator('.settings-nav button').all()).entries()) {
    await section.click();
    await app.locator('.settings [aria-busy=true]').first().waitFor({ state: 'detached' });
    await shoot(`settings-${place + 1}`);
  }
  await page.context().close();
  return visitor.troubles.map((trouble) => `${portal}: ${trouble}`);
}

/** What opens over the dashboard, one after the other. */
async function photographTools({ app, page }: PortalVisitor, shoot: (screen: string) => Promise<void>): Promise<void> {
  const menu = app.locator('.panel-chart .card-menu-button').first();
  await menu.click();
  await app.locator('[role=menu]').waitFor();
  await shoot('card-menu');
  await page.keyboard.press('Escape');
  await app.locator('.panel-chart[data-state=ready] canvas').first().click();
  await app.locator('.drill-list, .drill-count').first().waitFor();
  await shoot('records');
  await page.keyboard.press('Escape');
  const tools = app.locator('.dashboard-bar button');
  for (const [place, tool] of (await tools.all()).entries()) {
    if (!(await tool.isEnabled())) continue;
    await tool.click();
    await app.locator('.skeleton').first().waitFor({ state: 'detached' });
    await shoot(`tool-${place + 1}`);
    await page.keyboard.press('Escape');
    if ((await tool.getAttribute('aria-pressed')) === 'true') await tool.click();
  }
}
