// Usage: npm run tour [-- --to <folder>] [--large] [--width <pixels>] [--portal <name>] [--model]
//
// Photographs every screen for people to look at: installs LeadRelay in sandbox portals of several kinds (a call centre in English
// and in Russian, a small one in Simple mode, an empty one; with --large also one of 1.2 million records) and goes through
// installation, onboarding, dashboard and what opens over it, a record's page, chat, settings and deletion, each in a light and a
// dark window; with --model beside a stand-in for a language model. Default: all of them, into tour/, 1280 pixels wide.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, Locator, Page } from 'playwright-core';
import { type PortalVisitor, visitPortal } from '../server/testing/portal-visitor.ts';
import { ensureChromium } from './chromium.ts';
import { launch } from './launch.ts';
import { openBrowser } from './open-browser.ts';

const { values: options } = parseArgs({
  options: {
    to: { type: 'string', default: 'tour' },
    large: { type: 'boolean', default: false },
    model: { type: 'boolean', default: false },
    width: { type: 'string', default: '1280' },
    portal: { type: 'string' },
  },
});
const width = Number(options.width);
if (!Number.isInteger(width) || width < 320 || width > 4000) throw new Error('--width is a whole number from 320 to 4000');

const KNOWN = [
  { name: 'call-centre-en', size: 'small', mode: 'classic', language: 'en' },
  { name: 'call-centre-ru', size: 'small', mode: 'classic', language: 'ru' },
  { name: 'simple-ru', size: 'tiny', mode: 'simple', language: 'ru' },
  { name: 'empty-en', size: 'empty', mode: 'classic', language: 'en' },
  ...(options.large ? [{ name: 'large-ru', size: 'large', mode: 'classic', language: 'ru' } as const] : []),
] as const;
const PORTALS = KNOWN.filter(({ name }) => options.portal === undefined || name === options.portal);
if (PORTALS.length === 0) throw new Error(`--portal is one of ${KNOWN.map(({ name }) => name).join(', ')}`);
const TWO_PAINTS = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 150))))';
/** The copy of a large portal took half an hour on a busy machine. */
const LONG_MS = 3_600_000;
const WINDOW_HEIGHT = 1000;
/** In the order of the settings' navigation. */
const SECTIONS = ['connections', 'sync', 'preferences', 'members', 'data', 'access-log'];

/** @param of `page`: all of it; `window`: what a person sees of it, with what stands over it */
type Shoot = (screen: string, of?: 'page' | 'window') => Promise<void>;

