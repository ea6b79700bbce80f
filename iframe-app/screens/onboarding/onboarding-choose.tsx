import type { TargetedSubmitEvent } from 'preact';
import { useId, useState } from 'preact/hooks';
import type { CrmSource } from '../../../contract/crm.ts';
import type { CategoryOffer, EntityQuality, OnboardingReply } from '../../../contract/onboarding.ts';
import { useApp } from '../../context.ts';
import { crmName } from '../../crm-name.ts';
import { Button, SubmitButton } from '../../ui/button.tsx';
import { Failure, type StepProps, signature } from './onboarding-parts.tsx';
import type { Words } from './onboarding-words.ts';

/** What was found in the data, and what the dashboard can be about with it. */
export function ChooseStep({ model, words, heading }: StepProps) {
  const [isNoneTold, setNoneTold] = useState(false);
  const noneId = useId();
  const reply = model.reply.value;
  if (reply === null) return null;
  // A price list alone is no business yet.
  const isEmpty = !reply.isFallback && reply.quality.every(({ entity, records }) => records === 0 || entity === 'products');
  const canChoose = reply.categories.some(({ isAvailable }) => isAvailable);
  /** What was found is told once, above the choice; later, and where nothing is known, the choice is all there is. */
  const isReport = !reply.isReentry && !model.isBack.value && !reply.isFallback && !isEmpty;
  const isBusy = model.sending.value.kind === 'busy';
  const isNone = model.ticked.value.size === 0;
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setNoneTold(isNone);
    if (!isNone) await model.select();
  };
  const hint = canChoose && words.t(reply.isReentry ? 'choose.again' : 'choose.text');
  return (
    <form class="onboarding-form" onSubmit={submit}>
      <section class="onboarding-card">
        <h1 ref={heading} tabIndex={-1}>
          {words.t(isEmpty ? 'empty.title' : isReport ? 'found.title' : 'choose.title')}
        </h1>
        {reply.isFallback && <p class="onboarding-warning">{words.t('found.unknown')}</p>}
        {isReport ? <Found reply={reply} words={words} /> : <p>{isEmpty ? words.t('empty.text') : hint}</p>}
        <p class="onboarding-signature">{signature('schemaAnalyst', words)}</p>
      </section>
      <fieldset class="categories">
        <legend class={isReport ? '' : 'visually-hidden'}>{words.t('choose.title')}</legend>
        {isReport && hint && <p class="onboarding-note-line">{hint}</p>}
        <ul>
          {reply.categories.map((offer) => (
            <CategoryCard
              key={offer.category}
              offer={offer}
              mode={reply.mode}
              about={reply.words?.notes[offer.category] ?? null}
              isFallback={reply.isFallback}
              isTicked={model.ticked.value.has(offer.category)}
              onToggle={() => model.toggle(offer.category)}
              words={words}
            />
          ))}
        </ul>
      </fieldset>
      {model.sending.value.kind === 'failed' && <Failure error={model.sending.value.error} words={words} />}
      <p id={noneId} class="onboarding-failed" role="alert">
        {isNoneTold && isNone && words.t('choose.none')}
      </p>
      <div class="onboarding-actions">
        {canChoose ? (
          <SubmitButton isBusy={isBusy} describedBy={noneId}>
            {words.t('choose.submit')}
          </SubmitButton>
        ) : (
          <Button kind="primary" onClick={model.putOff}>
            {words.t('toDashboard')}
          </Button>
        )}
      </div>
    </form>
  );
}

/** The numbers of records, how far they go back and how well they are kept, by CRM where there are several. */
function Found({ reply, words }: { reply: OnboardingReply; words: Words }) {
  const { language } = useApp().i18n;
  const crms = [...Map.groupBy(reply.quality, ({ crmSource }) => crmSource)];
  return (
    <>
      <p>{words.t(`found.${verdict(reply.quality)}`)}</p>
      {reply.words && <p>{reply.words.summary}</p>}
      {crms.map(([crmSource, entities]) => (
        <FoundInCrm
          key={crmSource}
          crmName={crms.length > 1 ? crmName(crmSource as CrmSource, language) : null}
          entities={entities}
          words={words}
        />
      ))}
    </>
  );
}

function FoundInCrm({ crmName: name, entities, words }: { crmName: string | null; entities: EntityQuality[]; words: Words }) {
  return (
    <>
      {name && <h2>{name}</h2>}
      <ul class="found">
        {entities.map((one) => (
          <FoundEntity key={one.entity} quality={one} words={words} />
        ))}
      </ul>
    </>
  );
}

function FoundEntity({ quality, words }: { quality: EntityQuality; words: Words }) {
  const { entity, records, completeness, recommendation, stages, people } = quality;
  // Of products it is the share of deals that have any, which says nothing of how they are filled in.
  const filled = entity === 'products' ? null : words.t('found.filled', { percent: words.percent(completeness) });
  // One stage is no news. Who does the work shows in the activities.
  const told = stages !== null && stages > 1 ? words.t('found.stages', { count: stages }) : null;
  const by = entity === 'activities' && people > 0 ? words.t('found.people', { count: people }) : null;
  const facts = records === 0 ? [] : [told, by, words.span(quality), filled];
  return (
    <li data-quality={recommendation}>
      <strong>{words.records(entity, records)}</strong>
      <span class="found-facts">{facts.filter((fact) => fact !== null).join(' · ')}</span>
      <span class="quality" data-quality={recommendation}>
        {words.t(`quality.${recommendation}`)}
      </span>
    </li>
  );
}

/** How all that there is is kept together: as well as the worst of it, where that is not nothing. */
function verdict(quality: readonly EntityQuality[]): 'excellent' | 'usable' | 'insufficient' {
  const found = quality.filter(({ records }) => records > 0).map(({ recommendation }) => recommendation);
  if (found.every((one) => one === 'excellent')) return 'excellent';
  return found.some((one) => one === 'excellent' || one === 'usable') ? 'usable' : 'insufficient';
}

interface CategoryCardProps {
  offer: CategoryOffer;
  mode: OnboardingReply['mode'];
  /** What it would show this tenant; null: what it shows in general is told. */
  about: string | null;
  isFallback: boolean;
  isTicked: boolean;
  onToggle: () => void;
  words: Words;
}

function CategoryCard({ offer, mode, about, isFallback, isTicked, onToggle, words }: CategoryCardProps) {
  const id = useId();
  const { category, quality, isAvailable, evidence, unlock } = offer;
  const title =
    category === 'salesPipeline' && mode === 'simple' ? 'category.salesPipeline.simple' : (`category.${category}` as const);
  const facts = evidence.map(words.evidence);
  return (
    <li>
      <label class="category" data-available={isAvailable}>
        <input
          type="checkbox"
          checked={isTicked}
          disabled={!isAvailable}
          onChange={onToggle}
          aria-labelledby={`${id}-title`}
          aria-describedby={`${id}-about ${id}-facts`}
        />
        <span class="category-text">
          <strong id={`${id}-title`}>{words.t(title)}</strong>
          <span id={`${id}-about`}>{about ?? words.t(`about.${category}`)}</span>
          <span id={`${id}-facts`} class="category-facts">
            {!isFallback && (
              <span class="quality" data-quality={quality}>
                {words.t(`quality.${quality}`)}
                {facts.length > 0 && `: ${facts.join(', ')}`}
              </span>
            )}
            {unlock.map((missing) => (
              <span key={JSON.stringify(missing)} class="category-unlock">
                {words.unlock(missing)}
              </span>
            ))}
          </span>
        </span>
      </label>
    </li>
  );
}
