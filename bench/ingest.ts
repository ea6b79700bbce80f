// Usage: npm run -s bench:ingest
//
// How fast the sync stores normalised activities (row level security, both indexes, checkpoint and progress in each page's
// transaction) against raw COPY of the same rows into the same table as superuser. Prints one JSON line last.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { ActivityRecord } from '../server/crm/records.ts';
import type { Db } from '../server/platform/db.ts';
import { showLoad } from '../server/sync/entity-status.ts';
import { beginRun, commitPage, type Progress } from '../server/sync/run.ts';
import { cancelRuns } from '../server/tenants/sync-requests.ts';
import { createTenant } from '../server/testing/tenants.ts';
import { startBenchDatabase } from './database.ts';

const ROWS = 100_000;
/** What one batch of Bitrix24 brings. */
const PAGE_SIZE = 2_500;
const ROUNDS = 5;

const bench = await startBenchDatabase();
try {
  const tenantId = await createTenant(bench.owner);
  const records = createActivities(ROWS);
  const lines = encodeForCopy(tenantId, records);
  const seconds = { sync: [] as number[], copy: [] as number[] };
  // In turns, so that what else the machine does meets both alike; the first round only warms up.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const kind of round % 2 === 0 ? (['sync', 'copy'] as const) : (['copy', 'sync'] as const)) {
      await bench.owner.query('truncate crm_activities');
      await bench.owner.query('checkpoint');
      const startedAt = performance.now();
      if (kind === 'sync') await storeAsSync(bench.db, tenantId, records);
      else await copy(bench.owner, lines);
      if (round > 0) seconds[kind].push((performance.now() - startedAt) / 1000);
      await expectRows(bench.owner);
      console.error(`${kind} ${Math.round(ROWS / ((performance.now() - startedAt) / 1000))} rows/s`);
    }
  }
  const rowsPerSecond = Math.round(ROWS / median(seconds.sync));
  const copyRowsPerSecond = Math.round(ROWS / median(seconds.copy));
  console.log(
    JSON.stringify({ rowsPerSecond, copyRowsPerSecond, ratio: Number((rowsPerSecond / copyRowsPerSecond).toFixed(3)) }),
  );
} finally {
  await bench.stop();
}

async function storeAsSync(db: Db, tenantId: string, records: readonly ActivityRecord[]): Promise<void> {
  const run = await db.withTenant(tenantId, 'write', async (tx) => {
    await cancelRuns(tx, tenantId, 'bitrix24', new Date());
    return beginRun(tx, tenantId, 'bitrix24', { kind: 'full' });
  });
  let progress: Progress = { checkpoint: null, read: 0, startedAt: null, done: false };
  for (let start = 0; start < records.length; start += PAGE_SIZE) {
    const page = {
      records: records.slice(start, start + PAGE_SIZE),
      quarantined: [],
      checkpoint: { lastId: String(start) },
      done: start + PAGE_SIZE >= records.length,
      total: records.length,
      crmTime: '2026-01-01T00:00:00.000Z',
      coveredFrom: null,
    };
    const before = progress;
    progress = await db.withTenant(tenantId, 'write', async (tx) => {
      const committed = await commitPage(tx, run, 'activities', before, page);
      await showLoad(tx, run, 'activities', committed.progress, page);
      return committed.progress;
    });
  }
}

async function copy(owner: pg.Client, lines: readonly string[]): Promise<void> {
  const target = owner.query(
    copyFrom(`copy crm_activities (tenant_id, crm_source, external_id, type, subject, employee_id, direction, completed, started_at,
      ended_at, deadline, duration_seconds, owner_entity, owner_external_id, custom_fields, created_at, modified_at) from stdin`),
  );
  await pipeline(Readable.from(lines), target);
}

/** Ready-made text in pieces of a page: COPY is not charged for making it. */
function encodeForCopy(tenantId: string, records: readonly ActivityRecord[]): string[] {
  const rows = records.map((record) =>
    [
      tenantId,
      'bitrix24',
      record.externalId,
      record.type,
      record.subject,
      record.employeeId,
      record.direction,
      record.completed,
      record.startedAt,
      record.endedAt,
      record.deadline,
      record.durationSeconds,
      record.ownerEntity,
      record.ownerExternalId,
      JSON.stringify(record.customFields),
      record.createdAt,
      record.modifiedAt,
    ]
      .map((value) => (value === null ? '\\N' : String(value)))
      .join('\t'),
  );
  const pieces: string[] = [];
  for (let start = 0; start < rows.length; start += PAGE_SIZE)
    pieces.push(`${rows.slice(start, start + PAGE_SIZE).join('\n')}\n`);
  return pieces;
}

async function expectRows(owner: pg.Client): Promise<void> {
  const { rows } = await owner.query<{ count: string }>('select count(*) from crm_activities');
  if (Number(rows[0]?.count) !== ROWS) throw new Error(`${rows[0]?.count} rows are stored instead of ${ROWS}`);
}

/** Newest first, as a full load brings them: calls, e-mails and tasks of 24 people, about one every two minutes. */
function createActivities(count: number): ActivityRecord[] {
  const newest = Date.UTC(2026, 5, 1);
  return Array.from({ length: count }, (_, index) => {
    const start = newest - index * 120_000;
    const type = (['call', 'call', 'email', 'task', 'meeting'] as const)[index % 5] ?? 'other';
    const seconds = 30 + ((index * 37) % 900);
    return {
      externalId: String(2_000_000 - index),
      type,
      subject: `${type === 'call' ? 'Outgoing call' : 'Follow-up'} ${index % 9_973} Dilshod Karimov`,
      employeeId: String(1 + (index % 24)),
      direction: index % 3 === 0 ? 'in' : 'out',
      completed: index % 8 !== 0,
      startedAt: new Date(start).toISOString(),
      endedAt: new Date(start + seconds * 1000).toISOString(),
      deadline: index % 8 === 0 ? new Date(start + 86_400_000).toISOString() : null,
      durationSeconds: type === 'call' ? seconds : null,
      ownerEntity: index % 4 === 0 ? 'deals' : 'leads',
      ownerExternalId: String(1 + ((index * 7_919) % 60_000)),
      customFields: {},
      createdAt: new Date(start - 5_000).toISOString(),
      modifiedAt: new Date(start + seconds * 1000).toISOString(),
    };
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
