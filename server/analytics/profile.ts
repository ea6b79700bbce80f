import type { DataSource } from '../../contract/charts.ts';
import type { Db, SqlQuery, Tx } from '../platform/db.ts';
import { CATALOG } from './catalog.ts';

/** What people fill in; the stage history is written by the CRM itself and only counted. */
type ProfiledEntity = Exclude<DataSource, 'stageHistory'>;

/** How much of a field is filled in. */
interface FieldProfile {
  /** A name of the catalog, or of one of the fields that are only counted (`phone`, `contact`, `record`, …). */
  field: string;
  /** Records that have a value. */
  filled: number;
  /** Its values with how many records have each, the most frequent first; null for fields that do not tell records apart. */
  values: readonly { code: string; count: number }[] | null;
}

/** What one CRM's records of one entity are good for. All numbers are of records that are not deleted. */
export interface EntityProfile {
  crmSource: string;
  entity: ProfiledEntity;
  records: number;
  /** First and last moment of the entity's main time; null where no record has one. */
  first: Date | null;
  last: Date | null;
  /** Calendar months (UTC) in which that time of at least one record lies. */
  months: number;
  fields: readonly FieldProfile[];
  /** Filled values ÷ (records × fields), 0 to 1; 0 of no records. */
  completeness: number;
  /** Custom fields with how many records have a value, as the CRM defines them; the first `MAX_CUSTOM_FIELDS` by code. */
  customFields: readonly { code: string; filled: number }[];
}

/** What the records of one CRM say of products and of how stages were passed. */
interface HistoryProfile {
  crmSource: string;
  products: number;
  /** Product rows of deals, and how many deals have any. */
  productRows: number;
  dealsWithProducts: number;
  stageChanges: number;
}

export interface DataProfile {
  entities: readonly EntityProfile[];
  history: readonly HistoryProfile[];
}

/** More fields of its own no portal's people fill in; each costs a look into every record. */
export const MAX_CUSTOM_FIELDS = 100;

/** One million records are read in some seconds. */
const TIMEOUT_MS = 120_000;

/** What is looked at besides the dimensions by which records are grouped: name -> SQL that is true where there is a value. */
interface Profiled {
  /** Names of dimensions whose values are counted; few enough that their combinations are far fewer than the records. */
  dimensions: readonly string[];
  filled: Readonly<Record<string, string>>;
}

const PROFILED: Record<ProfiledEntity, Profiled> = {
  leads: {
    dimensions: ['status', 'source', 'owner'],
    filled: {
      value: 'value > 0',
      closedAt: 'closed_at is not null',
      firstResponse: 'first_response_at is not null',
      activityCount: 'activity_count > 0',
      phone: "contact_phone <> ''",
      email: "contact_email <> ''",
    },
  },
  deals: {
    dimensions: ['stage', 'source', 'owner'],
    filled: {
      value: 'value > 0',
      closedAt: 'closed_at is not null',
      activityCount: 'activity_count > 0',
      lead: "lead_id <> ''",
      contact: "contact_id <> '' or company_id <> ''",
    },
  },
  activities: {
    dimensions: ['type', 'direction', 'completed', 'owner'],
    filled: {
      durationSeconds: 'duration_seconds > 0',
      deadline: 'deadline is not null',
      record: "owner_external_id <> ''",
    },
  },
  contacts: {
    dimensions: ['source', 'owner'],
    filled: { phone: "phone <> ''", email: "email <> ''", company: "company_id <> '' or company <> ''" },
  },
  companies: {
    dimensions: ['industry', 'owner'],
    filled: { revenue: 'revenue > 0', employeeCount: 'employee_count > 0' },
  },
};

/**
 * Looks at all of a tenant's records once a table, for what can be made of them: how many, since when, how well filled in.
 * Values of names, phones, e-mails and texts are counted and never read.
 * @throws AppError `database_unavailable`
 */
export function loadProfile(db: Db, tenantId: string): Promise<DataProfile> {
  return db.withTenant(tenantId, 'read', (tx) => readProfile(tx, tenantId), { statementTimeoutMs: TIMEOUT_MS });
}

async function readProfile(tx: Tx, tenantId: string): Promise<DataProfile> {
  const [fieldRows, historyRows] = await Promise.all([
    tx.query<{ entity: ProfiledEntity; code: string }>({
      text: `select entity, code from crm_field_definitions where tenant_id = $1 and is_custom group by 1, 2 order by 1, 2`,
      values: [tenantId],
    }),
    tx.query(historyQuery(tenantId)),
  ]);
  const entities: EntityProfile[] = [];
  // One after the other: together they would only wait for the same disk.
  for (const entity of Object.keys(PROFILED) as ProfiledEntity[]) {
    const codes = fieldRows.filter((row) => row.entity === entity).map(({ code }) => code);
    const known = codes.slice(0, MAX_CUSTOM_FIELDS);
    entities.push(...toProfiles(entity, await tx.query(profileQuery(tenantId, entity, known)), known));
  }
  return { entities, history: toHistory(historyRows) };
}

