import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import type { Logger } from '../platform/log.ts';

/**
 * Gives each request an id and writes one line when it is answered: the route's pattern, never the address itself, because
 * addresses have held tokens (in queries) and ids of people's records.
 */
export function requestLog(log: Logger): RequestHandler {
  return (req, res, next) => {
    const requestId = randomUUID();
    const startedAt = performance.now();
    res.locals.requestId = requestId;
    res.set('X-Request-Id', requestId);
    res.on('close', () => {
      const ms = Math.round(performance.now() - startedAt);
      const status = res.writableFinished ? res.statusCode : 'aborted';
      log.info({ requestId, method: req.method, route: routeOf(req), status, ms }, 'request');
    });
    next();
  };
}

/** The pattern below its router; `none` for an address that no route knows. */
function routeOf(req: Request): string {
  const route: unknown = req.route?.path;
  return typeof route === 'string' ? `${req.baseUrl}${route}` : 'none';
}
