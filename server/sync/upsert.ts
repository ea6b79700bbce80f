import { type CrmSource, ENTITIES, type Entity } from '../../contract/crm.ts';
import type { AnyRecord } from '../crm/records.ts';
import type { Tx } from '../platform/db.ts';
import { tableOf } from './tables.ts';

export interface UpsertCounts {
  inserted: number;
  updated: number;
  /** Same as before, or older than what is stored. */
  unchanged: number;
}

export interface UpsertTarget {
  tenantId: string;
  crmSource: CrmSource;
  entity: Entity;
  /**
   * CRM time when the records were read, ISO UTC: what is stored and newer is kept, unless it claims to be from after that, or
   * from a time in which the CRM's clock was ahead. null: the records are taken as they are, also where a CRM has gone back to
   * a backup.
   */
  refuseOlderAsOf: string | null;
}

const STATEMENTS = new Map(ENTITIES.map((entity) => [entity, upsertStatement(entity)]));

/**
 * Writes a page of records with one statement. Rows that say the same as before are not touched (no WAL but the row lock's,
 * no dead row); a record that comes back from deletion lives again. Where a page has a record twice, the newer one counts.
 */
export async function upsertRecords(tx: Tx, target: UpsertTarget, records: readonly AnyRecord[]): Promise<UpsertCounts> {
  const unique = keepNewest(records);
  if (unique.length === 0) return { inserted: 0, updated: 0, unchanged: 0 };
  const [counts] = await tx.query<{ inserted: number; written: number }>({
    text: STATEMENTS.get(target.entity) ?? '',
    values: [target.tenantId, target.crmSource, target.refuseOlderAsOf, ...toColumns(target.entity, unique)],
  });
  const { inserted, written } = counts ?? { inserted: 0, written: 0 };
  return { inserted, updated: written - inserted, unchanged: unique.length - written };
}

/** A statement with ON CONFLICT must not meet a key twice. */
function keepNewest(records: readonly AnyRecord[]): readonly AnyRecord[] {
  const newest = new Map<string, AnyRecord>();
  for (const record of records) {
    const other = newest.get(record.externalId);
    if (!other || modifiedAt(record) >= modifiedAt(other)) newest.set(record.externalId, record);
  }
  return newest.size === records.length ? records : [...newest.values()];
}

/** Moments are ISO in UTC with milliseconds, so they compare as text. */
function modifiedAt(record: AnyRecord): string {
  return ('modifiedAt' in record && record.modifiedAt) || '';
}

/** One array literal for each column of the entity, in the order of its table. */
function toColumns(entity: Entity, records: readonly AnyRecord[]): string[] {
  return [...tableOf(entity).columns].map(([key, [, type]]) => {
    const items = records.map((record) => toArrayItem((record as unknown as Record<string, unknown>)[key], type));
    return `{${items.join(',')}}`;
  });
}

function toArrayItem(value: unknown, type: string): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = type === 'jsonb' ? JSON.stringify(value) : String(value);
  return /["\\]/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : `"${text}"`;
}

/**
 * `insert … select … from unnest`: one parameter a column, whatever the number of rows. PostgreSQL reads the arrays in about
 * half the time that `jsonb_to_recordset` takes for the same rows (13 ms against 23 ms a page of 2,500 activities).
 */
function upsertStatement(entity: Entity): string {
  const { table, columns } = tableOf(entity);
  const entries = [...columns];
  const names = entries.map(([, [column]]) => column);
  const changeable = names.filter((name) => name !== 'external_id');
  const list = (prefix: string) => changeable.map((name) => `${prefix}.${name}`).join(', ');
  // Stage changes never change afterwards and have no such moment.
  const notOlder = names.includes('modified_at')
    ? `and ($3::timestamptz is null or t.modified_at > $3 or excluded.modified_at >= t.modified_at
      or excluded.modified_at is null or t.modified_at is null
      or t.modified_at <= (select clock_trusted_after from crm_connections where tenant_id = $1::uuid and crm_source = $2))`
    : 'and ($3::timestamptz is null or true)';
  return `with written as (
  insert into ${table} as t (tenant_id, crm_source, ${names.join(', ')})
  select $1::uuid, $2, r.*
  from unnest(${entries.map(([, [, type]], index) => `$${index + 4}::${type}[]`).join(', ')}) as r(${names.join(', ')})
  on conflict (tenant_id, crm_source, external_id) do update
  set ${changeable.map((name) => `${name} = excluded.${name}`).join(', ')}, deleted_at = null, synced_at = now()
  where ((${list('t')}) is distinct from (${list('excluded')}) or t.deleted_at is not null) ${notOlder}
  returning xmax = 0 as inserted
)
select count(*) filter (where inserted) as inserted, count(*) as written from written`;
}
