import type {
  Category,
  CategoryOffer,
  Evidence,
  EvidenceField,
  ProfiledEntity,
  Recommendation,
  Unlock,
} from '../../../contract/onboarding.ts';
import type { Facts } from './facts.ts';
import { FEW_RECORDS, MANY_RECORDS } from './quality.ts';

/** So many records of an entity, or so many that have a field, and at least that share of all. */
interface Need {
  entity: ProfiledEntity;
  field: EvidenceField | null;
  least: number;
  /** Default: 0. */
  share?: number;
}

/** Hand-set, and explained in docs/onboarding.md. */
interface Rule {
  /** Without these a category is not available. */
  needs: readonly Need[];
  /** With these as well it is excellent. */
  strengths: readonly Need[];
  /** What speaks for it, most telling first. */
  evidence: readonly Pick<Need, 'entity' | 'field'>[];
}

const RULES: Record<Category, (facts: Facts) => Rule> = {
  employeePerformance(facts) {
    const worked = firstWith(facts, ['deals', null], [facts.people, null]);
    return {
      needs: [{ entity: worked, field: 'owner', least: FEW_RECORDS, share: 0.5 }],
      strengths: [
        { entity: worked, field: 'owner', least: MANY_RECORDS, share: 0.9 },
        { entity: 'activities', field: 'owner', least: MANY_RECORDS, share: 0.9 },
      ],
      evidence: [
        { entity: 'activities', field: null },
        { entity: worked, field: 'owner' },
      ],
    };
  },
  salesPipeline(facts) {
    const moved = facts.mode === 'simple' ? 'deals' : firstWith(facts, ['deals', null], ['leads', null]);
    return {
      needs: [{ entity: moved, field: null, least: FEW_RECORDS }],
      strengths: [{ entity: 'deals', field: 'value', least: MANY_RECORDS, share: 0.6 }],
      evidence: [
        ...(facts.mode === 'simple' ? [] : [{ entity: 'leads', field: null } as const]),
        { entity: 'deals', field: null },
        { entity: 'deals', field: 'value' },
      ],
    };
  },
  productAnalytics: () => ({
    needs: [
      { entity: 'products', field: null, least: 2 },
      { entity: 'deals', field: 'products', least: FEW_RECORDS, share: 0.05 },
    ],
    strengths: [{ entity: 'deals', field: 'products', least: MANY_RECORDS, share: 0.5 }],
    evidence: [
      { entity: 'products', field: null },
      { entity: 'deals', field: 'products' },
    ],
  }),
  sourcePerformance: ({ people }) => ({
    needs: [{ entity: people, field: 'source', least: FEW_RECORDS, share: 0.3 }],
    strengths: [{ entity: people, field: 'source', least: MANY_RECORDS, share: 0.8 }],
    evidence: [
      { entity: people, field: 'source' },
      { entity: 'deals', field: 'source' },
    ],
  }),
  customerInsights(facts) {
    const customers = firstWith(facts, ['contacts', null], ['companies', null]);
    return {
      needs: [{ entity: customers, field: null, least: FEW_RECORDS }],
      strengths: [
        { entity: 'contacts', field: 'source', least: MANY_RECORDS, share: 0.6 },
        { entity: 'companies', field: 'industry', least: FEW_RECORDS, share: 0.5 },
      ],
      evidence: [
        { entity: 'contacts', field: null },
        { entity: 'companies', field: null },
        { entity: 'companies', field: 'industry' },
      ],
    };
  },
  callsAndResponse(facts) {
    const canRespond = facts.mode === 'classic';
    const known = canRespond ? firstWith(facts, ['activities', 'call'], ['leads', 'firstResponse']) : 'activities';
    return {
      needs: [{ entity: known, field: known === 'leads' ? 'firstResponse' : 'call', least: FEW_RECORDS }],
      strengths: [
        { entity: 'activities', field: 'call', least: MANY_RECORDS },
        ...(canRespond ? [{ entity: 'leads', field: 'firstResponse', least: MANY_RECORDS, share: 0.3 } as const] : []),
      ],
      evidence: [
        { entity: 'activities', field: 'call' },
        ...(canRespond ? [{ entity: 'leads', field: 'firstResponse' } as const] : []),
      ],
    };
  },
};

