import type { EntityProgress, SyncStatusReply } from '../../../contract/sync.ts';
import { useApp } from '../../context.ts';
import type { I18n } from '../../i18n.ts';
import { Banner } from '../../ui/banner.tsx';
import { Button } from '../../ui/button.tsx';
import { ProgressBar } from '../../ui/progress-bar.tsx';
import {
  commonCoverage,
  isProblem,
  overallProgress,
  pickHeadline,
  progressOf,
  type SyncModel,
  type SyncProblem,
} from './sync-model.ts';

interface SyncProps {
  sync: SyncModel;
  /** The tenant's, for months begin at its midnight. */
  timezone: string;
}

/** The first load, while there is no number to show: how far it is and how long it takes. */
export function SyncProgress({ sync, canRestart, timezone }: SyncProps & { canRestart: boolean }) {
  const { i18n } = useApp();
  const status = sync.status.value;
  const entities = status?.entities ?? [];
  const coverage = useCoverage({ sync, timezone });
  return (
    <section class="sync">
      {status && isProblem(status.status) && <SyncTrouble sync={sync} problem={status.status} canRestart={canRestart} />}
      <h1>{i18n.t(hasBegun(status) ? 'sync.title' : 'sync.connecting')}</h1>
      <p class="sync-headline">{describeHeadline(entities, i18n)}</p>
      <ProgressBar size="thick" value={headlineProgress(entities)} label={i18n.t('sync.progress')} />
      <p class="sync-left">{useSpeed(sync) ?? i18n.t('sync.estimating')}</p>
      {coverage && <p class="sync-left">{coverage}</p>}
      <ul class="sync-entities">
        {entities.map((entity) => (
          <EntityRow key={`${entity.crmSource}:${entity.entity}`} entity={entity} />
        ))}
      </ul>
      <p class="sync-hint">{i18n.t('sync.hint')}</p>
    </section>
  );
}

/** The load in one line, above a dashboard that already has some of its numbers. */
export function SyncStrip({ sync, timezone }: SyncProps) {
  const { i18n } = useApp();
  // Also before the first answer: what came later would push the numbers down under the reader's eyes.
  const entities = sync.status.value?.entities ?? [];
  const coverage = useCoverage({ sync, timezone });
  return (
    <section class="sync-strip">
      <div>
        <strong>{i18n.t('sync.title')}</strong>
        <span class="sync-left">{useSpeed(sync) ?? i18n.t('sync.partial')}</span>
      </div>
      <ProgressBar value={overallProgress(entities)} label={i18n.t('sync.progress')} />
      <ul class="sync-counts">
        {entities.map((entity) =>
          entity.status === 'complete' || entity.totalRecords === null ? null : (
            <li key={`${entity.crmSource}:${entity.entity}`}>{describeCount(entity, entity.totalRecords, i18n)}</li>
          ),
        )}
        {coverage && <li class="sync-left">{coverage}</li>}
      </ul>
    </section>
  );
}

/** A load starts with the newest records: from which month on everything is there. */
function useCoverage({ sync, timezone }: SyncProps): string | null {
  const { i18n, format } = useApp();
  const from = commonCoverage(sync.status.value?.entities ?? []);
  return from === null ? null : i18n.t('sync.coveredFrom', { month: format.month(from, timezone) });
}

interface SyncTroubleProps {
  sync: SyncModel;
  problem: SyncProblem;
  canRestart: boolean;
}

export function SyncTrouble({ sync, problem, canRestart }: SyncTroubleProps) {
  const { t } = useApp().i18n;
  return (
    <Banner title={t(`syncProblem.${problem}.title`)} text={t(`syncProblem.${problem}.text`)}>
      {canRestart && (
        <Button onClick={sync.restart} isBusy={sync.isRestarting.value}>
          {t(problem === 'paused' ? 'action.resumeSync' : 'action.restartSync')}
        </Button>
      )}
    </Banner>
  );
}

function EntityRow({ entity }: { entity: EntityProgress }) {
  const { i18n } = useApp();
  const name = i18n.t(`entity.${entity.entity}`);
  return (
    <li data-entity={entity.entity} data-status={entity.status}>
      <span class="sync-entity-name">{name}</span>
      <ProgressBar value={entity.status === 'pending' ? 0 : progressOf(entity)} label={name} />
      <span class="sync-entity-count">{describeEntity(entity, i18n)}</span>
    </li>
  );
}

function hasBegun(status: SyncStatusReply | null): boolean {
  return status?.entities.some((entity) => entity.totalRecords !== null || entity.syncedRecords > 0) ?? false;
}

function headlineProgress(entities: EntityProgress[]): number | null {
  const entity = pickHeadline(entities);
  return entity && progressOf(entity);
}

function describeHeadline(entities: EntityProgress[], i18n: I18n): string {
  const entity = pickHeadline(entities);
  return entity && entity.totalRecords !== null ? describeCount(entity, entity.totalRecords, i18n) : '';
}

function describeCount({ entity, syncedRecords }: EntityProgress, total: number, { t, writeCount }: I18n): string {
  return t(`sync.progress.${entity}`, { done: writeCount(syncedRecords), count: total });
}

function describeEntity(entity: EntityProgress, i18n: I18n): string {
  if (entity.status === 'pending' && entity.syncedRecords === 0) return i18n.t('sync.waiting');
  if (entity.status === 'complete') return i18n.writeCount(entity.syncedRecords);
  const done = i18n.writeCount(entity.syncedRecords);
  return entity.totalRecords === null ? done : `${done} / ${i18n.writeCount(entity.totalRecords)}`;
}

/** Time left and records a second, as far as they are known. */
function useSpeed(sync: SyncModel): string | null {
  const { t } = useApp().i18n;
  if (sync.isWaiting.value) return t('sync.crmWaits');
  const seconds = sync.secondsLeft.value;
  const rate = sync.recordsPerSecond.value;
  const parts = [
    seconds !== null && (seconds < 60 ? t('sync.underAMinute') : t('sync.minutesLeft', { count: Math.round(seconds / 60) })),
    rate !== null && t('sync.rate', { count: rate }),
  ];
  return parts.filter((part) => part !== false).join(' · ') || null;
}
