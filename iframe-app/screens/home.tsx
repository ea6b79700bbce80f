import { useEffect, useRef, useState } from 'preact/hooks';
import type { Api } from '../api.ts';
import { useApp } from '../context.ts';
import type { Host } from '../host.ts';
import { type LiveStatus, startLiveStatus } from '../live-status.ts';
import { browserTimers, documentVisibility } from '../poller.ts';
import { Banner } from '../ui/banner.tsx';
import { GearIcon } from '../ui/icons.tsx';
import { Dashboard } from './dashboard.tsx';
import type { DashboardModel } from './dashboard-model.ts';
import type { SyncModel } from './sync-model.ts';

interface HomeProps {
  api: Api;
  host: Pick<Host, 'openRecord'>;
  dashboard: DashboardModel;
  sync: SyncModel;
  isAdmin: boolean;
}

/** Few people ever open the settings: their code and texts wait until somebody does. */
const loadSettings = () => import('./settings.tsx');
type SettingsScreen = Pick<Awaited<ReturnType<typeof loadSettings>>, 'Settings'>;

/** The dashboard and, for administrators, the settings in its place. */
export function Home({ api, host, dashboard, sync, isAdmin }: HomeProps) {
  const { t } = useApp().i18n;
  const live = useRef<LiveStatus | null>(null);
  const [screen, setScreen] = useState<SettingsScreen | null>(null);
  const [isUnreachable, setUnreachable] = useState(false);
  const gear = useRef<HTMLButtonElement>(null);
  const hasLeft = useRef(false);
  useEffect(() => {
    // Back where the person was before.
    if (screen === null && hasLeft.current) gear.current?.focus();
    hasLeft.current = screen !== null;
  }, [screen]);

  useEffect(() => {
    live.current = startLiveStatus({
      watch: api.watchSyncStatus,
      poll: sync.poll,
      onStatus: sync.receive,
      onQuiet: sync.standStill,
      onLive: sync.setLive,
      page: documentVisibility,
      timers: browserTimers,
      now: Date.now,
      random: Math.random,
    });
    return live.current.stop;
  }, [api, sync]);
  const shownStatus = dashboard.reply.value?.syncStatus;
  useEffect(() => {
    // The numbers tell of another state than is known: something has begun or ended between two looks.
    if (shownStatus !== undefined && shownStatus !== sync.status.peek()?.status) live.current?.wake();
  }, [shownStatus, sync]);

  const refresh = async () => {
    dashboard.refresh();
    if (await sync.askCrm()) live.current?.wake();
  };
  const open = async () => {
    try {
      setScreen(await loadSettings());
      setUnreachable(false);
    } catch {
      setUnreachable(true);
    }
  };
  if (screen) {
    return <screen.Settings api={api} host={host} dashboard={dashboard} sync={sync} onLeave={() => setScreen(null)} />;
  }
  const button = (
    <button
      ref={gear}
      type="button"
      class="button button-quiet button-icon"
      aria-label={t('action.settings')}
      title={t('action.settings')}
      onClick={open}
    >
      <GearIcon />
    </button>
  );
  return (
    <Dashboard dashboard={dashboard} sync={sync} isAdmin={isAdmin} onRefresh={refresh} actions={isAdmin && button}>
      {isUnreachable && <Banner title={t('offline.title')} text={t('loadFailed.network')} />}
    </Dashboard>
  );
}
