import { afterEach, beforeEach, expect, test } from 'vitest';
import type { WorldActivity } from '../../world/types.ts';
import { COMPANIES, CONTACTS } from '../rest/entities.ts';
import { ADMIN, addDeal, addLead, EMPLOYEE, NOON, startTestPortal, type TestPortal } from '../test-portal.ts';
import { compareIds, EXPECTED_ENTITIES, type ExpectedEntity, type ExpectedRow } from './expected-row.ts';
import { expectedRows } from './expected-rows.ts';

const HOUR = 3_600;

let p: TestPortal;
beforeEach(async () => {
  p = await startTestPortal();
});
afterEach(() => p.sandbox.close());

async function rowsOf(entity: ExpectedEntity, portal = p): Promise<ExpectedRow[]> {
  const rows: ExpectedRow[] = [];
  for await (const batch of expectedRows(portal.portal.state, entity)) rows.push(...batch);
  return rows;
}

/** A completed outgoing call of a minute, one hour after noon, but for the fields given. */
function addActivity(fields: Partial<WorldActivity> & Pick<WorldActivity, 'ownerTypeId' | 'ownerId'>): WorldActivity {
  return p.portal.state.world.activities.insert({
    typeId: 2,
    providerId: 'VOXIMPLANT_CALL',
    subject: 'Call',
    createdAt: NOON,
    updatedAt: NOON,
    startAt: NOON + HOUR,
    endAt: NOON + HOUR + 60,
    deadline: 0,
    completed: true,
    responsibleId: EMPLOYEE,
    direction: 2,
    ...fields,
  });
}

test('a lead, column by column', async () => {
  addLead(p.portal, {
    title: 'From the site',
    name: 'Aziza',
    lastName: 'Karimova',
    phone: '+998901112233',
    email: 'aziza@example.com',
    stageId: 'JUNK',
    sourceId: 'WEB',
    assignedById: EMPLOYEE,
    opportunity: '1500.50',
    currencyId: 'usd',
    contactId: 5,
    updatedAt: NOON + 2 * HOUR,
    closedAt: NOON + HOUR,
    movedAt: NOON + HOUR,
    custom: {
      UF_CRM_1651740001: '/tv',
      UF_CRM_1651740002: 75_000.5,
      UF_CRM_1651740003: false,
      UF_CRM_1651740004: 43,
      UF_CRM_1651740005: '2026-06-20',
      UF_CRM_1651740006: [61, 63],
      COMMENTS: 'is no custom field',
    },
  });
  expect(await rowsOf('leads')).toEqual([
    {
      externalId: '1',
      modifiedAt: '2026-06-15T11:00:00Z',
      columns: {
        title: 'From the site',
        status: 'JUNK',
        semantic: 'lost',
        source: 'WEB',
        assigned_to: '9',
        contact_name: 'Aziza Karimova',
        contact_phone: '+998901112233',
        contact_email: 'aziza@example.com',
        contact_id: '5',
        company_id: null,
        value: '1500.5',
        currency: 'USD',
        closed_at: '2026-06-15T10:00:00Z',
        stage_changed_at: '2026-06-15T10:00:00Z',
        custom_fields:
          '{"UF_CRM_1651740001":"/tv","UF_CRM_1651740002":75000.5,"UF_CRM_1651740003":"N","UF_CRM_1651740004":43,' +
          '"UF_CRM_1651740005":"2026-06-20T03:00:00+03:00","UF_CRM_1651740006":[61,63]}',
        created_at: '2026-06-15T09:00:00Z',
        modified_at: '2026-06-15T11:00:00Z',
        activity_count: '0',
        last_activity_at: null,
        first_response_at: null,
      },
    },
  ]);
});

test('what is not filled in is null, and no key in custom_fields', async () => {
  addLead(p.portal, {
    assignedById: 0,
    currencyId: null,
    movedAt: 0,
    custom: { UF_CRM_1651740001: '', UF_CRM_1651740003: null, UF_CRM_1651740006: [] },
  });
  const [lead] = await rowsOf('leads');
  expect(lead?.columns).toMatchObject({
    title: null,
    semantic: 'open',
    contact_name: null,
    assigned_to: null,
    currency: null,
    value: '0',
    closed_at: null,
    stage_changed_at: null,
    custom_fields: '{}',
  });
});

