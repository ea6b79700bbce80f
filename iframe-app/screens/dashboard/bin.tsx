import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { DeletedWidget } from '../../../contract/dashboard.ts';
import { useApp } from '../../context.ts';
import { Button } from '../../ui/button.tsx';
import { Overlay, OverlayHead } from '../../ui/overlay.tsx';
import { problemText } from '../problem-text.ts';
import { run, type Task } from '../task.ts';
import type { DashboardT } from './dashboard-texts.ts';
import type { WidgetApi } from './widget-api.ts';
import type { WidgetModel } from './widget-model.ts';

interface BinProps {
  api: Pick<WidgetApi, 'listBin'>;
  model: WidgetModel;
  timezone: string;
  t: DashboardT;
  onClose: () => void;
}

/** Removed widgets, the last first, and the way back. */
export function Bin({ api, model, timezone, t, onClose }: BinProps) {
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
    <Overlay label={t('bin.title')} kind="side" onClose={onClose}>
      <OverlayHead title={t('bin.title')} closeLabel={t('close')} onClose={onClose}>
        <p>{t('bin.text')}</p>
      </OverlayHead>
      <div class="overlay-body">
        <div role="status">
          {loading.kind === 'busy' && <p>{i18n.t('panel.loading')}</p>}
          {loading.kind === 'failed' && <p class="problem">{problemText(loading.error, t, {})}</p>}
          {widgets?.length === 0 && <p>{t('bin.empty')}</p>}
        </div>
        {loading.kind === 'failed' && <Button onClick={load}>{t('retry')}</Button>}
        <ul class="bin-list">
          {widgets?.map((widget) => (
            <li key={widget.id}>
              <span class="drill-name">{widget.config.title}</span>
              <span class="drill-note">
                {t(`kind.${widget.config.chartType}`)} ·{' '}
                {t('bin.removed', { time: format.moment(widget.deletedAt, timezone, Date.now()) })}
              </span>
              <Button onClick={() => restore(widget)} isBusy={model.isSaving.value}>
                {t('bin.restore')}
              </Button>
            </li>
          ))}
        </ul>
      </div>
    </Overlay>
  );
}
