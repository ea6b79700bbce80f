import { Router } from 'express';
import { type ChatAnswer, chatHistoryRequest, chatRequest } from '../../../contract/chat.ts';
import { answerChat, readChatHistory } from '../../dashboard/chat.ts';
import type { DrillDeps } from '../../dashboard/load-drill.ts';
import { whileWaiting } from '../answer.ts';
import { methodNotAllowed } from '../error-reply.ts';
import { parseBody, parseQuery } from '../input.ts';
import { getSession } from '../session.ts';
import { writeLog } from './access.ts';

/** The conversation with the team, below /api/dashboard: each person has one of their own. */
export function createChatRoutes(deps: DrillDeps): Router {
  const router = Router();
  router
    .route('/chat')
    .post(async (req, res) => {
      const session = getSession(res);
      const { message } = parseBody(chatRequest, req);
      await whileWaiting(res, async (signal) => {
        const reply = await deps.gate.run(session.tenantId, signal, () => answerChat(deps, session, message, signal));
        await writeLog(deps, res, { action: 'answer_kpi', entity: null, recordCount: countNumbers(reply.answer.answer) });
        res.json(reply);
      });
    })
    .all(methodNotAllowed('POST'));
  router
    .route('/chat/history')
    .get(async (req, res) => {
      const session = getSession(res);
      const page = parseQuery(chatHistoryRequest, req);
      const history = await deps.db.withTenant(session.tenantId, 'read', (tx) => readChatHistory(tx, session, page));
      await writeLog(deps, res, { action: 'read_chat', entity: null, recordCount: history.messages.length });
      res.json(history);
    })
    .all(methodNotAllowed('GET, HEAD'));
  return router;
}

/** How many numbers an answer tells. */
function countNumbers(answer: ChatAnswer | null): number {
  if (answer?.reply.status !== 'ok') return 0;
  const { data } = answer.reply;
  return data.kind === 'kpi' ? 1 : (data.series[0]?.points.length ?? 0);
}
