import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { CrmMode } from '../../../contract/crm.ts';
import type { Widget } from '../../../contract/dashboard.ts';
import type { DashboardFilter } from '../../../contract/dashboard-filter.ts';
import { type Api, ApiError } from '../../api.ts';
import { loadCanvas } from '../../charts/chart.tsx';
import type { Connection } from '../../connection.ts';
import { useApp } from '../../context.ts';
import type { Host } from '../../host.ts';
import { browserTimers, documentVisibility, startPolling } from '../../poller.ts';
import { Button } from '../../ui/button.tsx';
import { BrandMark, RefreshIcon } from '../../ui/icons.tsx';
import { Panel } from '../../ui/panel.tsx';
import { LoadFailure, LoadFailurePage } from '../load-failure.tsx';
import { Notice } from '../notice.tsx';
import { isCopied, isProblem, needsPerson, type SyncModel, type SyncProblem } from '../sync/sync-model.ts';
import { SyncProgress, SyncStrip, SyncTrouble } from '../sync/sync-progress.tsx';
import { ChartCard } from './chart-card.tsx';
import type { DashboardModel, PanelState } from './dashboard-model.ts';
import type { Tools } from './dashboard-tools.tsx';
import { KpiCard } from './kpi-card.tsx';
import { inRows } from './layout.ts';

/** Numbers of a copy need no faster look. */
const REFRESH_EVERY_MS = 60_000;
/** Where a new copy announces itself, only the clock makes numbers old: days end, ranges move on. */
const LIVE_REFRESH_EVERY_MS = 5 * 60_000;
/** How often it is looked whether a load is due; a failed one, whoever asked for it, is due at once. */
const CHECK_EVERY_MS = 10_000;

const NOTHING_ANSWERS = new ApiError('network');

/** What is done with widgets, rather than looked at: it loads after the charts. */
const loadTools = () => import('./dashboard-tools.tsx');

/** What every card of a widget is drawn from. */
export interface CardProps {
  widget: Widget;
  panel: PanelState;
  filter: DashboardFilter;
  tools: Tools | null;
  /** How far back its records are copied, while they are not all; null: not known. */
  coverage: string | null;
  /** Where there are no numbers: what can be done about it. */
  help: ComponentChildren;
}

interface DashboardProps {
  api: Api;
  connection: Pick<Connection, 'isLost'>;
  host: Pick<Host, 'openRecord'>;
  dashboard: DashboardModel;
  sync: SyncModel;
  isAdmin: boolean;
  /** Loads the numbers again, and asks the CRM for newer ones. */
  onRefresh: () => void;
  /** Does what needs more of the app's code, and says above the dashboard where that cannot be had. */
  reach: (work: () => Promise<void>) => Promise<void>;
  /** More buttons in the page's head. */
  actions?: ComponentChildren;
  /** Above everything else. */
  children?: ComponentChildren;
}

export function Dashboard(props: DashboardProps) {
  const { api, connection, host, dashboard, sync, isAdmin, onRefresh, reach, actions, children } = props;
  const app = useApp();
  const { t } = app.i18n;
  const [tools, setTools] = useState<Tools | null>(null);
  const reply = dashboard.reply.value;
  // While a load is still being tried again, it is told already that nothing answers.
  const error = dashboard.error.value ?? (connection.isLost.value ? NOTHING_ANSWERS : null);

  useEffect(() => {
    // The drawing code loads while the numbers are on their way.
    loadCanvas().catch(() => {});
    return startPolling(
      async () => {
        const age = Date.now() - (dashboard.loadedAt.value ?? 0);
        const isDue = age >= (sync.isLive.value ? LIVE_REFRESH_EVERY_MS : REFRESH_EVERY_MS);
        if (dashboard.error.value || connection.isLost.value || isDue) await dashboard.refresh();
        return dashboard.error.value?.kind === 'session' ? null : CHECK_EVERY_MS;
      },
      documentVisibility,
      browserTimers,
    );
  }, [connection, dashboard, sync]);

  useEffect(() => {
    // The network is back: whether the server is too shows a load, now rather than with the next look.
    window.addEventListener('online', dashboard.refresh);
    return () => window.removeEventListener('online', dashboard.refresh);
  }, [dashboard]);

  const hasNumbers = dashboard.hasNumbers.value;
  useEffect(() => {
    if (!hasNumbers) return;
    const load = () =>
      loadTools()
        .then(({ createTools }) => createTools({ api, host, dashboard, sync, isAdmin, app, reach }))
        .then((made) => setTools(made));
    // Not before the charts are drawn. Where it is out of reach, everything can still be read.
    const drawn = loadCanvas().catch(() => {});
    drawn.then(() => setTimeout(() => load().catch(() => {})));
  }, [hasNumbers, api, host, dashboard, sync, isAdmin, app]);

  if (reply === null) {
    if (error?.kind === 'session') return <Notice kind="reopen" />;
    if (error) return <LoadFailurePage error={error} onRetry={dashboard.refresh} isBusy={dashboard.isLoading.value} />;
    return <DashboardSkeleton />;
  }
  const status = sync.status.value;
  const state = status?.status ?? reply.syncStatus;
  const problem = isProblem(state) ? state : null;
  const isWhole = status ? isCopied(status) : reply.dataAsOf !== null;
  // The end of a first load is shown with its numbers: until they are there, the progress stays.
  const isFirstLoad = !hasNumbers && (state !== 'complete' || reply.syncStatus !== 'complete');
  const { timezone } = reply;
  return (
    <main class="dashboard">
      <DashboardHead dashboard={dashboard} problem={isWhole ? problem : null} onRefresh={onRefresh} actions={actions} />
      {/* Its room is kept, so that nothing jumps when it comes. */}
      {hasNumbers && <div class="dashboard-bar">{tools?.bar()}</div>}
      {children}
      {error && <LoadFailure error={error} loadedAt={dashboard.loadedAt.value} />}
      {isFirstLoad && <SyncProgress sync={sync} canRestart={isAdmin} timezone={timezone} />}
      {!isFirstLoad && problem && (needsPerson(problem) || !isWhole) && (
        <SyncTrouble sync={sync} problem={problem} canRestart={isAdmin} />
      )}
      {!isFirstLoad && !problem && state !== 'complete' && <SyncStrip sync={sync} timezone={timezone} />}
      {dashboard.isEmpty.value && (
        <section class="empty-portal">
          <h2>{t('dashboard.emptyTitle')}</h2>
          <p>{t(reply.mode === 'simple' ? 'dashboard.emptyTextSimple' : 'dashboard.emptyText')}</p>
        </section>
      )}
      {!isFirstLoad && !dashboard.isEmpty.value && <Widgets dashboard={dashboard} sync={sync} mode={reply.mode} tools={tools} />}
    </main>
  );
}

