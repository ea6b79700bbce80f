import { type Content, type Html, html } from './html.ts';
import { fullName, type PageContext, placementTitle, visibleInstallation, visiblePlacements } from './page-context.ts';

/** A whole page: inside the portal's menu, or bare when it is shown in a slider. */
export function page(context: PageContext, title: string, body: Content): Html {
  return context.inSlider
    ? document(context, title, 'slider', html`<main>${heading(title)}${body}</main>`)
    : framed(context, title, body);
}

function framed(context: PageContext, title: string, body: Content): Html {
  const { user, t, portal } = context;
  return document(
    context,
    title,
    'portal',
    html`<header class="top">
        <a class="logo" href="/"><b>Bitrix</b>24<span>sandbox</span></a>
        <span class="domain">${portal.domain}</span>
        <a class="user" href="/auth/" title="${t('switchUser')}">
          ${avatar(fullName(user))}
          <span><b>${fullName(user)}</b><small>${user.isAdmin ? t('admin') : user.position || t('employee')}</small></span>
        </a>
      </header>
      <nav class="menu">${menu(context)}</nav>
      <main>${heading(title)}${body}</main>`,
  );
}

function document({ portal, t }: PageContext, title: string, kind: string, body: Html): Html {
  return html`<!doctype html>
<html lang="${portal.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="/portal/assets/icon.svg">
<link rel="stylesheet" href="/portal/assets/portal.css">
<script type="module" src="/portal/assets/portal.js"></script>
</head>
<body class="${kind}" data-texts="${JSON.stringify(browserTexts(t))}">
${body}
</body>
</html>
`;
}

/** What the scripts of a page say. */
function browserTexts(t: PageContext['t']): Record<string, string> {
  const keys = [
    'calling',
    'cancel',
    'chatWith',
    'choose',
    'close',
    'employees',
    'everybody',
    'handlerError',
    'me',
    'search',
  ] as const;
  return Object.fromEntries(keys.map((key) => [key, t(key)]));
}

function heading(title: string): Html {
  return html`<h1 id="pagetitle">${title}</h1>`;
}

function menu(context: PageContext): Content {
  const { t, portal } = context;
  const installation = visibleInstallation(context);
  const widgets = visiblePlacements(context, 'LEFT_MENU');
  const showsApp = installation && (installation.installed || context.user.isAdmin);
  return [
    html`<h2>${t('crm')}</h2>`,
    portal.world.options.mode === 'classic' ? menuItem(context, '/crm/lead/list/', t('leads'), 'lead') : null,
    menuItem(context, '/crm/deal/list/', t('deals'), 'deal'),
    menuItem(context, '/crm/contact/list/', t('contacts'), 'contact'),
    menuItem(context, '/crm/company/list/', t('companies'), 'company'),
    menuItem(context, '/report/analytics/', t('analytics'), 'analytics'),
    html`<h2>${t('applications')}</h2>`,
    showsApp && widgets.length === 0 ? menuItem(context, '/marketplace/app/', context.deps.app.title, 'app') : null,
    widgets.map((widget, index) => menuItem(context, `/marketplace/menu/${index}/`, placementTitle(context, widget), 'app')),
    menuItem(context, '/marketplace/', t('market'), 'market'),
    html`<h2>${t('company')}</h2>`,
    menuItem(context, '/company/', t('employees'), 'people'),
  ];
}

function menuItem({ url }: PageContext, href: string, title: string, icon: string): Html {
  const section = href.replace(/list\/$/, '');
  const isCurrent = section === '/marketplace/' ? url.pathname === section : url.pathname.startsWith(section);
  return html`<a href="${href}" ${isCurrent ? html` class="current"` : null}>
    <svg aria-hidden="true"><use href="/portal/assets/menu-icons.svg#${icon}"></use></svg>${title}</a>`;
}

/** Initials in a circle, its colour a function of the name. */
export function avatar(name: string): Html {
  const initials = name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word.slice(0, 1).toUpperCase())
    .join('');
  const hue = [...name].reduce((sum, character) => (sum * 31 + (character.codePointAt(0) ?? 0)) % 360, 7);
  return html`<i class="avatar" style="--hue: ${hue}">${initials}</i>`;
}

/** A page that only says something, with a link on. */
export function notice(context: PageContext, title: string, text: string, link?: { href: string; title: string }): Html {
  return page(
    context,
    title,
    html`<section class="panel notice"><p>${text}</p>${link ? html`<a class="button" href="${link.href}">${link.title}</a>` : null}</section>`,
  );
}
