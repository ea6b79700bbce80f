import { type Actor, addActivity, addRecord, updateActivity, updateRecord } from '../../sandbox/bitrix24/rest/changes.ts';
import { COMPANIES, CONTACTS, DEALS, LEADS } from '../../sandbox/bitrix24/rest/entities.ts';
import type { SandboxPortal } from '../../sandbox/bitrix24/sandbox.ts';
import { ADMIN } from '../../sandbox/bitrix24/test-portal.ts';
import type { Random } from '../../sandbox/world/random.ts';
import type { WorldTable } from '../../sandbox/world/types.ts';

/* What people do in a portal while it is copied. */

/** Somebody who works in the portal now. */
export function actorOf(portal: SandboxPortal): Actor {
  return { userId: ADMIN, byRobot: false, now: portal.now() };
}

/** Ids of a table: the lowest, one from the middle, the highest. */
export function idsAcross<Row extends { id: number }>(table: WorldTable<Row>): [number, number, number] {
  const ids = [...table].map(({ id }) => id);
  const [lowest, middle, highest] = [ids[0], ids[Math.floor(ids.length / 2)], ids.at(-1)];
  if (lowest === undefined || middle === undefined || highest === undefined) throw new Error('The portal has no records');
  return [lowest, middle, highest];
}

/** A little of everything: records changed at both ends of their lists, moved in their pipeline, and new ones. */
export function work(portal: SandboxPortal, random: Random): void {
  const { state } = portal;
  const { world } = state;
  const actor = actorOf(portal);
  const mark = `${random.between(1, 1e9)}`;
  for (const id of idsAcross(world.leads)) updateRecord(state, LEADS, id, { title: `Lead ${mark}` }, actor);
  for (const id of idsAcross(world.deals))
    updateRecord(state, DEALS, id, { opportunity: `${random.between(1, 9_999)}.25` }, actor);
  for (const id of idsAcross(world.contacts)) updateRecord(state, CONTACTS, id, { lastName: `Contact ${mark}` }, actor);
  for (const id of idsAcross(world.companies)) updateRecord(state, COMPANIES, id, { title: `Company ${mark}` }, actor);
  const [, activity] = idsAcross(world.activities);
  updateActivity(state, activity, { subject: `Activity ${mark}`, completed: true }, actor);
  const lead = addRecord(state, LEADS, { title: `New ${mark}`, name: 'New' }, actor);
  addActivity(state, { ownerTypeId: 1, ownerId: lead, subject: `To do ${mark}` }, actor);
  addRecord(state, DEALS, { title: `New ${mark}`, leadId: lead }, actor);
}

/** Puts rows like its newest one into a table as they are; what a portal's own pages would refuse included. @returns their ids */
export function insertRows<Row extends { id: number }>(
  table: WorldTable<Row>,
  count: number,
  change: (index: number) => Partial<Row>,
): number[] {
  const model = [...table].at(-1);
  if (!model) throw new Error('The portal has no records');
  return Array.from({ length: count }, (_, index) => table.insert({ ...model, ...change(index) }).id);
}
