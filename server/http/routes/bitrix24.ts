import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import { NO_FILTER } from '../../../contract/dashboard-filter.ts';
import type { BootData } from '../../../contract/session.ts';
import { PATHS } from '../../../marketplace/bitrix24/manifest.ts';
import type { Bitrix24 } from '../../install/bitrix24.ts';
import { appEvent } from '../../install/events.ts';
import { type OpenForm, type Opening, openForm, toLocale } from '../../install/opening.ts';
import { parseForm, readForm } from '../body.ts';
import { methodNotAllowed } from '../error-reply.ts';
import { type AppAssets, preferredLanguage, renderAppPage, renderOutsidePage } from '../page.ts';
import type { RateLimiters } from '../rate-limits.ts';
import { allowApp } from '../security-headers.ts';
import type { Sessions } from '../session.ts';

export interface Bitrix24RoutesDeps {
  bitrix24: Bitrix24;
  sessions: Sessions;
  assets: AppAssets;
  limiters: RateLimiters;
}

/** The addresses of the app's card at Bitrix24: pages that a portal opens in a frame, and the events address; and what stands at /. */
export function createBitrix24Routes({ bitrix24, sessions, assets, limiters }: Bitrix24RoutesDeps): Router {
  const router = express.Router();
  const openWith =
    (open: (form: OpenForm, locale: string) => Promise<Opening>): RequestHandler =>
    async (req, res) => {
      const opening = await open(parseForm(openForm, req), toLocale(req.query.LANG));
      await sendApp(res, opening);
    };

  router.route('/').get(sendOutsidePage).all(methodNotAllowed('GET, HEAD'));
  router
    .route(PATHS.installer)
    .get(sendOutsidePage)
    .post(limiters.install, readForm(), openWith(bitrix24.openInstaller))
    .all(methodNotAllowed('GET, HEAD, POST'));
  router
    .route(PATHS.application)
    .get(sendOutsidePage)
    .post(limiters.pages, readForm(), openWith(bitrix24.openApp))
    .all(methodNotAllowed('GET, HEAD, POST'));
  router
    .route(PATHS.events)
    .get(sendOutsidePage)
    .post(readForm(), limiters.events, async (req: Request, res: Response) => {
      await bitrix24.receiveEvent(parseForm(appEvent, req));
      res.json({});
    })
    .all(methodNotAllowed('GET, HEAD, POST'));
  return router;

  /** Bitrix24's moderation checks each address with HEAD, and people open them by hand. */
  function sendOutsidePage(req: Request, res: Response): void {
    allowApp(res, null);
    res.type('html').send(renderOutsidePage(assets, preferredLanguage(req)));
  }

  async function sendApp(res: Response, opening: Opening): Promise<void> {
    const { hostOrigin, memberId, page, person, notice, locale } = opening;
    const session = person && (await sessions.issue({ ...person, signedInAt: null }));
    const boot: BootData = {
      host: 'bitrix24',
      hostOrigin,
      memberId,
      page,
      session,
      notice,
      locale,
      filter: person?.filter ?? NO_FILTER,
    };
    res.type('html').send(renderAppPage(boot, assets, allowApp(res, hostOrigin)));
  }
}
