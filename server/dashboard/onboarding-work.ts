import { AGENTS } from '../../contract/agents.ts';
import type { ProposedChart } from '../agents/chart-architect/propose-charts.ts';
import type { Llm } from '../agents/llm.ts';
import { analyzeProfile } from '../agents/schema-analyst/analyze-profile.ts';
import { offerCategories } from '../agents/schema-analyst/categories.ts';
import { crmProfiles } from '../agents/schema-analyst/crm-profile.ts';
import type { DataWords } from '../agents/schema-analyst/describe-data.ts';
import { loadProfile } from '../analytics/profile.ts';
import type { Db } from '../platform/db.ts';
import type { Logger } from '../platform/log.ts';
import { logAccess } from '../tenants/access-log.ts';
import { planOnboardingWork } from '../tenants/schedule.ts';
import { describeAnalysis } from './describe-analysis.ts';
import { generateDashboard } from './generate-dashboard.ts';
import { holdOnboarding, isAnalyzed, isLoaded, type Onboarding, readOnboarding, saveOnboarding } from './onboarding-config.ts';
import { factsOf } from './onboarding-reply.ts';
import { proposeWidgets } from './propose-widgets.ts';

export interface OnboardingWorkDeps {
  db: Db;
  now: () => Date;
  log: Logger;
  /** null: everything goes by rules and templates. */
  llm: Llm | null;
}

/** After an analysis that failed: what made it fail is over by then, or lasts. */
const RETRY_MS = 5 * 60_000;

/**
 * Does what a tenant's onboarding waits for, until it waits for nothing or for a person. What there is to do follows from
 * where it stands, so a worker that dies leaves nothing behind but the same work.
 * @param signal aborts when the process stops
 */
export async function doOnboardingWork(deps: OnboardingWorkDeps, tenantId: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const work = await findWork(deps, tenantId);
    if (work === null) return;
    if (work === 'generate') await generateDashboard(deps, tenantId, await propose(deps, tenantId, signal));
    else if (!(await tryAnalysis(deps, tenantId, signal))) return;
  }
}

/** What charts a model thinks of; nothing that it does, or does not, holds a dashboard up. */
function propose(deps: OnboardingWorkDeps, tenantId: string, signal: AbortSignal): Promise<ProposedChart[]> {
  return withModel(deps, tenantId, [], signal, (llm) => proposeWidgets({ ...deps, llm }, tenantId, signal));
}

/** What a model says of the facts; null: nothing. */
function describe(deps: OnboardingWorkDeps, tenantId: string, found: Onboarding, signal: AbortSignal): Promise<DataWords | null> {
  const facts = factsOf(found);
  const crmSource = found.crms[0]?.crmSource;
  return withModel(deps, tenantId, null, signal, async (llm) =>
    facts && crmSource ? describeAnalysis({ ...deps, llm }, tenantId, { facts, crmSource }, signal) : null,
  );
}

/** @param without what there is to go on with where no model is, or what goes wrong with it */
async function withModel<Result>(
  { llm, log }: OnboardingWorkDeps,
  tenantId: string,
  without: Result,
  signal: AbortSignal,
  work: (llm: Llm) => Promise<Result>,
): Promise<Result> {
  if (!llm) return without;
  try {
    return await work(llm);
  } catch (error) {
    signal.throwIfAborted();
    log.warn({ err: error, tenantId }, 'Nothing came of asking the model');
    return without;
  }
}

/**
 * What there is to do; with nothing left, nobody is to look again. Data that has come in meanwhile is to be analyzed. Of a tenant
 * that is being deleted, or is gone, nothing is looked at.
 */
function findWork({ db }: OnboardingWorkDeps, tenantId: string): Promise<'analyze' | 'generate' | null> {
  return db.withTenant(tenantId, 'write', async (tx) => {
    const active = await tx.query({ text: `select 1 from tenants where id = $1 and status = 'active'`, values: [tenantId] });
    if (active.length === 0) return null;
    const onboarding = await holdOnboarding(tx, tenantId);
    if (onboarding.state === 'generating') return 'generate';
    if (onboarding.state === 'syncing' && isLoaded(onboarding)) {
      await saveOnboarding(tx, tenantId, { ...onboarding, state: 'analyzing' });
      return 'analyze';
    }
    if (onboarding.state === 'analyzing' || !isAnalyzed(onboarding)) return 'analyze';
    await planOnboardingWork(tx, tenantId, null);
    return null;
  });
}

/** @returns false: it has failed, there is nothing else to do, and it is tried again later */
async function tryAnalysis(deps: OnboardingWorkDeps, tenantId: string, signal: AbortSignal): Promise<boolean> {
  const { db, log } = deps;
  try {
    await analyze(deps, tenantId, signal);
    return true;
  } catch (error) {
    if (signal.aborted) throw error;
    log.warn({ err: error, tenantId }, 'The data could not be analyzed');
    return db.withTenant(tenantId, 'write', async (tx) => {
      const onboarding = await holdOnboarding(tx, tenantId);
      // Somebody has chosen meanwhile: what they wait for needs no analysis.
      if (onboarding.state === 'generating') return true;
      if (onboarding.state === 'analyzing') await saveOnboarding(tx, tenantId, { ...onboarding, state: 'categories' });
      await planOnboardingWork(tx, tenantId, new Date(deps.now().getTime() + RETRY_MS));
      return false;
    });
  }
}

/** Looks at all records and writes down what was found. */
async function analyze(deps: OnboardingWorkDeps, tenantId: string, signal: AbortSignal): Promise<void> {
  const { db } = deps;
  // What is loaded while the records are read is not what was looked at.
  const found = await db.withTenant(tenantId, 'read', (tx) => readOnboarding(tx, tenantId));
  const profile = await loadProfile(db, tenantId, signal);
  // What could not be read back would count as not looked at, and all would be looked at again at once, for ever.
  const profiles = crmProfiles.parse(analyzeProfile(profile, found.crms));
  const recordCount = profile.entities.reduce((sum, { records }) => sum + records, 0);
  // A person is to choose next: what is looked at by itself needs no words.
  const isRound = found.state === 'analyzing';
  const described = isRound ? await describe(deps, tenantId, { ...found, profiles }, signal) : null;
  const accessedBy = `system:${AGENTS.schemaAnalyst.persona}_profile`;
  await db.withTenant(tenantId, 'write', async (tx) => {
    await logAccess(tx, tenantId, { accessedBy, action: 'analyze_data', entity: null, recordCount });
    const onboarding = await holdOnboarding(tx, tenantId);
    const after = { ...onboarding, profiles, words: isRound ? described : onboarding.words };
    const isToChoose = onboarding.state === 'analyzing' || (onboarding.state === 'refining' && !isPossible(after));
    await saveOnboarding(tx, tenantId, { ...after, state: isToChoose ? 'categories' : onboarding.state });
  });
}

/** Whether all that was chosen can be made, now that the data is known. */
function isPossible(onboarding: Onboarding): boolean {
  const possible = offerCategories(factsOf(onboarding), []).filter(({ isAvailable }) => isAvailable);
  return onboarding.selected.every((one) => possible.some(({ category }) => category === one));
}
