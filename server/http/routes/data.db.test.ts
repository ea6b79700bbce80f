import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { accessLogReply, deletionReply, usageReply } from '../../../contract/data.ts';
import { EXPORTED } from '../../dashboard/export-data.ts';
import { eraseTenant, listDueDeletions, UNTIED_TABLES } from '../../tenants/deletion.ts';
import { type DashboardRig, named, startDashboardRig } from '../../testing/dashboard-rig.ts';
import { insertRows } from '../../testing/insert-rows.ts';
import { runAs } from '../../testing/postgres.ts';

let rig: DashboardRig;

beforeAll(async () => {
  rig = await startDashboardRig();
});
afterAll(() => rig.close());

const DAY_MS = 86_400_000;
const call = (route: string, options: Parameters<DashboardRig['call']>[1] = {}) =>
  rig.call(`/../data${route}`, { token: rig.tokens.admin, ...options });
const refused = (route: string, options: Parameters<DashboardRig['call']>[1] = {}) =>
  rig.refusal(`/../data${route}`, { token: rig.tokens.admin, ...options });

async function sql<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
  return (await rig.owner.query(text, values)).rows as Row[];
}

test.each(['/usage', '/access-log', '/export'])('%s is administrators’', async (route) => {
  expect(await refused(route, { token: null })).toBe('401 unauthorized');
  expect(await refused(route, { token: rig.tokens.member })).toBe('403 forbidden');
  expect(await refused(route, { method: 'DELETE' })).toBe('405 method_not_allowed');
});

test('the records of each entity are those that are there', async () => {
  const usage = usageReply.parse(await (await call('/usage')).json());
  const tables = { leads: 'leads', deals: 'deals', contacts: 'contacts', companies: 'companies', activities: 'activities' };
  for (const [entity, table] of Object.entries({ ...tables, stageHistory: 'stage_history' })) {
    const [truth] = await sql<{ records: number; bytes: number }>(
      `select count(*)::int as records, coalesce(sum(pg_column_size(t.*)), 0)::int as bytes from crm_${table} t
       where tenant_id = $1 and deleted_at is null`,
      [rig.tenantId],
    );
    const told = usage.entities.find((one) => one.entity === entity);
    expect(told?.records, entity).toBe(truth?.records);
    // Fewer than a thousand are all measured; a row is some bytes larger in its table than when it is read.
    expect(Math.abs((told?.bytes ?? 0) / (truth?.bytes || 1) - (truth?.bytes ? 1 : 0)), entity).toBeLessThan(0.02);
  }
  expect(usage.records).toBe(usage.entities.reduce((sum, { records }) => sum + records, 0));
  expect(usage.confirmation).toBe(`${rig.tenantId}.example`);
  expect(await rig.accessLog(1)).toEqual(['user:1 view_usage null']);
});

describe('the access log', () => {
  test('says who looked at what, page by page, each tenant its own', async () => {
    await insertRows(rig.owner, 'tenant_members', [
      { tenant_id: rig.tenantId, crm_source: 'bitrix24', crm_user_id: '17', name: 'Ann', role: 'member' },
    ]);
    await rig.call('/widgets');
    const read = async (query: string) => accessLogReply.parse(await (await call(`/access-log${query}`)).json());
    const first = await read('?limit=1');
    expect(first.entries).toMatchObject([
      { who: { kind: 'user', id: '17', name: 'Ann' }, action: 'list_widgets', entity: null, recordCount: 10 },
    ]);
    // Reading it is an entry too.
    expect((await read('?limit=1')).entries).toMatchObject([{ who: { id: '1', name: null }, action: 'view_access_log' }]);
    const [{ count } = { count: 0 }] = await sql<{ count: number }>(
      'select count(*)::int as count from data_access_logs where tenant_id = $1 and seq < $2',
      [rig.tenantId, first.next],
    );
    const rest = await read(`?limit=100&before=${first.next}`);
    expect([rest.entries.length, rest.next]).toEqual([count, null]);
    const neighbours = accessLogReply.parse(await (await call('/access-log', { token: rig.tokens.neighbour })).json());
    expect(neighbours.entries).toEqual([]);
  });

  test.each([
    ['?limit=101', '422 out_of_range'],
    ['?before=0', '422 out_of_range'],
    ['?before=1;select', '422 out_of_range'],
    ['?tenantId=x', '422 unknown_field'],
  ])('%s: %s', async (query, expected) => {
    expect(await refused(`/access-log${query}`)).toBe(expected);
  });
});

