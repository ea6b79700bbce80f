import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWorld } from '../sandbox/world/create-world.ts';
import type { Truth } from '../sandbox/world/truth.ts';
import { type PortalVisitor, readChart, readKpis, visitPortal } from '../server/testing/portal-visitor.ts';
import { type Launched, launch } from './launch.ts';
import { openBrowser } from './open-browser.ts';

/** Names and labels do not depend on the world's time; everything that is counted is asked of the portal's own truth. */
const names = createWorld({ size: 'tiny', seed: 1, now: Date.now() / 1000, mode: 'classic' });
const employee = names.users.find((user) => user.active && !user.isAdmin);

let dataDir: string;
let launched: Launched;
let browser: Browser;
let first: string;
let second: string;

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'leadrelay-launch-'));
  launched = await launchAs('0');
  [first = '', second = ''] = launched.sandbox?.portalUrls ?? [];
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await launched?.close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** As `npm start` does, with a portal more. */
function launchAs(port: string): Promise<Launched> {
  return launch({
    dataDir,
    env: { PATH: process.env.PATH, PORT: port, LOG_LEVEL: 'error' },
    sandbox: [
      { size: 'small', mode: 'classic', language: 'en' },
      { size: 'tiny', mode: 'simple', language: 'ru' },
    ],
    onProgress: () => {},
  });
}

async function readTruth(portalUrl: string): Promise<Truth> {
  return (await (await fetch(`${portalUrl}/sandbox/truth`)).json()) as Truth;
}

/** Comes to a portal. Onboarding, which would take the dashboard's place in the middle of reading it, has tests of its own. */
async function visit(portalUrl: string): Promise<PortalVisitor> {
  const visitor = await visitPortal(browser, portalUrl);
  await visitor.page.route('**/api/dashboard/onboarding', (route) =>
    route.fulfill({ json: { state: 'complete', isPutOff: false } }),
  );
  return visitor;
}

/** Installs as the portal's administrator and waits until every widget has its numbers. */
async function installAndWait(visitor: PortalVisitor): Promise<void> {
  await visitor.install();
  await visitor.app.locator('.panel').nth(9).waitFor();
  await visitor.app.locator('.panel:is([data-state=loading], [data-state=not_synced])').first().waitFor({ state: 'detached' });
}

test('an administrator installs LeadRelay and sees the portal’s own numbers; then an employee opens a deal’s tab', async () => {
  const visitor = await visit(first);
  await installAndWait(visitor);
  const truth = await readTruth(first);

  const kpis = await readKpis(visitor.app);
  expect(kpis.get('Total leads')).toBe(String(truth.kpis.totalLeads));
  expect(kpis.get('Total deals')).toBe(String(truth.kpis.totalDeals));
  expect(kpis.get('Pipeline value')).toBe(truth.kpis.pipelineValue.value);
  expect(Number(kpis.get('Conversion rate'))).toBeCloseTo(truth.kpis.conversionRate.value ?? Number.NaN, 2);

  const stageNames = new Map(
    names.statuses.filter(({ entityId }) => entityId === 'STATUS').map(({ statusId, name }) => [statusId, name]),
  );
  const expectedStages = Object.entries(truth.charts.leadsByStage30).map(([code, count]) => [
    stageNames.get(code),
    [String(count)],
  ]);
  expect(expectedStages.length).toBeGreaterThan(3);
  expect(new Map(await readChart(visitor.app, 'Leads by stage'))).toEqual(new Map(expectedStages as [string, string[]][]));

  // Today is not over, and the table says so behind its number.
  const days = [...(await readChart(visitor.app, 'New leads per day')).values()].map(([count]) => Number(count?.split(' · ')[0]));
  expect(days).toEqual(Object.values(truth.charts.leadsPerDay30));

  const agentNames = new Map(names.users.map(({ id, name, lastName }) => [`${name} ${lastName}`, String(id)]));
  const won = await readChart(visitor.app, 'Deals won by agent');
  const top = [...won].filter(([name]) => name !== 'All others');
  for (const [name, [count]] of top) expect(Number(count), name).toBe(truth.charts.wonByAgent90[agentNames.get(name) ?? '']);
  const shown = [...won.values()].reduce((sum, [count]) => sum + Number(count), 0);
  expect(shown).toBe(Object.values(truth.charts.wonByAgent90).reduce((sum, count) => sum + count, 0));

  if (!employee) throw new Error('The world has no ordinary employee.');
  await visitor.workAs(employee.id);
  await visitor.open('/crm/deal/list/');
  const link = visitor.page.locator('.records a.title').first();
  const deal = { title: await link.textContent(), path: (await link.getAttribute('href')) ?? '' };
  await visitor.open(deal.path);
  await visitor.page.click('role=tab[name="LeadRelay"]');
  expect(await visitor.app.locator('.record h1').textContent()).toBe(deal.title);
  expect(visitor.troubles).toEqual([]);
  await visitor.page.context().close();
});

test('a second portal, in Simple mode and Russian, is another tenant with its own numbers', async () => {
  const visitor = await visit(second);
  await installAndWait(visitor);
  const truth = await readTruth(second);
  const kpis = await readKpis(visitor.app);
  expect(kpis.get('Всего контактов')).toBe(String(truth.kpis.totalLeads));
  expect(kpis.get('Всего сделок')).toBe(String(truth.kpis.totalDeals));
  expect(kpis.get('Сумма в работе')).toBe(truth.kpis.pipelineValue.value);
  expect(kpis.has('Всего лидов')).toBe(false);
  expect(visitor.troubles).toEqual([]);
  await visitor.page.context().close();
});

test('after a restart the portal and its dashboard stand where they were', async () => {
  await launched.close();
  launched = await launchAs(new URL(launched.url).port);
  expect(launched.sandbox?.portalUrls).toEqual([first, second]);
  const visitor = await visit(first);
  await visitor.open('/marketplace/app/');
  await visitor.app.locator('.panel[data-state=ready]').nth(9).waitFor();
  expect((await readKpis(visitor.app)).get('Total leads')).toBe(String((await readTruth(first)).kpis.totalLeads));
  expect(visitor.troubles).toEqual([]);
  await visitor.page.context().close();
});
