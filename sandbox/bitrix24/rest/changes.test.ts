import { afterEach, beforeEach, expect, test } from 'vitest';
import { ADMIN, addLead, EMPLOYEE, NOON, startTestPortal, type TestPortal } from '../test-portal.ts';
import {
  type Actor,
  addActivity,
  deleteActivity,
  deleteRecord,
  restoreActivity,
  restoreRecord,
  updateActivity,
  updateRecords,
} from './changes.ts';
import { LEADS } from './entities.ts';

let p: TestPortal;
let events: string[];
beforeEach(async () => {
  p = await startTestPortal();
  events = [];
  p.portal.state.onChange = (event, fields) => events.push(`${event} ${fields.ID}`);
});
afterEach(() => p.sandbox.close());

const at = (now: number): Actor => ({ userId: ADMIN, byRobot: false, now });
const lead = (id: number) => p.portal.state.world.leads.get(id);
const activity = (id: number) => p.portal.state.world.activities.get(id);

test('a restored record keeps its id; its time of change and its event are as the caller says', () => {
  const { state } = p.portal;
  const { id } = addLead(p.portal);
  expect(restoreRecord(state, LEADS, id, at(NOON + 1))).toBe(false);
  deleteRecord(state, LEADS, id, at(NOON + 2));
  expect(lead(id)).toBeUndefined();
  expect(restoreRecord(state, LEADS, id, at(NOON + 3))).toBe(true);
  expect(lead(id)).toMatchObject({ id, updatedAt: NOON + 3 });
  deleteRecord(state, LEADS, id, at(NOON + 4));
  restoreRecord(state, LEADS, id, at(NOON + 5), { touch: false, event: null });
  expect(lead(id)).toMatchObject({ id, updatedAt: NOON + 3 });
  expect(events).toEqual([`ONCRMLEADDELETE ${id}`, `ONCRMLEADADD ${id}`, `ONCRMLEADDELETE ${id}`]);
});

test('many records change in one second, each with its event', async () => {
  const ids = Array.from({ length: 120 }, () => addLead(p.portal).id);
  const changed = updateRecords(p.portal.state, LEADS, [...ids, 999], (row) => ({ title: `New ${row.id}` }), at(NOON + 60));
  expect(changed).toBe(120);
  expect(events).toHaveLength(120);
  const filter = { '=updatedTime': '2026-06-15T12:01:00+03:00' };
  expect((await p.call('crm.item.list', { entityTypeId: 1, filter })).body.total).toBe(120);
});

test('activities are added, moved to another owner, deleted and restored', async () => {
  const { state } = p.portal;
  const id = addActivity(state, { ownerTypeId: 1, ownerId: 5, subject: 'A call', typeId: 2 }, at(NOON));
  expect(updateActivity(state, id, { ownerTypeId: 2, ownerId: 9 }, at(NOON + 10))).toBe(true);
  const { body } = await p.call('crm.activity.list', {
    filter: { OWNER_TYPE_ID: 2, '>=LAST_UPDATED': '2026-06-15T12:00:10+03:00' },
  });
  expect(body.result).toMatchObject([{ ID: String(id), OWNER_ID: '9', LAST_UPDATED: '2026-06-15T12:00:10+03:00' }]);
  expect(deleteActivity(state, id, at(NOON + 20))).toBe(true);
  expect(deleteActivity(state, id, at(NOON + 20))).toBe(false);
  expect(updateActivity(state, id, { completed: true }, at(NOON + 20))).toBe(false);
  expect(restoreActivity(state, id, at(NOON + 30))).toBe(true);
  expect(restoreActivity(state, id, at(NOON + 30))).toBe(false);
  expect(activity(id)).toMatchObject({ ownerId: 9, updatedAt: NOON + 30 });
  const words = ['ADD', 'UPDATE', 'DELETE', 'ADD'];
  expect(events).toEqual(words.map((word) => `ONCRMACTIVITY${word} ${id}`));
});

test('an administrator who loses his rights sees his own records only, and is told so of the others', async () => {
  const { state } = p.portal;
  const foreign = addLead(p.portal, { assignedById: EMPLOYEE });
  const own = addLead(p.portal, { assignedById: ADMIN });
  const foreignCall = addActivity(state, { ownerTypeId: 1, ownerId: foreign.id, responsibleId: EMPLOYEE }, at(NOON));
  const deletedCall = addActivity(state, { ownerTypeId: 1, ownerId: own.id }, at(NOON));
  deleteActivity(state, deletedCall, at(NOON));
  const user = state.world.users.find(({ id }) => id === ADMIN);
  if (user) user.isAdmin = false;

  const listed = (await p.call('crm.item.list', { entityTypeId: 1, select: ['id'] })).body;
  expect(listed).toMatchObject({ result: { items: [{ id: own.id }] }, total: 1 });
  const get = (id: number) => p.call('crm.item.get', { entityTypeId: 1, id });
  expect(await get(foreign.id)).toMatchObject({ status: 403, body: { error: 'ACCESS_DENIED' } });
  expect(await get(999)).toMatchObject({ status: 400, body: { error: 'NOT_FOUND' } });
  deleteRecord(state, LEADS, own.id, at(NOON));
  expect(await get(own.id)).toMatchObject({ status: 400, body: { error: 'NOT_FOUND' } });

  expect((await p.call('crm.activity.list')).body).toMatchObject({ result: [], total: 0 });
  const getCall = (id: number) => p.call('crm.activity.get', { id });
  expect(await getCall(foreignCall)).toMatchObject({ status: 400, body: { error: '', error_description: 'Access denied.' } });
  expect(await getCall(deletedCall)).toMatchObject({ status: 400, body: { error: '', error_description: 'Not found' } });
});
