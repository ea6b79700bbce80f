import express, { type RequestHandler, type Response, type Router } from 'express';
import { accessLogRequest, type DeletionReply, deleteAllRequest, type UsageReply } from '../../../contract/data.ts';
import { emptyRequest } from '../../../contract/sync.ts';
import { exportData } from '../../dashboard/export-data.ts';
import { createQueryGate } from '../../dashboard/query-gate.ts';
import type { Db } from '../../platform/db.ts';
import type { DbListener } from '../../platform/db-listener.ts';
import { AppError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/log.ts';
import { createUsageMemory, loadUsage } from '../../sync/usage.ts';
import { logAccess } from '../../tenants/access-log.ts';
import { readAccessLog } from '../../tenants/access-log-page.ts';
import { loadConfirmation, loadDeletion, requestDeletion, undoDeletion } from '../../tenants/deletion.ts';
import { whileWaiting } from '../answer.ts';
import { methodNotAllowed } from '../error-reply.ts';
import { parseBody, parseQuery } from '../input.ts';
import { getSession, getSessionEvenDeleting, requireAdmin, type Sessions } from '../session.ts';
import { writeLog } from './access.ts';

export interface DataRoutesDeps {
  db: Db;
  tenantNews: DbListener;
  log: Logger;
  now: () => Date;
  sessions: Pick<Sessions, 'recheck'>;
}

/** What is kept of a tenant: how much, who looked at it, all of it as a file, and its deletion. */
export function createDataRoutes(deps: DataRoutesDeps): Router {
  const { db, tenantNews, log, now, sessions } = deps;
  const router = express.Router();
  const gate = createQueryGate();
  const usageMemory = createUsageMemory();
  // One at a time, and nobody waits for another's: it takes minutes.
  const exports = createQueryGate({ waiting: 0 });

  router
    .route('/api/data/usage')
    .get(requireAdmin, async (_req, res) => {
      const { tenantId } = getSession(res);
      await whileWaiting(res, async (signal) => {
        const usage = await gate.run(tenantId, signal, () =>
          db.withTenant(
            tenantId,
            'read',
            async (tx): Promise<UsageReply> => {
              const [entities, confirmation] = await Promise.all([
                loadUsage(tx, tenantId, usageMemory),
                loadConfirmation(tx, tenantId),
              ]);
              const sum = (of: 'records' | 'bytes') => entities.reduce((total, one) => total + one[of], 0);
              return { entities, records: sum('records'), bytes: sum('bytes'), confirmation };
            },
            { signal, statementTimeoutMs: USAGE_TIMEOUT_MS },
          ),
        );
        await writeLog(deps, res, { action: 'view_usage', entity: null, recordCount: null });
        res.json(usage);
      });
    })
    .all(methodNotAllowed('GET, HEAD'));

  router
    .route('/api/data/access-log')
    .get(requireAdmin, async (req, res) => {
      const { tenantId } = getSession(res);
      const page = parseQuery(accessLogRequest, req);
      const reply = await db.withTenant(tenantId, 'read', (tx) => readAccessLog(tx, tenantId, page));
      await writeLog(deps, res, { action: 'view_access_log', entity: null, recordCount: reply.entries.length });
      res.json(reply);
    })
    .all(methodNotAllowed('GET, HEAD'));

  router
    .route('/api/data/export')
    .get(requireAdmin, async (req, res) => {
      const session = getSession(res);
      const { tenantId } = session;
      const begunAt = now();
      await whileWaiting(res, (signal) =>
        exports.run(tenantId, signal, async () => {
          const isAsked = req.method !== 'HEAD';
          if (isAsked) await writeLog(deps, res, { action: 'export_data', entity: null, recordCount: null });
          res.status(200).set({
            'Content-Type': 'application/zip',
            'Content-Disposition': `attachment; filename="leadrelay-${now().toISOString().slice(0, 10)}.zip"`,
            'X-Content-Type-Options': 'nosniff',
          });
          if (!isAsked) return void res.end();
          res.setTimeout(STALLED_MS, () => res.destroy());
          await exportData({ db, now }, tenantId, res, signal, () => sessions.recheck(session, begunAt));
        }),
      );
    })
    .all(methodNotAllowed('GET, HEAD'));

  router
    .route('/api/data/delete-all')
    .post(requireAdmin, async (req, res) => {
      const { tenantId, userId } = getSession(res);
      const { confirmation } = parseBody(deleteAllRequest, req);
      await db.withTenant(tenantId, 'write', async (tx) => {
        // First, as in every transaction that also holds the tenant: see `holdTenant`.
        await logAccess(tx, tenantId, { accessedBy: `user:${userId}`, action: 'delete_all', entity: null, recordCount: null });
        await requestDeletion(tx, tenantId, confirmation, now());
      });
      log.info({ tenantId }, 'the deletion of all data was asked for');
      await answerDeletion(res, 202);
    })
    .all(methodNotAllowed('POST'));

  router
    .route('/api/data/delete-all/undo')
    .post(requireAdminEvenDeleting, async (req, res) => {
      const { tenantId, userId } = getSessionEvenDeleting(res);
      parseBody(emptyRequest, req);
      await db.withTenant(tenantId, 'write', async (tx) => {
        await logAccess(tx, tenantId, { accessedBy: `user:${userId}`, action: 'undo_delete', entity: null, recordCount: null });
        await undoDeletion(tx, tenantId, now());
      });
      log.info({ tenantId }, 'the deletion of all data was taken back');
      await answerDeletion(res, 200);
    })
    .all(methodNotAllowed('POST'));

  router
    .route('/api/data/deletion')
    .get(async (_req, res) => answerDeletion(res, 200))
    .all(methodNotAllowed('GET, HEAD'));

  async function answerDeletion(res: Response, status: number): Promise<void> {
    const { tenantId } = getSessionEvenDeleting(res);
    tenantNews.tell(tenantId);
    const deletesAt = await loadDeletion(db, tenantId);
    const reply: DeletionReply = { deletesAt: deletesAt?.toISOString() ?? null };
    res.status(status).json(reply);
  }

  return router;
}

/** Counting 890,000 activities in a cold index takes longer than a widget may. */
const USAGE_TIMEOUT_MS = 20_000;

/** A reader who takes nothing for so long is gone. */
const STALLED_MS = 60_000;

const requireAdminEvenDeleting: RequestHandler = (_req, res, next) => {
  if (getSessionEvenDeleting(res).role !== 'admin') throw new AppError('forbidden');
  next();
};
