import { Router } from 'express';
import { kpiRequest } from '../../../contract/kpi.ts';
import { answerKpi } from '../../dashboard/answer-kpi.ts';
import type { DrillDeps } from '../../dashboard/load-drill.ts';
import { whileWaiting } from '../answer.ts';
import { methodNotAllowed } from '../error-reply.ts';
import { parseBody } from '../input.ts';
import { getSession } from '../session.ts';
import { writeLog } from './access.ts';

/** Questions in words, below /api/dashboard. What was asked is kept nowhere: it may name people. */
export function createKpiRoutes(deps: DrillDeps): Router {
  const router = Router();
  router
    .route('/kpi')
    .post(async (req, res) => {
      const session = getSession(res);
      const { question } = parseBody(kpiRequest, req);
      await whileWaiting(res, async (signal) => {
        const reply = await deps.gate.run(session.tenantId, signal, () => answerKpi(deps, session, question, signal));
        await writeLog(deps, res, { action: 'answer_kpi', entity: null, recordCount: reply.status === 'ok' ? 1 : 0 });
        res.json(reply);
      });
    })
    .all(methodNotAllowed('POST'));
  return router;
}
