import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** Names under which Chromium and Chrome install themselves; searched along PATH. */
const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
/** Where the graphical installers put it, off PATH. */
const USUAL_PLACES = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
];

/**
 * Path of the Chromium or Chrome to drive: CHROMIUM_PATH if set, else the first one installed.
 * @throws Error saying exactly what to run; also when CHROMIUM_PATH names nothing that can be run
 */
export function findChromium(env: Record<string, string | undefined> = process.env): string {
  if (env.CHROMIUM_PATH) {
    if (isExecutable(env.CHROMIUM_PATH)) return env.CHROMIUM_PATH;
    throw new Error(
      'CHROMIUM_PATH does not name a program that can be run. Correct it, or unset it to use an installed Chromium.',
    );
  }
  const onPath = (env.PATH ?? '')
    .split(path.delimiter)
    .filter((folder) => folder !== '')
    .flatMap((folder) => COMMANDS.map((command) => path.join(folder, command)));
  const found = [...onPath, ...USUAL_PLACES].find(isExecutable);
  if (found) return found;
  throw new Error(
    'No Chromium found. Run `apt-get update && apt-get install -y chromium` (Debian, as root) or install Google Chrome, ' +
      'or set CHROMIUM_PATH to the program.',
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
