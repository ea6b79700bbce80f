import type { ComponentChildren } from 'preact';
import { useEffect, useId, useState } from 'preact/hooks';
import type { WidgetConfig, WidgetPreview } from '../../../contract/dashboard.ts';
import { Chart } from '../../charts/chart.tsx';
import { useApp } from '../../context.ts';
import { browserTimers } from '../../poller.ts';
import { Button } from '../../ui/button.tsx';
import { Overlay, OverlayHead } from '../../ui/overlay.tsx';
import { problemText, QUESTION_CODES } from '../problem-text.ts';
import type { DashboardT } from './dashboard-texts.ts';
import { type Choice, createPicker, type DimensionGroup, isWhole, type Picked, type PickerModel } from './picker-model.ts';
import { RangeOptions, readRange } from './range-options.tsx';
import type { WidgetApi } from './widget-api.ts';
import { SIZES } from './widget-choices.ts';
import type { WidgetModel } from './widget-model.ts';
import { describeRange, OneOfMany, Unconverted } from './widget-text.tsx';

interface PickerProps {
  api: Pick<WidgetApi, 'readCatalog' | 'readValues' | 'preview'>;
  model: WidgetModel;
  t: DashboardT;
  onClose: () => void;
}

/** A new widget in the words of the catalog, with what it would show. */
export function Picker({ api, model, t, onClose }: PickerProps) {
  const { i18n } = useApp();
  const [picker] = useState(() =>
    createPicker(
      api,
      {
        byStep: (step) => (step === 'hour' ? '' : t(`picker.by.${step}`)),
        aggregation: (number, way) => `${number}: ${way.toLocaleLowerCase(i18n.intlLocale)}`,
        title: (measure, by) => {
          const first = (text: string, write: 'toLocaleLowerCase' | 'toLocaleUpperCase') =>
            text.charAt(0)[write](i18n.intlLocale) + text.slice(1);
          // In some languages what is counted comes last.
          return first(t('picker.titleOf', { measure: first(measure, 'toLocaleLowerCase'), by }), 'toLocaleUpperCase');
        },
      },
      browserTimers,
    ),
  );
  useEffect(() => {
    picker.load();
    return picker.stop;
  }, [picker]);
  const picked = picker.picked.value;
  const loading = picker.loading.value;
  const add = async () => {
    if (picked && (await model.add(picked.config))) onClose();
  };
  return (
    <Overlay label={t('picker.title')} kind="center" onClose={onClose}>
      <OverlayHead title={t('picker.title')} closeLabel={t('close')} onClose={onClose}>
        <p aria-live="polite">{picked && sentenceOf(picked, describeRange(picked.choice.range, i18n))}</p>
      </OverlayHead>
      <div class="overlay-body">
        <div role="status">
          {loading.kind === 'busy' && <p>{i18n.t('panel.loading')}</p>}
          {loading.kind === 'failed' && <p class="problem">{problemText(loading.error, t, QUESTION_CODES)}</p>}
        </div>
        {loading.kind === 'failed' && <Button onClick={picker.load}>{t('retry')}</Button>}
        {picked && (
          <div class="picker">
            <Form picked={picked} picker={picker} t={t} />
            <section class="panel picker-preview" aria-label={t('picker.preview')}>
              <h3>{picked.config.title}</h3>
              <p class="panel-subtitle">{describeRange(picked.choice.range, i18n)}</p>
              <Preview picker={picker} config={picked.config} t={t} />
            </section>
          </div>
        )}
      </div>
      <footer class="overlay-foot">
        <Button kind="primary" onClick={add} isBusy={picked === null || !isWhole(picked) || model.isSaving.value}>
          {t('picker.add')}
        </Button>
        {model.toast.value?.kind === 'failed' && (
          <p class="problem" role="alert">
            {problemText(model.toast.value.error, t, {
              wrong_state: 'problem.tooMany',
              invalid_combination: 'problem.tooLong',
            })}
          </p>
        )}
      </footer>
    </Overlay>
  );
}

