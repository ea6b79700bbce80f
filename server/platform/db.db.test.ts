import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, runAs, type TestDatabase } from '../testing/postgres.ts';
import { createDb, type Db, type Tx } from './db.ts';
import { AppError } from './errors.ts';

const A = randomUUID();
const B = randomUUID();

let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  db = database.db;
  await db.withDirectory('write', async (tx) => {
    await tx.query({
      text: 'insert into tenants (id, account_key) values ($1, $2), ($3, $4)',
      values: [A, 'test:a', B, 'test:b'],
    });
  });
  for (const [tenant, title] of [
    [A, 'lead of A'],
    [B, 'lead of B'],
  ] as const) {
    await db.withTenant(tenant, 'write', (tx) => insertLead(tx, tenant, '1', title));
  }
});
afterAll(() => database.drop());

async function insertLead(tx: Tx, tenantId: string, externalId: string, title: string): Promise<void> {
  await tx.query({
    text: "insert into crm_leads (tenant_id, crm_source, external_id, title) values ($1, 'bitrix24', $2, $3)",
    values: [tenantId, externalId, title],
  });
}

async function listTitles(tx: Tx): Promise<string[]> {
  const rows = await tx.query<{ title: string }>({ text: 'select title from crm_leads order by title' });
  return rows.map((row) => row.title);
}

function countAsOwner(where: string): Promise<number> {
  return runAs(database.ownerUrl, async (owner) => {
    const { rows } = await owner.query<{ count: number }>(`select count(*)::int as count from crm_leads where ${where}`);
    return rows[0]?.count ?? -1;
  });
}

describe('a tenant', () => {
  test('sees its own rows only, without naming itself', async () => {
    expect(await db.withTenant(A, 'read', listTitles)).toEqual(['lead of A']);
    expect(await db.withTenant(B, 'read', listTitles)).toEqual(['lead of B']);
  });

  test('changes and deletes nothing of another', async () => {
    const changed = await db.withTenant(A, 'write', (tx) =>
      tx.query({ text: "update crm_leads set title = 'taken' where tenant_id = $1 returning 1", values: [B] }),
    );
    const deleted = await db.withTenant(A, 'write', (tx) =>
      tx.query({ text: 'delete from crm_leads where tenant_id = $1 returning 1', values: [B] }),
    );
    expect([changed, deleted]).toEqual([[], []]);
    expect(await db.withTenant(B, 'read', listTitles)).toEqual(['lead of B']);
  });

  test('cannot write a row into another, nor move one there', async () => {
    const refused = { code: '42501' };
    await expect(db.withTenant(A, 'write', (tx) => insertLead(tx, B, '2', 'planted'))).rejects.toMatchObject(refused);
    await expect(
      db.withTenant(A, 'write', (tx) => tx.query({ text: 'update crm_leads set tenant_id = $1', values: [B] })),
    ).rejects.toMatchObject(refused);
    expect(await countAsOwner("title = 'planted'")).toBe(0);
  });

  test('must be a UUID, whatever else is tried', async () => {
    for (const id of ['', 'a', `${A}'; drop table crm_leads; --`, `${A}\n`, A.replaceAll('-', '')]) {
      await expect(db.withTenant(id, 'read', listTitles)).rejects.toMatchObject({ code: 'invalid_id' });
    }
  });
});

describe('without a tenant', () => {
  test('there are no rows, and writes are refused', async () => {
    expect(await db.withDirectory('read', listTitles)).toEqual([]);
    await expect(db.withDirectory('write', (tx) => insertLead(tx, A, '3', 'stray'))).rejects.toMatchObject({ code: '42501' });
  });

  test('the directory of tenants can be read', async () => {
    const rows = await db.withDirectory('read', (tx) => tx.query({ text: 'select id from tenants order by account_key' }));
    expect(rows).toEqual([{ id: A }, { id: B }]);
  });

  test('a connection that served a tenant shows nothing to its next user', async () => {
    const single = createDb({ url: database.appUrl, poolSize: 1 });
    try {
      const backend = (tx: Tx) => tx.query({ text: 'select pg_backend_pid() as pid' });
      const before = await single.withTenant(A, 'write', backend);
      expect(await single.withDirectory('read', listTitles)).toEqual([]);
      expect(await single.withDirectory('read', backend)).toEqual(before);
      await expect(
        single.withTenant(A, 'write', async () => {
          throw new Error('stop');
        }),
      ).rejects.toThrow('stop');
      expect(await single.withDirectory('read', listTitles)).toEqual([]);
      expect(await single.withTenant(B, 'read', listTitles)).toEqual(['lead of B']);
    } finally {
      await single.close();
    }
  });
});

