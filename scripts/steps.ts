import { spawnSync } from 'node:child_process';

/** Runs commands of node_modules/.bin one after the other, up to the first that fails. Returns the exit code. */
export function runSteps(steps: readonly (readonly [string, ...string[]])[]): number {
  for (const [command, ...args] of steps) {
    const startedAt = performance.now();
    console.error(`▸ ${[command, ...args].join(' ')}`);
    const { status } = spawnSync(command, args, { stdio: 'inherit' });
    if (status !== 0) return status ?? 1;
    console.error(`  ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  }
  return 0;
}
