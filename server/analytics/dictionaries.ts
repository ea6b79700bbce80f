import { Decimal } from 'decimal.js';
import type { DataSource } from '../../contract/charts.ts';
import type { SqlQuery } from '../platform/db.ts';
import type { Dimension, LabelSource } from './catalog.ts';
import { findCountry, OTHER_COUNTRY } from './countries.ts';
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
  users: ReadonlyMap<string, { crmSource: string; id: string; label: string; department: string | null }>;
  /** identity(crmSource, externalId) */
  pipelines: ReadonlyMap<string, { label: string; rank: number }>;
  /** identity(crmSource, currency) -> units of that CRM's base currency for one unit. Currencies without a rate are absent. */
  rates: ReadonlyMap<string, Decimal>;
  /** identity(entity, code) -> that custom field in each CRM that has it. Yes/no fields and fields with a list of options only. */
  customFields: ReadonlyMap<string, readonly CustomField[]>;
  /**
   * identity(crmSource, pipeline, stage) -> of deals that closed within a year and had been in that stage, how many closed and
   * were won; identity(crmSource, pipeline, ''): of the pipeline's; identity(crmSource, '', ''): of the CRM's.
   */
  stageOdds: ReadonlyMap<string, ClosedDeals>;
}

interface ClosedDeals {
  won: number;
  closed: number;
}

/** A custom field whose values are few enough to tell records apart by. */
export interface CustomField {
  crmSource: string;
  label: string;
  isBoolean: boolean;
  isMultiple: boolean;
  /** Code -> label. */
  options: ReadonlyMap<string, string>;
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
  users: { crm: string; id: string; name: string; department: string | null }[];
  pipelines: { crm: string; id: string; name: string }[];
  rates: { crm: string; code: string; rate: string }[];
  fields: {
    crm: string;
    entity: string;
    code: string;
    label: string;
    type: string;
    multiple: boolean;
    options: Record<string, unknown> | null;
  }[];
  odds: { crm: string; pipeline: string; stage: string; won: number; closed: number }[];
}

/** Reads all dictionaries of a tenant in one statement; its one row goes to `toDictionaries`. */
export function dictionariesQuery(tenantId: string): SqlQuery {
  return {
    // jsonb would turn a rate into a number and round it: it travels as text.
    text: `select
  (select coalesce(json_agg(json_build_object('crm', crm_source, 'entity', entity, 'pipeline', pipeline, 'code', code,
            'label', label, 'color', color) order by crm_source, entity, sort, code), '[]')
   from crm_statuses where tenant_id = $1) as statuses,
  (select coalesce(json_agg(json_build_object('crm', crm_source, 'id', external_id, 'name', name, 'department', department)
            order by crm_source, external_id), '[]')
   from crm_users where tenant_id = $1) as users,
  (select coalesce(json_agg(json_build_object('crm', crm_source, 'id', external_id, 'name', name)
            order by crm_source, is_default desc, sort, external_id), '[]')
   from crm_pipelines where tenant_id = $1) as pipelines,
  (select coalesce(json_agg(json_build_object('crm', crm_source, 'code', code, 'rate', rate::text)), '[]')
   from crm_currencies where tenant_id = $1 and rate > 0) as rates,
  (select coalesce(json_agg(json_build_object('crm', crm_source, 'entity', entity, 'code', code, 'label', label, 'type', type,
            'multiple', is_multiple, 'options', options) order by crm_source, entity, code), '[]')
   from crm_field_definitions
   where tenant_id = $1 and is_custom and (type in ('list', 'boolean') or type = 'text' and jsonb_typeof(options) = 'object'))
    as fields,
  (select coalesce(json_agg(json_build_object('crm', crm_source, 'pipeline', pipeline, 'stage', stage, 'won', won, 'closed', closed)),
     '[]')
   from crm_stage_odds where tenant_id = $1) as odds`,
    values: [tenantId],
  };
}

