import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parse } from 'node:querystring';

/** One user of a fake portal. */
export interface FakeUser {
  id: string;
  name: string;
  isAdmin: boolean;
}

/** A token pair as the fake authorization server knows it. */
export interface FakeTokens {
  accessToken: string;
  refreshToken: string;
}

interface CommandReply {
  result?: unknown;
  error?: string;
  error_description?: string;
}

interface Issued extends FakeTokens {
  portal: FakePortal;
  user: FakeUser;
  /** App the tokens were issued to. */
  clientId: string;
}

export interface FakePortal {
  memberId: string;
  /** Origin. */
  url: string;
  /** Requests it was sent: path and body text. */
  requests: { path: string; body: string }[];
  placements: { placement: string; handler: string }[];
  events: { event: string; handler: string; offline: number }[];
  /** Answers everything with a redirect to this address; null: does not. */
  movedTo: string | null;
  webhook: { secret: string; user: FakeUser; lacksCrm?: boolean } | null;
  /** Issues tokens of an app to a user, as opening its page does. */
  open(user: FakeUser, clientId?: string): FakeTokens;
  close(): Promise<void>;
}

export interface FakeBitrix24 {
  authUrl: string;
  clientId: string;
  clientSecret: string;
  /** Bodies of the requests to the authorization server. */
  authRequests: { path: string; body: string }[];
  /** Error the authorization server answers every refresh with; null: none. */
  refuseWith: string | null;
  startPortal(memberId: string): Promise<FakePortal>;
  close(): Promise<void>;
}

const TIME = {
  start: 1,
  finish: 2,
  duration: 1,
  processing: 1,
  date_start: '2026-11-24T10:00:00+03:00',
  date_finish: '2026-11-24T10:00:01+03:00',
  operating: 0,
};

const NO_SCOPE: CommandReply = {
  error: 'insufficient_scope',
  error_description: 'The request requires higher privileges than provided by the webhook token',
};

/** An authorization server and portals that can be made to misbehave; for what no proper portal does. */
export async function startFakeBitrix24(): Promise<FakeBitrix24> {
  const issued: Issued[] = [];
  const portals: FakePortal[] = [];
  const fake: FakeBitrix24 = {
    authUrl: '',
    clientId: 'local.65f0c0ffee.12345678',
    clientSecret: `client-secret-canary-${randomBytes(8).toString('hex')}`,
    authRequests: [],
    refuseWith: null,
    startPortal,
    close: async () => {
      for (const portal of portals) await portal.close();
      await auth.close();
    },
  };

  const auth = await listen((path, body) => {
    fake.authRequests.push({ path, body });
    const form = parse(body);
    if (path === '/oauth/token/') {
      if (fake.refuseWith) return [400, { error: fake.refuseWith }];
      const isOurs = form.client_id === fake.clientId && form.client_secret === fake.clientSecret;
      const index = issued.findIndex(
        (tokens) => tokens.refreshToken === form.refresh_token && tokens.clientId === form.client_id,
      );
      const old = issued[index];
      if (!isOurs || !old) return [400, { error: 'invalid_grant' }];
      issued.splice(index, 1);
      const tokens = issue(old.portal, old.user, old.clientId);
      const grant = {
        access_token: tokens.accessToken,
        refresh_token: tokens.refreshToken,
        expires_in: 3600,
        domain: 'oauth.test',
      };
      const whose = { member_id: old.portal.memberId, client_endpoint: `${old.portal.movedTo ?? old.portal.url}/rest/` };
      return [200, { ...grant, ...whose, user_id: Number(old.user.id), scope: 'crm,placement', status: 'L' }];
    }
    if (path === '/rest/app.info') {
      const tokens = issued.find(({ accessToken }) => accessToken === form.auth);
      if (!tokens) return [401, { error: 'expired_token', error_description: 'The access token provided has expired' }];
      return [
        200,
        { result: { ID: 1, CODE: tokens.clientId, VERSION: 1, STATUS: 'L', INSTALLED: true, LICENSE: 'ru_std' }, time: TIME },
      ];
    }
    return [404, { error: 'not_found' }];
  });
  fake.authUrl = auth.url;
  return fake;

  function issue(portal: FakePortal, user: FakeUser, clientId: string): Issued {
    const tokens = { accessToken: newToken('access'), refreshToken: newToken('refresh'), portal, user, clientId };
    issued.push(tokens);
    return tokens;
  }

  async function startPortal(memberId: string): Promise<FakePortal> {
    const server = await listen((path, body) => {
      portal.requests.push({ path, body });
      if (portal.movedTo) return [302, {}, { location: `${portal.movedTo}${path}` }];
      const request = JSON.parse(body) as { auth?: string; cmd: Record<string, string> };
      const byToken = issued.find((tokens) => tokens.accessToken === request.auth && memberIdOf(tokens) === memberId)?.user;
      const byWebhook = portal.webhook && path === `/rest/${portal.webhook.user.id}/${portal.webhook.secret}/batch`;
      const user = byWebhook ? portal.webhook?.user : path === '/rest/batch' ? byToken : undefined;
      if (!user) return [401, { error: 'expired_token', error_description: 'The access token provided has expired' }];
      const lacksCrm = byWebhook && portal.webhook?.lacksCrm;
      const replies = Object.entries(request.cmd).map(
        ([name, command]) => [name, lacksCrm && command.startsWith('crm.') ? NO_SCOPE : run(portal, user, command)] as const,
      );
      const pick = (key: 'result' | 'error') =>
        Object.fromEntries(
          replies.flatMap(([name, reply]) => (key in reply ? [[name, key === 'error' ? reply : reply.result]] : [])),
        );
      return [
        200,
        {
          result: {
            result: orList(pick('result')),
            result_error: orList(pick('error')),
            result_total: [],
            result_next: [],
            result_time: [],
          },
          time: TIME,
        },
      ];
    });
    const portal: FakePortal = {
      memberId,
      url: server.url,
      requests: [],
      placements: [],
      events: [],
      movedTo: null,
      webhook: null,
      open: (user, clientId = fake.clientId) => issue(portal, user, clientId),
      close: server.close,
    };
    portals.push(portal);
    return portal;
  }
}

