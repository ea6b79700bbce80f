import express, { type Router } from 'express';
import { settingsPatch } from '../../../contract/settings.ts';
import type { Db } from '../../platform/db.ts';
import type { DbListener } from '../../platform/db-listener.ts';
import { AppError } from '../../platform/errors.ts';
import { isTimeZone } from '../../platform/time-zone.ts';
import { saveSettings } from '../../tenants/settings.ts';
import { methodNotAllowed } from '../error-reply.ts';
import { parseBody } from '../input.ts';
import { getSession, requireAdmin } from '../session.ts';

/** What an administrator decides for the whole tenant. */
export function createSettingsRoutes({ db, tenantNews }: { db: Db; tenantNews: DbListener }): Router {
  const router = express.Router();
  router
    .route('/api/settings')
    .patch(requireAdmin, async (req, res) => {
      const { tenantId } = getSession(res);
      const { timezone } = parseBody(settingsPatch, req);
      if (!isTimeZone(timezone)) {
        const issue = { path: 'timezone', code: 'invalid_value', message: 'This is not an IANA time zone.' } as const;
        throw new AppError('invalid_value', issue.message, { issues: [issue] });
      }
      await db.withTenant(tenantId, 'write', (tx) => saveSettings(tx, tenantId, { timezone }));
      tenantNews.tell(tenantId);
      res.json({ timezone });
    })
    .all(methodNotAllowed('PATCH'));
  return router;
}
