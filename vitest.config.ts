import { defineConfig } from 'vitest/config';

const nodeTests = ['contract', 'server', 'sandbox', 'bench', 'scripts', 'marketplace', 'iframe-app'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: nodeTests.map((dir) => `${dir}/**/*.test.{ts,tsx}`),
          exclude: ['**/*.db.test.ts', '**/*.browser.test.ts', '**/node_modules/**'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'db',
          include: nodeTests.map((dir) => `${dir}/**/*.db.test.ts`),
          globalSetup: ['server/testing/global-postgres.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: nodeTests.map((dir) => `${dir}/**/*.browser.test.ts`),
          globalSetup: ['server/testing/global-postgres.ts', 'server/testing/global-browser.ts'],
          // A browser and a whole LeadRelay per file: two at once starve each other on two cores.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
