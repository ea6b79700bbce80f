import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import type { PortalState } from '../state.ts';
import {
  analyticsPage,
  appLinkPage,
  appPage,
  employeePage,
  employeesPage,
  marketPage,
  menuWidgetPage,
  switchUserPage,
} from './app-pages.ts';
import type { PortalDeps } from './deps.ts';
import { answerFrame, isRecordKind } from './frame-api.ts';
import type { Html } from './html.ts';
import { notice } from './layout.ts';
import { installApp, uninstallApp, updateApp } from './lifecycle.ts';
import { createContext, type PageContext } from './page-context.ts';
import { recordCardPage, recordListPage } from './record-pages.ts';

/** More than any form or frame command of the portal needs. */
const MAX_BODY_BYTES = 256 * 1024;

const ASSETS = new Map(
  [
    ['icon.svg', 'image/svg+xml'],
    ['menu-icons.svg', 'image/svg+xml'],
    ['portal.css', 'text/css; charset=utf-8'],
    ['portal.js', 'text/javascript; charset=utf-8'],
    ['app-frames.js', 'text/javascript; charset=utf-8'],
    ['dialogs.js', 'text/javascript; charset=utf-8'],
    ['slider.js', 'text/javascript; charset=utf-8'],
  ].map(([file = '', type = '']) => [file, { type, content: readFileSync(path.join(import.meta.dirname, 'assets', file)) }]),
);

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer;
}

/**
 * The portal's web interface: everything but its REST, `/oauth/token` and `/sandbox`. Who the visitor is, is kept in a cookie;
 * without one it is the first administrator.
 */
export function createPortalPages(
  portal: PortalState,
  deps: PortalDeps,
): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  return async (req, res) => {
    const answer = await answerRequest(portal, deps, req);
    res.writeHead(answer.status, answer.headers).end(answer.body);
  };
}

async function answerRequest(portal: PortalState, deps: PortalDeps, req: IncomingMessage): Promise<Answer> {
  // Two slashes at the start would name another host.
  const url = new URL((req.url ?? '/').replace(/^\/+/, '/'), `http://${portal.domain}`);
  const asset = /^\/portal\/assets\/([\w.-]+)$/.exec(url.pathname)?.[1];
  if (asset !== undefined) {
    const file = ASSETS.get(asset);
    return file ? reply(200, file.type, file.content) : text(404, 'No such file.');
  }
  const cookie = `portal_user_${portal.memberId}`;
  const user = findUser(portal, req.headers.cookie, cookie);
  if (!user) return text(503, 'This portal has no users.');
  const context = createContext(portal, deps, { user, url, cameFrom: ownPath(req.headers.referer, url.origin) });

  if (req.method === 'GET' || req.method === 'HEAD') return answerGet(context);
  if (req.method !== 'POST') return text(405, 'This address takes GET and POST only.');
  // Forms of other sites must not act in the visitor's name; an app's frame is another site.
  if (req.headers.origin !== undefined && req.headers.origin !== url.origin)
    return text(403, 'This form does not come from the portal.');
  const body = await readBody(req);
  if (body === null) return text(413, 'The request is too large.');
  if (url.pathname.startsWith('/portal/frame/'))
    return answerFramePost(context, url.pathname.slice('/portal/frame/'.length), body);
  return answerForm(context, new URLSearchParams(body), cookie);
}

function answerGet(context: PageContext): Answer {
  const { url, portal, t } = context;
  const parts = url.pathname.split('/').filter((part) => part !== '');
  const [area = '', first = '', second = '', third = ''] = parts;
  if (area === '') return redirect(`/crm/${portal.world.options.mode === 'classic' ? 'lead' : 'deal'}/list/`);
  if (area === 'oauth' && first === 'authorize') return authorize(context);
  const found = findPage(context, parts, { area, first, second, third });
  return found ? htmlPage(200, found) : htmlPage(404, notice(context, '404', t('notAvailable')));
}

function findPage(
  context: PageContext,
  parts: string[],
  { area, first, second, third }: Record<'area' | 'first' | 'second' | 'third', string>,
): Html | null {
  switch (area) {
    case 'crm':
      if (!isRecordKind(first)) return null;
      if (parts.length === 2 || second === 'list') return recordListPage(context, first);
      return second === 'details' ? withNumber(third, (id) => recordCardPage(context, first, id)) : null;
    case 'report':
      return first === 'analytics'
        ? second === ''
          ? analyticsPage(context, null)
          : withNumber(second, (index) => analyticsPage(context, index))
        : null;
    case 'marketplace':
      if (first === '') return marketPage(context);
      if (first === 'app') return appPage(context);
      if (first === 'view') return second === context.deps.app.clientId ? appLinkPage(context) : null;
      return first === 'menu' ? withNumber(second, (index) => menuWidgetPage(context, index)) : null;
    case 'company':
      if (first === '') return employeesPage(context);
      return first === 'personal' && second === 'user' ? withNumber(third, (id) => employeePage(context, id)) : null;
    case 'auth':
      return switchUserPage(context);
    default:
      return null;
  }
}

