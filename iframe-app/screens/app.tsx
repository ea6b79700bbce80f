import type { BootData } from '../../contract/session.ts';
import type { Api } from '../api.ts';
import type { Connection } from '../connection.ts';
import type { Host } from '../host.ts';
import type { DashboardModel } from './dashboard/dashboard-model.ts';
import { Home } from './home.tsx';
import type { InstallModel } from './install/install-model.ts';
import { InstallPage } from './install/install-page.tsx';
import { Notice } from './notice.tsx';
import type { RecordModel } from './record/record-model.ts';
import { RecordPage } from './record/record-page.tsx';
import type { SyncModel } from './sync/sync-model.ts';

interface AppProps {
  boot: BootData;
  api: Api;
  connection: Pick<Connection, 'isLost'>;
  host: Pick<Host, 'openRecord' | 'reload'>;
  dashboard: DashboardModel;
  sync: SyncModel;
  install: InstallModel;
  /** Null on a page that was not opened on a record. */
  record: RecordModel | null;
}

/** The screen that the page was opened for. */
export function App({ boot, api, connection, host, dashboard, sync, install, record }: AppProps) {
  if (boot.notice !== null) return <Notice kind={boot.notice} />;
  if (boot.page.kind === 'install' && install.state.value !== 'left') return <InstallPage model={install} />;
  if (record) return <RecordPage model={record} />;
  const isAdmin = boot.session?.user.role === 'admin';
  return <Home {...{ api, connection, host, dashboard, sync, isAdmin }} />;
}
