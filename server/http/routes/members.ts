import express, { type Response, type Router } from 'express';
import { type MembersReply, memberPatch } from '../../../contract/members.ts';
import type { Db, Tx } from '../../platform/db.ts';
import type { DbListener } from '../../platform/db-listener.ts';
import { logAccess } from '../../tenants/access-log.ts';
import { changeMember, listMembers, parseMemberId } from '../../tenants/members.ts';
import { methodNotAllowed } from '../error-reply.ts';
import { parseBody } from '../input.ts';
import { getSession, requireAdmin } from '../session.ts';

/** The people who have opened LeadRelay. */
export function createMemberRoutes({ db, tenantNews, now }: { db: Db; tenantNews: DbListener; now: () => Date }): Router {
  const router = express.Router();
  const list = async (tx: Tx, res: Response): Promise<MembersReply> => {
    const { tenantId, crmSource, userId: crmUserId } = getSession(res);
    return { members: await listMembers(tx, tenantId, { crmSource, crmUserId }) };
  };
  router
    .route('/api/members')
    .get(requireAdmin, async (_req, res) => {
      res.json(await db.withTenant(getSession(res).tenantId, 'read', (tx) => list(tx, res)));
    })
    .all(methodNotAllowed('GET, HEAD'));
  router
    .route('/api/members/:id')
    .patch(requireAdmin, async (req, res) => {
      const { tenantId, userId } = getSession(res);
      const id = String(req.params.id);
      parseMemberId(id);
      const patch = parseBody(memberPatch, req);
      const members = await db.withTenant(tenantId, 'write', async (tx) => {
        // First, as in every transaction that also holds the tenant: see `holdTenant`.
        await logAccess(tx, tenantId, { accessedBy: `user:${userId}`, action: 'change_member', entity: id, recordCount: null });
        await changeMember(tx, tenantId, id, patch, now());
        return list(tx, res);
      });
      tenantNews.tell(tenantId);
      res.json(members);
    })
    .all(methodNotAllowed('PATCH'));
  return router;
}
