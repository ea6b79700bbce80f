import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import type { SandboxSettings } from '../sandbox/process.ts';
import { startServer } from '../server/main.ts';
import { APP_ROLE, ConfigError, JOBS_ROLE, loadConfig, rolePassword } from '../server/platform/config.ts';
import { startEmbeddedPostgres } from '../server/platform/embedded-postgres.ts';
import { buildApp } from './build-app.ts';
import { migrate } from './migrate.ts';
import { type SandboxProcess, startSandboxProcess } from './sandbox-process.ts';

export interface LaunchOptions {
  /** Holds the embedded database and the generated secret; made when missing. */
  dataDir: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Without CRM credentials in `env` a sandbox with these portals is started beside LeadRelay; null never starts one. */
  sandbox: SandboxSettings[] | null;
  /** Whether the sandbox stands in for a language model as well. Default: false. */
  hasModel?: boolean;
  /** Told what is being waited for, one line each. */
  onProgress: (line: string) => void;
}

export interface Launched {
  /** LeadRelay's address. */
  url: string;
  sandbox: SandboxProcess | null;
  server: Awaited<ReturnType<typeof startServer>>;
  /** Stops everything in reverse order. */
  close(): Promise<void>;
}

/**
 * Starts LeadRelay with all it needs: database, migrations, app files, sandbox, server.
 * @throws Error whose message is one sentence for the person at the terminal when something outside is wrong
 */
export async function launch(options: LaunchOptions): Promise<Launched> {
  const stops: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  try {
    const env = { ...options.env };
    makeDataDir(options.dataDir);
    env.PORT = String(await findPort(env.HOST || '127.0.0.1', env.PORT || '3000'));
    if (!env.DATABASE_URL) {
      options.onProgress('Starting PostgreSQL…');
      const postgres = await startEmbeddedPostgres({ dataDir: path.join(options.dataDir, 'postgres') });
      stops.push(() => postgres.stop());
      env.DATABASE_URL = postgres.ownerUrl;
      env.LEADRELAY_SECRET ||= keepSecret(path.join(options.dataDir, 'secret'));
    }
    let sandbox: SandboxProcess | null = null;
    if (options.sandbox && !env.BITRIX24_CLIENT_ID) {
      if (env.NODE_ENV === 'production') {
        throw new ConfigError('BITRIX24_CLIENT_ID is not set: in production LeadRelay serves real portals only, see README.md.');
      }
      options.onProgress('Starting the sandbox portal…');
      sandbox = await startSandboxProcess({
        portals: options.sandbox,
        appUrl: env.PUBLIC_URL || `http://localhost:${env.PORT}`,
        hasModel: options.hasModel ?? false,
        stateFile: path.join(options.dataDir, 'sandbox.json'),
      });
      stops.push(sandbox.stop);
      Object.assign(env, sandbox.env);
    }
    const config = loadConfig(env);
    options.onProgress('Preparing the database…');
    await migrate({
      ownerUrl: config.ownerDatabaseUrl,
      appPassword: env.APP_DATABASE_URL ? null : rolePassword(config.secret, APP_ROLE),
      jobsPassword: env.BOSS_DATABASE_URL ? null : rolePassword(config.secret, JOBS_ROLE),
    });
    options.onProgress('Building the app…');
    const assetsDir = await buildApp();
    const server = await startServer(config, { assetsDir });
    stops.push(() => server.close());
    return { url: config.publicUrl, sandbox, server, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function makeDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new ConfigError(
      `The data directory ${path.basename(dataDir)} cannot be written: check its owner and the free disk space.`,
      { cause },
    );
  }
}

/** The secret that an installation without configuration makes for itself; without the file, sealed credentials are lost. */
function keepSecret(file: string): string {
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const secret = randomBytes(36).toString('base64url');
  writeFileSync(file, secret, { mode: 0o600 });
  return secret;
}

/** Checks that the port is free before anything slow begins; 0 becomes a free one. */
function findPort(host: string, text: string): Promise<number> {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new ConfigError('PORT is not usable: it must be a number from 0 to 65535.');
  }
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (cause: NodeJS.ErrnoException) => {
      const reason =
        cause.code === 'EADDRINUSE'
          ? `Port ${port} is in use: stop the program that uses it, or set PORT to another one.`
          : `LeadRelay cannot listen on ${host}:${port} (${cause.code}): set HOST and PORT to an address of this machine.`;
      reject(new ConfigError(reason, { cause }));
    });
    probe.listen(port, host, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : port));
    });
  });
}
