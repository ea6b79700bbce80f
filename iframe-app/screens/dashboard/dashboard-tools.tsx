import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import type { ChartConfig, ChartData } from '../../../contract/charts.ts';
import type { Widget } from '../../../contract/dashboard.ts';
import { narrowConfig } from '../../../contract/dashboard-filter.ts';
import type { Api, ServerFile } from '../../api.ts';
import { ApiError } from '../../api.ts';
import { noteOf } from '../../charts/describe.ts';
import { drawPicture, legendOf } from '../../charts/picture.ts';
import { type AppContext, useApp } from '../../context.ts';
import type { Host } from '../../host.ts';
import { saveFile } from '../../save-file.ts';
import widgetStyles from '../../styles/widgets.css?inline';
import { Button } from '../../ui/button.tsx';
import type { SyncModel } from '../sync/sync-model.ts';
import { Toasts } from '../toasts.tsx';
import { Announcer, MoveHandle, SizeHandle } from './arrange.tsx';
import { createArrange } from './arrange-model.ts';
import { DashboardBar } from './dashboard-bar.tsx';
import { type DashboardModel, queryOf } from './dashboard-model.ts';
import { DASHBOARD_TEXTS } from './dashboard-texts.ts';
import { createDrill } from './drill-model.ts';
import { DrillPanel } from './drill-panel.tsx';
import { FullScreen } from './full-screen.tsx';
import { openRecordsOnClick } from './records-on-click.ts';
import { createWidgetApi, fileName } from './widget-api.ts';
import { CardMenu, type MenuActions } from './widget-menu.tsx';
import { createWidgetModel, toRequest } from './widget-model.ts';
import { ChartTable, cardOf, type PointKeys, Rename } from './widget-parts.tsx';
import { subtitleOf } from './widget-text.tsx';

interface ToolsDeps {
  api: Pick<Api, 'ask'>;
  host: Pick<Host, 'openRecord'>;
  dashboard: DashboardModel;
  sync: Pick<SyncModel, 'status'>;
  isAdmin: boolean;
  app: AppContext;
  /** Does what needs more of the app's code, and says where that cannot be had. */
  reach: (work: () => Promise<void>) => Promise<void>;
}

/** What the dashboard's cards and page get once this has loaded. */
export interface Tools {
  /** Above the cards. */
  bar(): ComponentChildren;
  /** In place of a card's title; undefined: the title. */
  heading(widget: Widget): ComponentChildren | undefined;
  /** In a card's corner. */
  actions(widget: Widget): ComponentChildren;
  /** In place of a chart; null: the chart. */
  body(shown: ChartConfig, data: ChartData, id: string): ComponentChildren | null;
  /** In a card that cannot be drawn any more: why, and the way to be rid of it. */
  repair(widget: Widget): ComponentChildren;
  /** Over the page. */
  layer(): ComponentChildren;
}

type Over = ({ kind: 'picker' } & typeof import('./picker.tsx')) | ({ kind: 'bin' } & typeof import('./bin.tsx'));

