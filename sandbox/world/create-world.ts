import { activityRow, generateActivities } from './activities.ts';
import { TIMEZONE } from './calendar.ts';
import { companyRow, generateCompanies } from './companies.ts';
import { contactRow, generateContacts } from './contacts.ts';
import { CUSTOM_FIELDS } from './custom-fields.ts';
import { DEAL_CHANGES, dealRow, generateDeals } from './deals.ts';
import { CURRENCIES, DEAL_STAGES, LEAD_STAGES, listStatuses, PIPELINES, PRODUCTS } from './dictionaries.ts';
import { inLanguage } from './dictionary-names.ts';
import { createHistoryLog } from './history.ts';
import { generateLeads, LEAD_CHANGES, leadRow } from './leads.ts';
import { hash } from './random.ts';
import { createTeam, DEPARTMENTS, listUsers } from './staff.ts';
import { createTable } from './table.ts';
import type { World, WorldEntity, WorldOptions, WorldSize } from './types.ts';

const COUNTS: Record<WorldSize, Record<WorldEntity, number>> = {
  empty: { leads: 0, deals: 0, contacts: 0, companies: 0, activities: 0 },
  tiny: { leads: 165, deals: 65, contacts: 40, companies: 10, activities: 720 },
  small: { leads: 3_300, deals: 1_300, contacts: 740, companies: 140, activities: 14_520 },
  large: { leads: 200_000, deals: 80_000, contacts: 45_000, companies: 8_500, activities: 890_000 },
};

/**
 * A call centre in Tashkent that sells internet access, with five years of work up to `now`. The same options give the same
 * records. Generated rows are columns of numbers, with texts derived from ids; what changes afterwards is kept beside them.
 * In simple mode there are no leads and the other counts are the same.
 */
export function createWorld(options: WorldOptions): World {
  const { seed, now, mode, language = 'en' } = options;
  const count = COUNTS[options.size];
  const leadCount = mode === 'simple' ? 0 : count.leads;
  const team = createTeam(now);
  const leadLog = createHistoryLog(1, LEAD_STAGES, leadCount * LEAD_CHANGES);
  const dealLog = createHistoryLog(2, DEAL_STAGES, count.deals * DEAL_CHANGES);

  const companies = generateCompanies(hash(seed, 1), count.companies, now, team);
  const leads = generateLeads(hash(seed, 2), leadCount, now, team, leadLog);
  const contacts = generateContacts(hash(seed, 3), count.contacts, now, team, leads, companies);
  const deals = generateDeals(hash(seed, 4), count.deals, now, { leads, contacts, team, history: dealLog });
  const activities = generateActivities(hash(seed, 5), count.activities, now, { leads, deals, contacts, companies, team });

  return {
    options,
    timezone: TIMEZONE,
    leads: createTable({ ids: leads.ids, columns: leads, row: (index) => leadRow(leads, seed, index) }),
    deals: createTable({ ids: deals.ids, columns: deals, row: (index) => dealRow(deals, seed, index) }),
    contacts: createTable({ ids: contacts.ids, columns: contacts, row: (index) => contactRow(contacts, seed, index) }),
    companies: createTable({ ids: companies.ids, columns: companies, row: (index) => companyRow(companies, seed, index) }),
    activities: createTable({ ids: activities.ids, columns: activities, row: (index) => activityRow(activities, seed, index) }),
    leadHistory: leadLog.seal(),
    dealHistory: dealLog.seal(),
    users: listUsers(now),
    // Copies: a test or a portal may change its dictionaries without touching another world's.
    departments: structuredClone(DEPARTMENTS),
    statuses: inLanguage(listStatuses(), language),
    pipelines: inLanguage(PIPELINES, language),
    currencies: inLanguage(CURRENCIES, language),
    products: structuredClone(PRODUCTS),
    customFields: structuredClone(CUSTOM_FIELDS),
  };
}
