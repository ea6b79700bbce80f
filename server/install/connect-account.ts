import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { CrmMode } from '../../contract/crm.ts';
import type { Command, CommandReply } from '../crm/bitrix24/portal-calls.ts';
import type { Tx } from '../platform/db.ts';
import { loadConnection, type NewConnection, saveConnection } from '../tenants/connections.ts';
import { type Access, saveMember } from '../tenants/members.ts';
import { bringForward } from '../tenants/schedule.ts';
import { saveDefaults } from '../tenants/settings.ts';
import { cancelRuns, requestSync } from '../tenants/sync-requests.ts';
import { withAccount } from '../tenants/tenants.ts';
import type { InstallContext } from './context.ts';
import { type Profile, readProfile } from './opening.ts';

/** What a portal says about itself to whoever connects it. */
export interface PortalFacts {
  profile: Profile;
  mode: CrmMode;
  baseCurrency: string | null;
}

/** Commands that bring `PortalFacts`. */
export const FACTS_BATCH = {
  profile: { method: 'profile' },
  mode: { method: 'crm.settings.mode.get' },
  currency: { method: 'crm.currency.base.get' },
} as const satisfies Record<string, Command>;

/** The part of a connection that depends on the way of connecting. */
export type Credentials = Pick<NewConnection, 'accountId' | 'endpoint' | 'oauthServer' | 'scopes' | 'appStatus' | 'credentials'>;

const modeReply = z.coerce.number().transform((mode): CrmMode => (mode === 2 ? 'simple' : 'classic'));
const currencyReply = z.string().regex(/^[A-Z]{3}$/);

/** @throws CrmError `auth` when the portal does not vouch for the person; what else is missing has a default */
export function readFacts(replies: Record<keyof typeof FACTS_BATCH, CommandReply>): PortalFacts {
  const mode = modeReply.safeParse(replies.mode.ok ? replies.mode.result : undefined);
  const currency = currencyReply.safeParse(replies.currency.ok ? replies.currency.result : undefined);
  return {
    profile: readProfile(replies.profile),
    mode: mode.success ? mode.data : 'classic',
    baseCurrency: currency.success ? currency.data : null,
  };
}

/**
 * Creates or renews an account's tenant with its connection, settings, first member and the wish for a full load in one
 * transaction.
 * @param account.takesBack whether a tenant that waits for deletion is taken back; AppError `tenant_deleting` where not
 * @param extra more to write in that transaction
 */
export async function connectAccount<Extra>(
  context: Pick<InstallContext, 'db' | 'sealer' | 'now'>,
  account: { key: string; takesBack: boolean; locale: string; facts: PortalFacts; credentials: Credentials },
  extra: (tx: Tx, tenantId: string) => Promise<Extra>,
): Promise<{ tenantId: string; access: Access; extra: Extra }> {
  const { db, sealer, now } = context;
  return withAccount(db, account.key, randomUUID(), account.takesBack, async (tx, tenantId) => {
    const access = await writeConnection(tx, { sealer, now }, tenantId, account);
    return { tenantId, access, extra: await extra(tx, tenantId) };
  });
}

/** @returns what the person who connects it may do */
export async function writeConnection(
  tx: Tx,
  { sealer, now }: Pick<InstallContext, 'sealer' | 'now'>,
  tenantId: string,
  { locale, facts, credentials }: { locale: string | null; facts: PortalFacts; credentials: Credentials },
): Promise<Access> {
  const { profile, mode, baseCurrency } = facts;
  const before = await loadConnection(tx, tenantId, 'bitrix24');
  const isRestored = before?.status !== 'active' && before?.status !== 'paused';
  // Its worker works with what was lost: it would report the failure over what is saved here.
  if (isRestored) await cancelRuns(tx, tenantId, 'bitrix24', now());
  await saveConnection(tx, sealer, tenantId, {
    crmSource: 'bitrix24',
    mode,
    timezone: profile.timezone,
    baseCurrency,
    adminUserId: profile.userId,
    ...credentials,
  });
  await saveDefaults(tx, tenantId, { timezone: profile.timezone, displayCurrency: baseCurrency, locale });
  const access = await saveMember(tx, tenantId, {
    crmSource: 'bitrix24',
    crmUserId: profile.userId,
    name: profile.name,
    role: profile.isAdmin ? 'admin' : 'member',
    locale,
  });
  await requestSync(
    tx,
    'full',
    {
      tenantId,
      crmSource: 'bitrix24',
      newRunId: randomUUID(),
      requestedBy: `user:${profile.userId}`,
      entities: null,
      now: now(),
    },
    // A connection that was lost may see other records than before; one that lives is kept fresh without a full load.
    { force: isRestored },
  );
  await bringForward(tx, tenantId, 'bitrix24', now());
  return access;
}
