import type { CrmSource } from '../../../contract/crm.ts';
import type { EntityQuality, Recommendation } from '../../../contract/onboarding.ts';
import type { CrmProfiles, EntityFacts } from './crm-profile.ts';

/** Fewer records show chance, not business. */
export const FEW_RECORDS = 20;
/** From so many on, what a chart says of groups of them can be relied on. */
export const MANY_RECORDS = 200;

const LEAST_COMPLETE = 0.3;
const WELL_COMPLETE = 0.7;
/** Two weeks: the shortest time in which every weekday comes twice. */
const LEAST_DAYS = 14;
/** Fields with few values by their nature: that they have two says nothing of how the CRM is used. */
const ALWAYS_VARIED: ReadonlySet<string> = new Set(['currency', 'outcome', 'completed', 'direction']);
const DAY_MS = 86_400_000;

/** What can be said of so many records by their number alone. */
export function judgeAmount(records: number): 'none' | 'few' | 'enough' | 'many' {
  if (records === 0) return 'none';
  if (records < FEW_RECORDS) return 'few';
  return records < MANY_RECORDS ? 'enough' : 'many';
}

/** How good each entity of each CRM is for analysis, by CRM. */
export function judgeQuality(profiles: CrmProfiles): EntityQuality[] {
  return Object.entries(profiles).flatMap(([crmSource, profile]) =>
    (profile?.entities ?? []).map((facts) => judgeEntity(crmSource as CrmSource, facts, profile?.areProductsCopied ?? true)),
  );
}

function judgeEntity(crmSource: CrmSource, facts: EntityFacts, areProductsCopied: boolean): EntityQuality {
  const { entity, records, completeness, first, last } = facts;
  const hasTemporalData = first !== null && last !== null && Date.parse(last) - Date.parse(first) >= LEAST_DAYS * DAY_MS;
  const hasCategoricalVariety =
    entity === 'products'
      ? records >= 2
      : Object.entries(facts.fields).some(([field, { values }]) => !ALWAYS_VARIED.has(field) && (values ?? 0) >= 2);
  const isOnItsWay = entity === 'products' && records > 0 && !areProductsCopied;
  const recommendation = isOnItsWay ? 'usable' : recommend(facts, hasTemporalData && hasCategoricalVariety);
  const stages = (facts.fields.status ?? facts.fields.stage)?.values ?? null;
  const people = facts.fields.owner?.values ?? 0;
  const found = { records, completeness, first, last, hasTemporalData, hasCategoricalVariety, stages, people };
  return { crmSource, entity, ...found, recommendation };
}

function recommend({ entity, records, completeness }: EntityFacts, isVaried: boolean): Recommendation {
  const amount = judgeAmount(records);
  if (amount === 'none') return 'empty';
  // A catalogue of ten products is a whole one.
  const isCatalogue = entity === 'products';
  if ((amount === 'few' && !isCatalogue) || completeness < (isCatalogue ? 0.05 : LEAST_COMPLETE)) return 'insufficient';
  return (amount === 'many' || isCatalogue) && completeness >= WELL_COMPLETE && isVaried ? 'excellent' : 'usable';
}
