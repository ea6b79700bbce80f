// Usage: npm run -s test:faults [-- --seeds <n>] [-- --records <n>] [-- --only F01,F16] [-- --kills <n>]
//
// Plays every fault of the sync engine's fault matrix against the real engine: handler, dispatcher, adapter, limiter, transport and
// PostgreSQL, on sandbox portals of its own. Each must end with a copy that equals the portal, by itself, and keep what its row
// promises besides. One line a fault on stderr, one JSON line last on stdout; ends with 1 unless all is well.
//
// --seeds: how many different worlds, default 1. --records: about how many records a portal has, default 1,000 (20000 and more:
// some 36,000). --kills: how often a worker is killed in F30, default 3.
import { parseArgs } from 'node:util';
import { runFaults } from './faults/run.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1' },
    records: { type: 'string', default: '1000' },
    kills: { type: 'string', default: '3' },
    only: { type: 'string' },
  },
});

const summary = await runFaults({
  seeds: toCount('seeds', values.seeds),
  size: toCount('records', values.records) > 1_000 ? 'small' : 'tiny',
  kills: toCount('kills', values.kills),
  only: values.only === undefined ? null : values.only.split(',').map((name) => name.trim().toUpperCase()),
});
console.log(JSON.stringify(summary));
process.exitCode = summary.passed === summary.faults && summary.differences === 0 ? 0 : 1;

function toCount(name: string, text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new Error(`--${name} is a whole number from 1 up`);
  return count;
}
