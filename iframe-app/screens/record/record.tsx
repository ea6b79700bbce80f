import '../../styles/record.css';
import type { ComponentChildren } from 'preact';
import type { RecordReply } from '../../../contract/dashboard.ts';
import { useApp } from '../../context.ts';
import type { Translate } from '../../text-types.ts';
import { MessagePage } from '../../ui/message-page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { LoadFailurePage } from '../load-failure.tsx';
import { Notice } from '../notice.tsx';
import { lacksNextStep, type RecordModel } from './record-model.ts';
import type { texts } from './record-texts/en.ts';
import { RECORD_TEXTS } from './record-texts.ts';

export { RECORD_TEXTS as TEXTS };

type RecordT = Translate<typeof texts>;

/** The tab in a record's own card: where it stands, who has it, what is next. */
export function Record({ model }: { model: RecordModel }) {
  const { i18n } = useApp();
  const t = i18n.of(RECORD_TEXTS);
  const record = model.record.value;
  const error = model.error.value;
  if (record) return <RecordCard record={record} />;
  if (error?.kind === 'session') return <Notice kind="reopen" />;
  if (error?.code === 'not_found') return <MessagePage title={t('notCopied')} text={t('notCopiedText')} />;
  if (error) return <LoadFailurePage error={error} onRetry={model.refresh} isBusy={model.isLoading.value} />;
  return (
    <main class="record" aria-busy="true" aria-label={i18n.t('panel.loading')}>
      <Panel title="" subtitle="" state="loading" />
    </main>
  );
}

function RecordCard({ record }: { record: RecordReply }) {
  const { i18n, format } = useApp();
  const t = i18n.of(RECORD_TEXTS);
  const { stage, activities } = record;
  const when = (iso: string) => format.moment(iso, record.timezone, Date.now());
  return (
    <main class="record">
      <header class="record-head">
        <h1>{record.title || t('untitled')}</h1>
        {record.dataAsOf && <span class="as-of">{i18n.t('dashboard.asOf', { time: when(record.dataAsOf) })}</span>}
      </header>
      <dl class="facts">
        {stage && (
          <Fact
            label={t('stage')}
            note={stage.semantic === 'open' && record.daysInStage !== null ? describeStay(record.daysInStage, t) : null}
          >
            <span class={`stage stage-${stage.semantic}`}>{stage.label}</span>
          </Fact>
        )}
        {activities.next ? (
          <Fact label={t('next')} note={when(activities.next.at)}>
            {activities.next.type.label}
          </Fact>
        ) : (
          lacksNextStep(record) && (
            <Fact label={t('next')} note={t('noNextText')}>
              <span class="fact-warning">{t('noNext')}</span>
            </Fact>
          )
        )}
        {record.amount && (
          <Fact label={t('amount')} note={record.pipeline?.label ?? null}>
            {format.exact(record.amount.value, { format: 'currency', currency: record.amount.currency })}
          </Fact>
        )}
        <Fact label={t('owner')} note={record.source && `${t('source')}: ${record.source.label}`}>
          {record.owner?.name ?? t('unassigned')}
        </Fact>
        {activities.count !== null && (
          <Fact
            label={t('activities')}
            note={activities.lastAt === null ? null : t('lastActivity', { time: when(activities.lastAt) })}
          >
            {i18n.writeCount(activities.count)}
          </Fact>
        )}
        {record.ageDays !== null && (
          <Fact label={t('age')} note={describeLife(record, when, t)}>
            {record.ageDays === 0 ? t('underADay') : t('days', { count: record.ageDays })}
          </Fact>
        )}
      </dl>
      {record.history.length > 0 && (
        <section class="history">
          <h2>{t('history')}</h2>
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

function describeStay(days: number, t: RecordT): string {
  return days === 0 ? t('inStageUnderADay') : t('inStage', { count: days });
}

function describeLife(record: RecordReply, when: (iso: string) => string, t: RecordT): string | null {
  if (record.closedAt !== null) return t('closed', { time: when(record.closedAt) });
  return record.createdAt === null ? null : t('created', { time: when(record.createdAt) });
}
