import express, { type Router } from 'express';
import { type BootData, sessionRequest, signInRequest } from '../../../contract/session.ts';
import type { Bitrix24 } from '../../install/bitrix24.ts';
import type { Db } from '../../platform/db.ts';
import { AppError } from '../../platform/errors.ts';
import { loadAccess } from '../../tenants/members.ts';
import { redeemSignInCode } from '../../tenants/sign-in-codes.ts';
import { methodNotAllowed } from '../error-reply.ts';
import { parseBody } from '../input.ts';
import { type AppAssets, preferredLanguage, renderSignInPage } from '../page.ts';
import { allowApp } from '../security-headers.ts';
import { getSessionEvenDeleting, type Sessions } from '../session.ts';

export interface SessionRoutesDeps {
  bitrix24: Bitrix24;
  db: Db;
  sessions: Sessions;
  assets: AppAssets;
  now: () => Date;
}

/** A working day. Nobody vouches for the person meanwhile, so it ends for good. */
const MAX_SIGNED_IN_MS = 12 * 3_600_000;

/** Ways to a session: a fresh proof from the CRM's frame, or the one-time code of a sign-in link. */
export function createSessionRoutes({ bitrix24, db, sessions, assets, now }: SessionRoutesDeps): Router {
  const router = express.Router();
  router
    .route('/api/session')
    .post(async (req, res) => {
      const { memberId, accessToken } = parseBody(sessionRequest, req);
      const person = await bitrix24.renewSession({ memberId, accessToken });
      res.json(await sessions.issue({ ...person, signedInAt: null }));
    })
    .all(methodNotAllowed('POST'));
  router
    .route('/api/session/code')
    .post(async (req, res) => {
      const person = await redeemSignInCode(db, parseBody(signInRequest, req).code, now());
      if (!person?.portalUrl) throw new AppError('not_authentic', 'The sign-in link was used already or is too old.');
      const boot: BootData = {
        host: 'bitrix24',
        hostOrigin: person.portalUrl,
        memberId: '',
        page: { kind: 'dashboard' },
        session: await sessions.issue({ ...person, signedInAt: now() }),
        notice: null,
        locale: person.locale,
        filter: person.filter,
      };
      res.json(boot);
    })
    .all(methodNotAllowed('POST'));
  router
    .route('/api/session/renew')
    .post(async (_req, res) => {
      const session = getSessionEvenDeleting(res);
      const { tenantId, crmSource, userId, signedInAt } = session;
      if (signedInAt === null) throw new AppError('not_authentic', 'The CRM renews this session.');
      if (now().getTime() - signedInAt.getTime() > MAX_SIGNED_IN_MS) throw new AppError('token_expired');
      const person = { crmSource, crmUserId: userId };
      const access = await db.withTenant(tenantId, 'read', (tx) => loadAccess(tx, tenantId, person));
      if (!access?.hasAccess) throw new AppError('not_authentic');
      const { name, role, locale } = access;
      res.json(await sessions.issue({ ...session, name, role, locale }));
    })
    .all(methodNotAllowed('POST'));
  router
    .route('/app')
    .get((req, res) => {
      res.type('html').send(renderSignInPage(assets, allowApp(res, null), preferredLanguage(req)));
    })
    .all(methodNotAllowed('GET, HEAD'));
  return router;
}
