import { readFile } from 'node:fs/promises';
import axe from 'axe-core';
import type { Frame, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { BootData } from '../contract/session.ts';
import { type AppPage, openForEachTest } from './testing/app-page.ts';
import { type FakePortal, refusal } from './testing/fake-portal.ts';
import { drillPage, type FakeWidgets, sampleCatalog, serveWidgets, widgetId } from './testing/fake-widgets.ts';
import { chartData, isKpiData, sampleDashboard, sampleSession, sampleSyncStatus } from './testing/sample-replies.ts';

const DRILL = 'POST /api/dashboard/drill';
const PREVIEW = 'POST /api/dashboard/preview';
/** The tenant's own charts of the sample, by their place. */
const SOURCES = widgetId(5);
const STAGES = widgetId(6);
const OUTCOMES = widgetId(7);

let app: AppPage;
let portal: FakePortal;
let fake: FakeWidgets;
let page: Page;

openForEachTest(
  (opened) => {
    app = opened;
    ({ portal, page } = app);
    fake = serveWidgets(portal);
  },
  { viewport: { width: 1280, height: 900 }, hasTouch: true },
);

async function open(boot: Partial<BootData> = {}): Promise<void> {
  await app.open(boot);
  await page.locator('.card-menu-button').first().waitFor();
}

async function openFramed(boot: Partial<BootData> = {}): Promise<Frame> {
  const frame = await app.openFramed(boot);
  await frame.locator('.card-menu-button').first().waitFor();
  return frame;
}

function card(id: string, where: Page | Frame = page) {
  return where.locator(`.panel[data-widget="${id}"]`);
}

async function openMenu(id: string, where: Page | Frame = page): Promise<void> {
  await card(id, where).locator('.card-menu-button').click();
  await where.locator('[role="menu"]').waitFor();
}

async function pick(id: string, item: string): Promise<void> {
  await openMenu(id);
  await page.locator('[role="menu"]').getByText(item, { exact: true }).click();
}

/** Titles of the charts as they stand on the screen. */
function order(): Promise<string[]> {
  return page.locator('.chart-grid h2').allTextContents();
}

function focusedLabel(): Promise<string | null> {
  return page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? null);
}

function askedOf(route: string): unknown[] {
  return fake.asked.filter((one) => one.route === route).map(({ body }) => body);
}

/** The file that an action hands over. */
async function downloadOf(action: () => Promise<void>): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent('download'), action()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** Where the middle of a mark of a drawing is, on the screen. */
async function pointOf(where: Page | Frame, id: string, index: number): Promise<{ x: number; y: number }> {
  const canvas = card(id, where).locator('canvas');
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  if (!box) throw new Error('no canvas');
  // The sample's six lying bars share the height above the axis.
  return { x: box.x + box.width * 0.4, y: box.y + ((box.height - 32) / 6) * (index + 0.5) };
}

describe('the menu of a card', () => {
  test('opens and moves by keys, and gives the focus back', async () => {
    await open();
    const button = card(SOURCES).locator('.card-menu-button');
    await button.focus();
    await page.keyboard.press('ArrowDown');
    expect(await button.getAttribute('aria-expanded')).toBe('true');
    expect(await focusedLabel()).toBe('Show records');
    await page.keyboard.press('End');
    expect(await focusedLabel()).toBe('Remove');
    await page.keyboard.press('ArrowDown');
    expect(await focusedLabel()).toBe('Show records');
    await page.keyboard.press('r');
    expect(await focusedLabel()).toBe('Rename');
    // The browser's own: it loads the page anew.
    const isLeftToBrowser = await page.evaluate(() =>
      document.activeElement?.dispatchEvent(
        new KeyboardEvent('keydown', { key: 'r', ctrlKey: true, bubbles: true, cancelable: true }),
      ),
    );
    expect(isLeftToBrowser).toBe(true);
    await page.keyboard.press('Escape');
    expect(await page.locator('[role="menu"]').count()).toBe(0);
    expect(await focusedLabel()).toBe('Actions: Leads by source');
    await page.keyboard.press('Enter');
    await page.locator('[role="menu"]').waitFor();
    await page.mouse.click(5, 5);
    await page.locator('[role="menu"]').waitFor({ state: 'detached' });
  });

  test('of a standard widget offers what works with it', async () => {
    await open();
    await openMenu('total-leads');
    expect(await page.locator('[role^="menuitem"]').allTextContents()).toEqual([
      'Show records',
      'Save numbers (CSV)',
      'Make a copy I can change',
    ]);
    await page.locator('[role="menuitem"]', { hasText: 'Make a copy' }).click();
    await page.getByText('“Total leads” is on the dashboard, at the end.').waitFor();
    const [body] = askedOf('POST /api/dashboard/widgets');
    expect(body).toMatchObject({ config: { title: 'Total leads', chartType: 'kpi' } });
    expect(body).not.toHaveProperty('config.chartId');
    expect(await page.locator('.panel-kpi').count()).toBe(5);
  });

  test('near the foot of the page opens upwards', async () => {
    await open();
    await openMenu(widgetId(10));
    const box = await page.locator('[role="menu"]').boundingBox();
    const content = await page.locator('#app').boundingBox();
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual((content?.y ?? 0) + (content?.height ?? 0));
  });
});

