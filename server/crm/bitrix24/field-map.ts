import type { ActivityRecord, CompanyRecord, ContactRecord, DealRecord, LeadRecord } from '../records.ts';

/** How a value is read: free text, a short code, a link to another record (0 means none), a moment, an amount, a currency. */
type FieldKind = 'text' | 'code' | 'link' | 'time' | 'money' | 'currency';

/** Field of our record -> how it is read and Bitrix24's name for it. Select lists are made from the same tables. */
export type FieldMap<Key extends string> = Record<Key, readonly [FieldKind, string]>;

type Mapped<Name extends string> = FieldMap<Exclude<Name, 'externalId' | 'customFields'>>;

const CARD = {
  createdAt: ['time', 'createdTime'],
  modifiedAt: ['time', 'updatedTime'],
  assignedTo: ['link', 'assignedById'],
} as const;

export const LEAD_FIELDS: Mapped<Exclude<keyof LeadRecord, 'semantic' | 'contactName' | 'contactPhone' | 'contactEmail'>> = {
  ...CARD,
  title: ['text', 'title'],
  status: ['code', 'stageId'],
  source: ['code', 'sourceId'],
  contactId: ['link', 'contactId'],
  companyId: ['link', 'companyId'],
  value: ['money', 'opportunity'],
  currency: ['currency', 'currencyId'],
  closedAt: ['time', 'dateClosed'],
  stageChangedAt: ['time', 'movedTime'],
};

/** `closedAt` is not here: `closedate` is the planned day, which people edit. */
export const DEAL_FIELDS: Mapped<Exclude<keyof DealRecord, 'semantic' | 'closedAt'>> = {
  ...CARD,
  title: ['text', 'title'],
  // 0 is the general pipeline, not "none".
  pipeline: ['code', 'categoryId'],
  stage: ['code', 'stageId'],
  source: ['code', 'sourceId'],
  contactId: ['link', 'contactId'],
  companyId: ['link', 'companyId'],
  leadId: ['link', 'leadId'],
  value: ['money', 'opportunity'],
  currency: ['currency', 'currencyId'],
  stageChangedAt: ['time', 'movedTime'],
};

export const CONTACT_FIELDS: Mapped<Exclude<keyof ContactRecord, 'name' | 'phone' | 'email'>> = {
  ...CARD,
  companyId: ['link', 'companyId'],
  source: ['code', 'sourceId'],
};

/** Bitrix24 keeps the number of employees as a range (`EMPLOYEES_2`), so `employeeCount` stays unknown. */
export const COMPANY_FIELDS: Mapped<Exclude<keyof CompanyRecord, 'employeeCount'>> = {
  ...CARD,
  name: ['text', 'title'],
  industry: ['code', 'industry'],
  revenue: ['money', 'revenue'],
  currency: ['currency', 'currencyId'],
};

export const ACTIVITY_FIELDS: Mapped<
  'subject' | 'employeeId' | 'startedAt' | 'endedAt' | 'deadline' | 'createdAt' | 'modifiedAt'
> = {
  subject: ['text', 'SUBJECT'],
  employeeId: ['link', 'RESPONSIBLE_ID'],
  startedAt: ['time', 'START_TIME'],
  endedAt: ['time', 'END_TIME'],
  deadline: ['time', 'DEADLINE'],
  createdAt: ['time', 'CREATED'],
  modifiedAt: ['time', 'LAST_UPDATED'],
} satisfies FieldMap<
  Extract<keyof ActivityRecord, string> &
    ('subject' | 'employeeId' | 'startedAt' | 'endedAt' | 'deadline' | 'createdAt' | 'modifiedAt')
>;

/** Names in Bitrix24 of all fields of a map. */
export function sourceNames(map: FieldMap<string>): string[] {
  return Object.values(map).map(([, name]) => name);
}
