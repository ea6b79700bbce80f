import { Router } from 'express';
import { dimensionValuesRequest } from '../../../contract/catalog.ts';
import { widgetCreateRequest } from '../../../contract/dashboard.ts';
import type { DrillDeps } from '../../dashboard/load-drill.ts';
import { loadCatalog, loadDimensionValues, previewWidget } from '../../dashboard/preview-widget.ts';
import { whileWaiting } from '../answer.ts';
import { methodNotAllowed } from '../error-reply.ts';
import { parseBody, parseQuery } from '../input.ts';
import { getSession } from '../session.ts';
import { writeLog } from './access.ts';

/** What widgets can be made of and what one would show, below /api/dashboard. */
export function createCatalogRoutes(deps: DrillDeps): Router {
  const router = Router();

  router
    .route('/catalog')
    .get(async (_req, res) => {
      await whileWaiting(res, async (signal) => {
        res.json(await loadCatalog(deps, getSession(res), signal));
      });
    })
    .all(methodNotAllowed('GET, HEAD'));

  router
    .route('/catalog/values')
    .get(async (req, res) => {
      const request = parseQuery(dimensionValuesRequest, req);
      await whileWaiting(res, async (signal) => {
        const reply = await loadDimensionValues(deps, getSession(res), request, signal);
        await writeLog(deps, res, {
          action: 'list_values',
          entity: request.dataSource,
          recordCount: reply.values.length,
        });
        res.json(reply);
      });
    })
    .all(methodNotAllowed('GET, HEAD'));

  router
    .route('/preview')
    .post(async (req, res) => {
      const { config } = parseBody(widgetCreateRequest, req);
      await whileWaiting(res, async (signal) => {
        const preview = await previewWidget(deps, getSession(res), config, signal);
        const recordCount = preview.status === 'ok' ? 1 : 0;
        await writeLog(deps, res, { action: 'preview_widget', entity: config.dataSource, recordCount });
        res.json(preview);
      });
    })
    .all(methodNotAllowed('POST'));

  return router;
}
