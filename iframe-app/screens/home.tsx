import { useEffect, useRef, useState } from 'preact/hooks';
import type { Api } from '../api.ts';
import { useApp } from '../context.ts';
import { Banner } from '../ui/banner.tsx';
import { GearIcon } from '../ui/icons.tsx';
import { Dashboard } from './dashboard.tsx';
import type { DashboardModel } from './dashboard-model.ts';
import type { SyncModel } from './sync-model.ts';

interface HomeProps {
  api: Api;
  dashboard: DashboardModel;
  sync: SyncModel;
  isAdmin: boolean;
}

/** Few people ever open the settings: their code and texts wait until somebody does. */
const loadSettings = () => import('./settings.tsx');
type SettingsScreen = Pick<Awaited<ReturnType<typeof loadSettings>>, 'Settings'>;

/** The dashboard and, for administrators, the settings in its place. */
export function Home({ api, dashboard, sync, isAdmin }: HomeProps) {
  const { t } = useApp().i18n;
  const [screen, setScreen] = useState<SettingsScreen | null>(null);
  const [isUnreachable, setUnreachable] = useState(false);
  const gear = useRef<HTMLButtonElement>(null);
  const hasLeft = useRef(false);
  useEffect(() => {
    // Back where the person was before.
    if (screen === null && hasLeft.current) gear.current?.focus();
    hasLeft.current = screen !== null;
  }, [screen]);

  const open = async () => {
    try {
      setScreen(await loadSettings());
      setUnreachable(false);
    } catch {
      setUnreachable(true);
    }
  };
  if (screen) return <screen.Settings api={api} dashboard={dashboard} onLeave={() => setScreen(null)} />;
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
    <Dashboard dashboard={dashboard} sync={sync} isAdmin={isAdmin} actions={isAdmin && button}>
      {isUnreachable && <Banner title={t('offline.title')} text={t('loadFailed.network')} />}
    </Dashboard>
  );
}
