import type { Request, RequestHandler, Response } from 'express';
import { ipKeyGenerator, type Options, rateLimit } from 'express-rate-limit';
import { isTokenEvent } from '../install/events.ts';
import { AppError } from '../platform/errors.ts';
import { findSession } from './session.ts';

/** Requests a minute, each process counting for itself. What the chat answers is limited by what it keeps, for all of them: dashboard/chat.ts. */
export interface RateLimits {
  /** By address, for requests without a valid session. Default 60: a page needs a handful, a guesser thousands. */
  anonymous: number;
  /** Installer pages by address; each costs calls to a CRM. Default 20. */
  install: number;
  /** Default 300: a dashboard asks a few times a minute. */
  user: number;
  /** All people of a tenant together. Default 1,200. */
  tenant: number;
  /** A person's questions in words outside the chat, which are kept nowhere: each has the database count. Default 10. */
  questions: number;
  /** Events by portal, and refused ones by address. Default 600. */
  events: number;
}

export const DEFAULT_RATE_LIMITS: RateLimits = {
  anonymous: 60,
  install: 20,
  user: 300,
  tenant: 1200,
  questions: 10,
  events: 600,
};

export interface RateLimiters {
  /** For /api, behind `identify`. */
  api: RequestHandler[];
  /** For what answers questions in words and keeps none, behind `identify`. */
  questions: RequestHandler;
  /** For pages that a portal opens. Apart from the API's: many people of one office share an address. */
  pages: RequestHandler;
  install: RequestHandler;
  /** Behind the form's parser. */
  events: RequestHandler[];
}

export function createRateLimiters(limits: RateLimits): RateLimiters {
  const user = (_req: Request, res: Response) => {
    const session = findSession(res);
    return session ? `${session.tenantId} ${session.crmSource} ${session.userId}` : '';
  };
  const tenant = (_req: Request, res: Response) => findSession(res)?.tenantId ?? '';
  const isAnonymous = (_req: Request, res: Response) => findSession(res) === null;
  const isKnown = (_req: Request, res: Response) => findSession(res) !== null;
  return {
    api: [
      limit(limits.anonymous, address, { skip: isKnown }),
      limit(limits.user, user, { skip: isAnonymous }),
      limit(limits.tenant, tenant, { skip: isAnonymous }),
    ],
    questions: limit(limits.questions, user, { skip: (req, res) => req.method !== 'POST' || isAnonymous(req, res) }),
    pages: limit(limits.user, address),
    install: limit(limits.install, address),
    // Who sends events has one address for all portals, and the portal is a claim until its token is compared: so accepted
    // events count against the portal and refused ones against the address. Those that bring a token are answered unproven.
    events: [
      limit(limits.events, address, { skipSuccessfulRequests: true }),
      limit(limits.events, claimedPortal, { skip: isUnproven, skipFailedRequests: true }),
      limit(limits.install, claimedPortal, { skip: (req) => !isUnproven(req) }),
    ],
  };
}

function limit(
  perMinute: number,
  key: (req: Request, res: Response) => string,
  options: Pick<Partial<Options>, 'skip' | 'skipFailedRequests' | 'skipSuccessfulRequests'> = {},
) {
  return rateLimit({
    ...options,
    windowMs: 60_000,
    limit: perMinute,
    keyGenerator: key,
    standardHeaders: false,
    legacyHeaders: false,
    handler: (req, _res, next) => {
      const resetTime = 'rateLimit' in req ? Reflect.get(Object(req.rateLimit), 'resetTime') : undefined;
      const waitMs = resetTime instanceof Date ? resetTime.getTime() - Date.now() : 60_000;
      next(new AppError('rate_limited', undefined, { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) }));
    },
  });
}

function address(req: Request): string {
  return ipKeyGenerator(req.ip ?? '');
}

function claimedPortal(req: Request): string {
  const auth: unknown = Reflect.get(Object(req.body), 'auth');
  const memberId: unknown = typeof auth === 'object' && auth !== null ? Reflect.get(auth, 'member_id') : undefined;
  return typeof memberId === 'string' ? memberId.slice(0, 64) : '';
}

function isUnproven(req: Request): boolean {
  const event: unknown = Reflect.get(Object(req.body), 'event');
  return typeof event === 'string' && isTokenEvent(event);
}
