import type { ComponentChildren, TargetedSubmitEvent } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { BusinessHours, WorkingDay } from '../../../contract/settings.ts';
import { useApp } from '../../context.ts';
import { LANGUAGE_NAMES, LANGUAGES } from '../../i18n.ts';
import { Button, SubmitButton } from '../../ui/button.tsx';
import type { Task } from '../task.ts';
import type { PreferenceForm, PreferencesModel } from './preferences-model.ts';
import { Card } from './settings-card.tsx';
import { groupTimeZones, toProblem } from './settings-model.ts';
import { Failure, Outcome } from './settings-outcome.tsx';
import { SETTINGS_TEXTS } from './settings-texts.ts';

type Weekday = keyof BusinessHours;
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const satisfies readonly Weekday[];
/** Every half hour; a field for times would write them as the browser's language does, and cannot say that a day ends at 24:00. */
const TIMES = Array.from({ length: 49 }, (_, step) => `${String(step >> 1).padStart(2, '0')}:${step % 2 === 0 ? '00' : '30'}`);
/** Where a day off becomes a working day. */
const USUAL_DAY = { from: '09:00', to: '18:00' };

interface PartProps {
  model: PreferencesModel;
}

/** Language, currency, zone and hours: one's own language for everybody, the rest for administrators. */
export function PreferenceSettings({ model }: PartProps) {
  const t = useApp().i18n.of(SETTINGS_TEXTS);
  const settings = model.settings.value;
  const own = model.own.value;
  useEffect(() => {
    model.load();
  }, [model]);
  if (own === null) {
    const loading = model.loading.value;
    return (
      <Card title={t('section.preferences')}>
        {loading.kind === 'failed' ? (
          <>
            <Failure error={loading.error} problem={toProblem(loading.error)} />
            <Button onClick={model.load}>{t('retry')}</Button>
          </>
        ) : (
          <p class="settings-note">{t('loading')}</p>
        )}
      </Card>
    );
  }
  const languages = LANGUAGES.map((code) => (
    <option key={code} value={code} lang={code}>
      {LANGUAGE_NAMES[code]}
    </option>
  ));
  const toLanguage = (value: string) => LANGUAGES.find((code) => code === value) ?? null;
  return (
    <>
      <Card title={t('ownLanguage')}>
        <ChoiceForm
          model={model}
          form="ownLanguage"
          label={t('ownLanguage')}
          text={t('ownLanguage.text')}
          current={own.language ?? ''}
          onSave={(value) => model.saveOwnLanguage(toLanguage(value))}
        >
          <option value="">{t('ownLanguage.none')}</option>
          {languages}
        </ChoiceForm>
      </Card>
      {settings && (
        <>
          <Card title={t('language')}>
            <ChoiceForm
              model={model}
              form="language"
              label={t('language')}
              text={t('language.text')}
              current={settings.language ?? ''}
              onSave={(value) => model.save('language', toLanguage(value))}
            >
              <option value="">{t('language.none')}</option>
              {languages}
            </ChoiceForm>
          </Card>
          <Card title={t('currency')}>
            <ChoiceForm
              model={model}
              form="displayCurrency"
              label={t('currency')}
              text={t('currency.text')}
              current={settings.displayCurrency ?? ''}
              onSave={(value) => model.save('displayCurrency', value === '' ? null : value)}
            >
              <option value="">
                {t('currency.base')}
                {settings.baseCurrency && ` (${settings.baseCurrency})`}
              </option>
              {withCurrent(settings.currencies, settings.displayCurrency).map(({ code, name }) => (
                <option key={code} value={code}>
                  {name === code ? code : `${code} — ${name}`}
                </option>
              ))}
            </ChoiceForm>
          </Card>
          <Card title={t('timezone')}>
            <TimezoneForm model={model} current={settings.timezone} />
          </Card>
          <Card title={t('hours')}>
            <HoursForm model={model} current={settings.businessHours} />
          </Card>
        </>
      )}
    </>
  );
}

/** The one that is chosen is on show, even where the CRM has lost its rate since. */
function withCurrent(currencies: readonly { code: string; name: string }[], code: string | null) {
  return code === null || currencies.some((one) => one.code === code) ? currencies : [...currencies, { code, name: code }];
}

interface ChoiceFormProps extends PartProps {
  form: PreferenceForm;
  label: string;
  text: string;
  current: string;
  /** Options of the field. */
  children: ComponentChildren;
  /** Said when it is saved. */
  done?: string;
  /** Below the field: what the choice means. */
  explain?: (chosen: string) => ComponentChildren;
  onSave: (chosen: string) => Promise<void>;
}

/** One field that is saved by its button. */
function ChoiceForm({ model, form, label, text, current, children, done, explain, onSave }: ChoiceFormProps) {
  const t = useApp().i18n.of(SETTINGS_TEXTS);
  const [chosen, setChosen] = useState(current);
  const task = model.saving[form].value;
  const isBusy = task.kind === 'busy';
  const isWrong = task.kind === 'failed' && task.error.issues.some(({ path }) => path === form);
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    await onSave(chosen);
  };
  return (
    <form class="settings-form" onSubmit={submit}>
      <p id={`${form}-text`}>{text}</p>
      <div class="settings-row">
        <select
          aria-label={label}
          aria-describedby={`${form}-text ${form}-outcome`}
          aria-invalid={isWrong}
          value={chosen}
          onChange={(event) => setChosen(event.currentTarget.value)}
        >
          {children}
        </select>
        <SubmitButton isBusy={isBusy || chosen === current}>{t(isBusy ? 'saving' : 'save')}</SubmitButton>
      </div>
      {explain && <p class="settings-note">{explain(chosen)}</p>}
      <SaveOutcome {...{ task, isWrong, done }} id={`${form}-outcome`} isChanged={chosen !== current} />
    </form>
  );
}

