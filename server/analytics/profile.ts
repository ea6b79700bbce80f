import type { Db, SqlQuery, Tx } from '../platform/db.ts';
import { type CustomCodes, GROUPS_IN_MEMORY, numbersOf, PROFILED, type ProfiledEntity, profileQuery } from './profile-query.ts';

/** How much of a field is filled in. */
interface FieldProfile {
  /** A name of the catalog, or of one of the facts that are only counted (`phone`, `contact`, `ofLead`, …). */
  field: string;
  /** Whether every record should have it: these make up `completeness`. */
  isKey: boolean;
  /** Records that have a value. */
  filled: number;
  /** Its values with how many records have each, the most frequent first; null for fields that do not tell records apart. */
  values: readonly { code: string; count: number }[] | null;
}

/** A number of the catalog, in its unit, over the records that have one; all null where none has. */
interface NumberProfile {
  field: string;
  min: number | null;
  max: number | null;
  mean: number | null;
}

interface CustomFieldProfile {
  code: string;
  /** Records that have a value. */
  filled: number;
  /** Different values of a yes/no field or a list of one choice; null for other kinds and lists past `MAX_LIST_FIELDS`. */
  distinct: number | null;
}

/** What one CRM's records of one entity are good for. All numbers are of records that are not deleted. */
export interface EntityProfile {
  crmSource: string;
  entity: ProfiledEntity;
  records: number;
  /** First and last moment of the entity's main time; null where no record has one. */
  first: Date | null;
  last: Date | null;
  /** Calendar months (UTC, `2025-01`) of that time with their records, in order; months without records are not among them. */
  months: readonly { month: string; records: number }[];
  fields: readonly FieldProfile[];
  /** Filled values of key fields ÷ (records × key fields), 0 to 1. */
  completeness: number;
  /** Amounts are not among them: they lie in different currencies. */
  numbers: readonly NumberProfile[];
  /** The custom fields this CRM defines, by code. */
  customFields: readonly CustomFieldProfile[];
  /** Custom fields of this CRM that were not looked at, being past `MAX_CUSTOM_FIELDS`. */
  customFieldsLeftOut: number;
}

/** What the records of one CRM say of products and of how stages were passed. */
interface HistoryProfile {
  crmSource: string;
  products: number;
  /** Product rows of deals, and how many deals have any. */
  productRows: number;
  dealsWithProducts: number;
  /** Of deals. */
  stageChanges: number;
}

export interface DataProfile {
  entities: readonly EntityProfile[];
  history: readonly HistoryProfile[];
}

/** Each field costs a look into every record: 200 of them 6 seconds for 200,000 leads. */
export const MAX_CUSTOM_FIELDS = 200;

/** Each list costs more, as the records are counted by its values too. */
export const MAX_LIST_FIELDS = 30;

/** One million records are read in some seconds. */
const TIMEOUT_MS = 120_000;

/** A custom field as one CRM defines it. */
interface CustomField {
  crmSource: string;
  entity: ProfiledEntity;
  code: string;
  /** Whether it holds one of few values. */
  isList: boolean;
}

/**
 * Looks at all of a tenant's records once a table, for what can be made of them: how many, since when, how well filled in.
 * Values of names, phones, e-mails, texts and custom fields are counted and never told.
 * @param signal when it aborts, the statement under way is cancelled
 * @throws AppError `database_unavailable`
 */
export function loadProfile(db: Db, tenantId: string, signal?: AbortSignal): Promise<DataProfile> {
  const options = { statementTimeoutMs: TIMEOUT_MS, ...(signal && { signal }) };
  return db.withTenant(tenantId, 'read', (tx) => readProfile(tx, tenantId), options);
}

async function readProfile(tx: Tx, tenantId: string): Promise<DataProfile> {
  const [defined, historyRows] = await Promise.all([
    tx.query<CustomField>({
      text: `select crm_source as "crmSource", entity, code, not is_multiple
  and (type in ('list', 'boolean') or type = 'text' and coalesce(jsonb_typeof(options) = 'object', false)) as "isList"
from crm_field_definitions where tenant_id = $1 and is_custom order by code, crm_source`,
      values: [tenantId],
    }),
    tx.query(historyQuery(tenantId)),
    tx.query(GROUPS_IN_MEMORY),
  ]);
  const entities: EntityProfile[] = [];
  // One after the other: together they would only wait for the same disk.
  for (const entity of Object.keys(PROFILED) as ProfiledEntity[]) {
    const fields = defined.filter((field) => field.entity === entity);
    const codes = chooseCodes(fields);
    entities.push(...toProfiles(entity, await tx.query<Row>(profileQuery(tenantId, entity, codes)), fields, codes));
  }
  return { entities, history: toHistory(historyRows) };
}

function chooseCodes(fields: readonly CustomField[]): CustomCodes {
  const codes = [...new Set(fields.map(({ code }) => code))].slice(0, MAX_CUSTOM_FIELDS);
  const listCodes = new Set(fields.filter(({ isList }) => isList).map(({ code }) => code));
  const lists = codes.filter((code) => listCodes.has(code)).slice(0, MAX_LIST_FIELDS);
  return { lists, plain: codes.filter((code) => !lists.includes(code)) };
}