test('a deal closes when it reached its final stage; templates and deleted deals are not there', async () => {
  addDeal(p.portal, { isRecurring: true });
  addDeal(p.portal, { categoryId: 3, stageId: 'C3:WON', movedAt: NOON + HOUR, leadId: 4, companyId: 6 });
  addDeal(p.portal, { stageId: 'LOSE', closeDate: NOON + 9 * HOUR });
  const open = addDeal(p.portal, { stageId: 'UC_DELETED' });
  p.portal.state.world.deals.delete(addDeal(p.portal).id);
  const rows = await rowsOf('deals');
  expect(rows.map(({ externalId }) => externalId)).toEqual(['2', '3', String(open.id)]);
  expect(rows[0]?.columns).toMatchObject({
    pipeline: '3',
    stage: 'C3:WON',
    semantic: 'won',
    won: 'true',
    lead_id: '4',
    company_id: '6',
    contact_id: null,
    closed_at: '2026-06-15T10:00:00Z',
  });
  expect(rows[1]?.columns).toMatchObject({ pipeline: '0', semantic: 'lost', won: 'false', closed_at: '2026-06-15T09:00:00Z' });
  expect(rows[2]?.columns).toMatchObject({ semantic: 'open', won: null, closed_at: null });
});

test('leads and deals know their activities that are not deleted', async () => {
  const lead = addLead(p.portal);
  const silent = addLead(p.portal);
  const deal = addDeal(p.portal);
  const of = { ownerTypeId: 1, ownerId: lead.id };
  // Neither answers: before the lead was there, to us, a task, an e-mail still to be written.
  addActivity({ ...of, startAt: NOON - HOUR });
  addActivity({ ...of, startAt: NOON + HOUR, direction: 1 });
  addActivity({ ...of, startAt: NOON + HOUR, typeId: 3, providerId: 'TASKS', direction: 0 });
  addActivity({ ...of, startAt: NOON + HOUR, typeId: 4, completed: false });
  // These do, the e-mail first.
  addActivity({ ...of, startAt: NOON + 5 * HOUR, typeId: 1, direction: 0 });
  addActivity({ ...of, startAt: NOON + 3 * HOUR, typeId: 4 });
  addActivity({ ...of, startAt: NOON + 4 * HOUR });
  p.portal.state.world.activities.delete(addActivity({ ...of, startAt: NOON + 2 * HOUR }).id);
  addActivity({ ownerTypeId: 1, ownerId: silent.id, completed: false });
  addActivity({ ownerTypeId: 2, ownerId: deal.id, startAt: NOON });
  expect((await rowsOf('leads')).map(({ columns }) => columns)).toMatchObject([
    { activity_count: '7', last_activity_at: '2026-06-15T14:00:00Z', first_response_at: '2026-06-15T12:00:00Z' },
    { activity_count: '1', last_activity_at: null, first_response_at: null },
  ]);
  expect((await rowsOf('deals')).map(({ columns }) => columns)).toMatchObject([
    { activity_count: '1', last_activity_at: '2026-06-15T09:00:00Z', first_response_at: '2026-06-15T09:00:00Z' },
  ]);
});

test('contacts and companies; the portal’s own company is not there', async () => {
  const { world } = p.portal.state;
  world.contacts.insert({
    ...CONTACTS.blank(world, ADMIN, NOON),
    name: 'Klaus',
    companyId: 2,
    custom: { UF_CRM_1652270002: 103 },
  });
  world.companies.insert({ ...COMPANIES.blank(world, ADMIN, NOON), title: 'Ours', isMyCompany: true });
  world.companies.insert({
    ...COMPANIES.blank(world, ADMIN, NOON),
    title: 'Silk',
    industry: 'IT',
    employees: 'EMPLOYEES_2',
    revenue: '1000000.00',
  });
  const times = { created_at: '2026-06-15T09:00:00Z', modified_at: '2026-06-15T09:00:00Z' };
  expect(await rowsOf('contacts')).toEqual([
    {
      externalId: '1',
      modifiedAt: times.modified_at,
      columns: {
        name: 'Klaus',
        phone: null,
        email: null,
        company_id: '2',
        company: null,
        source: null,
        assigned_to: '1',
        custom_fields: '{"UF_CRM_1652270002":103}',
        ...times,
      },
    },
  ]);
  expect(await rowsOf('companies')).toEqual([
    {
      externalId: '2',
      modifiedAt: times.modified_at,
      columns: {
        name: 'Silk',
        industry: 'IT',
        employee_count: null,
        revenue: '1000000',
        currency: 'UZS',
        assigned_to: '1',
        custom_fields: '{}',
        ...times,
      },
    },
  ]);
});

