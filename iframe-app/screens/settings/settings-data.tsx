import type { TargetedSubmitEvent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { UsageReply } from '../../../contract/data.ts';
import { useApp } from '../../context.ts';
import { fillText } from '../../fill-text.ts';
import type { I18n } from '../../i18n.ts';
import { Button } from '../../ui/button.tsx';
import type { DataModel } from './data-model.ts';
import type { AreaTexts } from './settings-area-texts.ts';
import { Card } from './settings-card.tsx';
import { toProblem } from './settings-model.ts';
import { Failure, Outcome } from './settings-outcome.tsx';
import type { SettingsTexts } from './settings-texts.ts';

interface PartProps {
  model: DataModel;
  texts: SettingsTexts;
  area: AreaTexts;
}

/** What is kept, all of it as a file, and its deletion. */
export function DataSettings({ model, texts, area }: PartProps) {
  const usage = model.usage.value;
  const counting = model.counting.value;
  useEffect(() => {
    model.count();
  }, [model]);
  return (
    <>
      <Card title={area.usage}>
        <p>{area['usage.text']}</p>
        {usage && <Usage usage={usage} area={area} />}
        {!usage && counting.kind !== 'failed' && <p class="settings-note">{texts.loading}</p>}
        {!usage && counting.kind === 'failed' && (
          <>
            <Failure error={counting.error} problem={toProblem(counting.error)} texts={texts} />
            <Button onClick={model.count}>{texts.retry}</Button>
          </>
        )}
      </Card>
      <Card title={area.export}>
        <Export {...{ model, texts, area }} />
      </Card>
      {usage && (
        <Card title={area.delete} isDanger>
          <DeleteForm {...{ model, texts, area }} domain={usage.confirmation} />
        </Card>
      )}
    </>
  );
}

function Usage({ usage, area }: { usage: UsageReply; area: AreaTexts }) {
  const { i18n } = useApp();
  return (
    <table class="settings-table">
      <thead>
        <tr>
          <th scope="col">{area['usage.entity']}</th>
          <th scope="col">{area['usage.records']}</th>
          <th scope="col">{area['usage.size']}</th>
        </tr>
      </thead>
      <tbody>
        {usage.entities.map(({ entity, records, bytes }) => (
          <tr key={entity}>
            <th scope="row">{i18n.t(`entity.${entity}`)}</th>
            <td>{i18n.writeCount(records)}</td>
            <td>{writeSize(bytes, i18n, area)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{area['usage.total']}</th>
          <td>{i18n.writeCount(usage.records)}</td>
          <td>{writeSize(usage.bytes, i18n, area)}</td>
        </tr>
      </tfoot>
    </table>
  );
}

/** To one digit behind the point from a megabyte on: it is an estimate. */
function writeSize(bytes: number, { writeCount }: I18n, area: AreaTexts): string {
  const [key, unit] =
    bytes >= 1e9 ? (['unit.gb', 1e9] as const) : bytes >= 1e6 ? (['unit.mb', 1e6] as const) : (['unit.kb', 1e3] as const);
  const value = bytes / unit;
  return fillText(area[key], { value: writeCount(key === 'unit.kb' ? Math.ceil(value) : Math.round(value * 10) / 10) });
}

function Export({ model, texts, area }: PartProps) {
  const task = model.exporting.value;
  const isBusy = task.kind === 'busy';
  const isTaken = task.kind === 'failed' && task.error.code === 'rate_limited';
  return (
    <div class="settings-form">
      <p>{area['export.text']}</p>
      <div class="settings-row">
        <Button onClick={model.exportAll} isBusy={isBusy}>
          {isBusy ? area['export.busy'] : area['export.submit']}
        </Button>
        {isBusy && <Button onClick={model.cancelExport}>{area['export.cancel']}</Button>}
      </div>
      {isTaken && (
        <p class="settings-failed" role="alert">
          {area['export.running']}
        </p>
      )}
      <Outcome
        id="export-outcome"
        task={isTaken ? { kind: 'idle' } : task}
        done={area['export.done']}
        toProblem={toProblem}
        texts={texts}
      />
    </div>
  );
}

function DeleteForm({ model, texts, area, domain }: PartProps & { domain: string }) {
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
      <p>{area['delete.text']}</p>
      <label for="delete-domain">{fillText(area['delete.field'], { domain })}</label>
      <div class="settings-row">
        <input
          id="delete-domain"
          type="text"
          required
          maxLength={300}
          autoComplete="off"
          autoCapitalize="off"
          spellcheck={false}
          value={typed}
          aria-invalid={isWrong}
          aria-describedby={isWrong ? 'delete-wrong' : undefined}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
        <button type="submit" class="button button-danger" disabled={isBusy || typed.trim() === ''}>
          {isBusy ? area['delete.busy'] : area['delete.submit']}
        </button>
      </div>
      {isWrong && (
        <p id="delete-wrong" class="settings-failed" role="alert">
          {area['delete.mismatch']}
        </p>
      )}
      <Outcome id="delete-outcome" task={isWrong ? { kind: 'idle' } : task} done="" toProblem={toProblem} texts={texts} />
    </form>
  );
}
