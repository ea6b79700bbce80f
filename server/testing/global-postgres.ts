import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../scripts/migrate.ts';
import { startEmbeddedPostgres } from '../platform/embedded-postgres.ts';

/** What every test file is told of the cluster. */
export interface TestPostgres {
  /** Superuser connection; its database is only used to create and drop others. */
  adminUrl: string;
  /** A migrated database without rows, which tests clone. */
  template: string;
  appPassword: string;
  jobsPassword: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    postgres: TestPostgres;
  }
}

const FAST = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '200',
  shared_buffers: '128MB',
  // Nothing is restored or followed from this log, and a run ends before dead rows matter: both would only take processor time.
  wal_level: 'minimal',
  max_wal_senders: '0',
  autovacuum: 'off',
};

/**
 * One cluster for the whole run; the projects that need it (db, browser) share it and the last one to finish stops it. Global,
 * because vitest loads this file anew for each project.
 */
declare global {
  var leadrelayCluster: { started: ReturnType<typeof startCluster>; users: number } | undefined;
}

/**
 * Vitest's global setup: starts a throw-away PostgreSQL, or uses the one of TEST_DATABASE_URL (a superuser's connection), and
 * migrates the template.
 */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  globalThis.leadrelayCluster ??= { started: startCluster(), users: 0 };
  const cluster = globalThis.leadrelayCluster;
  cluster.users += 1;
  const { postgres, stop } = await cluster.started;
  project.provide('postgres', postgres);
  return async () => {
    cluster.users -= 1;
    if (cluster.users > 0) return;
    globalThis.leadrelayCluster = undefined;
    await stop();
  };
}

async function startCluster() {
  const given = process.env.TEST_DATABASE_URL;
  const { adminUrl, stop } = given ? { adminUrl: given, stop: async () => {} } : await startThrowAway();
  const postgres: TestPostgres = {
    adminUrl,
    template: `leadrelay_template_${process.pid}`,
    appPassword: 'app-role-of-tests',
    jobsPassword: 'jobs-role-of-tests',
  };
  try {
    await runOnce(adminUrl, `create database ${postgres.template}`);
    const ownerUrl = withDatabase(adminUrl, postgres.template);
    await migrate({ ownerUrl, appPassword: postgres.appPassword, jobsPassword: postgres.jobsPassword });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    postgres,
    stop: async () => {
      if (given) await runOnce(adminUrl, `drop database if exists ${postgres.template} with (force)`);
      await stop();
    },
  };
}

async function startThrowAway() {
  const directory = mkdtempSync(path.join(tmpdir(), 'leadrelay-test-'));
  const { ownerUrl, stop } = await startEmbeddedPostgres({ dataDir: path.join(directory, 'postgres'), settings: FAST });
  return {
    adminUrl: ownerUrl,
    stop: async () => {
      await stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function runOnce(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.toString();
}
