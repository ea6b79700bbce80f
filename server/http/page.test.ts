import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { expect, test } from 'vitest';
import type { BootData } from '../../contract/session.ts';
import { AppError } from '../platform/errors.ts';
import { preferredLanguage, renderAppPage, renderErrorPage, renderSignInPage } from './page.ts';

const assets = { dir: '', script: '/assets/main-1.js', styles: ['/assets/main-2.css'] };

function boot(name: string): BootData {
  return {
    host: 'bitrix24',
    hostOrigin: 'https://portal.test',
    memberId: 'member1',
    page: { kind: 'dashboard' },
    session: { token: 't', expiresAt: '2026-11-24T10:00:00.000Z', user: { id: '1', name, role: 'member' }, locale: 'en' },
    notice: null,
    locale: 'en',
    filter: { range: null, period: null, crm: null },
  };
}

test.each([
  '</script><script>alert(1)</script>',
  '<!--<script>',
  ']]>',
  'line\u2028and\u2029paragraph',
  '"; alert(1); "',
  'Ўткир & Дилноза',
])('T25: a name like %s stays data in the page', (name) => {
  const html = renderAppPage(boot(name), assets, 'nonce1');
  const scripts = html.match(/<script/g) ?? [];
  expect(scripts).toHaveLength(2);
  const json = /id="boot" nonce="nonce1">(.*?)<\/script>/s.exec(html)?.[1] ?? '';
  expect(json).not.toMatch(/[<>\u2028\u2029]/);
  expect(JSON.parse(json).session.user.name).toBe(name);
});

test('the sign-in page speaks the reader’s language, its texts within its script too', () => {
  const html = renderSignInPage(assets, 'nonce1', 'uk');
  expect(html).toContain('<html lang="uk">');
  expect(html).toContain('<h1>Входимо…</h1>');
  expect(html).toContain('["LeadRelay не відповідає","Перевірте, що його запущено');
});

test.each([
  ['not_authentic', 'kk', 'Битрикс24 кім сұрап тұрғанын растамады.'],
  ['crm_unavailable', 'tr', 'Bitrix24 yanıt vermiyor.'],
  ['database_unavailable', 'ru', 'Что-то пошло не так на нашей стороне.'],
  ['malformed_form', 'en', 'The request could not be read.'],
] as const)('a page that does not come (%s) says why in %s, and nothing of the cause', (code, language, text) => {
  const html = renderErrorPage(new AppError(code, 'canary', { cause: new Error('canary') }), language);
  expect(html).toContain(text);
  expect(html).not.toContain('canary');
});

test.each([
  ['/', 'ru-RU,ru;q=0.9,en;q=0.8', 'ru'],
  ['/', 'de, tr;q=0.5', 'tr'],
  ['/', 'de', 'en'],
  ['/?LANG=ua', 'ru', 'uk'],
  ['/?LANG=de', 'ru', 'en'],
  ['/?LANG[]=kz&LANG=__proto__', 'ru', 'en'],
])('%s of a browser that wants %s is answered in %s', async (address, wanted, language) => {
  const app = express().get('/', (req, res) => void res.send(preferredLanguage(req)));
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${address}`;
    expect(await (await fetch(url, { headers: { 'accept-language': wanted } })).text()).toBe(language);
  } finally {
    server.close();
  }
});
