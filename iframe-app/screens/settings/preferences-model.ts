import { type ReadonlySignal, signal } from '@preact/signals';
import type { OwnSettingsPatch, OwnSettingsReply, SettingsPatch, SettingsReply } from '../../../contract/settings.ts';
import type { Api } from '../../api.ts';
import type { DashboardModel } from '../dashboard/dashboard-model.ts';
import { run, type Task } from '../task.ts';
import { isFullSettings, isOwnSettings } from './settings-replies.ts';

/** What is saved by itself, each with a form of its own. */
export type PreferenceForm = keyof SettingsPatch | 'ownLanguage';

export interface PreferencesModel {
  /** What holds for everyone; null until it is loaded, and for ever for people who may not change it. */
  settings: ReadonlySignal<SettingsReply | null>;
  own: ReadonlySignal<OwnSettingsReply | null>;
  loading: ReadonlySignal<Task>;
  saving: Readonly<Record<PreferenceForm, ReadonlySignal<Task>>>;
  load(): Promise<void>;
  /** Saves one form; what it changes shows on the dashboard when it is done. */
  save<Form extends keyof SettingsPatch>(form: Form, value: SettingsReply[Form]): Promise<void>;
  saveOwnLanguage(language: OwnSettingsPatch['language']): Promise<void>;
}

export interface PreferencesDeps {
  api: Pick<Api, 'ask'>;
  dashboard: Pick<DashboardModel, 'refresh'>;
  isAdmin: boolean;
  changeLanguage: (locale: string) => Promise<void>;
}

export function createPreferences({ api, dashboard, isAdmin, changeLanguage }: PreferencesDeps): PreferencesModel {
  const settings = signal<SettingsReply | null>(null);
  const own = signal<OwnSettingsReply | null>(null);
  const loading = signal<Task>({ kind: 'idle' });
  const task = () => signal<Task>({ kind: 'idle' });
  const saving = {
    ...{ timezone: task(), language: task(), displayCurrency: task() },
    ...{ businessHours: task(), ownLanguage: task() },
  };

  const readOwn = () => api.ask({ method: 'GET', path: '/api/settings/own', check: isOwnSettings });

  /** A choice for everyone may be this person's language too. */
  async function takeLanguage(next: OwnSettingsReply): Promise<void> {
    const before = own.value?.locale;
    own.value = next;
    if (next.locale !== before) await changeLanguage(next.locale);
  }

  return {
    settings,
    own,
    loading,
    saving,
    async load() {
      await run(loading, async () => {
        const all = isAdmin ? api.ask({ method: 'GET', path: '/api/settings', check: isFullSettings }) : Promise.resolve(null);
        [own.value, settings.value] = await Promise.all([readOwn(), all]);
      });
    },
    async save(form, value) {
      const isSaved = await run(saving[form], async () => {
        const body = { [form]: value };
        settings.value = await api.ask({ method: 'PATCH', path: '/api/settings', check: isFullSettings, body });
        if (form === 'language') await takeLanguage(await readOwn());
      });
      if (isSaved) await dashboard.refresh();
    },
    async saveOwnLanguage(language) {
      const isSaved = await run(saving.ownLanguage, async () => {
        await takeLanguage(
          await api.ask({ method: 'PATCH', path: '/api/settings/own', check: isOwnSettings, body: { language } }),
        );
      });
      if (isSaved) await dashboard.refresh();
    },
  };
}