describe('a widget', () => {
  test('is renamed in place; Escape keeps the old name', async () => {
    await open();
    await pick(SOURCES, 'Rename');
    const field = page.getByLabel('New name');
    expect(await field.inputValue()).toBe('Leads by source');
    await field.fill('Откуда лиды');
    await page.keyboard.press('Enter');
    await card(SOURCES).getByRole('heading', { name: 'Откуда лиды' }).waitFor();
    expect(await focusedLabel()).toBe('Actions: Откуда лиды');
    expect(askedOf(`PATCH ${SOURCES}`)).toEqual([{ title: 'Откуда лиды' }]);
    await pick(SOURCES, 'Rename');
    await page.getByLabel('New name').fill('Nothing');
    await page.keyboard.press('Escape');
    await card(SOURCES).getByRole('heading', { name: 'Откуда лиды' }).waitFor();
    expect(askedOf(`PATCH ${SOURCES}`)).toHaveLength(1);
  });

  test('is drawn in another way, over other days and in another size', async () => {
    await open();
    await pick(SOURCES, 'Donut');
    await card(SOURCES).locator('.chart-round').waitFor();
    await pick(SOURCES, '90 days');
    await card(SOURCES).getByText('Last 90 days').waitFor();
    await pick(SOURCES, 'Large');
    const wide = await card(SOURCES).boundingBox();
    expect(wide?.width).toBeGreaterThan(1100);
    const [redrawn, counted, sized] = askedOf(`PATCH ${SOURCES}`);
    expect(redrawn).toMatchObject({ config: { chartType: 'donut', xField: 'source', title: 'Leads by source' } });
    expect(counted).toMatchObject({ config: { chartType: 'donut', timeRangeDays: 90 } });
    expect(sized).toEqual({ size: 'large' });
  });

  test('is as it was where a change is refused, and that is said', async () => {
    await open();
    portal.api[`PATCH /api/dashboard/widgets/${SOURCES}`] = () => refusal(500, 'internal');
    await pick(SOURCES, 'Donut');
    await page.getByText('Something went wrong on our side.').waitFor();
    await card(SOURCES).locator('.chart-round').waitFor({ state: 'detached' });
    expect(await card(SOURCES).locator('canvas').count()).toBe(1);
    portal.api[`PATCH /api/dashboard/widgets/${SOURCES}`] = () => refusal(404, 'not_found');
    await pick(SOURCES, 'Large');
    await page.getByText('This widget is no longer on the dashboard').waitFor();
  });

  test('is removed and brought back by the one button beside the news', async () => {
    await open();
    const before = await order();
    await pick(SOURCES, 'Remove');
    await page.getByText('“Leads by source” is removed.').waitFor();
    expect(await order()).not.toContain('Leads by source');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('“Leads by source” is back.').waitFor();
    expect(await order()).toEqual(before);
    expect(fake.bin).toEqual([]);
  });

  test('is removed, brought back and moved by keys, and the focus is never lost', async () => {
    await open();
    await card(SOURCES).locator('.card-menu-button').press('ArrowDown');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.getByText('“Leads by source” is removed.').waitFor();
    expect(await focusedLabel()).toBe('Actions: Deals by stage');
    await page.getByRole('button', { name: 'Undo' }).press('Enter');
    await page.getByText('“Leads by source” is back.').waitFor();
    await expect.poll(focusedLabel).toBe('Actions: Leads by source');
    for (const item of ['Move forward', 'Move forward', 'Move back']) {
      await page.keyboard.press('Enter');
      await page.getByRole('menuitem', { name: item }).press('Enter');
      await page.locator('[role="menu"]').waitFor({ state: 'detached' });
      expect(await focusedLabel()).toBe('Actions: Leads by source');
    }
    await expect.poll(() => askedOf(`PATCH ${SOURCES}`)).toHaveLength(3);
    await expect.poll(focusedLabel).toBe('Actions: Leads by source');
  });

  test('is brought back from the bin', async () => {
    await open();
    await pick(STAGES, 'Remove');
    await page.getByText('“Deals by stage” is removed.').waitFor();
    await page.getByRole('button', { name: 'Bin' }).click();
    const bin = page.getByRole('dialog', { name: 'Removed widgets' });
    await bin.getByText('Deals by stage').waitFor();
    await bin.getByRole('button', { name: 'Bring back' }).click();
    await bin.getByText('The bin is empty.').waitFor();
    await page.keyboard.press('Escape');
    expect(await focusedLabel()).toBe('Bin');
    expect(await order()).toContain('Deals by stage');
  });

  test('that is gone already when it is removed is removed', async () => {
    await open();
    portal.api[`DELETE /api/dashboard/widgets/${SOURCES}`] = () => refusal(404, 'not_found');
    await pick(SOURCES, 'Remove');
    await page.getByText('“Leads by source” is removed.').waitFor();
  });

  test('is saved as a picture, as numbers, and shown on the whole screen', async () => {
    const csv = Buffer.from('\uFEFF"Source","Leads"\r\n"Website",4210\r\n');
    portal.api[`GET /api/dashboard/widgets/${SOURCES}/csv`] = () => ({
      body: csv,
      headers: {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': `attachment; filename="Leads.csv"; filename*=UTF-8''${encodeURIComponent('Лиды.csv')}`,
      },
    });
    await open();
    const numbers = await downloadOf(() => pick(SOURCES, 'Save numbers (CSV)'));
    expect(numbers).toEqual({ name: 'Лиды.csv', bytes: csv });
    const picture = await downloadOf(() => pick(STAGES, 'Save picture (PNG)'));
    expect(picture.name).toBe('Deals by stage.png');
    expect(picture.bytes.subarray(1, 4).toString()).toBe('PNG');
    // Its size is in the header; a picture of a chart is not a pixel.
    expect(picture.bytes.readUInt32BE(16)).toBeGreaterThan(200);
    expect(picture.bytes.readUInt32BE(20)).toBeGreaterThan(300);
    await pick(STAGES, 'Full screen');
    const stage = page.getByRole('dialog', { name: 'Deals by stage' });
    await stage.locator('canvas').waitFor();
    await page.waitForFunction(() => document.fullscreenElement !== null);
    await stage.getByRole('button', { name: 'Close' }).click();
    await stage.waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.fullscreenElement)).toBeNull();
    expect(await focusedLabel()).toBe('Actions: Deals by stage');
  });

  test('where the host lets no frame have the screen has all of what is seen of the frame', async () => {
    await page.addInitScript(() => Object.defineProperty(document, 'fullscreenEnabled', { value: false }));
    await open();
    await pick(STAGES, 'Full screen');
    const box = await page.getByRole('dialog', { name: 'Deals by stage' }).boundingBox();
    expect([box?.width, box?.height]).toEqual([1280, 900]);
  });

  test.each([
    { width: 1280, stands: 'beside' },
    { width: 380, stands: 'under' },
  ])('as a donut has the screen at $width px for itself, its legend $stands it', async ({ width, stands }) => {
    await page.addInitScript(() => Object.defineProperty(document, 'fullscreenEnabled', { value: false }));
    await page.setViewportSize({ width, height: 800 });
    await open();
    await pick(SOURCES, 'Donut');
    await card(SOURCES).locator('.chart-round').waitFor();
    await pick(SOURCES, 'Full screen');
    const stage = page.getByRole('dialog', { name: 'Leads by source' });
    const ring = await stage.locator('.chart-box').boundingBox();
    const legend = await stage.locator('.legend').boundingBox();
    if (!ring || !legend) throw new Error('nothing is shown');
    // The smaller side is what a ring can be as wide as: most of what the head leaves.
    expect(Math.min(ring.width, ring.height)).toBeGreaterThan(width === 1280 ? 600 : 300);
    if (stands === 'beside') expect(legend.x).toBeGreaterThanOrEqual(ring.x + ring.width);
    else expect(legend.y).toBeGreaterThanOrEqual(ring.y + ring.height);
    expect(legend.y + legend.height).toBeLessThanOrEqual(800);
  });

  test('as a funnel loads what draws funnels, which others do not', async () => {
    const loaded: string[] = [];
    page.on('request', (request) => loaded.push(request.url()));
    await open();
    expect(loaded.filter((url) => /\/funnel-/.test(url))).toEqual([]);
    await pick(STAGES, 'Funnel');
    await expect.poll(() => loaded.filter((url) => /\/funnel-/.test(url)).length).toBe(1);
    await page.waitForFunction((id) => {
      const canvas = document.querySelector<HTMLCanvasElement>(`[data-widget="${id}"] canvas`);
      const pixels = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      return pixels.some((value, index) => index % 4 === 3 && value > 0);
    }, STAGES);
    expect(await card(STAGES).locator('.chart-table').count()).toBe(0);
  });
});

