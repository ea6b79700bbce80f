import type { CrmMode, CrmSource, Entity } from '../../../contract/crm.ts';
import type { DataProfile, EntityProfile } from '../../analytics/profile.ts';
import type { CrmProfile, CrmProfiles, EntityFacts } from './crm-profile.ts';

/** A CRM whose data is looked at. */
export interface AnalyzedCrm {
  crmSource: CrmSource;
  mode: CrmMode;
  /** When its last full load ended; null: none has. */
  loadedAt: Date | null;
  /** The products of the deals it loaded are copied as well. */
  areProductsCopied: boolean;
  /** How many records of each entity are copied, as the sync counts them. */
  copied: Partial<Record<Entity, number>>;
  /** Departments with people in them. */
  departments: number;
}

/** A custom field is worth a chart when at least this share of the records has it … */
const CUSTOM_FIELD_SHARE = 0.3;
/** … and it tells them apart into so many groups that can be read. */
const CUSTOM_FIELD_VALUES = { least: 2, most: 12 } as const;
const MAX_CUSTOM_FIELDS = 3;

/** What is kept of a profile: for each CRM its own counts. A portal without leads has none to speak of. */
export function analyzeProfile(profile: DataProfile, crms: readonly AnalyzedCrm[]): CrmProfiles {
  return Object.fromEntries(crms.map((crm) => [crm.crmSource, analyzeCrm(profile, crm)]));
}

function analyzeCrm(
  profile: DataProfile,
  { crmSource, mode, loadedAt, areProductsCopied, copied, departments }: AnalyzedCrm,
): CrmProfile {
  const find = (entity: string) => profile.entities.find((one) => one.crmSource === crmSource && one.entity === entity);
  const history = profile.history.find((one) => one.crmSource === crmSource);
  const deals = toFacts('deals', find('deals'));
  const dealsWithProducts = history?.dealsWithProducts ?? 0;
  deals.fields.products = { filled: dealsWithProducts, values: null };
  deals.fields.stageChange = { filled: history?.stageChanges ?? 0, values: null };
  const products: EntityFacts = {
    entity: 'products',
    records: history?.products ?? 0,
    // What a catalogue is good for shows in the deals that use it.
    completeness: deals.records === 0 ? 0 : dealsWithProducts / deals.records,
    first: deals.first,
    last: deals.last,
    fields: {},
  };
  const activities = toFacts('activities', find('activities'));
  const calls = find('activities')
    ?.fields.find(({ field }) => field === 'type')
    ?.values?.find(({ code }) => code === 'call');
  activities.fields.call = { filled: calls?.count ?? 0, values: null };
  const own = profile.entities.filter((one) => one.crmSource === crmSource);
  return {
    mode,
    loadedAt: loadedAt?.toISOString() ?? null,
    areProductsCopied,
    copied,
    departments,
    entities: [
      ...(mode === 'simple' ? [] : [toFacts('leads', find('leads'))]),
      deals,
      activities,
      toFacts('contacts', find('contacts')),
      toFacts('companies', find('companies')),
      products,
    ],
    customFields: own.flatMap(findCustomFields).sort((a, b) => b.filled - a.filled || (a.code < b.code ? -1 : 1)),
  };
}

function toFacts(entity: EntityFacts['entity'], profile: EntityProfile | undefined): EntityFacts {
  const fields = profile?.fields.map(({ field, filled, values }): [string, EntityFacts['fields'][string]] => [
    field,
    { filled, values: values?.length ?? null },
  ]);
  return {
    entity,
    records: profile?.records ?? 0,
    completeness: profile?.completeness ?? 0,
    first: profile?.first?.toISOString() ?? null,
    last: profile?.last?.toISOString() ?? null,
    fields: Object.fromEntries(fields ?? []),
  };
}

function findCustomFields({ entity, records, customFields }: EntityProfile): CrmProfile['customFields'] {
  const { least, most } = CUSTOM_FIELD_VALUES;
  return customFields
    .flatMap(({ code, filled, distinct }) => (distinct === null ? [] : [{ entity, code, filled, values: distinct }]))
    .filter(({ filled, values }) => filled >= records * CUSTOM_FIELD_SHARE && values >= least && values <= most)
    .sort((a, b) => b.filled - a.filled || (a.code < b.code ? -1 : 1))
    .slice(0, MAX_CUSTOM_FIELDS);
}
