import type { ApiError } from '../../api.ts';
import { useApp } from '../../context.ts';
import type { Task } from '../task.ts';
import type { Problem } from './settings-model.ts';
import { SETTINGS_TEXTS } from './settings-texts.ts';

interface OutcomeProps {
  id: string;
  task: Task;
  done: string;
  toProblem: (error: ApiError) => Problem;
}

/** Always there, so that a screen reader hears what comes into it. */
export function Outcome({ id, task, done, toProblem }: OutcomeProps) {
  return (
    <div id={id} class="settings-outcome" role="status">
      {task.kind === 'done' && <p class="settings-done">{done}</p>}
      {task.kind === 'failed' && <Failure error={task.error} problem={toProblem(task.error)} />}
    </div>
  );
}

export function Failure({ error, problem }: { error: ApiError; problem: Problem }) {
  const { i18n } = useApp();
  const t = i18n.of(SETTINGS_TEXTS);
  return (
    <>
      <p class="settings-failed">{t(`problem.${problem}`)}</p>
      {problem === 'failed' && error.requestId && <small>{i18n.t('loadFailed.request', { id: error.requestId })}</small>}
    </>
  );
}
