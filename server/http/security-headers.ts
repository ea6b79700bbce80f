import { randomBytes } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import helmet from 'helmet';

/** Headers of every answer. No page may frame ours until `allowFraming` names one. */
export function securityHeaders(): RequestHandler[] {
  return [
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: { defaultSrc: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"], frameAncestors: ["'none'"] },
      },
      frameguard: { action: 'deny' },
      referrerPolicy: { policy: 'no-referrer' },
    }),
  ];
}

/**
 * Lets the app's page run its own files and be framed by one origin.
 * @param ancestor proven origin of the portal; null: nobody
 * @returns the nonce for the page's inline scripts
 */
export function allowApp(res: Response, ancestor: string | null): string {
  const nonce = randomBytes(16).toString('base64');
  const directives = [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${ancestor ?? "'none'"}`,
  ];
  res.set('Content-Security-Policy', directives.join('; '));
  // The older header knows no origins, only everybody or nobody; the policy above takes its place.
  if (ancestor !== null) res.removeHeader('X-Frame-Options');
  return nonce;
}
