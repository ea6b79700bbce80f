import './styles/tokens.css';
import './styles/base.css';
import './styles/ui.css';
import './styles/charts.css';
import './styles/screens.css';
import { type ComponentChildren, render } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { BootData } from '../contract/session.ts';
import { createApi, wait } from './api.ts';
import { readBoot } from './boot.ts';
import { browserNetwork, createConnection } from './connection.ts';
import { AppProvider } from './context.ts';
import { createFormatter } from './format.ts';
import { createHost, type Host } from './host.ts';
import { type I18n, loadI18n, toLanguage } from './i18n.ts';
import { App } from './screens/app.tsx';
import { createDashboard } from './screens/dashboard/dashboard-model.ts';
import { createInstall } from './screens/install/install-model.ts';
import { Notice } from './screens/notice.tsx';
import { createRecord } from './screens/record/record-model.ts';
import { createSync } from './screens/sync/sync-model.ts';
import { NO_TEXTS } from './texts/no-texts.ts';
import { MessagePage } from './ui/message-page.tsx';

const root = document.getElementById('app') ?? document.body.appendChild(document.createElement('div'));
start(root).catch(() => render(<MessagePage {...NO_TEXTS} />, root));

async function start(root: HTMLElement): Promise<void> {
  const boot = readBoot(document);
  const loadingI18n = loadI18n(boot?.locale ?? navigator.language);
  const parts = boot && createParts(boot);
  // The numbers need no language: they are on their way while it loads.
  if (boot?.page.kind === 'dashboard' && boot.notice === null) parts?.dashboard.refresh();
  const i18n = await loadingI18n;
  if (boot?.page.kind === 'dashboard') parts?.host.setTitle(i18n.t('app.name'));
  render(<InLanguage first={i18n}>{boot && parts ? <App boot={boot} {...parts} /> : <Notice kind="broken" />}</InLanguage>, root);
  if (parts) fitToContent(parts.host, root);
}

/** What is inside is shown in one language, and then in the one that is chosen there. */
function InLanguage({ first, children }: { first: I18n; children: ComponentChildren }) {
  const [i18n, setI18n] = useState(first);
  document.documentElement.lang = i18n.language;
  const changeLanguage = async (locale: string) => setI18n(await i18n.inLanguage(toLanguage(locale)));
  const app = useMemo(() => ({ i18n, format: createFormatter(i18n), changeLanguage }), [i18n]);
  return <AppProvider value={app}>{children}</AppProvider>;
}

function createParts(boot: BootData) {
  const host = createHost(boot.hostOrigin);
  const connection = createConnection(window.fetch.bind(window), browserNetwork);
  const api = createApi({
    fetch: connection.fetch,
    host,
    memberId: boot.memberId,
    session: boot.session,
    now: Date.now,
    wait,
  });
  const dashboard = createDashboard({
    api,
    now: Date.now,
    filter: boot.filter,
    ownTimezone: boot.session?.user.role === 'admin' ? Intl.DateTimeFormat().resolvedOptions().timeZone : null,
  });
  return {
    host,
    api,
    connection,
    dashboard,
    sync: createSync({ api, now: Date.now, shown: () => dashboard.reply.value, onProgress: dashboard.reload }),
    install: createInstall({ host, wait: (ms) => wait(ms, new AbortController().signal) }),
    record: boot.page.kind === 'record' ? createRecord({ api, page: boot.page }) : null,
  };
}

/** Keeps the frame as tall as the content. The content's height never depends on the frame's, so this cannot feed itself. */
function fitToContent(host: Host, content: HTMLElement): void {
  new ResizeObserver(() => host.fit(Math.ceil(content.getBoundingClientRect().height))).observe(content);
}
