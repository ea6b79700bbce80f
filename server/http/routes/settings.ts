import express, { type Router } from 'express';
import { ownSettingsPatch, settingsPatch } from '../../../contract/settings.ts';
import type { Db } from '../../platform/db.ts';
import type { DbListener } from '../../platform/db-listener.ts';
import { logAccess } from '../../tenants/access-log.ts';
import { personTopic } from '../../tenants/announce.ts';
import { loadOwnSettings, saveOwnLanguage } from '../../tenants/members.ts';
import { loadSettings, saveSettings } from '../../tenants/settings.ts';
import { methodNotAllowed } from '../error-reply.ts';
import { parseBody } from '../input.ts';
import { getSession, requireAdmin, requireSession } from '../session.ts';

/** What an administrator decides for the whole tenant, and what each person decides for themselves. */
export function createSettingsRoutes({ db, tenantNews }: { db: Db; tenantNews: DbListener }): Router {
  const router = express.Router();
  router
    .route('/api/settings')
    .get(requireAdmin, async (_req, res) => {
      const { tenantId } = getSession(res);
      res.json(await db.withTenant(tenantId, 'read', (tx) => loadSettings(tx, tenantId)));
    })
    .patch(requireAdmin, async (req, res) => {
      const { tenantId, userId } = getSession(res);
      const patch = parseBody(settingsPatch, req);
      const saved = await db.withTenant(tenantId, 'write', async (tx) => {
        const entry = { accessedBy: `user:${userId}`, action: 'change_settings', entity: null, recordCount: null } as const;
        await logAccess(tx, tenantId, entry);
        await saveSettings(tx, tenantId, patch);
        return loadSettings(tx, tenantId);
      });
      tenantNews.tell(tenantId);
      res.json(saved);
    })
    .all(methodNotAllowed('GET, HEAD, PATCH'));
  router
    .route('/api/settings/own')
    .get(requireSession, async (_req, res) => {
      const { tenantId, crmSource, userId: crmUserId } = getSession(res);
      res.json(await db.withTenant(tenantId, 'read', (tx) => loadOwnSettings(tx, tenantId, { crmSource, crmUserId })));
    })
    .patch(requireSession, async (req, res) => {
      const { tenantId, crmSource, userId: crmUserId } = getSession(res);
      const { language } = parseBody(ownSettingsPatch, req);
      const saved = await db.withTenant(tenantId, 'write', async (tx) => {
        await saveOwnLanguage(tx, tenantId, { crmSource, crmUserId }, language);
        return loadOwnSettings(tx, tenantId, { crmSource, crmUserId });
      });
      tenantNews.tell(personTopic(tenantId, { crmSource, userId: crmUserId }));
      res.json(saved);
    })
    .all(methodNotAllowed('GET, HEAD, PATCH'));
  return router;
}