test('a call lasts, other activities do not', async () => {
  addActivity({ ownerTypeId: 3, ownerId: 8, deadline: NOON + HOUR });
  addActivity({ ownerTypeId: 4, ownerId: 8, typeId: 6, providerId: 'CRM_TODO', direction: 0, completed: false, subject: '' });
  addActivity({ ownerTypeId: 2, ownerId: 8, typeId: 6, providerId: 'IMOPENLINES_SESSION', direction: 1 });
  addActivity({ ownerTypeId: 1, ownerId: 8, typeId: 1, direction: 0, responsibleId: 0 });
  const rows = await rowsOf('activities');
  expect(rows[0]).toEqual({
    externalId: '1',
    modifiedAt: '2026-06-15T09:00:00Z',
    columns: {
      type: 'call',
      subject: 'Call',
      employee_id: '9',
      employee_name: null,
      direction: 'out',
      completed: 'true',
      started_at: '2026-06-15T10:00:00Z',
      ended_at: '2026-06-15T10:01:00Z',
      deadline: '2026-06-15T10:00:00Z',
      duration_seconds: '60',
      owner_entity: 'contacts',
      owner_external_id: '8',
      custom_fields: '{}',
      created_at: '2026-06-15T09:00:00Z',
      modified_at: '2026-06-15T09:00:00Z',
    },
  });
  expect(rows.slice(1).map(({ columns }) => columns)).toMatchObject([
    {
      type: 'task',
      subject: null,
      direction: null,
      completed: 'false',
      deadline: null,
      duration_seconds: null,
      owner_entity: 'companies',
    },
    { type: 'other', direction: 'in', duration_seconds: null, owner_entity: 'deals' },
    { type: 'meeting', employee_id: null, duration_seconds: null, owner_entity: 'leads' },
  ]);
});

test('stage changes: those that a deal left behind in another pipeline are optional, those of deleted records are not', async () => {
  const call = async (method: string, params: object) => {
    const { status } = await p.call(method, { ...params });
    expect(status).toBe(200);
  };
  await call('crm.lead.add', { fields: { TITLE: 'L' } });
  await call('crm.deal.add', { fields: { TITLE: 'Moves' } });
  await call('crm.deal.add', { fields: { TITLE: 'Goes' } });
  await call('crm.item.update', { entityTypeId: 2, id: 1, fields: { categoryId: 3, stageId: 'C3:WON' } });
  await call('crm.item.update', { entityTypeId: 2, id: 2, fields: { categoryId: 3, stageId: 'C3:NEW' } });
  await call('crm.item.delete', { entityTypeId: 2, id: 2 });
  await call('crm.item.delete', { entityTypeId: 1, id: 1 });
  const rows = await rowsOf('stageHistory');
  expect(rows.map(({ externalId, isOptional }) => [externalId, isOptional ?? false])).toEqual([
    ['deals:1', true],
    ['deals:2', false],
    ['deals:3', false],
    ['deals:4', false],
    ['leads:1', false],
  ]);
  expect(rows[2]).toEqual({
    externalId: 'deals:3',
    modifiedAt: null,
    columns: {
      owner_entity: 'deals',
      owner_external_id: '1',
      pipeline: '3',
      stage: 'C3:WON',
      semantic: 'won',
      kind: 'pipeline_changed',
      occurred_at: '2026-06-15T09:00:00Z',
    },
  });
  expect(rows[4]?.columns).toMatchObject({
    owner_entity: 'leads',
    pipeline: null,
    stage: 'NEW',
    semantic: 'open',
    kind: 'created',
  });
});

test('a deal’s products make up its amount', async () => {
  addDeal(p.portal, { opportunity: '100.00' });
  addDeal(p.portal, { opportunity: '200.00' });
  addDeal(p.portal, { opportunity: '0.00' });
  addDeal(p.portal, { opportunity: '100.00', isRecurring: true });
  const rows = await rowsOf('dealProducts');
  expect(rows.map(({ externalId, columns }) => [externalId, columns.deal_id, columns.quantity, columns.price])).toEqual([
    ['3', '1', '1', '33.33'],
    ['4', '1', '1', '66.67'],
    ['6', '2', '1', '50'],
    ['7', '2', '1', '50'],
    ['8', '2', '2', '50'],
  ]);
  expect(rows[0]?.columns).toMatchObject({ product_id: '3', name: 'Home internet 300 Mbit/s' });
});

