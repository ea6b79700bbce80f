import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
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
      // Asked every few seconds by whoever runs us.
      if (req.path === '/healthz' || req.path === '/readyz') return;
      const ms = Math.round(performance.now() - startedAt);
      const status = res.writableFinished ? res.statusCode : 'aborted';
      log.info({ requestId, method: req.method, route: routeOf(req, res), status, ms }, 'request');
    });
    next();
  };
}

/** For routers below a path of their own: the request log then names the whole pattern. */
export const keepMount: RequestHandler = (req, res, next) => {
  res.locals.mount = req.baseUrl;
  next();
};

/** The pattern of the route; `none` for an address that no route knows. */
function routeOf(req: Request, res: Response): string {
  const route: unknown = req.route?.path;
  if (typeof route !== 'string') return 'none';
  // A router's own path is given back when an error leaves it, so it is kept where the router begins.
  return `${String(res.locals.mount ?? '')}${route}`;
}
