import type { CrmMode, CrmSource } from '../../contract/crm.ts';
import { type AccessToken, CrmError, type TokenSource } from '../crm/adapter.ts';
import { SealError, type Sealer } from '../platform/crypto.ts';
import type { Db, Tx } from '../platform/db.ts';
import { announceTenant } from './announce.ts';

/** active | reauth | blocked | paused | permissions_changed | uninstalled */
type ConnectionStatus = 'active' | 'reauth' | 'blocked' | 'paused' | 'permissions_changed' | 'uninstalled';

/** One connected CRM account, without its secrets. */
export interface Connection {
  crmSource: CrmSource;
  /** The CRM's own id of the account; Bitrix24's member_id, or the host of a webhook. */
  accountId: string;
  kind: 'app' | 'webhook';
  /** Origin of the CRM's pages. */
  portalUrl: string | null;
  /** REST base address with a trailing slash, without the secret of a webhook. */
  endpoint: string | null;
  /** Origin of the authorization server that vouches for this account. */
  oauthServer: string | null;
  status: ConnectionStatus;
  mode: CrmMode;
  timezone: string | null;
  baseCurrency: string | null;
  /** The CRM's plan as it names it; decides how many requests it takes. */
  license: string | null;
  /** The user whose rights decide what is copied. */
  adminUserId: string | null;
  errorMessage: string | null;
}

/** A connection with what the sync plans by. */
export interface ScheduledConnection extends Connection {
  /** When the CRM is asked next; null: not before a person does something. */
  nextSyncAt: Date | null;
  /** Syncs in a row that failed for reasons that pass. */
  failedSyncs: number;
}

interface ConnectionRow {
  crm_source: CrmSource;
  account_id: string;
  is_webhook: boolean;
  portal_url: string | null;
  endpoint: string | null;
  oauth_server: string | null;
  status: ConnectionStatus;
  mode: CrmMode;
  timezone: string | null;
  base_currency: string | null;
  license: string | null;
  admin_user_id: string | null;
  error_message: string | null;
  next_sync_at: Date | null;
  failed_syncs: number;
}

const COLUMNS = `crm_source, account_id, webhook_secret_sealed is not null or endpoint is not null and oauth_server is null as is_webhook, portal_url, endpoint, oauth_server, status,
  mode, timezone, base_currency, license, admin_user_id, error_message, next_sync_at, failed_syncs`;

/** The tenant's connection to a CRM; null when there is none. */
export async function loadConnection(tx: Tx, tenantId: string, crmSource: CrmSource): Promise<ScheduledConnection | null> {
  const [row] = await tx.query<ConnectionRow>({
    text: `select ${COLUMNS} from crm_connections where tenant_id = $1 and crm_source = $2`,
    values: [tenantId, crmSource],
  });
  return row ? { ...toConnection(row), nextSyncAt: row.next_sync_at, failedSyncs: row.failed_syncs } : null;
}

/** In the order they were made. */
export async function listConnections(tx: Tx, tenantId: string): Promise<Connection[]> {
  const rows = await tx.query<ConnectionRow>({
    text: `select ${COLUMNS} from crm_connections where tenant_id = $1 order by created_at`,
    values: [tenantId],
  });
  return rows.map(toConnection);
}

export interface NewConnection {
  crmSource: CrmSource;
  accountId: string;
  endpoint: string;
  oauthServer: string | null;
  scopes: readonly string[];
  mode: CrmMode;
  timezone: string | null;
  baseCurrency: string | null;
  adminUserId: string;
  appStatus: string | null;
  credentials:
    | { kind: 'app'; accessToken: string; refreshToken: string; expiresAt: Date; applicationToken: string | null }
    | { kind: 'webhook'; secret: string };
}

