// Usage: npm run migrate
//
// Brings the database of DATABASE_URL up to date: tables, roles, the roles' passwords and settings. `npm start` does the same
// by itself; this is for those who deploy migrations and processes apart.
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { APP_ROLE, ConfigError, JOBS_ROLE, loadConfig, rolePassword } from '../server/platform/config.ts';

/** The database could not be brought up to date; the message is one sentence with what to do about it. */
export class MigrateError extends Error {
  override name = 'MigrateError';
}

const MIGRATIONS = path.join(path.dirname(import.meta.dirname), 'prisma', 'migrations');
/** Any number, the same in every LeadRelay: two that start at once take turns. */
const LOCK_KEY = 7_205_114;
const CONNECT_TIMEOUT_MS = 10_000;

/** How the app role's sessions run in our database, measured on dashboards of a tenant with 1.2 million records. */
const APP_SETTINGS = new Map([
  ['jit', 'off'],
  ['random_page_cost', '1.1'],
  // A dashboard already uses the cores with several connections; workers on top made it slower.
  ['max_parallel_workers_per_gather', '0'],
  ['work_mem', '24MB'],
  // For what does not set its own; a forgotten transaction must not hold back VACUUM.
  ['statement_timeout', '30s'],
  ['lock_timeout', '10s'],
  ['idle_in_transaction_session_timeout', '60s'],
]);

export interface MigrateOptions {
  /** A role that may create tables and, unless they exist, roles. */
  ownerUrl: string;
  /** null: the role's login is somebody else's business (APP_DATABASE_URL, BOSS_DATABASE_URL). */
  appPassword: string | null;
  jobsPassword: string | null;
}

/**
 * Applies the migrations that are new, as `prisma migrate deploy` would, then sees to the two roles' settings and passwords.
 * Nothing new: a few look-ups. Safe to call from several processes at once.
 * @returns names of the migrations applied
 * @throws MigrateError
 */
export async function migrate({ ownerUrl, appPassword, jobsPassword }: MigrateOptions): Promise<string[]> {
  const owner = new pg.Client({
    connectionString: ownerUrl,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'leadrelay migrate',
  });
  owner.on('error', () => {});
  const address = new URL(ownerUrl);
  await owner.connect().catch((error: unknown) => {
    throw explain(error, address);
  });
  try {
    await owner.query('select pg_advisory_lock($1)', [LOCK_KEY]);
    const applied = (await isUpToDate(owner)) ? [] : await applyMigrations(ownerUrl);
    // Without the right to, an administrator's settings stand: these make it faster, not correct.
    await configureAppRole(owner).catch((error: unknown) => {
      if (!hasCode(error, '42501')) throw error;
    });
    if (appPassword !== null) await ensurePassword(owner, ownerUrl, APP_ROLE, appPassword);
    if (jobsPassword !== null) await ensurePassword(owner, ownerUrl, JOBS_ROLE, jobsPassword);
    return applied;
  } catch (error) {
    throw explain(error, address);
  } finally {
    await owner.end();
  }
}

/** Settings of the app role in this database; those of another database, even the one it was cloned from, do not count. */
export async function configureAppRole(owner: pg.Client): Promise<void> {
  const { rows } = await owner.query<{ setting: string }>(
    `select unnest(setconfig) as setting from pg_db_role_setting
     where setdatabase = (select oid from pg_database where datname = current_database()) and setrole = $1::regrole`,
    [APP_ROLE],
  );
  const present = new Set(rows.map(({ setting }) => setting));
  const missing = [...APP_SETTINGS].filter(([name, value]) => !present.has(`${name}=${value}`));
  if (missing.length === 0) return;
  const database = owner.escapeIdentifier(owner.database ?? '');
  await owner.query(
    missing
      .map(([name, value]) => `alter role ${APP_ROLE} in database ${database} set ${name} = ${owner.escapeLiteral(value)}`)
      .join('; '),
  );
}