describe('the export', () => {
  /** File name -> lines, as unzip finds them. */
  async function unzip(response: Response): Promise<Map<string, string[]>> {
    const dir = mkdtempSync(path.join(tmpdir(), 'leadrelay-export-'));
    try {
      writeFileSync(path.join(dir, 'export.zip'), Buffer.from(await response.arrayBuffer()));
      execFileSync('python3', ['-m', 'zipfile', '-e', 'export.zip', 'files'], { cwd: dir });
      const files = readdirSync(path.join(dir, 'files'));
      return new Map(files.map((file) => [file, readFileSync(path.join(dir, 'files', file), 'utf8').split('\r\n')]));
    } finally {
      rmSync(dir, { recursive: true });
    }
  }

  test('has every record of every table once, and nobody else’s', async () => {
    await rig.owner.query(`update crm_leads set title = '=1+1' where tenant_id = $1 and external_id = '1'`, [rig.tenantId]);
    await rig.owner.query(`update crm_leads set title = 'Neighbour' where tenant_id = $1`, [rig.neighbourId]);
    // More than a page of what is read at a time, in an order that is not that of numbers.
    await rig.owner.query(
      `insert into crm_contacts (tenant_id, crm_source, external_id, name) select $1, 'bitrix24', 'x' || n, 'Contact' from generate_series(1, 4321) n`,
      [rig.tenantId],
    );
    const response = await call('/export');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="leadrelay-2025-03-10.zip"');
    expect(await rig.accessLog(1)).toEqual(['user:1 export_data null']);
    const files = await unzip(response);
    expect([...files.keys()].toSorted()).toEqual(
      Object.keys(EXPORTED)
        .map((name) => `${name}.csv`)
        .toSorted(),
    );
    for (const [name, { table }] of Object.entries(EXPORTED)) {
      const [truth] = await sql<{ count: number }>(`select count(*)::int as count from ${table} where tenant_id = $1`, [
        rig.tenantId,
      ]);
      const [header, ...lines] = files.get(`${name}.csv`) ?? [];
      expect(header?.startsWith('\uFEFF"crm_source"'), name).toBe(true);
      expect(lines.filter(Boolean).length, name).toBe(truth?.count);
      expect(new Set(lines).size, name).toBe(lines.length);
    }
    const leads = (files.get('leads.csv') ?? []).join('\n');
    expect(leads).toContain(`"'=1+1"`);
    expect(leads).not.toContain('Neighbour');
    await rig.owner.query(`delete from crm_contacts where external_id like 'x%'`);
  });

  test('leaves no column out but the tenant’s id and the sync’s own mark', async () => {
    for (const { table, columns } of Object.values(EXPORTED)) {
      const there = await sql<{ name: string }>(
        `select column_name as name from information_schema.columns where table_name = $1`,
        [table],
      );
      const wanted = there.map(({ name }) => name).filter((name) => !['tenant_id', 'synced_at', 'crm_source'].includes(name));
      expect(columns.split(' ').toSorted(), table).toEqual(wanted.toSorted());
    }
  });

  test('ends when its reader goes, and another is one too many meanwhile', async () => {
    const big = 'x'.repeat(2_000);
    await rig.owner.query(
      `insert into crm_contacts (tenant_id, crm_source, external_id, name)
       select $1, 'bitrix24', 'y' || n, md5(n::text) || $2 from generate_series(1, 60000) n`,
      [rig.tenantId, big],
    );
    const gone = new AbortController();
    const response = await call('/export', { signal: gone.signal });
    const reader = response.body?.getReader();
    await reader?.read();
    expect(await refused('/export')).toBe('429 rate_limited');
    gone.abort();
    // Its place is free again once it has ended.
    await vi.waitFor(async () => {
      const next = new AbortController();
      const again = await call('/export', { signal: next.signal });
      expect(again.status).toBe(200);
      next.abort();
    }, 20_000);
    await rig.owner.query(`delete from crm_contacts where external_id like 'y%'`);
  });

  /** The place of one that was cut off is free a moment later. */
  const beginExport = (method = 'GET') =>
    vi.waitFor(async () => {
      const response = await call('/export', { method });
      expect(response.status).toBe(200);
      return response;
    }, 10_000);

  describe('is cut off', () => {
    /** Begins an export, and does something while it waits for deals; contacts are read after them. */
    async function exportDuring(happens: () => Promise<unknown>): Promise<Response> {
      return runAs(rig.app.database.ownerUrl, async (blocker) => {
        await blocker.query('begin; lock table crm_deals in access exclusive mode');
        const response = await beginExport();
        const waiting = async () =>
          (await sql(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)).length;
        await expect.poll(waiting).toBe(1);
        await happens();
        await blocker.query('rollback');
        return response;
      });
    }
    const change = async (body: object) => {
      const token = await rig.issue(rig.tenantId, 'admin', '99');
      return rig.call('/../members/bitrix24.1', { method: 'PATCH', body, token });
    };

    beforeAll(() =>
      insertRows(
        rig.owner,
        'tenant_members',
        ['1', '99'].map((id) => ({ tenant_id: rig.tenantId, crm_source: 'bitrix24', crm_user_id: id, name: id, role: 'admin' })),
      ),
    );
    afterAll(async () => {
      await rig.owner.query(`delete from tenant_members where crm_user_id in ('1', '99')`);
      rig.app.tenantNews.tell(rig.tenantId);
    });

    test('where its reader loses their role or access meanwhile', async () => {
      for (const [lost, back] of [
        [{ role: 'member' }, { role: 'admin' }],
        [{ hasAccess: false }, { hasAccess: true }],
      ] as const) {
        const response = await exportDuring(async () => expect((await change(lost)).ok).toBe(true));
        await expect(response.arrayBuffer(), JSON.stringify(lost)).rejects.toThrow();
        expect((await change(back)).ok).toBe(true);
      }
    });

    test('where the deletion is asked for meanwhile', async () => {
      const response = await exportDuring(() => call('/delete-all', { body: { confirmation: `${rig.tenantId}.example` } }));
      await expect(response.arrayBuffer()).rejects.toThrow();
      expect((await call('/delete-all/undo', { body: {} })).ok).toBe(true);
    });

    test('and not where its token runs out', async () => {
      const { now } = rig.app.clock;
      const response = await exportDuring(async () => {
        rig.app.clock.now = new Date(now.getTime() + DAY_MS);
      });
      expect([...(await unzip(response)).keys()]).toContain('contacts.csv');
      rig.app.clock.now = now;
    });
  });

  test('is none, and no entry of the access log, where only its headers are asked for', async () => {
    await rig.call('/widgets');
    const response = await beginExport('HEAD');
    expect(response.headers.get('content-type')).toBe('application/zip');
    expect(await rig.accessLog(1)).toEqual(['user:17 list_widgets null 10']);
  });

  test('ends quietly when its reader goes while a statement is under way', async () => {
    await runAs(rig.app.database.ownerUrl, async (blocker) => {
      await blocker.query('begin; lock table crm_leads in access exclusive mode');
      const gone = new AbortController();
      const response = await call('/export', { signal: gone.signal });
      const waiting = async () =>
        (await sql(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)).length;
      await expect.poll(waiting).toBe(1);
      gone.abort();
      await expect(response.text()).rejects.toThrow();
      await expect.poll(waiting, { timeout: 3000 }).toBe(0);
      await blocker.query('rollback');
    });
    // The process still answers, and the export's place is free.
    await vi.waitFor(async () => expect((await call('/export')).status).toBe(200));
  });
});

