import { buildApp } from '../../scripts/build-app.ts';
import { findChromium } from '../../scripts/find-chromium.ts';

/**
 * Browser tests cannot start without a browser: say so once, before the first of them. And the app is built once, before two of them
 * would build it at the same time.
 */
export default async function setup(): Promise<void> {
  findChromium();
  await buildApp();
}
