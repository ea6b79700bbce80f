import type { WorldActivity, WorldDeal, WorldLead } from '../../world/types.ts';
import type { PortalState } from '../state.ts';
import { type CrmEntity, type CrmRecord, DEALS, firstStage, LEADS, stageDictionary } from './entities.ts';
import { createLookup } from './fields/field.ts';

/** Who changes a record, and when. */
export interface Actor {
  userId: number;
  /** Robots' changes send events without tokens. */
  byRobot: boolean;
  /** Unix seconds. */
  now: number;
}

/**
 * Changes a record as the portal does: nothing is saved when nothing differs; a new stage moves MOVED_TIME, DATE_CLOSED and
 * the stage history; the change is told to the event queue.
 * @returns false when there is no such record
 */
export function updateRecord<Row extends CrmRecord>(
  portal: PortalState,
  entity: CrmEntity<Row>,
  id: number,
  change: Partial<Omit<Row, 'id'>>,
  actor: Actor,
): boolean {
  const table = entity.table(portal.world);
  const row = table.get(id);
  if (row === undefined) return false;
  const accepted = acceptChange(portal, row, change, actor);
  const differs = Object.entries(accepted).some(([key, value]) => !isSame(value, row[key as keyof Row]));
  if (!differs) return true;
  table.update(id, Object.assign(accepted, { updatedById: actor.userId }), actor.now);
  const updated = table.get(id);
  if (updated === undefined) return false;
  if (isDeal(updated) && isDeal(row) && updated.categoryId !== row.categoryId) {
    recordDealStage(portal, updated, 5, actor);
    const fields = { ID: id, CATEGORY_ID: updated.categoryId, STAGE_ID: updated.stageId };
    portal.onChange?.('ONCRMDEALMOVETOCATEGORY', fields, actor);
    return true;
  }
  recordStageMove(portal, row, updated, actor);
  portal.onChange?.(eventOf(entity, 'UPDATE'), { ID: id }, actor);
  return true;
}

/** Adds a record; leads and deals begin their stage history. @returns its id */
export function addRecord<Row extends CrmRecord>(
  portal: PortalState,
  entity: CrmEntity<Row>,
  change: Partial<Omit<Row, 'id'>>,
  actor: Actor,
): number {
  const blank = entity.blank(portal.world, actor.userId, actor.now);
  const row = entity.table(portal.world).insert({ ...blank, ...completeNew(portal, change, actor) });
  if (isLead(row)) recordLeadStage(portal, row, 1, actor);
  if (isDeal(row)) recordDealStage(portal, row, 1, actor);
  portal.onChange?.(eventOf(entity, 'ADD'), { ID: row.id }, actor);
  return row.id;
}

/** @returns false when there is no such record */
export function deleteRecord<Row extends CrmRecord>(
  portal: PortalState,
  entity: CrmEntity<Row>,
  id: number,
  actor: Actor,
): boolean {
  if (!entity.table(portal.world).delete(id)) return false;
  portal.onChange?.(eventOf(entity, 'DELETE'), { ID: id }, actor);
  return true;
}

export interface RestoreOptions {
  /** The record's time of change moves to now. Default true. */
  touch?: boolean;
  /** The event that tells of it, null: none does. Default ADD. */
  event?: 'ADD' | 'UPDATE' | null;
}

/**
 * Brings a record back from the recycle bin, under its old id. Bitrix24 documents neither what becomes of DATE_MODIFY nor
 * which event is sent, so a client must bear every combination.
 * @returns false when it was not deleted
 */
export function restoreRecord<Row extends CrmRecord>(
  portal: PortalState,
  entity: CrmEntity<Row>,
  id: number,
  actor: Actor,
  { touch = true, event = 'ADD' }: RestoreOptions = {},
): boolean {
  const table = entity.table(portal.world);
  if (!table.restore(id)) return false;
  if (touch) table.update(id, {}, actor.now);
  if (event) portal.onChange?.(eventOf(entity, event), { ID: id }, actor);
  return true;
}

