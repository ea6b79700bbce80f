import type { World, WorldCompany, WorldContact, WorldDeal, WorldEntity, WorldLead, WorldTable } from '../../world/types.ts';
import { COMPANY_FIELDS } from './fields/companies.ts';
import { CONTACT_FIELDS } from './fields/contacts.ts';
import { DEAL_FIELDS } from './fields/deals.ts';
import { customFields, type Field, type MultiValue, readMultiValues } from './fields/field.ts';
import { LEAD_FIELDS } from './fields/leads.ts';

/** What every record of the four CRM entities has. */
export interface CrmRecord {
  id: number;
  assignedById: number;
  updatedAt: number;
  custom: Record<string, unknown>;
}

/** One of the four CRM entities: where its records are, what they show, how a new one starts. */
export interface CrmEntity<Row extends CrmRecord> {
  name: WorldEntity;
  /** entityTypeId. */
  typeId: number;
  /** `lead` in crm.lead.list; upper case it names the events. */
  word: string;
  fields: readonly Field<Row>[];
  table(world: World): WorldTable<Row>;
  readMulti(row: Row): MultiValue[];
  /** The change that sets the one telephone or e-mail a record keeps; null where it keeps none. */
  setMulti: ((typeId: 'PHONE' | 'EMAIL', value: string) => Partial<Row>) | null;
  /** A new record before the client's fields are applied. */
  blank(world: World, userId: number, now: number): Omit<Row, 'id'>;
}

/** The entity's fields on that portal: its own and the portal's custom ones. */
export function allFields<Row extends CrmRecord>(entity: CrmEntity<Row>, world: World): Field<Row>[] {
  return [...entity.fields, ...customFields<Row>(world, entity.name)];
}

export const LEADS: CrmEntity<WorldLead> = {
  name: 'leads',
  typeId: 1,
  word: 'lead',
  fields: LEAD_FIELDS,
  table: (world) => world.leads,
  readMulti: readMultiValues,
  setMulti: (typeId, value) => (typeId === 'PHONE' ? { phone: value } : { email: value }),
  blank: (world, userId, now) => ({
    title: '',
    name: '',
    lastName: '',
    phone: null,
    email: null,
    stageId: firstStage(world, 'STATUS'),
    sourceId: null,
    assignedById: userId,
    createdById: userId,
    opportunity: '0.00',
    currencyId: baseCurrency(world),
    contactId: 0,
    companyId: 0,
    createdAt: now,
    updatedAt: now,
    closedAt: 0,
    movedAt: now,
    movedById: userId,
    lastActivityAt: now,
    utmSource: null,
    custom: {},
  }),
};

export const DEALS: CrmEntity<WorldDeal> = {
  name: 'deals',
  typeId: 2,
  word: 'deal',
  fields: DEAL_FIELDS,
  table: (world) => world.deals,
  readMulti: () => [],
  setMulti: null,
  blank: (world, userId, now) => ({
    title: '',
    categoryId: 0,
    stageId: firstStage(world, 'DEAL_STAGE'),
    sourceId: null,
    assignedById: userId,
    createdById: userId,
    opportunity: '0.00',
    currencyId: baseCurrency(world),
    contactId: 0,
    companyId: 0,
    leadId: 0,
    createdAt: now,
    updatedAt: now,
    movedAt: now,
    movedById: userId,
    closeDate: now + 7 * 86_400,
    lastActivityAt: now,
    isRecurring: false,
    custom: {},
  }),
};

export const CONTACTS: CrmEntity<WorldContact> = {
  name: 'contacts',
  typeId: 3,
  word: 'contact',
  fields: CONTACT_FIELDS,
  table: (world) => world.contacts,
  readMulti: readMultiValues,
  setMulti: (typeId, value) => (typeId === 'PHONE' ? { phone: value } : { email: value }),
  blank: (_world, userId, now) => ({
    name: '',
    lastName: '',
    phone: null,
    email: null,
    companyId: 0,
    sourceId: null,
    assignedById: userId,
    createdById: userId,
    createdAt: now,
    updatedAt: now,
    custom: {},
  }),
};

export const COMPANIES: CrmEntity<WorldCompany> = {
  name: 'companies',
  typeId: 4,
  word: 'company',
  fields: COMPANY_FIELDS,
  table: (world) => world.companies,
  readMulti: readMultiValues,
  setMulti: (typeId, value) => (typeId === 'PHONE' ? { phone: value } : { email: value }),
  blank: (world, userId, now) => ({
    title: '',
    phone: null,
    email: null,
    industry: null,
    employees: null,
    revenue: '0.00',
    currencyId: baseCurrency(world),
    assignedById: userId,
    createdById: userId,
    createdAt: now,
    updatedAt: now,
    isMyCompany: false,
    custom: {},
  }),
};

/** STATUS_ID of the first stage in a dictionary; '' when it has none. */
export function firstStage(world: World, dictionary: string): string {
  const stages = world.statuses.filter((status) => status.entityId === dictionary);
  return stages.sort((a, b) => a.sort - b.sort)[0]?.statusId ?? '';
}

/** The dictionary that holds a pipeline's stages. */
export const stageDictionary = (categoryId: number): string => (categoryId === 0 ? 'DEAL_STAGE' : `DEAL_STAGE_${categoryId}`);

const baseCurrency = (world: World): string | null => world.currencies.find((currency) => currency.isBase)?.code ?? null;
