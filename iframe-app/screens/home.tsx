import { useEffect, useRef, useState } from 'preact/hooks';
import type { Api } from '../api.ts';
import { Chart, loadCanvas } from '../charts/chart.tsx';
import type { Connection } from '../connection.ts';
import { useApp } from '../context.ts';
import type { Host } from '../host.ts';
import { type LiveStatus, startLiveStatus } from '../live-status.ts';
import { browserTimers, documentVisibility } from '../poller.ts';
import { Banner } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { GearIcon } from '../ui/icons.tsx';
import { Dashboard, DashboardSkeleton } from './dashboard/dashboard.tsx';
import type { DashboardModel } from './dashboard/dashboard-model.ts';
import { LaterPage } from './later-page.tsx';
import { TrackButton, useOnboarding } from './onboarding/onboarding-gate.tsx';
import type { SyncModel } from './sync/sync-model.ts';
import { type View, ViewTabs } from './view-tabs.tsx';

interface HomeProps {
  api: Api;
  connection: Pick<Connection, 'isLost'>;
  host: Pick<Host, 'openRecord' | 'reload'>;
  dashboard: DashboardModel;
  sync: SyncModel;
  isAdmin: boolean;
}

/** What does not stand on the first page: its code and `TEXTS` wait until somebody wants it. */
const LATER = {
  settings: () => import('./settings/settings.tsx'),
  chat: () => import('./chat/chat.tsx'),
};
const importDeletion = () => import('./settings/deletion.tsx');
type Later = { [Name in keyof typeof LATER]?: Awaited<ReturnType<(typeof LATER)[Name]>> };

/** The dashboard or the chat; the settings or, for administrators, the steps of onboarding in their place. */
export function Home({ api, connection, host, dashboard, sync, isAdmin }: HomeProps) {
  const { i18n } = useApp();
  const { t } = i18n;
  const live = useRef<LiveStatus | null>(null);
  const [later, setLater] = useState<Later>({});
  const [view, setView] = useState<View>('dashboard');
  const [isInSettings, setInSettings] = useState(false);
  const [isUnreachable, setUnreachable] = useState(false);
  const gear = useRef<HTMLButtonElement>(null);
  const hasLeft = useRef(false);
  const isDeleting = dashboard.error.value?.code === 'tenant_deleting';
  const onboarding = useOnboarding({ api, dashboard, isAdmin });
  useEffect(() => {
    // Back where the person was before.
    if (!isInSettings && hasLeft.current) gear.current?.focus();
    hasLeft.current = isInSettings;
  }, [isInSettings]);

  useEffect(() => {
    // The drawing code loads while it is decided what is drawn.
    loadCanvas().catch(() => {});
  }, []);
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

  const reach = async (work: () => Promise<unknown>) => {
    try {
      await work();
      setUnreachable(false);
    } catch {
      setUnreachable(true);
    }
  };
  const load = (name: keyof Later, show: () => void) =>
    reach(async () => {
      const loaded = await LATER[name]();
      await i18n.load<unknown>(loaded.TEXTS);
      setLater((before) => ({ ...before, [name]: loaded }));
      show();
    });
  useEffect(() => {
    if (isDeleting) setInSettings(false);
  }, [isDeleting]);

  const refresh = async () => {
    dashboard.refresh();
    if (await sync.askCrm()) live.current?.wake();
  };
  if (isDeleting) {
    return (
      <LaterPage load={importDeletion} draw={({ Deletion }) => <Deletion {...{ api, dashboard, isAdmin }} />}>
        <DashboardSkeleton />
      </LaterPage>
    );
  }
  if (isInSettings && later.settings) {
    const leave = () => setInSettings(false);
    return <later.settings.Settings {...{ api, host, dashboard, sync, isAdmin }} onLeave={leave} />;
  }
  if (onboarding.isDeciding) return <DashboardSkeleton />;
  const { part } = onboarding;
  // It takes the dashboard's place, by itself at times; what somebody is writing in the chat stays.
  if (part && part.model.screen.value !== null && view === 'dashboard') {
    return <part.Onboarding model={part.model} Chart={Chart} />;
  }
  const actions = (
    <>
      {isAdmin && onboarding.canTrack && <TrackButton onClick={() => reach(onboarding.enter)} />}
      <button
        ref={gear}
        type="button"
        class="button button-quiet button-icon"
        aria-label={t('action.settings')}
        title={t('action.settings')}
        onClick={() => load('settings', () => setInSettings(true))}
      >
        <GearIcon />
      </button>
    </>
  );
  const choose = (chosen: View) => (chosen === 'chat' ? load('chat', () => setView('chat')) : setView(chosen));
  const trouble = isUnreachable && (
    <Banner title={t('part.title')} text={t('part.text')}>
      {host.reload && <Button onClick={host.reload}>{t('action.reload')}</Button>}
    </Banner>
  );
  return (
    <>
      <ViewTabs view={view} onChoose={choose} />
      <div id="view" role="tabpanel" aria-labelledby={`tab-${view}`}>
        {view === 'chat' && later.chat ? (
          <later.chat.Chat {...{ api, dashboard }} onShowDashboard={() => setView('dashboard')} />
        ) : (
          <Dashboard
            api={api}
            connection={connection}
            host={host}
            dashboard={dashboard}
            sync={sync}
            isAdmin={isAdmin}
            onRefresh={refresh}
            reach={reach}
            actions={actions}
          >
            {part && <part.OnboardingNote model={part.model} sync={sync} />}
            {trouble}
          </Dashboard>
        )}
      </div>
    </>
  );
}
