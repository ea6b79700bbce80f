import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { runAs } from '../testing/postgres.ts';
import { type EmbeddedPostgres, EmbeddedPostgresError, startEmbeddedPostgres } from './embedded-postgres.ts';

let directory: string;
let dataDir: string;
/** Holds a cluster that ran before and was stopped, for the tests that are about what comes after. */
let made: string;
const running: EmbeddedPostgres[] = [];

beforeAll(async () => {
  made = mkdtempSync(path.join(tmpdir(), 'leadrelay-made-'));
  const server = await startEmbeddedPostgres({ dataDir: path.join(made, 'postgres'), settings: { fsync: 'off' } });
  await server.stop();
});
afterAll(() => rmSync(made, { recursive: true, force: true }));
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'leadrelay-embedded-'));
  dataDir = path.join(directory, 'postgres');
});
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function start(port?: number): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, settings: { fsync: 'off' }, ...(port === undefined ? {} : { port }) });
  running.push(server);
  return server;
}

/** Making a cluster takes a second of both cores, a copy of one a tenth of that; `cp` keeps the owner. */
function copyMade(): void {
  execFileSync('cp', ['-Rp', `${made}/.`, directory]);
}

async function stopAll(): Promise<void> {
  for (const server of running.splice(0)) await server.stop();
}

function serverPid(): number {
  return Number(readFileSync(path.join(dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function keepNote(url: string): Promise<void> {
  await runAs(url, (client) => client.query("create table note (text text); insert into note values ('kept')"));
}

function readNote(url: string): Promise<unknown[]> {
  return runAs(url, async (client) => (await client.query('select text from note')).rows);
}

test('keeps its data and its password over a restart', async () => {
  const first = await start();
  await keepNote(first.ownerUrl);
  await stopAll();
  const second = await start();
  expect(await readNote(second.ownerUrl)).toEqual([{ text: 'kept' }]);
  expect(new URL(second.ownerUrl).password).toBe(new URL(first.ownerUrl).password);
});

test('lets in who has the password, over loopback only, and keeps its files to itself', async () => {
  const { ownerUrl } = await start();
  const guess = Object.assign(new URL(ownerUrl), { password: 'postgres' }).toString();
  await expect(runAs(guess, (client) => client.query('select 1'))).rejects.toMatchObject({ code: '28P01' });
  const settings = await runAs(ownerUrl, async (client) => {
    const { rows } = await client.query(
      "select name, setting from pg_settings where name in ('listen_addresses', 'server_encoding', 'unix_socket_directories') order by 1",
    );
    return rows;
  });
  expect(settings).toEqual([
    { name: 'listen_addresses', setting: '127.0.0.1' },
    { name: 'server_encoding', setting: 'UTF8' },
    { name: 'unix_socket_directories', setting: '' },
  ]);
  expect(statSync(`${dataDir}.password`).mode & 0o777).toBe(0o600);
  expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  expect(await runAs(ownerUrl, async (client) => (await client.query("select lower('ЛИД') as text")).rows)).toEqual([
    { text: 'лид' },
  ]);
});

test('comes back on the same port when the server is killed under it', async () => {
  copyMade();
  const { ownerUrl } = await start();
  await keepNote(ownerUrl);
  const killed = serverPid();
  process.kill(killed, 'SIGKILL');
  await expect.poll(() => readNote(ownerUrl).catch(() => null), { timeout: 30_000 }).toEqual([{ text: 'kept' }]);
  expect(serverPid()).not.toBe(killed);
});

test('takes over from a killed LeadRelay whose server still runs', async () => {
  copyMade();
  const module = JSON.stringify(new URL('embedded-postgres.ts', import.meta.url).href);
  const script = `const { startEmbeddedPostgres } = await import(${module});
    console.log((await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)} })).ownerUrl);`;
  const other = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(other.stdout, 'data');
  await keepNote(String(line).trim());
  const orphan = serverPid();
  other.kill('SIGKILL');
  await once(other, 'exit');
  expect(isAlive(orphan)).toBe(true);

  const { ownerUrl } = await start();
  expect(await readNote(ownerUrl)).toEqual([{ text: 'kept' }]);
  expect(isAlive(orphan)).toBe(false);
});

test('ends with a LeadRelay that ends while it is still starting', async () => {
  copyMade();
  const module = JSON.stringify(new URL('embedded-postgres.ts', import.meta.url).href);
  const lockFile = JSON.stringify(path.join(dataDir, 'postmaster.pid'));
  const script = `const { startEmbeddedPostgres } = await import(${module});
    const { readFileSync } = await import('node:fs');
    void startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)} });
    for (;;) {
      await new Promise(setImmediate);
      try {
        const pid = readFileSync(${lockFile}, 'utf8').split('\\n')[0];
        if (pid) { console.log(pid); process.exit(); }
      } catch {}
    }`;
  const other = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [pid] = await once(other.stdout, 'data');
  await once(other, 'exit');
  await expect.poll(() => isAlive(Number(pid)), { timeout: 10_000 }).toBe(false);
});

test('is not misled by a lock file whose process number now belongs to another program', async () => {
  copyMade();
  await keepNote((await start()).ownerUrl);
  const lockFile = path.join(dataDir, 'postmaster.pid');
  const lock = readFileSync(lockFile, 'utf8').split('\n').slice(1);
  await stopAll();
  const { uid, gid } = statSync(dataDir);
  const bystander = spawn('sleep', ['60'], { uid, gid, cwd: '/' });
  writeFileSync(lockFile, [bystander.pid, ...lock].join('\n'));
  try {
    expect(await readNote((await start()).ownerUrl)).toEqual([{ text: 'kept' }]);
    expect(isAlive(Number(bystander.pid))).toBe(true);
  } finally {
    bystander.kill();
  }
});

test('leaves the data to a LeadRelay that is running on it', async () => {
  copyMade();
  const { ownerUrl } = await start();
  await keepNote(ownerUrl);
  await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(
    `LeadRelay is already running on ${dataDir} (process ${process.pid})`,
  );
  expect(await readNote(ownerUrl)).toEqual([{ text: 'kept' }]);
});

test('says what to do when it cannot start', async () => {
  copyMade();
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  await expect(start((taken.address() as AddressInfo).port)).rejects.toThrow('its port is taken by another program');
  taken.close();

  writeFileSync(path.join(dataDir, 'PG_VERSION'), '14\n');
  await expect(start()).rejects.toThrow('made by another version of PostgreSQL');

  const file = path.join(directory, 'file');
  writeFileSync(file, '');
  const failure = await startEmbeddedPostgres({ dataDir: path.join(file, 'postgres') }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(EmbeddedPostgresError);
  expect(String(failure)).toContain('is not writable');
});
