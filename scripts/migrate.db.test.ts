import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createTestDatabase, runAs, type TestDatabase } from '../server/testing/postgres.ts';
import { MigrateError, migrate } from './migrate.ts';
import { withSchemaEngine } from './schema-engine.ts';

const SCHEMA = readFileSync(path.join(path.dirname(import.meta.dirname), 'prisma', 'schema.prisma'), 'utf8');

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

function asOwner<Row extends object>(text: string): Promise<Row[]> {
  return runAs(database.ownerUrl, async (owner) => (await owner.query<Row>(text)).rows);
}

describe('schema.prisma', () => {
  /** SQL that would turn the migrated database into what the schema describes. */
  function findDrift(schema: string): Promise<string> {
    const files = [{ path: 'schema.prisma', content: schema }];
    return withSchemaEngine(
      database.ownerUrl,
      async (engine) => {
        const { stdout } = await engine.diff({
          from: { tag: 'schemaDatasource', files, configDir: '' },
          to: { tag: 'schemaDatamodel', files },
          script: true,
          exitCode: null,
          filters: { externalTables: ['public._prisma_migrations'], externalEnums: [] },
        });
        return stdout ?? '';
      },
      schema,
    );
  }

  test('describes the migrated database', async () => {
    expect(await findDrift(SCHEMA)).toBe('-- This is an empty migration.\n');
  });

  test.each([
    [
      'a column that is missing',
      '  subject         String?\n',
      '  subject         String?\n  colour          String?\n',
      'ADD COLUMN     "colour" TEXT',
    ],
    ['another type', '@db.Decimal(10, 6)', '@db.Decimal(12, 6)', 'SET DATA TYPE DECIMAL(12,6)'],
    ['another key', '@@id([tenantId, runId])', '@@id([runId])', 'sync_runs'],
    ['another table', '@@map("insights")', '@@map("findings")', 'CREATE TABLE "findings"'],
  ])('would be found to differ by %s', async (_, original, altered, statement) => {
    const schema = SCHEMA.replace(original, altered);
    expect(schema).not.toBe(SCHEMA);
    expect(await findDrift(schema)).toContain(statement);
  });
});

