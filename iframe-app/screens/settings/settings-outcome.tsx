import type { ApiError } from '../../api.ts';
import { useApp } from '../../context.ts';
import type { Task } from '../task.ts';
import type { Problem } from './settings-model.ts';
import type { SettingsTexts } from './settings-texts.ts';

interface OutcomeProps {
  id: string;
  task: Task;
  done: string;
  toProblem: (error: ApiError) => Problem;
  texts: SettingsTexts;
}

/** Always there, so that a screen reader hears what comes into it. */
export function Outcome({ id, task, done, toProblem, texts }: OutcomeProps) {
  return (
    <div id={id} class="settings-outcome" role="status">
      {task.kind === 'done' && <p class="settings-done">{done}</p>}
      {task.kind === 'failed' && <Failure error={task.error} problem={toProblem(task.error)} texts={texts} />}
    </div>
  );
}

export function Failure({ error, problem, texts }: { error: ApiError; problem: Problem; texts: SettingsTexts }) {
  const { t } = useApp().i18n;
  return (
    <>
      <p class="settings-failed">{texts[`problem.${problem}`]}</p>
      {problem === 'failed' && error.requestId && <small>{t('loadFailed.request', { id: error.requestId })}</small>}
    </>
  );
}
