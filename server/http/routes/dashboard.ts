import { type Request, type Response, Router } from 'express';
import { dashboardFilter, dashboardRequest, recordRequest } from '../../../contract/dashboard.ts';
import type { DashboardFilter } from '../../../contract/dashboard-filter.ts';
import { type CachedDashboard, countShown, createDashboardCache } from '../../dashboard/dashboard-cache.ts';
import { type DashboardDeps, loadDashboard } from '../../dashboard/load-dashboard.ts';
import { loadRecord } from '../../dashboard/load-record.ts';
import { createQueryGate } from '../../dashboard/query-gate.ts';
import { createResultCache } from '../../dashboard/result-cache.ts';
import type { DbListener } from '../../platform/db-listener.ts';
import { saveFilter } from '../../tenants/members.ts';
import { whileWaiting } from '../answer.ts';
import { sendCompressed } from '../compressed-json.ts';
import { methodNotAllowed } from '../error-reply.ts';
import { parseBody, parseQuery } from '../input.ts';
import { getSession, type Session } from '../session.ts';
import { writeLog } from './access.ts';
import { createCatalogRoutes } from './catalog.ts';
import { createChatRoutes } from './chat.ts';
import { createDashboardReadings } from './dashboard-readings.ts';
import { createDrillRoutes } from './drill.ts';
import { createKpiRoutes } from './kpi.ts';
import { createOnboardingRoutes } from './onboarding.ts';
import { createWidgetRoutes } from './widgets.ts';

/** Everything under /api/dashboard. Wants `requireSession` in front of it. */
export function createDashboardRoutes(deps: DashboardDeps & { tenantNews: DbListener }): Router {
  const router = Router();
  const gate = createQueryGate();
  const results = createResultCache();
  const readings = createDashboardReadings(deps.now);
  const cache = createDashboardCache({
    ...deps,
    load: (viewer, signal) => gate.run(viewer.tenantId, signal, () => loadDashboard({ ...deps, results }, viewer, signal)),
  });

  /** Not the dashboard that everybody sees: only its numbers are remembered. */
  function sendView(res: Response, session: Session, widgets: string[] | undefined, filter: DashboardFilter): Promise<void> {
    return whileWaiting(res, async (signal) => {
      const { reply } = await gate.run(session.tenantId, signal, () =>
        loadDashboard({ ...deps, results }, session, signal, widgets, filter),
      );
      // A dashboard that is being made is asked for part by part: all parts are one reading.
      await logReading(res, [widgets !== undefined, filter], { etag: null, shownCount: countShown(reply) });
      res.json(reply);
    });
  }

  async function logReading(res: Response, view: unknown[], told: { etag: string | null; shownCount: number }): Promise<void> {
    const { tenantId, crmSource, userId } = getSession(res);
    const key = JSON.stringify([tenantId, crmSource, userId, ...view]);
    if (!readings.isNews(key, told)) return;
    await writeLog(deps, res, { action: 'query_dashboard', entity: null, recordCount: told.shownCount });
    readings.keep(key, told);
  }

  router
    .route('/data')
    .get(async (req, res) => {
      const session = getSession(res);
      const { widgets, range = null, period = null, crm = null } = parseQuery(dashboardRequest, req);
      if (widgets || range !== null || period !== null || crm !== null) {
        return sendView(res, session, widgets, { range, period, crm });
      }
      await whileWaiting(res, async (signal) => {
        const { dashboard, isHit } = await cache.get(session, signal);
        await logReading(res, [], dashboard);
        sendDashboard(req, res, dashboard, isHit);
      });
    })
    .all(methodNotAllowed('GET, HEAD'));

  router
    .route('/filter')
    .put(async (req, res) => {
      const { tenantId, crmSource, userId: crmUserId } = getSession(res);
      const filter = parseBody(dashboardFilter, req);
      await deps.db.withTenant(tenantId, 'write', (tx) => saveFilter(tx, tenantId, { crmSource, crmUserId }, filter));
      res.status(204).end();
    })
    .all(methodNotAllowed('PUT'));

  router
    .route('/record')
    .get(async (req, res) => {
      const session = getSession(res);
      const request = parseQuery(recordRequest, req);
      await whileWaiting(res, async (signal) => {
        const record = await gate.run(session.tenantId, signal, () => loadRecord(deps, session, request, signal));
        await writeLog(deps, res, { action: 'view_record', entity: request.entity, recordCount: 1 });
        res.json(record);
      });
    })
    .all(methodNotAllowed('GET, HEAD'));

  router.use(createOnboardingRoutes(deps));
  router.use(createWidgetRoutes({ ...deps, gate }));
  router.use(createDrillRoutes({ ...deps, gate }));
  router.use(createKpiRoutes({ ...deps, gate }));
  router.use(createChatRoutes({ ...deps, gate }));
  router.use(createCatalogRoutes({ ...deps, gate }));
  return router;
}

function sendDashboard(req: Request, res: Response, dashboard: CachedDashboard, isHit: boolean): void {
  res.set({ ETag: dashboard.etag, 'Server-Timing': `cache;desc=${isHit ? 'hit' : 'miss'}` });
  sendCompressed(req, res, dashboard);
}
