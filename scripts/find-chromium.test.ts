import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findChromium } from './find-chromium.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'find-chromium-'));
afterAll(() => rmSync(folder, { recursive: true }));

function putFile(name: string, mode: number): string {
  const file = path.join(folder, name);
  writeFileSync(file, '#!/bin/sh\n');
  chmodSync(file, mode);
  return file;
}

test('CHROMIUM_PATH goes before what is installed', () => {
  const named = putFile('my-chromium', 0o755);
  expect(findChromium({ CHROMIUM_PATH: named, PATH: process.env.PATH })).toBe(named);
});

test('a CHROMIUM_PATH that names nothing is an error, not a reason to take another browser', () => {
  expect(() => findChromium({ CHROMIUM_PATH: path.join(folder, 'absent'), PATH: process.env.PATH })).toThrow('CHROMIUM_PATH');
});

test('the PATH is searched, and files that cannot be run are passed over', () => {
  putFile('chromium', 0o644);
  const chrome = putFile('google-chrome', 0o755);
  expect(findChromium({ PATH: folder })).toBe(chrome);
});
