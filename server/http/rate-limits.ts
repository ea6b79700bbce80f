import type { Request, RequestHandler, Response } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { AppError } from '../platform/errors.ts';
import { findSession } from './session.ts';

/** Requests a minute, each process counting for itself. */
export interface RateLimits {
  /** By address, for requests without a valid session. Default 60: a page needs a handful, a guesser thousands. */
  anonymous: number;
  /** Installer pages by address; each costs calls to a CRM. Default 20. */
  install: number;
  /** Default 300: a dashboard asks a few times a minute. */
  user: number;
  /** All people of a tenant together. Default 1,200. */
  tenant: number;
  /** Events by the portal they claim to come from. Default 600. */
  events: number;
}

export const DEFAULT_RATE_LIMITS: RateLimits = { anonymous: 60, install: 20, user: 300, tenant: 1200, events: 600 };

export interface RateLimiters {
  /** For /api, behind `identify`. */
  api: RequestHandler[];
  /** For pages that a portal opens. Apart from the API's: many people of one office share an address. */
  pages: RequestHandler;
  install: RequestHandler;
  events: RequestHandler;
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
      limit(limits.anonymous, address, isKnown),
      limit(limits.user, user, isAnonymous),
      limit(limits.tenant, tenant, isAnonymous),
    ],
    pages: limit(limits.user, address),
    install: limit(limits.install, address),
    events: limit(limits.events, claimedPortal),
  };
}

function limit(perMinute: number, key: (req: Request, res: Response) => string, skip?: (req: Request, res: Response) => boolean) {
  return rateLimit({
    windowMs: 60_000,
    limit: perMinute,
    keyGenerator: key,
    skip: skip ?? (() => false),
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

/** Who sends events has one address for all portals, so the portal is what is counted; the body is parsed before. */
function claimedPortal(req: Request): string {
  const auth: unknown = Reflect.get(Object(req.body), 'auth');
  const memberId: unknown = typeof auth === 'object' && auth !== null ? Reflect.get(auth, 'member_id') : undefined;
  return typeof memberId === 'string' ? memberId.slice(0, 64) : '';
}
