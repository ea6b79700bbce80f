import { createHash } from 'node:crypto';
import type { DeletedWidget, Widget, WidgetConfig, WidgetPatchRequest } from '../../contract/dashboard.ts';
import type { AccessAction } from '../../contract/data.ts';
import type { SqlQuery, Tx } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import { logAccess } from '../tenants/access-log.ts';
import { announceTenant } from '../tenants/announce.ts';
import { arrangeWidgets, type DashboardDeps, planWidget, readContext } from './load-dashboard.ts';
import { standardWidgets } from './standard-widgets.ts';
import { type TenantContext, tenantContextQuery, toTenantContext, type Viewer } from './tenant-context.ts';
import {
  activeWidgetsQuery,
  deletedWidgetsQuery,
  deleteWidgetQuery,
  emptyBinQuery,
  insertWidgetQuery,
  isInBin,
  moveWidgetQuery,
  resizeWidgetQuery,
  restoreWidgetQuery,
  toWidget,
  updateWidgetQuery,
  type WidgetRow,
  type WidgetSource,
  widgetQuery,
} from './widget-rows.ts';

/** Widgets of its own that a tenant may have: more than anybody looks at, and every one costs its part of each load. */
export const MAX_WIDGETS = 60;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Standard widgets have no rows: their ids are the same names for everybody. */
const STANDARD_IDS: ReadonlySet<string> = new Set(standardWidgets('classic', 'en', false).map(({ id }) => id));

/** The widgets alone, without their numbers. */
export async function listWidgets({ db, log }: DashboardDeps, viewer: Viewer): Promise<Widget[]> {
  const [contextRows, rows] = await db.withTenant(viewer.tenantId, 'read', (tx) =>
    Promise.all([tx.query(tenantContextQuery(viewer)), tx.query<WidgetRow>(activeWidgetsQuery(viewer.tenantId))]),
  );
  return arrangeWidgets(toTenantContext(contextRows[0] ?? {}), rows, log);
}

/** Widgets that were deleted in the last 30 days, the last deleted first. Their positions mean nothing. */
export async function listDeletedWidgets({ db, now }: DashboardDeps, viewer: Viewer): Promise<DeletedWidget[]> {
  const { tenantId } = viewer;
  const [contextRows, rows] = await db.withTenant(tenantId, 'read', (tx) =>
    Promise.all([tx.query(tenantContextQuery(viewer)), tx.query<WidgetRow>(deletedWidgetsQuery(tenantId, now()))]),
  );
  const { locale } = toTenantContext(contextRows[0] ?? {});
  return rows.flatMap((row) => {
    const widget = toWidget(row, STANDARD_IDS.size, locale);
    return widget && row.deleted_at ? { ...widget, deletedAt: row.deleted_at.toISOString() } : [];
  });
}

/**
 * Puts a widget behind the others.
 * @param made.idempotencyKey the same key with the same config gives the widget that was made then
 * @throws AppError `unknown_field_name` and `invalid_combination` as drawing it would, `wrong_state` when there are 60
 * already or the key's widget was deleted since, `idempotency_mismatch` for a key that made another widget
 */
export function createWidget(
  deps: DashboardDeps,
  viewer: Viewer,
  config: WidgetConfig,
  made: { source: WidgetSource; idempotencyKey: string | null },
): Promise<Widget> {
  const { tenantId } = viewer;
  const { source, idempotencyKey } = made;
  const requestHash = idempotencyKey === null ? null : createHash('sha256').update(JSON.stringify(config)).digest();
  return change(deps, viewer, 'create_widget', async (tx, context) => {
    if (idempotencyKey !== null) {
      const [present] = await tx.query<WidgetRow>(widgetQuery(tenantId, { idempotencyKey }));
      if (present) return replay(present, requestHash, context);
    }
    planWidget({ ...config, chartId: '' }, (await readContext(tx, viewer, deps.now())).analytics);
    const active = await tx.query<WidgetRow>(activeWidgetsQuery(tenantId));
    requireRoom(active.length);
    const position = Math.max(-1, ...active.map((row) => row.position)) + 1;
    const stored = { position, source, idempotencyKey, requestHash };
    const [inserted] = await tx.query<{ id: string }>(insertWidgetQuery(tenantId, config, stored));
    return readWidget(tx, tenantId, inserted?.id ?? '', context);
  });
}

