import type { BootData } from '../contract/session.ts';
import { isBootData } from './replies.ts';

/** What the server wrote into the page; null when it is missing or damaged. */
export function readBoot(page: Document): BootData | null {
  try {
    const boot: unknown = JSON.parse(page.getElementById('boot')?.textContent ?? '');
    return isBootData(boot) ? boot : null;
  } catch {
    return null;
  }
}