function listMigrations(): { name: string; sql: string }[] {
  return readdirSync(MIGRATIONS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ name, sql: readFileSync(path.join(MIGRATIONS, name, 'migration.sql'), 'utf8') }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Prisma's own rule, asked without loading its engine: every migration is applied, finished and unedited. */
async function isUpToDate(owner: pg.Client): Promise<boolean> {
  const { rows: tables } = await owner.query(
    "select from pg_tables where schemaname = 'public' and tablename = '_prisma_migrations'",
  );
  if (tables.length === 0) return false;
  const { rows } = await owner.query<{ migration_name: string; checksum: string }>(
    'select migration_name, checksum from _prisma_migrations where finished_at is not null and rolled_back_at is null',
  );
  const applied = new Map(rows.map((row) => [row.migration_name, row.checksum]));
  return listMigrations().every(({ name, sql }) => applied.get(name) === createHash('sha256').update(sql).digest('hex'));
}

async function applyMigrations(ownerUrl: string): Promise<string[]> {
  const { withSchemaEngine } = await import('./schema-engine.ts');
  const filters = { externalTables: [], externalEnums: [] };
  const migrationsList = {
    baseDir: MIGRATIONS,
    lockfile: { path: 'migration_lock.toml', content: readFileSync(path.join(MIGRATIONS, 'migration_lock.toml'), 'utf8') },
    shadowDbInitScript: '',
    migrationDirectories: listMigrations().map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value: sql } },
    })),
  };
  return withSchemaEngine(ownerUrl, async (engine) => {
    // Each script is one transaction, so one that failed has left nothing and can be tried again.
    const { failedMigrationNames } = await engine.diagnoseMigrationHistory({
      migrationsList,
      optInToShadowDatabase: false,
      filters,
    });
    for (const migrationName of failedMigrationNames) await engine.markMigrationRolledBack({ migrationName });
    const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters });
    return appliedMigrationNames;
  });
}

/** A role that can log in with its password is left alone: it may have been made by somebody with more rights than we have. */
async function ensurePassword(owner: pg.Client, ownerUrl: string, role: string, password: string): Promise<void> {
  const url = new URL(ownerUrl);
  url.username = role;
  url.password = encodeURIComponent(password);
  const client = new pg.Client({ connectionString: url.toString(), connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  client.on('error', () => {});
  const isLetIn = await client.connect().then(
    () => true,
    (error: unknown) => {
      if (hasCode(error, '28P01')) return false;
      throw error;
    },
  );
  // A connection that was refused has ended already, and ending it again would wait for ever.
  if (isLetIn) return client.end();
  await owner.query(`alter role ${role} password ${owner.escapeLiteral(scramVerifier(password))}`);
}

/** What PostgreSQL stores for a password (RFC 5803); made here so that the password itself reaches no server log. */
function scramVerifier(password: string): string {
  const iterations = 4096;
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, iterations, 32, 'sha256');
  const sign = (text: string) => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(sign('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${sign('Server Key').toString('base64')}`;
}

function explain(error: unknown, { host, pathname, username }: URL): MigrateError {
  const database = pathname.slice(1);
  const sentence = (() => {
    if (hasCode(error, '28P01', '28000'))
      return `The database at ${host} does not let ${username} in: check user and password in DATABASE_URL.`;
    if (hasCode(error, '3D000')) return `There is no database ${database} at ${host}: create it or correct DATABASE_URL.`;
    if (hasCode(error, '42501')) {
      return `${username} may not create roles: have an administrator create ${APP_ROLE} and ${JOBS_ROLE} (LOGIN, NOBYPASSRLS) and a schema pgboss owned by ${JOBS_ROLE}, then put their connections into APP_DATABASE_URL and BOSS_DATABASE_URL.`;
    }
    if (error instanceof Error && 'code' in error && /^(E[A-Z]+|EAI_AGAIN)$/.test(String(error.code)))
      return `The database at ${host} cannot be reached: check DATABASE_URL and that PostgreSQL is running.`;
    if (/timeout|terminated/i.test(messageOf(error)))
      return `The database at ${host} does not answer: check DATABASE_URL and that PostgreSQL is running.`;
    return `The database could not be brought up to date: ${messageOf(error)}`;
  })();
  return new MigrateError(sentence, { cause: error });
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function main(): Promise<void> {
  const envFile = path.join(path.dirname(import.meta.dirname), '.env');
  if (existsSync(envFile)) process.loadEnvFile(envFile);
  const config = loadConfig(process.env);
  const applied = await migrate({
    ownerUrl: config.ownerDatabaseUrl,
    appPassword: process.env.APP_DATABASE_URL ? null : rolePassword(config.secret, APP_ROLE),
    jobsPassword: process.env.BOSS_DATABASE_URL ? null : rolePassword(config.secret, JOBS_ROLE),
  });
  console.log(applied.length === 0 ? 'The database is up to date.' : `Applied ${applied.join(', ')}.`);
}

if (import.meta.main) {
  await main().catch((error: unknown) => {
    const isForPeople = error instanceof MigrateError || error instanceof ConfigError;
    console.error(isForPeople ? error.message : error);
    process.exitCode = 1;
  });
}
