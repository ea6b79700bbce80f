// Usage: npm test [-- <vitest arguments>]
//
// The gate: static checks beside the app's production build, then every test; the runner's count comes last. CI plays the fault matrix
// (test-faults.ts) before it.
// With arguments only the tests they name are run.

import { buildApp } from './build-app.ts';
import { STATIC_CHECKS } from './check.ts';
import { ensureChromium } from './chromium.ts';
import { runSteps } from './steps.ts';

const args = process.argv.slice(2);
ensureChromium();
const built = buildApp();
const checked = args.length > 0 ? 0 : runSteps(STATIC_CHECKS);
if (checked !== 0) process.exit(checked);
await built;
process.exit(runSteps([['vitest', 'run', ...args]]));
