import type { Chart as ChartComponent } from '../../charts/chart.tsx';
import { useApp } from '../../context.ts';
import { Panel } from '../../ui/panel.tsx';
import { ProgressBar } from '../../ui/progress-bar.tsx';
import { subtitleOf } from '../dashboard/widget-text.tsx';
import type { BuiltWidget } from './onboarding-model.ts';
import { LookFailure, type StepProps, signature } from './onboarding-parts.tsx';
import type { Words } from './onboarding-words.ts';

/** What draws a chart. The page's own code has it; imported here, the bundler would cut that code in two. */
export interface Drawing {
  Chart: typeof ChartComponent;
}

/** The new charts, each as soon as its numbers are there. */
export function BuildingStep({ model, words, heading, Chart }: StepProps & Drawing) {
  const built = model.built.value;
  const done = built.filter(({ panel }) => panel.kind !== 'loading');
  const progress =
    built.length === 0 ? words.t('building.preparing') : words.t('building.progress', { done: done.length, count: built.length });
  return (
    <>
      <section class="onboarding-card">
        <h1 ref={heading} tabIndex={-1}>
          {words.t('building.title')}
        </h1>
        <ProgressBar
          value={built.length === 0 ? null : done.length / built.length}
          label={words.t('building.title')}
          size="thick"
        />
        <p aria-live="polite">{progress}</p>
        <p class="onboarding-signature">{signature('chartArchitect', words)}</p>
        <LookFailure model={model} words={words} />
      </section>
      <div class="built">
        {done.map((one) => (
          <Built key={one.id} built={one} words={words} Chart={Chart} />
        ))}
      </div>
    </>
  );
}

function Built({ built: { widget, panel }, words, Chart }: { built: BuiltWidget; words: Words } & Drawing) {
  const { i18n, format } = useApp();
  if (widget === null) return <p class="onboarding-note-line">{words.t('building.failed')}</p>;
  const { config } = widget;
  const data = panel.kind === 'ready' ? panel.data : null;
  return (
    <Panel
      title={config.title}
      subtitle={subtitleOf(config, config, i18n)}
      kind={config.chartType === 'kpi' ? 'kpi' : 'chart'}
      state={panel.kind}
    >
      {data?.kind === 'chart' && config.chartType !== 'kpi' && <Chart config={config} data={data} />}
      {data?.kind === 'kpi' && (
        <p class="built-figure">{data.value === null ? i18n.t('kpi.noValue') : format.compact(data.value, data)}</p>
      )}
    </Panel>
  );
}
