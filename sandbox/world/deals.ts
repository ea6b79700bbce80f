import { addWorkingTime, arrivalTimes, DAY, localMidnight, WORKING_DAY } from './calendar.ts';
import { countUpTo, idsWithGaps, NONE, timeOrder } from './columns.ts';
import type { Contacts } from './contacts.ts';
import { dealFields } from './custom-fields.ts';
import { CORPORATE, CURRENCIES_IN_USE, DEAL_STAGES, DELETED_CURRENCY, GENERAL, LEAD, RENEWALS, SOURCES } from './dictionaries.ts';
import type { HistoryLog } from './history.ts';
import { drawEnquiry, type Leads } from './leads.ts';
import { amountText, drawAmount } from './money.ts';
import { at, createRandom, hash, pick, type Random } from './random.ts';
import { firstResponseAt, speedFactor } from './response.ts';
import type { Agent, Team } from './staff.ts';
import type { WorldDeal } from './types.ts';

export interface Deals {
  ids: Int32Array;
  createdAt: Uint32Array;
  updatedAt: Uint32Array;
  movedAt: Uint32Array;
  closeDate: Uint32Array;
  lastActivityAt: Uint32Array;
  /** First answer to a deal that did not come from a lead; 0: none. */
  respondedAt: Uint32Array;
  stage: Uint8Array;
  source: Uint8Array;
  assignedById: Uint16Array;
  cents: Float64Array;
  currency: Uint8Array;
  contactId: Int32Array;
  companyId: Int32Array;
  leadId: Int32Array;
  recurring: Uint8Array;
}

/** Most stage changes a deal goes through. */
export const DEAL_CHANGES = 9;

interface Route {
  /** Indexes into DEAL_STAGES, in order. */
  open: number[];
  won: number;
  lost: number[];
  /** Median working days between two stages. */
  pace: number;
  /** Amounts, compared with a home customer's. */
  factor: number;
}
const route = (categoryId: number, pace: number, factor: number): Route => {
  const stages = [...DEAL_STAGES.keys()].filter((index) => at(DEAL_STAGES, index).categoryId === categoryId);
  const those = (semantic: string) => stages.filter((index) => at(DEAL_STAGES, index).semantic === semantic);
  return { open: those('P'), won: at(those('S'), 0), lost: those('F'), pace, factor };
};
const ROUTES = {
  general: route(GENERAL, 1.4, 1),
  corporate: route(CORPORATE, 4, 9),
  renewals: route(RENEWALS, 2, 1.5),
};

const DELETED = CURRENCIES_IN_USE.findIndex(({ code }) => code === DELETED_CURRENCY);

interface Origin {
  time: number;
  /** Index of the lead, -1 without one. */
  lead: number;
  /** Index of the contact, -1: unknown. */
  contact: number;
}

interface DealSources {
  leads: Leads;
  contacts: Contacts;
  team: Team;
  /** Stage changes go here. */
  history: HistoryLog;
}

