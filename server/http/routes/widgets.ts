import { type Request, type Response, Router } from 'express';
import { filterRequest, widgetCreateRequest, widgetPatchRequest } from '../../../contract/dashboard.ts';
import { attachment, BOM } from '../../dashboard/csv.ts';
import type { DrillDeps } from '../../dashboard/load-drill.ts';
import { loadWidgetCsv } from '../../dashboard/widget-csv.ts';
import {
  createWidget,
  deleteWidget,
  listDeletedWidgets,
  listWidgets,
  restoreWidget,
  updateWidget,
} from '../../dashboard/widgets.ts';
import type { DbListener } from '../../platform/db-listener.ts';
import { AppError } from '../../platform/errors.ts';
import { sendCsvHeaders, whileWaiting } from '../answer.ts';
import { methodNotAllowed } from '../error-reply.ts';
import { parseBody, parseQuery } from '../input.ts';
import { getSession } from '../session.ts';
import { writeLog } from './access.ts';

const MAX_KEY_CHARS = 255;

/**
 * The widgets of the dashboard, below /api/dashboard. The dashboard is the tenant's: everyone in it may change it, and the
 * access log says who did.
 */
export function createWidgetRoutes(deps: DrillDeps & { tenantNews: DbListener }): Router {
  const router = Router();
  // Changes of one dashboard wait for each other: those of one tenant must not take all of the database's connections.
  const inTurn = (res: Response, work: () => Promise<void>) =>
    whileWaiting(res, (signal) => deps.gate.run(getSession(res).tenantId, signal, work));
  const change = <Result>(res: Response, work: () => Promise<Result>, reply: (result: Result) => void) =>
    inTurn(res, async () => {
      const result = await work();
      deps.tenantNews.tell(getSession(res).tenantId);
      reply(result);
    });

  router
    .route('/widgets')
    .get(async (_req, res) => {
      await inTurn(res, async () => {
        const widgets = await listWidgets(deps, getSession(res));
        await writeLog(deps, res, { action: 'list_widgets', entity: null, recordCount: widgets.length });
        res.json(widgets);
      });
    })
    .post(async (req, res) => {
      const idempotencyKey = readIdempotencyKey(req);
      const { config } = parseBody(widgetCreateRequest, req);
      // People add what the chat has drawn for them; the other sources write their widgets themselves.
      const made = { source: 'chat', idempotencyKey } as const;
      await change(
        res,
        () => createWidget(deps, getSession(res), config, made),
        (created) => res.status(201).json(created),
      );
    })
    .all(methodNotAllowed('GET, HEAD, POST'));

  router
    .route('/widgets/bin')
    .get(async (_req, res) => {
      await inTurn(res, async () => {
        const deleted = await listDeletedWidgets(deps, getSession(res));
        await writeLog(deps, res, { action: 'list_deleted_widgets', entity: null, recordCount: deleted.length });
        res.json(deleted);
      });
    })
    .all(methodNotAllowed('GET, HEAD'));

  router
    .route('/widgets/:id')
    .patch(async (req, res) => {
      const patch = parseBody(widgetPatchRequest, req);
      await change(
        res,
        () => updateWidget(deps, getSession(res), req.params.id, patch),
        (updated) => res.json(updated),
      );
    })
    .delete(async (req, res) => {
      await change(
        res,
        () => deleteWidget(deps, getSession(res), req.params.id),
        () => res.status(204).end(),
      );
    })
    .all(methodNotAllowed('DELETE, PATCH'));

  router
    .route('/widgets/:id/restore')
    .post(async (req, res) => {
      await change(
        res,
        () => restoreWidget(deps, getSession(res), req.params.id),
        (restored) => res.json(restored),
      );
    })
    .all(methodNotAllowed('POST'));

  router
    .route('/widgets/:id/csv')
    .get(async (req, res) => {
      const { range = null, period = null, crm = null } = parseQuery(filterRequest, req);
      await whileWaiting(res, async (signal) => {
        const asked = { id: req.params.id, filter: { range, period, crm } };
        const { title, csv, rowCount } = await loadWidgetCsv(deps, getSession(res), asked, signal);
        await writeLog(deps, res, { action: 'export_widget', entity: null, recordCount: rowCount });
        sendCsvHeaders(res, attachment(title));
        res.end(`${BOM}${csv}`);
      });
    })
    .all(methodNotAllowed('GET, HEAD'));

  return router;
}

/** null where the header is left out. @throws AppError 422 for a key that is blank, too long or not printable ASCII */
function readIdempotencyKey(req: Request): string | null {
  const key = req.get('Idempotency-Key');
  if (key === undefined) return null;
  if (key.trim() === '') throw new AppError('blank', 'The Idempotency-Key is blank.');
  if (key.length > MAX_KEY_CHARS) throw new AppError('too_long', `An Idempotency-Key has at most ${MAX_KEY_CHARS} characters.`);
  if (!/^[\x20-\x7e]+$/.test(key)) throw new AppError('invalid_characters', 'An Idempotency-Key is printable ASCII.');
  return key;
}
