import { doOnboardingWork, type OnboardingWorkDeps } from '../../dashboard/onboarding-work.ts';
import { retryConflicts } from '../../platform/db-errors.ts';
import type { JobHandler } from '../queue.ts';

/** Does what a tenant's onboarding waits for. The job names the tenant, everything else is read through the tenant's own door. */
export function createOnboardingHandler(deps: OnboardingWorkDeps): JobHandler<'onboarding'> {
  const db = retryConflicts(deps.db);
  return ({ tenantId }, signal) => doOnboardingWork({ ...deps, db }, tenantId, signal);
}