/** Deals: most converted leads get one at once; the rest come straight from people who are customers already. */
export function generateDeals(seed: number, count: number, now: number, { leads, contacts, team, history }: DealSources): Deals {
  const random = createRandom(seed);
  const origins =
    leads.ids.length > 0
      ? originsInClassicMode(random, count, now, leads, contacts)
      : originsInSimpleMode(random, count, now, contacts);
  const deals: Deals = {
    ids: idsWithGaps(random, count),
    createdAt: Uint32Array.from(origins, (origin) => origin.time),
    updatedAt: new Uint32Array(count),
    movedAt: Uint32Array.from(origins, (origin) => origin.time),
    closeDate: new Uint32Array(count),
    lastActivityAt: Uint32Array.from(origins, (origin) => origin.time),
    respondedAt: new Uint32Array(count),
    stage: new Uint8Array(count),
    source: new Uint8Array(count),
    assignedById: new Uint16Array(count),
    cents: new Float64Array(count),
    currency: new Uint8Array(count),
    contactId: new Int32Array(count),
    companyId: new Int32Array(count),
    leadId: new Int32Array(count),
    recurring: new Uint8Array(count),
  };
  origins.forEach(({ time, lead, contact }, index) => {
    const enquiry = drawEnquiry(random);
    const fromLead = lead >= 0;
    const agent = (fromLead ? team.agent(at(leads.assignedById, lead)) : undefined) ?? team.choose(random, time, enquiry.quality);
    deals.leadId[index] = fromLead ? at(leads.ids, lead) : 0;
    deals.source[index] = fromLead ? at(leads.source, lead) : contact >= 0 ? at(contacts.source, contact) : enquiry.source;
    deals.assignedById[index] = random.chance(0.01) ? 0 : agent.userId;
    deals.contactId[index] = fromLead ? at(leads.contactId, lead) : contact >= 0 ? at(contacts.ids, contact) : 0;
    deals.companyId[index] = fromLead ? at(leads.companyId, lead) : contact >= 0 ? at(contacts.companyId, contact) : 0;
    const chosen = chooseRoute(random, deals.companyId[index] !== 0, fromLead);
    // The third newest deal and each sixty-first before it, so that even small portals have one, most likely open.
    const amount = drawAmount(random, chosen.factor, (count - index) % 61 === 3 ? DELETED : undefined);
    deals.cents[index] = random.chance(0.06) ? 0 : amount.cents;
    deals.currency[index] = random.chance(0.01) && amount.currency !== DELETED ? NONE : amount.currency;
    deals.closeDate[index] = localMidnight(time) + random.between(5, 45) * DAY;
    // Every ninety-seventh is a template from which the CRM makes a deal each month.
    deals.recurring[index] = index % 97 === 41 ? 1 : 0;
    if (deals.recurring[index]) {
      deals.stage[index] = at(chosen.open, 0);
      history.add(at(deals.ids, index), 1, at(chosen.open, 0), time);
    } else {
      work(deals, index, { random, agent, chosen, answered: fromLead, now, history });
    }
    const edited = addWorkingTime(at(deals.movedAt, index), random.around(WORKING_DAY, 1));
    deals.updatedAt[index] = random.chance(0.3) && edited <= now ? edited : at(deals.movedAt, index);
  });
  return deals;
}

function originsInClassicMode(random: Random, count: number, now: number, leads: Leads, contacts: Contacts): Origin[] {
  const origins: Origin[] = [];
  for (let lead = 0; lead < leads.ids.length && origins.length < count; lead++) {
    if (leads.stage[lead] !== LEAD.converted || random.chance(0.05)) continue;
    origins.push({ time: at(leads.movedAt, lead), lead, contact: -1 });
  }
  return byTime([...origins, ...fromCustomers(random, count - origins.length, now, contacts)]);
}

/** Without leads an enquiry is a contact with a deal, made together. */
function originsInSimpleMode(random: Random, count: number, now: number, contacts: Contacts): Origin[] {
  const first = [...contacts.createdAt].slice(0, count).map((time, contact) => ({ time, lead: -1, contact }));
  return byTime([...first, ...fromCustomers(random, count - first.length, now, contacts)]);
}

function fromCustomers(random: Random, count: number, now: number, contacts: Contacts): Origin[] {
  return Array.from(arrivalTimes(random, count, now), (time) => {
    const known = countUpTo(contacts.createdAt, time);
    return { time, lead: -1, contact: known > 0 && !random.chance(0.03) ? random.between(0, known - 1) : -1 };
  });
}

function byTime(origins: Origin[]): Origin[] {
  return Array.from(timeOrder(Uint32Array.from(origins, (origin) => origin.time)), (index) => at(origins, index));
}

function chooseRoute(random: Random, hasCompany: boolean, fromLead: boolean): Route {
  if (hasCompany && random.chance(0.65)) return ROUTES.corporate;
  return !fromLead && random.chance(0.35) ? ROUTES.renewals : ROUTES.general;
}

