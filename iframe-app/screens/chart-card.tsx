import type { ChartConfig } from '../../contract/charts.ts';
import { Chart } from '../charts/chart.tsx';
import { useApp } from '../context.ts';
import { Panel } from '../ui/panel.tsx';
import type { PanelState } from './dashboard-model.ts';
import { describeRange, Unconverted } from './widget-text.tsx';

interface ChartCardProps {
  config: ChartConfig;
  panel: PanelState;
  span: { wide: number; tablet: number };
}

export function ChartCard({ config, panel, span }: ChartCardProps) {
  const { i18n } = useApp();
  const data = panel.kind === 'ready' && panel.data.kind === 'chart' ? panel.data : null;
  return (
    <Panel
      title={config.title}
      subtitle={config.description || describeRange(config.timeRangeDays, i18n)}
      state={panel.kind}
      stale={panel.kind === 'ready' && panel.stale}
      span={span}
    >
      {data && <Chart config={config} data={data} />}
      {data && <Unconverted of={data.unconverted} />}
    </Panel>
  );
}
