import { CrmError } from '../crm/adapter.ts';
import { callBatch } from '../crm/bitrix24/portal-calls.ts';
import type { Tx } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import { loadConnection } from '../tenants/connections.ts';
import { saveMember } from '../tenants/members.ts';
import { createSignInCode } from '../tenants/sign-in-codes.ts';
import { findTenant, holdActiveTenant } from '../tenants/tenants.ts';
import {
  type Credentials,
  connectAccount,
  FACTS_BATCH,
  type PortalFacts,
  readFacts,
  writeConnection,
} from './connect-account.ts';
import type { InstallContext } from './context.ts';
import { toAppError } from './opening.ts';

export interface WebhookConnector {
  /**
   * Connects a portal by its inbound webhook as a tenant of its own. One whose data is being deleted is not connected: whoever
   * wants it back undoes that behind the link.
   * @returns a link that opens the dashboard once within 10 minutes
   */
  connectWebhook(webhookUrl: string): Promise<string>;
  /**
   * Connects or reconnects an existing tenant by an inbound webhook.
   * @throws AppError `wrong_state` over another portal, or over one that its app connects; `tenant_deleting`
   */
  addWebhook(tenantId: string, webhookUrl: string): Promise<void>;
}

/** Address of an inbound webhook: what is secret in it apart from what is not. */
interface Webhook {
  host: string;
  /** `https://<host>/rest/` */
  endpoint: string;
  /** `<user id>/<secret>` */
  secret: string;
}

const WEBHOOK_PATH = /^\/rest\/(\d{1,10}\/[A-Za-z0-9]{8,64})\/?$/;

export function createWebhookConnector(context: InstallContext): WebhookConnector {
  const { config, db, outbound, now } = context;
  return {
    async connectWebhook(webhookUrl) {
      const webhook = parseWebhook(webhookUrl);
      const facts = await test(webhook);
      const member = { crmSource: 'bitrix24', crmUserId: facts.profile.userId } as const;
      const key = `bitrix24-webhook:${webhook.host}`;
      const account = { key, takesBack: false, locale: 'en', facts, credentials: toCredentials(webhook) };
      const createCode = (tx: Tx, tenantId: string) => createSignInCode(tx, tenantId, member, now());
      const code = await connectAccount(context, account, createCode).then(
        ({ extra }) => extra,
        async (error: unknown) => {
          const tenant = error instanceof AppError && error.code === 'tenant_deleting' ? await findTenant(db, key) : null;
          if (!tenant) throw error;
          return db.withTenant(tenant.id, 'write', async (tx) => {
            await saveMember(tx, tenant.id, { ...member, name: facts.profile.name, role: 'admin', locale: null });
            return createCode(tx, tenant.id);
          });
        },
      );
      // In the fragment, which browsers send to nobody: the code reaches no log.
      return `${config.publicUrl}/app#code=${code}`;
    },

    async addWebhook(tenantId, webhookUrl) {
      const webhook = parseWebhook(webhookUrl);
      // Before the address is called too: nobody is to have us knock at the doors of others.
      await db.withTenant(tenantId, 'read', (tx) => requireSamePortal(tx, tenantId, webhook));
      const facts = await test(webhook);
      await db.withTenant(tenantId, 'write', async (tx) => {
        // Its deletion may have been asked for while the portal was called.
        await holdActiveTenant(tx, tenantId);
        await requireSamePortal(tx, tenantId, webhook);
        await writeConnection(tx, context, tenantId, { locale: null, facts, credentials: toCredentials(webhook) });
      });
    },
  };

  function parseWebhook(webhookUrl: string): Webhook {
    const url = URL.canParse(webhookUrl) ? new URL(webhookUrl) : null;
    const secret = url ? WEBHOOK_PATH.exec(url.pathname)?.[1] : undefined;
    // Plain http only where the configuration opens that very address, which production refuses.
    const isAllowed = url?.protocol === 'https:' || (url?.protocol === 'http:' && config.outboundAllow.includes(url.host));
    if (!url || !secret || !isAllowed || url.username !== '' || url.search !== '' || url.hash !== '') {
      const message = 'This is not the address of an inbound webhook: https://<portal>/rest/<user>/<secret>/';
      throw new AppError('invalid_value', message, { issues: [{ path: 'webhookUrl', code: 'invalid_value', message }] });
    }
    return { host: url.host, endpoint: `${url.origin}/rest/`, secret };
  }

  async function test({ endpoint, secret }: Webhook): Promise<PortalFacts> {
    try {
      const replies = await callBatch(outbound, { accessToken: null, endpoint: `${endpoint}${secret}/` }, FACTS_BATCH);
      if (!replies.mode.ok && replies.mode.error.code === 'insufficient_scope') {
        throw new AppError('connection_refused', 'The webhook lacks the permission crm.', { cause: replies.mode.error });
      }
      const facts = readFacts(replies);
      // It sees what its maker sees: of somebody else it would copy a part, in place of the whole.
      if (!facts.profile.isAdmin) throw new AppError('connection_refused', 'The webhook was not made by an administrator.');
      return facts;
    } catch (error) {
      if (error instanceof CrmError && error.kind === 'auth') {
        throw new AppError('connection_refused', 'The portal does not accept this webhook.', { cause: error });
      }
      throw toAppError(error);
    }
  }
}

async function requireSamePortal(tx: Tx, tenantId: string, { host }: Webhook): Promise<void> {
  const before = await loadConnection(tx, tenantId, 'bitrix24');
  if (before && (before.kind !== 'webhook' || before.accountId !== host)) {
    throw new AppError('wrong_state', 'Another Bitrix24 portal is connected already.');
  }
}

function toCredentials(webhook: Webhook): Credentials {
  return {
    accountId: webhook.host,
    endpoint: webhook.endpoint,
    oauthServer: null,
    scopes: [],
    appStatus: null,
    credentials: { kind: 'webhook', secret: webhook.secret },
  };
}
