import type {
  World,
  WorldActivity,
  WorldCompany,
  WorldContact,
  WorldCustomField,
  WorldDeal,
  WorldEntity,
  WorldLead,
} from '../../world/types.ts';
import { formatDay } from '../rest/time.ts';
import type { PortalState } from '../state.ts';
import type { ActivitySummary } from './activity-summary.ts';
import { toDecimal, toId, toMoment, toStorable, toText } from './canonical.ts';
import type { ExpectedRow } from './expected-row.ts';

/** What of a portal decides what a copy of it holds. */
export type PortalFacts = Pick<PortalState, 'world' | 'utcOffsetMinutes'>;

type Columns = ExpectedRow['columns'];
type Semantic = 'open' | 'won' | 'lost';
export const SEMANTICS = { P: 'open', S: 'won', F: 'lost' } as const satisfies Record<string, Semantic>;

const NO_SUMMARY: ActivitySummary = { count: 0, lastAt: 0, firstResponseAt: 0 };
/** A call that is said to have lasted longer was never hung up. */
const LONGEST_CALL_SECONDS = 7 * 86_400;

export function* leadRows(portal: PortalFacts, summaries: ReadonlyMap<number, ActivitySummary>): Generator<ExpectedRow> {
  const { world } = portal;
  // A portal in Simple mode shows no leads, whatever became of those it once had.
  if (world.options.mode === 'simple') return;
  const semantics = stageSemantics(world, 'leads');
  const toCustom = customFields(portal, 'leads');
  for (const lead of world.leads) {
    yield rowOf(lead, {
      title: toText(lead.title),
      status: toText(lead.stageId),
      semantic: semantics.get(lead.stageId) ?? 'open',
      source: toText(lead.sourceId),
      assigned_to: toId(lead.assignedById),
      contact_name: toFullName(lead),
      contact_phone: toText(lead.phone),
      contact_email: toText(lead.email),
      contact_id: toId(lead.contactId),
      company_id: toId(lead.companyId),
      value: toDecimal(lead.opportunity),
      currency: toCurrency(lead.currencyId),
      closed_at: toMoment(lead.closedAt),
      stage_changed_at: toMoment(lead.movedAt),
      custom_fields: toCustom(lead),
      ...summaryColumns(summaries.get(lead.id)),
    });
  }
}

/** Without templates: they are not deals. */
export function* dealRows(portal: PortalFacts, summaries: ReadonlyMap<number, ActivitySummary>): Generator<ExpectedRow> {
  const semantics = stageSemantics(portal.world, 'deals');
  const toCustom = customFields(portal, 'deals');
  for (const deal of portal.world.deals) {
    if (deal.isRecurring) continue;
    const semantic = semantics.get(deal.stageId) ?? 'open';
    yield rowOf(deal, {
      title: toText(deal.title),
      pipeline: String(deal.categoryId),
      stage: toText(deal.stageId),
      semantic,
      won: semantic === 'open' ? null : String(semantic === 'won'),
      source: toText(deal.sourceId),
      assigned_to: toId(deal.assignedById),
      contact_id: toId(deal.contactId),
      company_id: toId(deal.companyId),
      lead_id: toId(deal.leadId),
      value: toDecimal(deal.opportunity),
      currency: toCurrency(deal.currencyId),
      // Deals have no closing moment of their own, and the planned day is not one.
      closed_at: semantic === 'open' ? null : toMoment(deal.movedAt),
      stage_changed_at: toMoment(deal.movedAt),
      custom_fields: toCustom(deal),
      ...summaryColumns(summaries.get(deal.id)),
    });
  }
}

export function* contactRows(portal: PortalFacts): Generator<ExpectedRow> {
  const toCustom = customFields(portal, 'contacts');
  for (const contact of portal.world.contacts) {
    yield rowOf(contact, {
      name: toFullName(contact),
      phone: toText(contact.phone),
      email: toText(contact.email),
      company_id: toId(contact.companyId),
      // Only for CRMs that give a company's name and no id.
      company: null,
      source: toText(contact.sourceId),
      assigned_to: toId(contact.assignedById),
      custom_fields: toCustom(contact),
    });
  }
}

/** Without the portal owner's own. */
export function* companyRows(portal: PortalFacts): Generator<ExpectedRow> {
  const toCustom = customFields(portal, 'companies');
  for (const company of portal.world.companies) {
    if (company.isMyCompany) continue;
    yield rowOf(company, {
      name: toText(company.title),
      industry: toText(company.industry),
      // EMPLOYEES is a range ("50-250"), no number.
      employee_count: null,
      revenue: toDecimal(company.revenue),
      currency: toCurrency(company.currencyId),
      assigned_to: toId(company.assignedById),
      custom_fields: toCustom(company),
    });
  }
}