/** All that is done with widgets, rather than looked at. It loads after the charts are drawn. */
export async function createTools({ api, host, dashboard, sync, isAdmin, app, reach }: ToolsDeps): Promise<Tools> {
  adoptStyles();
  const t = await app.i18n.load(DASHBOARD_TEXTS);
  const widgetApi = createWidgetApi(api);
  const model = createWidgetModel({ api: widgetApi, dashboard, newKey: () => crypto.randomUUID() });
  const drill = createDrill(widgetApi);

  const arrange = createArrange(dashboard, model);
  /** What the server has been told to keep of the filter. */
  let kept: Promise<unknown> = Promise.resolve();
  /** What lies over the page, with its code: few people add or bring back, and that loads when they do. */
  const over = signal<Over | null>(null);

  const open = (load: () => Promise<Over>) =>
    reach(async () => {
      over.value = await load();
    });
  const close = () => {
    over.value = null;
  };

  const widgets = () => dashboard.reply.value?.widgets ?? [];
  const shownOf = (widget: Widget): Widget => ({ ...widget, config: narrowConfig(widget.config, dashboard.filter.value) });
  const dataOf = (id: string) => {
    const panel = dashboard.panels.peek().get(id);
    return panel?.kind === 'ready' ? panel.data : null;
  };

  /** Lists the records behind a point of a widget, or behind all of it. */
  function openRecords(id: string, point: PointKeys | null): void {
    const widget = widgets().find((one) => one.id === id);
    if (!widget) return;
    const shown = shownOf(widget);
    const { label, value } = describePoint(widget, shown, point);
    drill.open({ config: toRequest(shown), point: pointOf(shown.config, point), label, value });
  }

  function describePoint(own: Widget, shown: Widget, point: PointKeys | null): { label: string | null; value: string | null } {
    const data = dataOf(own.id);
    const { format } = app;
    if (!point || data?.kind !== 'chart') {
      const total = data?.kind === 'kpi' ? data.value : (data?.total ?? null);
      return {
        // Of a typical time or a share it would be no total.
        label: total === null ? null : subtitleOf(own.config, shown.config, app.i18n),
        value: data && total !== null ? format.exact(total, data) : null,
      };
    }
    const series = data.series.find(({ key }) => key === point.seriesKey);
    const found = series?.points.find(({ key }) => key === point.categoryKey);
    const value = found?.value ?? null;
    const label = data.series.length > 1 ? `${found?.label}, ${series?.label}` : (found?.label ?? null);
    const note = found ? noteOf(found, app.i18n.t) : '';
    return { label, value: value === null ? null : [format.exact(value, data), note].filter(Boolean).join(' · ') };
  }

  async function save(load: () => Promise<ServerFile>): Promise<void> {
    try {
      const file = await load();
      saveFile(file.content, fileName(file.disposition));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      model.toast.value = { kind: 'failed', error };
    }
  }

  const actions: MenuActions = {
    showRecords: ({ id }) => openRecords(id, null),
    saveNumbers: ({ id }) => save(() => widgetApi.downloadNumbers(id, queryOf(dashboard.filter.peek()))),
    async savePicture(widget) {
      const canvas = cardOf(widget.id)?.querySelector('canvas');
      const { config } = shownOf(widget);
      const data = dataOf(widget.id);
      if (!canvas || config.chartType === 'kpi' || data?.kind !== 'chart') return;
      const legend = legendOf(config, data, (value) => app.format.exact(value, data));
      const subtitle = subtitleOf(widget.config, config, app.i18n);
      const picture = await drawPicture(canvas, { title: config.title, subtitle, legend });
      if (picture) saveFile(picture, `${config.title.replaceAll(/[\\/:*?"<>|]/g, ' ').trim()}.png`);
    },
  };

  function Layer() {
    const { i18n } = useApp();
    const reply = dashboard.reply.value;
    const full = widgets().find(({ id }) => id === model.full.value);
    const shown = full && shownOf(full).config;
    const data = full && dataOf(full.id);
    useEffect(() => openRecordsOnClick(dataOf, openRecords), []);
    return (
      <>
        <DrillPanel drill={drill} host={host} timezone={reply?.timezone ?? 'UTC'} canSave={isAdmin} t={t} />
        {shown && shown.chartType !== 'kpi' && data?.kind === 'chart' && (
          <FullScreen
            config={shown}
            data={data}
            subtitle={subtitleOf(full.config, shown, i18n)}
            t={t}
            onClose={() => {
              model.full.value = null;
            }}
          />
        )}
        {over.value?.kind === 'picker' && <over.value.Picker api={widgetApi} model={model} t={t} onClose={close} />}
        {over.value?.kind === 'bin' && (
          <over.value.Bin api={widgetApi} model={model} timezone={reply?.timezone ?? 'UTC'} t={t} onClose={close} />
        )}
        <Toasts model={model} t={t} />
        <Announcer arrange={arrange} t={t} />
      </>
    );
  }

  return {
    bar: () => (
      <DashboardBar
        filter={dashboard.wanted.value}
        onLook={(filter) => {
          dashboard.look(filter);
          // Only for the next time: what is shown follows without it. One after the other, so that the last choice is what is kept.
          kept = kept.then(() => widgetApi.keepFilter(filter)).catch(() => {});
        }}
        crms={[...new Set(sync.status.value?.entities.map(({ crmSource }) => crmSource))]}
        arrange={arrange}
        onAdd={() => {
          // The picker tells of what fails in it, and not of what has failed before.
          if (model.toast.peek()?.kind === 'failed') model.toast.value = null;
          open(async () => ({ kind: 'picker', ...(await import('./picker.tsx')) }));
        }}
        onBin={() => open(async () => ({ kind: 'bin', ...(await import('./bin.tsx')) }))}
        t={t}
      />
    ),
    heading: (widget) =>
      model.renaming.value === widget.id ? <Rename key={widget.id} widget={widget} model={model} t={t} /> : undefined,
    actions(widget) {
      if (!arrange.isOn.value) {
        const panel = dashboard.panels.value.get(widget.id);
        const data = panel?.kind === 'ready' ? panel.data : null;
        return <CardMenu {...{ widget, data, model, actions, t }} widgets={widgets()} />;
      }
      if (widget.isStandard) return null;
      return (
        <>
          <MoveHandle widget={widget} arrange={arrange} t={t} />
          {widget.config.chartType !== 'kpi' && <SizeHandle widget={widget} arrange={arrange} t={t} />}
        </>
      );
    },
    body: (shown, data, id) =>
      model.tables.value.has(id) ? <ChartTable config={shown} data={data} onPick={(point) => openRecords(id, point)} /> : null,
    repair: (widget) => (
      <>
        <span>{t('problem.notDrawable')}</span>
        {!widget.isStandard && (
          <Button onClick={() => model.remove(widget)} isBusy={model.isSaving.value}>
            {t('remove')}
          </Button>
        )}
      </>
    ),
    layer: () => <Layer />,
  };
}

/** The question's point: a chart of one series has but its categories. */
function pointOf(config: Widget['config'], point: PointKeys | null): { categoryKey?: string; seriesKey?: string } {
  if (!point || config.chartType === 'kpi') return {};
  const { categoryKey, seriesKey } = point;
  return config.groupBy === null ? { categoryKey } : { categoryKey, seriesKey };
}

let isStyled = false;

/** The page's policy allows no style elements; a sheet that is made is none. Once, however often the dashboard comes and goes. */
function adoptStyles(): void {
  if (isStyled) return;
  isStyled = true;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(widgetStyles);
  document.adoptedStyleSheets.push(sheet);
}
