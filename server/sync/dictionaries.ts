import type { CrmSource } from '../../contract/crm.ts';
import type { FieldDefinition } from '../crm/adapter.ts';
import type { Dictionaries } from '../crm/records.ts';
import type { Tx } from '../platform/db.ts';
import { announceTenant } from '../tenants/announce.ts';
import { FIRST_VERSION, moveDataVersion } from './run.ts';
import { listHistoryOwnersIn, updateStageHistoryColumns } from './stage-history-columns.ts';

interface DictionaryTable {
  table: string;
  /** Key in a row -> type; its column is the same in snake_case. The first `keys` of them are the primary key. */
  columns: Readonly<Record<string, string>>;
  keys: number;
}

const TABLES: Record<keyof Dictionaries | 'fields', DictionaryTable> = {
  users: {
    table: 'crm_users',
    columns: { externalId: 'text', name: 'text', email: 'text', department: 'text', active: 'boolean' },
    keys: 1,
  },
  statuses: {
    table: 'crm_statuses',
    columns: { entity: 'text', pipeline: 'text', code: 'text', label: 'text', semantic: 'text', sort: 'int', color: 'text' },
    keys: 3,
  },
  pipelines: {
    table: 'crm_pipelines',
    columns: { externalId: 'text', name: 'text', sort: 'int', isDefault: 'boolean' },
    keys: 1,
  },
  currencies: { table: 'crm_currencies', columns: { code: 'text', rate: 'numeric', isBase: 'boolean', name: 'text' }, keys: 1 },
  products: {
    table: 'crm_products',
    columns: { externalId: 'text', name: 'text', price: 'numeric', currency: 'text', active: 'boolean' },
    keys: 1,
  },
  fields: {
    table: 'crm_field_definitions',
    columns: {
      entity: 'text',
      code: 'text',
      label: 'text',
      type: 'text',
      isCustom: 'boolean',
      isMultiple: 'boolean',
      options: 'jsonb',
    },
    keys: 2,
  },
};

/**
 * Makes the small tables what the CRM says: new and changed rows written, rows it no longer has deleted. Where the stages of a
 * pipeline are others now, or in another order, its records have come as far as that order says.
 */
export async function saveDictionaries(
  tx: Tx,
  tenantId: string,
  crmSource: CrmSource,
  dictionaries: Dictionaries & { fields: readonly FieldDefinition[] },
): Promise<void> {
  const names = Object.keys(TABLES) as (keyof typeof TABLES)[];
  const before = await readStageOrders(tx, tenantId, crmSource);
  await Promise.all([
    ...names.map((name) =>
      tx.query({ text: replaceStatement(TABLES[name]), values: [tenantId, crmSource, JSON.stringify(dictionaries[name])] }),
    ),
    announceTenant(tx, tenantId),
  ]);
  const after = await readStageOrders(tx, tenantId, crmSource);
  const moved = [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key));
  if (moved.length > 0) await updateFunnels(tx, { tenantId, crmSource }, moved);
}

/** Owners whose steps are sorted in one statement: a second, where all 150,000 of a large portal take ten. */
const OWNERS_AT_ONCE = 10_000;

/** `entity\0pipeline` -> codes of the stages that are not lost, in the CRM's order. */
async function readStageOrders(tx: Tx, tenantId: string, crmSource: CrmSource): Promise<Map<string, string>> {
  const rows = await tx.query<{ entity: string; pipeline: string; codes: string[] }>({
    text: `select entity, pipeline, array_agg(code order by sort, code) as codes from crm_statuses
           where tenant_id = $1 and crm_source = $2 and entity in ('leads', 'deals') and semantic is distinct from 'lost'
           group by entity, pipeline`,
    values: [tenantId, crmSource],
  });
  return new Map(rows.map(({ entity, pipeline, codes }) => [`${entity}\0${pipeline}`, JSON.stringify(codes)]));
}

async function updateFunnels(
  tx: Tx,
  crm: { tenantId: string; crmSource: CrmSource },
  pipelines: readonly string[],
): Promise<void> {
  let isTouched = false;
  for (const key of pipelines) {
    const [entity = '', pipeline = ''] = key.split('\0');
    const owners = await listHistoryOwnersIn(tx, crm, entity, pipeline);
    for (let from = 0; from < owners.length; from += OWNERS_AT_ONCE) {
      await updateStageHistoryColumns(tx, crm, owners.slice(from, from + OWNERS_AT_ONCE));
    }
    isTouched ||= owners.length > 0;
  }
  if (isTouched) await moveDataVersion(tx, crm.tenantId, 'crm_stage_history');
}

/** `data_versions` moves with the rows: labels and rates are part of cached answers. */
function replaceStatement({ table, columns, keys }: DictionaryTable): string {
  const entries = Object.entries(columns).map(([key, type]) => ({ key, type, column: toSnakeCase(key) }));
  const names = entries.map(({ column }) => column);
  const keyNames = names.slice(0, keys);
  const rest = names.slice(keys);
  const list = (prefix: string, of: readonly string[]) => of.map((name) => `${prefix}.${name}`).join(', ');
  return `with given as (
  select distinct on (${entries.slice(0, keys).map(({ key }) => `r."${key}"`)}) ${entries.map(({ key, column }) => `r."${key}" as ${column}`)}
  from jsonb_to_recordset($3::jsonb) as r(${entries.map(({ key, type }) => `"${key}" ${type}`)})
), gone as (
  delete from ${table} t where t.tenant_id = $1::uuid and t.crm_source = $2
    and not exists (select from given g where (${list('g', keyNames)}) = (${list('t', keyNames)}))
  returning 1
), written as (
  insert into ${table} as t (tenant_id, crm_source, ${names})
  select $1::uuid, $2, ${list('given', names)} from given
  on conflict (tenant_id, crm_source, ${keyNames}) do update
  set ${rest.map((name) => `${name} = excluded.${name}`)}, synced_at = now()
  where (${list('t', rest)}) is distinct from (${list('excluded', rest)})
  returning 1
)
insert into data_versions as v (tenant_id, table_name, version)
select $1::uuid, '${table}', ${FIRST_VERSION} where exists (select from gone) or exists (select from written)
on conflict (tenant_id, table_name) do update set version = v.version + 1`;
}

function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
