import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { LRUCache } from 'lru-cache';
import type { DashboardReply } from '../../contract/dashboard.ts';
import type { DbListener } from '../platform/db-listener.ts';
import type { LoadedDashboard } from './load-dashboard.ts';
import type { Viewer } from './tenant-context.ts';

/** A dashboard ready to be sent. */
export interface CachedDashboard {
  body: Buffer;
  gzipped: Buffer;
  /** Weak: one for both forms. Equal for equal bodies, whichever process made them. */
  etag: string;
  /** Widgets that show their numbers. */
  shownCount: number;
}

export interface DashboardCache {
  /**
   * The dashboard as of now. Where nothing has changed since it was last loaded, and the process would have heard of it,
   * the database is not asked. Requests that come while it is being loaded wait for the same load.
   * @param signal aborts when this reader has gone; a load goes on for as long as one is left
   */
  get(viewer: Viewer, signal: AbortSignal): Promise<{ dashboard: CachedDashboard; isHit: boolean }>;
}

export interface DashboardCacheDeps {
  /** Tells when something of a tenant's has changed. */
  tenantNews: DbListener;
  now: () => Date;
  load: (viewer: Viewer, signal: AbortSignal) => Promise<LoadedDashboard>;
  /** Default: 64 MB, some thousand dashboards. */
  maxBytes?: number;
}

interface Entry {
  dashboard: CachedDashboard;
  validUntil: number;
}

interface Loaded {
  dashboard: CachedDashboard;
  locale: string;
}

interface Load {
  result: Promise<Loaded>;
  abort: AbortController;
  readers: number;
}

/** What is known of a tenant since it last changed. With the state go its dashboards. */
interface TenantState {
  id: number;
  /** Language of each viewer: it decides which dashboard is theirs, and only the database knows it. */
  locales: Map<string, string>;
  /** Languages in which there are dashboards. */
  shown: Set<string>;
  loads: Map<string, Load>;
  /** How often a person's own news has come: a language that was read before may be another one now. */
  newsOfPeople: number;
}

const MAX_BYTES = 64 * 2 ** 20;
/** Tenants of which more than nothing is known. */
const MAX_TENANTS = 10_000;
/** Should a change ever go unannounced, its dashboard is at most this late. */
const MAX_AGE_MS = 60_000;
const compress = promisify(gzip);

/** Dashboards of this process, each as right as the database until its tenant changes, its day ends or its minute is over. */
export function createDashboardCache(deps: DashboardCacheDeps): DashboardCache {
  const { tenantNews, now, load } = deps;
  const entries = new LRUCache<string, Entry>({
    maxSize: deps.maxBytes ?? MAX_BYTES,
    sizeCalculation: ({ dashboard }) => dashboard.body.length + dashboard.gzipped.length,
  });
  const tenants = new LRUCache<string, TenantState>({
    max: MAX_TENANTS,
    dispose: (state) => {
      for (const locale of state.shown) entries.delete(entryKey(state, locale));
    },
  });
  let lastId = 0;

  tenantNews.watchAll((topic) => {
    if (topic === null) return tenants.clear();
    const [tenantId = '', ...person] = topic.split(' ');
    if (person.length === 0) tenants.delete(tenantId);
    else forgetPerson(tenantId, person.join(' '));
  });

  /** Whose language has changed finds the dashboards of the others in it, or has one made. */
  function forgetPerson(tenantId: string, key: string): void {
    const state = tenants.peek(tenantId);
    if (!state) return;
    state.newsOfPeople += 1;
    state.locales.delete(key);
    state.loads.delete(key);
  }

  function stateOf(tenantId: string): TenantState {
    let state = tenants.get(tenantId);
    if (!state) {
      lastId += 1;
      state = { id: lastId, locales: new Map(), shown: new Set(), loads: new Map(), newsOfPeople: 0 };
      tenants.set(tenantId, state);
    }
    return state;
  }

  function findEntry(state: TenantState, locale: string | undefined): CachedDashboard | null {
    if (locale === undefined || !tenantNews.isListening()) return null;
    const entry = entries.get(entryKey(state, locale));
    return entry && now().getTime() < entry.validUntil ? entry.dashboard : null;
  }

  async function loadInto(state: TenantState, viewer: Viewer, signal: AbortSignal): Promise<Loaded> {
    const startedAt = now().getTime();
    const newsBefore = state.newsOfPeople;
    const { reply, locale, validUntil } = await load(viewer, signal);
    const body = Buffer.from(JSON.stringify(reply));
    const etag = `W/"${createHash('sha256').update(body).digest('base64url')}"`;
    const gzipped = await compress(body);
    const dashboard = { body, gzipped, etag, shownCount: countShown(reply) };
    const failed = reply.results.some(({ status }) => status === 'failed');
    // What has failed is tried again by the next reader. What has changed meanwhile has taken its state along.
    if (!failed && tenantNews.isListening() && tenants.peek(viewer.tenantId) === state) {
      if (state.newsOfPeople === newsBefore) state.locales.set(viewerKey(viewer), locale);
      state.shown.add(locale);
      const until = Math.min(validUntil.getTime(), startedAt + MAX_AGE_MS);
      entries.set(entryKey(state, locale), { dashboard, validUntil: until });
    }
    return { dashboard, locale };
  }

  async function get(viewer: Viewer, signal: AbortSignal): ReturnType<DashboardCache['get']> {
    const state = stateOf(viewer.tenantId);
    const locale = state.locales.get(viewerKey(viewer));
    const found = findEntry(state, locale);
    if (found) return { dashboard: found, isHit: true };
    const key = locale ?? viewerKey(viewer);
    let running = state.loads.get(key);
    if (!running) {
      const abort = new AbortController();
      running = { result: loadInto(state, viewer, abort.signal), abort, readers: 0 };
      state.loads.set(key, running);
      const forgetLoad = () => state.loads.delete(key);
      running.result.then(forgetLoad, forgetLoad);
    }
    const loaded = await waitFor(running, signal, () => state.loads.delete(key));
    // Who began the load for all who read this language has taken another one meanwhile.
    const isOthers = locale !== undefined && locale === state.locales.get(viewerKey(viewer)) && locale !== loaded.locale;
    return isOthers ? get(viewer, signal) : { dashboard: loaded.dashboard, isHit: false };
  }

  return { get };
}

/** Widgets that show their numbers. */
export function countShown({ results }: DashboardReply): number {
  return results.filter(({ status }) => status === 'ok').length;
}

function viewerKey({ crmSource, userId }: Viewer): string {
  return `${crmSource} ${userId}`;
}

function entryKey({ id }: TenantState, locale: string): string {
  return `${id} ${locale}`;
}

/** The load's result, unless the reader goes away first; the last to go ends the load. @param abandon lets nobody else join it */
async function waitFor(load: Load, signal: AbortSignal, abandon: () => void): Promise<Loaded> {
  signal.throwIfAborted();
  load.readers += 1;
  const gone = Promise.withResolvers<never>();
  const leave = () => gone.reject(signal.reason);
  signal.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([load.result, gone.promise]);
  } finally {
    signal.removeEventListener('abort', leave);
    load.readers -= 1;
    if (signal.aborted && load.readers === 0) {
      abandon();
      load.abort.abort(signal.reason);
    }
  }
}
