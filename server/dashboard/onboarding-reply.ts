import type { OnboardingReply, OnboardingState, Question } from '../../contract/onboarding.ts';
import { offerCategories } from '../agents/schema-analyst/categories.ts';
import { type Facts, toFacts } from '../agents/schema-analyst/facts.ts';
import { judgeQuality } from '../agents/schema-analyst/quality.ts';
import { askQuestions } from '../agents/schema-analyst/questions.ts';
import type { Tx } from '../platform/db.ts';
import type { Onboarding } from './onboarding-config.ts';

const BEFORE_CATEGORIES: ReadonlySet<OnboardingState> = new Set(['not_started', 'syncing', 'analyzing']);

/** What the data says, of the CRMs that are connected. null: nothing is known. */
export function factsOf({ profiles, crms, mode }: Onboarding): Facts | null {
  const connected = new Set<string>(crms.map(({ crmSource }) => crmSource));
  const known = Object.entries(profiles ?? {}).filter(([crmSource]) => connected.has(crmSource));
  return toFacts(Object.fromEntries(known), mode);
}

/** What is asked of a person who has chosen. */
export function questionsOf(onboarding: Onboarding): Question[] {
  return askQuestions(factsOf(onboarding), onboarding.selected, onboarding.answers);
}

/** What a step has to show. */
export async function toReply(tx: Tx, tenantId: string, onboarding: Onboarding): Promise<OnboardingReply> {
  const { state, mode, profiles, selected, completedAt } = onboarding;
  const isReentry = completedAt !== null && state !== 'complete';
  const waits = BEFORE_CATEGORIES.has(state);
  const facts = factsOf(onboarding);
  return {
    state,
    mode,
    quality: waits || !profiles ? [] : judgeQuality(profiles),
    isFallback: !waits && facts === null,
    categories: waits ? [] : offerCategories(facts, selected),
    selected: waits && !isReentry ? [] : selected,
    questions: waits || state === 'categories' ? [] : questionsOf(onboarding),
    isReentry,
    created: state === 'complete' ? await listCreated(tx, tenantId) : [],
  };
}

/** Widgets of the last round that are still there, in the order of the dashboard. */
async function listCreated(tx: Tx, tenantId: string): Promise<string[]> {
  const rows = await tx.query<{ id: string }>({
    text: `select w.id from dashboard_widgets w
           join dashboard_configs d on d.tenant_id = w.tenant_id and d.completed_at = w.created_at
           where w.tenant_id = $1 and w.source = 'onboarding' and w.deleted_at is null
           order by w.position, w.created_at, w.id`,
    values: [tenantId],
  });
  return rows.map(({ id }) => id);
}
