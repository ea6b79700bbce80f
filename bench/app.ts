// Usage: npm run -s bench:app [-- --loads 7]
//
// What a person waits for who opens LeadRelay in a portal: the built app as the server serves it, inside the sandbox portal's
// frame, on the numbers of a call centre that is copied whole. Each load has an empty cache and a fresh browser context.
// Beside them, in turns, a page of nothing but Chart.js and one bar chart: what the machine takes for that alone (referenceMs).
// firstChartGzipKb is what the first chart waits for: the page's own code and styles, one language, Chart.js. besideGzipKb had arrived
// by then too, without being waited for: Bitrix24's SDK, which resizes the frame.
// Fails when something is reported on the console or axe finds anything serious. Prints one JSON line last.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import axe from 'axe-core';
import type { Browser, Frame } from 'playwright-core';
import { createWorld } from '../sandbox/world/create-world.ts';
import { ensureChromium } from '../scripts/chromium.ts';
import { launch } from '../scripts/launch.ts';
import { openBrowser } from '../scripts/open-browser.ts';
import { visitPortal } from '../server/testing/portal-visitor.ts';

const ROOT = path.dirname(import.meta.dirname);
const ASSETS = path.join(ROOT, 'dist', 'iframe-app', 'assets');
const MAX_FIRST_CHART_KB = 100;
const MAX_FIRST_CHART_MS = 1_500;

const { values: options } = parseArgs({ options: { loads: { type: 'string', default: '7' } } });
const loads = Math.min(50, Math.max(1, Number(options.loads)));

/** Notes in every frame when its first chart has been drawn, and when it has been painted. */
const WATCH = `new MutationObserver((_, watch) => {
  if (!document.querySelector('.panel[data-state=ready] canvas[height]')) return;
  watch.disconnect();
  window.firstDrawnAt = performance.now();
  requestAnimationFrame(() => requestAnimationFrame(() => { window.firstChartAt = performance.now(); }));
}).observe(document, { childList: true, subtree: true, attributes: true })`;
/** Names of the app's files that had arrived when it was drawn. */
const ASSETS_BEFORE = `performance.getEntriesByType('resource')
  .filter(({ name, responseEnd }) => name.includes('/assets/') && responseEnd <= window.firstDrawnAt)
  .map(({ name }) => name.slice(name.lastIndexOf('/') + 1))`;
/** Milliseconds from the first byte of the frame's page. */
const SINCE_HTML = `window.firstChartAt - performance.getEntriesByType('navigation')[0].responseStart`;

ensureChromium();
const dataDir = await mkdtemp(path.join(tmpdir(), 'leadrelay-bench-app-'));
const launched = await launch({
  dataDir,
  env: { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'error' },
  sandbox: [{ size: 'small', mode: 'classic', language: 'en' }],
  onProgress: (line) => console.error(line),
});
const browser = await openBrowser();
const blank = createServer((request, response) =>
  serveReference(request.url ?? '/').then(
    ({ type, body }) => response.writeHead(200, { 'content-type': type }).end(body),
    () => response.writeHead(404).end(),
  ),
);
await new Promise<void>((resolve) => blank.listen(0, '127.0.0.1', resolve));
try {
  const portalUrl = launched.sandbox?.portalUrl ?? '';
  await copyWhole(browser, portalUrl);
  const times: number[] = [];
  const references: number[] = [];
  let last: Load | null = null;
  const troubles: string[] = [];
  for (let load = 0; load < loads; load += 1) {
    references.push(await timeReference(browser));
    last = await openDashboard(browser, portalUrl);
    times.push(last.firstChartMs);
    troubles.push(...last.troubles);
    console.error(
      `first chart after ${Math.round(last.firstChartMs)} ms, Chart.js alone ${Math.round(references.at(-1) ?? 0)} ms`,
    );
  }
  const arrived = last?.assets ?? [];
  const awaited = await filesOf(/^(main\.tsx|charts\/canvas\.ts|texts\/..\.ts)$/);
  const firstChartGzipKb = await gzipKb(arrived.filter((name) => awaited.has(name)));
  const htmlToFirstChartMs = Math.round(median(times));
  const axeSerious = last?.axeSerious ?? [];
  for (const line of [...troubles, ...axeSerious]) console.error(line);
  process.exitCode =
    troubles.length + axeSerious.length > 0 || firstChartGzipKb > MAX_FIRST_CHART_KB || htmlToFirstChartMs > MAX_FIRST_CHART_MS
      ? 1
      : 0;
  console.log(
    JSON.stringify({
      firstChartGzipKb,
      besideGzipKb: await gzipKb(arrived.filter((name) => !awaited.has(name))),
      totalGzipKb: await gzipKb([...(await filesOf(/^/))]),
      htmlToFirstChartMs,
      jsErrors: troubles.length,
      axeSerious: axeSerious.length,
      referenceMs: Math.round(median(references)),
      loads,
    }),
  );
} finally {
  blank.close();
  await browser.close();
  await launched.close();
  await rm(dataDir, { recursive: true, force: true });
}

