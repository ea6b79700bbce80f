import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'vite';

const ROOT = path.dirname(import.meta.dirname);
const OUTPUT = path.join(ROOT, 'dist', 'iframe-app');
const STAMP = path.join(ROOT, 'dist', 'iframe-app.stamp');
const SOURCES = ['iframe-app/**/*.{ts,tsx,css,svg,json}', 'contract/*.ts', 'package-lock.json'];

/** Builds the app's files into dist/iframe-app, unless they are already built from the same sources. */
export async function buildApp(): Promise<string> {
  const digest = digestSources();
  if (existsSync(OUTPUT) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest) return OUTPUT;
  await build({ configFile: path.join(ROOT, 'iframe-app', 'vite.config.ts'), logLevel: 'warn' });
  mkdirSync(path.dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, digest);
  return OUTPUT;
}

function digestSources(): string {
  const hash = createHash('sha256');
  for (const file of globSync(SOURCES, { cwd: ROOT }).sort()) hash.update(file).update(readFileSync(path.join(ROOT, file)));
  return hash.digest('hex');
}
