import type { Browser, FrameLocator, Page } from 'playwright-core';

/** Where the sandbox's call centre is. */
const WORLD_TIMEZONE = 'Asia/Tashkent';

/** Somebody who works in a sandbox portal: what they click, and what they read in LeadRelay's frame. */
export interface PortalVisitor {
  page: Page;
  /** Everything that went wrong in the page or LeadRelay's frame: script errors, console errors, failed loads. */
  troubles: string[];
  /** Becomes another user of the portal. */
  workAs(userId: number): Promise<void>;
  /** Clicks Install in the market as the current user. */
  install(): Promise<void>;
  open(path: string): Promise<void>;
  /** What stands in LeadRelay's frame, whenever the portal loads it anew. */
  app: FrameLocator;
}

export async function visitPortal(browser: Browser, portalUrl: string): Promise<PortalVisitor> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, timezoneId: WORLD_TIMEZONE });
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('pageerror', (error) => troubles.push(`script: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') troubles.push(`console: ${message.text()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) troubles.push(`${response.status()} ${new URL(response.url()).pathname}`);
  });
  const open = async (path: string) => {
    await page.goto(new URL(path, portalUrl).href);
  };
  return {
    page,
    troubles,
    open,
    async workAs(userId) {
      await open('/auth/');
      await page.click(`button[name=user][value="${userId}"]`);
      await page.waitForSelector('.top');
    },
    async install() {
      await open('/marketplace/');
      await page.click('form[action="/marketplace/install/"] button');
    },
    app: page.frameLocator('.app-frame iframe'),
  };
}

/** KPI values by title, as exact decimal texts. */
export async function readKpis(app: FrameLocator): Promise<Map<string, string>> {
  const cards = await app.locator('.panel-kpi').all();
  const read = cards.map(
    async (card) =>
      [(await card.locator('h2').textContent()) ?? '', (await card.locator('.kpi-value').getAttribute('value')) ?? ''] as const,
  );
  return new Map(await Promise.all(read));
}

/** A chart's values by category, from the table beside the canvas. */
export async function readChart(app: FrameLocator, title: string): Promise<Map<string, string[]>> {
  const table = app.locator('table', { has: app.locator('caption', { hasText: title }) });
  const rows = await table.locator('tbody tr').all();
  const read = rows.map(
    async (row) => [(await row.locator('th').textContent()) ?? '', await row.locator('td').allTextContents()] as const,
  );
  return new Map(await Promise.all(read));
}
