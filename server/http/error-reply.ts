import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { ERROR_CODES, type ErrorCode, type Problem } from '../../contract/api.ts';
import { AppError } from '../platform/errors.ts';
import type { Logger } from '../platform/log.ts';
import { preferredLanguage, renderErrorPage } from './page.ts';

/** Failures of Express and its body parsers, by the `type` they carry. */
const PARSER_ERRORS: ReadonlyMap<string, ErrorCode> = new Map([
  ['entity.too.large', 'body_too_large'],
  ['parameters.too.many', 'body_too_large'],
  ['encoding.unsupported', 'unsupported_media_type'],
  ['charset.unsupported', 'unsupported_media_type'],
  ['querystring.parse.rangeError', 'malformed_form'],
  ['request.aborted', 'request_timeout'],
  ['request.size.invalid', 'malformed_json'],
  ['entity.parse.failed', 'malformed_json'],
]);

/** Express's own handler is never reached: it would print the error, and with it what the request held. */
export function createErrorHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, req: Request, res: Response, _next) => {
    const refusal = toAppError(error);
    if (refusal.status >= 500)
      log.error({ err: refusal.cause ?? refusal, requestId: res.locals.requestId, code: refusal.code }, 'request failed');
    else if (refusal.cause)
      log.info({ err: refusal.cause, requestId: res.locals.requestId, code: refusal.code }, 'request refused');
    // Half an answer cannot be taken back: the reader has to see that it ends.
    if (res.headersSent) return void res.destroy();
    reply(req, res, refusal);
  };
}

/** Nothing was found at this address. */
export const notFound: RequestHandler = () => {
  throw new AppError('not_found');
};

/** For `router.route(path).all(…)` behind the methods that exist. @param allow as the Allow header names them */
export function methodNotAllowed(allow: string): RequestHandler {
  return (_req, res) => {
    res.set('Allow', allow);
    throw new AppError('method_not_allowed');
  };
}

function reply(req: Request, res: Response, refusal: AppError): void {
  res.status(refusal.status).set('Cache-Control', 'no-store');
  if (refusal.retryAfterSeconds !== undefined) res.set('Retry-After', String(refusal.retryAfterSeconds));
  if (refusal.status === 401) res.set('WWW-Authenticate', 'Bearer');
  if (!req.path.startsWith('/api/') && req.accepts(['json', 'html']) !== 'json') {
    res.type('html').send(renderErrorPage(refusal, preferredLanguage(req)));
    return;
  }
  const problem: Problem = {
    type: `/problems/${refusal.code}`,
    title: ERROR_CODES[refusal.code].title,
    status: refusal.status,
    detail: refusal.message,
    instance: `/requests/${String(res.locals.requestId)}`,
    code: refusal.code,
    requestId: String(res.locals.requestId),
  };
  if (refusal.issues.length > 0) problem.errors = [...refusal.issues];
  res.type('application/problem+json').send(JSON.stringify(problem));
}

function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof URIError) return new AppError('malformed_url', undefined, { cause: error });
  const type: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'type') : undefined;
  const known = typeof type === 'string' ? PARSER_ERRORS.get(type) : undefined;
  return new AppError(known ?? 'internal', undefined, { cause: error });
}