describe('deleting everything', () => {
  const remove = (confirmation: unknown, token: string | null = rig.tokens.admin) =>
    call('/delete-all', { body: { confirmation }, token });

  test('needs an administrator and the domain', async () => {
    const domain = `${rig.tenantId}.example`;
    expect(await refused('/delete-all', { body: { confirmation: domain }, token: null })).toBe('401 unauthorized');
    expect(await refused('/delete-all', { body: { confirmation: domain }, token: rig.tokens.member })).toBe('403 forbidden');
    expect(await refused('/delete-all', { body: { confirmation: domain }, token: rig.tokens.neighbour })).toBe(
      '422 invalid_value',
    );
    expect(await refused('/delete-all/undo', { body: {}, token: rig.tokens.member })).toBe('403 forbidden');
    expect(await refused('/delete-all/undo', { body: {} })).toBe('409 wrong_state');
    expect(await refused('/deletion', { token: null })).toBe('401 unauthorized');
    expect(await (await call('/deletion', { token: rig.tokens.member })).json()).toEqual({ deletesAt: null });
  });

  test.each(
    named([
      [{}, '422 required'],
      [{ confirmation: '' }, '422 blank'],
      [{ confirmation: 'yes' }, '422 invalid_value'],
      [{ confirmation: true }, '422 wrong_type'],
      [{ confirmation: 'x'.repeat(301) }, '422 too_long'],
      [{ confirmation: 'delete', tenantId: 'x' }, '422 unknown_field'],
    ]),
  )('%s: %s', async (_name, expected, body) => {
    expect(await refused('/delete-all', { body })).toBe(expected);
    expect(await (await call('/deletion')).json()).toEqual({ deletesAt: null });
  });

  test('hides everything at once, can be undone for 30 days, and is done then, in every table', async () => {
    const { db } = rig.app.database;
    const never = new AbortController().signal;
    const at = (days: number) => new Date(rig.app.clock.now.getTime() + days * DAY_MS);
    // Something of the tenant in each table that may outlive it, and of the neighbour's.
    for (const tenantId of [rig.tenantId, rig.neighbourId]) {
      const own = { tenant_id: tenantId, crm_source: 'bitrix24' };
      const insert = (table: string, row: object) =>
        rig.owner.query(
          `insert into ${table} (${Object.keys(row)}) values (${Object.keys(row).map((_, index) => `$${index + 1}`)}) on conflict do nothing`,
          Object.values(row),
        );
      await insert('crm_companies', { ...own, external_id: '1', name: 'x' });
      await insert('sync_runs', { ...own, run_id: randomUUID(), kind: 'full' });
      await insert('sync_checkpoints', { ...own, entity: 'leads', run_id: randomUUID(), checkpoint: '{}' });
      await insert('sync_quarantine', { ...own, entity: 'leads', external_id: '1', reason: 'x' });
      await insert('sync_rechecks', { ...own, entity: 'leads', external_id: '1', reason: 'x' });
      await insert('crm_rate_limits', { ...own, method: 'x' });
      await insert('data_versions', { tenant_id: tenantId, table_name: 'crm_leads' });
      await insert('crm_products', { ...own, external_id: '1', name: 'x' });
      await insert('crm_stage_odds', { ...own, pipeline: 'x', stage: '', won: 1, closed: 2 });
      await insert('crm_deal_products', { ...own, external_id: '1', deal_id: '1' });
      await insert('crm_field_definitions', {
        ...own,
        entity: 'leads',
        code: 'x',
        label: 'x',
        type: 'x',
        is_custom: true,
        is_multiple: false,
      });
    }
    const tables = await sql<{ name: string; cascades: boolean }>(
      `select c.relname as name, exists (
         select from pg_constraint k where k.conrelid = c.oid and k.confrelid = 'tenants'::regclass and k.confdeltype = 'c'
       ) as cascades
       from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
       where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace`,
    );
    expect(
      tables
        .filter(({ cascades }) => !cascades)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual([...UNTIED_TABLES].toSorted());
    const countOf = async (tenantId: string) => {
      const counts = new Map<string, number>();
      for (const { name } of tables) {
        const [row] = await sql<{ count: number }>(`select count(*)::int as count from ${name} where tenant_id = $1`, [tenantId]);
        counts.set(name, row?.count ?? 0);
      }
      return counts;
    };
    const neighbourBefore = await countOf(rig.neighbourId);
    for (const table of UNTIED_TABLES) expect(neighbourBefore.get(table), table).toBeGreaterThan(0);

    const asked = deletionReply.parse(await (await remove(` ${rig.tenantId}.EXAMPLE `)).json());
    expect(asked.deletesAt).toBe(at(30).toISOString());
    expect(await rig.refusal('/data', { token: rig.tokens.member })).toBe('403 tenant_deleting');
    expect(await rig.refusal('/../settings', { token: rig.tokens.admin })).toBe('403 tenant_deleting');
    expect(await refused('/export')).toBe('403 tenant_deleting');
    expect(await (await call('/deletion', { token: rig.tokens.member })).json()).toEqual(asked);
    expect(await refused('/delete-all', { body: { confirmation: 'x' } })).toBe('403 tenant_deleting');
    expect(await listDueDeletions(db, at(29.999))).toEqual([]);
    expect(await eraseTenant(db, rig.tenantId, at(29.999), never)).toBe(false);

    expect(await (await call('/delete-all/undo', { body: {} })).json()).toEqual({ deletesAt: null });
    expect((await rig.call('/data')).status).toBe(200);
    expect(await rig.accessLog(3)).toEqual([
      'user:17 query_dashboard null 10',
      'user:1 undo_delete null',
      'user:1 delete_all null',
    ]);
    expect(await listDueDeletions(db, at(31))).toEqual([]);

    await remove(`${rig.tenantId}.example`);
    expect(await listDueDeletions(db, at(30))).toEqual([rig.tenantId]);
    // One that stops half-way is carried on.
    const stopping = new AbortController();
    stopping.abort();
    expect(await eraseTenant(db, rig.tenantId, at(30), stopping.signal)).toBe(false);
    expect(await eraseTenant(db, rig.tenantId, at(30), never)).toBe(true);
    expect([...(await countOf(rig.tenantId)).values()].filter((count) => count > 0)).toEqual([]);
    expect(await sql('select 1 from tenants where id = $1', [rig.tenantId])).toEqual([]);
    expect(await listDueDeletions(db, at(30))).toEqual([]);
    expect(await countOf(rig.neighbourId)).toEqual(neighbourBefore);
    await vi.waitFor(async () => expect(await rig.refusal('/data')).toBe('401 invalid_token'), 10_000);
  });
});