function memberIdOf(tokens: Issued): string {
  return tokens.portal.memberId;
}

function run(portal: FakePortal, user: FakeUser, command: string): CommandReply {
  const [method = '', query = ''] = command.split('?');
  const params = new URLSearchParams(query);
  const adminOnly = { error: 'ACCESS_DENIED', error_description: 'Access denied!' };
  const placement = { placement: params.get('PLACEMENT') ?? '', handler: params.get('HANDLER') ?? '' };
  const offline = params.get('event_type') === 'offline' ? 1 : 0;
  const event = { event: params.get('event') ?? '', handler: params.get('handler') ?? '', offline };
  const isSame = (row: FakePortal['events'][number]) =>
    row.event === event.event && row.handler === event.handler && row.offline === offline;
  switch (method) {
    case 'profile':
      return { result: { ID: user.id, ADMIN: user.isAdmin, NAME: user.name, LAST_NAME: '', TIME_ZONE: 'Asia/Tashkent' } };
    case 'crm.settings.mode.get':
      return { result: 1 };
    case 'crm.currency.base.get':
      return { result: 'UZS' };
    case 'placement.get':
      return user.isAdmin ? { result: portal.placements } : adminOnly;
    case 'event.get':
      return { result: portal.events.map((row) => ({ ...row, auth_type: '0' })) };
    case 'placement.bind':
      if (!user.isAdmin) return adminOnly;
      portal.placements.push(placement);
      return { result: true };
    case 'placement.unbind':
      portal.placements = portal.placements.filter(
        (row) => !(row.placement === placement.placement && row.handler === placement.handler),
      );
      return { result: { count: 1 } };
    case 'event.bind':
      if (portal.events.some(isSame)) {
        return { error: 'ERROR_CORE', error_description: 'Unable to set event handler: Handler already binded' };
      }
      portal.events.push(event);
      return { result: true };
    case 'event.unbind':
      portal.events = portal.events.filter((row) => !isSame(row));
      return { result: { count: 1 } };
    default:
      return { error: 'ERROR_METHOD_NOT_FOUND', error_description: 'Method not found!' };
  }
}

/** Every secret the fake hands out holds this word, so that one search finds any leak. */
function newToken(kind: string): string {
  return `${kind}-canary-${randomBytes(16).toString('hex')}`;
}

/** PHP writes an empty map as []. */
function orList(map: object): object {
  return Object.keys(map).length > 0 ? map : [];
}

type Answer = [status: number, body: object, headers?: Record<string, string>];

async function listen(answer: (path: string, body: string) => Answer): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer(async (req, res) => {
    const [status, body, headers = {}] = answer(req.url ?? '', await readBody(req));
    res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readBody(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
