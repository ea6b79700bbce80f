import '../../styles/settings.css';
import type { ReadonlySignal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Api } from '../../api.ts';
import { useApp } from '../../context.ts';
import type { Host } from '../../host.ts';
import { saveFile } from '../../save-file.ts';
import { Button } from '../../ui/button.tsx';
import type { DashboardModel } from '../dashboard/dashboard-model.ts';
import { Notice } from '../notice.tsx';
import type { SyncModel } from '../sync/sync-model.ts';
import type { Task } from '../task.ts';
import { createData } from './data-model.ts';
import { createMembers } from './members-model.ts';
import { createPreferences } from './preferences-model.ts';
import { AccessLogSettings } from './settings-access-log.tsx';
import { createSettingsApi } from './settings-api.ts';
import { Card } from './settings-card.tsx';
import { ConnectionSettings } from './settings-connections.tsx';
import { DataSettings } from './settings-data.tsx';
import { MemberSettings } from './settings-members.tsx';
import { createSettings } from './settings-model.ts';
import { PreferenceSettings } from './settings-preferences.tsx';
import { SyncSettings } from './settings-sync.tsx';
import { SETTINGS_TEXTS } from './settings-texts.ts';

export { SETTINGS_TEXTS as TEXTS };

interface SettingsProps {
  api: Api;
  host: Pick<Host, 'openRecord'>;
  dashboard: DashboardModel;
  sync: SyncModel;
  isAdmin: boolean;
  onLeave: () => void;
}

const SECTIONS = ['connections', 'sync', 'preferences', 'members', 'data', 'accessLog'] as const;
type Section = (typeof SECTIONS)[number];

/** What an administrator decides for everyone, and what everybody decides for themselves. One section is shown at a time. */
export function Settings({ api, host, dashboard, sync, isAdmin, onLeave }: SettingsProps) {
  const { i18n, changeLanguage } = useApp();
  const t = i18n.of(SETTINGS_TEXTS);
  const [models] = useState(() => createModels({ api, dashboard, sync, isAdmin, changeLanguage }));
  const [section, setSection] = useState<Section>(isAdmin ? 'connections' : 'preferences');
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
    if (isAdmin) models.settings.load();
  }, [models, isAdmin]);

  if (models.tasks.some(isSessionOver)) return <Notice kind="reopen" />;
  return (
    <main class="settings">
      <header class="page-head">
        <Button onClick={onLeave}>
          <BackIcon />
          {t('back')}
        </Button>
        <h1 ref={heading} tabIndex={-1}>
          {t('title')}
        </h1>
      </header>
      <div class="settings-area">
        {isAdmin && (
          <nav class="settings-nav" aria-label={t('sections')}>
            {SECTIONS.map((name) => (
              <button
                key={name}
                type="button"
                aria-current={name === section ? 'page' : undefined}
                onClick={() => setSection(name)}
              >
                {t(`section.${name}`)}
              </button>
            ))}
          </nav>
        )}
        <div class="settings-section">
          {section === 'connections' && <ConnectionSettings model={models.settings} />}
          {section === 'sync' && (
            <Card title={t('section.sync')}>
              <SyncSettings model={models.settings} sync={sync} host={host} />
            </Card>
          )}
          {section === 'preferences' && <PreferenceSettings model={models.preferences} />}
          {section === 'members' && <MemberSettings model={models.members} dashboard={dashboard} />}
          {section === 'data' && <DataSettings model={models.data} />}
          {section === 'accessLog' && <AccessLogSettings model={models.data} dashboard={dashboard} />}
        </div>
      </div>
    </main>
  );
}

function createModels(deps: {
  api: Api;
  dashboard: DashboardModel;
  sync: SyncModel;
  isAdmin: boolean;
  changeLanguage: (locale: string) => Promise<void>;
}) {
  const settings = createSettings({ ...deps, api: { ...deps.api, ...createSettingsApi(deps.api) } });
  const preferences = createPreferences(deps);
  const members = createMembers(deps.api);
  const data = createData({ ...deps, saveFile, now: Date.now });
  const tasks: ReadonlySignal<Task>[] = [
    ...[settings.loading, settings.connecting, settings.copying, settings.pausing, settings.quarantine.loading],
    ...[preferences.loading, ...Object.values(preferences.saving), members.loading, members.changing],
    ...[data.counting, data.exporting, data.deleting, data.reading],
  ];
  return { settings, preferences, members, data, tasks };
}

/** Nobody vouches for the person any more: the page has to be opened again. */
function isSessionOver({ value }: ReadonlySignal<Task>): boolean {
  return value.kind === 'failed' && value.error.kind === 'session';
}

function BackIcon() {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d="M13 8H3M7 4 3 8l4 4" />
    </svg>
  );
}
