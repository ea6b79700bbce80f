import { type Browser, chromium } from 'playwright-core';
import { findChromium } from './find-chromium.ts';

/** Debian's Chromium, without a window and without its own traffic. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