export function toDictionaries(row: object): Dictionaries {
  const { statuses, users, pipelines, rates, fields, odds } = row as DictionaryRow;
  return {
    statuses: new Map(
      statuses.map((status, rank) => [
        identity(status.crm, status.entity, status.pipeline, status.code),
        { label: status.label, color: status.color, rank },
      ]),
    ),
    users: new Map(
      users.map(({ crm, id, name, department }) => [identity(crm, id), { crmSource: crm, id, label: name, department }]),
    ),
    pipelines: new Map(pipelines.map((pipeline, rank) => [identity(pipeline.crm, pipeline.id), { label: pipeline.name, rank }])),
    rates: new Map(rates.map(({ crm, code, rate }) => [identity(crm, code), new Money(rate)])),
    customFields: Map.groupBy(fields.map(toCustomField), ({ key }) => key),
    stageOdds: new Map(odds.map(({ crm, pipeline, stage, won, closed }) => [identity(crm, pipeline, stage), { won, closed }])),
  };
}

function toCustomField({ crm, entity, code, label, type, multiple, options }: DictionaryRow['fields'][number]) {
  const labels = Object.entries(options ?? {}).map(([option, text]): [string, string] => [option, String(text)]);
  return {
    key: identity(entity, code),
    crmSource: crm,
    label,
    isBoolean: type === 'boolean',
    isMultiple: multiple,
    options: new Map(labels),
  };
}

/** The definitions of a custom field; empty where no CRM has one of that name whose values tell records apart. */
export function findCustomFields({ customFields }: Dictionaries, entity: DataSource, code: string): readonly CustomField[] {
  return customFields.get(identity(entity, code)) ?? [];
}

/** Fewer deals say too little of a stage. */
const MIN_CLOSED = 20;

/**
 * Of deals in that stage the share that will be won, 0 to 1 with four decimal places, as far as the tenant's own deals of the
 * last year tell: those that had been in it, or, where fewer than 20 of them have closed, those of its pipeline, then of its
 * CRM, then of all CRMs.
 */
export function findStageOdds({ stageOdds }: Dictionaries, crmSource: string, pipeline: string, stage: string): Decimal {
  const levels = [identity(crmSource, pipeline, stage), identity(crmSource, pipeline, ''), identity(crmSource, '', '')];
  const known = levels.map((key) => stageOdds.get(key)).find((level) => level !== undefined && level.closed >= MIN_CLOSED);
  const { won, closed } = known ?? closedOfAll(stageOdds);
  return closed === 0 ? new Money(0) : new Money(won).div(closed).toDecimalPlaces(4);
}

function closedOfAll(stageOdds: Dictionaries['stageOdds']): ClosedDeals {
  const ofCrms = [...stageOdds].filter(([key]) => key.endsWith(identity('', '', ''))).map(([, counted]) => counted);
  return ofCrms.reduce((sum, { won, closed }) => ({ won: sum.won + won, closed: sum.closed + closed }), { won: 0, closed: 0 });
}

/** How CRMs write yes and no in a custom field. */
export const BOOLEAN_CODES = new Map([
  ['true', ['true', 'Y', '1']],
  ['false', ['false', 'N', '0']],
]);

/** About how many values a dimension has, "none" among them; where nothing tells, a number that is seldom too small. */
export function countValues(dimension: Dimension, dictionaries: Dictionaries | undefined): number {
  const { labels, expression } = dimension;
  const statusesOf = (entity: string) =>
    [...(dictionaries?.statuses.keys() ?? [])].filter((key) => key.split('\0')[1] === entity).length;
  switch (labels) {
    case 'user':
    case 'department':
      return (dictionaries?.users.size ?? 100) + 1;
    case 'leadStatus':
      return statusesOf('leads') + 1;
    case 'dealStage':
      return statusesOf('deals') + 1;
    case 'historyStage':
      return statusesOf('leads') + statusesOf('deals') + 1;
    case 'source':
      return statusesOf('sources') + 1;
    case 'industry':
      return statusesOf('industries') + 1;
    case 'pipeline':
      return (dictionaries?.pipelines.size ?? 5) + 1;
    case 'customList': {
      const fields =
        expression?.kind === 'custom' && dictionaries ? findCustomFields(dictionaries, expression.entity, expression.code) : [];
      return fields.reduce((sum, { options }) => sum + options.size, 1);
    }
    default:
      return VALUES.get(labels) ?? 100;
  }
}

