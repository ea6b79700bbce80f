import type { BootData } from '../../contract/session.ts';
import type { Api } from '../api.ts';
import type { Host } from '../host.ts';
import type { DashboardModel } from './dashboard/dashboard-model.ts';
import { Home } from './home.tsx';
import type { InstallModel } from './install/install-model.ts';
import { Notice } from './notice.tsx';
import { OwnPage } from './own-page.tsx';
import type { RecordModel } from './record/record-model.ts';
import type { SyncModel } from './sync/sync-model.ts';

interface AppProps {
  boot: BootData;
  api: Api;
  host: Pick<Host, 'openRecord' | 'reload'>;
  dashboard: DashboardModel;
  sync: SyncModel;
  install: InstallModel;
  /** Null on a page that was not opened on a record. */
  record: RecordModel | null;
}

/** The screen that the page was opened for. */
export function App({ boot, api, host, dashboard, sync, install, record }: AppProps) {
  if (boot.notice !== null) return <Notice kind={boot.notice} />;
  if (boot.page.kind === 'install' && install.state.value !== 'left') {
    return <OwnPage model={install} load={() => import('./install/install.tsx')} onOpen={install.finish} />;
  }
  if (record) return <OwnPage model={record} load={() => import('./record/record.tsx')} onOpen={record.refresh} />;
  const isAdmin = boot.session?.user.role === 'admin';
  return <Home api={api} host={host} dashboard={dashboard} sync={sync} isAdmin={isAdmin} />;
}
