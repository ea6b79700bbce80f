import { expect, test } from 'vitest';
import type { BootData } from '../../contract/session.ts';
import { renderAppPage } from './page.ts';

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
