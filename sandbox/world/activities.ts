import { addWorkingTime, WORKING_DAY, workingMoment } from './calendar.ts';
import { idsWithGaps, timeOrder } from './columns.ts';
import type { Companies } from './companies.ts';
import type { Contacts } from './contacts.ts';
import type { Deals } from './deals.ts';
import { DEAL_STAGES, LEAD_STAGES, SOURCES } from './dictionaries.ts';
import type { Leads } from './leads.ts';
import { at, createRandom, hash, pick, type Random } from './random.ts';
import type { Team } from './staff.ts';
import type { WorldActivity } from './types.ts';

interface Kind {
  typeId: number;
  providerId: string;
  subjects: string[];
}
const KINDS: Kind[] = [
  { typeId: 2, providerId: 'VOXIMPLANT_CALL', subjects: ['Исходящий звонок', 'Chiquvchi qo‘ng‘iroq'] },
  { typeId: 4, providerId: 'CRM_EMAIL', subjects: ['Re: подключение', 'Коммерческое предложение', 'Shartnoma loyihasi'] },
  { typeId: 1, providerId: 'CRM_MEETING', subjects: ['Встреча в офисе', 'Obyektga chiqish'] },
  { typeId: 3, providerId: 'TASKS', subjects: ['Подготовить договор', 'Hisob-faktura yuborish'] },
  { typeId: 6, providerId: 'CRM_TODO', subjects: ['Перезвонить', 'Mijozga qo‘ng‘iroq qilish', 'Уточнить адрес'] },
  { typeId: 6, providerId: 'IMOPENLINES_SESSION', subjects: ['Чат: Telegram', 'Chat: Instagram'] },
];
const [CALL, EMAIL, MEETING, TASK, TODO, CHAT] = [0, 1, 2, 3, 4, 5];
const KIND_WEIGHTS = [64, 14, 4, 5, 9, 4];
const INCOMING_CALL_SUBJECTS = ['Входящий звонок', 'Kiruvchi qo‘ng‘iroq'];

export interface Activities {
  ids: Int32Array;
  ownerTypeId: Uint8Array;
  ownerId: Int32Array;
  /** Index into KINDS. */
  kind: Uint8Array;
  createdAt: Uint32Array;
  updatedAt: Uint32Array;
  startAt: Uint32Array;
  endAt: Uint32Array;
  deadline: Uint32Array;
  completed: Uint8Array;
  responsibleId: Uint16Array;
  direction: Uint8Array;
}

function newActivities(count: number): Activities {
  return {
    ids: new Int32Array(count),
    ownerTypeId: new Uint8Array(count),
    ownerId: new Int32Array(count),
    kind: new Uint8Array(count),
    createdAt: new Uint32Array(count),
    updatedAt: new Uint32Array(count),
    startAt: new Uint32Array(count),
    endAt: new Uint32Array(count),
    deadline: new Uint32Array(count),
    completed: new Uint8Array(count),
    responsibleId: new Uint16Array(count),
    direction: new Uint8Array(count),
  };
}

interface Owner {
  typeId: 1 | 2 | 3 | 4;
  id: number;
  responsibleId: number;
  /** Where the owner keeps its last activity; null where it keeps none. */
  lastActivity: { times: Uint32Array; index: number } | null;
}

interface Records {
  leads: Leads;
  deals: Deals;
  contacts: Contacts;
  companies: Companies;
  team: Team;
}

/**
 * Everything people did with the records, exactly `count` activities: first answers and follow-ups of leads and deals, and the
 * rest with customers. Moves lastActivityAt of leads and deals.
 */
export function generateActivities(seed: number, count: number, now: number, records: Records): Activities {
  const random = createRandom(seed);
  const log = createLog(random, count, now, records.team);
  playLeads(random, now, records.leads, log);
  playDeals(random, now, records.deals, log);
  playCustomers(random, now, records, log);
  return inTimeOrder(log.activities, random);
}

/** Adds activities until there are enough; what comes after is not recorded. */
interface ActivityLog {
  readonly activities: Activities;
  isFull(): boolean;
  /** Until when somebody worked on the owner's records: now, or the day the agent left. */
  until(owner: Owner): number;
  /** Something that was done at `time`, or planned then; for a call `direction` 1 in, 2 out. */
  add(owner: Owner, time: number, kind: number, direction?: 1 | 2): void;
}

