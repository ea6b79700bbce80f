import { createServer, type Server } from 'node:http';
import express, { type Express, type Request } from 'express';
import ipaddr from 'ipaddr.js';
import type { Bitrix24 } from '../install/bitrix24.ts';
import type { Config } from '../platform/config.ts';
import type { Db } from '../platform/db.ts';
import type { DbListener } from '../platform/db-listener.ts';
import { AppError } from '../platform/errors.ts';
import type { Logger } from '../platform/log.ts';
import { createTenantStates } from '../tenants/tenants.ts';
import { checkUrl, readJson } from './body.ts';
import { createErrorHandler, methodNotAllowed, notFound } from './error-reply.ts';
import { readAppAssets } from './page.ts';
import { createRateLimiters, DEFAULT_RATE_LIMITS, type RateLimits } from './rate-limits.ts';
import { keepMount, requestLog } from './request-log.ts';
import { createBitrix24Routes } from './routes/bitrix24.ts';
import { createConnectionRoutes } from './routes/connections.ts';
import { createDashboardRoutes } from './routes/dashboard.ts';
import { createDataRoutes } from './routes/data.ts';
import { createMemberRoutes } from './routes/members.ts';
import { createOpenApiRoutes } from './routes/openapi.ts';
import { createSessionRoutes } from './routes/session.ts';
import { createSettingsRoutes } from './routes/settings.ts';
import { createSyncRoutes } from './routes/sync.ts';
import { securityHeaders } from './security-headers.ts';
import { createSessions, requireSession } from './session.ts';

export interface AppDeps {
  config: Pick<Config, 'secret' | 'trustProxy'>;
  db: Db;
  /** Tells when something of a tenant that people are shown has changed. */
  tenantNews: DbListener;
  bitrix24: Bitrix24;
  log: Logger;
  now: () => Date;
  /** Output folder of the app's build. */
  assetsDir: string;
  /** Default: `DEFAULT_RATE_LIMITS`. */
  rateLimits?: Partial<RateLimits>;
}

/** Of a body: what somebody types is short. */
const CHAT_LIMIT = '16kb';

/** The web server's routes, without a port. */
export function createApp(deps: AppDeps): Express {
  const { config, db, log, now } = deps;
  const assets = readAppAssets(deps.assetsDir);
  const sessions = createSessions({ secret: config.secret, tenants: createTenantStates(db, now, deps.tenantNews), now });
  const limiters = createRateLimiters({ ...DEFAULT_RATE_LIMITS, ...deps.rateLimits });

  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.set('trust proxy', config.trustProxy);

  app.use(securityHeaders());
  app.use(requestLog(log), checkUrl);
  app
    .route('/healthz')
    .get((_req, res) => void res.type('text').send('ok'))
    .all(methodNotAllowed('GET, HEAD'));
  app
    .route('/readyz')
    .get(async (req, res) => {
      if (!isFromNearby(req)) throw new AppError('not_found');
      const isReady = await db.isReady();
      res
        .status(isReady ? 200 : 503)
        .type('text')
        .send(isReady ? 'ready' : 'not ready');
    })
    .all(methodNotAllowed('GET, HEAD'));
  // Names carry a hash of the content, so what a name stands for never changes.
  app.use('/assets', express.static(assets.dir, { immutable: true, maxAge: '1y', index: false, dotfiles: 'ignore' }));

  app.use((_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });
  app.use(createBitrix24Routes({ ...deps, sessions, assets, limiters }));
  app.use('/api', sessions.identify, limiters.api);
  app.use('/api/dashboard/kpi', limiters.questions);
  app.use('/api/dashboard/chat', readJson(CHAT_LIMIT));
  app.use('/api', readJson());
  app.use(createOpenApiRoutes());
  app.use(createSessionRoutes({ ...deps, sessions, assets }));
  app.use(createSyncRoutes({ ...deps, sessions }));
  app.use(createConnectionRoutes(deps));
  app.use(createSettingsRoutes(deps));
  app.use(createMemberRoutes(deps));
  app.use(createDataRoutes({ ...deps, sessions }));
  app.use('/api/dashboard', keepMount, requireSession, createDashboardRoutes(deps));
  app.use(notFound);
  app.use(createErrorHandler(log));
  return app;
}

/** Whoever runs us asks from beside us: it is nobody else's business, and each answer costs a database connection. */
function isFromNearby(req: Request): boolean {
  const { remoteAddress = '' } = req.socket;
  const isForwarded = req.headers['x-forwarded-for'] !== undefined || req.headers.forwarded !== undefined;
  return !isForwarded && ipaddr.isValid(remoteAddress) && ipaddr.process(remoteAddress).range() !== 'unicast';
}

export interface ServerTimeouts {
  headersMs: number;
  requestMs: number;
}

/** Slow clients hold a connection, nothing more: 408 after 10 s without headers or 30 s without the whole body. */
export function createHttpServer(app: Express, timeouts: ServerTimeouts = { headersMs: 10_000, requestMs: 30_000 }): Server {
  return createServer(
    {
      headersTimeout: timeouts.headersMs,
      requestTimeout: timeouts.requestMs,
      connectionsCheckingInterval: Math.min(1_000, timeouts.headersMs),
    },
    app,
  );
}
