import { useEffect } from 'preact/hooks';
import type { AccessLogEntry } from '../../../contract/data.ts';
import { oneOf } from '../../check.ts';
import { useApp } from '../../context.ts';
import { Button } from '../../ui/button.tsx';
import type { DashboardModel } from '../dashboard/dashboard-model.ts';
import type { DataModel } from './data-model.ts';
import { Card } from './settings-card.tsx';
import { toProblem } from './settings-model.ts';
import { Failure } from './settings-outcome.tsx';
import type { texts } from './settings-texts/en.ts';
import { SETTINGS_TEXTS } from './settings-texts.ts';

/** A newer server may log more of them. */
const isKnownAction = oneOf<Extract<keyof typeof texts, `action.${string}`>>({
  'action.query_dashboard': true,
  'action.list_widgets': true,
  'action.list_deleted_widgets': true,
  'action.create_widget': true,
  'action.update_widget': true,
  'action.delete_widget': true,
  'action.restore_widget': true,
  'action.export_widget': true,
  'action.list_records': true,
  'action.export_records': true,
  'action.view_record': true,
  'action.answer_kpi': true,
  'action.read_chat': true,
  'action.view_usage': true,
  'action.view_access_log': true,
  'action.export_data': true,
  'action.delete_all': true,
  'action.undo_delete': true,
  'action.sync_full': true,
  'action.sync_incremental': true,
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
  const { at, who, action, recordCount } = entry;
  const t = i18n.of(SETTINGS_TEXTS);
  const key = `action.${action}`;
  return (
    <tr>
      <td>{format.moment(at, timezone, Date.now())}</td>
      <td>{who.name ?? (who.kind === 'user' ? `#${who.id}` : who.id)}</td>
      <td>{isKnownAction(key) ? t(key) : action}</td>
      <td>{recordCount === null ? '' : i18n.writeCount(recordCount)}</td>
    </tr>
  );
}
