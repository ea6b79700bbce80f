import { setImmediate } from 'node:timers/promises';
import type { World, WorldActivity } from '../../world/types.ts';

/** What a lead or deal knows of its activities; moments as Unix seconds, 0: none. */
export interface ActivitySummary {
  /** Of any kind. */
  count: number;
  /** Start of the latest completed one. */
  lastAt: number;
  /** Start of the first completed outgoing call or e-mail, or meeting, that is not before the record's creation. */
  firstResponseAt: number;
}

/** The portal goes on answering while a million activities are read. */
const TURN_ROWS = 2_000;
const [MEETING, CALL, EMAIL] = [1, 2, 4];
const OUTGOING = 2;

/** By the record's id, from the activities that are not deleted; records without any are not in it. */
export async function summarizeActivities(world: World, ownerTypeId: 1 | 2): Promise<ReadonlyMap<number, ActivitySummary>> {
  const owners = ownerTypeId === 1 ? world.leads : world.deals;
  const summaries = new Map<number, ActivitySummary>();
  let read = 0;
  for (const activity of world.activities) {
    if (++read % TURN_ROWS === 0) await setImmediate();
    if (activity.ownerTypeId !== ownerTypeId) continue;
    const summary = summaries.get(activity.ownerId) ?? { count: 0, lastAt: 0, firstResponseAt: 0 };
    summaries.set(activity.ownerId, summary);
    summary.count += 1;
    const { startAt } = activity;
    if (!activity.completed || startAt === 0) continue;
    summary.lastAt = Math.max(summary.lastAt, startAt);
    const createdAt = owners.number(activity.ownerId, 'createdAt');
    if (!isResponse(activity) || createdAt === undefined || startAt < createdAt) continue;
    summary.firstResponseAt = summary.firstResponseAt === 0 ? startAt : Math.min(summary.firstResponseAt, startAt);
  }
  return summaries;
}

function isResponse({ typeId, direction }: WorldActivity): boolean {
  return typeId === MEETING || ((typeId === CALL || typeId === EMAIL) && direction === OUTGOING);
}