function createLog(random: Random, count: number, now: number, team: Team): ActivityLog {
  const activities = newActivities(count);
  let length = 0;
  const until = (owner: Owner) => Math.min(now, team.agent(owner.responsibleId)?.leftAt ?? now);
  return {
    activities,
    until,
    isFull: () => length === count,
    add(owner, time, kind, direction = 2) {
      if (length === count) return;
      const index = length++;
      activities.ownerTypeId[index] = owner.typeId;
      activities.ownerId[index] = owner.id;
      activities.kind[index] = kind;
      activities.createdAt[index] = time;
      activities.responsibleId[index] = owner.responsibleId;
      const planned = plan(random, kind, time, until(owner));
      const done = planned.doneAt > 0;
      activities.direction[index] = kind === CALL || kind === EMAIL || kind === CHAT ? direction : 0;
      activities.startAt[index] = planned.startAt;
      activities.endAt[index] = Math.max(planned.endAt, planned.startAt);
      activities.deadline[index] = planned.deadline;
      activities.completed[index] = done ? 1 : 0;
      activities.updatedAt[index] = Math.max(planned.doneAt, time);
      if (owner.lastActivity && planned.startAt <= now) {
        const { times, index: place } = owner.lastActivity;
        times[place] = Math.max(at(times, place), planned.startAt);
      }
    },
  };
}

interface Plan {
  startAt: number;
  endAt: number;
  deadline: number;
  /** 0: not done. */
  doneAt: number;
}

/** Times of an activity entered at `time`; nothing is done after `until`. */
function plan(random: Random, kind: number, time: number, until: number): Plan {
  const doneBy = (moment: number, probability: number) => (moment <= until && random.chance(probability) ? moment : 0);
  switch (kind) {
    case CALL: {
      // A quarter is not picked up.
      const endAt = random.chance(0.25) ? time : Math.min(time + Math.round(random.around(130, 0.9)), Math.max(until, time));
      return { startAt: time, endAt, deadline: time, doneAt: endAt };
    }
    case MEETING: {
      const startAt = addWorkingTime(time, random.around(2 * WORKING_DAY, 0.6));
      const endAt = startAt + 1800 * random.between(1, 4);
      return { startAt, endAt, deadline: startAt, doneAt: doneBy(endAt, 0.9) };
    }
    case TASK: {
      const deadline = addWorkingTime(time, random.around(2 * WORKING_DAY, 0.5));
      return {
        startAt: time,
        endAt: deadline,
        deadline,
        doneAt: doneBy(addWorkingTime(time, random.around(1.6 * WORKING_DAY, 0.7)), 0.85),
      };
    }
    case TODO: {
      const deadline = random.chance(0.35) ? 0 : addWorkingTime(time, random.around(WORKING_DAY, 0.7));
      const startAt = deadline || time;
      return { startAt, endAt: startAt, deadline, doneAt: doneBy(addWorkingTime(startAt, random.around(1800, 1.2)), 0.8) };
    }
    default:
      return { startAt: time, endAt: time, deadline: 0, doneAt: time };
  }
}

/** Follow-ups in office hours between two moments, as long as the agent was there. */
function followUp(random: Random, log: ActivityLog, owner: Owner, count: number, from: number, to: number): void {
  const last = Math.min(to, log.until(owner));
  if (last < from) return;
  for (let done = 0; done < count; done++) {
    log.add(owner, workingMoment(random, from, last), random.weighted(KIND_WEIGHTS), random.chance(0.22) ? 1 : 2);
  }
}

/** 0, 1, 2, … with the given mean, long-tailed (geometric). */
function several(random: Random, mean: number): number {
  return Math.floor(Math.log(1 - random.next()) / Math.log(mean / (1 + mean)));
}

function playLeads(random: Random, now: number, leads: Leads, log: ActivityLog): void {
  for (let index = 0; index < leads.ids.length; index++) {
    const owner: Owner = {
      typeId: 1,
      id: at(leads.ids, index),
      responsibleId: at(leads.assignedById, index),
      lastActivity: { times: leads.lastActivityAt, index },
    };
    const sourceId = SOURCES[at(leads.source, index)]?.statusId;
    // Part of the calls that make a lead reach nobody and leave only themselves.
    if (sourceId === 'CALL' && owner.responsibleId && random.chance(0.4)) log.add(owner, at(leads.createdAt, index), CALL, 1);
    const respondedAt = at(leads.respondedAt, index);
    if (respondedAt === 0) continue;
    log.add(owner, respondedAt, sourceId === 'EMAIL' ? EMAIL : CALL);
    const movedAt = at(leads.movedAt, index);
    const isOpen = at(LEAD_STAGES, at(leads.stage, index)).semantic === 'P';
    const to = isOpen ? Math.min(addWorkingTime(movedAt, 2 * WORKING_DAY), now) : movedAt;
    followUp(random, log, owner, several(random, 1.25), respondedAt, to);
  }
}