interface DashboardHeadProps extends Pick<DashboardProps, 'dashboard' | 'onRefresh' | 'actions'> {
  /** What keeps the numbers from getting newer. */
  problem: SyncProblem | null;
}

function DashboardHead({ dashboard, problem, onRefresh, actions }: DashboardHeadProps) {
  const { i18n, format } = useApp();
  const { t } = i18n;
  const reply = dashboard.reply.value;
  const isLoading = dashboard.isLoading.value;
  return (
    <header class="page-head">
      <BrandMark />
      <div class="page-title">
        <h1>{t('app.title')}</h1>
        {/* Always there, so that a screen reader hears what comes into it. */}
        <div class="page-status" aria-live="polite">
          {reply?.dataAsOf && (
            <p class="as-of">
              {t('dashboard.asOf', {
                time: format.moment(reply.dataAsOf, reply.timezone, dashboard.loadedAt.value ?? Date.now()),
              })}
            </p>
          )}
          {problem && <strong class="badge">{t(`syncBadge.${problem}`)}</strong>}
          {problem === 'error' && <p class="page-status-note">{t('syncBadge.errorNote')}</p>}
          {problem === 'paused' && <p class="page-status-note">{t('syncProblem.paused.text')}</p>}
        </div>
      </div>
      <Button onClick={onRefresh} isBusy={isLoading}>
        <RefreshIcon spins={isLoading} />
        <span>{t(isLoading ? 'action.refreshing' : 'action.refresh')}</span>
      </Button>
      {actions}
    </header>
  );
}

interface WidgetsProps extends Pick<DashboardProps, 'dashboard' | 'sync'>, Pick<CardProps, 'tools'> {
  mode: CrmMode;
}

function Widgets({ dashboard, sync, mode, tools }: WidgetsProps) {
  const { i18n, format } = useApp();
  const timezone = dashboard.reply.value?.timezone ?? 'UTC';
  const cardOf = (widget: Widget): CardProps => {
    const { dataSource } = widget.config;
    const from = sync.status.value?.entities.find(({ entity }) => entity === dataSource)?.coveredFrom;
    const panel: PanelState = dashboard.panels.value.get(widget.id) ?? { kind: 'loading' };
    return {
      widget,
      panel,
      filter: dashboard.filter.value,
      tools,
      coverage: from ? i18n.t('sync.coveredFrom', { month: format.month(from, timezone) }) : null,
      help:
        panel.kind === 'failed' ? (
          <Button onClick={dashboard.refresh} isBusy={dashboard.isLoading.value}>
            {i18n.t('action.retry')}
          </Button>
        ) : (
          panel.kind === 'not_drawable' && tools?.repair(widget)
        ),
    };
  };
  return (
    <>
      <div class="kpi-row">
        {dashboard.kpis.value.map((widget, place, { length }) => (
          <KpiCard key={widget.id} {...cardOf(widget)} mode={mode} place={place} count={length} />
        ))}
      </div>
      <div class="chart-grid">
        {dashboard.charts.value.map(({ widget, span, tabletSpan }) => (
          <ChartCard key={widget.id} {...cardOf(widget)} span={{ wide: span, tablet: tabletSpan }} />
        ))}
      </div>
      {tools?.layer()}
    </>
  );
}

/** The page's bones while the first numbers load: what arrives takes their place without a jump. */
export function DashboardSkeleton() {
  const { t } = useApp().i18n;
  return (
    <main class="dashboard" aria-busy="true" aria-label={t('panel.loading')}>
      <header class="page-head">
        <BrandMark />
        <div class="page-title">
          <h1>{t('app.title')}</h1>
          <p class="as-of">{t('panel.loading')}</p>
        </div>
      </header>
      <div class="kpi-row">
        {[0, 1, 2, 3].map((place) => (
          <Panel key={place} kind="kpi" title="" subtitle="" state="loading" style={inRows(place, 4)} />
        ))}
      </div>
      <div class="chart-grid">
        {[1, 2, 3, 4].map((place) => (
          <Panel key={place} title="" subtitle="" state="loading" style={{ '--span': 6, '--span-tablet': 1 }} />
        ))}
      </div>
    </main>
  );
}
