import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN, addDeal, addLead, EMPLOYEE, NOON, postJson, readReply, startTestPortal, type TestPortal } from './test-portal.ts';

let p: TestPortal;
beforeAll(async () => {
  p = await startTestPortal();
});
afterAll(() => p.sandbox.close());

const item = (body: Record<string, unknown>): Record<string, unknown> => (body.result as { item: Record<string, unknown> }).item;
const items = (body: Record<string, unknown>): Record<string, unknown>[] =>
  (body.result as { items: Record<string, unknown>[] }).items;

describe('two views of one record', () => {
  test('a lead is strings in crm.lead.get and numbers in crm.item.get', async () => {
    const { id } = addLead(p.portal, {
      title: 'Call from the site',
      name: 'Aziza',
      phone: '+998901112233',
      stageId: 'CONVERTED',
      sourceId: 'CALL',
      opportunity: '15000.50',
      currencyId: 'UZS',
      assignedById: EMPLOYEE,
      contactId: 7,
      closedAt: NOON + 60,
      movedAt: NOON + 60,
      updatedAt: NOON + 60,
    });
    const classic = (await p.call('crm.lead.get', { id })).body.result;
    expect(classic).toMatchObject({
      ID: String(id),
      TITLE: 'Call from the site',
      NAME: 'Aziza',
      LAST_NAME: null,
      STATUS_ID: 'CONVERTED',
      STATUS_SEMANTIC_ID: 'S',
      OPPORTUNITY: '15000.50',
      ASSIGNED_BY_ID: String(EMPLOYEE),
      CONTACT_ID: '7',
      COMPANY_ID: '0',
      DATE_CREATE: '2026-06-15T12:00:00+03:00',
      DATE_CLOSED: '2026-06-15T12:01:00+03:00',
      HAS_PHONE: 'Y',
      HAS_EMAIL: 'N',
      PHONE: [{ VALUE_TYPE: 'WORK', VALUE: '+998901112233', TYPE_ID: 'PHONE' }],
    });
    expect(classic).not.toHaveProperty('EMAIL');
    const universal = item((await p.call('crm.item.get', { entityTypeId: 1, id })).body);
    expect(universal).toMatchObject({
      id,
      entityTypeId: 1,
      stageId: 'CONVERTED',
      stageSemanticId: 'S',
      opportunity: 15000.5,
      assignedById: EMPLOYEE,
      contactId: 7,
      contactIds: [7],
      companyId: 0,
      createdTime: '2026-06-15T12:00:00+03:00',
      dateClosed: '2026-06-15T12:01:00+03:00',
      phone: '+998901112233',
      email: '',
      fm: [{ valueType: 'WORK', value: '+998901112233', typeId: 'PHONE' }],
    });
  });

  test('what is empty: "" for dates in the classic view, null in the other', async () => {
    const { id } = addLead(p.portal);
    // A relation nobody has set is nothing, and 0 once the record was saved again.
    const empty = { DATE_CLOSED: '', SOURCE_ID: null, COMPANY_ID: null, CONTACT_ID: null, NAME: '', LAST_NAME: null };
    expect((await p.call('crm.lead.get', { id })).body.result).toMatchObject(empty);
    expect(item((await p.call('crm.item.get', { entityTypeId: 1, id })).body)).toMatchObject({
      dateClosed: null,
      sourceId: null,
      companyId: 0,
      contactId: 0,
      observers: [],
      webformId: 0,
      imol: '',
      isConvert: null,
      searchContent: `${id}    0.00`,
    });
  });

  test('deals tell pipeline, close day, templates and whether they are closed', async () => {
    const { id } = addDeal(p.portal, {
      categoryId: 3,
      stageId: 'C3:LOSE',
      isRecurring: true,
      leadId: 0,
      closeDate: Date.UTC(2026, 6, 1, 6) / 1000,
    });
    expect((await p.call('crm.deal.get', { id })).body.result).toMatchObject({
      CATEGORY_ID: '3',
      STAGE_SEMANTIC_ID: 'F',
      CLOSED: 'Y',
      IS_RECURRING: 'Y',
      LEAD_ID: null,
      CLOSEDATE: '2026-07-01T03:00:00+03:00',
    });
    expect(item((await p.call('crm.item.get', { entityTypeId: 2, id })).body)).toMatchObject({
      categoryId: 3,
      closed: 'Y',
      isRecurring: 'Y',
    });
  });

  test('custom fields: types, names, and the mask that leaves out multiple ones', async () => {
    const custom = {
      UF_CRM_1651740002: 50_000.5,
      UF_CRM_1651740003: true,
      UF_CRM_1651740004: 43,
      UF_CRM_1651740005: '2026-06-20',
      UF_CRM_1651740006: [61, 65],
    };
    const { id } = addLead(p.portal, { custom });
    const filter = { ID: id };
    const classic = (await p.call('crm.lead.list', { filter, select: ['UF_*'] })).body.result;
    expect(classic).toEqual([
      {
        ID: String(id),
        UF_CRM_1651740001: null,
        UF_CRM_1651740002: '50000.5',
        UF_CRM_1651740003: true,
        UF_CRM_1651740004: '43',
        UF_CRM_1651740005: '2026-06-20T03:00:00+03:00',
      },
    ]);
    const select = ['ufCrm_1651740002', 'ufCrm_1651740003', 'ufCrm_1651740005', 'ufCrm_1651740006'];
    const listed = await p.call('crm.item.list', {
      entityTypeId: 1,
      filter: { id, ufCrm_1651740003: 1, '>=ufCrm_1651740005': '2026-06-20' },
      select,
    });
    expect(items(listed.body)).toEqual([
      {
        id,
        ufCrm_1651740002: 50000.5,
        ufCrm_1651740003: 'Y',
        ufCrm_1651740005: '2026-06-20T03:00:00+03:00',
        ufCrm_1651740006: [61, 65],
      },
    ]);
    const original = await p.call('crm.item.list', {
      entityTypeId: 1,
      filter: { id },
      select: ['UF_CRM_1651740004'],
      useOriginalUfNames: 'Y',
    });
    expect(items(original.body)).toEqual([{ id, UF_CRM_1651740004: 43 }]);
  });

  test('fields say what they refer to and how they are shown', async () => {
    const { companyId } = (
      (await p.call('crm.item.fields', { entityTypeId: 2 })).body.result as { fields: Record<string, unknown> }
    ).fields;
    expect(companyId).toMatchObject({ type: 'crm_company', upperName: 'COMPANY_ID', settings: { parentEntityTypeId: 4 } });
    expect((await p.call('crm.activity.fields')).body.result).toMatchObject({
      OWNER_TYPE_ID: { type: 'crm_enum_ownertype' },
      TYPE_ID: { type: 'crm_enum_activitytype', isRequired: true },
    });
    expect((await p.call('crm.company.userfield.list')).body).toMatchObject({
      result: [
        { FIELD_NAME: 'UF_CRM_1652880001', USER_TYPE_ID: 'string', SETTINGS: { SIZE: 20 } },
        { FIELD_NAME: 'UF_CRM_1652880002', MULTIPLE: 'Y', SETTINGS: { DISPLAY: 'LIST' }, LIST: [{ ID: '121' }, {}, {}, {}] },
      ],
    });
  });

  test('classic lists bring multi-fields by name only', async () => {
    const { id } = addLead(p.portal, { phone: '+998900000001', email: 'a@example.com' });
    const { body } = await p.call('crm.lead.list', { filter: { ID: id }, select: ['TITLE', 'EMAIL'] });
    expect(body.result).toEqual([
      {
        ID: String(id),
        TITLE: '',
        EMAIL: [{ ID: expect.any(String), VALUE_TYPE: 'WORK', VALUE: 'a@example.com', TYPE_ID: 'EMAIL' }],
      },
    ]);
    const byPhone = (PHONE: string) => p.call('crm.lead.list', { filter: { PHONE }, select: ['ID'] });
    expect((await byPhone('+998900000001')).body.result).toEqual([{ ID: String(id) }]);
    expect((await byPhone('+99890000000')).body.result).toEqual([]);
  });
});

