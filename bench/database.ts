import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { migrate } from '../scripts/migrate.ts';
import { APP_ROLE } from '../server/platform/config.ts';
import { createDb, type Db } from '../server/platform/db.ts';
import { startEmbeddedPostgres } from '../server/platform/embedded-postgres.ts';

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

function urlOf(ownerUrl: string, user: string, password: string): string {
  const url = new URL(ownerUrl);
  url.username = user;
  url.password = password;
  return url.toString();
}
