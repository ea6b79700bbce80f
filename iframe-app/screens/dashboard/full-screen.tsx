import { useEffect, useRef } from 'preact/hooks';
import type { ChartConfig, ChartData } from '../../../contract/charts.ts';
import { Chart } from '../../charts/chart.tsx';
import { Overlay, OverlayHead } from '../../ui/overlay.tsx';
import type { DashboardT } from './dashboard-texts.ts';

interface FullScreenProps {
  config: ChartConfig;
  data: ChartData;
  subtitle: string;
  t: DashboardT;
  onClose: () => void;
}

/** One chart over everything: over the whole screen where the host lets a frame have it, else over what is seen of the frame. */
export function FullScreen({ config, data, subtitle, t, onClose }: FullScreenProps) {
  const stage = useRef<HTMLDivElement>(null);
  const enlarge = () => {
    // Refused, the dialog is as large as it gets.
    if (document.fullscreenEnabled) stage.current?.requestFullscreen().catch(() => {});
  };
  useEffect(() => {
    const element = stage.current;
    const onChange = () => {
      if (!document.fullscreenElement) onClose();
    };
    document.addEventListener('fullscreenchange', onChange);
    return () => {
      document.removeEventListener('fullscreenchange', onChange);
      if (element && document.fullscreenElement === element) document.exitFullscreen().catch(() => {});
    };
  }, []);
  const close = () => {
    // Closed under a full screen, the dialog could not give the focus back.
    if (document.fullscreenElement) document.exitFullscreen();
    else onClose();
  };
  return (
    <Overlay label={config.title} kind="full" onClose={onClose} onOpen={enlarge}>
      <div class="stage" ref={stage}>
        <OverlayHead title={config.title} closeLabel={t('close')} onClose={close}>
          <p>{subtitle}</p>
        </OverlayHead>
        <div class="stage-chart">
          <Chart config={config} data={data} />
        </div>
      </div>
    </Overlay>
  );
}
