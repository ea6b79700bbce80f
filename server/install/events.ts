import { z } from 'zod';
import { isSameSecret } from '../platform/crypto.ts';
import { AppError } from '../platform/errors.ts';
import { eraseCredentials, loadApplicationToken, saveApplicationToken } from '../tenants/connections.ts';
import { cancelRuns } from '../tenants/sync-requests.ts';
import { findTenant, markDeleting, suspendTenant } from '../tenants/tenants.ts';
import { accountKey, type InstallContext } from './context.ts';
import { findAccount, provePerson } from './prove-person.ts';
import { hearOfRecord } from './record-events.ts';
import { REGISTERED_BATCH, readRegistered, register } from './registrations.ts';

/** What a portal posts to the events address. A claim until its application_token is compared. */
export const appEvent = z.object({
  event: z
    .string()
    .max(64)
    .transform((code) => code.toUpperCase()),
  data: z
    .object({
      CLEAN: z.string().max(8).optional(),
      FIELDS: z
        .object({ ID: z.string().regex(/^\d{1,18}$/) })
        .optional()
        .catch(undefined),
    })
    .optional(),
  auth: z.object({
    member_id: z.string().regex(/^[\w-]{1,64}$/),
    application_token: z.string().min(1).max(256),
    access_token: z.string().min(1).max(512).optional(),
  }),
});
type AppEvent = z.infer<typeof appEvent>;

/** Whether an event brings the application_token that proves the others. */
export function isTokenEvent(code: string): boolean {
  return ['ONAPPINSTALL', 'ONAPPUPDATE'].includes(code.toUpperCase());
}

export interface EventReceiver {
  receive(event: AppEvent): Promise<void>;
  settled(): Promise<void>;
}

/** Proofs under way at once; each waits for a CRM. */
const MAX_PROOFS = 10;
/** Events that wait for their proof. After a release every portal sends one; of those that nobody answers none comes again. */
const MAX_WAITING = 1_000;

/** Stands in for the token of a tenant that does not exist, so that it answers as slowly as one that does. */
const NO_TOKEN = 'no such tenant';

export function createEventReceiver(context: InstallContext): EventReceiver {
  const { db, sealer, log, now } = context;
  const waiting: AppEvent[] = [];
  const provers = new Set<Promise<void>>();

  return {
    async receive(event) {
      // These two bring the application_token itself. Proving them takes two calls; the portal wants its answer at once.
      if (isTokenEvent(event.event)) return proveLater(event);
      const tenantId = await authenticate(event);
      if (event.event === 'ONAPPUNINSTALL') await uninstall(tenantId, isYes(event.data?.CLEAN));
      else await hearOfRecord(context, tenantId, event.event, event.data?.FIELDS?.ID);
    },
    settled: async () => {
      await Promise.all(provers);
    },
  };

  /** Unknown portals and wrong tokens get the same answer: who has LeadRelay is nobody's business. */
  async function authenticate({ auth }: AppEvent): Promise<string> {
    const tenant = await findTenant(db, accountKey(auth.member_id));
    const stored =
      tenant && (await db.withTenant(tenant.id, 'read', (tx) => loadApplicationToken(tx, sealer, tenant.id, 'bitrix24')));
    const isSame = isSameSecret(auth.application_token, stored ?? NO_TOKEN);
    if (!tenant || !stored || !isSame) throw new AppError('not_authentic');
    return tenant.id;
  }

  function proveLater(event: AppEvent): void {
    if (waiting.length >= MAX_WAITING) throw new AppError('rate_limited', undefined, { retryAfterSeconds: 60 });
    waiting.push(event);
    if (provers.size >= MAX_PROOFS) return;
    const prover = proveWaiting().finally(() => provers.delete(prover));
    provers.add(prover);
  }

  async function proveWaiting(): Promise<void> {
    for (let event = waiting.shift(); event; event = waiting.shift()) {
      const { event: code } = event;
      await storeApplicationToken(event).catch((err: unknown) =>
        log.warn({ err, event: code }, 'an app event could not be proven'),
      );
    }
  }

  /** An update may bring a new application_token and always takes the handlers away. */
  async function storeApplicationToken({ auth }: AppEvent): Promise<void> {
    const account = await findAccount(context, auth.member_id);
    // Before the installer's page has run there is nothing to update; that page brings the same token.
    if (account?.tenant.status !== 'active' || auth.access_token === undefined) return;
    const { profile, replies, token } = await provePerson(context, account, auth.access_token, REGISTERED_BATCH);
    if (!profile.isAdmin) throw new AppError('forbidden');
    const tenantId = account.tenant.id;
    await db.withTenant(tenantId, 'write', (tx) =>
      saveApplicationToken(tx, sealer, tenantId, 'bitrix24', auth.application_token),
    );
    await register(context, token, readRegistered(replies.placements, replies.events), tenantId);
  }

  /** Credentials are gone with the answer; the records stay for a reinstall unless the administrator wanted them deleted. */
  async function uninstall(tenantId: string, clean: boolean): Promise<void> {
    const at = now();
    // In the order in which installs and runs lock their rows (tenant, run, connection): the portal sends this once, and a
    // deadlock would lose it.
    await db.withTenant(tenantId, 'write', async (tx) => {
      await suspendTenant(tx, tenantId, at);
      if (clean) await markDeleting(tx, tenantId, at);
      await cancelRuns(tx, tenantId, 'bitrix24', at);
      await eraseCredentials(tx, tenantId, 'bitrix24', at);
    });
    log.info({ tenantId, clean }, 'the app was removed from its portal');
  }
}

/** Flags come as 1/0 or Y/N. */
function isYes(flag: string | undefined): boolean {
  return flag === '1' || flag === 'Y';
}
