import { findChromium } from '../../scripts/find-chromium.ts';

/** Browser tests cannot start without a browser: say so once, before the first of them. */
export default function setup(): void {
  findChromium();
}
