import type { TargetedSubmitEvent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { UsageReply } from '../../../contract/data.ts';
import { useApp } from '../../context.ts';
import type { I18n } from '../../i18n.ts';
import { Button, SubmitButton } from '../../ui/button.tsx';
import type { DataModel } from './data-model.ts';
import { Card } from './settings-card.tsx';
import { toProblem } from './settings-model.ts';
import { Failure, Outcome } from './settings-outcome.tsx';
import { SETTINGS_TEXTS } from './settings-texts.ts';

interface PartProps {
  model: DataModel;
}

/** What is kept, all of it as a file, and its deletion. */
export function DataSettings({ model }: PartProps) {
  const t = useApp().i18n.of(SETTINGS_TEXTS);
  const usage = model.usage.value;
  const counting = model.counting.value;
  /** Or will be: of a large CRM it takes seconds, in which everything but the figures is there. */
  const isCounted = usage !== null || counting.kind !== 'failed';
  useEffect(() => {
    model.count();
  }, [model]);
  return (
    <>
      <Card title={t('usage')}>
        <p>{t('usage.text')}</p>
        {isCounted ? (
          <Usage usage={usage} />
        ) : (
          <>
            <Failure error={counting.error} problem={toProblem(counting.error)} />
            <Button onClick={model.count}>{t('retry')}</Button>
          </>
        )}
      </Card>
      <Card title={t('export')}>
        <Export model={model} />
      </Card>
      {isCounted && (
        <Card title={t('delete')} isDanger>
          <DeleteForm model={model} domain={usage?.confirmation ?? null} />
        </Card>
      )}
    </>
  );
}

type Entity = UsageReply['entities'][number]['entity'];
/** As they are told; while they are counted, what they are called is known. */
const ENTITIES: readonly Entity[] = ['leads', 'deals', 'contacts', 'companies', 'activities', 'stageHistory'];

function Usage({ usage }: { usage: UsageReply | null }) {
  const { i18n } = useApp();
  const t = i18n.of(SETTINGS_TEXTS);
  const figure = (write: (of: UsageReply) => string) => (usage ? write(usage) : <span class="skeleton" />);
  const entities = usage?.entities.map(({ entity }) => entity) ?? ENTITIES;
  return (
    <table class="settings-table" aria-busy={usage === null}>
      <thead>
        <tr>
          <th scope="col">{t('usage.entity')}</th>
          <th scope="col">{t('usage.records')}</th>
          <th scope="col">{t('usage.size')}</th>
        </tr>
      </thead>
      <tbody>
        {entities.map((entity, index) => (
          <tr key={entity}>
            <th scope="row">{i18n.t(`entity.${entity}`)}</th>
            <td>{figure((of) => i18n.writeCount(of.entities[index]?.records ?? 0))}</td>
            <td>{figure((of) => writeSize(of.entities[index]?.bytes ?? 0, i18n))}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{t('usage.total')}</th>
          <td>{figure((of) => i18n.writeCount(of.records))}</td>
          <td>{figure((of) => writeSize(of.bytes, i18n))}</td>
        </tr>
      </tfoot>
    </table>
  );
}

/** To one digit behind the point from a megabyte on: it is an estimate. */
function writeSize(bytes: number, { of, writeCount }: I18n): string {
  const [key, unit] =
    bytes >= 1e9 ? (['unit.gb', 1e9] as const) : bytes >= 1e6 ? (['unit.mb', 1e6] as const) : (['unit.kb', 1e3] as const);
  const value = bytes / unit;
  return of(SETTINGS_TEXTS)(key, { value: writeCount(key === 'unit.kb' ? Math.ceil(value) : Math.round(value * 10) / 10) });
}

function Export({ model }: PartProps) {
  const t = useApp().i18n.of(SETTINGS_TEXTS);
  const task = model.exporting.value;
  const isBusy = task.kind === 'busy';
  const isTaken = task.kind === 'failed' && task.error.code === 'rate_limited';
  return (
    <div class="settings-form">
      <p>{t('export.text')}</p>
      <div class="settings-row">
        <Button onClick={model.exportAll} isBusy={isBusy}>
          {isBusy ? t('export.busy') : t('export.submit')}
        </Button>
        {isBusy && <Button onClick={model.cancelExport}>{t('export.cancel')}</Button>}
      </div>
      {isTaken && (
        <p class="settings-failed" role="alert">
          {t('export.running')}
        </p>
      )}
      <Outcome id="export-outcome" task={isTaken ? { kind: 'idle' } : task} done={t('export.done')} toProblem={toProblem} />
    </div>
  );
}

function DeleteForm({ model, domain }: PartProps & { domain: string | null }) {
  const t = useApp().i18n.of(SETTINGS_TEXTS);
  const [typed, setTyped] = useState('');
  const task = model.deleting.value;
  const isBusy = task.kind === 'busy';
  const isWrong = task.kind === 'failed' && task.error.issues.some(({ path }) => path === 'confirmation');
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    await model.deleteAll(typed);
  };
  return (
    <form class="settings-form" onSubmit={submit}>
      <p>{t('delete.text')}</p>
      <label for="delete-domain">{domain === null ? <span class="skeleton" /> : t('delete.field', { domain })}</label>
      <div class="settings-row">
        <input
          id="delete-domain"
          type="text"
          required
          disabled={domain === null}
          maxLength={300}
          autoComplete="off"
          autoCapitalize="off"
          spellcheck={false}
          value={typed}
          aria-invalid={isWrong}
          aria-describedby={isWrong ? 'delete-wrong' : undefined}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
        <SubmitButton kind="danger" isBusy={isBusy || typed.trim() === ''}>
          {isBusy ? t('delete.busy') : t('delete.submit')}
        </SubmitButton>
      </div>
      {isWrong && (
        <p id="delete-wrong" class="settings-failed" role="alert">
          {t('delete.mismatch')}
        </p>
      )}
      <Outcome id="delete-outcome" task={isWrong ? { kind: 'idle' } : task} done="" toProblem={toProblem} />
    </form>
  );
}
