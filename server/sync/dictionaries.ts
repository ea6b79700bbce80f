import type { CrmSource } from '../../contract/crm.ts';
import type { FieldDefinition } from '../crm/adapter.ts';
import type { Dictionaries } from '../crm/records.ts';
import type { Tx } from '../platform/db.ts';
import { announceTenant } from '../tenants/announce.ts';
import { FIRST_VERSION } from './run.ts';

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

/** Makes the small tables what the CRM says: new and changed rows written, rows it no longer has deleted. */
export async function saveDictionaries(
  tx: Tx,
  tenantId: string,
  crmSource: CrmSource,
  dictionaries: Dictionaries & { fields: readonly FieldDefinition[] },
): Promise<void> {
  const names = Object.keys(TABLES) as (keyof typeof TABLES)[];
  await Promise.all([
    ...names.map((name) =>
      tx.query({ text: replaceStatement(TABLES[name]), values: [tenantId, crmSource, JSON.stringify(dictionaries[name])] }),
    ),
    announceTenant(tx, tenantId),
  ]);
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
