import { createReadStream, createWriteStream } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { expectedRows } from '../../sandbox/bitrix24/expected/expected-rows.ts';
import type { PortalFacts } from '../../sandbox/bitrix24/expected/records.ts';

/** Entities whose rows the dashboards look at, with their tables and the time by which rows of all tenants lie mixed. */
export const FACTS = [
  { entity: 'leads', table: 'crm_leads', time: 'created_at' },
  { entity: 'deals', table: 'crm_deals', time: 'created_at' },
  { entity: 'activities', table: 'crm_activities', time: 'started_at' },
  { entity: 'contacts', table: 'crm_contacts', time: 'created_at' },
  { entity: 'companies', table: 'crm_companies', time: 'created_at' },
] as const;

/** PostgreSQL works it out by itself. */
const GENERATED = 'won';

/** A file of an entity's rows as CSV with a header; null is an empty field without quotes. */
export interface FactsFile {
  entity: (typeof FACTS)[number]['entity'];
  file: string;
  columns: readonly string[];
  rows: number;
}

/** Writes what a complete copy of the portal holds: worked out from the world's records, not by the sync. */
export async function writeFacts(portal: PortalFacts, directory: string): Promise<FactsFile[]> {
  const files: FactsFile[] = [];
  for (const { entity } of FACTS) {
    const file = path.join(directory, `${entity}.csv`);
    let columns: string[] = [];
    let rows = 0;
    const lines = async function* () {
      for await (const batch of expectedRows(portal, entity)) {
        if (columns.length === 0) {
          columns = Object.keys(batch[0]?.columns ?? {}).filter((name) => name !== GENERATED);
          yield `external_id,${columns.join(',')}\n`;
        }
        rows += batch.length;
        yield batch
          .map((row) => `${[row.externalId, ...columns.map((name) => row.columns[name])].map(quote).join(',')}\n`)
          .join('');
      }
    };
    await pipeline(Readable.from(lines()), createWriteStream(file));
    files.push({ entity, file, columns: ['external_id', ...columns], rows });
  }
  return files;
}

function quote(value: string | null | undefined): string {
  return value === null || value === undefined ? '' : `"${value.replaceAll('"', '""')}"`;
}

/** Puts the rows of one tenant beside the tables, from where `fillTables` takes them. */
export async function stageFacts(owner: pg.Client, tenantId: string, files: readonly FactsFile[]): Promise<void> {
  for (const { entity, file, columns } of files) {
    const table = tableOf(entity);
    await owner.query(`create unlogged table staged_${entity} (like ${table} including defaults)`);
    await owner.query(
      `alter table staged_${entity} alter tenant_id set default '${tenantId}', alter crm_source set default 'bitrix24'`,
    );
    const target = owner.query(
      copyFrom(`copy staged_${entity} (${columns.join(', ')}) from stdin with (format csv, header true)`),
    );
    await pipeline(createReadStream(file), target);
  }
}

/** So many rows of `share` go to each other tenant: the big tenant's rows, thinned out. */
const SHARE = 122;

/**
 * Fills the tables with the big tenant's rows and those of the others, all mixed by time: the worst order for whoever wants
 * one tenant's. Then VACUUM ANALYZE, as after a full sync.
 * @param others each gets about one row of `SHARE`
 */
export async function fillTables(owner: pg.Client, files: readonly FactsFile[], others: readonly string[]): Promise<number> {
  let total = 0;
  for (const { entity, columns } of files) {
    const { table, time } = FACTS.find((one) => one.entity === entity) ?? FACTS[0];
    const names = ['tenant_id', 'crm_source', ...columns].join(', ');
    await owner.query(`truncate ${table}`);
    const { rowCount } = await owner.query(
      `insert into ${table} (${names})
       select ${names} from (
         select ${names} from staged_${entity}
         union all
         select o.id, ${names.slice('tenant_id, '.length)}
         from unnest($1::uuid[]) with ordinality o(id, place)
         join staged_${entity} s on abs(hashtext(s.external_id)) % ${SHARE} = o.place % ${SHARE}
       ) mixed order by ${time}`,
      [others],
    );
    total += rowCount ?? 0;
    await owner.query(`vacuum (analyze) ${table}`);
  }
  await owner.query('checkpoint');
  return total;
}

/** The small tables of the portal: names, stages, currencies. */
export async function insertDictionaries(owner: pg.Client, tenantId: string, portal: PortalFacts): Promise<void> {
  const tables = {
    users: 'crm_users',
    statuses: 'crm_statuses',
    pipelines: 'crm_pipelines',
    currencies: 'crm_currencies',
  } as const;
  for (const [entity, table] of Object.entries(tables) as [keyof typeof tables, string][]) {
    for await (const batch of expectedRows(portal, entity)) {
      for (const { externalId, columns } of batch) {
        const row = { tenant_id: tenantId, crm_source: 'bitrix24', ...keysOf(entity, externalId), ...columns };
        const names = Object.keys(row);
        const places = names.map((_, index) => `$${index + 1}`);
        await owner.query(`insert into ${table} (${names.join(', ')}) values (${places.join(', ')})`, Object.values(row));
      }
    }
  }
}

function keysOf(entity: string, externalId: string): Record<string, string> {
  if (entity === 'currencies') return { code: externalId };
  if (entity !== 'statuses') return { external_id: externalId };
  const [of = '', pipeline = '', ...code] = externalId.split(':');
  return { entity: of, pipeline, code: code.join(':') };
}

function tableOf(entity: FactsFile['entity']): string {
  return FACTS.find((one) => one.entity === entity)?.table ?? '';
}