describe('the records behind a number', () => {
  test('are listed at a click on a bar, page by page, and each opens in the CRM', async () => {
    const asked: unknown[] = [];
    portal.api[DRILL] = ({ body }) => {
      asked.push(body);
      const page =
        Object(body).after === 'next' ? drillPage(26, 5, { total: 30 }) : drillPage(1, 25, { total: 30, next: 'next' });
      const records = page.records.map((one) => ({
        ...one,
        url: one.url?.replace('https://portal.bitrix24.com', origin) ?? null,
      }));
      return { body: { ...page, records } };
    };
    const frame = await openFramed();
    const origin = portal.boot.hostOrigin;
    const { x, y } = await pointOf(frame, SOURCES, 0);
    await page.mouse.click(x, y);
    const list = frame.getByRole('dialog');
    await list.getByText('Deals · 30 records').waitFor();
    expect(await list.locator('.overlay-head').textContent()).toContain('Website: 4,210');
    expect(asked).toEqual([
      {
        config: expect.objectContaining({ title: 'Leads by source', xField: 'source', timeRangeDays: 30 }),
        point: { categoryKey: 'Website' },
        limit: 25,
      },
    ]);
    await list.getByRole('button', { name: 'Show more' }).click();
    await list.getByText('Поставка кабеля № 30').waitFor();
    expect(asked[1]).toMatchObject({ after: 'next' });
    expect(await list.locator('.drill-list li').count()).toBe(30);
    expect(await list.getByRole('button', { name: 'Show more' }).count()).toBe(0);
    const first = list.locator('.drill-list li').first();
    expect((await first.locator('> *').allTextContents()).map((text) => text.replaceAll(/\s/g, ' '))).toEqual([
      'Поставка кабеля № 1',
      '$12,500',
      'Гульнора Каримова',
      expect.stringContaining('Nov 20'),
    ]);
    await first.getByRole('link').click();
    await page.waitForFunction(() => Reflect.get(window, 'portal').paths.length > 0);
    expect(await page.evaluate(() => Reflect.get(window, 'portal').paths)).toEqual([
      expect.stringContaining('/crm/deal/details/1/'),
    ]);
    await page.keyboard.press('Escape');
    await list.waitFor({ state: 'detached' });
    expect(await frame.evaluate(() => document.activeElement?.tagName)).toBe('CANVAS');
  });

  test('say of an amount in another currency what it counts for', async () => {
    const [own, other] = drillPage(1, 2).records;
    if (!own || !other) throw new Error('The sample page has no records.');
    const inRoubles = { ...other, value: { amount: '1125000.00', currency: 'RUB' } };
    portal.api[DRILL] = () => ({ body: drillPage(1, 2, { records: [own, inRoubles] }) });
    const frame = await openFramed();
    const { x, y } = await pointOf(frame, SOURCES, 0);
    await page.mouse.click(x, y);
    const rows = frame.locator('.drill-list li');
    await rows.nth(1).waitFor();
    expect(await rows.nth(0).textContent()).not.toContain('≈');
    const texts = (await rows.nth(1).locator('> *').allTextContents()).map((text) => text.replaceAll(/\s/g, ' '));
    expect(texts.slice(1, 4)).toEqual(['₽1,125,000', 'Гульнора Каримова', '≈ $12,500']);
  });

  test('leave the portal where it is scrolled to, as the menu before them does', async () => {
    portal.api[DRILL] = () => ({ body: drillPage(1, 3) });
    const frame = await openFramed();
    const last = frame.locator('.panel-chart').last();
    // The portal's window is far down in the frame, and its first dialog is still to come.
    await last.scrollIntoViewIfNeeded();
    await last.locator('.card-menu-button').click();
    const menu = await frame.locator('[role="menu"]').boundingBox();
    expect(menu?.y).toBeGreaterThanOrEqual(64);
    expect((menu?.y ?? 0) + (menu?.height ?? 0)).toBeLessThanOrEqual(900);
    const before = await page.evaluate(() => window.scrollY);
    expect(before).toBeGreaterThan(300);
    await frame.locator('[role="menuitem"]', { hasText: 'Full screen' }).click();
    const dialog = frame.locator('dialog[open]');
    await dialog.waitFor();
    expect((await dialog.boundingBox())?.y).toBe(64);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await last.locator('.card-menu-button').click();
    await frame.locator('[role="menuitem"]', { hasText: 'Show records' }).click();
    await dialog.waitFor();
    expect(await page.evaluate(() => window.scrollY)).toBe(before);
  });

  test('lie over what is seen of a frame that is taller than the screen', async () => {
    portal.api[DRILL] = () => ({ body: drillPage(1, 25) });
    const frame = await openFramed();
    const { x, y } = await pointOf(frame, SOURCES, 2);
    await page.mouse.wheel(0, 400);
    await page.waitForFunction(() => window.scrollY >= 400);
    await page.mouse.click(x, y - 400);
    const list = frame.getByRole('dialog');
    await list.getByText('Поставка кабеля № 1', { exact: true }).waitFor();
    await expect
      .poll(async () => {
        const box = await list.boundingBox();
        return box !== null && box.y >= -20 && box.y + box.height <= 920;
      })
      .toBe(true);
  });

  test('open from the table by keys, and the focus comes back', async () => {
    portal.api[DRILL] = () => ({ body: drillPage(1, 2) });
    await open();
    await pick(OUTCOMES, 'Show as a table');
    const value = card(OUTCOMES).getByRole('button', { name: '120', exact: true });
    await value.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('Поставка кабеля № 2').waitFor();
    expect(await page.getByRole('dialog').locator('.overlay-head').textContent()).toContain('Dec 2024, Won: 120');
    await page.keyboard.press('Escape');
    expect(await focusedLabel()).toBe('120');
    await pick(OUTCOMES, 'Show as a chart');
    await card(OUTCOMES).locator('canvas').waitFor();
  });

  test('of a whole KPI, and none of them', async () => {
    portal.api[DRILL] = ({ body }) => {
      expect(body).toMatchObject({ config: { chartType: 'kpi' }, point: {} });
      return { body: drillPage(1, 0) };
    };
    await open();
    await card('total-leads').locator('.kpi-value').click();
    await page.getByRole('dialog').getByText('No records.').waitFor();
    expect(await page.getByRole('dialog').getByRole('button').allTextContents()).toEqual(['✕']);
  });

  test('that cannot be loaded say why and can be asked for again', async () => {
    portal.api[DRILL] = () => refusal(409, 'wrong_state');
    await open();
    await pick(SOURCES, 'Show records');
    await page.getByText('These records are still being copied.').waitFor();
    portal.api[DRILL] = () => ({ body: drillPage(1, 3) });
    await page.getByRole('dialog').getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Поставка кабеля № 3').waitFor();
  });

  test('are a file for administrators, and for nobody else', async () => {
    portal.api[DRILL] = () => ({ body: drillPage(1, 3) });
    const csv = Buffer.from('\uFEFF"Title"\r\n"Поставка кабеля № 1"\r\n');
    portal.api['POST /api/dashboard/drill/csv'] = ({ body }) => {
      expect(body).toEqual({ config: expect.objectContaining({ title: 'Leads by source' }), point: {} });
      return { body: csv, headers: { 'content-type': 'text/csv', 'content-disposition': 'attachment; filename="Leads.csv"' } };
    };
    await open();
    await pick(SOURCES, 'Show records');
    const file = await downloadOf(() => page.getByRole('button', { name: 'Save as a file (CSV)' }).click());
    expect(file).toEqual({ name: 'Leads.csv', bytes: csv });
    await open({ session: sampleSession({ user: { id: '7', name: 'Timur', role: 'member' } }) });
    await pick(SOURCES, 'Show records');
    await page.getByText('Поставка кабеля № 3').waitFor();
    expect(await page.getByRole('button', { name: 'Save as a file (CSV)' }).count()).toBe(0);
  });
});

