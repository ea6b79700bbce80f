import type { DataSource } from '../../contract/charts.ts';
import { crmSource } from '../../contract/crm.ts';
import type { DrillExportRequest, DrillRecord, DrillReply, DrillRequest, Widget } from '../../contract/dashboard.ts';
import { sourceOf } from '../analytics/catalog.ts';
import { describeValue, formatAmount, Money } from '../analytics/dictionaries.ts';
import {
  type DrillPosition,
  type DrillRow,
  type DrillSet,
  drillCountQuery,
  drillPageQuery,
  planDrill,
} from '../analytics/drill-query.ts';
import type { Locale } from '../analytics/labels.ts';
import { runPlan } from '../analytics/plan.ts';
import { type AnalyticsContext, findDimension } from '../analytics/resolve.ts';
import { convert } from '../analytics/tally.ts';
import type { Db, SqlQuery, Tx } from '../platform/db.ts';
import { isStatementTimeout } from '../platform/db-errors.ts';
import { AppError } from '../platform/errors.ts';
import { recordUrl } from '../sync/record-url.ts';
import { type DashboardDeps, isCovered, readContext } from './load-dashboard.ts';
import type { QueryGate } from './query-gate.ts';
import type { TenantContext, Viewer } from './tenant-context.ts';
import { findWidget } from './widgets.ts';

export interface DrillDeps extends DashboardDeps {
  gate: QueryGate;
}

/** The most rows of one exported list. */
export const MAX_EXPORTED = 10_000;
const EXPORT_PAGE = 1_000;

/** A question whose records are found: what its pages are read with. */
interface Opened {
  title: string;
  set: DrillSet;
  analytics: AnalyticsContext;
  /** CRM -> address of the portal. */
  portals: ReadonlyMap<string, string | null>;
  total: number;
}

/** A list that is exported page by page. */
export interface DrillExport {
  title: string;
  entity: DataSource;
  locale: Locale;
  /** What its records are worth is told in it. */
  displayCurrency: string;
  /** How many records there are; the pages end after `MAX_EXPORTED`. */
  total: number;
  /** Pages of records, the first of them read already. Each takes its own turn at the gate. */
  pages: AsyncIterable<readonly DrillRecord[]>;
}

/**
 * A page of the records that a number counts, in one snapshot.
 * @throws AppError `not_found`, `invalid_id` for the widget; `unknown_field_name`, `invalid_combination` for a number that
 * cannot be drawn, "All others", or one that takes too long; `wrong_state` while its records are not all copied;
 * `invalid_value` for an `after` that is none of ours; `rate_limited`
 */
export async function loadDrill(
  deps: DrillDeps,
  viewer: Viewer,
  request: DrillRequest,
  signal: AbortSignal,
): Promise<DrillReply> {
  const after = request.after === undefined ? null : parsePosition(request.after);
  return readInTurn(deps, viewer, signal, async (tx) => {
    const opened = await open(tx, viewer, request, deps.now(), signal);
    // The records of a window all have their moment: the place is one of another list.
    if (after?.at === null && opened.set.term.window !== null) throw refusePlace();
    const { records, last, isLast } = await readPage(tx, viewer, opened, after, request.limit);
    return {
      entity: sourceOf(opened.set.term.entity),
      records,
      total: opened.total,
      next: last && !isLast ? formatPosition(last) : null,
    };
  });
}

/**
 * The same records for a file, at most the latest 10,000 of them. Nothing is read ahead of the reader, and no connection held for
 * one: each page is a snapshot of its own, and a record that a sync moves up between two pages may be missing.
 * @throws AppError as `loadDrill`
 */
export async function exportDrill(
  deps: DrillDeps,
  viewer: Viewer,
  request: DrillExportRequest,
  signal: AbortSignal,
): Promise<DrillExport> {
  const { opened, first } = await readInTurn(deps, viewer, signal, async (tx) => {
    const found = await open(tx, viewer, request, deps.now(), signal);
    return { opened: found, first: await readPage(tx, viewer, found, null, EXPORT_PAGE) };
  });

  async function* pages() {
    let page = first;
    for (let exported = page.records.length; ; exported += page.records.length) {
      yield page.records;
      const { last, isLast } = page;
      const limit = Math.min(EXPORT_PAGE, MAX_EXPORTED - exported);
      if (isLast || !last || limit === 0) return;
      page = await readInTurn(deps, viewer, signal, (tx) => readPage(tx, viewer, opened, last, limit));
    }
  }
  const { title, total, set, analytics } = opened;
  const { locale, displayCurrency } = analytics;
  return { title, entity: sourceOf(set.term.entity), locale, displayCurrency, total, pages: pages() };
}

/** One turn at the database. @throws AppError `rate_limited`; `invalid_combination` for a question that takes too long */
export function readInTurn<Result>(
  { db, gate }: DrillDeps,
  { tenantId }: Viewer,
  signal: AbortSignal,
  work: (tx: Tx) => Promise<Result>,
): Promise<Result> {
  return gate.run(tenantId, signal, () => readQuestion(db, tenantId, signal, work));
}

/** The same for whoever has the turn already. @throws AppError `invalid_combination` for a question that takes too long */
export async function readQuestion<Result>(
  db: Db,
  tenantId: string,
  signal: AbortSignal,
  work: (tx: Tx) => Promise<Result>,
): Promise<Result> {
  try {
    return await db.withTenant(tenantId, 'read', work, { signal });
  } catch (error) {
    if (signal.aborted || !isStatementTimeout(error)) throw error;
    const detail = 'This takes too long to answer; take a shorter range or a filter.';
    throw new AppError('invalid_combination', detail, { cause: error });
  }
}

