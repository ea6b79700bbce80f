import type { RefObject } from 'preact';
import { AGENTS } from '../../../contract/agents.ts';
import type { ApiError } from '../../api.ts';
import { Button } from '../../ui/button.tsx';
import type { OnboardingModel } from './onboarding-model.ts';
import type { Words } from './onboarding-words.ts';

/** What each step draws. */
export interface StepProps {
  model: OnboardingModel;
  words: Words;
  /** Gets the focus when the step comes up. */
  heading: RefObject<HTMLHeadingElement | null>;
}

/** Why something could not be done; read out at once. */
export function Failure({ error, words }: { error: ApiError; words: Words }) {
  const kind = error.kind === 'network' ? 'network' : error.code === 'forbidden' ? 'forbidden' : 'refused';
  return (
    <p class="onboarding-failed" role="alert">
      {words.t(`failed.${kind}`)}
      {error.requestId !== null && <small>{words.t('failed.request', { id: error.requestId })}</small>}
    </p>
  );
}

/** While the server is at work: that the last look at it has failed, and a way to look now. */
export function LookFailure({ model, words }: Pick<StepProps, 'model' | 'words'>) {
  const task = model.loading.value;
  if (task.kind !== 'failed') return null;
  return (
    <>
      <Failure error={task.error} words={words} />
      <div class="onboarding-actions">
        <Button onClick={model.load}>{words.t('retry')}</Button>
      </div>
    </>
  );
}

/** Who of the team speaks. */
export function signature(role: 'schemaAnalyst' | 'chartArchitect', words: Words): string {
  return words.t(`signature.${AGENTS[role].persona}`, { name: words.name(role) });
}