/** One pass over an entity's table, grouped so that the values of all its dimensions can be told from the groups. */
export function profileQuery(tenantId: string, entity: ProfiledEntity, customFields: readonly string[]): SqlQuery {
  const { table, times, defaultTime } = CATALOG[entity];
  const { filled } = PROFILED[entity];
  const time = times.get(defaultTime);
  const columns = dimensionsOf(entity).flatMap((dimension) => dimension.columns);
  const counts = [
    ...Object.values(filled).map((condition, index) => `count(*) filter (where ${condition})::int as filled_${index}`),
    ...customFields.map(
      (_, index) => `count(*) filter (where custom_fields ->> $${index + 2}::text <> '')::int as custom_${index}`,
    ),
  ];
  return {
    text: `select crm_source, ${columns.join(', ')}, count(*)::int as records, min(${time}) as first, max(${time}) as last,
  array_agg(distinct date_trunc('month', ${time} at time zone 'UTC')) filter (where ${time} is not null) as months,
  ${counts.join(',\n  ')}
from ${table}
where tenant_id = $1 and deleted_at is null
group by crm_source, ${columns.join(', ')}`,
    values: [tenantId, ...customFields],
  };
}

type Row = Record<string, string | number | boolean | Date | Date[] | null>;

function toProfiles(entity: ProfiledEntity, rows: readonly object[], customFields: readonly string[]): EntityProfile[] {
  const byCrm = Map.groupBy(rows as readonly Row[], ({ crm_source }) => String(crm_source));
  return [...byCrm].sort(([a], [b]) => (a < b ? -1 : 1)).map(([crmSource, of]) => toProfile(crmSource, entity, of, customFields));
}

function toProfile(
  crmSource: string,
  entity: ProfiledEntity,
  rows: readonly Row[],
  customFields: readonly string[],
): EntityProfile {
  const sum = (column: string) => rows.reduce((total, row) => total + Number(row[column]), 0);
  const moments = (column: string) => rows.map((row) => row[column]).filter((one) => one instanceof Date);
  const records = sum('records');
  const fields: FieldProfile[] = [
    ...dimensionsOf(entity).map(({ name, columns, none }) => dimensionProfile(name, columns, none, rows)),
    ...Object.keys(PROFILED[entity].filled).map((field, index) => ({ field, filled: sum(`filled_${index}`), values: null })),
  ];
  const filled = fields.reduce((total, field) => total + field.filled, 0);
  const months = new Set(rows.flatMap((row) => (Array.isArray(row.months) ? row.months.map((month) => month.getTime()) : [])));
  return {
    crmSource,
    entity,
    records,
    first: moments('first').reduce<Date | null>((least, one) => (least && least <= one ? least : one), null),
    last: moments('last').reduce<Date | null>((most, one) => (most && most >= one ? most : one), null),
    months: months.size,
    fields,
    completeness: records === 0 ? 0 : filled / (records * fields.length),
    customFields: customFields.map((code, index) => ({ code, filled: sum(`custom_${index}`) })),
  };
}

function dimensionProfile(
  field: string,
  columns: readonly string[],
  none: string | undefined,
  rows: readonly Row[],
): FieldProfile {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const code = String(row[columns.at(-1) ?? ''] ?? '');
    if (code === '' || code === none) continue;
    // A stage means something only within its pipeline.
    const whole = columns.map((column) => String(row[column] ?? '')).join(':');
    counts.set(whole, (counts.get(whole) ?? 0) + Number(row.records));
  }
  const values = [...counts].map(([code, count]) => ({ code, count }));
  values.sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
  return { field, filled: values.reduce((sum, { count }) => sum + count, 0), values };
}

function dimensionsOf(entity: ProfiledEntity) {
  return PROFILED[entity].dimensions.map((name) => {
    const { columns = [], none } = CATALOG[entity].dimensions.get(name) ?? {};
    return { name, columns, none };
  });
}

function historyQuery(tenantId: string): SqlQuery {
  return {
    text: `select crm_source, sum(products)::int as products, sum(product_rows)::int as product_rows,
  sum(deals)::int as deals_with_products, sum(changes)::int as stage_changes
from (
  select crm_source, count(*) as products, 0 as product_rows, 0 as deals, 0 as changes
  from crm_products where tenant_id = $1 group by 1
  union all
  select crm_source, 0, count(*), count(distinct deal_id), 0 from crm_deal_products where tenant_id = $1 group by 1
  union all
  select crm_source, 0, 0, 0, count(*) from crm_stage_history where tenant_id = $1 and deleted_at is null group by 1
) counted
group by 1 order by 1`,
    values: [tenantId],
  };
}

function toHistory(rows: readonly object[]): HistoryProfile[] {
  return (rows as readonly Row[]).map((row) => ({
    crmSource: String(row.crm_source),
    products: Number(row.products),
    productRows: Number(row.product_rows),
    dealsWithProducts: Number(row.deals_with_products),
    stageChanges: Number(row.stage_changes),
  }));
}
