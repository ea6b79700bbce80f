import type { DashboardReply } from '../../../contract/dashboard.ts';
import type {
  Category,
  CategoryOffer,
  EntityQuality,
  Evidence,
  EvidenceField,
  OnboardingRefineRequest,
  OnboardingReply,
  ProfiledEntity,
  Question,
  QuestionId,
  Recommendation,
  Unlock,
} from '../../../contract/onboarding.ts';
import type { Api, Ask } from '../../api.ts';
import {
  arrayOf,
  type Check,
  either,
  isBoolean,
  isMoment,
  isNumber,
  isString,
  nullable,
  objectOf,
  oneOf,
  optional,
} from '../../check.ts';
import { isCrmMode, isCrmSource, isDashboardReply, isOnboardingStep, type OnboardingStep } from '../../replies.ts';

/** Steps are for administrators. They are refused with `wrong_state` where somebody else has moved on meanwhile; all are safe to repeat. */
export interface OnboardingApi {
  get(): Promise<OnboardingReply>;
  /** Has the data looked at. */
  start(): Promise<OnboardingReply>;
  select(categories: readonly Category[]): Promise<OnboardingReply>;
  refine(answers: OnboardingRefineRequest['answers']): Promise<OnboardingReply>;
  /** Begins another round; what is on the dashboard stays. */
  reconfigure(): Promise<OnboardingReply>;
  /** Puts it off for this person, or goes on. No step: it is for everybody, and nothing moves on. */
  putOff(isPutOff: boolean): Promise<OnboardingReply>;
  /** These widgets alone, with their numbers. */
  getWidgets(ids: readonly string[]): Promise<DashboardReply>;
}

export function createOnboardingApi({ ask }: Pick<Api, 'ask'>): OnboardingApi {
  const check = isOnboardingReply;
  const step = (path: string, body: unknown): Ask<OnboardingReply> => ({
    method: 'POST',
    path: `/api/dashboard/${path}`,
    check,
    body,
  });
  return {
    get: () => ask({ method: 'GET', path: '/api/dashboard/onboarding', check }),
    start: () => ask(step('onboarding/start', {})),
    select: (categories) => ask(step('onboarding/select', { categories })),
    refine: (answers) => ask(step('onboarding/refine', { answers })),
    reconfigure: () => ask(step('reconfigure', {})),
    putOff: (isPutOff) => ask(step('onboarding/later', { isPutOff })),
    getWidgets: (ids) =>
      ask({
        method: 'GET',
        path: `/api/dashboard/data?${new URLSearchParams({ widgets: ids.join(',') })}`,
        check: isDashboardReply,
      }),
  };
}

const isEntity = oneOf<ProfiledEntity>({
  leads: true,
  deals: true,
  activities: true,
  contacts: true,
  companies: true,
  products: true,
});
const isEvidenceField = oneOf<EvidenceField>({
  owner: true,
  source: true,
  value: true,
  products: true,
  call: true,
  firstResponse: true,
  industry: true,
});
const isRecommendation = oneOf<Recommendation>({ excellent: true, usable: true, insufficient: true, empty: true });
const isCategory = oneOf<Category>({
  employeePerformance: true,
  salesPipeline: true,
  productAnalytics: true,
  sourcePerformance: true,
  customerInsights: true,
  callsAndResponse: true,
});
const isQuestionId = oneOf<QuestionId>({
  employeeDetail: true,
  employeeFocus: true,
  pipelineRange: true,
  pipelineDetail: true,
  productRank: true,
  sourceFocus: true,
  customerDetail: true,
  responseFocus: true,
});

type EvidenceOf<K extends Evidence['kind']> = Extract<Evidence, { kind: K }>;
const isEvidence: Check<Evidence> = either(
  objectOf<EvidenceOf<'records'>>({ kind: oneOf<'records'>({ records: true }), entity: isEntity, count: isNumber }),
  objectOf<EvidenceOf<'filled'>>({
    kind: oneOf<'filled'>({ filled: true }),
    entity: isEntity,
    field: isEvidenceField,
    filled: isNumber,
    count: isNumber,
  }),
);

type UnlockOf<K extends Unlock['kind']> = Extract<Unlock, { kind: K }>;
const isUnlock: Check<Unlock> = either(
  objectOf<UnlockOf<'records'>>({ kind: oneOf<'records'>({ records: true }), entity: isEntity, missing: isNumber }),
  objectOf<UnlockOf<'fill'>>({
    kind: oneOf<'fill'>({ fill: true }),
    entity: isEntity,
    field: isEvidenceField,
    missing: isNumber,
  }),
);

const isWhole = objectOf<Omit<OnboardingReply, keyof OnboardingStep>>({
  mode: isCrmMode,
  quality: arrayOf(
    objectOf<EntityQuality>({
      crmSource: isCrmSource,
      entity: isEntity,
      records: isNumber,
      completeness: isNumber,
      first: nullable(isMoment),
      last: nullable(isMoment),
      hasTemporalData: isBoolean,
      hasCategoricalVariety: isBoolean,
      stages: nullable(isNumber),
      people: isNumber,
      recommendation: isRecommendation,
    }),
  ),
  isFallback: isBoolean,
  words: nullable(
    objectOf<NonNullable<OnboardingReply['words']>>({
      summary: isString,
      notes: objectOf<Partial<Record<Category, string>>>({
        employeePerformance: optional(isString),
        salesPipeline: optional(isString),
        productAnalytics: optional(isString),
        sourcePerformance: optional(isString),
        customerInsights: optional(isString),
        callsAndResponse: optional(isString),
      }),
    }),
  ),
  categories: arrayOf(
    objectOf<CategoryOffer>({
      category: isCategory,
      quality: isRecommendation,
      isAvailable: isBoolean,
      isSuggested: isBoolean,
      evidence: arrayOf(isEvidence),
      unlock: arrayOf(isUnlock),
    }),
  ),
  selected: arrayOf(isCategory),
  questions: arrayOf(
    objectOf<Question>({ id: isQuestionId, category: isCategory, options: arrayOf(isString), recommended: isString }),
  ),
  isReentry: isBoolean,
});

export const isOnboardingReply: Check<OnboardingReply> = (value): value is OnboardingReply =>
  isOnboardingStep(value) && isWhole(value);
