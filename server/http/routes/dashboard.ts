import { type Response, Router } from 'express';
import { recordRequest } from '../../../contract/dashboard.ts';
import { type DashboardDeps, listWidgets, loadDashboard } from '../../dashboard/load-dashboard.ts';
import { loadRecord } from '../../dashboard/load-record.ts';
import { type AccessEntry, logAccess } from '../../tenants/access-log.ts';
import { methodNotAllowed } from '../error-reply.ts';
import { parseQuery } from '../input.ts';
import { getSession } from '../session.ts';

/** Everything under /api/dashboard. Wants `requireSession` in front of it. */
export function createDashboardRoutes(deps: DashboardDeps): Router {
  const router = Router();

  router
    .route('/data')
    .get(async (_req, res) => {
      const session = getSession(res);
      await answerUnlessGone(res, async (signal) => {
        const dashboard = await loadDashboard(deps, session, signal);
        const shown = dashboard.results.filter(({ status }) => status === 'ok').length;
        await writeLog(deps, res, { action: 'query_dashboard', entity: null, recordCount: shown });
        return dashboard;
      });
    })
    .all(methodNotAllowed('GET, HEAD'));

  router
    .route('/widgets')
    .get(async (_req, res) => {
      res.json(await listWidgets(deps, getSession(res)));
    })
    .all(methodNotAllowed('GET, HEAD'));

  router
    .route('/record')
    .get(async (req, res) => {
      const session = getSession(res);
      const request = parseQuery(recordRequest, req);
      await answerUnlessGone(res, async (signal) => {
        const record = await loadRecord(deps, session, request, signal);
        await writeLog(deps, res, { action: 'view_record', entity: request.entity, recordCount: 1 });
        return record;
      });
    })
    .all(methodNotAllowed('GET, HEAD'));

  return router;
}

/** Nothing is answered before its row in the access log is safe. */
function writeLog({ db }: DashboardDeps, res: Response, entry: Omit<AccessEntry, 'accessedBy'>): Promise<void> {
  const { tenantId, userId } = getSession(res);
  return db.withTenant(tenantId, 'write', (tx) => logAccess(tx, tenantId, { ...entry, accessedBy: `user:${userId}` }));
}

/** Sends what `work` returns. Its signal aborts when the reader has gone; what then fails concerns nobody. */
async function answerUnlessGone(res: Response, work: (signal: AbortSignal) => Promise<object>): Promise<void> {
  const gone = new AbortController();
  const abort = () => gone.abort();
  res.once('close', abort);
  try {
    const body = await work(gone.signal);
    // The connection closes after the answer too, which is no going away.
    res.off('close', abort);
    res.json(body);
  } catch (error) {
    res.off('close', abort);
    if (!gone.signal.aborted) throw error;
  }
}