describe('the migrated database', () => {
  interface Table {
    table: string;
    enabled: boolean;
    forced: boolean;
    owner: string;
  }
  const TENANT_TABLES = `select c.oid, c.relname as table, c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
      pg_get_userbyid(c.relowner) as owner
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
    where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace`;

  test('has a tenant in every table but the directory and the list of migrations', async () => {
    const rows = await asOwner<{ tablename: string }>(
      `select tablename from pg_tables where schemaname = 'public' and tablename not in (select relname from pg_class c
         join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and a.attnum = 1) order by 1`,
    );
    expect(rows.map((row) => row.tablename)).toEqual(['_prisma_migrations', 'tenants']);
  });

  test('enables and forces row level security, also for the directory', async () => {
    const tables = await asOwner<Table>(`${TENANT_TABLES} order by 2`);
    expect(tables.length).toBeGreaterThanOrEqual(30);
    for (const { table, enabled, forced, owner } of tables) {
      expect({ table, enabled, forced }).toEqual({ table, enabled: true, forced: true });
      expect(owner).not.toMatch(/^leadrelay_(app|jobs)$/);
    }
    expect(await asOwner("select relrowsecurity, relforcerowsecurity from pg_class where relname = 'tenants'")).toEqual([
      { relrowsecurity: true, relforcerowsecurity: true },
    ]);
  });

  test('has one policy a table, for every command, that compares the tenant both ways', async () => {
    const rows = await asOwner<{ table: string; policies: unknown }>(
      `select t.table, json_agg(json_build_object('command', p.polcmd, 'permissive', p.polpermissive,
           'using', pg_get_expr(p.polqual, t.oid), 'check', pg_get_expr(p.polwithcheck, t.oid))) as policies
       from (${TENANT_TABLES}) t left join pg_policy p on p.polrelid = t.oid group by 1`,
    );
    const compares = "(tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)";
    for (const { table, policies } of rows) {
      expect({ table, policies }).toEqual({
        table,
        policies: [{ command: '*', permissive: true, using: compares, check: compares }],
      });
    }
  });

  test('starts every key and index with the tenant', async () => {
    const rows = await asOwner<{ table: string; index: string; first: string }>(
      `select t.table, i.indexrelid::regclass::text as index, a.attname as first
       from (${TENANT_TABLES}) t join pg_index i on i.indrelid = t.oid
       left join pg_attribute a on a.attrelid = t.oid and a.attnum = i.indkey[0]`,
    );
    expect(rows.filter((row) => row.first !== 'tenant_id')).toEqual([]);
    const keyed = new Set(rows.filter((row) => row.index.endsWith('_pkey')).map((row) => row.table));
    const tables = await asOwner<Table>(TENANT_TABLES);
    expect([...keyed].sort()).toEqual(tables.map((row) => row.table).sort());
  });

  test('refers to other tables with the tenant in the reference', async () => {
    const rows = await asOwner(
      `select f.conrelid::regclass::text as table, f.conname from pg_constraint f
       join pg_attribute a on a.attrelid = f.conrelid and a.attnum = f.conkey[1]
       where f.contype = 'f' and a.attname <> 'tenant_id'`,
    );
    expect(rows).toEqual([]);
  });

  test('has two roles that are below row level security and own nothing but the job schema', async () => {
    const roles = await asOwner(
      `select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolinherit, rolcanlogin from pg_roles
       where rolname in ('leadrelay_app', 'leadrelay_jobs') order by 1`,
    );
    const plain = {
      rolsuper: false,
      rolbypassrls: false,
      rolcreaterole: false,
      rolcreatedb: false,
      rolinherit: false,
      rolcanlogin: true,
    };
    expect(roles).toEqual([
      { rolname: 'leadrelay_app', ...plain },
      { rolname: 'leadrelay_jobs', ...plain },
    ]);
    expect(
      await asOwner("select nspname from pg_namespace where pg_get_userbyid(nspowner) in ('leadrelay_app', 'leadrelay_jobs')"),
    ).toEqual([{ nspname: 'pgboss' }]);
  });

  test('runs the app role with its own settings', async () => {
    const settings = await runAs(database.appUrl, async (app) => {
      const { rows } = await app.query(
        "select name, setting from pg_settings where name in ('jit', 'random_page_cost', 'max_parallel_workers_per_gather') order by 1",
      );
      return rows;
    });
    expect(settings).toEqual([
      { name: 'jit', setting: 'off' },
      { name: 'max_parallel_workers_per_gather', setting: '0' },
      { name: 'random_page_cost', setting: '1.1' },
    ]);
  });

  test('keeps each role to its own part', async () => {
    const denied = { code: '42501' };
    const asApp = (text: string) => runAs(database.appUrl, (app) => app.query(text));
    const asJobs = (text: string) => runAs(database.jobsUrl, (jobs) => jobs.query(text));
    await expect(asApp('create table mine (id int)')).rejects.toMatchObject(denied);
    await expect(asApp('alter table crm_leads disable row level security')).rejects.toMatchObject(denied);
    await expect(asApp('truncate crm_leads')).rejects.toMatchObject(denied);
    await expect(asApp("update data_access_logs set action = 'x'")).rejects.toMatchObject(denied);
    await expect(asApp('delete from data_access_logs')).rejects.toMatchObject(denied);
    await expect(asApp('select * from _prisma_migrations')).rejects.toMatchObject(denied);
    await expect(asApp('set role leadrelay_jobs')).rejects.toMatchObject(denied);
    await expect(asJobs('select * from crm_leads')).rejects.toMatchObject(denied);
    await expect(asJobs('select * from tenants')).rejects.toMatchObject(denied);
    await asJobs('create table pgboss.mine (id int); drop table pgboss.mine');
  });

  test("derives won from what a deal's stage means", async () => {
    const tenant = randomUUID();
    await asOwner(
      `insert into crm_deals (tenant_id, crm_source, external_id, semantic)
       select '${tenant}', 'bitrix24', s, s from unnest(array['open', 'won', 'lost']) s`,
    );
    expect(await asOwner(`select semantic, won from crm_deals where tenant_id = '${tenant}' order by 1`)).toEqual([
      { semantic: 'lost', won: false },
      { semantic: 'open', won: null },
      { semantic: 'won', won: true },
    ]);
  });

  test('erases what hangs on a tenant with the tenant, the access log too', async () => {
    const tenant = randomUUID();
    await asOwner(`insert into tenants (id, account_key) values ('${tenant}', 'test:${tenant}')`);
    await asOwner(
      `insert into data_access_logs (tenant_id, seq, accessed_by, action, prev_hash, hash)
       values ('${tenant}', 1, 'user:1', 'query_dashboard', '', '')`,
    );
    await runAs(database.appUrl, (app) => app.query('delete from tenants where id = $1', [tenant]));
    expect(await asOwner(`select 1 from data_access_logs where tenant_id = '${tenant}'`)).toEqual([]);
  });
});

