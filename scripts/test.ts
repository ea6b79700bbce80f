// Usage: npm test [-- <vitest arguments>]
//
// The whole gate, the one CI runs: static checks, the app's production build, then the sync engine's fault matrix and every
// test; the runner's count comes last. With arguments only the tests they name are run.

import { buildApp } from './build-app.ts';
import { STATIC_CHECKS } from './check.ts';
import { ensureChromium } from './chromium.ts';
import { runSteps } from './steps.ts';

const args = process.argv.slice(2);
ensureChromium();
const checked = args.length > 0 ? 0 : runSteps(STATIC_CHECKS);
if (checked !== 0) process.exit(checked);
await buildApp();
// The fault matrix before the tests, so that their count is the last word.
const faults = args.length > 0 ? 0 : runSteps([['node', 'scripts/test-faults.ts']]);
process.exit(faults || runSteps([['vitest', 'run', ...args]]));
