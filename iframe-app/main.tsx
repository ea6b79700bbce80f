import './styles/tokens.css';
import './styles/base.css';
import './styles/ui.css';
import './styles/charts.css';
import './styles/screens.css';
import './styles/record.css';
import './styles/settings.css';
import { render } from 'preact';
import { createApi, wait } from './api.ts';
import { readBoot } from './boot.ts';
import { AppProvider } from './context.ts';
import { createFormatter } from './format.ts';
import { createHost, type Host } from './host.ts';
import { createI18n } from './i18n.ts';
import { App } from './screens/app.tsx';
import { createDashboard } from './screens/dashboard-model.ts';
import { createInstall } from './screens/install-model.ts';
import { Notice } from './screens/notice.tsx';
import { createRecord } from './screens/record-model.ts';
import { createSync } from './screens/sync-model.ts';

const root = document.getElementById('app') ?? document.body.appendChild(document.createElement('div'));
start(root);

function start(root: HTMLElement): void {
  const boot = readBoot(document);
  const i18n = createI18n(boot?.locale ?? navigator.language);
  const app = { i18n, format: createFormatter(i18n) };
  document.documentElement.lang = i18n.language;
  if (boot === null) {
    render(
      <AppProvider value={app}>
        <Notice kind="broken" />
      </AppProvider>,
      root,
    );
    return;
  }

  const host = createHost(boot.hostOrigin);
  const api = createApi({
    fetch: window.fetch.bind(window),
    host,
    memberId: boot.memberId,
    session: boot.session,
    now: Date.now,
    wait,
  });
  const dashboard = createDashboard({
    api,
    now: Date.now,
    ownTimezone: boot.session?.user.role === 'admin' ? Intl.DateTimeFormat().resolvedOptions().timeZone : null,
  });
  const sync = createSync({ api, now: Date.now, onProgress: dashboard.refresh });
  const install = createInstall({ host, wait: (ms) => wait(ms, new AbortController().signal) });
  const record = boot.page.kind === 'record' ? createRecord({ api, page: boot.page }) : null;
  if (boot.page.kind === 'dashboard') host.setTitle(i18n.t('app.name'));
  render(
    <AppProvider value={app}>
      <App boot={boot} api={api} dashboard={dashboard} sync={sync} install={install} record={record} />
    </AppProvider>,
    root,
  );
  fitToContent(host, root);
}

/** Keeps the frame as tall as the content. The content's height never depends on the frame's, so this cannot feed itself. */
function fitToContent(host: Host, content: HTMLElement): void {
  new ResizeObserver(() => host.fit(Math.ceil(content.getBoundingClientRect().height))).observe(content);
}