describe('a transaction', () => {
  test('in read mode refuses writes', async () => {
    await expect(db.withTenant(A, 'read', (tx) => insertLead(tx, A, '4', 'written'))).rejects.toMatchObject({ code: '25006' });
  });

  test('in read mode sees one moment throughout', async () => {
    const [before, after] = await db.withTenant(A, 'read', async (tx) => {
      const first = await listTitles(tx);
      await db.withTenant(A, 'write', (other) => insertLead(other, A, '5', 'newer'));
      return [first, await listTitles(tx)];
    });
    expect(after).toEqual(before);
    await db.withTenant(A, 'write', (tx) => tx.query({ text: "delete from crm_leads where external_id = '5'" }));
  });

  test('leaves nothing behind when its work throws', async () => {
    await expect(
      db.withTenant(A, 'write', async (tx) => {
        await insertLead(tx, A, '6', 'undone');
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    expect(await countAsOwner("title = 'undone'")).toBe(0);
  });

  test('is not reported as done when a failed statement was kept quiet', async () => {
    await expect(
      db.withTenant(A, 'write', async (tx) => {
        await insertLead(tx, A, '7', 'lost');
        await tx.query({ text: 'select 1 / 0' }).catch(() => {});
      }),
    ).rejects.toThrow('rolled back');
    expect(await countAsOwner("title = 'lost'")).toBe(0);
  });

  test('refuses work after its end', async () => {
    const leaked = await db.withTenant(A, 'read', async (tx) => tx);
    await expect(leaked.query({ text: 'select 1' })).rejects.toThrow('has ended');
    await expect(leaked.orm(async () => 1)).rejects.toThrow('has ended');
  });

  test('ends a statement that takes longer than it may', async () => {
    const started = performance.now();
    await expect(
      db.withTenant(A, 'read', (tx) => tx.query({ text: 'select pg_sleep(20)' }), { statementTimeoutMs: 50 }),
    ).rejects.toMatchObject({ code: '57014' });
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test('gives statements sent together their own answers, in order', async () => {
    const rows = await db.withTenant(A, 'read', (tx) =>
      Promise.all([1, 2, 3].map((n) => tx.query<{ n: number }>({ text: 'select $1::int as n', values: [n] }))),
    );
    expect(rows).toEqual([[{ n: 1 }], [{ n: 2 }], [{ n: 3 }]]);
  });

  test('reads int8 as number, numeric and date as text, timestamptz as Date', async () => {
    const rows = await db.withTenant(A, 'read', (tx) =>
      tx.query({
        text: "select 9007199254740991::int8 as count, 9007199254740993.01::numeric as money, date '2026-03-29' as day, timestamptz '2026-03-29 12:00+05' as at",
      }),
    );
    expect(rows).toEqual([
      { count: 9007199254740991, money: '9007199254740993.01', day: '2026-03-29', at: new Date('2026-03-29T07:00:00Z') },
    ]);
    // Others in this process keep the driver's own reading.
    const plain = await runAs(database.ownerUrl, (owner) => owner.query('select 1::int8 as count'));
    expect(plain.rows).toEqual([{ count: '1' }]);
  });
});

describe('Prisma', () => {
  test('writes in the same transaction', async () => {
    await expect(
      db.withTenant(A, 'write', async (tx) => {
        await tx.orm((orm) => orm.tenantSettings.create({ data: { tenantId: A, timezone: 'Asia/Tashkent' } }));
        expect(await tx.query({ text: 'select timezone from tenant_settings' })).toEqual([{ timezone: 'Asia/Tashkent' }]);
        throw new Error('undo');
      }),
    ).rejects.toThrow('undo');
    expect(await db.withTenant(A, 'read', (tx) => tx.orm((orm) => orm.tenantSettings.findMany()))).toEqual([]);
  });

  test('keeps tenants apart that ask the same in the same tick', async () => {
    const lead = { crmSource: 'bitrix24', externalId: '1' };
    const ask = (tenantId: string, whose: string) =>
      db.withTenant(tenantId, 'read', (tx) =>
        tx.orm((orm) => orm.crmLead.findUnique({ where: { tenantId_crmSource_externalId: { ...lead, tenantId: whose } } })),
      );
    const answers = await Promise.all([ask(A, A), ask(B, B), ask(A, B), ask(B, A), ask(A, A), ask(B, B)]);
    expect(answers.map((answer) => answer?.title ?? null)).toEqual([
      'lead of A',
      'lead of B',
      null,
      null,
      'lead of A',
      'lead of B',
    ]);
  });

  test('keeps tenants apart over many interleaved transactions', async () => {
    const titles = await Promise.all(
      Array.from({ length: 60 }, (_, index) => {
        const tenantId = index % 2 === 0 ? A : B;
        return db.withTenant(tenantId, 'read', async (tx) => {
          const first = await tx.orm((orm) => orm.crmLead.findMany());
          const second = await tx.orm((orm) => orm.crmLead.findFirst());
          return [...first.map((row) => row.title), second?.title];
        });
      }),
    );
    titles.forEach((seen, index) => {
      const own = index % 2 === 0 ? 'lead of A' : 'lead of B';
      expect(seen).toEqual([own, own]);
    });
  });

  test('undoes one failed call and lets the transaction go on', async () => {
    await db.withTenant(A, 'write', async (tx) => {
      await tx.orm((orm) => orm.dashboardConfig.create({ data: { tenantId: A } }));
      await expect(
        tx.orm(async (orm) => {
          await orm.tenantSettings.create({ data: { tenantId: A } });
          await orm.dashboardConfig.create({ data: { tenantId: A } });
        }),
      ).rejects.toMatchObject({ code: 'P2002' });
    });
    const [configs, settings] = await db.withTenant(A, 'read', async (tx) => [
      await tx.orm((orm) => orm.dashboardConfig.count()),
      await tx.orm((orm) => orm.tenantSettings.count()),
    ]);
    expect([configs, settings]).toEqual([1, 0]);
  });

  test('takes calls sent together one after the other', async () => {
    await db.withTenant(B, 'write', async (tx) => {
      await Promise.all(
        ['1', '2', '3'].map((crmUserId) =>
          tx.orm((orm) =>
            orm.tenantMember.create({ data: { tenantId: B, crmSource: 'bitrix24', crmUserId, name: 'N', role: 'member' } }),
          ),
        ),
      );
    });
    expect(await db.withTenant(B, 'read', (tx) => tx.orm((orm) => orm.tenantMember.count()))).toBe(3);
  });

  test('cannot reach the database outside a transaction of ours', async () => {
    let kept: { crmLead: { count(): Promise<number> } } | undefined;
    await db.withTenant(A, 'read', (tx) =>
      tx.orm(async (orm) => {
        kept = orm;
      }),
    );
    await expect(kept?.crmLead.count()).rejects.toThrow();
  });
});

describe('a database that is away', () => {
  test('is said to be unavailable, with the time to try again', async () => {
    const url = new URL(database.appUrl);
    url.port = '1';
    const away = createDb({ url: url.toString(), poolSize: 1 });
    const failure = await away.withTenant(A, 'read', listTitles).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AppError);
    expect(failure).toMatchObject({ code: 'database_unavailable', retryAfterSeconds: 5 });
    expect(await away.isReady()).toBe(false);
    await away.close();
  });

  test('is not used up by transactions that wait for others', async () => {
    const few = createDb({ url: database.appUrl, poolSize: 2 });
    const answer = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const wait = () => {
      begun.resolve();
      return answer.promise;
    };
    const held = few.withTenant(A, 'write', wait, { isLong: true });
    await begun.promise;
    const refused = few.withTenant(A, 'write', wait, { isLong: true });
    await expect(refused).rejects.toMatchObject({ code: 'database_unavailable', retryAfterSeconds: 5 });
    expect(await few.withTenant(A, 'read', listTitles)).toEqual(['lead of A']);
    answer.resolve();
    await held;
    await few.withTenant(A, 'write', wait, { isLong: true });
    await few.close();
  });

  test('fails the transaction it interrupts and serves the next', async () => {
    const killed = db.withTenant(A, 'write', async (tx) => {
      const [row] = await tx.query<{ pid: number }>({ text: 'select pg_backend_pid() as pid' });
      await runAs(database.ownerUrl, (owner) => owner.query('select pg_terminate_backend($1)', [row?.pid]));
      await tx.query({ text: 'select 1' });
    });
    await expect(killed).rejects.toMatchObject({ code: 'database_unavailable' });
    expect(await db.isReady()).toBe(true);
    expect(await db.withTenant(A, 'read', listTitles)).toEqual(['lead of A']);
  });

  test('is also told apart when Prisma is the one to find out', async () => {
    // First the answer says so, then the connection is gone.
    for (const statement of ['select pg_terminate_backend(pg_backend_pid())', 'select 1']) {
      const failed = db.withTenant(A, 'write', async (tx) => {
        if (statement === 'select 1') await tx.query({ text: 'select pg_terminate_backend(pg_backend_pid())' }).catch(() => {});
        await tx.orm((orm) => orm.$queryRawUnsafe(statement));
      });
      await expect(failed).rejects.toMatchObject({ code: 'database_unavailable' });
    }
    expect(await db.withTenant(A, 'read', listTitles)).toEqual(['lead of A']);
  });
});
