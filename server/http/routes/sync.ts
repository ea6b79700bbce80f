import { randomUUID } from 'node:crypto';
import express, { type Response, type Router } from 'express';
import {
  emptyRequest,
  quarantineRequest,
  type SyncRefreshReply,
  type SyncStartReply,
  syncStartRequest,
} from '../../../contract/sync.ts';
import type { Db } from '../../platform/db.ts';
import type { DbListener } from '../../platform/db-listener.ts';
import { AppError } from '../../platform/errors.ts';
import { pauseSync, refreshSync, resumeSync } from '../../sync/control.ts';
import { listQuarantine } from '../../sync/quarantine.ts';
import { getSyncStatus } from '../../sync/status.ts';
import { personTopic } from '../../tenants/announce.ts';
import { loadConnection } from '../../tenants/connections.ts';
import { requestSync } from '../../tenants/sync-requests.ts';
import { methodNotAllowed } from '../error-reply.ts';
import { isGone, streamState } from '../event-stream.ts';
import { parseBody, parseQuery } from '../input.ts';
import { getSession, requireAdmin, requireSession, type Sessions } from '../session.ts';

export interface SyncRoutesDeps {
  db: Db;
  /** Tells of everything that happens to a tenant's sync. */
  tenantNews: DbListener;
  sessions: Sessions;
  now: () => Date;
}

/** Open streams of one person: a page has one, and pages that were left may take a while to be noticed. */
const MAX_STREAMS = 8;
const STREAM_RETRY_SECONDS = 15;

/** How far the copy of the CRM is, and what people may do about it. */
export function createSyncRoutes({ db, tenantNews, sessions, now }: SyncRoutesDeps): Router {
  const router = express.Router();
  const streams = new Map<string, number>();
  const readStatus = (tenantId: string) => db.withTenant(tenantId, 'read', (tx) => getSyncStatus(tx, tenantId));

  router
    .route('/api/crm/sync/status')
    .get(requireSession, async (_req, res) => {
      res.json(await readStatus(getSession(res).tenantId));
    })
    .all(methodNotAllowed('GET, HEAD'));

  router
    .route('/api/crm/sync/events')
    .head(methodNotAllowed('GET'))
    .get(requireSession, async (req, res) => {
      const session = getSession(res);
      const { tenantId } = session;
      if (isGone(req, res)) return;
      countStream(res);
      await streamState(req, res, {
        event: 'status',
        read: () => readStatus(tenantId),
        watch: (callback) => {
          const stops = [tenantId, personTopic(tenantId, session)].map((topic) => tenantNews.watch(topic, callback));
          return () => stops.forEach((stop) => void stop());
        },
        check: () => sessions.verify(req),
        signal: tenantNews.closing,
      });
    })
    .all(methodNotAllowed('GET'));

  router
    .route('/api/crm/sync/start')
    .post(requireAdmin, async (req, res) => {
      const { tenantId, crmSource, userId } = getSession(res);
      const { entities = null, full = true } = parseBody(syncStartRequest, req);
      if (!full && entities !== null) {
        const message = 'Changes are always read of everything: leave entities out, or ask for a full synchronisation.';
        throw new AppError('invalid_combination', message);
      }
      const outcome = await db.withTenant(tenantId, 'write', async (tx) => {
        const connection = await loadConnection(tx, tenantId, crmSource);
        if (connection?.status !== 'active' && connection?.status !== 'blocked') {
          throw new AppError('wrong_state', 'The CRM is not connected at present.');
        }
        const request = { tenantId, crmSource, newRunId: randomUUID(), requestedBy: `user:${userId}`, entities, now: now() };
        return requestSync(tx, full ? 'full' : 'incremental', request);
      });
      if (outcome.kind === 'too_soon') {
        throw new AppError('rate_limited', 'The CRM was read a moment ago.', { retryAfterSeconds: outcome.retryAfterSeconds });
      }
      const reply: SyncStartReply = { runId: outcome.runId };
      res.status(202).json(reply);
    })
    .all(methodNotAllowed('POST'));

  router
    .route('/api/crm/sync/refresh')
    .post(requireSession, async (req, res) => {
      const { tenantId, crmSource } = getSession(res);
      parseBody(emptyRequest, req);
      const nextSyncAt = await db.withTenant(tenantId, 'write', (tx) => refreshSync(tx, { tenantId, crmSource }, now()));
      const reply: SyncRefreshReply = { nextSyncAt: nextSyncAt.toISOString() };
      res.status(202).json(reply);
    })
    .all(methodNotAllowed('POST'));

  for (const [name, change] of [['pause', pauseSync] as const, ['resume', resumeSync] as const]) {
    router
      .route(`/api/crm/sync/${name}`)
      .post(requireAdmin, async (req, res) => {
        const { tenantId, crmSource } = getSession(res);
        parseBody(emptyRequest, req);
        const status = await db.withTenant(tenantId, 'write', async (tx) => {
          await change(tx, { tenantId, crmSource }, now());
          return getSyncStatus(tx, tenantId);
        });
        res.json(status);
      })
      .all(methodNotAllowed('POST'));
  }

  router
    .route('/api/crm/sync/quarantine')
    .get(requireAdmin, async (req, res) => {
      const { tenantId } = getSession(res);
      const { after } = parseQuery(quarantineRequest, req);
      res.json(await db.withTenant(tenantId, 'read', (tx) => listQuarantine(tx, tenantId, after)));
    })
    .all(methodNotAllowed('GET, HEAD'));
  return router;

  /** Each stream holds a connection and costs a reading at every change. */
  function countStream(res: Response): void {
    const { tenantId, crmSource, userId } = getSession(res);
    const key = `${tenantId} ${crmSource} ${userId}`;
    const open = streams.get(key) ?? 0;
    if (open >= MAX_STREAMS) {
      throw new AppError('rate_limited', 'Too many pages are open.', { retryAfterSeconds: STREAM_RETRY_SECONDS });
    }
    streams.set(key, open + 1);
    res.once('close', () => {
      const left = (streams.get(key) ?? 1) - 1;
      if (left > 0) streams.set(key, left);
      else streams.delete(key);
    });
  }
}
