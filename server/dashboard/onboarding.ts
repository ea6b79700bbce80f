import type { AccessAction } from '../../contract/data.ts';
import type {
  OnboardingLaterRequest,
  OnboardingRefineRequest,
  OnboardingReply,
  OnboardingSelectRequest,
  OnboardingState,
  QuestionId,
} from '../../contract/onboarding.ts';
import { offerCategories } from '../agents/schema-analyst/categories.ts';
import type { Answers } from '../agents/schema-analyst/questions.ts';
import type { Db, Tx } from '../platform/db.ts';
import { AppError, type FieldIssue } from '../platform/errors.ts';
import { logAccess } from '../tenants/access-log.ts';
import { planOnboardingWork } from '../tenants/schedule.ts';
import { holdOnboarding, isAnalyzed, isLoaded, type Onboarding, readOnboarding, saveOnboarding } from './onboarding-config.ts';
import { factsOf, questionsOf, toReply } from './onboarding-reply.ts';
import type { Viewer } from './tenant-context.ts';

/*
 * The steps that people take: not_started → (syncing → analyzing) → categories → refining → (generating) → complete, and from
 * complete around again. Those in brackets a worker takes, see onboarding-work.ts. A step locks the tenant, looks where
 * onboarding stands and moves it on: of two at once the second finds what the first has made of it.
 */

/** What comes in by and by may end the wait, or change what the person who chooses is offered. */
const WOKEN_BY_CHANGES: readonly OnboardingState[] = ['syncing', 'categories', 'refining'];

interface OnboardingDeps {
  db: Db;
  now: () => Date;
}

type Change = Partial<Pick<Onboarding, 'state' | 'selected' | 'answers'>>;

/** Where the tenant's onboarding stands, as the person sees it. */
export function loadOnboarding({ db }: Pick<OnboardingDeps, 'db'>, person: Viewer): Promise<OnboardingReply> {
  const { tenantId } = person;
  return db.withTenant(tenantId, 'read', async (tx) => toReply(tx, person, await readOnboarding(tx, tenantId)));
}

/**
 * Begins. Said again while the data is on its way, or is there, it changes nothing.
 * @throws AppError `wrong_state` later on
 */
export function startOnboarding(deps: OnboardingDeps, person: Viewer): Promise<OnboardingReply> {
  return step(deps, person, 'start_onboarding', (onboarding) => {
    const { state, completedAt } = onboarding;
    if (completedAt === null && (state === 'syncing' || state === 'analyzing' || state === 'categories')) return null;
    if (state !== 'not_started') throw outOfTurn(state);
    if (isLoaded(onboarding) && isAnalyzed(onboarding)) return { state: 'categories' };
    return { state: awaitData(onboarding) };
  });
}

/**
 * Chooses what the dashboard is to be about. While the questions wait it may be chosen anew.
 * @throws AppError `wrong_state`; `invalid_value` for a category that stands twice or is not available
 */
export function selectCategories(
  deps: OnboardingDeps,
  person: Viewer,
  selected: OnboardingSelectRequest['categories'],
): Promise<OnboardingReply> {
  return step(deps, person, 'select_categories', (onboarding) => {
    const { state } = onboarding;
    const offers = offerCategories(factsOf(onboarding), []);
    // The order in which they are offered: it is the dashboard's, whoever ticks them.
    const ordered = offers.map(({ category }) => category).filter((category) => selected.includes(category));
    // Pressed twice where nothing is asked: the second time finds the dashboard on its way.
    if (state === 'generating' && ordered.join() === onboarding.selected.join()) return null;
    if (state !== 'categories' && state !== 'refining') throw outOfTurn(state);
    const issues = selected.flatMap((category, index) => {
      if (selected.indexOf(category) < index) return [invalid(`categories.${index}`, 'stands twice')];
      const isAvailable = offers.some((offer) => offer.category === category && offer.isAvailable);
      return isAvailable ? [] : [invalid(`categories.${index}`, 'is not available with this data')];
    });
    if (issues[0]) throw new AppError('invalid_value', issues[0].message, { issues });
    const chosen = { ...onboarding, selected: ordered };
    return { selected: ordered, state: questionsOf(chosen).length > 0 ? 'refining' : 'generating' };
  });
}

/**
 * Answers the questions, and has the dashboard made. The same answers again change nothing.
 * @throws AppError `wrong_state`, also for a question that is not asked; `invalid_value` for an option it does not have
 */
export function refineCategories(
  deps: OnboardingDeps,
  person: Viewer,
  given: OnboardingRefineRequest['answers'],
): Promise<OnboardingReply> {
  return step(deps, person, 'refine_categories', (onboarding) => {
    const { state } = onboarding;
    const questions = questionsOf(onboarding);
    const answers: Answers = { ...onboarding.answers };
    for (const { id, recommended } of questions) answers[id] = given[id] ?? recommended;
    // Pressed twice: the second time finds the dashboard on its way.
    if (state === 'generating' && isSame(onboarding.answers, answers)) return null;
    if (state !== 'refining') throw outOfTurn(state);
    for (const [id, option] of Object.entries(given) as [QuestionId, string][]) {
      const question = questions.find((one) => one.id === id);
      if (!question)
        throw new AppError('wrong_state', 'Other categories have been chosen meanwhile; look at the questions again.');
      if (!question.options.includes(option)) {
        const issue = invalid(`answers.${id}`, 'is not one of the options');
        throw new AppError('invalid_value', issue.message, { issues: [issue] });
      }
    }
    return { answers, state: 'generating' };
  });
}

