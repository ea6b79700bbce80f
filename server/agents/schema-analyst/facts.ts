import type { CrmMode } from '../../../contract/crm.ts';
import type { ProfiledEntity } from '../../../contract/onboarding.ts';
import type { CrmProfile, CrmProfiles, EntityFacts } from './crm-profile.ts';

/** What is known of all of a tenant's data together. */
export interface Facts {
  mode: CrmMode;
  /** Where a person first turns up: contacts in a portal without leads. */
  people: 'leads' | 'contacts';
  departments: number;
  /** False: what deals sell is still on its way, and nothing can be said of it. */
  areProductsCopied: boolean;
  records(entity: ProfiledEntity): number;
  /** Records that have the field; null as the field: all of them. */
  filled(entity: ProfiledEntity, field: string | null): number;
  /** Different values of a field, of the CRM that has the most. */
  values(entity: ProfiledEntity, field: string): number;
  /** Records a day, from the first to the last. */
  perDay(entity: ProfiledEntity): number;
  customFields: CrmProfile['customFields'];
}

const DAY_MS = 86_400_000;

/** @returns null where nothing is known */
export function toFacts(profiles: CrmProfiles | null, mode: CrmMode): Facts | null {
  const crms = Object.values(profiles ?? {});
  if (crms.length === 0) return null;
  const all = (entity: ProfiledEntity): EntityFacts[] =>
    crms.flatMap(({ entities }) => entities.filter((one) => one.entity === entity));
  const records = (entity: ProfiledEntity) => sum(all(entity).map((one) => one.records));
  return {
    mode,
    people: mode === 'simple' ? 'contacts' : 'leads',
    departments: sum(crms.map(({ departments }) => departments)),
    areProductsCopied: crms.every(({ areProductsCopied }) => areProductsCopied),
    records,
    filled: (entity, field) =>
      field === null ? records(entity) : sum(all(entity).map(({ fields }) => fields[field]?.filled ?? 0)),
    values: (entity, field) => Math.max(0, ...all(entity).map(({ fields }) => fields[field]?.values ?? 0)),
    perDay: (entity) => sum(all(entity).map(perDay)),
    customFields: crms.flatMap(({ customFields }) => customFields),
  };
}

function perDay({ records, first, last }: EntityFacts): number {
  if (first === null || last === null) return 0;
  return records / Math.max(1, (Date.parse(last) - Date.parse(first)) / DAY_MS);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
