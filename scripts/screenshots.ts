// Usage: npm run screenshots
//
// Makes the pictures of README and docs: starts LeadRelay with a sandbox portal in a folder of its own, installs it and
// photographs the dashboard inside the portal. The call centre in it is invented.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { visitPortal } from '../server/testing/portal-visitor.ts';
import { ensureChromium } from './chromium.ts';
import { launch } from './launch.ts';
import { openBrowser } from './open-browser.ts';

const IMAGES = path.join(path.dirname(import.meta.dirname), 'docs', 'images');
/** The KPIs and two rows of charts. */
const VIEWPORT = { width: 1440, height: 1330 };

ensureChromium();
const dataDir = mkdtempSync(path.join(tmpdir(), 'leadrelay-screenshots-'));
mkdirSync(IMAGES, { recursive: true });
const launched = await launch({
  dataDir,
  env: { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'error' },
  sandbox: [{ size: 'small', mode: 'classic', language: 'en' }],
  onProgress: (line) => console.error(line),
});
const browser = await openBrowser();
try {
  const visitor = await visitPortal(browser, launched.sandbox?.portalUrl ?? '');
  await visitor.page.setViewportSize(VIEWPORT);
  // Charts then stand at once instead of growing.
  await visitor.page.emulateMedia({ reducedMotion: 'reduce' });
  // The picture is of the dashboard that everybody begins with, not of onboarding, which follows the first copy.
  await visitor.page.route('**/api/dashboard/onboarding', (route) =>
    route.fulfill({ json: { state: 'complete', isPutOff: false } }),
  );
  await visitor.install();
  await visitor.app.locator('.panel[data-state=ready] canvas').nth(5).waitFor();
  await visitor.app.locator('.sync-strip').waitFor({ state: 'detached' });
  const file = path.join(IMAGES, 'dashboard.png');
  await visitor.page.screenshot({ path: file, animations: 'disabled' });
  console.error(path.relative(process.cwd(), file));
} finally {
  await browser.close();
  await launched.close();
  rmSync(dataDir, { recursive: true, force: true });
}
