import { afterAll, beforeAll, expect, test } from 'vitest';
import { ADMIN, EMPLOYEE, startTestPortal, type TestPortal } from './test-portal.ts';

let p: TestPortal;
const heard: unknown[] = [];
beforeAll(async () => {
  p = await startTestPortal({ mode: 'simple' });
  p.portal.state.onChange = (event, { ID }, { byRobot }) => heard.push([event, ID, byRobot]);
});
afterAll(() => p.sandbox.close());

test('a new lead becomes a deal with a contact at once', async () => {
  expect((await p.call('crm.settings.mode.get')).body.result).toBe(2);
  const fields = {
    title: 'From the site',
    name: 'Aziza',
    sourceId: 'WEB',
    assignedById: EMPLOYEE,
    opportunity: 500,
    currencyId: 'USD',
    fm: [{ typeId: 'PHONE', value: '+998901112233' }],
  };
  const { body } = await p.call('crm.item.add', { entityTypeId: 1, fields });
  expect(body.result).toMatchObject({
    item: { id: 1, stageId: 'CONVERTED', stageSemanticId: 'S', contactId: 1, createdBy: ADMIN },
  });
  const { world } = p.portal.state;
  expect(world.contacts.get(1)).toMatchObject({ name: 'Aziza', phone: '+998901112233', assignedById: EMPLOYEE, sourceId: 'WEB' });
  expect(world.deals.get(1)).toMatchObject({
    title: 'From the site',
    leadId: 1,
    contactId: 1,
    categoryId: 0,
    stageId: 'NEW',
    opportunity: '500.00',
    currencyId: 'USD',
    assignedById: EMPLOYEE,
  });
  expect(heard).toEqual([
    ['ONCRMLEADADD', 1, false],
    ['ONCRMCONTACTADD', 1, true],
    ['ONCRMDEALADD', 1, true],
    ['ONCRMLEADUPDATE', 1, true],
  ]);
});

test('nobody is entered for a lead without a name', async () => {
  const { body } = await p.call('crm.lead.add', { fields: { TITLE: '+998 90 111-22-33' } });
  const { world } = p.portal.state;
  expect(world.leads.get(Number(body.result))).toMatchObject({ stageId: 'CONVERTED', contactId: 0 });
  expect([world.contacts.size, world.deals.get(2)?.leadId]).toEqual([1, Number(body.result)]);
});