function withNumber(text: string, find: (number: number) => Html | null): Html | null {
  return /^\d{1,15}$/.test(text) ? find(Number(text)) : null;
}

function answerFramePost(context: PageContext, command: string, body: string): Answer {
  let input: unknown;
  try {
    input = JSON.parse(body);
  } catch {
    return json(400, { message: 'The request is not JSON.' });
  }
  const answer = answerFrame(context, command, input);
  return answer ? json(answer.status, answer.body) : json(404, { message: 'Unknown command.' });
}

function answerForm(context: PageContext, form: URLSearchParams, cookie: string): Answer {
  const { portal, deps, user, url, t } = context;
  if (url.pathname === '/auth/') {
    const chosen = portal.world.users.find(({ id, active }) => active && String(id) === form.get('user'));
    if (!chosen) return text(400, 'There is no such employee.');
    const back = ownPath(new URL(form.get('back') ?? '/', url.origin).href, url.origin) ?? '/';
    return {
      ...redirect(back),
      headers: { Location: back, 'Set-Cookie': `${cookie}=${chosen.id}; Path=/; HttpOnly; SameSite=Lax` },
    };
  }
  if (!user.isAdmin) return htmlPage(403, notice(context, deps.app.title, t('askAdmin')));
  const { installation } = portal;
  switch (url.pathname) {
    case '/marketplace/install/':
      if (!installation) void installApp(portal, deps, user.id);
      return redirect('/marketplace/app/');
    case '/marketplace/update/':
      if (installation) void updateApp(portal, deps, { runInstaller: deps.app.installerUrl !== '' });
      return redirect('/marketplace/app/');
    case '/marketplace/uninstall/':
      if (installation) void uninstallApp(portal, deps, { clean: form.get('clean') === '1' });
      return redirect('/marketplace/');
    case '/marketplace/access/': {
      const allowed = new Set(form.getAll('allowed').map(Number));
      if (installation)
        installation.deniedUsers = new Set(portal.world.users.map(({ id }) => id).filter((id) => !allowed.has(id)));
      return redirect('/marketplace/');
    }
    default:
      return htmlPage(404, notice(context, '404', t('notAvailable')));
  }
}

/** Start of the authorization code flow: back to the app's registered address with a code, or an error page and no way back. */
function authorize(context: PageContext): Answer {
  const { portal, deps, user, url, t } = context;
  const { installation } = portal;
  if (!installation || installation.deniedUsers.has(user.id) || url.searchParams.get('client_id') !== deps.app.clientId) {
    return htmlPage(400, notice(context, deps.app.title, t('notInstalled')));
  }
  const target = new URL(deps.app.applicationUrl);
  const state = url.searchParams.get('state');
  target.searchParams.set('code', deps.issueCode(portal, user.id));
  if (state !== null) target.searchParams.set('state', state);
  target.searchParams.set('domain', portal.domain);
  target.searchParams.set('member_id', portal.memberId);
  target.searchParams.set('scope', deps.app.scopes.join(','));
  target.searchParams.set('server_domain', new URL(deps.authUrl).host);
  return redirect(target.href);
}

function findUser(portal: PortalState, cookies: string | undefined, name: string) {
  const active = portal.world.users.filter((user) => user.active);
  const chosen = cookies
    ?.split(';')
    .map((pair) => pair.trim().split('='))
    .find(([key]) => key === name)?.[1];
  return active.find(({ id }) => String(id) === chosen) ?? active.find((user) => user.isAdmin) ?? active[0];
}

/** Path and query of an address of this portal, null for any other. */
function ownPath(address: string | undefined, origin: string): string | null {
  if (address === undefined || !URL.canParse(address)) return null;
  const url = new URL(address);
  return url.origin === origin ? url.pathname + url.search : null;
}

/** Null when the body is longer than any the portal takes. */
async function readBody(req: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  // The connection must live on for the answer when reading stops early.
  for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function reply(status: number, type: string, body: string | Buffer): Answer {
  return { status, headers: { 'Content-Type': type, 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' }, body };
}

function text(status: number, body: string): Answer {
  return reply(status, 'text/plain; charset=utf-8', body);
}

function json(status: number, body: unknown): Answer {
  return reply(status, 'application/json', JSON.stringify(body));
}

function htmlPage(status: number, page: Html): Answer {
  const answer = reply(status, 'text/html; charset=utf-8', page.text);
  // Values of the CRM are shown on these pages: nothing that got past the escaping may run. Apps come from anywhere.
  answer.headers['Content-Security-Policy'] =
    "default-src 'self'; style-src 'self' 'unsafe-inline'; frame-src http: https:; form-action 'self' http: https:; frame-ancestors 'self'; base-uri 'none'";
  return answer;
}

function redirect(location: string): Answer {
  return { status: 302, headers: { Location: location }, body: '' };
}
