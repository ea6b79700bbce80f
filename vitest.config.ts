import { defineConfig } from 'vitest/config';

const nodeTests = ['contract', 'server', 'sandbox', 'bench', 'scripts', 'marketplace', 'iframe-app'];

/** A worker keeps its modules from file to file: loading Prisma, zod and the sandbox anew for each took a third of the unit tests' time. */
const isolate = false;

/** How long what is waited for may take where a test does not say: a loaded machine needs more than vitest's second. */
const expect = { poll: { timeout: 10_000 } };

export default defineConfig({
  test: {
    // One worker for each core and not one less: half of a file's time is spent waiting for PostgreSQL, a browser or a port.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'unit',
          isolate,
          expect,
          include: nodeTests.map((dir) => `${dir}/**/*.test.{ts,tsx}`),
          exclude: ['**/*.db.test.ts', '**/*.browser.test.ts', '**/node_modules/**'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'db',
          isolate,
          expect,
          include: nodeTests.map((dir) => `${dir}/**/*.db.test.ts`),
          globalSetup: ['server/testing/global-postgres.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'browser',
          isolate,
          expect,
          include: nodeTests.map((dir) => `${dir}/**/*.browser.test.ts`),
          globalSetup: ['server/testing/global-postgres.ts', 'server/testing/global-browser.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