/** "Deals · Deals won · by responsible · last 90 days". */
function sentenceOf({ words }: Picked, range: string): string {
  return [words.source, words.measure, words.by, words.group, words.filter, range].filter((part) => part !== null).join(' · ');
}

interface FormProps {
  picked: Picked;
  picker: PickerModel;
  t: DashboardT;
}

function Form({ picked, picker, t }: FormProps) {
  const { i18n } = useApp();
  const { choice } = picked;
  const set = (name: keyof Choice) => (value: string) => picker.choose({ [name]: value });
  const option = (value: string, label: string) => (
    <option key={value} value={value}>
      {label}
    </option>
  );
  const dimensions = (groups: readonly DimensionGroup[]) =>
    groups.map(({ kind, options }) => {
      const listed = options.map(({ value, label }) => option(value, label));
      return kind === 'field' ? (
        listed
      ) : (
        <optgroup key={kind} label={t(`picker.dimensions.${kind}`)}>
          {listed}
        </optgroup>
      );
    });
  return (
    <form class="picker-form" onSubmit={(event) => event.preventDefault()}>
      <Select label={t('picker.source')} value={choice.source} onPick={set('source')}>
        {picked.sources.map(({ value, label }) => option(value, label))}
      </Select>
      <Select label={t('picker.measure')} value={choice.measure} onPick={set('measure')}>
        {picked.measures.map(({ kind, options }) => (
          <optgroup key={kind} label={t(`picker.measures.${kind}`)}>
            {options.map(({ value, label }) => option(value, label))}
          </optgroup>
        ))}
      </Select>
      {picked.ways.length > 0 && (
        <Select label={t('picker.way')} value={choice.way} onPick={set('way')}>
          {picked.ways.map(({ value, label }) => option(value, label))}
        </Select>
      )}
      <Select label={t('picker.by')} value={choice.by} onPick={set('by')}>
        {option('number', t('picker.number'))}
        {picked.hasTime && option('time', t('picker.overTime'))}
        {dimensions(picked.dimensions)}
      </Select>
      {choice.by === 'time' && (
        <Select label={t('picker.step')} value={choice.step} onPick={set('step')}>
          {picked.steps.map((step) => option(step, t(`picker.step.${step}`)))}
        </Select>
      )}
      {picked.groups.length > 0 && (
        <Select label={t('picker.groupBy')} value={choice.groupBy} onPick={set('groupBy')}>
          {option('', t('picker.noGroup'))}
          {dimensions(picked.groups)}
        </Select>
      )}
      {picked.pipelines.length > 1 && (
        <Select label={t('picker.pipeline')} value={choice.pipeline} onPick={set('pipeline')}>
          {option('', t('picker.allPipelines'))}
          {picked.pipelines.map(({ value, label }) => option(value, label))}
        </Select>
      )}
      {picked.filters.length > 0 && (
        <Select
          label={t('picker.filter')}
          value={choice.filter}
          onPick={(filter) => picker.choose({ filter, filterValue: null })}
        >
          {option('', t('picker.noFilter'))}
          {dimensions(picked.filters)}
        </Select>
      )}
      {choice.filter !== '' && <FilterValue key={choice.filter} picked={picked} picker={picker} t={t} />}
      {picked.hasTime && (
        <Select
          label={t('range')}
          value={choice.range === null ? '' : `${choice.range}`}
          onPick={(value) => picker.choose({ range: readRange(value) })}
        >
          <RangeOptions present={choice.range} t={t} />
          {option('', describeRange(null, i18n))}
        </Select>
      )}
      {picked.kinds.length > 0 && (
        <>
          <Select label={t('kind')} value={choice.kind} onPick={set('kind')}>
            {picked.kinds.map((kind) => option(kind, t(`kind.${kind}`)))}
          </Select>
          <Select label={t('size')} value={choice.size} onPick={set('size')}>
            {SIZES.map((size) => option(size, t(`size.${size}`)))}
          </Select>
        </>
      )}
      <label class="picker-field">
        <span>{t('picker.name')}</span>
        <input
          maxLength={120}
          value={choice.title}
          placeholder={picked.config.title}
          onInput={(event) => picker.choose({ title: event.currentTarget.value })}
        />
      </label>
    </form>
  );
}