/** Writes a connection with fresh credentials over whatever was there: first install, reinstall, reconnect. */
export async function saveConnection(tx: Tx, sealer: Sealer, tenantId: string, connection: NewConnection): Promise<void> {
  const { credentials } = connection;
  const seal = (field: string, value: string | null) =>
    value === null ? null : sealer.seal(value, { tenantId, connection: connection.crmSource, field });
  const app = credentials.kind === 'app' ? credentials : null;
  await tx.query({
    text: `insert into crm_connections as c (tenant_id, crm_source, account_id, portal_url, endpoint, oauth_server, scopes, mode,
             timezone, base_currency, admin_user_id, app_status, access_token_sealed, refresh_token_sealed,
             application_token_sealed, webhook_secret_sealed, token_expires_at, token_refreshed_at, token_version)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, now(), 1)
           on conflict (tenant_id, crm_source) do update
             set account_id = excluded.account_id, portal_url = excluded.portal_url, endpoint = excluded.endpoint,
                 oauth_server = excluded.oauth_server, scopes = excluded.scopes, mode = excluded.mode,
                 timezone = excluded.timezone, base_currency = excluded.base_currency, admin_user_id = excluded.admin_user_id,
                 app_status = excluded.app_status, access_token_sealed = excluded.access_token_sealed,
                 refresh_token_sealed = excluded.refresh_token_sealed,
                 application_token_sealed = coalesce(excluded.application_token_sealed, c.application_token_sealed),
                 webhook_secret_sealed = excluded.webhook_secret_sealed, token_expires_at = excluded.token_expires_at,
                 token_refreshed_at = excluded.token_refreshed_at, token_version = c.token_version + 1,
                 status = case when c.status = 'paused' then 'paused' else 'active' end, failed_syncs = 0, error_message = null, uninstalled_at = null, updated_at = now()`,
    values: [
      tenantId,
      connection.crmSource,
      connection.accountId,
      new URL(connection.endpoint).origin,
      connection.endpoint,
      connection.oauthServer,
      connection.scopes,
      connection.mode,
      connection.timezone,
      connection.baseCurrency,
      connection.adminUserId,
      connection.appStatus,
      seal('access_token', app?.accessToken ?? null),
      seal('refresh_token', app?.refreshToken ?? null),
      seal('application_token', app?.applicationToken ?? null),
      seal('webhook_secret', credentials.kind === 'webhook' ? credentials.secret : null),
      app?.expiresAt ?? null,
    ],
  });
  await announceTenant(tx, tenantId);
}

/** The token that proves a CRM's server-to-server calls; null where none was given yet, or none that can be read any more. */
export async function loadApplicationToken(
  tx: Tx,
  sealer: Sealer,
  tenantId: string,
  crmSource: CrmSource,
): Promise<string | null> {
  const [row] = await tx.query<{ application_token_sealed: string | null }>({
    text: 'select application_token_sealed from crm_connections where tenant_id = $1 and crm_source = $2',
    values: [tenantId, crmSource],
  });
  const sealed = row?.application_token_sealed ?? null;
  return sealed === null ? null : openOrNull(sealer, sealed, { tenantId, connection: crmSource, field: 'application_token' });
}

