import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { type CrmSource, crmSource } from '../../contract/crm.ts';
import { type Role, role, type SessionReply } from '../../contract/session.ts';
import { deriveKey } from '../platform/crypto.ts';
import { AppError } from '../platform/errors.ts';
import { personKey } from '../tenants/members.ts';
import type { TenantStates } from '../tenants/tenants.ts';

/** Who is asking, as a session's token says. */
export interface Session {
  tenantId: string;
  crmSource: CrmSource;
  /** The CRM's id of the person. */
  userId: string;
  role: Role;
  /** When a sign-in link began it, null for a session that a CRM's frame vouches for. */
  signedInAt: Date | null;
}

export interface Sessions {
  issue(person: Session & { name: string; locale: string }): Promise<SessionReply>;
  /** Reads the bearer token of a request, if it has one. What is wrong with it is thrown by `getSession`. */
  identify: RequestHandler;
  /** The session of a request as of now. @throws AppError saying what is wrong with its token */
  verify(req: Request): Promise<Session>;
  /**
   * Whether a session that was good at that moment has not been ended since, and is the same person's in the same role; its token
   * may have run out meanwhile. @throws AppError saying why not
   */
  recheck(session: Session, goodAt: Date): Promise<void>;
}

const ISSUER = 'leadrelay';
const AUDIENCE = 'leadrelay-api';
const TYPE = 'leadrelay-session+jwt';
const LIFE_SECONDS = 600;
/** Ours have some 400 characters; a longer one is not worth the work of checking it. */
const MAX_TOKEN_CHARS = 2048;

const claims = z.object({
  sub: z.string().min(1),
  tid: z.uuid(),
  crm: crmSource,
  role,
  /** Issued at, in milliseconds: a session begun in the second of a revocation, but after it, has to work. */
  iam: z.number(),
  /** Signed in at, in milliseconds; only behind a sign-in link. */
  sia: z.number().optional(),
});

export function createSessions(deps: { secret: string; tenants: TenantStates; now: () => Date }): Sessions {
  const key = deriveKey(deps.secret, 'session signing');

  async function verify(req: Request): Promise<Session> {
    const { session, isDeleting } = await verifyAny(req);
    if (isDeleting) throw new AppError('tenant_deleting');
    return session;
  }

  async function verifyAny(req: Request): Promise<Verified> {
    const { authorization } = req.headers;
    const [, token] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
    if (token === undefined) throw new AppError(authorization === undefined ? 'unauthorized' : 'invalid_token');
    return verifyToken(token);
  }

  async function verifyToken(token: string): Promise<Verified> {
    if (token.length > MAX_TOKEN_CHARS) throw new AppError('invalid_token');
    const payload = await jwtVerify(token, key, {
      algorithms: ['HS256'],
      issuer: ISSUER,
      audience: AUDIENCE,
      typ: TYPE,
      requiredClaims: ['iat', 'exp', 'jti', 'sub'],
      maxTokenAge: LIFE_SECONDS,
      currentDate: deps.now(),
    }).then(
      (verified) => claims.safeParse(verified.payload),
      (cause: unknown) => {
        throw new AppError(cause instanceof errors.JWTExpired ? 'token_expired' : 'invalid_token', undefined, { cause });
      },
    );
    if (!payload.success) throw new AppError('invalid_token');
    const { sub, tid, crm, iam, sia, role } = payload.data;
    const signedInAt = sia === undefined ? null : new Date(sia);
    return judge({ tenantId: tid, crmSource: crm, userId: sub, role, signedInAt }, iam);
  }

  /** What has become of a session since it was issued. */
  async function judge(issued: Session, issuedMs: number): Promise<Verified> {
    const tenant = await deps.tenants.get(issued.tenantId);
    const isDeleting = tenant.status === 'deleting';
    if (tenant.notBefore && issuedMs < tenant.notBefore.getTime())
      throw new AppError(isDeleting ? 'tenant_deleting' : 'invalid_token');
    const decided = tenant.decided.get(personKey({ crmSource: issued.crmSource, crmUserId: issued.userId }));
    if (decided?.hasAccess === false) throw new AppError('invalid_token');
    return { session: { ...issued, role: decided?.role ?? issued.role }, isDeleting };
  }

  return {
    async issue(person) {
      const issuedMs = deps.now().getTime();
      const issuedAt = Math.floor(issuedMs / 1000);
      const expiresAt = issuedAt + LIFE_SECONDS;
      const signedIn = person.signedInAt === null ? {} : { sia: person.signedInAt.getTime() };
      const claimed = { tid: person.tenantId, crm: person.crmSource, role: person.role, iam: issuedMs, ...signedIn };
      const token = await new SignJWT(claimed)
        .setProtectedHeader({ alg: 'HS256', typ: TYPE })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setSubject(person.userId)
        .setIssuedAt(issuedAt)
        .setExpirationTime(expiresAt)
        .setJti(randomUUID())
        .sign(key);
      const user = { id: person.userId, name: person.name, role: person.role };
      return { token, expiresAt: new Date(expiresAt * 1000).toISOString(), user, locale: person.locale };
    },

    async identify(req: Request, res: Response, next: NextFunction) {
      try {
        const { session, isDeleting } = await verifyAny(req);
        res.locals.session = session;
        res.locals.isDeleting = isDeleting;
        next();
      } catch (error) {
        // A database that is down is no verdict on the token.
        if (!(error instanceof AppError) || error.code === 'database_unavailable') return next(error);
        res.locals.session = error;
        next();
      }
    },
    verify,
    async recheck(session, goodAt) {
      const { session: current, isDeleting } = await judge(session, goodAt.getTime());
      if (isDeleting) throw new AppError('tenant_deleting');
      if (current.role !== session.role) throw new AppError('forbidden');
    },
  };
}

/** A session whose token is good. */
interface Verified {
  session: Session;
  /** Everything of its tenant is to be erased: nothing of it may be told. */
  isDeleting: boolean;
}

/** Lets only people with a session through. */
export const requireSession: RequestHandler = (_req, res, next) => {
  getSession(res);
  next();
};

/** Lets only administrators of the CRM through. */
export const requireAdmin: RequestHandler = (_req, res, next) => {
  if (getSession(res).role !== 'admin') throw new AppError('forbidden');
  next();
};

/** The session of a request. @throws AppError saying what is wrong with its token */
export function getSession(res: Response): Session {
  const session = getSessionEvenDeleting(res);
  if (res.locals.isDeleting) throw new AppError('tenant_deleting');
  return session;
}

/** The same, also of a tenant whose data is being deleted: for what may be done about that, and nothing else. */
export function getSessionEvenDeleting(res: Response): Session {
  const session: unknown = res.locals.session;
  if (session instanceof AppError) throw session;
  if (session === undefined) throw new AppError('unauthorized');
  return session as Session;
}

/** null where the request has no valid token. */
export function findSession(res: Response): Session | null {
  return res.locals.session instanceof AppError || res.locals.session === undefined ? null : getSessionEvenDeleting(res);
}