describe('arranging', () => {
  const START = [
    'Leads over time',
    'Leads by source',
    'Deals by stage',
    'Won and lost by month',
    'Median first response',
    'Won amount by responsible',
    'Activities by type',
  ];
  const said = () => page.locator('[aria-live="assertive"]').textContent();

  async function arrange(): Promise<void> {
    await open();
    await page.getByRole('button', { name: 'Arrange' }).click();
    await page.getByRole('button', { name: 'Move “Leads by source”' }).waitFor();
  }

  test('by keys moves a card, says so, and stores it when it is put down', async () => {
    await arrange();
    expect(await page.locator('.move-handle').count()).toBe(7);
    await page.getByRole('button', { name: 'Move “Leads by source”' }).focus();
    await page.keyboard.press(' ');
    expect(await said()).toContain('“Leads by source” is lifted: number 2 of 7.');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    expect(await said()).toBe('“Leads by source”: number 4 of 7.');
    expect((await order()).slice(0, 4)).toEqual([START[0], START[2], START[3], START[1]]);
    expect(askedOf(`PATCH ${SOURCES}`)).toEqual([]);
    expect(await focusedLabel()).toBe('Move “Leads by source”');
    await page.keyboard.press(' ');
    expect(await said()).toBe('“Leads by source” is put down: number 4 of 7.');
    await expect.poll(() => askedOf(`PATCH ${SOURCES}`)).toEqual([{ position: 7 }]);
    expect(fake.titles().slice(4, 8)).toEqual([START[0], START[2], START[3], START[1]]);
    // Beyond the ends there is nothing.
    await page.getByRole('button', { name: 'Move “Leads over time”' }).press(' ');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press(' ');
    expect(askedOf(`PATCH ${widgetId(4)}`)).toEqual([]);
  });

  test('is taken back by Escape, and where the server refuses it', async () => {
    await arrange();
    await page.getByRole('button', { name: 'Move “Leads by source”' }).press(' ');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Escape');
    expect(await said()).toBe('“Leads by source” is back in its place.');
    expect(await order()).toEqual(START);
    expect(await focusedLabel()).toBe('Move “Leads by source”');
    portal.api[`PATCH /api/dashboard/widgets/${SOURCES}`] = () => refusal(500, 'internal');
    await page.getByRole('button', { name: 'Move “Leads by source”' }).press(' ');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.getByText('Something went wrong on our side.').waitFor();
    expect(await order()).toEqual(START);
    expect(await focusedLabel()).toBe('Move “Leads by source”');
  });

  test('puts a card down when somebody clicks beside it, and leaves the focus where it goes then', async () => {
    await arrange();
    await page.getByRole('button', { name: 'Move “Leads by source”' }).press(' ');
    await page.keyboard.press('ArrowRight');
    await page.locator('h1').first().click();
    await expect.poll(() => askedOf(`PATCH ${SOURCES}`)).toEqual([{ position: 6 }]);
    expect(await said()).toBe('“Leads by source” is put down: number 3 of 7.');
    expect(await focusedLabel()).not.toBe('Move “Leads by source”');
    // The next one can be dragged from there.
    await page.getByRole('button', { name: 'Move “Leads over time”' }).press(' ');
    await page.getByRole('button', { name: 'Move “Leads by source”' }).hover();
    await page.mouse.down();
    expect(await page.getByRole('button', { name: 'Move “Leads over time”' }).getAttribute('aria-pressed')).toBe('false');
    await page.mouse.up();
  });

  test('puts a card down when somebody goes on to something else, and when it ends', async () => {
    await arrange();
    await page.getByRole('button', { name: 'Move “Leads by source”' }).press(' ');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Tab');
    await expect.poll(() => askedOf(`PATCH ${SOURCES}`)).toEqual([{ position: 6 }]);
    expect(await focusedLabel()).toBe('Width of “Leads by source”');
    await page.getByRole('button', { name: 'Move “Leads by source”' }).press(' ');
    await page.keyboard.press('ArrowRight');
    await page.getByRole('button', { name: 'Done' }).click();
    await expect.poll(() => askedOf(`PATCH ${SOURCES}`)).toEqual([{ position: 6 }, { position: 7 }]);
    await page.getByRole('button', { name: 'Arrange' }).waitFor();
  });

  async function middleOf(label: string): Promise<{ x: number; y: number }> {
    const box = await page.getByRole('button', { name: label }).boundingBox();
    if (!box) throw new Error(`${label} is not there`);
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  }

  test('by mouse drags a card over another, which makes room', async () => {
    await page.setViewportSize({ width: 1280, height: 1900 });
    await arrange();
    const from = await middleOf('Move “Leads by source”');
    const to = await middleOf('Move “Median first response”');
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(from.x, from.y + 30, { steps: 3 });
    await page.mouse.move(to.x - 60, to.y + 60, { steps: 10 });
    await page.mouse.up();
    await expect.poll(() => askedOf(`PATCH ${SOURCES}`).length).toBe(1);
    expect(await order()).not.toEqual(START);
    expect(await order()).toEqual(fake.titles().slice(4));
    expect(await page.locator('.is-dragged').count()).toBe(0);
  });

  test('by finger does the same', async () => {
    await page.setViewportSize({ width: 768, height: 2400 });
    await arrange();
    const from = await middleOf('Move “Leads by source”');
    const to = await middleOf('Move “Won and lost by month”');
    const cdp = await page.context().newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', points: { x: number; y: number }[]) =>
      cdp.send('Input.dispatchTouchEvent', { type, touchPoints: points });
    await touch('touchStart', [from]);
    for (let step = 1; step <= 10; step += 1) {
      await touch('touchMove', [
        { x: from.x + ((to.x - 80 - from.x) * step) / 10, y: from.y + ((to.y + 80 - from.y) * step) / 10 },
      ]);
    }
    await touch('touchEnd', []);
    await expect.poll(() => askedOf(`PATCH ${SOURCES}`).length).toBe(1);
    expect(await order()).toEqual(fake.titles().slice(4));
    expect(await order()).not.toEqual(START);
  });

  test('widens a card by keys and by mouse', async () => {
    await arrange();
    const width = page.getByRole('slider', { name: 'Width of “Leads by source”' });
    expect(await width.getAttribute('aria-valuetext')).toBe('Medium');
    await width.press('ArrowRight');
    await expect.poll(() => askedOf(`PATCH ${SOURCES}`)).toEqual([{ size: 'large' }]);
    expect(await width.getAttribute('aria-valuetext')).toBe('Large');
    const box = await width.boundingBox();
    if (!box) throw new Error('no handle');
    await page.mouse.move(box.x + 8, box.y + 10);
    await page.mouse.down();
    await page.mouse.move(450, box.y + 10, { steps: 8 });
    await page.mouse.up();
    await expect.poll(() => askedOf(`PATCH ${SOURCES}`)).toEqual([{ size: 'large' }, { size: 'small' }]);
  });
});