test('the products of a deal are those the portal answers with', async () => {
  const busy = await startTestPortal({ size: 'tiny' });
  try {
    const rows = await rowsOf('dealProducts', busy);
    expect(rows.length).toBeGreaterThan(50);
    const shown: ExpectedRow['columns'][] = [];
    for (const id of new Set(rows.map(({ columns }) => columns.deal_id))) {
      const { body } = await busy.call('crm.item.productrow.list', { filter: { '=ownerType': 'D', '=ownerId': id } });
      const { productRows } = body.result as { productRows: Record<string, unknown>[] };
      for (const { ownerId, productId, productName, quantity, price } of productRows) {
        const texts = [ownerId, productId, productName, quantity, price].map(String);
        const [deal_id = '', product_id = '', name = '', count = '', piece = ''] = texts;
        shown.push({ deal_id, product_id, name, quantity: count, price: piece });
      }
    }
    expect(rows.map(({ columns }) => columns)).toEqual(shown);
  } finally {
    await busy.sandbox.close();
  }
});

test('dictionaries', async () => {
  const byId = async (entity: ExpectedEntity) =>
    new Map((await rowsOf(entity)).map(({ externalId, columns }) => [externalId, columns]));
  const users = await rowsOf('users');
  expect(users[0]).toEqual({
    externalId: '1',
    columns: { name: 'Рустам Юсупов', email: 'rustam.yusupov@example.com', department: 'Silk Telecom', active: 'true' },
    modifiedAt: null,
    nullable: ['email'],
  });
  expect((await byId('users')).get('15')).toMatchObject({ department: 'Исходящие звонки', active: 'false' });
  const statuses = await byId('statuses');
  expect(statuses.get('leads::CONVERTED')).toEqual({ label: 'Good lead', semantic: 'won', sort: '50', color: '#7BD500' });
  expect(statuses.get('deals:0:APOLOGY')).toEqual({ label: 'Analyze failure', semantic: 'lost', sort: '80', color: '#FF5752' });
  expect(statuses.get('deals:5:C5:UC_OFFER1')).toMatchObject({ label: 'Taklif yuborildi', semantic: 'open', sort: '20' });
  expect(statuses.get('industries::NOTPROFIT')).toMatchObject({ label: 'Non-profit', semantic: null });
  expect(statuses.get('sources::CALL')).toEqual({ label: 'Call', semantic: null, sort: '10', color: null });
  expect([...statuses.keys()].filter((id) => !/^(leads:|deals:[035]|industries:|sources:):/.test(id))).toEqual([]);
  expect([...(await byId('pipelines'))]).toEqual([
    ['0', { name: 'General', sort: '100', is_default: 'true' }],
    ['3', { name: 'Корпоративные клиенты', sort: '200', is_default: 'false' }],
    ['5', { name: 'Shartnomani uzaytirish', sort: '300', is_default: 'false' }],
  ]);
  const currencies = await byId('currencies');
  expect([...currencies.keys()]).toEqual(['EUR', 'KZT', 'RUB', 'USD', 'UZS']);
  expect([...currencies.values()].map(({ rate }) => rate)).toEqual(['13720.25', '24.317', '157.3', '12650.5', '1']);
  expect((await byId('products')).get('18')).toEqual({ name: 'ADSL 8 Mbit/s', price: '69000', currency: 'UZS', active: 'false' });
});

test('a portal in simple mode has no leads and no history of them', async () => {
  const simple = await startTestPortal({ mode: 'simple' });
  try {
    await simple.call('crm.lead.add', { fields: { TITLE: 'L', NAME: 'Aziza' } });
    expect(simple.portal.state.world.leads.size).toBe(1);
    expect(await rowsOf('leads', simple)).toEqual([]);
    expect((await rowsOf('stageHistory', simple)).map(({ externalId }) => externalId)).toEqual(['deals:1']);
    expect(await rowsOf('contacts', simple)).toHaveLength(1);
  } finally {
    await simple.sandbox.close();
  }
});

test('each entity’s rows are in one order and have the same columns', async () => {
  const busy = await startTestPortal({ size: 'tiny' });
  try {
    for (const entity of EXPECTED_ENTITIES) {
      const rows = await rowsOf(entity, busy);
      expect(rows.length).toBeGreaterThan(0);
      const ids = rows.map(({ externalId }) => externalId);
      expect(ids).toEqual([...new Set(ids)].sort(compareIds));
      expect(new Set(rows.map(({ columns }) => Object.keys(columns).join())).size).toBe(1);
    }
  } finally {
    await busy.sandbox.close();
  }
});