/**
 * Changes a widget's config, title, size or place; the others make room.
 * @throws AppError `not_found`; `wrong_state` for a standard widget, `invalid_id` for no id at all; `required` for a patch that
 * changes nothing; `out_of_range` for a place among the standard widgets; what drawing a new config would throw
 */
export async function updateWidget(deps: DashboardDeps, viewer: Viewer, id: string, patch: WidgetPatchRequest): Promise<Widget> {
  requireOwn(id, 'Standard widgets cannot be changed.');
  const { tenantId } = viewer;
  if (Object.values(patch).every((value) => value === undefined)) {
    throw new AppError('required', 'Say what is to change: config, title, size or position.');
  }
  return change(deps, viewer, 'update_widget', async (tx, context) => {
    const row = await requireActive(tx, tenantId, id);
    const present = requireWidget(row, context);
    if (patch.position !== undefined) await move(tx, tenantId, id, patch.position, context);
    if (patch.config || patch.title) {
      const { chartId, ...config } = present.config;
      const changed = {
        ...(patch.config ?? config),
        ...(patch.title && { title: patch.title }),
        ...(patch.size && { size: patch.size }),
      };
      // A widget whose field has vanished may still be renamed: only what is new has to be drawable.
      if (patch.config) planWidget({ ...changed, chartId }, (await readContext(tx, viewer, deps.now())).analytics);
      // What a person has called or made of a widget is told as it was written, in every language.
      await tx.query(
        updateWidgetQuery(tenantId, id, row.template === null ? changed : withoutDays(changed, present.config), null),
      );
    } else if (patch.size) await tx.query(resizeWidgetQuery(tenantId, id, patch.size));
    return readWidget(tx, tenantId, id, context);
  });
}

/**
 * The config without what a template has said of its days: nobody has written that, and whoever looks is told it in their own
 * language. That a number is of now stays, as only the description says it.
 */
function withoutDays(changed: WidgetConfig, told: WidgetConfig): WidgetConfig {
  if (changed.chartType === 'kpi' || told.chartType === 'kpi') return changed;
  const isOfTemplate = changed.timeRangeDays !== null && changed.description === told.description;
  return isOfTemplate ? { ...changed, description: '' } : changed;
}

/**
 * Takes a widget off the dashboard, for 30 days into the bin.
 * @throws AppError `not_found`; `wrong_state` for a standard widget, `invalid_id` for no id at all
 */
export async function deleteWidget(deps: DashboardDeps, viewer: Viewer, id: string): Promise<void> {
  requireOwn(id, 'Standard widgets cannot be deleted.');
  const now = deps.now();
  await change(deps, viewer, 'delete_widget', async (tx) => {
    const deleted = await tx.query(deleteWidgetQuery(viewer.tenantId, id, now));
    if (deleted.length === 0) throw new AppError('not_found');
    await tx.query(emptyBinQuery(viewer.tenantId, now));
  });
}

/**
 * Brings a deleted widget back to its place; one that is on the dashboard stays there.
 * @throws AppError `not_found`, also for one deleted more than 30 days ago; `wrong_state` for a standard widget or when there
 * are 60 others, `invalid_id` for no id at all
 */
export async function restoreWidget(deps: DashboardDeps, viewer: Viewer, id: string): Promise<Widget> {
  requireOwn(id, 'Standard widgets cannot be deleted, so none can be brought back.');
  const { tenantId } = viewer;
  return change(deps, viewer, 'restore_widget', async (tx, context) => {
    const [row] = await tx.query<WidgetRow>(widgetQuery(tenantId, { id }));
    if (!row || (row.deleted_at !== null && !isInBin(row, deps.now()))) throw new AppError('not_found');
    if (row.deleted_at !== null) {
      const active = await tx.query<WidgetRow>(activeWidgetsQuery(tenantId));
      requireRoom(active.length);
      await tx.query(restoreWidgetQuery(tenantId, id));
    }
    return readWidget(tx, tenantId, id, context);
  });
}

/**
 * The widget behind an id, a standard or a stored one that is on the dashboard, once the tenant's context is there: both can then be
 * asked for together. The function it resolves to throws AppError `not_found`.
 * @throws AppError `invalid_id`
 */
