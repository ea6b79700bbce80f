import type { TargetedMouseEvent } from 'preact';
import { useApp } from '../../context.ts';
import type { Host } from '../../host.ts';
import { saveFile } from '../../save-file.ts';
import { Button } from '../../ui/button.tsx';
import { Overlay, OverlayHead } from '../../ui/overlay.tsx';
import { problemText, QUESTION_CODES } from '../problem-text.ts';
import type { DashboardT } from './dashboard-texts.ts';
import type { DrillModel, DrillRecord } from './drill-model.ts';
import { fileName } from './widget-api.ts';

interface DrillPanelProps {
  drill: DrillModel;
  host: Pick<Host, 'openRecord'>;
  timezone: string;
  /** Members may look, not carry away. */
  canSave: boolean;
  t: DashboardT;
}

/** The records behind a number, beside the dashboard. */
export function DrillPanel({ drill, host, timezone, canSave, t }: DrillPanelProps) {
  const { i18n } = useApp();
  const question = drill.question.value;
  if (!question) return null;
  const records = drill.records.value;
  const loading = drill.loading.value;
  const saving = drill.saving.value;
  const entity = drill.entity.value;
  const save = async () => {
    const file = await drill.download();
    if (file) saveFile(file.content, fileName(file.disposition));
  };
  return (
    <Overlay label={t('drill.title')} kind="side" onClose={drill.close}>
      <OverlayHead title={question.config.title} closeLabel={t('close')} onClose={drill.close}>
        {question.label && (
          <p>
            {question.label}
            {question.value && (
              <>
                : <strong>{question.value}</strong>
              </>
            )}
          </p>
        )}
      </OverlayHead>
      <div class="drill-count" role="status">
        {records === null && loading.kind === 'busy' && t('drill.loading')}
        {records?.length === 0 && t('drill.empty')}
        {records && records.length > 0 && entity && (
          <>
            {i18n.t(`entity.${entity}`)} · {t('drill.count', { count: drill.total.value })}
          </>
        )}
        {loading.kind === 'failed' && <p class="problem">{problemText(loading.error, t, QUESTION_CODES)}</p>}
        {saving.kind === 'failed' && <p class="problem">{problemText(saving.error, t, QUESTION_CODES)}</p>}
      </div>
      <div class="overlay-body">
        {records === null && loading.kind === 'busy' && <DrillSkeleton />}
        {records && (
          <ul class="drill-list">
            {records.map((record) => (
              <Row key={`${record.crmSource}:${record.externalId}`} {...{ record, host, timezone, t }} />
            ))}
          </ul>
        )}
        {loading.kind === 'failed' && <Button onClick={drill.loadMore}>{t('retry')}</Button>}
        {records && drill.hasMore.value && loading.kind !== 'failed' && (
          <Button onClick={drill.loadMore} isBusy={loading.kind === 'busy'}>
            {t('drill.more')}
          </Button>
        )}
      </div>
      {canSave && records && records.length > 0 && (
        <footer class="overlay-foot">
          <Button onClick={save} isBusy={saving.kind === 'busy'}>
            {t('drill.save')}
          </Button>
        </footer>
      )}
    </Overlay>
  );
}

function DrillSkeleton() {
  return (
    <div aria-hidden="true">
      {[1, 2, 3, 4, 5].map((place) => (
        <div key={place} class="skeleton drill-skeleton" />
      ))}
    </div>
  );
}

interface RowProps extends Pick<DrillPanelProps, 'host' | 'timezone' | 't'> {
  record: DrillRecord;
}

function Row({ record, host, timezone, t }: RowProps) {
  const { format } = useApp();
  const { title, owner, value, worth, at } = record;
  const name = title || `${t('drill.untitled')} · ${record.externalId}`;
  const url = record.url !== null && /^https?:\/\//.test(record.url) && URL.canParse(record.url) ? record.url : null;
  const open = (event: TargetedMouseEvent<HTMLAnchorElement>) => {
    // A tab of its own, where somebody asks for one.
    const isPlain = !(event.ctrlKey || event.metaKey || event.shiftKey);
    if (isPlain && url !== null && host.openRecord(url)) event.preventDefault();
  };
  return (
    <li>
      {url === null ? (
        <span class="drill-name">{name}</span>
      ) : (
        <a class="drill-name" href={url} target="_blank" rel="noopener" onClick={open}>
          {name}
        </a>
      )}
      {value && <span class="drill-value">{format.exact(value.amount, { format: 'currency', currency: value.currency })}</span>}
      <span class="drill-note">{owner?.name ?? t('drill.nobody')}</span>
      {worth && worth.currency !== value?.currency && (
        <span class="drill-note is-end">≈ {format.exact(worth.amount, { format: 'currency', currency: worth.currency })}</span>
      )}
      {at && (
        <time class="drill-note is-end" dateTime={at}>
          {format.moment(at, timezone, Date.now())}
        </time>
      )}
    </li>
  );
}