async function open(tx: Tx, viewer: Viewer, request: DrillExportRequest, now: Date, signal: AbortSignal): Promise<Opened> {
  const { tenantId } = viewer;
  const [{ context, analytics }, configIn, portals] = await Promise.all([
    readContext(tx, viewer, now),
    requireConfig(tx, tenantId, request),
    tx.query<{ crm_source: string; portal_url: string | null }>(portalsQuery(tenantId)),
  ]);
  const config = configIn(context);
  const plan = planDrill(config, request.point, analytics);
  signal.throwIfAborted();
  const set = await runPlan(tx, tenantId, plan);
  if (!isCovered(set.term, config.crmSource, context.coverage)) {
    throw new AppError('wrong_state', 'The records behind this number are still being copied.');
  }
  const [counted] = set.total === null ? await tx.query<{ total: number }>(drillCountQuery(tenantId, set)) : [set];
  return {
    title: config.title,
    set,
    analytics,
    portals: new Map(portals.map((row) => [row.crm_source, row.portal_url])),
    total: counted?.total ?? 0,
  };
}

/** Exactly one of config and widgetId says what is meant. */
async function requireConfig(
  tx: Tx,
  tenantId: string,
  { config, widgetId }: DrillExportRequest,
): Promise<(context: TenantContext) => Widget['config']> {
  if (config !== undefined && widgetId !== undefined) {
    throw new AppError('invalid_combination', 'Send either config or widgetId.');
  }
  if (config !== undefined) return () => ({ ...config, chartId: '' });
  if (widgetId === undefined) throw new AppError('required', 'Send config or widgetId.');
  const widgetIn = await findWidget(tx, tenantId, widgetId);
  return (context) => widgetIn(context).config;
}

function portalsQuery(tenantId: string): SqlQuery {
  return { text: 'select crm_source, portal_url from crm_connections where tenant_id = $1', values: [tenantId] };
}

async function readPage(
  tx: Tx,
  { tenantId }: Viewer,
  opened: Opened,
  after: DrillPosition | null,
  limit: number,
): Promise<{ records: DrillRecord[]; last: DrillPosition | null; isLast: boolean }> {
  const rows = await tx.query<DrillRow>(drillPageQuery(tenantId, opened.set, { after, limit: limit + 1 }));
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    records: shown.map((row) => toRecord(row, opened)),
    last: last ? { at: last.at_text, crmSource: last.crm_source, externalId: last.external_id } : null,
    isLast: rows.length <= limit,
  };
}

/** Ten thousand amounts of a file, each rounded here, still add up to the cent. */
const WORTH_PLACES = 6;

function toRecord(row: DrillRow, { analytics, portals }: Opened): DrillRecord {
  // People are named alike in every table, also where the owner is that of another record.
  const owner = findDimension('deals', 'owner');
  const { dictionaries, locale, displayCurrency } = analytics;
  const amount = row.amount === null ? null : new Money(row.amount);
  const of = { crmSource: row.crm_source, currency: row.currency ?? '' };
  const worth = amount && convert(amount, of, { displayCurrency, rates: dictionaries.rates });
  const { code, label } = describeValue(owner, row.crm_source, [row.owner ?? ''], dictionaries, locale);
  const { page_entity: entity, page_id: id } = row;
  return {
    externalId: row.external_id,
    crmSource: row.crm_source,
    title: row.title,
    owner: code === '' ? null : { id: code, name: label },
    value: amount && { amount: formatAmount(amount), currency: row.currency },
    worth: worth && { amount: formatAmount(worth.toDecimalPlaces(WORTH_PLACES)), currency: displayCurrency },
    at: row.at?.toISOString() ?? null,
    url: entity === null || id === null ? null : recordUrl(portals.get(row.crm_source) ?? null, row.crm_source, entity, id),
  };
}

function formatPosition({ at, crmSource, externalId }: DrillPosition): string {
  return Buffer.from(JSON.stringify([at, crmSource, externalId])).toString('base64url');
}

/** A moment to the microsecond, as PostgreSQL takes it for certain. */
const MOMENT = /^([1-9]\d{3}|0[1-9]\d\d|00[1-9]\d|000[1-9])-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

function parsePosition(text: string): DrillPosition {
  try {
    const [at, crm, externalId] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[];
    const source = crmSource.safeParse(crm);
    const isId = typeof externalId === 'string' && externalId.isWellFormed() && !externalId.includes('\0');
    if (source.success && isId && (at === null || (typeof at === 'string' && isMoment(at)))) {
      return { at, crmSource: source.data, externalId };
    }
  } catch {}
  throw refusePlace();
}

function refusePlace(): AppError {
  const message = 'after is not the position of a page.';
  return new AppError('invalid_value', message, { issues: [{ path: 'after', code: 'invalid_value', message }] });
}

/** Days that no month has are moved on by JavaScript and refused by PostgreSQL. */
function isMoment(text: string): boolean {
  const parsed = new Date(`${text.slice(0, 23)}Z`);
  return MOMENT.test(text) && !Number.isNaN(parsed.getTime()) && parsed.toISOString() === `${text.slice(0, 23)}Z`;
}
