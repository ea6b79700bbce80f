import { type Command, type CommandReply, callBatch, isMoved } from '../crm/bitrix24/portal-calls.ts';
import { AppError } from '../platform/errors.ts';
import { type Connection, createTokenSource, loadConnection } from '../tenants/connections.ts';
import { findTenant, type Tenant } from '../tenants/tenants.ts';
import { accountKey, type InstallContext } from './context.ts';
import { type Profile, readProfile } from './opening.ts';

/** A portal that LeadRelay is installed on. */
export interface Account {
  tenant: Tenant;
  connection: Connection;
}

export interface Proof<Extra extends string> {
  profile: Profile;
  replies: Record<Extra | 'profile', CommandReply>;
  /** The token that was proven, with the address it is good at. */
  token: { accessToken: string; endpoint: string };
}

/** null for a portal that is unknown or has removed the app. One whose data is being deleted is found: its people may undo that. */
export async function findAccount({ db }: InstallContext, memberId: string): Promise<Account | null> {
  const tenant = await findTenant(db, accountKey(memberId));
  if (!tenant) return null;
  const connection = await db.withTenant(tenant.id, 'read', (tx) => loadConnection(tx, tenant.id, 'bitrix24'));
  return connection && connection.status !== 'uninstalled' ? { tenant, connection } : null;
}

/**
 * Proves that an access token was issued to our app (asked of the authorization server) and opens the stored portal, and
 * whose it is (asked of that portal).
 * @param extra commands that ride along in the same request to the portal
 * @throws CrmError `auth` when either does not confirm it
 */
export async function provePerson<Extra extends string>(
  context: InstallContext,
  { tenant, connection }: Account,
  accessToken: string,
  extra: Readonly<Record<Extra, Command>>,
): Promise<Proof<Extra>> {
  const { endpoint, oauthServer, accountId } = connection;
  if (endpoint === null || oauthServer === null) throw new AppError('not_authentic');
  const commands = { profile: { method: 'profile' }, ...extra } as Record<Extra | 'profile', Command>;
  const ask = async (token: Proof<Extra>['token']): Promise<Proof<Extra>> => {
    const replies = await callBatch(context.outbound, token, commands);
    return { profile: readProfile(replies.profile), replies, token };
  };
  const [app, portal] = await Promise.allSettled([
    context.oauth.proveApp(oauthServer, accessToken, accountId),
    ask({ accessToken, endpoint }),
  ]);
  if (app.status === 'rejected') throw app.reason;
  if (portal.status === 'fulfilled') return portal.value;
  if (!isMoved(portal.reason)) throw portal.reason;
  // A redirect is never followed: where the portal is now, only the authorization server may say.
  return ask({ accessToken, endpoint: await findNewEndpoint(context, tenant.id, endpoint) });
}

async function findNewEndpoint({ db, sealer, oauth }: InstallContext, tenantId: string, oldEndpoint: string): Promise<string> {
  const tokens = createTokenSource({ db, sealer, refresh: oauth.refresh }, tenantId, 'bitrix24');
  const current = await tokens.get();
  return current.endpoint === oldEndpoint ? (await tokens.refresh(current)).endpoint : current.endpoint;
}
