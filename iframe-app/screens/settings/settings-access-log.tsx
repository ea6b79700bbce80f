import { useEffect } from 'preact/hooks';
import type { AccessLogEntry } from '../../../contract/data.ts';
import { useApp } from '../../context.ts';
import { Button } from '../../ui/button.tsx';
import type { DashboardModel } from '../dashboard/dashboard-model.ts';
import type { DataModel } from './data-model.ts';
import type { AreaTexts } from './settings-area-texts.ts';
import { Card } from './settings-card.tsx';
import { toProblem } from './settings-model.ts';
import { Failure } from './settings-outcome.tsx';
import type { SettingsTexts } from './settings-texts.ts';

interface AccessLogProps {
  model: DataModel;
  dashboard: Pick<DashboardModel, 'reply'>;
  texts: SettingsTexts;
  area: AreaTexts;
}

/** Who looked at what, the latest first. */
export function AccessLogSettings({ model, dashboard, texts, area }: AccessLogProps) {
  const entries = model.entries.value;
  const reading = model.reading.value;
  const isBusy = reading.kind === 'busy';
  useEffect(() => {
    model.readLog();
  }, [model]);
  return (
    <Card title={area['section.accessLog']}>
      <p>{area['log.text']}</p>
      {entries?.length === 0 && <p class="settings-note">{area['log.empty']}</p>}
      {entries && entries.length > 0 && (
        <table class="settings-table settings-log">
          <thead>
            <tr>
              <th scope="col">{area['log.when']}</th>
              <th scope="col">{area['log.who']}</th>
              <th scope="col">{area['log.what']}</th>
              <th scope="col">{area['log.count']}</th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <LogRow key={entry.seq} entry={entry} area={area} timezone={dashboard.reply.value?.timezone ?? 'UTC'} />
            ))}
          </tbody>
        </table>
      )}
      {!entries && isBusy && <p class="settings-note">{texts.loading}</p>}
      {reading.kind === 'failed' && (
        <>
          <Failure error={reading.error} problem={toProblem(reading.error)} texts={texts} />
          <Button onClick={entries ? model.readMoreLog : model.readLog}>{texts.retry}</Button>
        </>
      )}
      {entries && reading.kind !== 'failed' && model.hasMoreEntries.value && (
        <Button onClick={model.readMoreLog} isBusy={isBusy}>
          {area.more}
        </Button>
      )}
    </Card>
  );
}

function LogRow({ entry, area, timezone }: { entry: AccessLogEntry; area: AreaTexts; timezone: string }) {
  const { i18n, format } = useApp();
  const { at, who, action, recordCount } = entry;
  const names = new Map(Object.entries<string>(area));
  return (
    <tr>
      <td>{format.moment(at, timezone, Date.now())}</td>
      <td>{who.name ?? (who.kind === 'user' ? `#${who.id}` : who.id)}</td>
      {/* A newer server may know more of them. */}
      <td>{names.get(`action.${action}`) ?? action}</td>
      <td>{recordCount === null ? '' : i18n.writeCount(recordCount)}</td>
    </tr>
  );
}