/**
 * Begins another round: the data is looked at again, and what was chosen before is proposed. Everything on the dashboard stays.
 * @throws AppError `wrong_state` before the first round is over, and while a dashboard is being made
 */
export function reconfigureDashboard(deps: OnboardingDeps, person: Viewer): Promise<OnboardingReply> {
  return step(deps, person, 'reconfigure_dashboard', (onboarding) => {
    const { state, completedAt } = onboarding;
    if (completedAt === null || state === 'generating') throw outOfTurn(state);
    if (state === 'syncing' || state === 'analyzing') return null;
    return { state: awaitData(onboarding) };
  });
}

/**
 * Puts the round off for one person, who sees the dashboard meanwhile, or goes on with it. It is no step: nothing moves on.
 * @throws AppError `not_found` for somebody who never opened LeadRelay
 */
export function putOffOnboarding(
  { db }: Pick<OnboardingDeps, 'db'>,
  person: Viewer,
  { isPutOff }: OnboardingLaterRequest,
): Promise<OnboardingReply> {
  const { tenantId, crmSource, userId } = person;
  return db.withTenant(tenantId, 'write', async (tx) => {
    const onboarding = await readOnboarding(tx, tenantId);
    // A page that has not heard of the end: the next round is not what was put off.
    const isLater = isPutOff && onboarding.state !== 'complete';
    const saved = await tx.query({
      text: `update tenant_members set onboarding_put_off_at = case when $4::boolean then now() end
             where tenant_id = $1 and crm_source = $2 and crm_user_id = $3 returning 1`,
      values: [tenantId, crmSource, userId, isLater],
    });
    if (saved.length === 0) throw new AppError('not_found');
    return toReply(tx, person, onboarding);
  });
}

/** Has a worker look at the tenant's onboarding: a sync has ended. Wants the tenant held. @param kind of the sync */
export async function wakeOnboarding(tx: Tx, tenantId: string, kind: 'full' | 'incremental', now: Date): Promise<void> {
  if (kind === 'full') {
    await tx.query({
      text: 'insert into dashboard_configs (tenant_id) values ($1) on conflict (tenant_id) do nothing',
      values: [tenantId],
    });
    return planOnboardingWork(tx, tenantId, now);
  }
  // Every quarter of an hour of every tenant, nearly all of which wait for nothing: a new round looks at the data anyway.
  const waiting = await tx.query({
    text: 'select 1 from dashboard_configs where tenant_id = $1 and onboarding_state = any($2)',
    values: [tenantId, WOKEN_BY_CHANGES],
  });
  if (waiting.length === 0) return;
  // A worker that died between the end of a full load and this call has left it waiting; the products of deals are copied after
  // everything else; and a CRM that was empty fills.
  const onboarding = await readOnboarding(tx, tenantId);
  const waits = onboarding.state === 'syncing' && isLoaded(onboarding);
  if (waits || !isAnalyzed(onboarding)) await planOnboardingWork(tx, tenantId, now);
}

function awaitData(onboarding: Onboarding): 'syncing' | 'analyzing' {
  return isLoaded(onboarding) ? 'analyzing' : 'syncing';
}

/** @param decide what changes; null: nothing does */
function step(
  deps: OnboardingDeps,
  person: Viewer,
  action: AccessAction,
  decide: (onboarding: Onboarding) => Change | null,
): Promise<OnboardingReply> {
  const { tenantId, userId } = person;
  return deps.db.withTenant(tenantId, 'write', async (tx) => {
    // Before the tenant is held: whoever else writes an entry needs both, in this order.
    await logAccess(tx, tenantId, { accessedBy: `user:${userId}`, action, entity: null, recordCount: null });
    const before = await holdOnboarding(tx, tenantId);
    const change = decide(before);
    if (!change) return toReply(tx, person, before);
    const after = { ...before, ...change };
    await saveOnboarding(tx, tenantId, after);
    if (after.state === 'analyzing' || after.state === 'generating') await planOnboardingWork(tx, tenantId, deps.now());
    return toReply(tx, person, after);
  });
}

function outOfTurn(state: Onboarding['state']): AppError {
  return new AppError('wrong_state', `Onboarding is at "${state}": this is not its next step.`);
}

function invalid(path: string, what: string): FieldIssue {
  return { path, code: 'invalid_value', message: `${path} ${what}.` };
}

function isSame(one: Answers, other: Answers): boolean {
  const ids = Object.keys({ ...one, ...other }) as QuestionId[];
  return ids.every((id) => one[id] === other[id]);
}
