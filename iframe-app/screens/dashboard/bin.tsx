import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { DeletedWidget } from '../../../contract/dashboard.ts';
import { useApp } from '../../context.ts';
import { fillText } from '../../fill-text.ts';
import { Button } from '../../ui/button.tsx';
import { Overlay, OverlayHead } from '../../ui/overlay.tsx';
import { problemText } from '../problem-text.ts';
import { run, type Task } from '../task.ts';
import type { DashboardTexts } from './dashboard-texts.ts';
import type { WidgetApi } from './widget-api.ts';
import type { WidgetModel } from './widget-model.ts';

interface BinProps {
  api: Pick<WidgetApi, 'listBin'>;
  model: WidgetModel;
  timezone: string;
  texts: DashboardTexts;
  onClose: () => void;
}

/** Removed widgets, the last first, and the way back. */
export function Bin({ api, model, timezone, texts, onClose }: BinProps) {
  const { i18n, format } = useApp();
  const [list] = useState(() => ({ widgets: signal<DeletedWidget[] | null>(null), loading: signal<Task>({ kind: 'idle' }) }));
  const load = () =>
    run(list.loading, async () => {
      list.widgets.value = await api.listBin();
    });
  useEffect(() => {
    load();
  }, []);
  const restore = async ({ deletedAt: _, ...widget }: DeletedWidget) => {
    if (await model.restore(widget)) list.widgets.value = list.widgets.value?.filter(({ id }) => id !== widget.id) ?? null;
  };
  const widgets = list.widgets.value;
  const loading = list.loading.value;
  return (
    <Overlay label={texts['bin.title']} kind="side" onClose={onClose}>
      <OverlayHead title={texts['bin.title']} closeLabel={texts.close} onClose={onClose}>
        <p>{texts['bin.text']}</p>
      </OverlayHead>
      <div class="overlay-body">
        <div role="status">
          {loading.kind === 'busy' && <p>{i18n.t('panel.loading')}</p>}
          {loading.kind === 'failed' && <p class="problem">{problemText(loading.error, texts, {})}</p>}
          {widgets?.length === 0 && <p>{texts['bin.empty']}</p>}
        </div>
        {loading.kind === 'failed' && <Button onClick={load}>{texts.retry}</Button>}
        <ul class="bin-list">
          {widgets?.map((widget) => (
            <li key={widget.id}>
              <span class="drill-name">{widget.config.title}</span>
              <span class="drill-note">
                {texts[`kind.${widget.config.chartType}`]} ·{' '}
                {fillText(texts['bin.removed'], { time: format.moment(widget.deletedAt, timezone, Date.now()) })}
              </span>
              <Button onClick={() => restore(widget)} isBusy={model.isSaving.value}>
                {texts['bin.restore']}
              </Button>
            </li>
          ))}
        </ul>
      </div>
    </Overlay>
  );
}
