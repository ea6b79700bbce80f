import '../../styles/onboarding.css';
import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Api } from '../../api.ts';
import { useApp } from '../../context.ts';
import { browserTimers, documentVisibility, startPolling } from '../../poller.ts';
import { Button } from '../../ui/button.tsx';
import { BrandMark } from '../../ui/icons.tsx';
import { ProgressBar } from '../../ui/progress-bar.tsx';
import { Notice } from '../notice.tsx';
import type { SyncModel } from '../sync/sync-model.ts';
import { createOnboardingApi } from './onboarding-api.ts';
import { BuildingStep, type Drawing } from './onboarding-building.tsx';
import { ChooseStep } from './onboarding-choose.tsx';
import { createOnboarding, type OnboardingDeps, type OnboardingModel } from './onboarding-model.ts';
import { Failure, LookFailure, type StepProps, signature } from './onboarding-parts.tsx';
import { QuestionsStep } from './onboarding-questions.tsx';
import { createWords, type Words } from './onboarding-words.ts';

export { ONBOARDING_TEXTS } from './onboarding-texts.ts';

const STEPS = ['copying', 'analyzing', 'choose', 'questions', 'building'] as const;
type Step = (typeof STEPS)[number];

export function createPart({ api, ...deps }: Omit<OnboardingDeps, 'api'> & { api: Api }): OnboardingModel {
  return createOnboarding({ ...deps, api: createOnboardingApi(api) });
}

/** The step of onboarding at which the tenant is, in the dashboard's place. */
export function Onboarding({ model, Chart }: { model: OnboardingModel } & Drawing) {
  const words = useWords();
  const heading = useRef<HTMLHeadingElement>(null);
  const screen = model.screen.value ?? 'opening';
  usePolling(model, null);
  useEffect(() => {
    // Not while the person is busy elsewhere in the portal's page.
    if (document.hasFocus()) heading.current?.focus();
  }, [screen]);

  if (model.isSessionOver.value) return <Notice kind="reopen" />;
  const props = { model, words, heading };
  return (
    <main class="onboarding" data-screen={screen}>
      <header class="onboarding-head">
        <BrandMark />
        {screen !== 'opening' && <Steps step={screen} words={words} />}
        <Button onClick={model.putOff}>{words.t(screen === 'building' ? 'toDashboard' : 'later')}</Button>
      </header>
      {/* Always there, so that a screen reader hears what comes into it. */}
      <div class="onboarding-news" role="status">
        {model.hasMoved.value && <p>{words.t('moved')}</p>}
      </div>
      {screen === 'opening' && <OpeningStep {...props} />}
      {screen === 'analyzing' && <AnalyzingStep {...props} />}
      {screen === 'choose' && <ChooseStep {...props} />}
      {screen === 'questions' && <QuestionsStep {...props} />}
      {screen === 'building' && <BuildingStep {...props} Chart={Chart} />}
    </main>
  );
}

/** Above the dashboard: how far onboarding is, or how to get to it. */
export function OnboardingNote({ model, sync }: { model: OnboardingModel; sync: SyncModel }) {
  const words = useWords();
  const status = sync.status.value;
  // While records arrive, news of them says nothing here; after that each may be of onboarding.
  usePolling(model, status?.status === 'complete' ? status : status?.status);
  const state = model.reply.value?.state;
  const finished = model.finished.value;
  if (finished !== null) {
    const text = finished === 0 ? words.t('finished.none') : words.t('finished.charts', { count: finished });
    return (
      <Note model={model} title={words.t('finished.title')} text={text} by={signature('chartArchitect', words)}>
        <Button onClick={model.dismiss}>{words.t('close')}</Button>
      </Note>
    );
  }
  if (state === undefined || state === 'complete') return null;
  if (state === 'syncing') {
    return (
      <div class="onboarding-note">
        <Steps step="copying" words={words} />
      </div>
    );
  }
  // It begins by itself, unless that has failed.
  if (state === 'not_started' && model.sending.value.kind !== 'failed') return null;
  const canGoOn = state !== 'categories' || model.reply.value?.categories.some(({ isAvailable }) => isAvailable);
  const kind = state === 'not_started' ? 'offer' : canGoOn ? 'resume' : 'wait';
  return (
    <Note model={model} title={words.t(`${kind}.title`)} text={words.t(`${kind}.text`)} by={signature('schemaAnalyst', words)}>
      <Button onClick={model.enter}>{words.t(`${kind}.submit`)}</Button>
    </Note>
  );
}

interface NoteProps {
  model: OnboardingModel;
  title: string;
  text: string;
  by: string;
  children: ComponentChildren;
}

function Note({ model, title, text, by, children }: NoteProps) {
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    if (model.hasLeft.value && document.hasFocus()) place.current?.focus();
  }, [model]);
  return (
    <section class="onboarding-note" ref={place} tabIndex={-1} aria-label={title}>
      <div class="onboarding-note-text">
        <strong>{title}</strong>
        <span>{text}</span>
        <small>{by}</small>
      </div>
      {children}
    </section>
  );
}

/** Where in the whole this step stands. Narrow pages name the current one only. */
function Steps({ step, words }: { step: Step; words: Words }) {
  const current = STEPS.indexOf(step);
  const name = words.t(`step.${step}`);
  return (
    <nav class="steps" aria-label={words.t('steps')}>
      <p class="steps-now">{words.t('stepOf', { step: current + 1, count: STEPS.length, name })}</p>
      <ol>
        {STEPS.map((one, index) => (
          <li
            key={one}
            data-is={index < current ? 'done' : index === current ? 'current' : 'ahead'}
            {...(index === current ? { 'aria-current': 'step' } : {})}
          >
            {words.t(`step.${one}`)}
          </li>
        ))}
      </ol>
    </nav>
  );
}

function OpeningStep({ model, words, heading }: StepProps) {
  const failed = [model.sending.value, model.loading.value].find(({ kind }) => kind === 'failed');
  return (
    <section class="onboarding-card">
      <h1 ref={heading} tabIndex={-1}>
        {words.t('opening')}
      </h1>
      {failed?.kind === 'failed' ? (
        <>
          <Failure error={failed.error} words={words} />
          <div class="onboarding-actions">
            <Button kind="primary" onClick={model.retry}>
              {words.t('retry')}
            </Button>
          </div>
        </>
      ) : (
        <ProgressBar value={null} label={words.t('opening')} />
      )}
    </section>
  );
}

function AnalyzingStep({ model, words, heading }: StepProps) {
  return (
    <section class="onboarding-card">
      <h1 ref={heading} tabIndex={-1}>
        {words.t('analyzing.title')}
      </h1>
      <p>{words.t('analyzing.text')}</p>
      <ProgressBar value={null} label={words.t('analyzing.title')} size="thick" />
      <p class="onboarding-signature">{signature('schemaAnalyst', words)}</p>
      <LookFailure model={model} words={words} />
    </section>
  );
}

function useWords(): Words {
  const app = useApp();
  return useMemo(() => createWords(app), [app]);
}

/** @param signal looks at once when it changes */
function usePolling(model: OnboardingModel, signal: unknown): void {
  const isAwaiting = model.isAwaiting.value;
  useEffect(() => {
    if (!isAwaiting) return;
    return startPolling(model.poll, documentVisibility, browserTimers);
  }, [model, isAwaiting, signal]);
}
