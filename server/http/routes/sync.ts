import { randomUUID } from 'node:crypto';
import express, { type Router } from 'express';
import { type SyncStartReply, syncStartRequest } from '../../../contract/sync.ts';
import type { JobQueue } from '../../jobs/definitions.ts';
import type { Db } from '../../platform/db.ts';
import { AppError } from '../../platform/errors.ts';
import { getSyncStatus } from '../../sync/status.ts';
import { loadConnection, unblock } from '../../tenants/connections.ts';
import { requestFullSync } from '../../tenants/sync-requests.ts';
import { methodNotAllowed } from '../error-reply.ts';
import { parseBody } from '../input.ts';
import { getSession, requireAdmin, requireSession } from '../session.ts';

export interface SyncRoutesDeps {
  db: Db;
  queue: JobQueue;
  now: () => Date;
}

/** How far the copy of the CRM is, and the wish for a new one. */
export function createSyncRoutes({ db, queue, now }: SyncRoutesDeps): Router {
  const router = express.Router();
  router
    .route('/api/crm/sync/status')
    .get(requireSession, async (_req, res) => {
      res.json(await db.withTenant(getSession(res).tenantId, 'read', getSyncStatus));
    })
    .all(methodNotAllowed('GET, HEAD'));
  router
    .route('/api/crm/sync/start')
    .post(requireAdmin, async (req, res) => {
      const { tenantId, crmSource, userId } = getSession(res);
      const { entities } = parseBody(syncStartRequest, req);
      const outcome = await db.withTenant(tenantId, 'write', async (tx) => {
        const connection = await loadConnection(tx, crmSource);
        // A blocked one is worth a try: the administrator may have paid the plan meanwhile, and the CRM does not tell us.
        if (connection?.status !== 'active' && connection?.status !== 'blocked') {
          throw new AppError('wrong_state', 'The CRM is not connected at present.');
        }
        const requestedBy = `user:${userId}`;
        const request = { tenantId, crmSource, newRunId: randomUUID(), requestedBy, now: now() };
        const requested = await requestFullSync(tx, request);
        if (requested.kind !== 'too_soon') await unblock(tx, tenantId, crmSource);
        return requested;
      });
      if (outcome.kind === 'too_soon') {
        throw new AppError('rate_limited', 'The CRM was copied a moment ago.', { retryAfterSeconds: outcome.retryAfterSeconds });
      }
      // Also when it joined: the process that began the run may have ended before it left the job.
      await queue.send(
        'sync-full',
        { tenantId, crmSource, runId: outcome.runId, entities: entities ?? null },
        { key: outcome.runId },
      );
      const reply: SyncStartReply = { runId: outcome.runId };
      res.status(202).json(reply);
    })
    .all(methodNotAllowed('POST'));
  return router;
}