describe('adding', () => {
  test('speaks the catalog’s words, shows what it would be, and adds it', async () => {
    const previewed: unknown[] = [];
    portal.api['GET /api/dashboard/catalog'] = () => ({ body: sampleCatalog() });
    portal.api[PREVIEW] = ({ body }) => {
      previewed.push(Object(body).config);
      const isNumber = Object(body).config.chartType === 'kpi';
      const data = isNumber ? isKpiData({ value: '41' }) : chartData({ Won: { Ann: 41, Timur: 36 } });
      return { body: { status: 'ok', data } };
    };
    await open();
    await page.getByRole('button', { name: '+ Add' }).click();
    const picker = page.getByRole('dialog', { name: 'Add to the dashboard' });
    await picker.getByText('Deals · Deals won · by responsible person · Last 90 days').waitFor();
    await picker.locator('canvas').waitFor();
    expect(previewed[0]).toMatchObject({ dataSource: 'deals', measure: 'wonDeals', xField: 'owner', timeRangeDays: 90 });
    // A rate has no stages, and its parts cannot be stood upon each other.
    await picker.getByLabel('What to count').selectOption({ label: 'Win rate' });
    expect(await picker.getByLabel('By', { exact: true }).locator('option').allTextContents()).toEqual([
      'One number',
      'Over time',
      'Responsible',
    ]);
    expect(await picker.locator('.picker-preview h3').textContent()).toBe('Win rate by responsible person');
    expect(await picker.getByLabel('Split by').count()).toBe(0);
    await picker.getByLabel('By', { exact: true }).selectOption({ label: 'Over time' });
    await picker.getByLabel('Period').selectOption({ label: 'All time' });
    expect(await picker.getByLabel('Step').locator('option').allTextContents()).not.toContain('Days');
    await picker.getByLabel('What to count').selectOption({ label: 'Deal amount' });
    await picker.getByLabel('How', { exact: true }).selectOption({ label: 'Average' });
    await picker.getByText('Deals · Deal amount: average · by week · All time').waitFor();
    await picker.getByLabel('How', { exact: true }).selectOption({ label: 'Total' });
    await picker.getByLabel('Split by').selectOption({ label: 'Responsible' });
    await picker.getByLabel('Pipeline').selectOption({ label: 'Renewals' });
    await picker.getByLabel('Name').fill('Money by month');
    await expect
      .poll(() => previewed.at(-1))
      .toMatchObject({ aggregation: 'sum', yField: 'value', measure: null, groupBy: 'owner', pipeline: '7', timeBucket: 'week' });
    const count = previewed.length;
    await picker.getByLabel('Size').selectOption({ label: 'Large' });
    await picker.getByRole('button', { name: 'Add to the dashboard' }).click();
    await picker.waitFor({ state: 'detached' });
    await page.getByText('“Money by month” is on the dashboard, at the end.').waitFor();
    expect(askedOf('POST /api/dashboard/widgets')).toMatchObject([
      { config: { title: 'Money by month', chartType: 'line', size: 'large', groupBy: 'owner', timeRangeDays: null } },
    ]);
    // A size is no other question.
    expect(previewed).toHaveLength(count);
    expect((await order()).at(-1)).toBe('Money by month');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    expect(await focusedLabel()).toBe('Actions: Money by month');
    const shown = await page.locator('.panel', { hasText: 'Money by month' }).boundingBox();
    expect(shown?.y).toBeGreaterThanOrEqual(0);
    expect(shown?.y).toBeLessThan(page.viewportSize()?.height ?? 0);
    expect(await page.locator('.toast').count()).toBe(0);
  });

  test('narrows to one value of whatever records can be told apart by', async () => {
    const previewed: unknown[] = [];
    const people = Array.from({ length: 16 }, (_, index) => ({ value: `${index}`, label: `Agent ${index}` }));
    let isDown = true;
    portal.api['GET /api/dashboard/catalog'] = () => ({ body: sampleCatalog() });
    portal.api['GET /api/dashboard/catalog/values'] = ({ query }) => {
      if (query.get('dimension') === 'stage') return { body: { values: [{ value: 'NEW', label: 'New' }], isWhole: true } };
      return isDown ? refusal(500, 'internal') : { body: { values: people, isWhole: false } };
    };
    portal.api[PREVIEW] = ({ body }) => {
      previewed.push(Object(body).config);
      return { body: { status: 'ok', data: chartData({ Won: { Ann: 41 } }) } };
    };
    await open();
    await page.getByRole('button', { name: '+ Add' }).click();
    const picker = page.getByRole('dialog', { name: 'Add to the dashboard' });
    await picker.getByLabel('Only some records').selectOption({ label: 'Stage' });
    await expect.poll(() => previewed.at(-1)).toMatchObject({ filterField: 'stage', filterValue: 'NEW' });
    await picker.getByText('Deals · Deals won · by responsible person · Stage: New · Last 90 days').waitFor();
    await picker.getByLabel('Only some records').selectOption({ label: 'Responsible' });
    await picker.getByText('Something went wrong on our side.').waitFor();
    expect(await picker.getByRole('button', { name: 'Add to the dashboard' }).isDisabled()).toBe(true);
    isDown = false;
    await picker.getByRole('button', { name: 'Try again' }).click();
    await picker.getByText('The 16 most frequent').waitFor();
    const list = picker.getByLabel('Responsible', { exact: true });
    await picker.getByRole('searchbox').fill('agent 15');
    expect(await list.locator('option').allTextContents()).toEqual(['Agent 0', 'Agent 15']);
    await list.selectOption({ label: 'Agent 15' });
    await expect.poll(() => previewed.at(-1)).toMatchObject({ filterField: 'owner', filterValue: '15', xField: 'owner' });
    await picker.getByRole('button', { name: 'Add to the dashboard' }).click();
    await picker.waitFor({ state: 'detached' });
    expect(askedOf('POST /api/dashboard/widgets')).toMatchObject([{ config: { filterField: 'owner', filterValue: '15' } }]);
  });

  test('an average and a typical time say what they are, and no other number does', async () => {
    const catalog = sampleCatalog();
    const [deals] = catalog.sources;
    deals?.numbers.push({ name: 'durationSeconds', label: 'Duration', format: 'duration' });
    catalog.aggregations.push({ name: 'median', label: 'Typical' });
    portal.api['GET /api/dashboard/catalog'] = () => ({ body: catalog });
    portal.api[PREVIEW] = ({ body }) => {
      const { yField } = Object(body).config;
      const format = yField === 'durationSeconds' ? 'duration' : 'currency';
      return { body: { status: 'ok', data: chartData({ Time: { Ann: 2820 } }, { format, currency: 'USD' }) } };
    };
    await open();
    await page.getByRole('button', { name: '+ Add' }).click();
    const preview = page.locator('.picker-preview');
    const measures = page.getByLabel('What to count');
    const way = page.getByLabel('How', { exact: true });
    await measures.selectOption({ label: 'Duration' });
    await preview.locator('canvas').waitFor();
    expect(await preview.locator('.kpi-note').count()).toBe(0);
    await way.selectOption({ label: 'Average' });
    await preview.getByText('A few very slow ones pull an average up').waitFor();
    await way.selectOption({ label: 'Typical' });
    await preview.getByText('Half are faster, half slower.').waitFor();
    await measures.selectOption({ label: 'Deal amount' });
    await preview.locator('canvas').waitFor();
    expect(await preview.locator('.kpi-note').count()).toBe(0);
  });

  test('one number is a KPI that is compared with the period before', async () => {
    portal.api['GET /api/dashboard/catalog'] = () => ({ body: sampleCatalog() });
    portal.api[PREVIEW] = () => ({ body: { status: 'ok', data: isKpiData({ value: '41' }) } });
    await open();
    await page.getByRole('button', { name: '+ Add' }).click();
    const picker = page.getByRole('dialog', { name: 'Add to the dashboard' });
    await picker.getByLabel('By', { exact: true }).selectOption({ label: 'One number' });
    await picker.locator('.picker-figure').waitFor();
    expect(await picker.getByLabel('Chart').count()).toBe(0);
    await picker.getByRole('button', { name: 'Add to the dashboard' }).click();
    await picker.waitFor({ state: 'detached' });
    expect(askedOf('POST /api/dashboard/widgets')).toMatchObject([
      { config: { chartType: 'kpi', measure: 'wonDeals', format: 'number', timeRangeDays: 90, comparisonPeriodDays: 90 } },
    ]);
  });

  test('says what is wrong: no catalog, no preview, a full dashboard', async () => {
    portal.api['GET /api/dashboard/catalog'] = () => refusal(500, 'internal');
    portal.api[PREVIEW] = () => refusal(422, 'invalid_combination');
    portal.api['POST /api/dashboard/widgets'] = () => refusal(409, 'wrong_state');
    await open();
    await page.getByRole('button', { name: '+ Add' }).click();
    const picker = page.getByRole('dialog', { name: 'Add to the dashboard' });
    await picker.getByText('Something went wrong on our side.').waitFor();
    portal.api['GET /api/dashboard/catalog'] = () => ({ body: sampleCatalog() });
    await picker.getByRole('button', { name: 'Try again' }).click();
    await picker.getByText('This takes too long to count.').waitFor();
    portal.api[PREVIEW] = () => ({ body: { status: 'not_synced' } });
    await picker.getByLabel('Period').selectOption({ label: '30 days' });
    await picker.getByText('These records are still being copied.').waitFor();
    await picker.getByRole('button', { name: 'Add to the dashboard' }).click();
    await picker.getByText('The dashboard is full').waitFor();
  });
});

