import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import type { AppCard } from '../sandbox/bitrix24/state.ts';
import { migrate } from '../scripts/migrate.ts';
import { APP_ROLE } from '../server/platform/config.ts';
import type { Sealer } from '../server/platform/crypto.ts';
import { createDb, type Db, type Tx } from '../server/platform/db.ts';
import { startEmbeddedPostgres } from '../server/platform/embedded-postgres.ts';
import { saveConnection } from '../server/tenants/connections.ts';

/** The app's card in a sandbox whose portals are connected by webhook: nothing is ever opened or told. */
export const SANDBOX_APP: AppCard = {
  clientId: 'local.bench',
  clientSecret: 'bench',
  title: 'LeadRelay',
  scopes: ['crm', 'user_brief', 'department'],
  applicationUrl: 'http://127.0.0.1:9/app',
  installerUrl: 'http://127.0.0.1:9/install',
  eventHandlerUrl: 'http://127.0.0.1:9/events',
  version: 1,
};

export interface BenchDatabase {
  /** As the application uses it. */
  db: Db;
  /** Superuser. */
  owner: pg.Client;
  appUrl: string;
  jobsUrl: string;
  stop(): Promise<void>;
}

/** A migrated PostgreSQL of the benchmark's own, set up as `npm start` does: fsync on. */
export async function startBenchDatabase(): Promise<BenchDatabase> {
  const directory = await mkdtemp(path.join(tmpdir(), 'leadrelay-bench-'));
  const cluster = await startEmbeddedPostgres({ dataDir: path.join(directory, 'postgres') });
  const [appPassword, jobsPassword] = [randomBytes(16).toString('hex'), randomBytes(16).toString('hex')];
  await migrate({ ownerUrl: cluster.ownerUrl, appPassword, jobsPassword });
  const owner = new pg.Client({ connectionString: cluster.ownerUrl });
  await owner.connect();
  const appUrl = urlOf(cluster.ownerUrl, APP_ROLE, appPassword);
  const db = createDb({ url: appUrl, poolSize: 4 });
  return {
    db,
    owner,
    appUrl,
    jobsUrl: urlOf(cluster.ownerUrl, 'leadrelay_jobs', jobsPassword),
    async stop() {
      await db.close();
      await owner.end();
      await cluster.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A tenant with an active connection, as an install leaves it. */
export async function createTenant(owner: pg.Client): Promise<string> {
  const tenantId = randomUUID();
  await owner.query(`insert into tenants (id, account_key) values ($1, $2)`, [tenantId, `bitrix24:${tenantId}`]);
  await owner.query(`insert into crm_connections (tenant_id, crm_source, account_id) values ($1, 'bitrix24', 'bench')`, [
    tenantId,
  ]);
  return tenantId;
}

/** Connects the tenant by an inbound webhook of its portal. */
export async function connectWebhook(tx: Tx, sealer: Sealer, tenantId: string, webhookUrl: string): Promise<void> {
  const [, endpoint = '', secret = ''] = /^(.*\/)(\d+\/[^/]+)\/$/.exec(webhookUrl) ?? [];
  await saveConnection(tx, sealer, tenantId, {
    crmSource: 'bitrix24',
    accountId: new URL(webhookUrl).host,
    endpoint,
    oauthServer: null,
    scopes: [],
    mode: 'classic',
    timezone: null,
    baseCurrency: null,
    adminUserId: '1',
    appStatus: null,
    credentials: { kind: 'webhook', secret },
  });
}

function urlOf(ownerUrl: string, user: string, password: string): string {
  const url = new URL(ownerUrl);
  url.username = user;
  url.password = password;
  return url.toString();
}
