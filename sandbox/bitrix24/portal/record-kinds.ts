import type { World } from '../../world/types.ts';
import type { Content } from './html.ts';
import type { MessageKey } from './messages.ts';
import { fullName } from './page-context.ts';
import { dealStageList, type RecordValues } from './record-values.ts';

/** What the portal shows of one kind of record. */
export interface RecordKind {
  table(world: World): {
    size: number;
    maxId: number;
    idsAfter(after: number, limit: number): number[];
    idsBefore(before: number, limit: number): number[];
  };
  /** Message of the list's heading. */
  plural: MessageKey;
  /** The fields of a record, in order; undefined when there is no such record. The list shows those marked `inList`. */
  describe(
    world: World,
    id: number,
    values: RecordValues,
  ): { title: string; fields: RecordField[]; custom: [string, Content][] } | undefined;
}

interface RecordField {
  label: MessageKey;
  value: Content;
  inList: boolean;
}

export type RecordKindName = 'lead' | 'deal' | 'contact' | 'company';

function field(label: MessageKey, value: Content, inList = false): RecordField {
  return { label, value, inList };
}

export const RECORD_KINDS: Record<RecordKindName, RecordKind> = {
  lead: {
    table: (world) => world.leads,
    plural: 'leads',
    describe(world, id, values) {
      const lead = world.leads.get(id);
      return (
        lead && {
          title: lead.title,
          fields: [
            field('stage', values.stage('STATUS', lead.stageId), true),
            field('person', fullName(lead), true),
            field('amount', values.money(lead.opportunity, lead.currencyId), true),
            field('source', values.statusName('SOURCE', lead.sourceId), true),
            field('responsible', values.person(lead.assignedById), true),
            field('created', values.date(lead.createdAt), true),
            field('modified', values.date(lead.updatedAt)),
            field('phone', lead.phone),
            field('email', lead.email),
            field('contact', values.link('contact', lead.contactId)),
            field('company', values.link('company', lead.companyId)),
          ],
          custom: values.custom('leads', lead.custom),
        }
      );
    },
  },
  deal: {
    table: (world) => world.deals,
    plural: 'deals',
    describe(world, id, values) {
      const deal = world.deals.get(id);
      return (
        deal && {
          title: deal.title,
          fields: [
            field('stage', values.stage(dealStageList(deal.categoryId), deal.stageId), true),
            field('pipeline', world.pipelines.find((pipeline) => pipeline.id === deal.categoryId)?.name ?? ''),
            field('amount', values.money(deal.opportunity, deal.currencyId), true),
            field('contact', values.link('contact', deal.contactId), true),
            field('company', values.link('company', deal.companyId)),
            field('responsible', values.person(deal.assignedById), true),
            field('created', values.date(deal.createdAt), true),
            field('modified', values.date(deal.updatedAt)),
            field('closeDate', values.day(deal.closeDate)),
            field('source', values.statusName('SOURCE', deal.sourceId)),
            field('lead', values.link('lead', deal.leadId)),
          ],
          custom: values.custom('deals', deal.custom),
        }
      );
    },
  },
  contact: {
    table: (world) => world.contacts,
    plural: 'contacts',
    describe(world, id, values) {
      const contact = world.contacts.get(id);
      return (
        contact && {
          title: fullName(contact),
          fields: [
            field('phone', contact.phone, true),
            field('email', contact.email, true),
            field('company', values.link('company', contact.companyId), true),
            field('source', values.statusName('SOURCE', contact.sourceId)),
            field('responsible', values.person(contact.assignedById), true),
            field('created', values.date(contact.createdAt), true),
            field('modified', values.date(contact.updatedAt)),
          ],
          custom: values.custom('contacts', contact.custom),
        }
      );
    },
  },
  company: {
    table: (world) => world.companies,
    plural: 'companies',
    describe(world, id, values) {
      const company = world.companies.get(id);
      return (
        company && {
          title: company.title,
          fields: [
            field('industry', values.statusName('INDUSTRY', company.industry), true),
            field('employees', values.statusName('EMPLOYEES', company.employees), true),
            field('revenue', values.money(company.revenue, company.currencyId), true),
            field('responsible', values.person(company.assignedById), true),
            field('created', values.date(company.createdAt), true),
            field('modified', values.date(company.updatedAt)),
          ],
          custom: values.custom('companies', company.custom),
        }
      );
    },
  },
};