test('a picker tells of what fails in it, and not of what has failed before', async () => {
  portal.api['GET /api/dashboard/catalog'] = () => ({ body: sampleCatalog() });
  portal.api[PREVIEW] = () => ({ body: { status: 'not_synced' } });
  portal.api[`PATCH /api/dashboard/widgets/${SOURCES}`] = () => refusal(500, 'internal');
  await open();
  await pick(SOURCES, 'Large');
  await page.getByText('Something went wrong on our side.').waitFor();
  await page.getByRole('button', { name: '+ Add' }).click();
  const picker = page.getByRole('dialog', { name: 'Add to the dashboard' });
  await picker.getByText('These records are still being copied.').waitFor();
  expect(await picker.locator('.problem').count()).toBe(0);
});

describe('the whole dashboard', () => {
  test('is looked at over other days; numbers of all time stay, and files are of the same days', async () => {
    portal.api[`GET /api/dashboard/widgets/${SOURCES}/csv`] = ({ query }) => {
      expect(query.toString()).toBe('range=90');
      return { body: Buffer.from('x'), headers: { 'content-disposition': 'attachment; filename="x.csv"' } };
    };
    portal.api[DRILL] = ({ body }) => {
      expect(body).toMatchObject({ config: { timeRangeDays: 90 } });
      return { body: drillPage(1, 1) };
    };
    await open();
    await page.getByLabel('Period').selectOption({ label: '90 days' });
    await card(SOURCES).getByText('Last 90 days').waitFor();
    await card(widgetId(4)).getByText('Last 90 days').waitFor();
    expect(await card('total-leads').locator('.panel-subtitle').textContent()).toBe('All time');
    expect(fake.asked.at(-1)).toMatchObject({ route: 'GET /api/dashboard/data', query: 'range=90' });
    await downloadOf(() => pick(SOURCES, 'Save numbers (CSV)'));
    await pick(SOURCES, 'Show records');
    await page.getByText('Поставка кабеля № 1').waitFor();
    await page.keyboard.press('Escape');
    // What is changed meanwhile is the widget as it is stored.
    await pick(SOURCES, 'Donut');
    await expect.poll(() => askedOf(`PATCH ${SOURCES}`)).toMatchObject([{ config: { chartType: 'donut', timeRangeDays: 30 } }]);
    await page.getByLabel('Period').selectOption({ label: 'Each card’s own period' });
    await card(SOURCES).getByText('Last 30 days').waitFor();
    expect(fake.asked.at(-1)).toMatchObject({ query: '' });
  });

  test('is looked at over a calendar period, and says what its numbers are compared with', async () => {
    const widgets = sampleDashboard().widgets.map((widget, index) =>
      index === 1 ? { ...widget, config: { ...widget.config, timeRangeDays: 30 } } : widget,
    );
    fake = serveWidgets(portal, { widgets });
    await open();
    await page.getByLabel('Period').selectOption({ label: 'This month' });
    await card(SOURCES).getByText('This month').waitFor();
    expect(fake.asked.at(-1)).toMatchObject({ route: 'GET /api/dashboard/data', query: 'period=thisMonth' });
    expect(await card('total-leads').locator('.panel-subtitle').textContent()).toBe('All time');
    await card('total-deals').getByText('vs the same days of last month').waitFor();
    await page.getByLabel('Period').selectOption({ label: 'Each card’s own period' });
    await card(SOURCES).getByText('Last 30 days').waitFor();
    await pick(SOURCES, 'Last month');
    await expect
      .poll(() => askedOf(`PATCH ${SOURCES}`))
      .toMatchObject([{ config: { timeRangeDays: null, period: 'lastMonth', description: '' } }]);
    await card(SOURCES).getByText('Last month').waitFor();
  });

  test('is loaded again by keys, and the focus stays on the button', async () => {
    await open();
    await page.getByRole('button', { name: 'Refresh' }).press('Enter');
    await page.getByRole('button', { name: 'Refresh', disabled: false }).waitFor();
    expect(await focusedLabel()).toBe('Refresh');
  });

  test('says what it is looked at through also after somebody was elsewhere while that was on its way', async () => {
    await open();
    const data = portal.api['GET /api/dashboard/data'];
    portal.api['GET /api/dashboard/data'] = () => refusal(500, 'internal');
    await page.getByLabel('Period').selectOption({ label: '7 days' });
    await page.getByText('Something went wrong on our side.').waitFor();
    await page.getByRole('tab', { name: 'Chat' }).click();
    await page.locator('.chat-log').waitFor();
    await page.getByRole('tab', { name: 'Dashboard' }).click();
    expect(await page.getByLabel('Period').inputValue()).toBe('7');
    Object.assign(portal.api, { 'GET /api/dashboard/data': data });
    await page.getByRole('button', { name: 'Refresh' }).click();
    await card(SOURCES).getByText('Last 7 days').waitFor();
    expect(await page.getByLabel('Period').inputValue()).toBe('7');
  });

  test('is kept as it was left last, whatever becomes of what was told before', async () => {
    const kept: unknown[] = [];
    let isFirst = true;
    portal.api['PUT /api/dashboard/filter'] = ({ body }) => {
      if (isFirst) {
        isFirst = false;
        return { ...refusal(503, 'database_unavailable'), headers: { 'retry-after': '1' } };
      }
      kept.push(Object(body).range);
      return { status: 204, body: null };
    };
    await open();
    await page.getByLabel('Period').selectOption({ label: '90 days' });
    await page.getByLabel('Period').selectOption({ label: '7 days' });
    await expect.poll(() => kept, { timeout: 5000 }).toEqual([90, 7]);
  });

  test('is opened the next time as it was left', async () => {
    const kept: unknown[] = [];
    portal.api['PUT /api/dashboard/filter'] = ({ body }) => {
      kept.push(body);
      return { status: 204, body: null };
    };
    await open();
    await page.getByLabel('Period').selectOption({ label: '90 days' });
    await expect.poll(() => kept).toEqual([{ range: 90, period: null, crm: null }]);
    await card(SOURCES).getByText('Last 90 days').waitFor();
    // A CRM that is no longer there can be let go.
    fake.asked.length = 0;
    await open({ filter: { range: 90, period: null, crm: 'hubspot' } });
    await card(SOURCES).getByText('Last 90 days').waitFor();
    expect(fake.asked).toMatchObject([{ query: 'range=90&crm=hubspot' }]);
    expect(await page.getByLabel('Period').inputValue()).toBe('90');
    await page.getByLabel('CRM').selectOption({ label: 'All CRMs' });
    await expect.poll(() => fake.asked.at(-1)?.query).toBe('range=90');
    expect(kept.at(-1)).toEqual({ range: 90, period: null, crm: null });
    await page.getByLabel('CRM').waitFor({ state: 'detached' });
  });

  test('of one CRM among several', async () => {
    const entities = sampleSyncStatus().entities;
    const [first] = entities;
    if (!first) throw new Error('no entity');
    portal.api['GET /api/crm/sync/status'] = () => ({
      body: sampleSyncStatus({ status: 'complete', entities: [first, { ...first, crmSource: 'hubspot' }] }),
    });
    await open();
    await page.getByLabel('CRM').selectOption({ label: 'HubSpot' });
    await expect.poll(() => fake.asked.at(-1)?.query).toBe('crm=hubspot');
  });

  test('says of a card how far back its records are copied', async () => {
    const whole = sampleDashboard();
    const results = whole.results.map((result, index) =>
      index === 5
        ? { id: result.id, status: 'not_synced' as const }
        : index === 6
          ? { id: result.id, status: 'failed' as const }
          : result,
    );
    fake = serveWidgets(portal, { results, syncStatus: 'syncing' });
    const [leads, ...others] = sampleSyncStatus().entities;
    if (!leads) throw new Error('no leads');
    portal.api['GET /api/crm/sync/status'] = () => ({
      body: sampleSyncStatus({ entities: [{ ...leads, coveredFrom: '2024-03-05T00:00:00.000Z' }, ...others] }),
    });
    await open();
    await card(SOURCES).getByText('Synced back to March 2024').waitFor();
    expect(await card(STAGES).getAttribute('data-state')).toBe('failed');
    expect(await card(OUTCOMES).locator('canvas').count()).toBe(1);
    // What is not drawn can be neither seen larger nor saved as a picture.
    await openMenu(SOURCES);
    const offered = await page.locator('[role="menuitem"]').allTextContents();
    expect(offered.slice(0, 3)).toEqual(['Show records', 'Save numbers (CSV)', 'Rename']);
  });

  test.each([380, 768, 1280, 1920])('at %i px shows its numbers in rows that are as full as each other', async (width) => {
    await page.setViewportSize({ width, height: 900 });
    const { widgets, results } = sampleDashboard();
    const [number] = widgets;
    const [result] = results;
    for (let count = 1; count <= 12; count += 1) {
      const ids = Array.from({ length: count }, (_, index) => `number-${index}`);
      fake = serveWidgets(portal, {
        widgets: ids.map((id, position) => ({ ...number, id, position })) as typeof widgets,
        results: ids.map((id) => ({ ...result, id })) as typeof results,
      });
      await open();
      const { row, gap, boxes } = await page.locator('.kpi-row').evaluate((element) => ({
        row: element.getBoundingClientRect().toJSON() as DOMRect,
        gap: Number.parseFloat(getComputedStyle(element).columnGap),
        boxes: [...element.children].map((card) => card.getBoundingClientRect().toJSON() as DOMRect),
      }));
      const inRows = [...Map.groupBy(boxes, ({ y }) => Math.round(y)).values()];
      expect(inRows.flat(), `${count}`).toHaveLength(count);
      // From edge to edge, none of them less than half as many as another.
      for (const cards of inRows) {
        const used = cards.reduce((sum, card) => sum + card.width, 0) + (cards.length - 1) * gap;
        expect(Math.abs(used - row.width), `${count}`).toBeLessThan(1);
        expect(cards.length * 2, `${count}`).toBeGreaterThanOrEqual(Math.max(...inRows.map(({ length }) => length)));
      }
      // And no narrower than a number needs.
      if (count > 1) expect(Math.min(...boxes.map((box) => box.width)), `${count}`).toBeGreaterThan(width > 380 ? 180 : 170);
    }
  });

  test('says which card cannot be drawn any more, and takes it away', async () => {
    const whole = sampleDashboard();
    const results = whole.results.map((result, index) =>
      index === 5 ? { id: result.id, status: 'not_drawable' as const } : result,
    );
    fake = serveWidgets(portal, { results });
    await open();
    await card(SOURCES).getByText('What it counts is no longer in your CRM.').waitFor();
    expect(await card(SOURCES).getByRole('button', { name: 'Try again' }).count()).toBe(0);
    await card(SOURCES).getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('“Leads by source” is removed.').waitFor();
    expect(fake.bin.map(({ id }) => id)).toEqual([SOURCES]);
  });

  test.each([380, 768, 1280, 1920])(
    'at %i px fits the width with everything open, and has no serious fault of access',
    async (width) => {
      portal.api['GET /api/dashboard/catalog'] = () => ({ body: sampleCatalog() });
      portal.api[PREVIEW] = () => ({ body: { status: 'ok', data: chartData({ Won: { Ann: 41 } }) } });
      portal.api[DRILL] = () => ({ body: drillPage(1, 25, { total: 90, next: 'next' }) });
      await page.setViewportSize({ width, height: 900 });
      await open({ locale: 'ru' });
      const check = async (state: string) => {
        expect(await page.evaluate(() => document.documentElement.scrollWidth), state).toBe(width);
        await page.evaluate(axe.source);
        const found = await page.evaluate(async () => {
          const { violations } = await Reflect.get(window, 'axe').run(document, { resultTypes: ['violations'] });
          return violations.map(({ id, impact, nodes }: { id: string; impact: string; nodes: { html: string }[] }) => ({
            id,
            impact,
            html: nodes[0]?.html,
          }));
        });
        expect(
          found.filter(({ impact }: { impact: string }) => impact === 'serious' || impact === 'critical'),
          state,
        ).toEqual([]);
      };
      await check('as it opens');
      await openMenu(SOURCES);
      await check('with a menu');
      await page.locator('[role="menu"]').getByText('Показать таблицей').click();
      await check('with a table');
      await openMenu(STAGES);
      await page.locator('[role="menu"]').getByText('Показать записи').click();
      await page.locator('.drill-list li').first().waitFor();
      await check('with records');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Расставить' }).click();
      await check('while it is arranged');
      await page.getByRole('button', { name: 'Готово' }).click();
      await page.getByRole('button', { name: 'Добавить' }).click();
      await page.locator('.picker-preview canvas').waitFor();
      await check('with the picker');
    },
  );

  test('in its frame grows and shrinks a thousand times without feeding itself and without a scroll bar', async () => {
    // Two charts are enough to be resized; seven would be drawn a thousand times each.
    const whole = sampleDashboard();
    fake = serveWidgets(portal, { widgets: whole.widgets.slice(0, 6), results: whole.results.slice(0, 6) });
    const frame = await openFramed();
    await page.waitForFunction(() => Reflect.get(window, 'portal').commands.includes('resizeWindow'));
    // Each step is another width of the portal's window, so another height of the app.
    const seen = await page.evaluate(async () => {
      const element = document.querySelector('iframe');
      if (!element) throw new Error('no frame');
      const frames = (count: number) =>
        new Promise<void>((resolve) => {
          const next = (left: number) => (left === 0 ? resolve() : requestAnimationFrame(() => next(left - 1)));
          next(count);
        });
      for (let step = 0; step < 1000; step += 1) {
        element.style.width = `${400 + ((step * 137) % 1500)}px`;
        await frames(1);
      }
      element.style.width = '1280px';
      await frames(30);
      const before = Reflect.get(window, 'portal').commands.length;
      await frames(60);
      return Reflect.get(window, 'portal').commands.length - before;
    });
    // Once it stands still nobody asks for another height.
    expect(seen).toBe(0);
    const app = await frame.evaluate(() => document.querySelector('#app')?.getBoundingClientRect().height ?? 0);
    const height = await page.evaluate(() => document.querySelector('iframe')?.getBoundingClientRect().height ?? 0);
    expect(Math.abs(height - app)).toBeLessThanOrEqual(1);
    for (const width of [1280, 1920]) {
      await page.evaluate((to) => {
        const element = document.querySelector('iframe');
        if (element) element.style.width = `${to}px`;
      }, width);
      await expect
        .poll(() =>
          frame.evaluate(() => {
            const { scrollHeight, scrollWidth } = document.documentElement;
            return scrollHeight <= window.innerHeight && scrollWidth <= window.innerWidth;
          }),
        )
        .toBe(true);
    }
  }, 300_000);

  test('says that a part of it is gone, and has the portal load it anew', async () => {
    const frame = await openFramed();
    await page.route('**/assets/picker-*.js', (route) => route.fulfill({ status: 404 }));
    await frame.getByRole('button', { name: '+ Add' }).click();
    await frame.getByText('This part could not be loaded').waitFor();
    await frame.getByRole('button', { name: 'Reload', exact: true }).click();
    await expect.poll(() => page.evaluate('window.portal.commands')).toContain('reloadWindow');
  });

  test('opens no part without its styles, and tries again for them', async () => {
    await open();
    await page.route('**/assets/chat-*.css', (route) => route.abort());
    await page.getByRole('tab', { name: 'Chat' }).click();
    await page.getByText('This part could not be loaded').waitFor();
    expect(await page.locator('.chat-log').count()).toBe(0);
    await page.unroute('**/assets/chat-*.css');
    await page.getByRole('tab', { name: 'Chat' }).click();
    await page.locator('.chat-log').waitFor();
    expect(await page.locator('head link[href*="chat-"]').count()).toBe(1);
    await page.getByRole('tab', { name: 'Dashboard' }).click();
    await page.getByRole('tab', { name: 'Chat' }).click();
    expect(await page.locator('head link[href*="chat-"]').count()).toBe(1);
  });

  test('stays readable where its tools are out of reach', async () => {
    await page.route('**/assets/dashboard-tools-*.js', (route) => route.abort());
    await app.open();
    await page.locator('.kpi-value').first().waitFor();
    expect(await page.locator('.card-menu-button').count()).toBe(0);
  });

  test('prints its charts and none of its controls', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await open();
    const textColor = () =>
      page
        .locator('.kpi-value')
        .first()
        .evaluate((value) => getComputedStyle(value).color);
    expect(await textColor()).toBe('rgb(238, 242, 248)');
    await page.emulateMedia({ media: 'print' });
    // Light text of a dark screen could not be read on paper.
    expect(await textColor()).toBe('rgb(20, 26, 38)');
    expect(await page.locator('.card-menu-button').first().isVisible()).toBe(false);
    expect(await page.locator('.dashboard-bar').isVisible()).toBe(false);
    expect(await page.locator('.page-head .button').first().isVisible()).toBe(false);
    expect(await page.locator('.kpi-value').first().isVisible()).toBe(true);
  });
});
