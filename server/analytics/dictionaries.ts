import { Decimal } from 'decimal.js';
import type { SqlQuery } from '../platform/db.ts';
import type { Dimension, LabelSource } from './catalog.ts';
import { CODE_LABELS, GAP_LABELS, type Locale } from './labels.ts';

/** Decimal places enough for products and quotients of amounts and rates to be exact beyond any cent. */
export const Money = Decimal.clone({ precision: 80, rounding: Decimal.ROUND_HALF_UP });

/** An amount as text: never less than two places, never more than it has. */
export function formatAmount(amount: Decimal): string {
  return amount.toFixed(Math.max(2, amount.decimalPlaces()));
}

/** How a CRM names, orders and colours its codes, and what its currencies are worth. Built by `readDictionaries`. */
export interface Dictionaries {
  /** identity(crmSource, entity, pipeline, code) */
  statuses: ReadonlyMap<string, StatusEntry>;
  /** identity(crmSource, externalId); people who left keep their names. */
  users: ReadonlyMap<string, { label: string }>;
  /** identity(crmSource, externalId) */
  pipelines: ReadonlyMap<string, { label: string; rank: number }>;
  /** identity(crmSource, currency) -> units of that CRM's base currency for one unit. Currencies without a rate are absent. */
  rates: ReadonlyMap<string, Decimal>;
}

interface StatusEntry {
  label: string;
  color: string | null;
  rank: number;
}

/** A value of a dimension, as a chart shows it. */
export interface DescribedValue {
  /** Tells values apart, across pipelines and CRMs; '' is "no value". */
  id: string;
  crmSource: string;
  code: string;
  label: string;
  /** Name of the pipeline a stage belongs to, to be shown where a chart has stages of several. */
  pipeline: string | null;
  color: string | null;
  /** Place in the CRM's own order; null where the dimension has none. Unknown codes come last. */
  rank: number | null;
}

interface DictionaryRow {
  statuses: { crm: string; entity: string; pipeline: string; code: string; label: string; color: string | null }[];
  users: { crm: string; id: string; name: string }[];
  pipelines: { crm: string; id: string; name: string }[];
  rates: { crm: string; code: string; rate: string }[];
}

/** Reads all dictionaries of a tenant in one statement; its one row goes to `toDictionaries`. */
export function dictionariesQuery(tenantId: string): SqlQuery {
  return {
    // jsonb would turn a rate into a number and round it: it travels as text.
    text: `select
  (select coalesce(json_agg(json_build_object('crm', crm_source, 'entity', entity, 'pipeline', pipeline, 'code', code,
            'label', label, 'color', color) order by crm_source, entity, sort, code), '[]')
   from crm_statuses where tenant_id = $1) as statuses,
  (select coalesce(json_agg(json_build_object('crm', crm_source, 'id', external_id, 'name', name)), '[]')
   from crm_users where tenant_id = $1) as users,
  (select coalesce(json_agg(json_build_object('crm', crm_source, 'id', external_id, 'name', name)
            order by crm_source, is_default desc, sort, external_id), '[]')
   from crm_pipelines where tenant_id = $1) as pipelines,
  (select coalesce(json_agg(json_build_object('crm', crm_source, 'code', code, 'rate', rate::text)), '[]')
   from crm_currencies where tenant_id = $1 and rate > 0) as rates`,
    values: [tenantId],
  };
}

export function toDictionaries(row: object): Dictionaries {
  const { statuses, users, pipelines, rates } = row as DictionaryRow;
  return {
    statuses: new Map(
      statuses.map((status, rank) => [
        identity(status.crm, status.entity, status.pipeline, status.code),
        { label: status.label, color: status.color, rank },
      ]),
    ),
    users: new Map(users.map((user) => [identity(user.crm, user.id), { label: user.name }])),
    pipelines: new Map(pipelines.map((pipeline, rank) => [identity(pipeline.crm, pipeline.id), { label: pipeline.name, rank }])),
    rates: new Map(rates.map(({ crm, code, rate }) => [identity(crm, code), new Money(rate)])),
  };
}

/** Joins codes into one map key; PostgreSQL text holds no NUL, so no two lists give the same key. */
export function identity(...parts: readonly string[]): string {
  return parts.join('\0');
}

/**
 * What to show for one value of a dimension. A code the dictionaries do not know is its own label.
 * @param values one per column of the dimension
 */
export function describeValue(
  dimension: Dimension,
  crmSource: string,
  values: readonly string[],
  dictionaries: Dictionaries,
  locale: Locale,
): DescribedValue {
  const code = values.at(-1) ?? '';
  const plain = { crmSource, code, label: code, pipeline: null, color: null, rank: null };
  if (code === '' || code === dimension.none) {
    const label = GAP_LABELS[dimension.labels === 'user' ? 'unassigned' : 'notSet'][locale];
    return { ...plain, id: '', code: '', label, rank: isOrdered(dimension.labels) ? Number.MAX_SAFE_INTEGER : null };
  }
  switch (dimension.labels) {
    case 'leadStatus':
      return ofStatus(plain, dictionaries.statuses.get(identity(crmSource, 'leads', '', code)), '');
    case 'dealStage': {
      const pipeline = values[0] ?? '';
      const known = dictionaries.pipelines.get(identity(crmSource, pipeline));
      const status = dictionaries.statuses.get(identity(crmSource, 'deals', pipeline, code));
      const described = ofStatus(plain, status, pipeline);
      // Pipelines in their order, stages in theirs within each.
      const rank = (known?.rank ?? dictionaries.pipelines.size) * 1e6 + (status?.rank ?? 1e6 - 1);
      return { ...described, pipeline: known?.label ?? pipeline, rank };
    }
    case 'source':
      return { ...ofStatus(plain, dictionaries.statuses.get(identity(crmSource, 'sources', '', code)), ''), rank: null };
    case 'user':
      return { ...plain, id: identity(crmSource, code), label: dictionaries.users.get(identity(crmSource, code))?.label ?? code };
    case 'pipeline': {
      const known = dictionaries.pipelines.get(identity(crmSource, code));
      return { ...plain, id: identity(crmSource, code), label: known?.label ?? code };
    }
    case 'code':
      return { ...plain, id: code };
    default:
      return { ...plain, id: code, label: CODE_LABELS.get(`${dimension.labels}:${code}`)?.[locale] ?? code };
  }
}

function isOrdered(labels: LabelSource): boolean {
  return labels === 'leadStatus' || labels === 'dealStage';
}

function ofStatus(plain: Omit<DescribedValue, 'id'>, status: StatusEntry | undefined, pipeline: string): DescribedValue {
  return {
    ...plain,
    id: identity(plain.crmSource, pipeline, plain.code),
    label: status?.label ?? plain.code,
    color: status?.color ?? null,
    rank: status?.rank ?? Number.MAX_SAFE_INTEGER - 1,
  };
}
