import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.dirname(import.meta.dirname);
const OUTPUT = path.join(ROOT, 'dist', 'iframe-app');
const STAMP = path.join(ROOT, 'dist', 'iframe-app.stamp');
const SOURCES = ['iframe-app/**/*.{ts,tsx,css,svg,json}', 'contract/*.ts', 'package-lock.json'];

/** Builds the app's files into dist/iframe-app, unless they are already built from the same sources. */
export async function buildApp(): Promise<string> {
  const digest = digestSources();
  if (existsSync(OUTPUT) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest) return OUTPUT;
  // In a process of its own: the bundler would stay in the server's memory, 150 MB of it.
  const vite = path.join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
  const args = [vite, 'build', '--config', path.join('iframe-app', 'vite.config.ts'), '--logLevel', 'warn'];
  const [code] = await once(spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit' }), 'exit');
  if (code !== 0) throw new Error('The app could not be built: see the message of Vite above.');
  mkdirSync(path.dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, digest);
  return OUTPUT;
}

function digestSources(): string {
  const hash = createHash('sha256');
  for (const file of globSync(SOURCES, { cwd: ROOT }).sort()) hash.update(file).update(readFileSync(path.join(ROOT, file)));
  return hash.digest('hex');
}