/**
 * A group of one CRM's records: all of them where `part` is null, else those with `value` in the key of that number, null
 * being no value. Columns of counts and numbers are named as in the statement.
 */
interface Row {
  [column: string]: unknown;
  crm_source: string;
  part: number | null;
  value: string | null;
  records: number;
  first: Date | null;
  last: Date | null;
}

function toProfiles(
  entity: ProfiledEntity,
  rows: readonly Row[],
  defined: readonly CustomField[],
  codes: CustomCodes,
): EntityProfile[] {
  const wholes = rows.filter(({ part }) => part === null).sort((a, b) => (a.crm_source < b.crm_source ? -1 : 1));
  return wholes.map((whole) => {
    const crmSource = whole.crm_source;
    const parts = Map.groupBy(
      rows.filter((row) => row.crm_source === crmSource),
      ({ part }) => part,
    );
    const own = defined.filter((field) => field.crmSource === crmSource);
    return toProfile(entity, whole, (part) => valuesOf(parts.get(part) ?? []), own, codes);
  });
}

function toProfile(
  entity: ProfiledEntity,
  whole: Row,
  valuesAt: (part: number) => { code: string; count: number }[],
  defined: readonly CustomField[],
  { lists, plain }: CustomCodes,
): EntityProfile {
  const { keys, dimensions, filled } = PROFILED[entity];
  const count = (column: string) => Number(whole[column]);
  const number = (column: string) => (typeof whole[column] === 'number' ? whole[column] : null);
  const fields: FieldProfile[] = [
    ...dimensions.map((field, part) => {
      const values = valuesAt(part);
      return { field, isKey: keys.has(field), filled: sumOf(values), values };
    }),
    ...Object.keys(filled).map((field, index) => ({
      field,
      isKey: keys.has(field),
      filled: count(`filled_${index}`),
      values: null,
    })),
  ];
  const filledKeys = fields.reduce((sum, field) => sum + (field.isKey ? field.filled : 0), 0);
  const customFields = defined.flatMap(({ code, isList }): CustomFieldProfile[] => {
    const list = lists.indexOf(code);
    if (list < 0) {
      const index = plain.indexOf(code);
      return index < 0 ? [] : [{ code, filled: count(`custom_${index}`), distinct: null }];
    }
    const values = valuesAt(dimensions.length + 1 + list);
    return [{ code, filled: sumOf(values), distinct: isList ? values.length : null }];
  });
  const months = valuesAt(dimensions.length).map(({ code, count: records }) => ({ month: code, records }));
  return {
    crmSource: whole.crm_source,
    entity,
    records: whole.records,
    first: whole.first,
    last: whole.last,
    months: months.sort((a, b) => (a.month < b.month ? -1 : 1)),
    fields,
    completeness: filledKeys / (whole.records * keys.size),
    numbers: numbersOf(entity).map(({ field }, index) => ({
      field,
      min: number(`min_${index}`),
      max: number(`max_${index}`),
      mean: number(`mean_${index}`),
    })),
    customFields,
    customFieldsLeftOut: defined.length - customFields.length,
  };
}

/** The most frequent first. */
function valuesOf(rows: readonly Row[]): { code: string; count: number }[] {
  const values = rows.flatMap(({ value, records }) => (value === null ? [] : [{ code: value, count: records }]));
  return values.sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
}

function sumOf(values: readonly { count: number }[]): number {
  return values.reduce((sum, { count }) => sum + count, 0);
}

function historyQuery(tenantId: string): SqlQuery {
  return {
    text: `select crm_source, sum(products)::int as products, sum(product_rows)::int as product_rows,
  sum(deals)::int as deals_with_products, sum(changes)::int as stage_changes
from (
  select crm_source, count(*) as products, 0 as product_rows, 0 as deals, 0 as changes
  from crm_products where tenant_id = $1 group by 1
  union all
  -- Rows of a deal that is deleted stay until they are looked for again.
  select sold.crm_source, 0, count(*), count(distinct sold.deal_id), 0
  from crm_deal_products sold
  join crm_deals deal on deal.tenant_id = $1 and deal.crm_source = sold.crm_source and deal.external_id = sold.deal_id
  where sold.tenant_id = $1 and deal.deleted_at is null group by 1
  union all
  select crm_source, 0, 0, 0, count(*) from crm_stage_history
  where tenant_id = $1 and owner_entity = 'deals' and deleted_at is null group by 1
) counted
group by 1 order by 1`,
    values: [tenantId],
  };
}

function toHistory(rows: readonly object[]): HistoryProfile[] {
  return (rows as readonly Record<string, unknown>[]).map((row) => ({
    crmSource: String(row.crm_source),
    products: Number(row.products),
    productRows: Number(row.product_rows),
    dealsWithProducts: Number(row.deals_with_products),
    stageChanges: Number(row.stage_changes),
  }));
}