/** More than fit a list that opens are looked for by their letters. */
const MOST_LISTED = 15;

/** Which of a filter's values it is to be. */
function FilterValue({ picked, picker, t }: FormProps) {
  const { i18n } = useApp();
  const [sought, setSought] = useState('');
  const id = useId();
  const { choice, filterLabel: label, filterValues } = picked;
  const listing = picker.listing.value;
  if (filterValues === null) {
    return listing.kind === 'failed' ? (
      <div role="alert">
        <p class="problem">{problemText(listing.error, t, QUESTION_CODES)}</p>
        <Button onClick={picker.listValues}>{t('retry')}</Button>
      </div>
    ) : (
      <p role="status">{i18n.t('panel.loading')}</p>
    );
  }
  const { values, isWhole: areAll } = filterValues;
  if (values.length === 0) return <p class="panel-note">{t('picker.noValues')}</p>;
  const isLong = values.length > MOST_LISTED;
  const lower = (text: string) => text.toLocaleLowerCase(i18n.intlLocale);
  // The one that is chosen stays in the list: it holds whatever is sought.
  const shown = values.filter(({ value, label: name }) => value === choice.filterValue || lower(name).includes(lower(sought)));
  return (
    <div class="picker-field">
      <label for={id}>{label}</label>
      {isLong && (
        <input
          type="search"
          aria-label={t('picker.search', { name: label })}
          placeholder={t('picker.search', { name: label })}
          value={sought}
          onInput={(event) => setSought(event.currentTarget.value)}
        />
      )}
      <select
        id={id}
        class={isLong ? 'is-list' : ''}
        size={isLong ? 6 : 1}
        value={choice.filterValue ?? ''}
        onChange={(event) => picker.choose({ filterValue: event.currentTarget.value })}
      >
        {shown.map(({ value, label: name }) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
      {!areAll && <span>{t('picker.mostFrequent', { count: values.length })}</span>}
    </div>
  );
}

interface SelectProps {
  label: string;
  value: string;
  onPick: (value: string) => void;
  children: ComponentChildren;
}

function Select({ label, value, onPick, children }: SelectProps) {
  const id = useId();
  return (
    <div class="picker-field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onPick(event.currentTarget.value)}>
        {children}
      </select>
    </div>
  );
}

function Preview({ picker, config, t }: { picker: PickerModel; config: WidgetConfig; t: DashboardT }) {
  const preview = picker.preview.value;
  const previewing = picker.previewing.value;
  if (preview) return <Shown preview={preview} config={config} t={t} />;
  if (previewing.kind === 'failed') {
    return (
      <p class="problem" role="alert">
        {problemText(previewing.error, t, QUESTION_CODES)}
      </p>
    );
  }
  return <div class="skeleton picker-skeleton" aria-busy="true" />;
}

function Shown({ preview, config, t }: { preview: WidgetPreview; config: WidgetConfig; t: DashboardT }) {
  const { i18n, format } = useApp();
  if (preview.status === 'not_synced') return <p class="panel-note">{t('picker.notSynced')}</p>;
  const { data } = preview;
  if (data.kind === 'kpi') {
    return (
      <>
        <p class="picker-figure">{data.value === null ? i18n.t('kpi.noValue') : format.exact(data.value, data)}</p>
        <OneOfMany config={config} format={data.format} />
        <Unconverted of={data.unconverted} />
      </>
    );
  }
  if (config.chartType === 'kpi') return null;
  if (data.rowCount === 0) return <p class="panel-note">{t('picker.nothing')}</p>;
  return (
    <>
      <Chart config={{ ...config, chartId: 'preview' }} data={data} />
      <OneOfMany config={config} format={data.format} />
      <Unconverted of={data.unconverted} />
    </>
  );
}
