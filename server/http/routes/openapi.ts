import { gzipSync } from 'node:zlib';
import express, { type Router } from 'express';
import { describeApi } from '../../../contract/openapi.ts';
import { sendCompressed } from '../compressed-json.ts';
import { methodNotAllowed } from '../error-reply.ts';

/** The description of the API for programs. The same for everybody, and it changes with the program only. */
export function createOpenApiRoutes(): Router {
  const router = express.Router();
  const body = Buffer.from(JSON.stringify(describeApi()));
  const document = { body, gzipped: gzipSync(body) };
  router
    .route('/api/openapi.json')
    .get((req, res) => {
      res.set('Cache-Control', 'public, max-age=300');
      sendCompressed(req, res, document);
    })
    .all(methodNotAllowed('GET, HEAD'));
  return router;
}
