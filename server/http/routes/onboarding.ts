import { type Response, Router } from 'express';
import {
  type OnboardingReply,
  onboardingLaterRequest,
  onboardingRefineRequest,
  onboardingSelectRequest,
} from '../../../contract/onboarding.ts';
import { emptyRequest } from '../../../contract/sync.ts';
import {
  loadOnboarding,
  putOffOnboarding,
  reconfigureDashboard,
  refineCategories,
  selectCategories,
  startOnboarding,
} from '../../dashboard/onboarding.ts';
import type { Db } from '../../platform/db.ts';
import type { DbListener } from '../../platform/db-listener.ts';
import { methodNotAllowed } from '../error-reply.ts';
import { parseBody } from '../input.ts';
import { getSession, requireAdmin, type Session } from '../session.ts';

export interface OnboardingRoutesDeps {
  db: Db;
  now: () => Date;
  tenantNews: DbListener;
}

/** The way to a dashboard of one's own, below /api/dashboard. Everyone may see where it stands and put it off, administrators take its steps. */
export function createOnboardingRoutes(deps: OnboardingRoutesDeps): Router {
  const router = Router();
  const take = async (res: Response, step: (person: Session) => Promise<OnboardingReply>) => {
    const session = getSession(res);
    const reply = await step(session);
    deps.tenantNews.tell(session.tenantId);
    res.json(reply);
  };

  router
    .route('/onboarding')
    .get(async (_req, res) => void res.json(await loadOnboarding(deps, getSession(res))))
    .all(methodNotAllowed('GET, HEAD'));

  router
    .route('/onboarding/start')
    .post(requireAdmin, async (req, res) => {
      parseBody(emptyRequest, req);
      await take(res, (person) => startOnboarding(deps, person));
    })
    .all(methodNotAllowed('POST'));

  router
    .route('/onboarding/select')
    .post(requireAdmin, async (req, res) => {
      const { categories } = parseBody(onboardingSelectRequest, req);
      await take(res, (person) => selectCategories(deps, person, categories));
    })
    .all(methodNotAllowed('POST'));

  router
    .route('/onboarding/refine')
    .post(requireAdmin, async (req, res) => {
      const { answers } = parseBody(onboardingRefineRequest, req);
      await take(res, (person) => refineCategories(deps, person, answers));
    })
    .all(methodNotAllowed('POST'));

  router
    .route('/onboarding/later')
    .post(
      async (req, res) => void res.json(await putOffOnboarding(deps, getSession(res), parseBody(onboardingLaterRequest, req))),
    )
    .all(methodNotAllowed('POST'));

  router
    .route('/reconfigure')
    .post(requireAdmin, async (req, res) => {
      parseBody(emptyRequest, req);
      await take(res, (person) => reconfigureDashboard(deps, person));
    })
    .all(methodNotAllowed('POST'));

  return router;
}
