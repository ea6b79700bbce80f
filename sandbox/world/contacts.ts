import { addWorkingTime, arrivalTimes, WORKING_DAY } from './calendar.ts';
import { countUpTo, idsWithGaps, timeOrder } from './columns.ts';
import type { Companies } from './companies.ts';
import { contactFields } from './custom-fields.ts';
import { LEAD, SOURCES } from './dictionaries.ts';
import { drawEnquiry, type Leads } from './leads.ts';
import { person } from './names.ts';
import { at, createRandom, hash, type Random } from './random.ts';
import type { Team } from './staff.ts';
import type { WorldContact } from './types.ts';

export interface Contacts {
  ids: Int32Array;
  createdAt: Uint32Array;
  updatedAt: Uint32Array;
  companyId: Int32Array;
  source: Uint8Array;
  assignedById: Uint16Array;
  person: Int32Array;
}

/** Part of the contacts that came from a converted lead, where there are leads. */
const FROM_LEADS = 0.75;

/**
 * Contacts: people behind converted leads, from the moment of conversion, and people entered directly. Links each converted
 * lead to its contact, a new one or, for somebody who has been here before, an older one.
 */
export function generateContacts(
  seed: number,
  count: number,
  now: number,
  team: Team,
  leads: Leads,
  companies: Companies,
): Contacts {
  const random = createRandom(seed);
  const converted = [...leads.stage.keys()].filter((index) => leads.stage[index] === LEAD.converted);
  const newcomers = takeShare(random, converted, Math.floor(count * FROM_LEADS));
  const direct = arrivalTimes(random, count - newcomers.length, now);
  const times = Uint32Array.from([...newcomers.map((index) => at(leads.movedAt, index)), ...direct]);
  const order = timeOrder(times);
  const contacts: Contacts = {
    ids: idsWithGaps(random, count),
    createdAt: Uint32Array.from(order, (place) => at(times, place)),
    updatedAt: new Uint32Array(count),
    companyId: new Int32Array(count),
    source: new Uint8Array(count),
    assignedById: new Uint16Array(count),
    person: new Int32Array(count),
  };
  order.forEach((place, index) => {
    const createdAt = at(contacts.createdAt, index);
    const edited = addWorkingTime(createdAt, random.around(20 * WORKING_DAY, 1));
    contacts.updatedAt[index] = random.chance(0.4) && edited <= now ? edited : createdAt;
    const known = countUpTo(companies.createdAt, createdAt);
    // The first company is the portal owner's own: nobody's customer works there.
    if (known > 1 && random.chance(0.22)) contacts.companyId[index] = at(companies.ids, random.between(1, known - 1));
    const lead = newcomers[place];
    if (lead === undefined) {
      const { source, quality } = drawEnquiry(random);
      contacts.source[index] = source;
      contacts.assignedById[index] = team.choose(random, createdAt, quality).userId;
      contacts.person[index] = leads.ids.length + index;
      return;
    }
    contacts.source[index] = at(leads.source, lead);
    contacts.assignedById[index] = at(leads.assignedById, lead);
    contacts.person[index] = at(leads.person, lead);
    leads.contactId[lead] = at(contacts.ids, index);
    leads.companyId[lead] = at(contacts.companyId, index);
  });
  for (const lead of converted) {
    if (leads.contactId[lead] !== 0) continue;
    const known = countUpTo(contacts.createdAt, at(leads.createdAt, lead));
    if (known === 0) continue;
    const index = random.between(0, known - 1);
    leads.contactId[lead] = at(contacts.ids, index);
    leads.companyId[lead] = at(contacts.companyId, index);
    leads.person[lead] = at(contacts.person, index);
  }
  return contacts;
}

/** A random selection of at most `count`, in the same order. */
function takeShare(random: Random, list: number[], count: number): number[] {
  const taken: number[] = [];
  list.forEach((item, index) => {
    if (random.next() * (list.length - index) < count - taken.length) taken.push(item);
  });
  return taken;
}

export function contactRow(contacts: Contacts, seed: number, index: number): WorldContact {
  return {
    id: at(contacts.ids, index),
    ...person(seed, at(contacts.person, index)),
    companyId: at(contacts.companyId, index),
    sourceId: SOURCES[at(contacts.source, index)]?.statusId ?? null,
    assignedById: at(contacts.assignedById, index),
    createdAt: at(contacts.createdAt, index),
    updatedAt: at(contacts.updatedAt, index),
    custom: contactFields(hash(seed, at(contacts.ids, index))),
  };
}
