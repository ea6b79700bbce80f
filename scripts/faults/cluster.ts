import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { APP_ROLE, JOBS_ROLE, rolePassword } from '../../server/platform/config.ts';
import { createDb, type Db } from '../../server/platform/db.ts';
import { startEmbeddedPostgres } from '../../server/platform/embedded-postgres.ts';
import { configureAppRole, migrate } from '../migrate.ts';

/** Master secret of every LeadRelay that the fault tests start. */
export const SECRET = 'Zk3vT9qLx8mRwB1nYc7uPd5sHf2jGa6e-faults';

const FAST = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '200',
  shared_buffers: '128MB',
};
const TEMPLATE = 'leadrelay_template';

/** A migrated database without rows, of one PostgreSQL that several share. */
export interface FaultDatabase {
  /** As the application uses it. */
  db: Db;
  /** Superuser. */
  owner: pg.Client;
  ownerUrl: string;
  appUrl: string;
  close(): Promise<void>;
}

export interface Cluster {
  /** Where PostgreSQL writes the number of its process. */
  dataDir: string;
  createDatabase(options?: { poolSize?: number }): Promise<FaultDatabase>;
  stop(): Promise<void>;
}

/** A throw-away PostgreSQL with a migrated template. */
export async function startCluster(): Promise<Cluster> {
  const directory = await mkdtemp(path.join(tmpdir(), 'leadrelay-faults-'));
  const dataDir = path.join(directory, 'postgres');
  const removeFiles = () => rm(directory, { recursive: true, force: true });
  const server = await startEmbeddedPostgres({ dataDir, settings: FAST }).catch(async (error: unknown) => {
    await removeFiles();
    throw error;
  });
  const open = new Set<FaultDatabase>();
  const stop = async () => {
    await Promise.all([...open].map((database) => database.close()));
    await server.stop();
    await removeFiles();
  };
  try {
    const templateUrl = withDatabase(server.ownerUrl, TEMPLATE);
    await runAs(server.ownerUrl, (admin) => admin.query(`create database ${TEMPLATE}`));
    const [appPassword, jobsPassword] = [rolePassword(SECRET, APP_ROLE), rolePassword(SECRET, JOBS_ROLE)];
    await migrate({ ownerUrl: templateUrl, appPassword, jobsPassword });
  } catch (error) {
    await stop();
    throw error;
  }
  let count = 0;
  let lastCreation: Promise<unknown> = Promise.resolve();

  return {
    dataDir,
    async createDatabase({ poolSize = 4 } = {}) {
      const name = `faults_${++count}`;
      // PostgreSQL copies a template only while nobody else does.
      const creation = lastCreation.then(() =>
        runAs(server.ownerUrl, (admin) => admin.query(`create database ${name} template ${TEMPLATE}`)),
      );
      lastCreation = creation.catch(() => {});
      await creation;
      const ownerUrl = withDatabase(server.ownerUrl, name);
      const owner = new pg.Client({ connectionString: ownerUrl });
      owner.on('error', () => {});
      await owner.connect();
      await configureAppRole(owner);
      const appUrl = roleUrl(ownerUrl, APP_ROLE);
      const db = createDb({ url: appUrl, poolSize });
      const database: FaultDatabase = {
        ...{ db, owner, ownerUrl, appUrl },
        async close() {
          if (!open.delete(database)) return;
          await Promise.all([db.close(), owner.end()]);
        },
      };
      open.add(database);
      return database;
    },
    stop,
  };
}

/** Runs `work` on a connection of its own. */
async function runAs<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  return work(client).finally(() => client.end());
}

/** The same connection as that role, whose password follows from `SECRET`. */
function roleUrl(ownerUrl: string, role: string): string {
  const url = new URL(ownerUrl);
  url.username = role;
  url.password = rolePassword(SECRET, role);
  return url.toString();
}

function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.toString();
}
