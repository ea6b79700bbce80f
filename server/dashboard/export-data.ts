import { once } from 'node:events';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import type { Db } from '../platform/db.ts';
import { BOM, type CsvCell, csvRow } from './csv.ts';

/** To write more at once would keep other people's requests waiting: a page takes some milliseconds of the process. */
const PAGE_ROWS = 500;
/** A page ends with the row that fills it: a record's own fields may hold a megabyte, and 500 of them would be all the memory there is. */
const PAGE_BYTES = 2 ** 20;

/** What each file of the archive holds: every column of its table but the tenant's id and the sync's own marks. */
export const EXPORTED = {
  leads: {
    table: 'crm_leads',
    key: ['external_id'],
    columns:
      'external_id title status semantic source assigned_to contact_name contact_phone contact_email contact_id company_id value currency custom_fields created_at modified_at closed_at stage_changed_at first_response_at last_activity_at activity_count deleted_at',
  },
  deals: {
    table: 'crm_deals',
    key: ['external_id'],
    columns:
      'external_id title pipeline stage semantic won source assigned_to contact_id company_id lead_id value currency custom_fields created_at modified_at closed_at stage_changed_at first_response_at last_activity_at activity_count deleted_at',
  },
  contacts: {
    table: 'crm_contacts',
    key: ['external_id'],
    columns: 'external_id name phone email company_id company source assigned_to custom_fields created_at modified_at deleted_at',
  },
  companies: {
    table: 'crm_companies',
    key: ['external_id'],
    columns:
      'external_id name industry employee_count revenue currency assigned_to custom_fields created_at modified_at deleted_at',
  },
  activities: {
    table: 'crm_activities',
    key: ['external_id'],
    columns:
      'external_id type subject employee_id employee_name direction completed started_at ended_at deadline duration_seconds owner_entity owner_external_id custom_fields created_at modified_at deleted_at',
  },
  stage_history: {
    table: 'crm_stage_history',
    key: ['external_id'],
    columns:
      'external_id owner_entity owner_external_id pipeline stage semantic kind occurred_at left_at next_pipeline next_stage next_semantic funnel_entered_at deleted_at',
  },
  deal_products: {
    table: 'crm_deal_products',
    key: ['external_id'],
    columns: 'external_id deal_id product_id name quantity price',
  },
  products: { table: 'crm_products', key: ['external_id'], columns: 'external_id name price currency active' },
  users: { table: 'crm_users', key: ['external_id'], columns: 'external_id name email department active' },
  statuses: {
    table: 'crm_statuses',
    key: ['entity', 'pipeline', 'code'],
    columns: 'entity pipeline code label semantic sort color',
  },
  pipelines: { table: 'crm_pipelines', key: ['external_id'], columns: 'external_id name sort is_default' },
  currencies: { table: 'crm_currencies', key: ['code'], columns: 'code rate is_base name' },
  fields: {
    table: 'crm_field_definitions',
    key: ['entity', 'code'],
    columns: 'entity code label type is_custom is_multiple options',
  },
} as const satisfies Record<string, { table: string; key: readonly string[]; columns: string }>;

type Row = Record<string, unknown>;

/**
 * Writes everything that is copied of a tenant's CRMs as a ZIP of CSV files. One page of rows is in memory at a time and read
 * when the reader has taken the one before; each is a transaction of its own, so no connection waits for a slow reader, and a
 * record that a sync changes meanwhile comes as it was or as it is.
 * @param signal aborts when the reader has gone; nothing is read after that
 * @param check whether the reader may still have it: asked before each page. What it throws cuts the archive off
 */
export async function exportData(
  { db, now }: { db: Db; now: () => Date },
  tenantId: string,
  out: Writable,
  signal: AbortSignal,
  check: () => Promise<void>,
): Promise<void> {
  const zip = new ZipFile();
  const written = pipeline(zip.outputStream, out, { signal });
  const work = async () => {
    for (const [name, source] of Object.entries(EXPORTED)) {
      const lines = Readable.from(readLines(db, tenantId, source, signal, check));
      // Read below, where there still is a reader: a query that is cancelled because there is none must not end the process.
      lines.on('error', () => {});
      zip.addReadStream(lines, `${name}.csv`, { mtime: now() });
      // The archive reads its files one after the other: the next is opened when this one is through.
      await once(lines, 'close', { signal });
      if (lines.errored) throw lines.errored;
    }
    zip.end();
  };
  // Whichever fails ends the other: a file that cannot be read cuts the archive off, a reader who goes stops the reading.
  await Promise.all([
    written,
    work().catch((error: unknown) => {
      out.destroy();
      throw error;
    }),
  ]);
}

async function* readLines(
  db: Db,
  tenantId: string,
  { table, key, columns }: { table: string; key: readonly string[]; columns: string },
  signal: AbortSignal,
  check: () => Promise<void>,
): AsyncGenerator<string> {
  const names = ['crm_source', ...columns.split(' ')];
  const order = ['crm_source', ...key];
  yield `${BOM}${csvRow(names)}`;
  let after: unknown[] | null = null;
  for (;;) {
    await check();
    const place: unknown[] | null = after;
    const rows: Row[] = await db.withTenant(
      tenantId,
      'read',
      (tx) =>
        tx.query<Row>({
          text: `select ${names.join(', ')} from (
                   select *, sum(size) over (order by ${order.join(', ')}) - size as before from (
                     select ${names.join(', ')}, octet_length(row(${names.join(', ')})::text) as size from ${table} where tenant_id = $1
                     ${place ? `and (${order.join(', ')}) > (${order.map((_, index) => `$${index + 2}`).join(', ')})` : ''}
                     order by ${order.join(', ')} limit ${PAGE_ROWS}
                   ) page
                 ) measured
                 where before < ${PAGE_BYTES} order by ${order.join(', ')}`,
          values: [tenantId, ...(place ?? [])],
        }),
      { signal },
    );
    const last = rows.at(-1);
    if (!last) return;
    yield rows.map((row) => csvRow(names.map((name) => toCell(row[name])))).join('');
    after = order.map((name) => last[name]);
  }
}

const DECIMAL = /^-?\d+\.\d+$/;

function toCell(value: unknown): CsvCell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object') return JSON.stringify(value);
  const text = String(value);
  return DECIMAL.test(text) ? { decimal: text } : text;
}
