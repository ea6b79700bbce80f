/*
 * The world: one believable call centre, as its CRM would hold it, in a form no CRM's API dictates. Each sandbox CRM
 * turns these records into its own wire shapes; the truth is computed from them directly.
 * Times are whole Unix seconds. Amounts are decimal strings with two places ('15000.00'). 0 as an id means "none".
 */

export type WorldSize = 'empty' | 'tiny' | 'small' | 'large';
export type WorldEntity = 'leads' | 'deals' | 'contacts' | 'companies' | 'activities';

export type WorldLanguage = 'en' | 'ru' | 'uz';

export interface WorldOptions {
  size: WorldSize;
  seed: number;
  /** The world's present, Unix seconds. Nothing was created or changed later; planned dates (close dates, meetings, deadlines) may be. */
  now: number;
  /** simple: no leads; new enquiries are contacts with deals. */
  mode: 'classic' | 'simple';
  /** Of the dictionaries every portal is set up with. Default: English. */
  language?: WorldLanguage;
}

export interface WorldLead {
  id: number;
  title: string;
  name: string;
  lastName: string;
  phone: string | null;
  email: string | null;
  stageId: string;
  sourceId: string | null;
  assignedById: number;
  createdById: number;
  opportunity: string;
  currencyId: string | null;
  contactId: number;
  companyId: number;
  createdAt: number;
  updatedAt: number;
  /** Who changed it last; absent on records nobody has changed since the world was made. */
  updatedById?: number;
  /** When it reached a final stage; 0 while open. */
  closedAt: number;
  /** Last stage change. */
  movedAt: number;
  movedById: number;
  lastActivityAt: number;
  utmSource: string | null;
  /**
   * Custom fields by Bitrix24 code (UF_CRM_…), every code of the entity: null where not filled in. Enumerations are option
   * ids (an array when multiple, maybe empty), doubles numbers, booleans real ones, dates 'YYYY-MM-DD'.
   */
  custom: Record<string, unknown>;
}

export interface WorldDeal {
  id: number;
  title: string;
  categoryId: number;
  stageId: string;
  sourceId: string | null;
  assignedById: number;
  createdById: number;
  opportunity: string;
  currencyId: string | null;
  contactId: number;
  companyId: number;
  leadId: number;
  createdAt: number;
  updatedAt: number;
  /** Who changed it last; absent on records nobody has changed since the world was made. */
  updatedById?: number;
  movedAt: number;
  movedById: number;
  /** Planned close date, user-editable. */
  closeDate: number;
  lastActivityAt: number;
  /** A template, not a deal: analytics leaves it out. */
  isRecurring: boolean;
  custom: Record<string, unknown>;
}

export interface WorldContact {
  id: number;
  name: string;
  lastName: string;
  phone: string | null;
  email: string | null;
  companyId: number;
  sourceId: string | null;
  assignedById: number;
  /** Absent: the person responsible entered it. */
  createdById?: number;
  createdAt: number;
  updatedAt: number;
  /** Who changed it last; absent on records nobody has changed since the world was made. */
  updatedById?: number;
  custom: Record<string, unknown>;
}

export interface WorldCompany {
  id: number;
  title: string;
  phone: string | null;
  email: string | null;
  industry: string | null;
  /** Bitrix24 EMPLOYEES code: EMPLOYEES_1 (<50), EMPLOYEES_2 (50–250), EMPLOYEES_3 (250–500), EMPLOYEES_4 (>500). */
  employees: string | null;
  revenue: string;
  currencyId: string | null;
  assignedById: number;
  /** Absent: the person responsible entered it. */
  createdById?: number;
  createdAt: number;
  updatedAt: number;
  /** Who changed it last; absent on records nobody has changed since the world was made. */
  updatedById?: number;
  /** The portal owner's own company: analytics leaves it out. */
  isMyCompany: boolean;
  custom: Record<string, unknown>;
}

export interface WorldActivity {
  id: number;
  /** 1 lead, 2 deal, 3 contact, 4 company. */
  ownerTypeId: number;
  ownerId: number;
  /** 1 meeting, 2 call, 3 task, 4 e-mail, 6 provider (to-do). */
  typeId: number;
  providerId: string;
  subject: string;
  createdAt: number;
  updatedAt: number;
  startAt: number;
  endAt: number;
  /** 0: none (Bitrix24 then says 9999-12-31). */
  deadline: number;
  completed: boolean;
  responsibleId: number;
  /** 1 in, 2 out, 0 none. */
  direction: number;
}

