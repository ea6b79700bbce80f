import { appFrame } from './app-frame.ts';
import { type Html, html } from './html.ts';
import { avatar, notice, page } from './layout.ts';
import { fullName, type PageContext, placementTitle, visibleInstallation, visiblePlacements } from './page-context.ts';

/** The card of the app in the Market: state of the installation and what this user may do with it. */
export function marketPage(context: PageContext): Html {
  const { portal, deps, user, t } = context;
  const { app } = deps;
  const { installation } = portal;
  return page(
    context,
    t('market'),
    html`<section class="panel app-card">
      <span class="app-icon">${app.title.slice(0, 1)}</span>
      <div>
        <h2>${app.title}</h2>
        <p class="muted">
          ${t('version')} ${installation?.version ?? app.version}
          ${installation ? html`<span class="badge${installation.installed ? '' : ' warning'}">${t(installation.installed ? 'installed' : 'unfinished')}</span>` : null}
        </p>
        <p>${t('rights')}: ${app.scopes.map((scope) => html`<code>${scope}</code> `)}</p>
        <div class="actions">${appActions(context)}</div>
      </div>
    </section>
    ${user.isAdmin && installation ? accessPanel(context, installation.deniedUsers) : null}`,
  );
}

function appActions(context: PageContext): (Html | null)[] {
  const { portal, deps, user, t } = context;
  const { installation } = portal;
  if (!installation) {
    if (!user.isAdmin) return [html`<p class="muted">${t('askAdmin')}</p>`];
    return [
      html`<form method="post" action="/marketplace/install/"><button class="button primary">${t('install')}</button></form>`,
    ];
  }
  const isNewer = deps.app.version > installation.version;
  return [
    visibleInstallation(context) ? html`<a class="button primary" href="/marketplace/app/">${t('open')}</a>` : null,
    user.isAdmin && isNewer
      ? html`<form method="post" action="/marketplace/update/"><button class="button">${t('update', { version: String(deps.app.version) })}</button></form>`
      : null,
    user.isAdmin
      ? html`<form method="post" action="/marketplace/uninstall/">
          <button class="button danger">${t('uninstall')}</button>
          <label><input type="checkbox" name="clean" value="1"> ${t('clean')}</label>
        </form>`
      : null,
  ];
}

function accessPanel({ portal, t }: PageContext, denied: ReadonlySet<number>): Html {
  return html`<section class="panel">
    <h2>${t('access')}</h2>
    <p class="muted">${t('accessHint')}</p>
    <form method="post" action="/marketplace/access/">
      <div class="people">${portal.world.users
        .filter(({ active }) => active)
        .map(
          (user) =>
            html`<label><input type="checkbox" name="allowed" value="${user.id}"${denied.has(user.id) ? null : html` checked`}> ${fullName(user)}</label>`,
        )}</div>
      <button class="button">${t('save')}</button>
    </form>
  </section>`;
}

/** The app's own page: its installer until the installation is finished. Query parameters become its placement options. */
export function appPage(context: PageContext): Html {
  const refusal = refuseApp(context);
  if (refusal) return refusal;
  const parameters = Object.fromEntries(context.url.searchParams);
  const title = parameters.bx24_title ?? context.deps.app.title;
  return page(context, title, appFrame({ placement: 'DEFAULT', handler: '', options: { any: '1/', ...parameters } }));
}

/** A link `/marketplace/view/<app>/?params[key]=value`: the handler bound to REST_APP_URI if there is one, else the app's page. */
export function appLinkPage(context: PageContext): Html {
  const refusal = refuseApp(context);
  if (refusal) return refusal;
  const parameters: Record<string, string> = {};
  for (const [name, value] of context.url.searchParams) {
    const key = /^params\[([^\]]+)\]$/.exec(name)?.[1];
    if (key !== undefined) parameters[key] = value;
  }
  const [widget] = visiblePlacements(context, 'REST_APP_URI');
  const request = widget
    ? { placement: 'REST_APP_URI', handler: widget.handler, options: { ...parameters, URI: ownUri(context) } }
    : { placement: 'DEFAULT', handler: '', options: { any: '1/', ...parameters } };
  return page(context, widget ? placementTitle(context, widget) : context.deps.app.title, appFrame(request));
}

/** An item of the left menu; null when there is no such item. */
export function menuWidgetPage(context: PageContext, index: number): Html | null {
  const widget = visiblePlacements(context, 'LEFT_MENU')[index];
  if (!widget) return null;
  const options = { URI: context.cameFrom ?? ownUri(context) };
  return page(context, placementTitle(context, widget), appFrame({ placement: 'LEFT_MENU', handler: widget.handler, options }));
}

