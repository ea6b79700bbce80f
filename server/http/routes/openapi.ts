import express, { type Router } from 'express';
import { describeApi } from '../../../contract/openapi.ts';
import { methodNotAllowed } from '../error-reply.ts';

/** The description of the API for programs. The same for everybody, and it changes with the program only. */
export function createOpenApiRoutes(): Router {
  const router = express.Router();
  const text = JSON.stringify(describeApi());
  router
    .route('/api/openapi.json')
    .get((_req, res) => {
      res.set('Cache-Control', 'public, max-age=300').type('json').send(text);
    })
    .all(methodNotAllowed('GET, HEAD'));
  return router;
}
