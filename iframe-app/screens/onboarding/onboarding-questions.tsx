import type { TargetedSubmitEvent } from 'preact';
import type { Question } from '../../../contract/onboarding.ts';
import { Button, SubmitButton } from '../../ui/button.tsx';
import { Failure, type StepProps, signature } from './onboarding-parts.tsx';
import type { Words } from './onboarding-words.ts';

/** One or two questions for each chosen category, all on one page, each with an answer that suits the data. */
export function QuestionsStep({ model, words, heading }: StepProps) {
  const reply = model.reply.value;
  if (reply === null) return null;
  const isBusy = model.sending.value.kind === 'busy';
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    await model.refine();
  };
  return (
    <form class="onboarding-form" onSubmit={submit}>
      <section class="onboarding-card">
        <h1 ref={heading} tabIndex={-1}>
          {words.t('questions.title')}
        </h1>
        <p>{words.t('questions.text')}</p>
        <p class="onboarding-signature">{signature('schemaAnalyst', words)}</p>
      </section>
      {reply.questions.map((question) => (
        <QuestionField
          key={question.id}
          question={question}
          title={words.t(
            question.category === 'salesPipeline' && reply.mode === 'simple'
              ? 'category.salesPipeline.simple'
              : `category.${question.category}`,
          )}
          chosen={model.answers.value[question.id] ?? question.recommended}
          onAnswer={(option) => model.answer(question.id, option)}
          words={words}
        />
      ))}
      {model.sending.value.kind === 'failed' && <Failure error={model.sending.value.error} words={words} />}
      <div class="onboarding-actions">
        <Button onClick={model.back} isBusy={isBusy}>
          {words.t('back')}
        </Button>
        <SubmitButton isBusy={isBusy}>{words.t('questions.submit')}</SubmitButton>
      </div>
    </form>
  );
}

interface QuestionFieldProps {
  question: Question;
  /** Of its category. */
  title: string;
  chosen: string;
  onAnswer: (option: string) => void;
  words: Words;
}

function QuestionField({ question, title, chosen, onAnswer, words }: QuestionFieldProps) {
  const { id, options, recommended } = question;
  return (
    <fieldset class="question">
      <legend>
        <small>{title}</small>
        {words.t(id)}
      </legend>
      <div class="options">
        {options.map((option) => (
          <label key={option} class="option">
            <input type="radio" name={id} value={option} checked={option === chosen} onChange={() => onAnswer(option)} />
            <span class="option-text">
              <span>{words.option(id, option)}</span>
              {option === recommended && <small class="recommended">{words.t('recommended')}</small>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
