import { createBitrixOAuth } from '../crm/bitrix24/oauth.ts';
import { callBatch } from '../crm/bitrix24/portal-calls.ts';
import { createSealer } from '../platform/crypto.ts';
import { AppError } from '../platform/errors.ts';
import { loadApplicationToken, saveApplicationToken } from '../tenants/connections.ts';
import { type Access, loadAccess, saveMember } from '../tenants/members.ts';
import { unblock } from '../tenants/schedule.ts';
import { findTenant } from '../tenants/tenants.ts';
import { connectAccount, FACTS_BATCH, readFacts } from './connect-account.ts';
import { accountKey, type Bitrix24Deps, type InstallContext } from './context.ts';
import { createEventReceiver, type EventReceiver } from './events.ts';
import { type OpenForm, type Opening, type Person, type Profile, toAppError, toPageContext } from './opening.ts';
import { findAccount, provePerson } from './prove-person.ts';
import { REGISTERED_BATCH, readRegistered, register } from './registrations.ts';
import { createWebhookConnector, type WebhookConnector } from './webhook.ts';

/** Everything that reaches LeadRelay from a Bitrix24 portal. Methods throw AppError for what a client may be told. */
export interface Bitrix24 extends WebhookConnector {
  /** The installer's page: proves the administrator, creates or renews the tenant, registers, starts the first sync. */
  openInstaller(form: OpenForm, locale: string): Promise<Opening>;
  /** A page of the installed app. A portal that is not known (any more) is installed when its administrator opens it. */
  openApp(form: OpenForm, locale: string): Promise<Opening>;
  /** A fresh proof for a session: an access token that the frame has just been given. */
  renewSession(proof: { memberId: string; accessToken: string }): Promise<Person>;
  /** A server-to-server event. Resolves when it may be answered. */
  receiveEvent: EventReceiver['receive'];
  /** Resolves when nothing that an answered event began is under way. */
  settled: EventReceiver['settled'];
}