describe('errors', () => {
  test.each([
    [
      'crm.item.list',
      { entityTypeId: 1, filter: { nonsense: 1 } },
      400,
      'INVALID_ARG_VALUE',
      "Invalid filter: field 'nonsense' is not allowed in filter",
    ],
    [
      'crm.item.list',
      { entityTypeId: 1, order: { nonsense: 'ASC' } },
      400,
      'INVALID_ARG_VALUE',
      "Invalid order: field 'nonsense' is not allowed in order",
    ],
    ['crm.item.get', { entityTypeId: 1, id: 999_999 }, 400, 'NOT_FOUND', 'Element not found'],
    ['crm.item.get', { entityTypeId: 128, id: 1 }, 400, 'NOT_FOUND', 'Smart process not found'],
    ['crm.item.list', {}, 400, '100', 'Could not find value for parameter {entityTypeId}'],
    ['crm.lead.get', { id: 999_999 }, 400, '', 'Not found'],
    ['crm.lead.get', {}, 400, '', 'ID is not defined or invalid.'],
    ['crm.lead.list', { filter: 'x' }, 400, '', "Parameter 'filter' must be array."],
    ['crm.status.list', { filter: { ENTITY_ID: ['STATUS'] } }, 400, '', 'Filter by ENTITY_ID must be a string'],
    ['crm.category.list', { entityTypeId: 128 }, 400, 'NOT_FOUND', 'Smart process not found'],
    ['crm.category.list', { entityTypeId: 1 }, 400, 'ENTITY_TYPE_NOT_SUPPORTED', 'Entity type 1 is not supported'],
    [
      'catalog.product.list',
      { filter: { iblockId: 23 } },
      403,
      'insufficient_scope',
      'The request requires higher privileges than provided by the access token',
    ],
    ['no.such.method', {}, 404, 'ERROR_METHOD_NOT_FOUND', 'Method not found!'],
  ])('%s %j -> %d %s', async (method, params, status, error, description) => {
    const reply = await p.call(method, params);
    expect(reply).toMatchObject({ status, body: { error, error_description: description } });
    expect(Object.keys(reply.body.time as object)).toHaveLength(8);
  });

  test('a call without a token, or with a wrong one', async () => {
    const none = await postJson(`${p.portal.url}/rest/profile`, {});
    expect(none).toMatchObject({ status: 401, body: { error: 'NO_AUTH_FOUND' } });
    expect(await p.callAs('wrong', 'profile')).toMatchObject({ status: 401, body: { error: 'invalid_token' } });
  });
});

