import type { Browser, BrowserContextOptions, Frame, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { BootData } from '../../contract/session.ts';
import { buildApp } from '../../scripts/build-app.ts';
import { openBrowser } from '../../scripts/open-browser.ts';
import { type FakePortal, startFakePortal } from './fake-portal.ts';
import { sampleBoot } from './sample-replies.ts';

export interface AppPage {
  portal: FakePortal;
  page: Page;
  /** Folder of the app's build. */
  dist: string;
  /** What was written to the console. */
  logged: string[];
  /** Paths that were answered, oldest first. */
  loaded: string[];
  /** Opens the app alone. */
  open(boot?: Partial<BootData>): Promise<void>;
  /** Opens the app inside the portal's page; answers its frame. */
  openFramed(boot?: Partial<BootData>): Promise<Frame>;
}

interface Options extends BrowserContextOptions {
  /** Default: the app as it is shipped. @returns its folder */
  build?: () => Promise<string>;
}

/**
 * Gives each test of a file a portal of its own and a blank page, and fails those in which the app has reported an error.
 * @param begin takes them before each test, and says what the portal's API answers
 */
export function openForEachTest(begin: (opened: AppPage) => void, { build = buildApp, ...options }: Options = {}): void {
  let dist: string;
  let browser: Browser;
  let portal: FakePortal;
  let page: Page;
  let problems: string[];

  beforeAll(async () => {
    dist = await build();
    browser = await openBrowser();
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    portal = await startFakePortal(dist);
    page = await browser.newPage({ reducedMotion: 'reduce', timezoneId: 'UTC', ...options });
    problems = [];
    const logged: string[] = [];
    const loaded: string[] = [];
    page.on('console', (message) => {
      const text = message.text();
      logged.push(text);
      // Chromium reports a refused request of the script's own; everything else on the console is a fault of the app.
      if (message.type() === 'error' && !text.startsWith('Failed to load resource')) problems.push(text);
    });
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('response', (response) => loaded.push(new URL(response.url()).pathname));
    begin({ portal, page, dist, logged, loaded, open, openFramed });
  });
  afterEach(async () => {
    await page.close();
    await portal.close();
    expect(problems).toEqual([]);
  });

  async function open(boot: Partial<BootData> = {}): Promise<void> {
    portal.boot = sampleBoot({ ...portal.boot, ...boot });
    await page.goto(portal.appUrl);
  }

  async function openFramed(boot: Partial<BootData> = {}): Promise<Frame> {
    portal.boot = sampleBoot({ ...portal.boot, ...boot });
    await page.goto(portal.portalUrl);
    await page.waitForFunction(() => document.querySelector('iframe')?.contentWindow !== null);
    const frame = page.frames().find((one) => one.url() === portal.appUrl) ?? (await page.waitForEvent('frameattached'));
    await frame.waitForURL(portal.appUrl);
    return frame;
  }
}
