import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepFormerFiles } from './keep-former-files.ts';

const DAY_MS = 24 * 3_600_000;
let root: string;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'leadrelay-former-'));
});
afterAll(() => rm(root, { recursive: true }));

/** Builds an app that is one line, and says which files there are. */
async function buildOf(line: string): Promise<string[]> {
  const input = path.join(root, 'main.ts');
  await writeFile(input, line);
  await build({
    root,
    configFile: false,
    logLevel: 'silent',
    plugins: [keepFormerFiles()],
    build: { rolldownOptions: { input } },
  });
  return readdir(path.join(root, 'dist', 'assets'));
}

async function age(name: string, days: number): Promise<void> {
  const then = new Date(Date.now() - days * DAY_MS);
  await utimes(path.join(root, 'dist', 'assets', name), then, then);
}

test('files of former builds stay for 30 days after the last build that was made of them', async () => {
  const [first = ''] = await buildOf('console.log(1)');
  await age(first, 29);
  const both = await buildOf('console.log(2)');
  expect(both).toHaveLength(2);
  expect(both).toContain(first);
  // Built again it is as new.
  await age(first, 31);
  expect(await buildOf('console.log(1)')).toHaveLength(2);
  await age(first, 29);
  for (const name of both) if (name !== first) await age(name, 31);
  const after = await buildOf('console.log(3)');
  expect(after).toHaveLength(2);
  expect(after).toContain(first);
});
