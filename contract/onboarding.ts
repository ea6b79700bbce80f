import { z } from 'zod';
import { crmMode, crmSource } from './crm.ts';

/**
 * Where a tenant is on its way to a dashboard of its own. The server moves it on; a step out of its turn is refused with
 * `wrong_state`. `syncing` and `analyzing` go on by themselves, `categories` and `refining` wait for a person.
 */
export const onboardingState = z.enum([
  'not_started',
  'syncing',
  'analyzing',
  'categories',
  'refining',
  'generating',
  'complete',
]);
export type OnboardingState = z.infer<typeof onboardingState>;

/** What a dashboard can be about. */
export const CATEGORIES = [
  'employeePerformance',
  'salesPipeline',
  'productAnalytics',
  'sourcePerformance',
  'customerInsights',
  'callsAndResponse',
] as const;
export const category = z.enum(CATEGORIES);
export type Category = z.infer<typeof category>;

export const profiledEntity = z.enum(['leads', 'deals', 'activities', 'contacts', 'companies', 'products']);
export type ProfiledEntity = z.infer<typeof profiledEntity>;

/** What can be made of data: `excellent` everything, `usable` most of it, `insufficient` next to nothing, `empty` nothing. */
export const recommendation = z.enum(['excellent', 'usable', 'insufficient', 'empty']);
export type Recommendation = z.infer<typeof recommendation>;

/** How good one entity of one CRM is for analysis. */
const entityQuality = z.strictObject({
  crmSource,
  entity: profiledEntity,
  records: z.number().int(),
  /** Filled key fields of all records, 0 to 1. */
  completeness: z.number(),
  /** First and last moment of its records; null where none has one. */
  first: z.iso.datetime().nullable(),
  last: z.iso.datetime().nullable(),
  hasTemporalData: z.boolean(),
  hasCategoricalVariety: z.boolean(),
  /** How many stages its records stand in, of all pipelines; null for what has none. */
  stages: z.number().int().nullable(),
  /** How many people its records are assigned to. */
  people: z.number().int(),
  recommendation,
});
export type EntityQuality = z.infer<typeof entityQuality>;

/**
 * Fields that evidence and unlocks speak of: of leads and contacts `owner`, `source`; of leads `firstResponse`; of deals `owner`,
 * `source`, `value`, `products` (they have product rows); of activities `call` (they are calls); of companies `industry`.
 */
export const EVIDENCE_FIELDS = ['owner', 'source', 'value', 'products', 'call', 'firstResponse', 'industry'] as const;
const evidenceField = z.enum(EVIDENCE_FIELDS);
export type EvidenceField = z.infer<typeof evidenceField>;

/** A fact of the tenant's own data that speaks for a category. The app words it. */
const evidence = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('records'), entity: profiledEntity, count: z.number().int() }),
  /** `filled` of `count` records of the entity have the field. */
  z.strictObject({
    kind: z.literal('filled'),
    entity: profiledEntity,
    field: evidenceField,
    filled: z.number().int(),
    count: z.number().int(),
  }),
]);
export type Evidence = z.infer<typeof evidence>;

/** What would make a category possible: so many more records, or a field filled in on so many more of them. */
const unlock = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('records'), entity: profiledEntity, missing: z.number().int() }),
  z.strictObject({ kind: z.literal('fill'), entity: profiledEntity, field: evidenceField, missing: z.number().int() }),
]);
export type Unlock = z.infer<typeof unlock>;

const categoryOffer = z.strictObject({
  category,
  quality: recommendation,
  /** False: shown greyed, with `unlock`. */
  isAvailable: z.boolean(),
  /** Proposed to be ticked: what was chosen before, else what the data is best for. */
  isSuggested: z.boolean(),
  evidence: z.array(evidence),
  /** What has to be done before it is available; empty for what is. */
  unlock: z.array(unlock),
});
export type CategoryOffer = z.infer<typeof categoryOffer>;

/** A question with its choices: names that the app words. */
export const QUESTIONS = {
  employeeDetail: { category: 'employeePerformance', options: ['individual', 'team', 'both'] },
  employeeFocus: { category: 'employeePerformance', options: ['results', 'activity', 'both'] },
  pipelineRange: { category: 'salesPipeline', options: ['7', '30', '90', '365'] },
  pipelineDetail: { category: 'salesPipeline', options: ['stages', 'trend', 'both'] },
  productRank: { category: 'productAnalytics', options: ['revenue', 'quantity'] },
  sourceFocus: { category: 'sourcePerformance', options: ['volume', 'conversion', 'both'] },
  customerDetail: { category: 'customerInsights', options: ['contacts', 'companies', 'both'] },
  responseFocus: { category: 'callsAndResponse', options: ['calls', 'speed', 'both'] },
} as const satisfies Record<string, { category: Category; options: readonly string[] }>;
export type QuestionId = keyof typeof QUESTIONS;
export const questionId = z.enum(Object.keys(QUESTIONS) as [QuestionId, ...QuestionId[]]);

const question = z.strictObject({
  id: questionId,
  category,
  options: z.array(z.string()).min(2),
  /** Ticked before the person chooses: the earlier answer, else the best for this data. */
  recommended: z.string(),
});
export type Question = z.infer<typeof question>;

/**
 * Answer of GET /api/dashboard/onboarding and of every step: where the tenant is, and what that step has to show. Lists are
 * empty while their step has not been reached.
 */
export const onboardingReply = z.strictObject({
  state: onboardingState,
  mode: crmMode,
  /** By CRM, then entity. */
  quality: z.array(entityQuality),
  /** The data could not be looked at: the categories are general ones, and it is tried again by itself. */
  isFallback: z.boolean(),
  /** What a model says of the data, in the person's language; null: nothing, the facts alone are told. */
  words: z
    .strictObject({
      summary: z.string(),
      /** What a category would show this tenant. */
      notes: z.partialRecord(category, z.string()),
    })
    .nullable(),
  /** All of them, the best first. */
  categories: z.array(categoryOffer),
  selected: z.array(category),
  /** Of the chosen categories, in their order. */
  questions: z.array(question),
  /** Whether this is a later round, not finished yet: what is there stays, and is shown meanwhile. */
  isReentry: z.boolean(),
  /** Widgets made by the last round that are still there, in the order of the dashboard. */
  created: z.array(z.string()),
  /** Whether the person who asks has put this round off. */
  isPutOff: z.boolean(),
});
export type OnboardingReply = z.infer<typeof onboardingReply>;

/** Body of POST /api/dashboard/onboarding/select. */
export const onboardingSelectRequest = z.strictObject({
  /** Each once, and only what is available. */
  categories: z.array(category).min(1).max(CATEGORIES.length),
});
export type OnboardingSelectRequest = z.infer<typeof onboardingSelectRequest>;

/**
 * Body of POST /api/dashboard/onboarding/refine: an option for each of `questions`; what is left out gets its `recommended`.
 * Questions that are not asked are refused with `wrong_state`: somebody else has chosen other categories meanwhile.
 */
export const onboardingRefineRequest = z.strictObject({ answers: z.partialRecord(questionId, z.string().max(40)) });
export type OnboardingRefineRequest = z.infer<typeof onboardingRefineRequest>;

/** Body of POST /api/dashboard/onboarding/later. */
export const onboardingLaterRequest = z.strictObject({
  /** False: the person goes on with it. */
  isPutOff: z.boolean(),
});
export type OnboardingLaterRequest = z.infer<typeof onboardingLaterRequest>;