/**
 * Changes many records in one second: they all get the actor's `now` as their time of change, each with its own event.
 * @returns how many there were to change
 */
export function updateRecords<Row extends CrmRecord>(
  portal: PortalState,
  entity: CrmEntity<Row>,
  ids: Iterable<number>,
  changeOf: (row: Row) => Partial<Omit<Row, 'id'>>,
  actor: Actor,
): number {
  const table = entity.table(portal.world);
  let count = 0;
  for (const id of ids) {
    const row = table.get(id);
    if (row && updateRecord(portal, entity, id, changeOf(row), actor)) count += 1;
  }
  return count;
}

/** Adds an activity. Its owner is left as it is. @returns its id */
export function addActivity(
  portal: PortalState,
  fields: Pick<WorldActivity, 'ownerTypeId' | 'ownerId'> & Partial<Omit<WorldActivity, 'id'>>,
  actor: Actor,
): number {
  const { id } = portal.world.activities.insert({
    typeId: 6,
    providerId: 'CRM_TODO',
    subject: '',
    createdAt: actor.now,
    updatedAt: actor.now,
    startAt: actor.now,
    endAt: actor.now,
    deadline: 0,
    completed: false,
    responsibleId: actor.userId,
    direction: 0,
    ...fields,
  });
  portal.onChange?.('ONCRMACTIVITYADD', { ID: id }, actor);
  return id;
}

/** Changes an activity, its owner too: it moves to another record then. @returns false when there is no such activity */
export function updateActivity(
  portal: PortalState,
  id: number,
  change: Partial<Omit<WorldActivity, 'id'>>,
  actor: Actor,
): boolean {
  if (!portal.world.activities.update(id, change, actor.now)) return false;
  portal.onChange?.('ONCRMACTIVITYUPDATE', { ID: id }, actor);
  return true;
}

/** @returns false when there is no such activity */
export function deleteActivity(portal: PortalState, id: number, actor: Actor): boolean {
  if (!portal.world.activities.delete(id)) return false;
  portal.onChange?.('ONCRMACTIVITYDELETE', { ID: id }, actor);
  return true;
}

/** As restoreRecord. @returns false when it was not deleted */
export function restoreActivity(
  portal: PortalState,
  id: number,
  actor: Actor,
  { touch = true, event = 'ADD' }: RestoreOptions = {},
): boolean {
  const { activities } = portal.world;
  if (!activities.restore(id)) return false;
  if (touch) activities.update(id, {}, actor.now);
  if (event) portal.onChange?.(`ONCRMACTIVITY${event}`, { ID: id }, actor);
  return true;
}

const eventOf = (entity: { word: string }, verb: string): string => `ONCRM${entity.word.toUpperCase()}${verb}`;

/** What of a change takes effect: a stage must belong to the pipeline, and moves carry their times. */
function acceptChange<Row extends CrmRecord>(
  portal: PortalState,
  row: Row,
  change: Partial<Omit<Row, 'id'>>,
  actor: Actor,
): Partial<Omit<Row, 'id'>> {
  if (isDeal(row)) return { ...change, ...acceptDealStage(portal, row, change, actor) };
  if (isLead(row)) return { ...change, ...acceptLeadStage(portal, row, change, actor) };
  return change;
}

function acceptLeadStage(portal: PortalState, row: WorldLead, change: Partial<WorldLead>, actor: Actor): Partial<WorldLead> {
  const stageId = change.stageId ?? row.stageId;
  if (stageId === row.stageId || !hasStage(portal, 'STATUS', stageId)) return { stageId: row.stageId };
  const open = createLookup(portal.world, 'leads').semanticOf(stageId) === 'P';
  return { stageId, movedAt: actor.now, movedById: actor.userId, closedAt: open ? 0 : actor.now };
}

