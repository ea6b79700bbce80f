// Usage: npm run -s verify:sync [-- --portal <url>] [-- --database-url <url>] [-- --quarantined <list>]
//
// Compares the copy that LeadRelay holds of a sandbox portal with the portal's own records, one by one. Without arguments: every
// sandbox portal that the running `npm start` has connected. Run it while nothing is being synced or changed. Prints one JSON
// line a portal, last; what differs is named on stderr, by id and column and never by value. Ends with 1 when anything differs.
//
// --quarantined names the records that are rightly in quarantine: `leads:12` one that cannot be used at all, `deals:7=value` (or
// `deals:7=value+currency`) one of which those columns cannot be; joined by commas.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { EXPECTED_ENTITIES } from '../sandbox/bitrix24/expected/expected-row.ts';
import { APP_ROLE, ConfigError, loadConfig, rolePassword } from '../server/platform/config.ts';
import { createDb, type Db } from '../server/platform/db.ts';
import { AppError } from '../server/platform/errors.ts';
import { isAlive } from '../server/platform/process-lock.ts';
import { CompareError, compareCopy, type ExpectedQuarantine } from './compare-copy.ts';

const ROOT = path.dirname(import.meta.dirname);
/** PostgreSQL's code for it. */
const UNDEFINED_TABLE = '42P01';
const IDENTITY_TIMEOUT_MS = 10_000;
const START_FIRST = 'start LeadRelay with npm start first';

/** A connected Bitrix24 account of which the portal can be asked. */
interface Account {
  tenantId: string;
  accountKey: string;
  portal: string;
}

try {
  process.exitCode = (await verify()) ? 0 : 1;
} catch (error) {
  // A sentence for what a person can mend; anything else is a defect of ours and needs its stack.
  console.error(explain(error));
  process.exitCode = 1;
}

/** @returns whether nothing differs */
async function verify(): Promise<boolean> {
  const { values } = parseArgs({
    options: { portal: { type: 'string' }, 'database-url': { type: 'string' }, quarantined: { type: 'string' } },
  });
  const quarantined = parseQuarantined(values.quarantined ?? '');
  const portal = values.portal === undefined ? null : parsePortal(values.portal);
  const db = createDb({ url: values['database-url'] ?? findDatabase(), poolSize: 2 });
  try {
    let isRight = true;
    for (const account of await findAccounts(db, portal)) {
      const { tenantId } = account;
      const compared = await compareCopy({ db, tenantId, crmSource: 'bitrix24', portalUrl: account.portal, quarantined });
      const { examples, ...counts } = compared;
      for (const { kind, entity, externalId, columns } of examples) {
        console.error(`${kind}: ${entity} ${externalId}${columns.length > 0 ? ` (${columns.join(', ')})` : ''}`);
      }
      console.log(JSON.stringify({ portal: account.portal, tenantId, ...counts }));
      if (compared.differences > 0) isRight = false;
    }
    return isRight;
  } finally {
    await db.close();
  }
}

function parsePortal(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol)) throw new ConfigError('--portal must be the address of a sandbox portal.');
  return url.origin;
}

function parseQuarantined(text: string): ExpectedQuarantine[] {
  return text
    .split(',')
    .filter((item) => item !== '')
    .map((item) => {
      const [, name, externalId, columns] = /^(\w+):([^=]+)(?:=(\w+(?:\+\w+)*))?$/.exec(item) ?? [];
      const entity = EXPECTED_ENTITIES.find((known) => known === name);
      if (!entity || !externalId)
        throw new ConfigError(`--quarantined has ${item}, which is not of the form leads:12 or leads:12=value.`);
      return { entity, externalId, ...(columns ? { columns: columns.split('+') } : {}) };
    });
}

/** The app role's connection to the database that `npm start` uses. */
function findDatabase(): string {
  const envFile = path.join(ROOT, '.env');
  if (existsSync(envFile)) process.loadEnvFile(envFile);
  if (process.env.APP_DATABASE_URL) return process.env.APP_DATABASE_URL;
  if (process.env.DATABASE_URL) return loadConfig(process.env).databaseUrl;
  const dataDir = path.join(ROOT, '.leadrelay');
  // PostgreSQL's own file, there while it runs; the fourth line is its port.
  const [pid, , , port] = readIfAny(path.join(dataDir, 'postgres', 'postmaster.pid')).split('\n');
  const secret = process.env.LEADRELAY_SECRET || readIfAny(path.join(dataDir, 'secret')).trim();
  if (!port || !isAlive(Number(pid)) || secret === '') throw new ConfigError(`The database is not running: ${START_FIRST}.`);
  return `postgresql://${APP_ROLE}:${rolePassword(secret, APP_ROLE)}@127.0.0.1:${port}/leadrelay`;
}

function readIfAny(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/**
 * Whom to compare with which portal. The portals are those that tenants are connected to: the sandbox writes its own file only
 * when it ends.
 * @param portal null: all that answer as sandbox portals
 */
async function findAccounts(db: Db, portal: string | null): Promise<Account[]> {
  const connected = await listConnected(db);
  const portals = portal === null ? new Set(connected.map((account) => account.portal)) : [portal];
  const found: Account[] = [];
  for (const url of portals) {
    const memberId = await askIdentity(url);
    if (memberId === null && portal !== null) throw new ConfigError(`No sandbox portal answers at ${url}: ${START_FIRST}.`);
    if (memberId === null) continue;
    // One that is connected by a webhook has no member id; its address is what it is known by.
    const isOf = (account: Account) => account.accountKey === `bitrix24:${memberId}` || account.portal === url;
    found.push(...connected.filter(isOf).map((account) => ({ ...account, portal: url })));
  }
  if (found.length > 0) return found;
  throw new ConfigError(
    portal === null
      ? `No sandbox portal is connected: ${START_FIRST} and install it from the portal's Market.`
      : `LeadRelay has no copy of ${portal}: install it from the portal's Market first.`,
  );
}

async function listConnected(db: Db): Promise<Account[]> {
  const tenants = await db.withDirectory('read', (tx) =>
    tx.query<{ id: string; account_key: string }>({ text: 'select id, account_key from tenants order by created_at, id' }),
  );
  const accounts: Account[] = [];
  for (const { id, account_key: accountKey } of tenants) {
    const [row] = await db.withTenant(id, 'read', (tx) =>
      tx.query<{ address: string | null }>({
        text: `select coalesce(portal_url, endpoint) as address from crm_connections where tenant_id = $1 and crm_source = 'bitrix24'`,
        values: [id],
      }),
    );
    if (row) accounts.push({ tenantId: id, accountKey, portal: row.address ? new URL(row.address).origin : '' });
  }
  return accounts;
}

/** The portal's member id; null where no sandbox portal answers. */
async function askIdentity(portal: string): Promise<string | null> {
  if (portal === '') return null;
  try {
    const signal = AbortSignal.timeout(IDENTITY_TIMEOUT_MS);
    const response = await fetch(new URL('/sandbox/identity', portal), { redirect: 'error', signal });
    const { memberId } = (await response.json()) as { memberId?: unknown };
    return typeof memberId === 'string' ? memberId : null;
  } catch {
    return null;
  }
}

function explain(error: unknown): unknown {
  if (error instanceof AppError && error.code === 'database_unavailable') {
    return `The database cannot be reached: ${START_FIRST}, or correct --database-url.`;
  }
  if (error instanceof ConfigError || error instanceof CompareError) return error.message;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (UNDEFINED_TABLE === code) return 'The database is not one of LeadRelay: correct --database-url.';
  return error instanceof Error && code.startsWith('ERR_PARSE_ARGS') ? error.message : error;
}
