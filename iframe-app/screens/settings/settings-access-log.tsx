import { useEffect } from 'preact/hooks';
import { agentOf } from '../../../contract/agents.ts';
import type { AccessAction, AccessLogEntry } from '../../../contract/data.ts';
import { oneOf } from '../../check.ts';
import { useApp } from '../../context.ts';
import type { Language } from '../../i18n.ts';
import { Button } from '../../ui/button.tsx';
import type { DashboardModel } from '../dashboard/dashboard-model.ts';
import type { DataModel } from './data-model.ts';
import { Card } from './settings-card.tsx';
import { toProblem } from './settings-model.ts';
import { Failure } from './settings-outcome.tsx';
import { SETTINGS_TEXTS } from './settings-texts.ts';

/** A newer server may log more of them. */
const isKnownAction = oneOf<AccessAction>({
  query_dashboard: true,
  list_widgets: true,
  list_deleted_widgets: true,
  create_widget: true,
  update_widget: true,
  delete_widget: true,
  restore_widget: true,
  export_widget: true,
  list_records: true,
  export_records: true,
  view_record: true,
  answer_kpi: true,
  read_chat: true,
  view_usage: true,
  view_access_log: true,
  export_data: true,
  change_settings: true,
  change_member: true,
  delete_all: true,
  undo_delete: true,
  list_values: true,
  preview_widget: true,
  start_onboarding: true,
  select_categories: true,
  refine_categories: true,
  reconfigure_dashboard: true,
  analyze_data: true,
  create_widgets: true,
  ask_model: true,
  sync_full: true,
  sync_incremental: true,
});

interface AccessLogProps {
  model: DataModel;
  dashboard: Pick<DashboardModel, 'reply'>;
}

/** Who looked at what, the latest first. */
export function AccessLogSettings({ model, dashboard }: AccessLogProps) {
  const t = useApp().i18n.of(SETTINGS_TEXTS);
  const entries = model.entries.value;
  const reading = model.reading.value;
  const isBusy = reading.kind === 'busy';
  useEffect(() => {
    model.readLog();
  }, [model]);
  return (
    <Card title={t('section.accessLog')}>
      <p>{t('log.text')}</p>
      {entries?.length === 0 && <p class="settings-note">{t('log.empty')}</p>}
      {entries && entries.length > 0 && (
        <table class="settings-table settings-log">
          <thead>
            <tr>
              <th scope="col">{t('log.when')}</th>
              <th scope="col">{t('log.who')}</th>
              <th scope="col">{t('log.what')}</th>
              <th scope="col">{t('log.count')}</th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <LogRow key={entry.seq} entry={entry} timezone={dashboard.reply.value?.timezone ?? 'UTC'} />
            ))}
          </tbody>
        </table>
      )}
      {!entries && isBusy && <p class="settings-note">{t('loading')}</p>}
      {reading.kind === 'failed' && (
        <>
          <Failure error={reading.error} problem={toProblem(reading.error)} />
          <Button onClick={entries ? model.readMoreLog : model.readLog}>{t('retry')}</Button>
        </>
      )}
      {entries && reading.kind !== 'failed' && model.hasMoreEntries.value && (
        <Button onClick={model.readMoreLog} isBusy={isBusy}>
          {t('more')}
        </Button>
      )}
    </Card>
  );
}

function LogRow({ entry, timezone }: { entry: AccessLogEntry; timezone: string }) {
  const { i18n, format } = useApp();
  const { at, who, action, member, recordCount } = entry;
  const t = i18n.of(SETTINGS_TEXTS);
  return (
    <tr>
      <td>{format.moment(at, timezone, Date.now())}</td>
      <td>{nameOf(who, i18n.language)}</td>
      <td>
        {isKnownAction(action) ? t(`action.${action}`) : action}
        {member !== null && `: ${member}`}
      </td>
      <td>{recordCount === null ? '' : i18n.writeCount(recordCount)}</td>
    </tr>
  );
}

function nameOf({ kind, id, name }: AccessLogEntry['who'], language: Language): string {
  if (kind === 'user') return name ?? `#${id}`;
  return agentOf(id)?.names[language] ?? name ?? id;
}
