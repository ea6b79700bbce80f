import { expect, test } from 'vitest';
import { type NormalizeContext, normalize } from './normalize.ts';

const context: NormalizeContext = {
  portalOffset: '+03:00',
  customFields: new Map([
    ['ufCrm_1747309879', 'UF_CRM_1747309879'],
    ['ufCrmTags', 'UF_CRM_TAGS'],
  ]),
};

test('a lead as crm.item.list gives it', () => {
  const { record, problem } = normalize(
    'leads',
    {
      id: 250,
      createdTime: '2024-07-22T18:00:08+02:00',
      updatedTime: '2024-07-23T18:00:08+02:00',
      assignedById: 6,
      companyId: 0,
      contactId: 2069,
      stageId: 'JUNK',
      stageSemanticId: 'F',
      opportunity: '999.9',
      currencyId: 'usd',
      sourceId: 'TRADE_SHOW',
      title: 'Lead #250',
      name: 'Klaus',
      lastName: 'Weber',
      dateClosed: '2024-07-23T19:00:00+02:00',
      movedTime: '2024-07-23T18:30:00+02:00',
      phone: '+6111111111',
      email: '',
      ufCrm_1747309879: 'blue',
      ufCrmTags: [],
      ufCrmUnknown: 'not asked for',
    },
    context,
  );
  expect(problem).toBeNull();
  expect(record).toEqual({
    externalId: '250',
    createdAt: '2024-07-22T16:00:08.000Z',
    modifiedAt: '2024-07-23T16:00:08.000Z',
    assignedTo: '6',
    title: 'Lead #250',
    status: 'JUNK',
    semantic: 'lost',
    source: 'TRADE_SHOW',
    contactName: 'Klaus Weber',
    contactPhone: '+6111111111',
    contactEmail: null,
    contactId: '2069',
    companyId: null,
    value: '999.9',
    currency: 'USD',
    closedAt: '2024-07-23T17:00:00.000Z',
    stageChangedAt: '2024-07-23T16:30:00.000Z',
    customFields: { UF_CRM_1747309879: 'blue' },
  });
});

const deal = {
  id: 7,
  createdTime: '2024-07-01T10:00:00+00:00',
  updatedTime: '2024-07-02T10:00:00+00:00',
  movedTime: '2024-07-02T09:00:00+00:00',
  closedate: '2024-12-31T00:00:00+00:00',
  categoryId: 0,
  stageId: 'WON',
};

test('a deal closes when it reached its final stage, not on the planned day; pipeline 0 is a pipeline', () => {
  const won = normalize('deals', { ...deal, stageSemanticId: 'S' }, context).record;
  expect(won).toMatchObject({ semantic: 'won', closedAt: '2024-07-02T09:00:00.000Z', pipeline: '0' });
  const open = normalize('deals', { ...deal, stageSemanticId: 'P' }, context).record;
  expect(open).toMatchObject({ semantic: 'open', closedAt: null });
});

test('one bad value costs itself only, and is named without its content', () => {
  const { record, problem } = normalize(
    'deals',
    { ...deal, stageSemanticId: 'S', opportunity: '1 234,56', movedTime: 'soon' },
    context,
  );
  expect(record).toMatchObject({ externalId: '7', value: null, stageChangedAt: null, stage: 'WON' });
  expect(problem).toEqual({ externalId: '7', reason: 'opportunity: not_an_amount; movedTime: not_a_moment' });
});

test('multi-fields give telephone and e-mail where there are no flat ones', () => {
  const fm = [
    { id: 1, typeId: 'EMAIL', valueType: 'WORK', value: 'a@b.test' },
    { id: 2, typeId: 'PHONE', valueType: 'WORK', value: '+998901234567' },
  ];
  expect(normalize('contacts', { id: 1, fm }, context).record).toMatchObject({ phone: '+998901234567', email: 'a@b.test' });
});

const call = {
  ID: '20',
  OWNER_ID: '15',
  OWNER_TYPE_ID: '3',
  TYPE_ID: '2',
  PROVIDER_ID: 'VOXIMPLANT_CALL',
  SUBJECT: 'Outgoing call Klaus Weber',
  CREATED: '2020-09-27T13:26:55+03:00',
  LAST_UPDATED: '2021-03-21T20:28:24+03:00',
  START_TIME: '2020-09-27T13:25:00+03:00',
  END_TIME: '2020-09-27T13:29:30+03:00',
  DEADLINE: '9999-12-31T00:00:00+03:00',
  COMPLETED: 'Y',
  RESPONSIBLE_ID: '505',
  DIRECTION: '2',
};

test('a call as crm.activity.list gives it', () => {
  const { record, problem } = normalize('activities', call, context);
  expect(problem).toBeNull();
  expect(record).toEqual({
    externalId: '20',
    type: 'call',
    subject: 'Outgoing call Klaus Weber',
    employeeId: '505',
    direction: 'out',
    completed: true,
    startedAt: '2020-09-27T10:25:00.000Z',
    endedAt: '2020-09-27T10:29:30.000Z',
    deadline: null,
    durationSeconds: 270,
    ownerEntity: 'contacts',
    ownerExternalId: '15',
    createdAt: '2020-09-27T10:26:55.000Z',
    modifiedAt: '2021-03-21T17:28:24.000Z',
    customFields: {},
  });
});

test.each([
  ['1', 'CRM_MEETING', 'meeting'],
  ['3', '', 'task'],
  ['4', 'CRM_EMAIL', 'email'],
  ['6', 'CRM_TODO', 'task'],
  ['6', 'CONFIGURABLE_REST_APP', 'other'],
  ['77', '', 'other'],
])('activity kind %s of provider %s is a %s', (typeId, provider, type) => {
  expect(normalize('activities', { ...call, TYPE_ID: typeId, PROVIDER_ID: provider }, context).record).toMatchObject({ type });
});

test('stage changes of leads and deals do not share their numbers', () => {
  const change = { ID: 35, TYPE_ID: 3, OWNER_ID: 21, CREATED_TIME: '2024-04-25T14:59:11+00:00' };
  const lead = normalize('stageHistory', { ...change, STATUS_ID: 'JUNK', STATUS_SEMANTIC_ID: 'F' }, context, 'leads').record;
  expect(lead).toEqual({
    externalId: 'leads:35',
    ownerEntity: 'leads',
    ownerExternalId: '21',
    pipeline: null,
    stage: 'JUNK',
    semantic: 'lost',
    kind: 'closed',
    occurredAt: '2024-04-25T14:59:11.000Z',
  });
  const ofDeal = { ...change, CATEGORY_ID: 9, STAGE_ID: 'C9:NEW', STAGE_SEMANTIC_ID: 'P', TYPE_ID: 5 };
  expect(normalize('stageHistory', ofDeal, context, 'deals').record).toMatchObject({
    externalId: 'deals:35',
    pipeline: '9',
    kind: 'pipeline_changed',
  });
});

test('records without an id or larger than 1 MB are quarantined whole', () => {
  expect(normalize('leads', { title: 'x' }, context)).toEqual({
    record: null,
    problem: { externalId: '?', reason: 'no_id' },
  });
  const huge = Array.from({ length: 20 }, () => 'x'.repeat(60_000));
  expect(normalize('leads', { id: 9, ufCrmTags: huge }, context)).toEqual({
    record: null,
    problem: { externalId: '9', reason: 'record_too_large' },
  });
});