function acceptDealStage(portal: PortalState, row: WorldDeal, change: Partial<WorldDeal>, actor: Actor): Partial<WorldDeal> {
  const wanted = change.categoryId ?? row.categoryId;
  const categoryId = portal.world.pipelines.some((pipeline) => pipeline.id === wanted) ? wanted : row.categoryId;
  const dictionary = stageDictionary(categoryId);
  const given = change.stageId ?? row.stageId;
  const fallback = categoryId === row.categoryId ? row.stageId : firstStage(portal.world, dictionary);
  const stageId = hasStage(portal, dictionary, given) ? given : fallback;
  if (stageId === row.stageId && categoryId === row.categoryId) return { categoryId, stageId };
  return { categoryId, stageId, movedAt: actor.now, movedById: actor.userId };
}

/** A new deal starts in its own pipeline's first stage unless told another of that pipeline; a closed lead is closed now. */
function completeNew<Row extends CrmRecord>(
  portal: PortalState,
  change: Partial<Omit<Row, 'id'>>,
  actor: Actor,
): Partial<Omit<Row, 'id'>> {
  if ('categoryId' in change || 'stageId' in change) {
    const { categoryId, stageId } = change as Partial<WorldDeal>;
    if (categoryId !== undefined) {
      const dictionary = stageDictionary(categoryId);
      const valid = stageId !== undefined && hasStage(portal, dictionary, stageId);
      return { ...change, stageId: valid ? stageId : firstStage(portal.world, dictionary) };
    }
    const open = stageId === undefined || createLookup(portal.world, 'leads').semanticOf(stageId) === 'P';
    if (!open && hasStage(portal, 'STATUS', stageId)) return { ...change, closedAt: actor.now };
  }
  return change;
}

function recordStageMove<Row extends CrmRecord>(portal: PortalState, before: Row, after: Row, actor: Actor): void {
  if (isLead(before) && isLead(after) && before.stageId !== after.stageId) recordLeadStage(portal, after, null, actor);
  if (isDeal(before) && isDeal(after) && before.stageId !== after.stageId) recordDealStage(portal, after, null, actor);
}

function recordLeadStage(portal: PortalState, lead: WorldLead, typeId: 1 | null, actor: Actor): void {
  const semantic = toSemantic(createLookup(portal.world, 'leads').semanticOf(lead.stageId));
  portal.world.leadHistory.append({
    ownerTypeId: LEADS.typeId as 1,
    ownerId: lead.id,
    typeId: typeId ?? (semantic === 'P' ? 2 : 3),
    categoryId: 0,
    stageId: lead.stageId,
    semantic,
    createdAt: actor.now,
  });
}

function recordDealStage(portal: PortalState, deal: WorldDeal, typeId: 1 | 5 | null, actor: Actor): void {
  const semantic = toSemantic(createLookup(portal.world, 'deals').semanticOf(deal.stageId));
  portal.world.dealHistory.append({
    ownerTypeId: DEALS.typeId as 2,
    ownerId: deal.id,
    typeId: typeId ?? (semantic === 'P' ? 2 : 3),
    categoryId: deal.categoryId,
    stageId: deal.stageId,
    semantic,
    createdAt: actor.now,
  });
}

const toSemantic = (text: string): 'P' | 'S' | 'F' => (text === 'S' || text === 'F' ? text : 'P');

const hasStage = (portal: PortalState, dictionary: string, stageId: string): boolean =>
  portal.world.statuses.some((status) => status.entityId === dictionary && status.statusId === stageId);

const isSame = (left: unknown, right: unknown): boolean =>
  left === right || (typeof left === 'object' && JSON.stringify(left) === JSON.stringify(right));

const isDeal = (row: object): row is WorldDeal => 'categoryId' in row && 'stageId' in row;
const isLead = (row: object): row is WorldLead => 'stageId' in row && 'closedAt' in row;
