import type { OnboardingReply, OnboardingState, Question } from '../../contract/onboarding.ts';
import { offerCategories } from '../agents/schema-analyst/categories.ts';
import { tellWords } from '../agents/schema-analyst/describe-data.ts';
import { type Facts, toFacts } from '../agents/schema-analyst/facts.ts';
import { judgeQuality } from '../agents/schema-analyst/quality.ts';
import { askQuestions } from '../agents/schema-analyst/questions.ts';
import { pickLocale } from '../analytics/labels.ts';
import type { Tx } from '../platform/db.ts';
import { loadOwnSettings } from '../tenants/members.ts';
import type { Onboarding } from './onboarding-config.ts';
import type { Viewer } from './tenant-context.ts';

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

/** What a step has to show the person. */
export async function toReply(tx: Tx, person: Viewer, onboarding: Onboarding): Promise<OnboardingReply> {
  const { state, mode, profiles, selected, completedAt } = onboarding;
  const isOver = state === 'complete';
  const isReentry = completedAt !== null && !isOver;
  const waits = BEFORE_CATEGORIES.has(state);
  const facts = factsOf(onboarding);
  return {
    state,
    mode,
    quality: waits || !profiles ? [] : judgeQuality(profiles),
    isFallback: !waits && facts === null,
    words: waits ? null : await readWords(tx, person, onboarding),
    categories: waits ? [] : offerCategories(facts, selected),
    selected: waits && !isReentry ? [] : selected,
    questions: waits || state === 'categories' ? [] : questionsOf(onboarding),
    isReentry,
    created: isOver ? await listCreated(tx, person.tenantId) : [],
    isPutOff: !isOver && (await hasPutOff(tx, person)),
  };
}

/** What a model says of the data, where that is in the person's language. */
async function readWords(
  tx: Tx,
  { tenantId, crmSource, userId }: Viewer,
  onboarding: Onboarding,
): Promise<OnboardingReply['words']> {
  const facts = factsOf(onboarding);
  if (!facts || !onboarding.words) return null;
  const { locale } = await loadOwnSettings(tx, tenantId, { crmSource, crmUserId: userId });
  return tellWords(onboarding.words, facts, pickLocale(locale));
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

/** Whether the person has put onboarding off since the last round was over. */
async function hasPutOff(tx: Tx, { tenantId, crmSource, userId }: Viewer): Promise<boolean> {
  const rows = await tx.query({
    text: `select 1 from tenant_members m
           left join dashboard_configs d on d.tenant_id = m.tenant_id
           where m.tenant_id = $1 and m.crm_source = $2 and m.crm_user_id = $3
             and m.onboarding_put_off_at > coalesce(d.completed_at, '-infinity')`,
    values: [tenantId, crmSource, userId],
  });
  return rows.length > 0;
}