ensureChromium();
mkdirSync(options.to, { recursive: true });
const dataDir = mkdtempSync(path.join(tmpdir(), 'leadrelay-tour-'));
const launched = await launch({
  dataDir,
  env: { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'error' },
  sandbox: PORTALS.map(({ size, mode, language }) => ({ size, mode, language })),
  hasModel: options.model,
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
  await page.setViewportSize({ width, height: WINDOW_HEIGHT });
  let number = 0;
  const shoot: Shoot = async (screen, of = 'page') => {
    number += 1;
    for (const colorScheme of ['light', 'dark'] as const) {
      // Charts then stand at once instead of growing.
      await page.emulateMedia({ reducedMotion: 'reduce', colorScheme });
      // A frame of another origin may go on showing the theme before; with a window of another size it does not.
      await resize(page, WINDOW_HEIGHT - 1);
      await (of === 'page' ? unroll(page) : resize(page, WINDOW_HEIGHT));
      const file = `${portal}-${String(number).padStart(2, '0')}-${screen}-${colorScheme}.png`;
      await page.screenshot({ path: path.join(options.to, file), animations: 'disabled' });
      console.error(file);
    }
    await page.setViewportSize({ width, height: WINDOW_HEIGHT });
  };

  await install(visitor, shoot);
  await app.locator('.steps').waitFor();
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
  if ((await app.locator('.panel[data-state=ready] canvas').count()) > 0) {
    await photographTools(visitor, shoot);
    await photographRecord(visitor, shoot);
    await photographMember(visitor, shoot);
  }

  await app.locator('#tab-chat').click();
  await app.locator('.chat-welcome').waitFor();
  await shoot('chat-begins');
  await app.locator('.chat-welcome button').first().click();
  await app.locator('.chat-message[data-from=assistant]').first().waitFor();
  await shoot('chat');
  await app.locator('#tab-dashboard').click();
  await app.locator('.page-head .button-icon').last().click();
  await app.locator('.settings-nav button').first().waitFor();
  for (const [place, section] of SECTIONS.entries()) {
    await app.locator('.settings-nav button').nth(place).click();
    await app.locator('.settings [aria-busy=true]').first().waitFor({ state: 'detached' });
    await shoot(`settings-${section}`);
  }
  // From then on everything but the way back is refused.
  const troubles = visitor.troubles.map((trouble) => `${portal}: ${trouble}`);
  await app.locator('.settings-nav button').nth(SECTIONS.indexOf('data')).click();
  await app.locator('#delete-domain').fill(new URL(portalUrl).host);
  await app.locator('.settings .button-danger').click();
  await app.locator('.message-page button').waitFor();
  await shoot('deletion');
  await page.context().close();
  return troubles;
}

/** Installs the app; the portal takes its time until the page of the installation is photographed. */
async function install({ page, app, install }: PortalVisitor, shoot: Shoot): Promise<void> {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const FINISH = '**/portal/frame/finish-install';
  await page.route(FINISH, async (route) => {
    await held;
    await route.continue();
  });
  await install();
  await app.locator('.message-page').waitFor();
  await shoot('install');
  release();
  await app.locator('.message-page').waitFor({ state: 'detached' });
  await page.unroute(FINISH);
}

/** What opens over the dashboard, one after the other. */
async function photographTools({ app, page }: PortalVisitor, shoot: Shoot): Promise<void> {
  const openMenu = async () => {
    await app.locator('.panel-chart .card-menu-button').first().click();
    await app.locator('[role=menu]').waitFor();
  };
  await openMenu();
  await shoot('card-menu');
  await page.keyboard.press('Escape');
  await app.locator('.panel-chart[data-state=ready] canvas').first().click();
  await app.locator('.drill-list, .drill-count').first().waitFor();
  await shoot('records', 'window');
  await page.keyboard.press('Escape');
  // Records, table, full screen.
  await openMenu();
  await app.locator('[role=menu] [role=menuitem]').nth(2).click();
  await app.locator('.stage canvas').waitFor();
  await shoot('full-screen', 'window');
  await app.locator('.stage .overlay-head button').click();
  await app.locator('.stage').waitFor({ state: 'detached' });
  await openMenu();
  await app.locator('[role=menu] .is-danger').click();
  const [add, arrange, bin] = [0, 1, 2].map((place) => app.locator('.dashboard-bar button').nth(place));
  if (!add || !arrange || !bin) throw new Error('unreachable');
  await bin.click();
  await app.locator('.bin-list button').first().waitFor();
  await shoot('bin', 'window');
  await app.locator('.bin-list button').first().click();
  await page.keyboard.press('Escape');
  await app.locator('.overlay').waitFor({ state: 'detached' });
  await add.click();
  await app.locator('.overlay canvas').waitFor();
  await shoot('add', 'window');
  await page.keyboard.press('Escape');
  await app.locator('.overlay').waitFor({ state: 'detached' });
  if (!(await arrange.isEnabled())) return;
  await arrange.click();
  await shoot('arrange', 'window');
  await arrange.click();
}

/** A deal in the portal with LeadRelay's tab open. */
async function photographRecord({ app, page, open }: PortalVisitor, shoot: Shoot): Promise<void> {
  await open('/crm/deal/list/');
  await open((await page.locator('.records a.title').first().getAttribute('href')) ?? '');
  await page.getByRole('tab', { name: 'LeadRelay' }).click();
  await app.locator('.record h1').waitFor();
  await shoot('record');
}

/** Somebody without rights looks; then the administrator goes on. */
async function photographMember({ app, page, open, workAs }: PortalVisitor, shoot: Shoot): Promise<void> {
  await open('/auth/');
  const idOf = async (person: Locator) => Number(await person.getAttribute('value'));
  const self = await idOf(page.locator('button[name=user].current'));
  await workAs(await idOf(page.locator('button[name=user]:not(:has(.badge))').last()));
  await open('/marketplace/app/');
  await app.locator('.panel[data-state=ready]').first().waitFor();
  await shoot('member', 'window');
  await app.locator('.page-head .button-icon').last().click();
  await app.locator('.settings').waitFor();
  await shoot('member-settings');
  await workAs(self);
  await open('/marketplace/app/');
  await app.locator('.panel[data-state=ready]').first().waitFor();
}

/** Makes the window as tall as the page: what is outside of it is not painted. A frame becomes as tall as its content in its own time. */
async function unroll(page: Page): Promise<void> {
  for (let before = 0; ; ) {
    const height = Math.min(6000, Number(await page.evaluate('document.documentElement.scrollHeight')));
    if (height === before) return;
    before = height;
    await resize(page, height);
  }
}

/** Until every frame has painted itself in a window of that height. */
async function resize(page: Page, height: number): Promise<void> {
  await page.setViewportSize({ width, height });
  for (const frame of page.frames()) await frame.evaluate(TWO_PAINTS).catch(() => {});
}
