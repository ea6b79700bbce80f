import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { configureAppRole } from '../../scripts/migrate.ts';
import { APP_ROLE, JOBS_ROLE } from '../platform/config.ts';
import { createDb, type Db } from '../platform/db.ts';

export interface TestDatabase {
  /** As the application uses it: the app role, under row level security. */
  db: Db;
  /** Superuser: sees and may do everything. */
  ownerUrl: string;
  appUrl: string;
  jobsUrl: string;
  /** Closes `db`, ends all other connections and drops the database. */
  drop(): Promise<void>;
}

/** A migrated, empty database of its own for a test file or a test. */
export async function createTestDatabase(options: { poolSize?: number } = {}): Promise<TestDatabase> {
  const { adminUrl, template, appPassword, jobsPassword } = inject('postgres');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  // Copying files needs a checkpoint, which costs little without fsync; the default writes every block to the log as well.
  await runAs(adminUrl, (admin) => admin.query(`create database ${name} template ${template} strategy file_copy`));
  const ownerUrl = urlOf(adminUrl, name);
  await runAs(ownerUrl, configureAppRole);
  const appUrl = urlOf(adminUrl, name, APP_ROLE, appPassword);
  const db = createDb({ url: appUrl, poolSize: options.poolSize ?? 4 });
  return {
    db,
    ownerUrl,
    appUrl,
    jobsUrl: urlOf(adminUrl, name, JOBS_ROLE, jobsPassword),
    drop: async () => {
      await db.close();
      await runAs(adminUrl, (admin) => admin.query(`drop database ${name} with (force)`));
    },
  };
}

/** Runs `work` on a connection of its own. */
export async function runAs<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return work(client).finally(() => client.end());
}

function urlOf(url: string, database: string, user?: string, password?: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  if (user !== undefined) changed.username = user;
  if (password !== undefined) changed.password = password;
  return changed.toString();
}
