import type { Entity, Semantic } from '../../contract/crm.ts';

/*
 * Normalised records: what an adapter makes of a CRM's raw ones, and, name for name in snake_case, the columns of the
 * crm_* tables. Ids and codes are text as the CRM gives them. Money is a decimal string. Times are ISO 8601 in UTC.
 * null means the CRM has no value (or an unusable one, see `Quarantined.notes`).
 */

interface RecordBase {
  externalId: string;
  createdAt: string | null;
  modifiedAt: string | null;
  /** Custom fields by the CRM's own code; values as the CRM gives them. */
  customFields: Record<string, unknown>;
}

export interface LeadRecord extends RecordBase {
  title: string | null;
  status: string | null;
  semantic: Semantic;
  source: string | null;
  assignedTo: string | null;
  contactName: string | null;
  contactPhone: string | null;
  contactEmail: string | null;
  contactId: string | null;
  companyId: string | null;
  value: string | null;
  currency: string | null;
  closedAt: string | null;
  stageChangedAt: string | null;
}

export interface DealRecord extends RecordBase {
  title: string | null;
  pipeline: string | null;
  stage: string | null;
  semantic: Semantic;
  source: string | null;
  assignedTo: string | null;
  contactId: string | null;
  companyId: string | null;
  leadId: string | null;
  value: string | null;
  currency: string | null;
  /** The moment the deal reached a final stage; null while it is open. Not the planned close date. */
  closedAt: string | null;
  stageChangedAt: string | null;
}

export interface ContactRecord extends RecordBase {
  name: string | null;
  phone: string | null;
  email: string | null;
  companyId: string | null;
  source: string | null;
  assignedTo: string | null;
}

export interface CompanyRecord extends RecordBase {
  name: string | null;
  industry: string | null;
  employeeCount: number | null;
  revenue: string | null;
  currency: string | null;
  assignedTo: string | null;
}

export type ActivityType = 'call' | 'email' | 'meeting' | 'task' | 'other';

export interface ActivityRecord extends RecordBase {
  type: ActivityType;
  subject: string | null;
  employeeId: string | null;
  direction: 'in' | 'out' | null;
  completed: boolean;
  startedAt: string | null;
  endedAt: string | null;
  deadline: string | null;
  durationSeconds: number | null;
  /** The record the activity belongs to. */
  ownerEntity: 'leads' | 'deals' | 'contacts' | 'companies' | null;
  ownerExternalId: string | null;
}

export interface StageHistoryRecord {
  /** `<entity>:<id>`: leads and deals number their histories apart. */
  externalId: string;
  ownerEntity: 'leads' | 'deals';
  ownerExternalId: string;
  pipeline: string | null;
  stage: string;
  semantic: Semantic;
  kind: 'created' | 'moved' | 'closed' | 'pipeline_changed';
  occurredAt: string;
}

export interface RecordOf {
  leads: LeadRecord;
  deals: DealRecord;
  contacts: ContactRecord;
  companies: CompanyRecord;
  activities: ActivityRecord;
  stageHistory: StageHistoryRecord;
}
export type AnyRecord = RecordOf[Entity];

/** A product that a deal sells. */
export interface DealProductRow {
  externalId: string;
  dealId: string;
  productId: string | null;
  name: string | null;
  /** Decimal strings; the price is for one piece, after discount, in the deal's currency. */
  quantity: string | null;
  price: string | null;
}

export interface UserRow {
  externalId: string;
  name: string;
  email: string | null;
  department: string | null;
  active: boolean;
}
export interface StatusRow {
  /** What the code belongs to: stages of leads or deals, lead and deal sources, or industries of companies. */
  entity: 'leads' | 'deals' | 'sources' | 'industries';
  /** '' where the entity has no pipelines. */
  pipeline: string;
  code: string;
  label: string;
  /** null for sources and industries. */
  semantic: Semantic | null;
  sort: number;
  color: string | null;
}
export interface PipelineRow {
  externalId: string;
  name: string;
  sort: number;
  isDefault: boolean;
}
export interface CurrencyRow {
  code: string;
  /** Units of the base currency for one unit of this one, decimal string; '1' for the base; null: the CRM has no rate. */
  rate: string | null;
  isBase: boolean;
  name: string;
}
export interface ProductRow {
  externalId: string;
  name: string;
  price: string | null;
  currency: string | null;
  active: boolean;
}

/** Small tables that give codes their names. Copied whole. */
export interface Dictionaries {
  users: UserRow[];
  statuses: StatusRow[];
  pipelines: PipelineRow[];
  currencies: CurrencyRow[];
  products: ProductRow[];
}
