import { Router } from 'express';
import { recordRequest } from '../../../contract/dashboard.ts';
import { type DashboardDeps, loadDashboard } from '../../dashboard/load-dashboard.ts';
import { loadRecord } from '../../dashboard/load-record.ts';
import { createQueryGate } from '../../dashboard/query-gate.ts';
import { whileWaiting } from '../answer.ts';
import { methodNotAllowed } from '../error-reply.ts';
import { parseQuery } from '../input.ts';
import { getSession } from '../session.ts';
import { writeLog } from './access.ts';
import { createDrillRoutes } from './drill.ts';
import { createWidgetRoutes } from './widgets.ts';

/** Everything under /api/dashboard. Wants `requireSession` in front of it. */
export function createDashboardRoutes(deps: DashboardDeps): Router {
  const router = Router();
  const gate = createQueryGate();

  router
    .route('/data')
    .get(async (_req, res) => {
      const session = getSession(res);
      await whileWaiting(res, async (signal) => {
        const dashboard = await gate.run(session.tenantId, signal, () => loadDashboard(deps, session, signal));
        const shown = dashboard.results.filter(({ status }) => status === 'ok').length;
        await writeLog(deps, res, { action: 'query_dashboard', entity: null, recordCount: shown });
        res.json(dashboard);
      });
    })
    .all(methodNotAllowed('GET, HEAD'));

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

  router.use(createWidgetRoutes({ ...deps, gate }));
  router.use(createDrillRoutes({ ...deps, gate }));
  return router;
}
