import type { KpiConfig, KpiData } from '../../../contract/charts.ts';
import type { CrmMode } from '../../../contract/crm.ts';
import type { Widget } from '../../../contract/dashboard.ts';
import { narrowConfig } from '../../../contract/dashboard-filter.ts';
import { rangeOf } from '../../../contract/periods.ts';
import { type AppContext, useApp } from '../../context.ts';
import { crmName } from '../../crm-name.ts';
import type { I18n } from '../../i18n.ts';
import { Panel } from '../../ui/panel.tsx';
import type { CardProps } from './dashboard.tsx';
import { inRows } from './layout.ts';
import { describeRange, OneOfMany, Unconverted } from './widget-text.tsx';

/** Longer values than this are shortened; the whole one is in the tooltip. What is still too long for its card is set smaller. */
const MAX_VALUE_LENGTH = 13;

interface KpiCardProps extends CardProps {
  /** What the CRM is counted by. */
  mode: CrmMode;
  /** Its place among so many of them. */
  place: number;
  count: number;
}

export function KpiCard({ widget, panel, filter, tools, coverage, help, mode, place, count }: KpiCardProps) {
  const { i18n } = useApp();
  const shown: Widget['config'] = narrowConfig(widget.config, filter);
  if (shown.chartType !== 'kpi') return null;
  const data = panel.kind === 'ready' && panel.data.kind === 'kpi' ? panel.data : null;
  return (
    <Panel
      id={widget.id}
      kind="kpi"
      title={shown.title}
      subtitle={describeRange(rangeOf(shown), i18n)}
      heading={tools?.heading(widget)}
      actions={tools?.actions(widget)}
      state={panel.kind}
      stale={panel.kind === 'ready' && panel.stale}
      coverage={coverage}
      style={inRows(place, count)}
      help={help}
    >
      {data && <KpiNumber config={shown} data={data} />}
      {data && shown.measure === 'conversionRate' && <p class="kpi-note">{i18n.t(`kpi.conversion.${mode}`)}</p>}
    </Panel>
  );
}

function KpiNumber({ config, data }: { config: KpiConfig; data: KpiData }) {
  const { whole, shown } = valueText(useApp(), data.value, data);
  return (
    <>
      <data class="kpi-value" value={data.value ?? ''} title={whole} style={{ '--characters': shown.length }}>
        {shown}
      </data>
      <Unconverted of={data.unconverted} />
      <OneOfMany config={config} format={data.format} />
      <ByCrm data={data} />
      <Comparison config={config} data={data} />
    </>
  );
}

/** What each of several CRMs has of the number. */
function ByCrm({ data }: { data: KpiData }) {
  const app = useApp();
  if (data.byCrm.length === 0) return null;
  const parts = data.byCrm.map(({ crmSource, value }) => {
    const { shown } = valueText(app, value, data);
    return `${crmName(crmSource, app.i18n.language)}: ${shown}`;
  });
  return <p class="kpi-note">{parts.join(' · ')}</p>;
}

function valueText({ i18n, format }: AppContext, value: string | null, data: KpiData): { whole: string; shown: string } {
  if (value === null) return { whole: i18n.t('kpi.noValue'), shown: i18n.t('kpi.noValue') };
  const whole = format.exact(value, data);
  return { whole, shown: whole.length > MAX_VALUE_LENGTH ? format.compact(value, data) : whole };
}

function Comparison({ config, data }: { config: KpiConfig; data: KpiData }) {
  const { i18n, format } = useApp();
  const compared = comparedWith(config, i18n);
  if (compared === null || data.value === null || data.previous === null) return null;
  const change = format.change(data.value, data.previous, data);
  if (change === null) return null;
  const difference = Number(data.value) - Number(data.previous);
  return (
    <p class="kpi-change">
      <span class={`change change-${toneOf(difference, data)}`}>{change}</span> <span class="kpi-before">{compared}</span>
    </p>
  );
}

/** null: with nothing. */
function comparedWith({ period, timeRangeDays, comparisonPeriodDays: count }: KpiConfig, { t }: I18n): string | null {
  if (period !== null) return t(`kpi.before.${period}`);
  return count === null ? null : t(count === timeRangeDays ? 'kpi.comparedWithPrevious' : 'kpi.comparedWith', { count });
}

/** More is better, but for times: there less is. */
function toneOf(difference: number, { format }: KpiData): 'good' | 'bad' | 'same' {
  if (difference === 0) return 'same';
  return difference > 0 === (format !== 'duration') ? 'good' : 'bad';
}
