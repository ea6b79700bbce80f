import { Router } from 'express';
import { drillExportRequest, drillRequest } from '../../../contract/dashboard.ts';
import { attachment, BOM } from '../../dashboard/csv.ts';
import { drillFileName, drillHeader, drillLine } from '../../dashboard/drill-csv.ts';
import { type DrillDeps, exportDrill, loadDrill, MAX_EXPORTED } from '../../dashboard/load-drill.ts';
import { sendCsvHeaders, whileWaiting, writePart } from '../answer.ts';
import { methodNotAllowed } from '../error-reply.ts';
import { parseBody } from '../input.ts';
import { getSession, requireAdmin } from '../session.ts';
import { writeLog } from './access.ts';

/** From a number to the records behind it, below /api/dashboard. */
export function createDrillRoutes(deps: DrillDeps): Router {
  const router = Router();

  router
    .route('/drill')
    .post(async (req, res) => {
      const request = parseBody(drillRequest, req);
      await whileWaiting(res, async (signal) => {
        const reply = await loadDrill(deps, getSession(res), request, signal);
        await writeLog(deps, res, { action: 'list_records', entity: reply.entity, recordCount: reply.records.length });
        res.json(reply);
      });
    })
    .all(methodNotAllowed('POST'));

  router
    .route('/drill/csv')
    .post(requireAdmin, async (req, res) => {
      const request = parseBody(drillExportRequest, req);
      await whileWaiting(res, async (signal) => {
        const list = await exportDrill(deps, getSession(res), request, signal);
        // Before the first line goes out: whoever breaks off has still been given what was sent.
        const recordCount = Math.min(list.total, MAX_EXPORTED);
        await writeLog(deps, res, { action: 'export_records', entity: list.entity, recordCount });
        sendCsvHeaders(res, attachment(drillFileName(list.title, list.locale, list.total)));
        await writePart(res, `${BOM}${drillHeader(list.locale, list.displayCurrency)}`, signal);
        for await (const records of list.pages) {
          await writePart(res, records.map((record) => drillLine(record, list.locale)).join(''), signal);
        }
        res.end();
      });
    })
    .all(methodNotAllowed('POST'));

  return router;
}
