import type { Widget } from '../../../contract/dashboard.ts';
import { narrowConfig } from '../../../contract/dashboard-filter.ts';
import { Chart } from '../../charts/chart.tsx';
import { useApp } from '../../context.ts';
import { Panel } from '../../ui/panel.tsx';
import type { CardProps } from './dashboard.tsx';
import { OneOfMany, subtitleOf, Unconverted } from './widget-text.tsx';

interface ChartCardProps extends CardProps {
  span: { wide: number; tablet: number };
}

export function ChartCard({ widget, panel, filter, tools, coverage, help, span }: ChartCardProps) {
  const { i18n } = useApp();
  const shown: Widget['config'] = narrowConfig(widget.config, filter);
  if (shown.chartType === 'kpi') return null;
  const data = panel.kind === 'ready' && panel.data.kind === 'chart' ? panel.data : null;
  return (
    <Panel
      id={widget.id}
      title={shown.title}
      subtitle={subtitleOf(widget.config, shown, i18n)}
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