interface Work {
  random: Random;
  agent: Agent;
  chosen: Route;
  /** Somebody talked to the customer already, as a lead. */
  answered: boolean;
  now: number;
  history: HistoryLog;
}

function work(deals: Deals, index: number, { random, agent, chosen, answered, now, history }: Work): void {
  const id = at(deals.ids, index);
  const createdAt = at(deals.createdAt, index);
  const until = Math.min(now, agent.leftAt);
  const enter = (typeId: 1 | 2 | 3 | 5, stage: number, time: number): boolean => {
    if (time > until && typeId !== 1) return false;
    history.add(id, typeId, stage, time);
    deals.stage[index] = stage;
    deals.movedAt[index] = time;
    return true;
  };
  const later = () => addWorkingTime(at(deals.movedAt, index), random.around(chosen.pace * WORKING_DAY, 0.7));

  // Some corporate customers are first taken for homes and moved over.
  const misplaced = chosen === ROUTES.corporate && random.chance(0.15);
  enter(1, at((misplaced ? ROUTES.general : chosen).open, 0), createdAt);
  let speed = 1;
  if (!answered) {
    const respondedAt = firstResponseAt(random, agent, createdAt);
    if (respondedAt > until) return;
    deals.respondedAt[index] = respondedAt;
    speed = Math.min(speedFactor(respondedAt - createdAt), 1.3);
  }
  if (misplaced && !enter(5, at(chosen.open, 0), later())) return;

  const wins = random.chance(Math.min(0.48 * speed * agent.skill, 0.9));
  const stale = !wins && random.chance(0.12);
  // Lost and forgotten deals stop somewhere on the way, early rather than late.
  const lastStage = wins ? chosen.open.length : 1 + Math.floor(random.next() ** 1.5 * chosen.open.length);
  for (const stage of chosen.open.slice(1, lastStage)) {
    if (random.chance(0.3)) continue;
    if (!enter(2, stage, later())) return;
  }
  if (stale) return;
  const ends = wins ? chosen.won : at(chosen.lost, random.chance(0.75) ? 0 : chosen.lost.length - 1);
  if (enter(3, ends, later()) && random.chance(0.7)) deals.closeDate[index] = localMidnight(at(deals.movedAt, index));
}

const SUBJECTS = [
  'Интернет 100 Мбит/с',
  'Uy interneti',
  'IPTV + интернет',
  'Ofis uchun internet',
  'Виртуальная АТС',
  'Videokuzatuv',
];

export function dealRow(deals: Deals, seed: number, index: number): WorldDeal {
  const id = at(deals.ids, index);
  const createdAt = at(deals.createdAt, index);
  const movedAt = at(deals.movedAt, index);
  const { categoryId, stageId, semantic } = at(DEAL_STAGES, at(deals.stage, index));
  const assignedById = at(deals.assignedById, index);
  const createdById = assignedById === 0 ? 1 : assignedById;
  return {
    id,
    title: `${pick(SUBJECTS, hash(seed ^ 0xdea1, id))} #${id}`,
    categoryId,
    stageId,
    sourceId: SOURCES[at(deals.source, index)]?.statusId ?? null,
    assignedById,
    createdById,
    opportunity: amountText(at(deals.cents, index)),
    currencyId: CURRENCIES_IN_USE[at(deals.currency, index)]?.code ?? null,
    contactId: at(deals.contactId, index),
    companyId: at(deals.companyId, index),
    leadId: at(deals.leadId, index),
    createdAt,
    updatedAt: at(deals.updatedAt, index),
    movedAt,
    movedById: movedAt === createdAt ? createdById : assignedById || createdById,
    closeDate: at(deals.closeDate, index),
    lastActivityAt: at(deals.lastActivityAt, index),
    isRecurring: deals.recurring[index] === 1,
    custom: dealFields(hash(seed, id), createdAt, semantic),
  };
}