/** Installs as the administrator and waits until everything is copied. */
async function copyWhole(on: Browser, portalUrl: string): Promise<void> {
  const visitor = await visitPortal(on, portalUrl);
  await visitor.install();
  await visitor.app.locator('.onboarding[data-screen=choose]').waitFor({ timeout: 300_000 });
  await visitor.page.context().close();
}

interface Load {
  firstChartMs: number;
  /** Files of the app that were loaded before its first chart. */
  assets: string[];
  troubles: string[];
  axeSerious: string[];
}

/** As somebody who is no administrator: they come to the dashboard and to nothing before it. */
async function openDashboard(on: Browser, portalUrl: string): Promise<Load> {
  const employee = createWorld({ size: 'small', seed: 1, now: Date.now() / 1000, mode: 'classic' }).users.find(
    (user) => user.active && !user.isAdmin,
  );
  const visitor = await visitPortal(on, portalUrl);
  const { page } = visitor;
  await visitor.workAs(employee?.id ?? 0);
  await page.addInitScript(WATCH);
  await visitor.open('/marketplace/app/');
  await visitor.app.locator('.panel[data-state=ready] canvas').first().waitFor();
  const frame = page.frames().find((one) => one.parentFrame() !== null && one.url() !== 'about:blank');
  if (!frame) throw new Error('LeadRelay has no frame');
  const firstChartMs = await readTime(frame);
  const assets = (await frame.evaluate(ASSETS_BEFORE)) as string[];
  await visitor.app.locator('.panel[data-state=loading]').first().waitFor({ state: 'detached' });
  const axeSerious = await findSerious(frame);
  await page.context().close();
  return { firstChartMs, assets: [...new Set(assets)], troubles: visitor.troubles, axeSerious };
}

async function readTime(frame: Frame): Promise<number> {
  // As a function: the page's policy forbids it to evaluate texts.
  await frame.waitForFunction(() => Reflect.get(globalThis, 'firstChartAt') !== undefined);
  return (await frame.evaluate(SINCE_HTML)) as number;
}

async function findSerious(frame: Frame): Promise<string[]> {
  await frame.evaluate(axe.source);
  const { violations } = (await frame.evaluate(`axe.run(document, { resultTypes: ['violations'] })`)) as axe.AxeResults;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `axe: ${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

async function timeReference(on: Browser): Promise<number> {
  const context = await on.newContext({ viewport: { width: 1440, height: 1000 } });
  const page = await context.newPage();
  await page.addInitScript(WATCH);
  await page.goto(`http://127.0.0.1:${(blank.address() as AddressInfo).port}/`);
  const time = await readTime(page.mainFrame());
  await context.close();
  return time;
}

async function serveReference(url: string): Promise<{ type: string; body: string | Buffer }> {
  if (url === '/chart.js') {
    return { type: 'text/javascript', body: await readFile(path.join(ROOT, 'node_modules', 'chart.js', 'dist', 'chart.umd.js')) };
  }
  if (url !== '/') throw new Error('not found');
  const config = {
    type: 'bar',
    data: { labels: ['a', 'b', 'c'], datasets: [{ data: [3, 1, 2] }] },
    options: { animation: false },
  };
  const body = `<!doctype html><title>Chart.js</title><div class="panel" data-state="ready" style="width:600px;height:300px"><canvas></canvas></div>
<script src="/chart.js"></script><script>new Chart(document.querySelector('canvas'), ${JSON.stringify(config)})</script>`;
  return { type: 'text/html', body };
}

/** Files that the build made of these modules and of what they import at once. */
async function filesOf(wanted: RegExp): Promise<Set<string>> {
  const manifest = JSON.parse(await readFile(path.join(ASSETS, '..', '.vite', 'manifest.json'), 'utf8')) as Record<
    string,
    { file: string; css?: string[] }
  >;
  const files = Object.entries(manifest).flatMap(([module, { file, css = [] }]) => (wanted.test(module) ? [file, ...css] : []));
  return new Set(files.map((file) => path.basename(file)));
}

async function gzipKb(names: readonly string[]): Promise<number> {
  const sizes = await Promise.all(names.map(async (name) => gzipSync(await readFile(path.join(ASSETS, name))).length));
  return Math.round(sizes.reduce((sum, size) => sum + size, 0) / 100) / 10;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