export interface WorldStageChange {
  id: number;
  /** 1 lead, 2 deal; ids are numbered apart for the two. */
  ownerTypeId: 1 | 2;
  ownerId: number;
  /** 1 created, 2 to an intermediate stage, 3 to a final stage, 5 pipeline change. */
  typeId: 1 | 2 | 3 | 5;
  categoryId: number;
  stageId: string;
  /** P in process, S success, F failure. */
  semantic: 'P' | 'S' | 'F';
  createdAt: number;
}

export interface WorldUser {
  id: number;
  active: boolean;
  name: string;
  lastName: string;
  email: string;
  departmentIds: number[];
  position: string;
  isAdmin: boolean;
  registeredAt: number;
}
export interface WorldDepartment {
  id: number;
  name: string;
  parentId: number;
}
export interface WorldStatus {
  id: number;
  /** STATUS (lead stages), DEAL_STAGE, DEAL_STAGE_<category>, SOURCE, DEAL_TYPE, INDUSTRY, EMPLOYEES, … */
  entityId: string;
  statusId: string;
  name: string;
  sort: number;
  categoryId: number | null;
  color: string | null;
  /** null: not a stage. */
  semantic: 'P' | 'S' | 'F' | null;
  system: boolean;
}
export interface WorldPipeline {
  id: number;
  name: string;
  sort: number;
  isDefault: boolean;
}
export interface WorldCurrency {
  code: string;
  name: string;
  /** `amount` base units for `amountCount` units of this currency, decimal string. Records may use a currency that is not listed. */
  amount: string;
  amountCount: number;
  isBase: boolean;
}
export interface WorldProduct {
  id: number;
  name: string;
  price: string;
  currencyId: string;
  active: boolean;
}
export interface WorldCustomField {
  entity: WorldEntity;
  code: string;
  label: string;
  type: 'string' | 'double' | 'boolean' | 'enumeration' | 'date';
  multiple: boolean;
  items: { id: number; value: string }[];
}

export type NumberColumn = 'createdAt' | 'updatedAt' | 'assignedById' | 'ownerId' | 'ownerTypeId' | 'startAt';

/**
 * All records of one entity, in ascending id order. Records are built on demand from compact columns and must be
 * treated as read-only: change them through `update`.
 */
export interface WorldTable<Row extends { id: number }> {
  readonly size: number;
  readonly maxId: number;
  get(id: number): Row | undefined;
  /** Ids present, ascending from the first id > `after` (or descending from the first id < `before`). */
  idsAfter(after: number, limit: number): number[];
  idsBefore(before: number, limit: number): number[];
  /** Ids with from ≤ updatedAt ≤ to (Unix seconds), ascending by id. */
  idsUpdatedBetween(from: number, to: number): number[];
  /** All rows, ascending. */
  [Symbol.iterator](): Iterator<Row>;
  /** A cheap column read for filters, without building the row; undefined for columns that are not stored compactly. */
  number(id: number, column: NumberColumn): number | undefined;
  /** Gives the row the next id; ids of deleted records are not used again. */
  insert(row: Omit<Row, 'id'>): Row;
  /** Replaces the named fields (`custom` as a whole) and moves updatedAt to `at`; undefined when there is no such record. */
  update(id: number, change: Partial<Omit<Row, 'id'>>, at: number): Row | undefined;
  /** Into the recycle bin; `restore` brings the same id back. */
  delete(id: number): boolean;
  restore(id: number): boolean;
}

/** Stage changes of leads or of deals: append-only, ids 1…size without gaps, ascending in time. */
export interface WorldHistory {
  readonly size: number;
  get(id: number): WorldStageChange | undefined;
  /** Whether that record was ever moved to another pipeline. */
  changedPipeline(ownerId: number): boolean;
  append(change: Omit<WorldStageChange, 'id'>): WorldStageChange;
}

export interface World {
  readonly options: WorldOptions;
  readonly timezone: string;
  readonly leads: WorldTable<WorldLead>;
  readonly deals: WorldTable<WorldDeal>;
  readonly contacts: WorldTable<WorldContact>;
  readonly companies: WorldTable<WorldCompany>;
  readonly activities: WorldTable<WorldActivity>;
  readonly leadHistory: WorldHistory;
  readonly dealHistory: WorldHistory;
  readonly users: WorldUser[];
  readonly departments: WorldDepartment[];
  readonly statuses: WorldStatus[];
  readonly pipelines: WorldPipeline[];
  readonly currencies: WorldCurrency[];
  readonly products: WorldProduct[];
  readonly customFields: WorldCustomField[];
}
