import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import type { RecordReply } from '../../contract/dashboard.ts';
import { useApp } from '../context.ts';
import type { I18n } from '../i18n.ts';
import { MessagePage } from '../ui/message-page.tsx';
import { Panel } from '../ui/panel.tsx';
import { LoadFailurePage } from './load-failure.tsx';
import { Notice } from './notice.tsx';
import { lacksNextStep, type RecordModel } from './record-model.ts';

/** The tab in a record's own card: where it stands, who has it, what is next. */
export function Record({ model }: { model: RecordModel }) {
  const { t } = useApp().i18n;
  const record = model.record.value;
  const error = model.error.value;
  useEffect(() => {
    model.refresh();
  }, [model]);
  if (record) return <RecordCard record={record} />;
  if (error?.kind === 'session') return <Notice kind="reopen" />;
  if (error?.code === 'not_found') return <MessagePage title={t('record.notCopied')} text={t('record.notCopiedText')} />;
  if (error) return <LoadFailurePage error={error} onRetry={model.refresh} isBusy={model.isLoading.value} />;
  return (
    <main class="record" aria-busy="true" aria-label={t('panel.loading')}>
      <Panel title="" subtitle="" state="loading" />
    </main>
  );
}

function RecordCard({ record }: { record: RecordReply }) {
  const { i18n, format } = useApp();
  const { t } = i18n;
  const { stage, activities } = record;
  const when = (iso: string) => format.moment(iso, record.timezone, Date.now());
  return (
    <main class="record">
      <header class="record-head">
        <h1>{record.title || t('record.untitled')}</h1>
        {record.dataAsOf && <span class="as-of">{t('dashboard.asOf', { time: when(record.dataAsOf) })}</span>}
      </header>
      <dl class="facts">
        {stage && (
          <Fact
            label={t('record.stage')}
            note={stage.semantic === 'open' && record.daysInStage !== null ? describeStay(record.daysInStage, i18n) : null}
          >
            <span class={`stage stage-${stage.semantic}`}>{stage.label}</span>
          </Fact>
        )}
        {activities.next ? (
          <Fact label={t('record.next')} note={when(activities.next.at)}>
            {activities.next.type.label}
          </Fact>
        ) : (
          lacksNextStep(record) && (
            <Fact label={t('record.next')} note={t('record.noNextText')}>
              <span class="fact-warning">{t('record.noNext')}</span>
            </Fact>
          )
        )}
        {record.amount && (
          <Fact label={t('record.amount')} note={record.pipeline?.label ?? null}>
            {format.exact(record.amount.value, { format: 'currency', currency: record.amount.currency })}
          </Fact>
        )}
        <Fact label={t('record.owner')} note={record.source && `${t('record.source')}: ${record.source.label}`}>
          {record.owner?.name ?? t('record.unassigned')}
        </Fact>
        {activities.count !== null && (
          <Fact
            label={t('record.activities')}
            note={activities.lastAt === null ? null : t('record.lastActivity', { time: when(activities.lastAt) })}
          >
            {i18n.writeCount(activities.count)}
          </Fact>
        )}
        {record.ageDays !== null && (
          <Fact label={t('record.age')} note={describeLife(record, when, i18n)}>
            {record.ageDays === 0 ? t('record.underADay') : t('record.days', { count: record.ageDays })}
          </Fact>
        )}
      </dl>
      {record.history.length > 0 && (
        <section class="history">
          <h2>{t('record.history')}</h2>
          <ol>
            {record.history.map((step) => (
              <li key={`${step.at}:${step.stage.code}`}>
                <span class={`stage stage-${step.stage.semantic}`}>{step.stage.label}</span>
                <time dateTime={step.at}>{when(step.at)}</time>
              </li>
            ))}
          </ol>
        </section>
      )}
    </main>
  );
}

interface FactProps {
  label: string;
  note: string | null;
  children: ComponentChildren;
}

function Fact({ label, note, children }: FactProps) {
  return (
    <div class="fact">
      <dt>{label}</dt>
      <dd class="fact-value">{children}</dd>
      {note && <dd class="fact-note">{note}</dd>}
    </div>
  );
}

function describeStay(days: number, { t }: I18n): string {
  return days === 0 ? t('record.inStageUnderADay') : t('record.inStage', { count: days });
}

function describeLife(record: RecordReply, when: (iso: string) => string, { t }: I18n): string | null {
  if (record.closedAt !== null) return t('record.closed', { time: when(record.closedAt) });
  return record.createdAt === null ? null : t('record.created', { time: when(record.createdAt) });
}