const OWNERS: ReadonlyMap<number, string> = new Map([
  [1, 'leads'],
  [2, 'deals'],
  [3, 'contacts'],
  [4, 'companies'],
]);
const DIRECTIONS: ReadonlyMap<number, string> = new Map([
  [1, 'in'],
  [2, 'out'],
]);
const ACTIVITY_TYPES: ReadonlyMap<number, string> = new Map([
  [1, 'meeting'],
  [2, 'call'],
  [3, 'task'],
  [4, 'email'],
]);

export function* activityRows({ world }: PortalFacts): Generator<ExpectedRow> {
  for (const activity of world.activities) {
    const ownerEntity = OWNERS.get(activity.ownerTypeId) ?? null;
    yield rowOf(activity, {
      type: ACTIVITY_TYPES.get(activity.typeId) ?? (activity.providerId === 'CRM_TODO' ? 'task' : 'other'),
      subject: toText(activity.subject),
      employee_id: toId(activity.responsibleId),
      // Only for CRMs that give a name and no id.
      employee_name: null,
      direction: DIRECTIONS.get(activity.direction) ?? null,
      completed: String(activity.completed),
      started_at: toMoment(activity.startAt),
      ended_at: toMoment(activity.endAt),
      deadline: toMoment(activity.deadline),
      duration_seconds: callSeconds(activity),
      owner_entity: ownerEntity,
      owner_external_id: ownerEntity === null ? null : toId(activity.ownerId),
      // Activities have no custom fields.
      custom_fields: '{}',
    });
  }
}

/** How long was talked: other activities have a plan, no duration. */
function callSeconds({ typeId, startAt, endAt }: WorldActivity): string | null {
  const seconds = endAt - startAt;
  const isTalk = ACTIVITY_TYPES.get(typeId) === 'call' && startAt !== 0 && endAt !== 0;
  return isTalk && seconds >= 0 && seconds <= LONGEST_CALL_SECONDS ? String(seconds) : null;
}

function rowOf(
  { id, createdAt, updatedAt }: { id: number; createdAt: number; updatedAt: number },
  columns: Columns,
): ExpectedRow {
  const modifiedAt = toMoment(updatedAt);
  return {
    externalId: String(id),
    modifiedAt,
    columns: { ...columns, created_at: toMoment(createdAt), modified_at: modifiedAt },
  };
}

function summaryColumns({ count, lastAt, firstResponseAt }: ActivitySummary = NO_SUMMARY): Columns {
  return {
    activity_count: String(count),
    last_activity_at: toMoment(lastAt),
    first_response_at: toMoment(firstResponseAt),
  };
}

function toFullName({ name, lastName }: WorldLead | WorldContact): string | null {
  return toText([toText(name), toText(lastName)].filter((part) => part !== null).join(' '));
}

/** Codes are written in capitals, however somebody typed them. */
function toCurrency(code: string | null): string | null {
  return toText((code ?? '').trim().toUpperCase());
}

/** Meaning of each stage as the portal's dictionary says now; a stage that was deleted from it is not a final one. */
function stageSemantics({ statuses }: World, entity: 'leads' | 'deals'): ReadonlyMap<string, Semantic> {
  // Codes of deal stages name their pipeline, so one map serves all pipelines.
  const own = statuses.filter(({ entityId }) => (entity === 'leads' ? entityId === 'STATUS' : entityId.startsWith('DEAL_STAGE')));
  return new Map(own.map(({ statusId, semantic }) => [statusId, SEMANTICS[semantic ?? 'P']]));
}

/** Custom fields by Bitrix24's code, values as crm.item.list shows them, without those that are not filled in. */
function customFields(
  { world, utcOffsetMinutes }: PortalFacts,
  entity: WorldEntity,
): (row: WorldLead | WorldDeal | WorldContact | WorldCompany) => string {
  const fields = world.customFields.filter((field) => field.entity === entity).sort((a, b) => (a.code < b.code ? -1 : 1));
  return ({ custom }) => {
    const values: Record<string, unknown> = {};
    for (const field of fields) {
      const value = toCustomValue(custom[field.code], field, utcOffsetMinutes);
      if (value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)) values[field.code] = value;
    }
    return JSON.stringify(values);
  };
}

function toCustomValue(value: unknown, { type, multiple }: WorldCustomField, utcOffsetMinutes: number): unknown {
  if (value === undefined || value === null || value === '') return null;
  if (multiple) return Array.isArray(value) ? value.map((item) => (typeof item === 'string' ? toStorable(item) : item)) : null;
  switch (type) {
    case 'string':
      return toStorable(String(value));
    case 'double':
    case 'enumeration':
      return Number(value);
    case 'boolean':
      return value === true || value === 1 || value === '1' || value === 'Y' ? 'Y' : 'N';
    case 'date':
      // Midnight UTC in the portal server's offset, with the time part that Bitrix24 gives days too.
      return formatDay(Date.parse(`${String(value)}T12:00:00Z`) / 1000, utcOffsetMinutes);
  }
}
