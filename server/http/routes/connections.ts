import express, { type Router } from 'express';
import { type ConnectionsReply, connectionRequest } from '../../../contract/connections.ts';
import type { Bitrix24 } from '../../install/bitrix24.ts';
import type { Db } from '../../platform/db.ts';
import { listConnections } from '../../tenants/connections.ts';
import { methodNotAllowed } from '../error-reply.ts';
import { parseBody } from '../input.ts';
import { getSession, requireAdmin, requireSession } from '../session.ts';

/** The CRMs of a tenant. */
export function createConnectionRoutes({ db, bitrix24 }: { db: Db; bitrix24: Bitrix24 }): Router {
  const router = express.Router();
  const list = async (tenantId: string): Promise<ConnectionsReply> => {
    const rows = await db.withTenant(tenantId, 'read', (tx) => listConnections(tx, tenantId));
    const connections = rows.map(({ crmSource, kind, portalUrl, status, mode, errorMessage }) => {
      return { crmSource, kind, portalUrl, status, mode, errorMessage };
    });
    return { connections };
  };
  router
    .route('/api/connections')
    .get(requireSession, async (_req, res) => {
      res.json(await list(getSession(res).tenantId));
    })
    .post(requireAdmin, async (req, res) => {
      const { tenantId } = getSession(res);
      await bitrix24.addWebhook(tenantId, parseBody(connectionRequest, req).webhookUrl);
      res.status(201).json(await list(tenantId));
    })
    .all(methodNotAllowed('GET, HEAD, POST'));
  return router;
}