function playDeals(random: Random, now: number, deals: Deals, log: ActivityLog): void {
  for (let index = 0; index < deals.ids.length; index++) {
    const owner = dealOwner(deals, index);
    const respondedAt = at(deals.respondedAt, index);
    if (respondedAt > 0 && owner.responsibleId !== 0) log.add(owner, respondedAt, CALL);
    playDeal(random, now, deals, index, several(random, 3.4), log);
  }
}

/** Follow-ups of one deal; nobody works on templates and on deals nobody has. */
function playDeal(random: Random, now: number, deals: Deals, index: number, count: number, log: ActivityLog): void {
  const owner = dealOwner(deals, index);
  if (deals.recurring[index] === 1 || owner.responsibleId === 0) return;
  const movedAt = at(deals.movedAt, index);
  const isOpen = at(DEAL_STAGES, at(deals.stage, index)).semantic === 'P';
  const to = isOpen ? Math.min(addWorkingTime(movedAt, 4 * WORKING_DAY), now) : movedAt;
  followUp(random, log, owner, count, at(deals.respondedAt, index) || at(deals.createdAt, index), to);
}

function dealOwner(deals: Deals, index: number): Owner {
  return {
    typeId: 2,
    id: at(deals.ids, index),
    responsibleId: at(deals.assignedById, index),
    lastActivity: { times: deals.lastActivityAt, index },
  };
}

/** Fills up with what happens around customers: questions, payments, complaints. */
function playCustomers(random: Random, now: number, { deals, contacts, companies }: Records, log: ActivityLog): void {
  if (deals.ids.length === 0 || contacts.ids.length === 0 || companies.ids.length === 0) return;
  const customer = (typeId: 3 | 4, { ids, createdAt, assignedById }: Contacts | Companies) => {
    const index = random.between(0, ids.length - 1);
    const owner: Owner = { typeId, id: at(ids, index), responsibleId: at(assignedById, index), lastActivity: null };
    const from = at(createdAt, index);
    followUp(random, log, owner, 1, from, Math.min(addWorkingTime(from, 150 * WORKING_DAY), now));
  };
  while (!log.isFull()) {
    const drawn = random.next();
    if (drawn < 0.6) customer(3, contacts);
    else if (drawn < 0.66) customer(4, companies);
    else playDeal(random, now, deals, random.between(0, deals.ids.length - 1), 1, log);
  }
}

function inTimeOrder(activities: Activities, random: Random): Activities {
  const order = timeOrder(activities.createdAt);
  const sorted = newActivities(order.length);
  for (const name of Object.keys(sorted) as (keyof Activities)[]) {
    const [from, to] = [activities[name], sorted[name]];
    for (let place = 0; place < order.length; place++) to[place] = at(from, at(order, place));
  }
  return { ...sorted, ids: idsWithGaps(random, order.length) };
}

export function activityRow(activities: Activities, seed: number, index: number): WorldActivity {
  const id = at(activities.ids, index);
  const kind = at(activities.kind, index);
  const { typeId, providerId, subjects } = at(KINDS, kind);
  const direction = at(activities.direction, index);
  return {
    id,
    ownerTypeId: at(activities.ownerTypeId, index),
    ownerId: at(activities.ownerId, index),
    typeId,
    providerId,
    subject: pick(kind === CALL && direction === 1 ? INCOMING_CALL_SUBJECTS : subjects, hash(seed, id)),
    createdAt: at(activities.createdAt, index),
    updatedAt: at(activities.updatedAt, index),
    startAt: at(activities.startAt, index),
    endAt: at(activities.endAt, index),
    deadline: at(activities.deadline, index),
    completed: activities.completed[index] === 1,
    responsibleId: at(activities.responsibleId, index),
    direction,
  };
}