/** null for what was sealed under another LEADRELAY_SECRET: lost like a credential the CRM has withdrawn, and mended alike. */
function openOrNull(sealer: Sealer, sealed: string, context: Parameters<Sealer['open']>[1]): string | null {
  try {
    return sealer.open(sealed, context);
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}

export async function saveApplicationToken(
  tx: Tx,
  sealer: Sealer,
  tenantId: string,
  crmSource: CrmSource,
  token: string,
): Promise<void> {
  await tx.query({
    text: `update crm_connections set application_token_sealed = $3, updated_at = now()
           where tenant_id = $1 and crm_source = $2`,
    values: [tenantId, crmSource, sealer.seal(token, { tenantId, connection: crmSource, field: 'application_token' })],
  });
}

/** Erases every credential of a connection whose app was removed in the CRM. The copied records stay. */
export async function eraseCredentials(tx: Tx, tenantId: string, crmSource: CrmSource, now: Date): Promise<void> {
  await tx.query({
    text: `update crm_connections
           set access_token_sealed = null, refresh_token_sealed = null, application_token_sealed = null,
               webhook_secret_sealed = null, token_expires_at = null, token_version = token_version + 1,
               status = 'uninstalled', next_sync_at = null, uninstalled_at = $3, updated_at = $3
           where tenant_id = $1 and crm_source = $2`,
    values: [tenantId, crmSource, now],
  });
  await announceTenant(tx, tenantId);
}

/**
 * Forgets the access to every CRM of a tenant whose data is being deleted. Whoever connects one again brings new access. The
 * token that proves the CRM's own calls stays: it opens nothing, and without it we would not believe an uninstall.
 */
export async function dropCredentials(tx: Tx, tenantId: string, now: Date): Promise<void> {
  await tx.query({
    text: `update crm_connections
           set access_token_sealed = null, refresh_token_sealed = null, webhook_secret_sealed = null, token_expires_at = null,
               token_version = token_version + 1, next_sync_at = null, error_message = null, updated_at = $2,
               status = case when status = 'uninstalled' then status else 'reauth' end
           where tenant_id = $1`,
    values: [tenantId, now],
  });
}

/** What a refresh brings; a CRM's `TokenGrant` fits. */
interface IssuedTokens {
  accessToken: string;
  refreshToken: string;
  expiresAt: Date;
  endpoint: string;
  memberId: string;
}

export interface TokenSourceDeps {
  db: Db;
  sealer: Sealer;
  /** Exchanges a refresh token at an authorization server; throws CrmError. */
  refresh(server: string, refreshToken: string): Promise<IssuedTokens>;
}

interface CredentialRow {
  account_id: string;
  endpoint: string | null;
  oauth_server: string | null;
  token_version: number;
  access_token_sealed: string | null;
  refresh_token_sealed: string | null;
  webhook_secret_sealed: string | null;
}

/** A call to the authorization server ends after 65 s; a refresh may have to wait for another process's. */
const REFRESH_TIMEOUT_MS = 70_000;

/**
 * The tokens of one connection, shared by all processes: whoever finds the token stale first refreshes it under a lock of its
 * own, the others wait and take the result. The row stays free meanwhile: an uninstall or a new install does not wait for an
 * authorization server, and what it writes is not overwritten. CrmError `auth` when there are no credentials (any more); where
 * the CRM refused them, the connection is then marked `reauth`.
 *
 * The lock keeps a database connection while the authorization server is asked. A lease in the row would give it back, and was ruled
 * out: the server replaces the pair before we can write it down, so whoever is slower than the lease, or dies, leaves the next one a
 * refresh token that is refused, and a connection marked lost whose new pair is on its way or gone. A process that dies between
 * the server's answer and the commit loses the pair here too, but nobody else can be asking meanwhile, and the pair has its
 * connection already: with none free it could not be saved in time. Whether Bitrix24 takes a replaced refresh token for a
 * while, which would mend both, is not documented.
 */
export function createTokenSource(deps: TokenSourceDeps, tenantId: string, crmSource: CrmSource): TokenSource {
  const open = (field: string, sealed: string) => {
    const opened = openOrNull(deps.sealer, sealed, { tenantId, connection: crmSource, field });
    if (opened === null) throw new CrmError('auth', 'the stored credentials cannot be read');
    return opened;
  };
  const seal = (field: string, value: string) => deps.sealer.seal(value, { tenantId, connection: crmSource, field });

  async function read(tx: Tx): Promise<CredentialRow> {
    const [row] = await tx.query<CredentialRow>({
      text: `select account_id, endpoint, oauth_server, token_version, access_token_sealed, refresh_token_sealed, webhook_secret_sealed
             from crm_connections where tenant_id = $1 and crm_source = $2`,
      values: [tenantId, crmSource],
    });
    if (!row) throw new CrmError('auth', 'the CRM is not connected');
    return row;
  }

  function toToken(row: CredentialRow): AccessToken {
    if (row.endpoint !== null && row.webhook_secret_sealed !== null) {
      const secret = open('webhook_secret', row.webhook_secret_sealed);
      return { accessToken: null, endpoint: `${row.endpoint}${secret}/`, version: row.token_version };
    }
    if (row.endpoint === null || row.access_token_sealed === null)
      throw new CrmError('auth', 'the CRM is not connected any more');
    return { accessToken: open('access_token', row.access_token_sealed), endpoint: row.endpoint, version: row.token_version };
  }

  return {
    get: async () => toToken(await deps.db.withTenant(tenantId, 'read', read)),

    async refresh(stale) {
      const outcome = await deps.db.withTenant(
        tenantId,
        'write',
        async (tx) => {
          await tx.query({
            text: `set local lock_timeout = ${REFRESH_TIMEOUT_MS}; set local idle_in_transaction_session_timeout = ${REFRESH_TIMEOUT_MS}`,
          });
          await tx.query({
            text: 'select pg_advisory_xact_lock(hashtextextended($1, 0))',
            values: [`token refresh ${tenantId} ${crmSource}`],
          });
          const row = await read(tx);
          if (row.token_version > stale.version) return { token: toToken(row) };
          if (row.refresh_token_sealed === null || row.oauth_server === null) {
            throw new CrmError('auth', 'the CRM does not accept the connection any more');
          }
          const issued = await tryRefresh(row.oauth_server, open('refresh_token', row.refresh_token_sealed), row.account_id);
          const isCurrent = 'lost' in issued ? await markReauth(tx, row) : await saveTokens(tx, row, issued);
          // Erased or replaced while we asked: what stands there now is what counts.
          if (!isCurrent) return { token: toToken(await read(tx)) };
          if ('lost' in issued) return issued;
          // Used only once the transaction has saved it: a crash in between must not lose the only valid pair's successor.
          return { token: { accessToken: issued.accessToken, endpoint: issued.endpoint, version: row.token_version + 1 } };
        },
        // An authorization server that does not answer, which serves most portals there are, must not take all connections.
        { statementTimeoutMs: REFRESH_TIMEOUT_MS, isLong: true },
      );
      if ('lost' in outcome) throw outcome.lost;
      return outcome.token;
    },
  };

  /** A refused refresh is a result: throwing it would undo the mark that it leaves on the connection. */
  async function tryRefresh(server: string, refreshToken: string, accountId: string): Promise<IssuedTokens | { lost: CrmError }> {
    try {
      const issued = await deps.refresh(server, refreshToken);
      if (issued.memberId === accountId) return issued;
      return { lost: new CrmError('auth', 'the authorization server answered for another account') };
    } catch (error) {
      if (error instanceof CrmError && error.kind === 'auth') return { lost: error };
      throw error;
    }
  }

  /** @returns false when the credentials are no longer those that `row` was read with */
  async function saveTokens(tx: Tx, row: CredentialRow, issued: IssuedTokens): Promise<boolean> {
    const saved = await tx.query({
      text: `update crm_connections
             set access_token_sealed = $4, refresh_token_sealed = $5, token_expires_at = $6, endpoint = $7, portal_url = $8,
                 token_version = token_version + 1, token_refreshed_at = now(), updated_at = now()
             where tenant_id = $1 and crm_source = $2 and token_version = $3
             returning token_version`,
      values: [
        tenantId,
        crmSource,
        row.token_version,
        seal('access_token', issued.accessToken),
        seal('refresh_token', issued.refreshToken),
        issued.expiresAt,
        issued.endpoint,
        new URL(issued.endpoint).origin,
      ],
    });
    return saved.length > 0;
  }

  /** @returns as `saveTokens` */
  async function markReauth(tx: Tx, row: CredentialRow): Promise<boolean> {
    const marked = await tx.query({
      text: `update crm_connections set status = 'reauth', updated_at = now(),
               error_message = 'The CRM no longer accepts the connection. An administrator has to open LeadRelay again.'
             where tenant_id = $1 and crm_source = $2 and token_version = $3
             returning token_version`,
      values: [tenantId, crmSource, row.token_version],
    });
    return marked.length > 0;
  }
}

function toConnection(row: ConnectionRow): Connection {
  return {
    crmSource: row.crm_source,
    accountId: row.account_id,
    kind: row.is_webhook ? 'webhook' : 'app',
    portalUrl: row.portal_url,
    endpoint: row.endpoint,
    oauthServer: row.oauth_server,
    status: row.status,
    mode: row.mode,
    timezone: row.timezone,
    baseCurrency: row.base_currency,
    license: row.license,
    adminUserId: row.admin_user_id,
    errorMessage: row.error_message,
  };
}