describe('migrate', () => {
  const passwords = () => ({ appPassword: inject('postgres').appPassword, jobsPassword: inject('postgres').jobsPassword });

  test('has nothing to do the second time', async () => {
    const history = 'select migration_name, started_at, finished_at, applied_steps_count from _prisma_migrations order by 1';
    const before = await asOwner(history);
    expect(await migrate({ ownerUrl: database.ownerUrl, ...passwords() })).toEqual([]);
    expect(await asOwner(history)).toEqual(before);
    expect(before.length).toBeGreaterThan(0);
  });

  test('lets two that start at once take turns', async () => {
    const name = `test_${randomUUID().replaceAll('-', '')}`;
    const { adminUrl } = inject('postgres');
    const ownerUrl = Object.assign(new URL(adminUrl), { pathname: `/${name}` }).toString();
    await runAs(adminUrl, (admin) => admin.query(`create database ${name}`));
    try {
      const applied = await Promise.all([migrate({ ownerUrl, ...passwords() }), migrate({ ownerUrl, ...passwords() })]);
      const sizes = applied.map((names) => names.length).sort();
      expect(sizes[0]).toBe(0);
      expect(sizes[1]).toBeGreaterThan(0);
    } finally {
      await runAs(adminUrl, (admin) => admin.query(`drop database ${name} with (force)`));
    }
  });

  test.each([
    ['nobody answers', { port: '1' }, /cannot be reached/],
    ['the password is wrong', { password: 'wrong' }, /does not let .* in/],
    ['the database does not exist', { pathname: '/nowhere' }, /There is no database nowhere/],
  ])('says in one sentence what to do when %s', async (_, change, sentence) => {
    const url = Object.assign(new URL(database.ownerUrl), change).toString();
    const failure = await migrate({ ownerUrl: url, ...passwords() }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(MigrateError);
    const { message } = failure as MigrateError;
    expect(message).toMatch(sentence);
    expect(message).toMatch(/^[^\n]+\.$/);
    expect(message).not.toContain(new URL(url).password);
  });

  test('works for an owner who may not create roles, once an administrator has prepared them', async () => {
    const { adminUrl } = inject('postgres');
    const name = `test_${randomUUID().replaceAll('-', '')}`;
    const own = { pathname: `/${name}`, username: name, password: 'limited' };
    const ownerUrl = Object.assign(new URL(adminUrl), own).toString();
    await runAs(adminUrl, async (admin) => {
      await admin.query(`create role ${name} login password 'limited'`);
      await admin.query(`create database ${name} owner ${name}`);
    });
    try {
      await expect(migrate({ ownerUrl, ...passwords() })).rejects.toThrow(/may not create roles: have an administrator create/);
      await runAs(Object.assign(new URL(adminUrl), { pathname: `/${name}` }).toString(), (admin) =>
        admin.query('create schema pgboss authorization leadrelay_jobs'),
      );
      const applied = await migrate({ ownerUrl, appPassword: null, jobsPassword: null });
      expect(applied.length).toBeGreaterThan(0);
    } finally {
      await runAs(adminUrl, async (admin) => {
        await admin.query(`drop database ${name} with (force)`);
        await admin.query(`drop role ${name}`);
      });
    }
  });
});