const VALUES = new Map<LabelSource, number>([
  ['type', 6],
  ['direction', 3],
  ['outcome', 3],
  ['completed', 2],
  ['active', 2],
  ['entity', 2],
  ['crm', 4],
  // Beginnings of numbers, which are more than there are countries.
  ['country', 200],
  ['weekday', 8],
  ['hour', 25],
  ['businessHours', 3],
  ['customBoolean', 4],
]);

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
  if (code === '' || code === dimension.none) return notSet(plain, dimension.labels, locale);
  switch (dimension.labels) {
    case 'leadStatus':
      return ofStatus(plain, dictionaries.statuses.get(identity(crmSource, 'leads', '', code)), '');
    case 'historyStage': {
      const [entity = '', pipeline = ''] = values;
      const of = { ...dimension, labels: entity === 'leads' ? ('leadStatus' as const) : ('dealStage' as const) };
      const described = describeValue(of, crmSource, [pipeline, code], dictionaries, locale);
      // Leads before deals; their statuses and stages may have the same codes.
      const rank = entity === 'leads' ? Math.min(described.rank ?? 0, 1e6 - 1) : (described.rank ?? 0) + 1e6;
      return { ...described, id: identity(crmSource, entity, pipeline, code), rank };
    }
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
    case 'industry': {
      const entity = dimension.labels === 'source' ? 'sources' : 'industries';
      return { ...ofStatus(plain, dictionaries.statuses.get(identity(crmSource, entity, '', code)), ''), rank: null };
    }
    case 'user':
      return { ...plain, id: identity(crmSource, code), label: dictionaries.users.get(identity(crmSource, code))?.label ?? code };
    case 'department': {
      const department = dictionaries.users.get(identity(crmSource, code))?.department;
      if (!department) return notSet(plain, dimension.labels, locale);
      return { ...plain, code: department, id: identity(crmSource, department), label: department };
    }
    case 'country': {
      const country = findCountry(code);
      return { ...plain, code: country, id: country, label: countryLabel(country, locale) };
    }
    case 'weekday':
      return { ...plain, id: code, label: weekdayLabel(Number(code), locale), rank: Number(code) };
    case 'hour':
      return { ...plain, id: code, label: `${code.padStart(2, '0')}:00`, rank: Number(code) };
    case 'customBoolean': {
      const [known = code] = [...BOOLEAN_CODES].find(([, ways]) => ways.includes(code)) ?? [];
      return { ...plain, code: known, id: known, label: CODE_LABELS.get(`boolean:${known}`)?.[locale] ?? known };
    }
    case 'customList': {
      const { expression } = dimension;
      const fields = expression?.kind === 'custom' ? findCustomFields(dictionaries, expression.entity, expression.code) : [];
      const label = fields.find((field) => field.crmSource === crmSource)?.options.get(code) ?? code;
      return { ...plain, id: identity(crmSource, code), label };
    }
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

function notSet(plain: Omit<DescribedValue, 'id'>, labels: LabelSource, locale: Locale): DescribedValue {
  const label = GAP_LABELS[labels === 'user' ? 'unassigned' : 'notSet'][locale];
  return { ...plain, id: '', code: '', label, rank: ORDERED.has(labels) ? Number.MAX_SAFE_INTEGER : null };
}

const ORDERED: ReadonlySet<LabelSource> = new Set(['leadStatus', 'dealStage', 'historyStage', 'weekday', 'hour']);

function countryLabel(country: string, locale: Locale): string {
  if (country === OTHER_COUNTRY) return CODE_LABELS.get('country:other')?.[locale] ?? country;
  return new Intl.DisplayNames(locale, { type: 'region' }).of(country) ?? country;
}

/** @param day 1 is Monday; 6 January 2025 was one */
function weekdayLabel(day: number, locale: Locale): string {
  const name = new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' }).format(Date.UTC(2025, 0, 5 + day));
  return name.slice(0, 1).toLocaleUpperCase(locale) + name.slice(1);
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