export function createBitrix24(deps: Bitrix24Deps): Bitrix24 {
  const { config, db, outbound, now } = deps;
  const { clientId, clientSecret, oauthUrls } = config.bitrix24;
  const oauth = createBitrixOAuth({ outbound, clientId, clientSecret, servers: oauthUrls, now });
  const context: InstallContext = { ...deps, oauth, sealer: createSealer(config.secret) };
  const events = createEventReceiver(context);

  return {
    openInstaller: (form, locale) =>
      told(() => install(form, locale, { page: { kind: 'install' }, refusal: 'ask_admin', takesBack: true })),
    openApp: (form, locale) => told(() => open(form, locale)),
    renewSession: (proof) => told(() => renew(proof)),
    receiveEvent: events.receive,
    settled: events.settled,
    ...createWebhookConnector(context),
  };

  /**
   * Identity comes from the authorization server's answer to the refresh token: which portal, at which address, which user.
   * The request only says which of the believed servers to ask.
   */
  async function install(
    form: OpenForm,
    locale: string,
    shown: { page: Opening['page']; refusal: Opening['notice']; takesBack: boolean },
  ): Promise<Opening> {
    const server = oauth.chooseServer(form.SERVER_ENDPOINT);
    if (server === null) throw new AppError('not_authentic');
    const grant = await oauth.refresh(server, form.REFRESH_ID);
    if (grant.memberId !== form.member_id) throw new AppError('not_authentic');
    const replies = await callBatch(outbound, grant, { ...FACTS_BATCH, ...REGISTERED_BATCH });
    const facts = readFacts(replies);
    if (grant.userId !== null && grant.userId !== facts.profile.userId) throw new AppError('not_authentic');
    const opening = { hostOrigin: new URL(grant.endpoint).origin, memberId: grant.memberId, page: shown.page, locale };
    if (!facts.profile.isAdmin) return { ...opening, person: null, notice: shown.refusal };
    if (await isShutOut(grant.memberId, facts.profile.userId)) return { ...opening, person: null, notice: 'no_access' };

    const { memberId: accountId, accessToken, refreshToken, expiresAt } = grant;
    const applicationToken = form.APPLICATION_TOKEN ?? null;
    const credentials = {
      ...{
        accountId,
        endpoint: grant.endpoint,
        oauthServer: grant.oauthServer,
        scopes: grant.scopes,
        appStatus: grant.appStatus,
      },
      credentials: { kind: 'app', accessToken, refreshToken, expiresAt, applicationToken },
    } as const;
    const account = { key: accountKey(accountId), takesBack: shown.takesBack, locale, facts, credentials };
    const { tenantId, access } = await connectAccount(context, account, () => Promise.resolve());
    await register(context, grant, readRegistered(replies.placements, replies.events), tenantId);
    return { ...opening, person: toPerson(tenantId, facts.profile, access), notice: null, locale: access.locale };
  }

  async function open(form: OpenForm, locale: string): Promise<Opening> {
    const page = toPageContext(form);
    const account = await findAccount(context, form.member_id);
    if (!account) return install(form, locale, { page, refusal: 'not_installed', takesBack: true });
    const { profile, replies, token } = await provePerson(context, account, form.AUTH_ID, REGISTERED_BATCH);
    // The connection has lost its access and an administrator is here: their token takes the place of the service token, and
    // everything is copied again.
    const isDeleting = account.tenant.status === 'deleting';
    if (account.connection.status === 'reauth' && profile.isAdmin && !isDeleting) {
      return install(form, locale, { page, refusal: 'ask_admin', takesBack: false });
    }
    const person = await remember(account.tenant.id, profile, locale);
    const opening = { hostOrigin: new URL(token.endpoint).origin, memberId: form.member_id, page };
    if (!person) return { ...opening, person, notice: 'no_access', locale };
    if (profile.isAdmin && !isDeleting) {
      // The portal answers: whatever had shut us out is over.
      if (account.connection.status === 'blocked') {
        await db.withTenant(person.tenantId, 'write', (tx) => unblock(tx, person.tenantId, 'bitrix24', now()));
      }
      await keepApplicationToken(person.tenantId, form.APPLICATION_TOKEN);
      await register(context, token, readRegistered(replies.placements, replies.events), person.tenantId);
    }
    return { ...opening, person, notice: null, locale: person.locale };
  }

  /** An update may have brought a new one, and its event is sent once: lost, it would make us refuse all that follow. */
  async function keepApplicationToken(tenantId: string, given: string | undefined): Promise<void> {
    if (given === undefined) return;
    await db.withTenant(tenantId, 'write', async (tx) => {
      const stored = await loadApplicationToken(tx, context.sealer, tenantId, 'bitrix24');
      if (given !== stored) await saveApplicationToken(tx, context.sealer, tenantId, 'bitrix24', given);
    });
  }

  async function renew({ memberId, accessToken }: { memberId: string; accessToken: string }): Promise<Person> {
    const account = await findAccount(context, memberId);
    if (!account) throw new AppError('not_authentic');
    const { profile } = await provePerson(context, account, accessToken, {});
    const person = await remember(account.tenant.id, profile, null);
    if (!person) throw new AppError('not_authentic', 'An administrator has taken this access.');
    return person;
  }

  /** null for somebody whom an administrator has shut out. */
  async function remember(tenantId: string, profile: Profile, locale: string | null): Promise<Person | null> {
    const { userId: crmUserId, name, isAdmin } = profile;
    const member = { crmSource: 'bitrix24', crmUserId, name, role: isAdmin ? 'admin' : 'member', locale } as const;
    const access = await db.withTenant(tenantId, 'write', (tx) => saveMember(tx, tenantId, member));
    return access.hasAccess ? toPerson(tenantId, profile, access) : null;
  }

  /** Asked before anything is written: their tokens are not to become the connection's. */
  async function isShutOut(memberId: string, crmUserId: string): Promise<boolean> {
    const tenant = await findTenant(db, accountKey(memberId));
    if (!tenant) return false;
    const person = { crmSource: 'bitrix24', crmUserId } as const;
    const access = await db.withTenant(tenant.id, 'read', (tx) => loadAccess(tx, tenant.id, person));
    return access?.hasAccess === false;
  }
}

/** A person with the role and the language that hold here, which need not be the CRM's. */
function toPerson(tenantId: string, { userId, name }: Profile, { role, locale, filter }: Access): Person {
  return { tenantId, crmSource: 'bitrix24', userId, name, role, locale, filter };
}

/** Does a request's work; what the CRM refused becomes what a client may be told. */
async function told<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw toAppError(error);
  }
}