/** CRM analytics: a menu of the widgets bound there, and the chosen one. Null when there is no such widget. */
export function analyticsPage(context: PageContext, index: number | null): Html | null {
  const { t } = context;
  const widgets = visiblePlacements(context, 'CRM_ANALYTICS_MENU');
  const widget = index === null ? null : widgets[index];
  if (widget === undefined) return null;
  const options = { URI: '/report/analytics/?IFRAME=Y&IFRAME_TYPE=SIDE_SLIDER' };
  return page(
    context,
    t('analytics'),
    html`<div class="analytics">
      <nav class="panel reports"><h2>${t('applications')}</h2>${widgets.map(
        (one, position) =>
          html`<a href="/report/analytics/${position}/"${position === index ? html` class="current"` : null}>${placementTitle(context, one)}</a>`,
      )}${widgets.length === 0 ? html`<p class="muted">${t('noApps')}</p>` : null}</nav>
      <div class="report">${
        widget
          ? appFrame({ placement: 'CRM_ANALYTICS_MENU', handler: widget.handler, options })
          : html`<section class="panel notice"><p>${t(widgets.length === 0 ? 'noApps' : 'analyticsHint')}</p></section>`
      }</div>
    </div>`,
  );
}

/** Choice of the user whose browser this is: the sandbox's stand-in for signing in. */
export function switchUserPage(context: PageContext): Html {
  const { portal, user, t } = context;
  const users = portal.world.users
    .filter(({ active }) => active)
    .sort((left, right) => Number(right.isAdmin) - Number(left.isAdmin) || left.id - right.id);
  return page(
    context,
    t('switchUser'),
    html`<p class="hint">${t('switchUserHint')}</p>
    <form method="post" action="/auth/" class="users">
      <input type="hidden" name="back" value="${context.cameFrom?.startsWith('/auth/') ? '/' : (context.cameFrom ?? '/')}">
      ${users.map(
        (
          one,
        ) => html`<button name="user" value="${one.id}" title="${t('signIn')}"${one.id === user.id ? html` class="current"` : null}>
          ${avatar(fullName(one))}<span><b>${fullName(one)}</b><small>${one.position}</small></span>
          ${one.isAdmin ? html`<em class="badge">${t('admin')}</em>` : null}
        </button>`,
      )}
    </form>`,
  );
}

export function employeesPage(context: PageContext): Html {
  const { portal, t } = context;
  return page(
    context,
    t('employees'),
    html`<section class="panel"><table class="records">
      <thead><tr><th>ID</th><th>${t('name')}</th><th>${t('position')}</th><th>${t('email')}</th></tr></thead>
      <tbody>${portal.world.users
        .filter(({ active }) => active)
        .map(
          (user) => html`<tr><td class="id">${user.id}</td>
            <td><a class="person" data-slider href="/company/personal/user/${user.id}/">${avatar(fullName(user))}${fullName(user)}</a></td>
            <td>${user.position}</td><td>${user.email}</td></tr>`,
        )}</tbody>
    </table></section>`,
  );
}

/** Null when there is no such user. */
export function employeePage(context: PageContext, id: number): Html | null {
  const { portal, t } = context;
  const user = portal.world.users.find((one) => one.id === id);
  if (!user) return null;
  const departments = portal.world.departments.filter((department) => user.departmentIds.includes(department.id));
  return page(
    context,
    fullName(user),
    html`<section class="panel"><dl>
      <div><dt>${t('position')}</dt><dd>${user.position || '—'}</dd></div>
      <div><dt>${t('email')}</dt><dd>${user.email}</dd></div>
      <div><dt>${t('company')}</dt><dd>${departments.map(({ name }) => name).join(', ') || '—'}</dd></div>
    </dl></section>`,
  );
}

/** Why this user cannot open the app's page; null when nothing speaks against it. */
function refuseApp(context: PageContext): Html | null {
  const { portal, deps, user, t } = context;
  if (!portal.installation)
    return notice(context, deps.app.title, t('notInstalled'), { href: '/marketplace/', title: t('market') });
  const installation = visibleInstallation(context);
  if (!installation) return notice(context, deps.app.title, t('denied'));
  if (!installation.installed && !user.isAdmin) return notice(context, deps.app.title, t('notFinished'));
  return null;
}

function ownUri({ url }: PageContext): string {
  return url.pathname + url.search;
}
