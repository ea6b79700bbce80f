import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Request } from 'express';
import { z } from 'zod';
import type { ErrorCode } from '../../contract/api.ts';
import type { BootData } from '../../contract/session.ts';
import { toLocale } from '../install/opening.ts';
import type { AppError } from '../platform/errors.ts';
import { PAGE_LANGUAGES, PAGE_TEXTS, type PageLanguage, type PageTexts } from './page-texts.ts';

/** The built app: what its page has to load. */
export interface AppAssets {
  /** Folder that is served as /assets. */
  dir: string;
  /** Addresses below /. */
  script: string;
  styles: string[];
}

const manifest = z.record(z.string(), z.looseObject({ file: z.string(), css: z.array(z.string()).default([]) }));
const ENTRY = 'main.tsx';

/** @param dir output of the app's build */
export function readAppAssets(dir: string): AppAssets {
  const chunks = manifest.parse(JSON.parse(readFileSync(path.join(dir, '.vite', 'manifest.json'), 'utf8')));
  const entry = chunks[ENTRY];
  if (!entry) throw new Error(`The app's build has no ${ENTRY}: run npm start, which builds it.`);
  return { dir: path.join(dir, 'assets'), script: `/${entry.file}`, styles: entry.css.map((file) => `/${file}`) };
}

/** The app's page with what it starts from. */
export function renderAppPage(boot: BootData, assets: AppAssets, nonce: string): string {
  return page(boot.locale, assets, [
    `<script type="application/json" id="boot" nonce="${nonce}">${toScriptJson(boot)}</script>`,
    '<div id="app"></div>',
    `<script type="module" src="${assets.script}" nonce="${nonce}"></script>`,
  ]);
}

/**
 * The page behind a sign-in link. Its script exchanges the code of the fragment for what the app starts from, then loads the
 * app: the code is sent in a body, once, and leaves the address at once.
 */
export function renderSignInPage(assets: AppAssets, nonce: string, language: PageLanguage): string {
  const texts = PAGE_TEXTS[language];
  const used = toScriptJson([texts.usedTitle, texts.usedText]);
  const noAnswer = toScriptJson([texts.noAnswerTitle, texts.noAnswerText]);
  return page(language, assets, [
    `<div id="app">${message(texts.signingIn, '')}</div>`,
    `<script nonce="${nonce}">
(async () => {
  const code = new URLSearchParams(location.hash.slice(1)).get('code') ?? '';
  history.replaceState(null, '', location.pathname);
  const reply = await fetch('/api/session/code', {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ code }), credentials: 'omit',
  }).catch(() => null);
  const notice = document.getElementById('notice');
  if (!reply?.ok) {
    const [title, text] = reply && reply.status < 500 ? ${used} : ${noAnswer};
    notice.querySelector('h1').textContent = title;
    notice.querySelector('p').textContent = text;
    return;
  }
  const boot = document.createElement('script');
  Object.assign(boot, { type: 'application/json', id: 'boot', textContent: await reply.text() });
  const app = document.createElement('script');
  Object.assign(app, { type: 'module', src: ${JSON.stringify(assets.script)} });
  notice.remove();
  document.body.append(boot, app);
})();
</script>`,
  ]);
}

/** For people and robots that open one of our addresses themselves. */
export function renderOutsidePage(assets: AppAssets, language: PageLanguage): string {
  const { outsideTitle, outsideText } = PAGE_TEXTS[language];
  return page(language, assets, [message(outsideTitle, outsideText)]);
}

/** In the place of a page that does not come: why, and what to do. Nothing of the request, and nothing of the cause. */
export function renderErrorPage({ code, status }: AppError, language: PageLanguage): string {
  const texts = PAGE_TEXTS[language];
  const text = texts[ERROR_TEXTS[code] ?? (status >= 500 ? 'failed' : 'unreadable')];
  return `<!doctype html><html lang="${language}"><meta charset="utf-8"><title>LeadRelay</title><p>${text}</p></html>\n`;
}

const ERROR_TEXTS: Partial<Record<ErrorCode, keyof PageTexts>> = {
  not_authentic: 'notConfirmed',
  connection_refused: 'refused',
  rate_limited: 'tooOften',
  crm_unavailable: 'crmNoAnswer',
  not_found: 'nothingHere',
  method_not_allowed: 'nothingHere',
};

/** The portal's language where it names one, else the browser's; English where we have neither. */
export function preferredLanguage(req: Request): PageLanguage {
  const { LANG } = req.query;
  const wanted = LANG === undefined ? req.acceptsLanguages(...PAGE_LANGUAGES) : toLocale(LANG);
  return PAGE_LANGUAGES.find((language) => language === wanted) ?? 'en';
}

function message(title: string, text: string): string {
  return `<main id="notice" class="message-page"><h1>${title}</h1><p>${text}</p></main>`;
}

function page(locale: string, assets: AppAssets, body: string[]): string {
  const styles = assets.styles.map((href) => `<link rel="stylesheet" href="${href}">`);
  return [
    '<!doctype html>',
    `<html lang="${locale}">`,
    '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>LeadRelay</title>',
    // Without one, browsers ask for /favicon.ico, which we do not have.
    '<link rel="icon" href="data:,">',
    ...styles,
    '</head>',
    '<body>',
    ...body,
    '</body></html>',
    '',
  ].join('\n');
}

/** JSON that ends no script element and is no comment; U+2028 and U+2029 end lines in older readers. */
function toScriptJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
