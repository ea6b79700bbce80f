import type { Entity } from '../../contract/crm.ts';
import type { RecordOf } from '../crm/records.ts';

/** Where an entity's records go. Column names follow from the record's keys; the types are PostgreSQL's. */
export interface RecordTable {
  table: string;
  /** Record key -> [column, type], in the order of the record. */
  columns: ReadonlyMap<string, readonly [column: string, type: string]>;
}

type Columns<R> = { [Key in keyof R]: string };

const TEXT = 'text';
const TIME = 'timestamptz';
const MONEY = 'numeric';
const BASE = { externalId: TEXT, createdAt: TIME, modifiedAt: TIME, customFields: 'jsonb' } as const;

const COLUMNS: { [E in Entity]: Columns<RecordOf[E]> } = {
  leads: {
    ...BASE,
    title: TEXT,
    status: TEXT,
    semantic: TEXT,
    source: TEXT,
    assignedTo: TEXT,
    contactName: TEXT,
    contactPhone: TEXT,
    contactEmail: TEXT,
    contactId: TEXT,
    companyId: TEXT,
    value: MONEY,
    currency: TEXT,
    closedAt: TIME,
    stageChangedAt: TIME,
  },
  deals: {
    ...BASE,
    title: TEXT,
    pipeline: TEXT,
    stage: TEXT,
    semantic: TEXT,
    source: TEXT,
    assignedTo: TEXT,
    contactId: TEXT,
    companyId: TEXT,
    leadId: TEXT,
    value: MONEY,
    currency: TEXT,
    closedAt: TIME,
    stageChangedAt: TIME,
  },
  contacts: { ...BASE, name: TEXT, phone: TEXT, email: TEXT, companyId: TEXT, source: TEXT, assignedTo: TEXT },
  companies: {
    ...BASE,
    name: TEXT,
    industry: TEXT,
    employeeCount: 'int',
    revenue: MONEY,
    currency: TEXT,
    assignedTo: TEXT,
  },
  activities: {
    ...BASE,
    type: TEXT,
    subject: TEXT,
    employeeId: TEXT,
    direction: TEXT,
    completed: 'boolean',
    startedAt: TIME,
    endedAt: TIME,
    deadline: TIME,
    durationSeconds: 'int',
    ownerEntity: TEXT,
    ownerExternalId: TEXT,
  },
  stageHistory: {
    externalId: TEXT,
    ownerEntity: TEXT,
    ownerExternalId: TEXT,
    pipeline: TEXT,
    stage: TEXT,
    semantic: TEXT,
    kind: TEXT,
    occurredAt: TIME,
  },
};

const NAMES: Record<Entity, string> = {
  leads: 'crm_leads',
  deals: 'crm_deals',
  contacts: 'crm_contacts',
  companies: 'crm_companies',
  activities: 'crm_activities',
  stageHistory: 'crm_stage_history',
};

export function tableOf(entity: Entity): RecordTable {
  return {
    table: NAMES[entity],
    columns: new Map(Object.entries(COLUMNS[entity]).map(([key, type]) => [key, [toSnakeCase(key), type]])),
  };
}

function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