describe('ways to call', () => {
  test('urlencoded, multipart, query, .json, doubled slashes and any case of top-level names', async () => {
    const { id } = addLead(p.portal, { title: 'Ways' });
    const auth = p.admin.access_token;
    const base = `${p.portal.url}/rest`;
    const expected = { status: 200, body: { result: [{ ID: String(id), TITLE: 'Ways' }] } };
    const query = new URLSearchParams([
      ['FILTER[ID]', String(id)],
      ['select[0]', 'ID'],
      ['select[1]', 'TITLE'],
      ['auth', auth],
    ]);
    expect(await readReply(await fetch(`${base}/crm.lead.list.json?${query}`))).toMatchObject(expected);
    expect(await readReply(await fetch(`${base}//crm.lead.list`, { method: 'POST', body: query }))).toMatchObject(expected);
    const form = new FormData();
    for (const [name, value] of query) form.append(name, value);
    expect(await readReply(await fetch(`${base}/CRM.Lead.List/`, { method: 'POST', body: form }))).toMatchObject(expected);
  });

  test('a browser of another origin may call', async () => {
    const response = await fetch(`${p.portal.url}/rest/profile`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://app.example.com',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('content-type');
  });

  test('a webhook calls as its user, without the app', async () => {
    const hook = p.portal.createWebhook(EMPLOYEE);
    expect(await postJson(`${hook}profile`, {})).toMatchObject({
      status: 200,
      body: { result: { ID: String(EMPLOYEE), ADMIN: false } },
    });
    expect(await postJson(`${hook}event.bind`, {})).toMatchObject({ status: 403, body: { error: 'WRONG_AUTH_TYPE' } });
    expect(await postJson(`${hook}app.info`, {})).toMatchObject({ status: 400, body: { error: 'ACCESS_DENIED' } });
    expect(await postJson(`${hook.replace(/\w{4}\/$/, '0000/')}profile`, {})).toMatchObject({
      status: 401,
      body: { error: 'INVALID_CREDENTIALS' },
    });
  });

  test('a call leaves a line in the ledger, with its records and without its parameters', async () => {
    const { id } = addLead(p.portal);
    await p.call('crm.item.list', { entityTypeId: 1, filter: { id } });
    expect(p.sandbox.ledger.entries.at(-1)).toEqual({
      startedAt: expect.any(Number),
      endedAt: expect.any(Number),
      sourcePort: expect.any(Number),
      tokenTail: p.admin.access_token.slice(-6),
      faults: [],
      portal: p.portal.state.memberId,
      method: 'crm.item.list',
      commands: [],
      commandErrors: [],
      status: 200,
      error: null,
      records: 1,
    });
  });
});

describe('batch', () => {
  const run = (cmd: unknown, halt = 0) => p.call('batch', { cmd, halt });

  test('a later command reads earlier results', async () => {
    const first = addLead(p.portal, { title: 'Chain 1' });
    const second = addLead(p.portal, { title: 'Chain 2' });
    const { body } = await run({
      a: `crm.item.list?entityTypeId=1&filter[id][0]=${first.id}&filter[id][1]=${second.id}&select[]=title&order[id]=ASC`,
      b: 'crm.lead.get?id=$result[a][items][1][id]',
      c: `crm.item.list?entityTypeId=1&filter[id]=${first.id}&filter[title]=${encodeURIComponent('Chain $result[b][ID]')}`,
    });
    expect(body.result).toMatchObject({
      result: {
        a: { items: [{ id: first.id }, { id: second.id }] },
        b: { ID: String(second.id), TITLE: 'Chain 2' },
        c: { items: [] },
      },
      result_error: [],
      result_total: { a: 2, c: 0 },
      result_next: [],
    });
    expect(Object.keys((body.result as { result_time: object }).result_time)).toEqual(['a', 'b', 'c']);
  });

  test('a reference past the end of a page is empty, and the number 0 in a comparison', async () => {
    const { id } = addLead(p.portal, { title: 'Alone' });
    const page = `crm.item.list?entityTypeId=1&filter[title]=Alone&select[]=id&start=-1`;
    const { body } = await run({
      a: page,
      up: `${page}&filter[>id]=$result[a][items][49][id]`,
      down: `${page}&filter[<id]=$result[a][items][49][id]`,
    });
    expect(body.result).toMatchObject({ result: { a: { items: [{ id }] }, up: { items: [{ id }] }, down: { items: [] } } });
  });

  test('failures stand beside results; halt stops at the first', async () => {
    const cmd = { ok: 'server.time', wrong: 'crm.lead.get?id=999999', nested: 'batch?cmd[a]=profile', last: 'profile' };
    const all = (await run(cmd)).body.result as Record<string, Record<string, unknown>>;
    expect(Object.keys(all.result ?? {})).toEqual(['ok', 'last']);
    expect(all.result_error).toEqual({
      wrong: { error: '', error_description: 'Not found' },
      nested: { error: 'ERROR_BATCH_METHOD_NOT_ALLOWED', error_description: 'Method is not allowed for batch usage' },
    });
    const halted = (await run(cmd, 1)).body.result as Record<string, Record<string, unknown>>;
    expect(Object.keys(halted.result ?? {})).toEqual(['ok']);
    expect(Object.keys(halted.result_error ?? {})).toEqual(['wrong']);
  });

  test('commands without names come back as lists; the 51st is refused', async () => {
    const { body } = await run(Array.from({ length: 51 }, () => 'server.time'));
    const result = body.result as Record<string, unknown[]>;
    expect(result.result).toHaveLength(50);
    expect(result.result_error).toEqual({
      '50': { error: 'ERROR_BATCH_LENGTH_EXCEEDED', error_description: 'Max batch length exceeded' },
    });
  });
});

describe('rights', () => {
  test('an employee sees own records only, and no administration', async () => {
    const own = addLead(p.portal, { assignedById: EMPLOYEE, title: 'Rights' });
    const other = addLead(p.portal, { assignedById: ADMIN, title: 'Rights' });
    const { access_token: token } = await p.authorize(EMPLOYEE);
    const list = await p.callAs(token, 'crm.item.list', { entityTypeId: 1, filter: { title: 'Rights' }, select: ['id'] });
    expect(list.body).toMatchObject({ result: { items: [{ id: own.id }] }, total: 1 });
    expect(await p.callAs(token, 'crm.lead.get', { id: other.id })).toMatchObject({
      status: 400,
      body: { error: '', error_description: 'Access denied.' },
    });
    expect(await p.callAs(token, 'crm.item.get', { entityTypeId: 1, id: other.id })).toMatchObject({
      status: 403,
      body: { error: 'ACCESS_DENIED' },
    });
    const deals = [EMPLOYEE, ADMIN].map((assignedById) => ({ title: 'Rights', assignedById, categoryId: 0 }));
    for (const fields of deals) await p.call('crm.item.add', { entityTypeId: 2, fields });
    const [mine] = (await p.callAs(token, 'crm.deal.list', { filter: { TITLE: 'Rights' } })).body.result as { ID: string }[];
    const history = await p.callAs(token, 'crm.stagehistory.list', { entityTypeId: 2 });
    expect(history.body.total).toBe(1);
    expect(items(history.body)).toMatchObject([{ OWNER_ID: Number(mine?.ID) }]);
    expect(await p.callAs(token, 'placement.get')).toMatchObject({ status: 403, body: { error: 'ACCESS_DENIED' } });
    expect(await p.callAs(token, 'event.offline.get')).toMatchObject({ status: 403, body: { error: 'ACCESS_DENIED' } });
  });

  test('a user shut out of the app, and a dismissed one', async () => {
    const { access_token: token } = await p.authorize(10);
    p.portal.state.installation?.deniedUsers.add(10);
    expect(await p.callAs(token, 'profile')).toMatchObject({ status: 403, body: { error: 'user_access_error' } });
    p.portal.state.installation?.deniedUsers.delete(10);
    const user = p.portal.state.world.users.find(({ id }) => id === 10);
    Object.assign(user ?? {}, { active: false });
    expect(await p.callAs(token, 'profile')).toMatchObject({ status: 401, body: { error: 'authorization_error' } });
    Object.assign(user ?? {}, { active: true });
  });
});

describe('lists', () => {
  test('pages of 50 with total and next, OR groups and order, in both families', async () => {
    for (let index = 1; index <= 60; index++) {
      addDeal(p.portal, {
        title: 'Paged',
        opportunity: `${index}.00`,
        stageId: index % 2 ? 'NEW' : 'WON',
        assignedById: EMPLOYEE,
      });
    }
    const first = await p.call('crm.deal.list', {
      filter: { TITLE: 'paged' },
      order: { OPPORTUNITY: 'DESC' },
      select: ['OPPORTUNITY'],
    });
    expect(first.body).toMatchObject({ total: 60, next: 50 });
    expect((first.body.result as { OPPORTUNITY: string }[]).map((row) => row.OPPORTUNITY).slice(0, 2)).toEqual([
      '60.00',
      '59.00',
    ]);
    expect(Object.keys(first.body)).toEqual(['result', 'next', 'total', 'time']);
    const last = await p.call('crm.deal.list', { filter: { TITLE: 'Paged' }, start: 50 });
    expect(last.body.result).toHaveLength(10);
    expect(last.body).not.toHaveProperty('next');
    // An offset inside a page stands for the page.
    const inside = await p.call('crm.item.list', { entityTypeId: 2, filter: { title: 'Paged' }, start: 99, select: ['id'] });
    expect([items(inside.body).length, inside.body.total]).toEqual([10, 60]);
    const uncounted = await p.call('crm.deal.list', { filter: { TITLE: 'Paged' }, start: -1 });
    expect(uncounted.body).toMatchObject({ total: 0 });
    expect(uncounted.body).not.toHaveProperty('next');
    const filter = {
      title: 'Paged',
      '@stageId': ['WON', 'LOSE'],
      '!assignedById': ADMIN,
      0: { logic: 'OR', 0: { '<=opportunity': 4 }, 1: { '>opportunity': 57 } },
    };
    const some = await p.call('crm.item.list', {
      entityTypeId: 2,
      filter,
      order: { opportunity: 'ASC' },
      select: ['opportunity'],
    });
    expect(items(some.body).map((row) => row.opportunity)).toEqual([2, 4, 58, 60]);
  });

  test('a moment in a filter may carry an offset, or mean the portal server', async () => {
    const { id } = addLead(p.portal, { title: 'Dated', createdAt: NOON });
    for (const at of ['2026-06-15T12:00:00+03:00', '2026-06-15T09:00:00Z', '2026-06-15T12:00:00', '2026-06-15 12:00:00']) {
      const { body } = await p.call('crm.item.list', {
        entityTypeId: 1,
        filter: { title: 'Dated', '>=createdTime': at, '<=createdTime': at },
        select: ['id'],
      });
      expect(items(body)).toEqual([{ id }]);
    }
  });

  test('changes since a moment are found by their new time', async () => {
    const { id } = addLead(p.portal, { title: 'Old', updatedAt: NOON - 86_400 });
    const since = new Date(p.clock.now() - 1000).toISOString();
    await p.call('crm.item.update', { entityTypeId: 1, id, fields: { title: 'Fresh' } });
    const { body } = await p.call('crm.item.list', {
      entityTypeId: 1,
      filter: { '>=updatedTime': since, title: 'Fresh' },
      select: ['id'],
      start: -1,
    });
    expect(items(body)).toEqual([{ id }]);
  });

  test('activities: strings, ordered by their start, and none has no deadline', async () => {
    const { activities } = p.portal.state.world;
    const shared = {
      ownerTypeId: 1,
      ownerId: 77,
      typeId: 2,
      providerId: 'VOXIMPLANT_CALL',
      subject: 'Call',
      createdAt: NOON,
      updatedAt: NOON,
      endAt: NOON,
      deadline: 0,
      completed: true,
      responsibleId: ADMIN,
      direction: 2,
    };
    const later = activities.insert({ ...shared, startAt: NOON + 60 });
    const sooner = activities.insert({ ...shared, startAt: NOON });
    const { body } = await p.call('crm.activity.list', {
      filter: { OWNER_TYPE_ID: 1, OWNER_ID: 77 },
      select: ['ID', 'DEADLINE', 'STATUS'],
    });
    expect(body.result).toEqual([
      { ID: String(sooner.id), DEADLINE: '9999-12-31T03:00:00+03:00', STATUS: '2' },
      { ID: String(later.id), DEADLINE: '9999-12-31T03:00:00+03:00', STATUS: '2' },
    ]);
    const bound = await p.call('crm.activity.list', {
      filter: { BINDINGS: [{ OWNER_TYPE_ID: 1, OWNER_ID: 77 }] },
      select: ['ID'],
    });
    expect(bound.body.total).toBe(2);
  });
});

describe('changes', () => {
  test('a stage move keeps times, history and event; the same values again save nothing', async () => {
    const lead = addLead(p.portal);
    const heard: unknown[] = [];
    const { onChange } = p.portal.state;
    p.portal.state.onChange = (event, fields) => heard.push([event, fields]);
    p.clock.advance(600_000);
    const at = Math.floor(p.clock.now() / 1000);
    const { body } = await p.call('crm.item.update', { entityTypeId: 1, id: lead.id, fields: { stageId: 'JUNK', id: 5 } });
    await p.call('crm.lead.update', { id: lead.id, fields: { STATUS_ID: 'JUNK', TITLE: '' } });
    p.portal.state.onChange = onChange;
    expect(item(body)).toMatchObject({ id: lead.id, stageId: 'JUNK', stageSemanticId: 'F', movedBy: ADMIN, updatedBy: ADMIN });
    const row = p.portal.state.world.leads.get(lead.id);
    for (const time of [row?.updatedAt, row?.movedAt, row?.closedAt]) expect(Math.abs((time ?? 0) - at)).toBeLessThanOrEqual(2);
    expect(heard).toEqual([['ONCRMLEADUPDATE', { ID: lead.id }]]);
    const history = await p.call('crm.stagehistory.list', { entityTypeId: 1, filter: { OWNER_ID: lead.id } });
    expect(items(history.body)).toMatchObject([{ TYPE_ID: 3, OWNER_ID: lead.id, STATUS_ID: 'JUNK', STATUS_SEMANTIC_ID: 'F' }]);
  });

  test('a pipeline move is its own event; crm.deal.update ignores a stage of another pipeline', async () => {
    const deal = addDeal(p.portal);
    const heard: unknown[] = [];
    const { onChange } = p.portal.state;
    p.portal.state.onChange = (event, fields) => heard.push([event, fields]);
    await p.call('crm.deal.update', { id: deal.id, fields: { STAGE_ID: 'C3:EXECUTING', CATEGORY_ID: 3 } });
    expect(p.portal.state.world.deals.get(deal.id)).toMatchObject({ categoryId: 0, stageId: 'NEW' });
    await p.call('crm.item.update', { entityTypeId: 2, id: deal.id, fields: { categoryId: 3, stageId: 'C3:EXECUTING' } });
    p.portal.state.onChange = onChange;
    expect(heard).toEqual([['ONCRMDEALMOVETOCATEGORY', { ID: deal.id, CATEGORY_ID: 3, STAGE_ID: 'C3:EXECUTING' }]]);
    const history = await p.call('crm.stagehistory.list', { entityTypeId: 2, filter: { OWNER_ID: deal.id } });
    expect(items(history.body)).toMatchObject([{ TYPE_ID: 5, CATEGORY_ID: 3, STAGE_ID: 'C3:EXECUTING', STAGE_SEMANTIC_ID: 'P' }]);
  });

  test('the stage history of a deal ends where its present pipeline begins', async () => {
    const id = item((await p.call('crm.item.add', { entityTypeId: 2, fields: { title: 'Moved', categoryId: 0 } })).body).id;
    const update = (fields: object) => p.call('crm.item.update', { entityTypeId: 2, id, fields });
    const read = async () => {
      const { body } = await p.call('crm.stagehistory.list', { entityTypeId: 2, filter: { OWNER_ID: id }, order: { ID: 'ASC' } });
      return [body.total, ...items(body).map((row) => [row.TYPE_ID, row.STAGE_ID])];
    };
    await update({ stageId: 'PREPARATION' });
    expect(await read()).toEqual([2, [1, 'NEW'], [2, 'PREPARATION']]);
    await update({ categoryId: 3 });
    await update({ stageId: 'C3:WON' });
    expect(await read()).toEqual([2, [5, 'C3:NEW'], [3, 'C3:WON']]);
  });

  test('who changed a record last is who changed it, not who moved it', async () => {
    const lead = addLead(p.portal, { assignedById: EMPLOYEE });
    const { access_token: token } = await p.authorize(EMPLOYEE);
    await p.callAs(token, 'crm.lead.update', { id: lead.id, fields: { TITLE: 'Renamed' } });
    expect((await p.call('crm.lead.get', { id: lead.id })).body.result).toMatchObject({
      CREATED_BY_ID: String(ADMIN),
      MODIFY_BY_ID: String(EMPLOYEE),
      MOVED_BY_ID: String(ADMIN),
    });
    const { result: contactId } = (await p.callAs(token, 'crm.contact.add', { fields: { NAME: 'Aziz', ASSIGNED_BY_ID: 10 } }))
      .body;
    await p.call('crm.contact.update', { id: contactId, fields: { LAST_NAME: 'Karimov' } });
    expect((await p.call('crm.contact.get', { id: contactId })).body.result).toMatchObject({
      CREATED_BY_ID: String(EMPLOYEE),
      MODIFY_BY_ID: String(ADMIN),
      ASSIGNED_BY_ID: '10',
    });
  });

  test('add and delete', async () => {
    const fields = { title: 'New', opportunity: 1200.5, ufCrm_1653120004: 81, comments: 'Kept', categoryId: 5 };
    const added = item((await p.call('crm.item.add', { entityTypeId: 2, fields })).body);
    expect(added).toMatchObject({ ...fields, stageId: 'C5:NEW', assignedById: ADMIN });
    const { id } = added;
    expect((await p.call('crm.item.delete', { entityTypeId: 2, id })).body.result).toEqual([]);
    expect((await p.call('crm.item.get', { entityTypeId: 2, id })).body.error).toBe('NOT_FOUND');
  });

  test('a to-do moves the last activity of its owner, not its time of change', async () => {
    const deal = addDeal(p.portal);
    const before = p.portal.state.world.deals.get(deal.id)?.updatedAt;
    p.clock.advance(60_000);
    const params = {
      ownerTypeId: 2,
      ownerId: deal.id,
      deadline: '2026-06-20T15:00:00',
      title: 'Call back',
      responsibleId: EMPLOYEE,
    };
    const { body } = await p.call('crm.activity.todo.add', params);
    const { id } = body.result as { id: number };
    expect((await p.call('crm.activity.get', { id })).body.result).toMatchObject({
      ID: String(id),
      OWNER_TYPE_ID: '2',
      TYPE_ID: '6',
      PROVIDER_ID: 'CRM_TODO',
      SUBJECT: 'Call back',
      DEADLINE: '2026-06-20T15:00:00+03:00',
      COMPLETED: 'N',
      RESPONSIBLE_ID: String(EMPLOYEE),
      SETTINGS: [],
    });
    const after = p.portal.state.world.deals.get(deal.id);
    expect(after?.updatedAt).toBe(before);
    expect(after?.lastActivityAt).toBeGreaterThan(deal.lastActivityAt);
    expect((await p.call('crm.activity.todo.add', { ...params, ownerId: 999_999 })).body.error).toBe('OWNER_NOT_FOUND');
    expect((await p.call('crm.activity.todo.add', { ...params, deadline: 'soon' })).body.error).toBe('WRONG_DATETIME_FORMAT');
  });
});

describe('the app and its portal', () => {
  test('app.info, options, scope, method.get and feature.get', async () => {
    expect((await p.call('app.info')).body.result).toMatchObject({
      CODE: 'app.5f1c2b3a4d5e61.00112233',
      VERSION: 3,
      STATUS: 'F',
      INSTALLED: true,
      PAYMENT_EXPIRED: 'N',
      LICENSE: 'en_std',
      LICENSE_FAMILY: 'std',
    });
    expect((await p.call('app.option.get')).body.result).toEqual([]);
    await p.call('app.option.set', { options: { colour: 'blue', nested: { a: 1 } } });
    expect((await p.call('app.option.get')).body.result).toEqual({ colour: 'blue', nested: '{"a":1}' });
    expect((await p.call('app.option.get', { option: 'colour' })).body.result).toBe('blue');
    expect((await p.call('scope')).body.result).toEqual(['crm', 'placement', 'user_brief', 'department']);
    expect((await p.call('method.get', { name: 'catalog.product.list' })).body.result).toEqual({
      isExisting: true,
      isAvailable: false,
    });
    expect((await p.call('feature.get', { CODE: 'rest_auth_connector' })).body.result).toEqual({ value: 'N' });
  });

  test('placements: bound once, shown, removed', async () => {
    const params = {
      PLACEMENT: 'CRM_DEAL_DETAIL_TAB',
      HANDLER: 'https://app.example.com/deal',
      TITLE: 'Deal',
      LANG_ALL: { ru: { TITLE: 'Сделка' } },
    };
    expect((await p.call('placement.bind', params)).body.result).toBe(true);
    expect(await p.call('placement.bind', params)).toMatchObject({ status: 400, body: { error: 'ERROR_CORE' } });
    expect((await p.call('placement.bind', { ...params, PLACEMENT: 'TASK_VIEW_TAB' })).body.error).toBe(
      'ERROR_PLACEMENT_NOT_FOUND',
    );
    expect((await p.call('placement.bind', { HANDLER: 'https://app.example.com/' })).body).toMatchObject({
      error: 'ERROR_ARGUMENT',
      argument: 'PLACEMENT',
    });
    expect((await p.call('placement.get')).body.result).toMatchObject([
      { placement: 'CRM_DEAL_DETAIL_TAB', options: [], langAll: { ru: { TITLE: 'Сделка' } } },
    ]);
    expect((await p.call('placement.unbind', { PLACEMENT: 'CRM_DEAL_DETAIL_TAB' })).body.result).toEqual({ count: 2 });
  });

  test('event handlers: bound once, listed, removed', async () => {
    const params = { event: 'onCrmDealAdd', handler: 'https://app.example.com/events' };
    expect((await p.call('event.bind', params)).body.result).toBe(true);
    expect(await p.call('event.bind', params)).toMatchObject({ status: 400, body: { error: 'ERROR_CORE' } });
    expect((await p.call('event.bind', { ...params, event: 'ONNOTHING' })).body.error).toBe('ERROR_EVENT_NOT_FOUND');
    expect((await p.call('event.bind', { ...params, handler: 'ftp://app.example.com/' })).body.error).toBe(
      'ERROR_UNSUPPORTED_PROTOCOL',
    );
    expect((await p.call('event.get')).body.result).toEqual([
      { event: 'ONCRMDEALADD', handler: params.handler, auth_type: '0', offline: 0 },
    ]);
    expect((await p.call('event.unbind', params)).body.result).toEqual({ count: 1 });
  });

  test('the offline queue gives an event once, reserves with clear=0 and forgets with clear', async () => {
    const { installation } = p.portal.state;
    const waiting = [11, 12, 13].map((id) => ({
      id,
      timestamp: NOON + id,
      event: 'ONCRMLEADADD',
      fields: { ID: id },
      messageId: `m${id}`,
      processId: null,
      error: false,
    }));
    installation?.offlineEvents.push(...waiting);
    const events = (body: Record<string, unknown>) => (body.result as { events: { ID: string }[] }).events.map(({ ID }) => ID);
    const first = await p.call('event.offline.get', { limit: 1 });
    expect(first.body.result).toEqual({
      process_id: null,
      events: [
        {
          ID: '11',
          TIMESTAMP_X: '2026-06-15T12:00:11+03:00',
          EVENT_NAME: 'ONCRMLEADADD',
          EVENT_DATA: { FIELDS: { ID: 11 } },
          EVENT_ADDITIONAL: false,
          MESSAGE_ID: 'm11',
        },
      ],
    });
    const reserved = await p.call('event.offline.get', { clear: 0 });
    expect(events(reserved.body)).toEqual(['12', '13']);
    expect(events((await p.call('event.offline.get', { clear: 0 })).body)).toEqual([]);
    const { process_id } = reserved.body.result as { process_id: string };
    await p.call('event.offline.clear', { process_id, id: [12] });
    await p.call('event.offline.error', { process_id, message_id: ['m13'] });
    expect((await p.call('event.offline.list')).body).toMatchObject({
      result: [{ ID: '13', PROCESS_ID: '', ERROR: '1' }],
      total: 1,
    });
    expect(events((await p.call('event.offline.get', { error: 1 })).body)).toEqual(['13']);
  });
});

describe('what the sandbox tells about itself', () => {
  test('the truth counts what the API shows; the ledger counts what was asked', async () => {
    const truth = await readReply(await fetch(`${p.portal.url}/sandbox/truth`));
    const leads = (await p.call('crm.item.list', { entityTypeId: 1, select: ['id'] })).body.total;
    const deals = (await p.call('crm.deal.list', { select: ['ID'] })).body.total;
    expect(truth).toMatchObject({ status: 200, body: { counts: { leads, deals }, currency: 'UZS' } });
    expect((await fetch(`${p.portal.url}/sandbox/truth?currency=XXX`)).status).toBe(400);
    const before = (await readReply(await fetch(`${p.portal.url}/sandbox/ledger`))).body as {
      requests: number;
      methods: Record<string, number>;
      errors: Record<string, number>;
    };
    await p.call('batch', { cmd: ['crm.enum.ownertype', 'no.such.method'] });
    const after = (await readReply(await fetch(`${p.portal.url}/sandbox/ledger`))).body as {
      requests: number;
      methods: Record<string, number>;
      errors: Record<string, number>;
    };
    expect(after.requests).toBe(before.requests + 1);
    expect((after.errors.ERROR_METHOD_NOT_FOUND ?? 0) - (before.errors.ERROR_METHOD_NOT_FOUND ?? 0)).toBe(1);
    expect(after.methods['crm.enum.ownertype']).toBe((before.methods['crm.enum.ownertype'] ?? 0) + 1);
  });
});

describe('products', () => {
  test('the catalogue needs its block, rows need their owner', async () => {
    const hook = p.portal.createWebhook(ADMIN);
    const [first] = p.portal.state.world.products;
    const listed = await postJson(`${hook}catalog.product.list`, {
      select: ['id', 'iblockId', 'name'],
      filter: { iblockId: 23, id: first?.id },
    });
    expect(listed.body).toMatchObject({ result: { products: [{ id: first?.id, iblockId: 23, name: first?.name }] }, total: 1 });
    expect((await postJson(`${hook}catalog.product.list`, { select: ['id', 'iblockId'] })).status).toBe(400);
    const deals = ['2500.00', '7001.37', '0.00', '19.99'].map((opportunity) => addDeal(p.portal, { opportunity }));
    const ownerId = deals.map(({ id }) => id);
    const filter = { '=ownerType': 'D', '=ownerId': ownerId };
    const { body } = await p.call('crm.item.productrow.list', { filter, order: { price: 'DESC' } });
    const rows = (body.result as { productRows: { ownerId: number; price: number; quantity: number }[] }).productRows;
    // What a deal sold adds up to its amount.
    const sumOf = (id: number) => rows.reduce((sum, row) => sum + (row.ownerId === id ? row.price * row.quantity : 0), 0);
    expect(ownerId.map((id) => sumOf(id).toFixed(2))).toEqual(['2500.00', '7001.37', '0.00', '19.99']);
    expect(rows.map(({ price }) => price)).toEqual(rows.map(({ price }) => price).toSorted((a, b) => b - a));
    const dear = await p.call('crm.item.productrow.list', { filter: { ...filter, '>price': 1000 } });
    expect(dear.body.total).toBe(rows.filter(({ price }) => price > 1000).length);
    expect((await p.call('crm.item.productrow.list', { filter: {} })).status).toBe(400);
  });
});

describe('dictionaries', () => {
  test('stages of a pipeline in order, with what they mean', async () => {
    const { body } = await p.call('crm.status.list', { filter: { ENTITY_ID: 'DEAL_STAGE_5' }, order: { SORT: 'ASC' } });
    const rows = body.result as Record<string, unknown>[];
    expect(rows.map((row) => [row.STATUS_ID, row.SEMANTICS, (row.EXTRA as { SEMANTICS: string }).SEMANTICS])).toEqual([
      ['C5:NEW', null, 'process'],
      ['C5:UC_OFFER1', null, 'process'],
      ['C5:FINAL_INVOICE', null, 'process'],
      ['C5:WON', 'S', 'success'],
      ['C5:LOSE', 'F', 'failure'],
    ]);
    expect(body.total).toBe(5);
  });

  test('pipelines: the default one is missing in the old method', async () => {
    const { categories } = (await p.call('crm.category.list', { entityTypeId: 2 })).body.result as {
      categories: { id: number; isDefault: string }[];
    };
    expect(categories.map(({ id, isDefault }) => [id, isDefault])).toEqual([
      [0, 'Y'],
      [3, 'N'],
      [5, 'N'],
    ]);
    expect((await p.call('crm.dealcategory.list')).body.result).toMatchObject([{ ID: '3' }, { ID: '5' }]);
  });

  test('users: dismissed ones are listed, e-mail needs a wider scope, filters work in both places', async () => {
    const all = await p.call('user.get', { start: -1, order: { ID: 'DESC' }, FILTER: { '@ID': [1, 15] } });
    expect(all.body.result).toMatchObject([
      { ID: '15', ACTIVE: false },
      { ID: '1', ACTIVE: true, UF_DEPARTMENT: [1] },
    ]);
    expect((all.body.result as object[])[0]).not.toHaveProperty('EMAIL');
    expect((await p.call('user.get', { ID: 15, ACTIVE: true })).body).toMatchObject({ result: [], total: 0 });
    expect((await p.call('user.get', { ID: 15, select: ['ACTIVE'] })).body.result).toEqual([{ ID: '15', ACTIVE: false }]);
    expect((await p.call('department.get', { PARENT: 1, sort: 'ID', order: 'DESC' })).body).toMatchObject({
      result: [{ ID: '9', PARENT: '1' }, { ID: '3' }],
      total: 2,
    });
  });
});