/** Suggested at once: as many as make a dashboard that can still be looked through. */
const MAX_SUGGESTED = 4;
const MIN_SUGGESTED = 2;
/** What nearly every sales team wants to see; suggested while nothing is known of the data. */
const GENERAL: readonly Category[] = ['employeePerformance', 'salesPipeline'];
/** Among equals: what those who run calls and sales look at first. */
const TELLING_FIRST: readonly Category[] = [
  'employeePerformance',
  'salesPipeline',
  'callsAndResponse',
  'sourcePerformance',
  'customerInsights',
  'productAnalytics',
];
const BEST_FIRST: readonly Recommendation[] = ['excellent', 'usable', 'insufficient', 'empty'];

/**
 * Every category with what the tenant's data says for it, the best first.
 * @param facts null: nothing is known, and all of them are offered as they are
 * @param chosen what was chosen before; empty: nothing
 */
export function offerCategories(facts: Facts | null, chosen: readonly Category[]): CategoryOffer[] {
  const offers = TELLING_FIRST.map((category) => (facts ? offer(category, facts) : generalOffer(category)));
  offers.sort((a, b) => BEST_FIRST.indexOf(a.quality) - BEST_FIRST.indexOf(b.quality));
  const suggested = new Set(chosen.length > 0 ? chosen : suggest(offers, facts === null));
  return offers.map((one) => ({ ...one, isSuggested: one.isAvailable && suggested.has(one.category) }));
}

function suggest(offers: readonly CategoryOffer[], isGeneral: boolean): Category[] {
  if (isGeneral) return [...GENERAL];
  const available = offers.filter(({ isAvailable }) => isAvailable);
  const excellent = available.filter(({ quality }) => quality === 'excellent').length;
  const count = Math.min(MAX_SUGGESTED, Math.max(MIN_SUGGESTED, excellent));
  return available.slice(0, count).map(({ category }) => category);
}

function generalOffer(category: Category): CategoryOffer {
  return { category, quality: 'usable', isAvailable: true, isSuggested: false, evidence: [], unlock: [] };
}

function offer(category: Category, facts: Facts): CategoryOffer {
  const { needs, strengths, evidence } = RULES[category](facts);
  const missing = needs.flatMap((need) => findMissing(need, facts));
  const shown = evidence.flatMap((one) => toEvidence(one, facts));
  const isAvailable = missing.length === 0;
  const isCopied = category !== 'productAnalytics' || facts.areProductsCopied;
  const isExcellent = isAvailable && isCopied && strengths.every((need) => findMissing(need, facts).length === 0);
  const quality = isExcellent ? 'excellent' : isAvailable ? 'usable' : shown.length > 0 ? 'insufficient' : 'empty';
  return { category, quality, isAvailable, isSuggested: false, evidence: shown, unlock: missing };
}

/** What is missing for a need; nothing where it is met. Records come before fields: those that are to come can have the field. */
function findMissing({ entity, field, least, share = 0 }: Need, facts: Facts): Unlock[] {
  const records = facts.records(entity);
  // Nothing is known to be missing before it has been copied.
  if (field === 'products' && !facts.areProductsCopied) return [];
  if (field === null) return records >= least ? [] : [{ kind: 'records', entity, missing: least - records }];
  const missing = Math.max(least, Math.ceil(share * records)) - facts.filled(entity, field);
  if (missing <= 0) return [];
  const others = records - facts.filled(entity, field);
  return others < missing && field !== 'call'
    ? [{ kind: 'records', entity, missing: least - records }]
    : [{ kind: 'fill', entity, field, missing }];
}

/** A fact, where there is any. */
function toEvidence({ entity, field }: Pick<Need, 'entity' | 'field'>, facts: Facts): Evidence[] {
  const count = facts.records(entity);
  if (field === null) return count === 0 ? [] : [{ kind: 'records', entity, count }];
  const filled = facts.filled(entity, field);
  return filled === 0 ? [] : [{ kind: 'filled', entity, field, filled, count }];
}

/** The first that there is enough of; the first of all where there is of none. */
function firstWith<Entity extends ProfiledEntity>(
  facts: Facts,
  first: readonly [Entity, EvidenceField | null],
  second: readonly [Entity, EvidenceField | null],
): Entity {
  const hasEnough = ([entity, field]: readonly [Entity, EvidenceField | null]) => facts.filled(entity, field) >= FEW_RECORDS;
  return !hasEnough(first) && hasEnough(second) ? second[0] : first[0];
}
