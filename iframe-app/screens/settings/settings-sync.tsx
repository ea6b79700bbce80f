import type { TargetedMouseEvent } from 'preact';
import { useState } from 'preact/hooks';
import type { SyncError, SyncStatusReply } from '../../../contract/sync.ts';
import { oneOf } from '../../check.ts';
import { useApp } from '../../context.ts';
import type { Host } from '../../host.ts';
import { Button } from '../../ui/button.tsx';
import { isProblem, type SyncModel } from '../sync/sync-model.ts';
import { type QuarantinedRecord, type QuarantineModel, toLink } from './quarantine-model.ts';
import { type SettingsModel, toCopyProblem, toProblem, toSyncProblem } from './settings-model.ts';
import { Failure, Outcome } from './settings-outcome.tsx';
import { SETTINGS_TEXTS } from './settings-texts.ts';

/** A newer server may know more of them. */
const isKnownError = oneOf<SyncError>({
  auth: true,
  blocked: true,
  rate_limit: true,
  unavailable: true,
  bad_response: true,
  many_deleted: true,
  storage_full: true,
  internal: true,
});

interface SyncSettingsProps {
  model: SettingsModel;
  sync: SyncModel;
  host: Pick<Host, 'openRecord'>;
}

/** How the copy of the CRM stands, and what an administrator can do about it. */
export function SyncSettings({ model, sync, host }: SyncSettingsProps) {
  const t = useApp().i18n.of(SETTINGS_TEXTS);
  const status = sync.status.value;
  const isPaused = status?.status === 'paused';
  const isPausing = model.pausing.value.kind === 'busy';
  const problems = status?.entities.reduce((sum, { quarantinedRecords }) => sum + quarantinedRecords, 0) ?? 0;
  return (
    <div class="settings-form">
      <p>{t('sync.text')}</p>
      <SyncFacts status={status} timezone={model.timezone.value ?? 'UTC'} />
      <div class="settings-row">
        {status && (
          <Button onClick={isPaused ? model.resume : model.pause} isBusy={isPausing}>
            {t(isPaused ? 'resume.submit' : 'pause.submit')}
          </Button>
        )}
        <Button onClick={model.copyAgain} isBusy={model.copying.value.kind === 'busy'}>
          {t('copy.submit')}
        </Button>
      </div>
      <Outcome
        id="pause-outcome"
        task={model.pausing.value}
        done={t(isPaused ? 'pause.done' : 'resume.done')}
        toProblem={toSyncProblem}
      />
      <Outcome id="copy-outcome" task={model.copying.value} done={t('copy.done')} toProblem={toCopyProblem} />
      {problems > 0 && <Quarantine model={model.quarantine} count={problems} host={host} />}
    </div>
  );
}

interface SyncFactsProps {
  /** Null until it is known. */
  status: SyncStatusReply | null;
  timezone: string;
}

function SyncFacts({ status, timezone }: SyncFactsProps) {
  const { i18n, format } = useApp();
  const t = i18n.of(SETTINGS_TEXTS);
  const now = Date.now();
  const when = (iso: string) => format.moment(iso, timezone, now);
  const describeNext = (next: string) => (Date.parse(next) <= now ? t('sync.atOnce') : when(next));
  if (status === null) return <p class="settings-note">{t('loading')}</p>;
  const { status: state, dataAsOf, nextSyncAt } = status;
  const reason = status.entities.find((entity) => entity.status === state)?.errorCode;
  return (
    <>
      <dl class="sync-facts">
        <div>
          <dt>{t('sync.state')}</dt>
          <dd aria-live="polite" data-status={state}>
            {isProblem(state) ? i18n.t(`syncBadge.${state}`) : t(`state.${state}`)}
          </dd>
        </div>
        {dataAsOf && (
          <div>
            <dt>{t('sync.asOf')}</dt>
            <dd>{when(dataAsOf)}</dd>
          </div>
        )}
        {/* The first load has no next one yet, and needs none. */}
        {(nextSyncAt || (state !== 'pending' && state !== 'syncing')) && (
          <div>
            <dt>{t('sync.next')}</dt>
            <dd>{nextSyncAt ? describeNext(nextSyncAt) : t('sync.notPlanned')}</dd>
          </div>
        )}
      </dl>
      {isKnownError(reason) && <p class="settings-note">{t(`syncError.${reason}`)}</p>}
    </>
  );
}

interface QuarantineProps {
  model: QuarantineModel;
  count: number;
  host: Pick<Host, 'openRecord'>;
}

function Quarantine({ model, count, host }: QuarantineProps) {
  const { i18n } = useApp();
  const t = i18n.of(SETTINGS_TEXTS);
  const [isOpen, setOpen] = useState(false);
  const records = model.records.value;
  const task = model.loading.value;
  const isBusy = task.kind === 'busy';
  const toggle = () => {
    setOpen(!isOpen);
    if (!isOpen) model.load();
  };
  return (
    <section class="quarantine">
      <button type="button" class="quarantine-toggle" aria-expanded={isOpen} aria-controls="quarantine-list" onClick={toggle}>
        {t('quarantine')} ({i18n.writeCount(count)})
      </button>
      <div id="quarantine-list" hidden={!isOpen}>
        <p class="settings-note">{t('quarantine.text')}</p>
        {records && (
          <ul class="quarantine-records">
            {records.map((record) => (
              <Row key={`${record.crmSource}:${record.entity}:${record.externalId}`} record={record} host={host} />
            ))}
          </ul>
        )}
        {records === null && isBusy && <p class="settings-note">{t('loading')}</p>}
        <div class="settings-outcome" role="status">
          {task.kind === 'failed' && <Failure error={task.error} problem={toProblem(task.error)} />}
        </div>
        {task.kind === 'failed' && records === null && <Button onClick={model.load}>{t('retry')}</Button>}
        {records !== null && model.hasMore.value && (
          <Button onClick={model.loadMore} isBusy={isBusy}>
            {t('more')}
          </Button>
        )}
      </div>
    </section>
  );
}

function Row({ record, host }: { record: QuarantinedRecord; host: Pick<Host, 'openRecord'> }) {
  const t = useApp().i18n.of(SETTINGS_TEXTS);
  const { entity, externalId, problems } = record;
  const url = toLink(record.url);
  const open = (event: TargetedMouseEvent<HTMLAnchorElement>) => {
    // A tab of its own, where somebody asks for one.
    const isPlain = !(event.ctrlKey || event.metaKey || event.shiftKey);
    if (isPlain && url !== null && host.openRecord(url)) event.preventDefault();
  };
  return (
    <li>
      <strong>
        {t(`quarantine.${entity}`)}{' '}
        {url === null ? (
          externalId
        ) : (
          <a href={url} target="_blank" rel="noopener" onClick={open}>
            {externalId}
          </a>
        )}
      </strong>
      <ul>
        {problems.map(({ field, problem }) => (
          <li key={`${field}:${problem}`}>
            {field !== null && <code>{field}</code>}
            {field !== null && ': '}
            {t(`recordProblem.${problem}`)}
          </li>
        ))}
      </ul>
    </li>
  );
}