interface SaveOutcomeProps extends Omit<PartProps, 'model'> {
  id: string;
  task: Task;
  /** Something else is chosen that is not saved. */
  isChanged: boolean;
  isWrong: boolean;
  wrong?: string;
  done?: string | undefined;
}

function SaveOutcome({ id, task, isChanged, isWrong, wrong, done }: SaveOutcomeProps) {
  const t = useApp().i18n.of(SETTINGS_TEXTS);
  const shown: Task = (task.kind === 'done' && isChanged) || isWrong ? { kind: 'idle' } : task;
  return (
    <>
      {isWrong && (
        <p class="settings-failed" role="alert">
          {wrong ?? t('field.invalid')}
        </p>
      )}
      <Outcome id={id} task={shown} done={done ?? t('saved')} toProblem={toProblem} />
    </>
  );
}

function TimezoneForm({ model, current }: PartProps & { current: string }) {
  const { i18n, format } = useApp();
  const t = i18n.of(SETTINGS_TEXTS);
  const { language } = i18n;
  const groups = useMemo(
    () => groupTimeZones(current, Intl.supportedValuesOf('timeZone'), { language, now: Date.now() }),
    [current, language],
  );
  const now = Date.now();
  const explain = (zone: string) => `${t('timezone.now')}: ${format.moment(new Date(now).toISOString(), zone, now)}`;
  return (
    <ChoiceForm
      {...{ model, current, explain }}
      form="timezone"
      label={t('timezone')}
      text={t('timezone.text')}
      done={t('timezone.done')}
      onSave={(zone) => model.save('timezone', zone)}
    >
      {groups.map(({ offset, zones }) => (
        <optgroup key={offset} label={offset}>
          {zones.map(({ id, city }) => (
            <option key={id} value={id}>
              {`${city} (${offset})`}
            </option>
          ))}
        </optgroup>
      ))}
    </ChoiceForm>
  );
}

function HoursForm({ model, current }: PartProps & { current: BusinessHours }) {
  const t = useApp().i18n.of(SETTINGS_TEXTS);
  const [hours, setHours] = useState(current);
  const task = model.saving.businessHours.value;
  const isBusy = task.kind === 'busy';
  const isChanged = JSON.stringify(hours) !== JSON.stringify(current);
  const refused = task.kind === 'failed' ? task.error.issues : [];
  // Said before it is sent; the server says the same.
  const isWrong = (day: Weekday) =>
    isBackwards(hours[day]) || (!isChangedDay(day) && refused.some(({ path }) => path.startsWith(`businessHours.${day}`)));
  const isChangedDay = (day: Weekday) => JSON.stringify(hours[day]) !== JSON.stringify(current[day]);
  const set = (day: Weekday, value: WorkingDay) => setHours({ ...hours, [day]: value });
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!WEEKDAYS.some((day) => isBackwards(hours[day]))) await model.save('businessHours', hours);
  };
  return (
    <form class="settings-form" onSubmit={submit}>
      <p>{t('hours.text')}</p>
      <ul class="settings-hours">
        {WEEKDAYS.map((day) => (
          <DayRow key={day} day={day} value={hours[day]} isWrong={isWrong(day)} onChange={(value) => set(day, value)} />
        ))}
      </ul>
      <div class="settings-row">
        <SubmitButton isBusy={isBusy || !isChanged}>{t(isBusy ? 'saving' : 'save')}</SubmitButton>
      </div>
      <SaveOutcome {...{ task, isChanged }} id="businessHours-outcome" isWrong={refused.length > 0} wrong={t('hours.invalid')} />
    </form>
  );
}

interface DayRowProps {
  day: Weekday;
  value: WorkingDay;
  isWrong: boolean;
  onChange: (value: WorkingDay) => void;
}

function DayRow({ day, value, isWrong, onChange }: DayRowProps) {
  const t = useApp().i18n.of(SETTINGS_TEXTS);
  const name = t(`day.${day}`);
  const field = (end: 'from' | 'to') =>
    value && (
      <select
        value={value[end]}
        aria-label={`${name}, ${t(`hours.${end}`)}`}
        aria-invalid={isWrong}
        aria-describedby={isWrong ? `hours-${day}-wrong` : undefined}
        onChange={(event) => onChange({ ...value, [end]: event.currentTarget.value })}
      >
        {timesWith(value[end]).map((time) => (
          <option key={time} value={time}>
            {time}
          </option>
        ))}
      </select>
    );
  return (
    <li class="settings-day">
      <label>
        <input
          type="checkbox"
          checked={value !== null}
          onChange={(event) => onChange(event.currentTarget.checked ? USUAL_DAY : null)}
        />
        {name}
      </label>
      {value ? (
        <span class="settings-span">
          {field('from')}
          <span aria-hidden="true">–</span>
          {field('to')}
        </span>
      ) : (
        <span class="settings-note">{t('hours.off')}</span>
      )}
      {isWrong && (
        <p id={`hours-${day}-wrong`} class="settings-failed" role="alert">
          {t('hours.invalid')}
        </p>
      )}
    </li>
  );
}

/** One that somebody has set to the minute is among them. */
function timesWith(time: string): string[] {
  return TIMES.includes(time) ? TIMES : [...TIMES, time].toSorted();
}

function isBackwards(day: WorkingDay): boolean {
  return day !== null && day.from >= day.to;
}
