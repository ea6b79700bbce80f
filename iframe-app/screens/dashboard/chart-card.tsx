import type { Widget } from '../../../contract/dashboard.ts';
import { narrowConfig } from '../../../contract/dashboard-filter.ts';
import { rangeOf } from '../../../contract/periods.ts';
import { Chart } from '../../charts/chart.tsx';
import { useApp } from '../../context.ts';
import { Panel } from '../../ui/panel.tsx';
import type { CardProps } from './dashboard.tsx';
import { describeRange, OneOfMany, Unconverted } from './widget-text.tsx';

interface ChartCardProps extends CardProps {
  span: { wide: number; tablet: number };
}

export function ChartCard({ widget, panel, filter, tools, coverage, help, span }: ChartCardProps) {
  const { i18n } = useApp();
  const shown: Widget['config'] = narrowConfig(widget.config, filter);
  if (shown.chartType === 'kpi') return null;
  const data = panel.kind === 'ready' && panel.data.kind === 'chart' ? panel.data : null;
  // The description speaks of the widget's own days.
  const isOwn = rangeOf(shown) === rangeOf(widget.config);
  return (
    <Panel
      id={widget.id}
      title={shown.title}
      subtitle={(isOwn && shown.description) || describeRange(rangeOf(shown), i18n)}
      heading={tools?.heading(widget)}
      actions={tools?.actions(widget)}
      state={panel.kind}
      stale={panel.kind === 'ready' && panel.stale}
      coverage={coverage}
      help={help}
      style={{ '--span': span.wide, '--span-tablet': span.tablet }}
    >
      {data && (tools?.body(shown, data, widget.id) ?? <Chart config={shown} data={data} />)}
      {data && <OneOfMany config={shown} format={data.format} />}
      {data && <Unconverted of={data.unconverted} />}
    </Panel>
  );
}
