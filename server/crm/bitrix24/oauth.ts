import { z } from 'zod';
import type { Outbound } from '../../platform/outbound.ts';
import { CrmError, type CrmErrorKind } from '../adapter.ts';

/** What an authorization server vouches for: whose tokens these are and which portal they open. */
interface TokenGrant {
  accessToken: string;
  refreshToken: string;
  expiresAt: Date;
  /** REST base address with a trailing slash; it changes when the portal is renamed. */
  endpoint: string;
  memberId: string;
  /** null where the server does not say. */
  userId: string | null;
  scopes: string[];
  /** F free, D demo, T trial, P paid, L local, S subscription. */
  appStatus: string | null;
  /** Origin of the server that answered. */
  oauthServer: string;
}

/** Client of Bitrix24's authorization servers. All methods throw CrmError. */
export interface BitrixOAuth {
  /** The believed server that a request names, the first one when it names none; null for any other address. */
  chooseServer(serverEndpoint: string | undefined): string | null;
  /** Exchanges a refresh token, which is used up by it. `auth`: the token is not good any more, or not our app's. */
  refresh(server: string, refreshToken: string): Promise<TokenGrant>;
  /** Proves that an access token was issued to our app for this portal. `auth`: it was not. */
  proveApp(server: string, accessToken: string, memberId: string): Promise<void>;
}

export interface BitrixOAuthOptions {
  outbound: Outbound;
  clientId: string | null;
  clientSecret: string | null;
  /** Origins that are believed. */
  servers: readonly string[];
  now: () => Date;
}

const tokenReply = z.looseObject({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1),
  expires_in: z.coerce.number().positive(),
  client_endpoint: z.url({ protocol: /^https?$/ }),
  member_id: z.string().min(1),
  user_id: z.coerce.string().optional(),
  scope: z.string().default(''),
  status: z.string().optional(),
});

const appInfoReply = z.looseObject({
  result: z.looseObject({
    client_id: z.string().optional(),
    /** The client id too, for a local application. */
    CODE: z.string().optional(),
    install: z.looseObject({ member_id: z.string().optional() }).optional(),
  }),
});

const errorReply = z.looseObject({ error: z.union([z.string(), z.number()]) });

/** What the authorization servers refuse with. */
const ERROR_KINDS: ReadonlyMap<string, CrmErrorKind> = new Map([
  ['invalid_grant', 'auth'],
  ['bad_verification_code', 'auth'],
  ['invalid_client', 'auth'],
  ['wrong_client', 'auth'],
  ['invalid_token', 'auth'],
  ['expired_token', 'auth'],
  ['no_auth_found', 'auth'],
  ['authorization_error', 'auth'],
  ['error_oauth', 'auth'],
  ['access_denied', 'auth'],
  ['payment_required', 'blocked'],
  ['portal_deleted', 'blocked'],
  ['query_limit_exceeded', 'rate_limit'],
]);

export function createBitrixOAuth({ outbound, clientId, clientSecret, servers, now }: BitrixOAuthOptions): BitrixOAuth {
  return {
    chooseServer(serverEndpoint) {
      if (!serverEndpoint) return servers[0] ?? null;
      const origin = URL.canParse(serverEndpoint) ? new URL(serverEndpoint).origin : null;
      return servers.find((server) => server === origin) ?? null;
    },

    async refresh(server, refreshToken) {
      if (!clientId || !clientSecret) throw new CrmError('auth', 'no Bitrix24 application is configured');
      // A form in the body, as the official SDK sends it: a query string would end up in logs on the way.
      const reply = await postForm(outbound, `${believed(servers, server)}/oauth/token/`, {
        grant_type: 'refresh_token',
        client_id: clientId,
        client_secret: clientSecret,
        refresh_token: refreshToken,
      });
      const grant = parseReply(tokenReply, reply);
      return {
        accessToken: grant.access_token,
        refreshToken: grant.refresh_token,
        expiresAt: new Date(now().getTime() + grant.expires_in * 1000),
        endpoint: grant.client_endpoint.replace(/\/*$/, '/'),
        memberId: grant.member_id,
        userId: grant.user_id ?? null,
        scopes: grant.scope.split(/[\s,]+/).filter((scope) => scope !== ''),
        appStatus: grant.status ?? null,
        oauthServer: server,
      };
    },

    async proveApp(server, accessToken, memberId) {
      const reply = await postForm(outbound, `${believed(servers, server)}/rest/app.info`, { auth: accessToken });
      const { result } = parseReply(appInfoReply, reply);
      const tokenMember = result.install?.member_id ?? memberId;
      if (!clientId || ![result.CODE, result.client_id].includes(clientId) || tokenMember !== memberId) {
        throw new CrmError('auth', 'the access token belongs to another application or portal');
      }
    },
  };
}

function errorKind(code: string | number, status: number): CrmErrorKind {
  const known = ERROR_KINDS.get(String(code).toLowerCase());
  if (known) return known;
  if (status === 401) return 'auth';
  if (status === 429) return 'rate_limit';
  return status >= 500 ? 'unavailable' : 'bad_response';
}

/** Stored addresses pass here too: the secret goes to no host that is not on the list of today. */
function believed(servers: readonly string[], server: string): string {
  if (!servers.includes(server)) throw new CrmError('auth', 'the authorization server is not one that is believed');
  return server;
}

async function postForm(outbound: Outbound, url: string, fields: Record<string, string>): Promise<unknown> {
  let reply: Awaited<ReturnType<Outbound['send']>>;
  try {
    reply = await outbound.send({ method: 'POST', url, body: new URLSearchParams(fields) });
  } catch (cause) {
    throw new CrmError('unavailable', 'the Bitrix24 authorization server cannot be reached', { cause });
  }
  const body = parseJson(reply.text);
  const failure = errorReply.safeParse(body);
  if (failure.success || reply.status !== 200) {
    const code = failure.success ? failure.data.error : '';
    throw new CrmError(errorKind(code, reply.status), `the Bitrix24 authorization server refused with status ${reply.status}`);
  }
  return body;
}

function parseReply<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new CrmError('bad_response', 'the Bitrix24 authorization server answered in an unknown form');
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