export async function findWidget(tx: Tx, tenantId: string, id: string): Promise<(context: Placing) => Widget> {
  const isStandard = STANDARD_IDS.has(id);
  if (!isStandard) requireUuid(id);
  const [row] = isStandard ? [] : await tx.query<WidgetRow>(widgetQuery(tenantId, { id }));
  return ({ mode, locale, isOnboarded }) => {
    const standard = standardWidgets(mode, locale, isOnboarded);
    const found = isStandard
      ? standard.find((one) => one.id === id)
      : row?.deleted_at === null && toWidget(row, standard.length, locale);
    if (!found) throw new AppError('not_found');
    return found;
  };
}

type Placing = Pick<TenantContext, 'mode' | 'locale' | 'isOnboarded'>;

/** One change of a tenant's widgets at a time: two at once would count the same widgets and take the same places. */
export function widgetsLockQuery(tenantId: string): SqlQuery {
  return { text: 'select pg_advisory_xact_lock(hashtextextended($1, 0))', values: [`widgets ${tenantId}`] };
}

/** Changes widgets under their lock, with an entry in the access log. */
function change<Result>(
  { db }: DashboardDeps,
  viewer: Viewer,
  action: AccessAction,
  work: (tx: Tx, placing: Placing) => Promise<Result>,
): Promise<Result> {
  const { tenantId, userId } = viewer;
  return db.withTenant(tenantId, 'write', async (tx) => {
    // The lock first: what whoever held it has made of the dashboard decides where the places begin.
    const [, contextRows] = await Promise.all([tx.query(widgetsLockQuery(tenantId)), tx.query(tenantContextQuery(viewer))]);
    const result = await work(tx, toTenantContext(contextRows[0] ?? {}));
    await Promise.all([
      logAccess(tx, tenantId, { accessedBy: `user:${userId}`, action, entity: null, recordCount: 1 }),
      announceTenant(tx, tenantId),
    ]);
    return result;
  });
}

function replay(row: WidgetRow, requestHash: Buffer | null, placing: Placing): Widget {
  if (!requestHash || !row.request_hash?.equals(requestHash)) throw new AppError('idempotency_mismatch');
  if (row.deleted_at !== null) throw new AppError('wrong_state', 'The widget this key has made was deleted since.');
  return requireWidget(row, placing);
}

async function move(tx: Tx, tenantId: string, id: string, position: number, placing: Placing): Promise<void> {
  const firstPlace = countStandard(placing);
  if (position < firstPlace) {
    const issue = { path: 'position', code: 'out_of_range', message: `position has to be at least ${firstPlace}.` } as const;
    throw new AppError('out_of_range', 'The first places are the standard widgets’.', { issues: [issue] });
  }
  await tx.query(moveWidgetQuery(tenantId, id, position - firstPlace));
}

async function requireActive(tx: Tx, tenantId: string, id: string): Promise<WidgetRow> {
  const [row] = await tx.query<WidgetRow>(widgetQuery(tenantId, { id }));
  if (!row || row.deleted_at !== null) throw new AppError('not_found');
  return row;
}

async function readWidget(tx: Tx, tenantId: string, id: string, placing: Placing): Promise<Widget> {
  const [row] = await tx.query<WidgetRow>(widgetQuery(tenantId, { id }));
  if (!row) throw new Error('The widget that was just written is not there.');
  return requireWidget(row, placing);
}

function countStandard({ mode, locale, isOnboarded }: Placing): number {
  return standardWidgets(mode, locale, isOnboarded).length;
}

function requireWidget(row: WidgetRow, placing: Placing): Widget {
  const widget = toWidget(row, countStandard(placing), placing.locale);
  // Made by another version of LeadRelay: the dashboard does not show it either.
  if (!widget) throw new AppError('not_found');
  return widget;
}

function requireRoom(activeCount: number): void {
  if (activeCount >= MAX_WIDGETS) {
    throw new AppError('wrong_state', `A dashboard has at most ${MAX_WIDGETS} widgets of its own; delete one first.`);
  }
}

function requireOwn(id: string, refusal: string): void {
  if (STANDARD_IDS.has(id)) throw new AppError('wrong_state', refusal);
  requireUuid(id);
}

function requireUuid(id: string): void {
  if (!UUID.test(id)) throw new AppError('invalid_id');
}
