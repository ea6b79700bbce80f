import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { claimProcessLock } from './process-lock.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'leadrelay-lock-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('a lock is held once, and again after its release', () => {
  const file = path.join(folder, 'held');
  const lock = claimProcessLock(file);
  expect(claimProcessLock(file)).toEqual({ heldBy: process.pid });
  if ('release' in lock) lock.release();
  expect(claimProcessLock(file)).toHaveProperty('release');
});

test('a lock of a number that another process has been given since is taken over', () => {
  const file = path.join(folder, 'reused');
  writeFileSync(file, `${process.pid} 1\n`);
  expect(claimProcessLock(file)).toHaveProperty('release');
});

test.runIf(process.platform === 'linux')('a killed process that nobody has reaped holds no lock', async () => {
  // The shell becomes a program that never asks for its child, which so stays a zombie.
  const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const pid = await new Promise<string>((resolve) => parent.stdout.once('data', (data) => resolve(String(data).trim())));
    const stat = () => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    await expect.poll(() => stat()[0]).toBe('Z');
    const file = path.join(folder, 'zombie');
    writeFileSync(file, `${pid} ${stat()[19]}\n`);
    expect(claimProcessLock(file)).toHaveProperty('release');
  } finally {
    parent.kill('SIGKILL');
  }
});
