import { addWorkingTime, arrivalTimes, WORKING_DAY } from './calendar.ts';
import { idsWithGaps, NONE } from './columns.ts';
import { leadFields } from './custom-fields.ts';
import { CURRENCIES_IN_USE, LEAD, LEAD_STAGES, SOURCES } from './dictionaries.ts';
import type { HistoryLog } from './history.ts';
import { amountText, drawAmount } from './money.ts';
import { person } from './names.ts';
import { at, createRandom, hash, pick, type Random } from './random.ts';
import { firstResponseAt, speedFactor } from './response.ts';
import type { Agent, Team } from './staff.ts';
import type { WorldLead } from './types.ts';

export interface Leads {
  ids: Int32Array;
  createdAt: Uint32Array;
  updatedAt: Uint32Array;
  movedAt: Uint32Array;
  lastActivityAt: Uint32Array;
  /** First answer of an agent; 0: not answered. */
  respondedAt: Uint32Array;
  stage: Uint8Array;
  source: Uint8Array;
  assignedById: Uint16Array;
  cents: Float64Array;
  currency: Uint8Array;
  contactId: Int32Array;
  companyId: Int32Array;
  person: Int32Array;
}

/** Most stage changes a lead goes through. */
export const LEAD_CHANGES = 5;

const SOURCE_WEIGHTS = [...SOURCES.map((source) => source.weight), 3];

/** A source by its weight, NONE now and then, and how good this enquiry is (0…1). */
export function drawEnquiry(random: Random): { source: number; quality: number } {
  const drawn = random.weighted(SOURCE_WEIGHTS);
  const source = SOURCES[drawn];
  const quality = (source?.quality ?? 0.35) + 0.2 * random.normal();
  return { source: source ? drawn : NONE, quality: Math.min(Math.max(quality, 0), 1) };
}

/** Plays every lead from its arrival to where it stands now. Contacts and companies are linked later. */
export function generateLeads(seed: number, count: number, now: number, team: Team, history: HistoryLog): Leads {
  const random = createRandom(seed);
  const createdAt = arrivalTimes(random, count, now);
  const leads: Leads = {
    ids: idsWithGaps(random, count),
    createdAt,
    updatedAt: createdAt.slice(),
    movedAt: createdAt.slice(),
    lastActivityAt: createdAt.slice(),
    respondedAt: new Uint32Array(count),
    stage: new Uint8Array(count),
    source: new Uint8Array(count),
    assignedById: new Uint16Array(count),
    cents: new Float64Array(count),
    currency: new Uint8Array(count),
    contactId: new Int32Array(count),
    companyId: new Int32Array(count),
    person: Int32Array.from(createdAt, (_, index) => index),
  };
  for (let index = 0; index < count; index++) {
    const time = at(createdAt, index);
    const { source, quality } = drawEnquiry(random);
    leads.source[index] = source;
    const amount = drawAmount(random, 1);
    leads.cents[index] = random.chance(0.45) ? amount.cents : 0;
    leads.currency[index] = leads.cents[index] === 0 && random.chance(0.3) ? NONE : amount.currency;
    history.add(at(leads.ids, index), 1, LEAD.new, time);
    // Some are never handed to anybody, and nobody misses them.
    const agent = random.chance(0.025) ? null : team.choose(random, time, quality);
    if (agent) leads.assignedById[index] = agent.userId;
    if (agent && !random.chance(0.04)) work(leads, index, { random, agent, quality, now, history });
    const edited = addWorkingTime(at(leads.movedAt, index), random.around(WORKING_DAY, 1));
    leads.updatedAt[index] = random.chance(0.35) && edited <= now ? edited : at(leads.movedAt, index);
  }
  return leads;
}

interface Work {
  random: Random;
  agent: Agent;
  quality: number;
  now: number;
  history: HistoryLog;
}

function work(leads: Leads, index: number, { random, agent, quality, now, history }: Work): void {
  const createdAt = at(leads.createdAt, index);
  // A dismissed agent's leads stay his, as he left them.
  const until = Math.min(now, agent.leftAt);
  const move = (stage: number, time: number): boolean => {
    if (time > until) return false;
    const semantic = at(LEAD_STAGES, stage).semantic;
    history.add(at(leads.ids, index), semantic === 'P' ? 2 : 3, stage, time);
    leads.stage[index] = stage;
    leads.movedAt[index] = time;
    return true;
  };
  const later = (days: number) => addWorkingTime(at(leads.movedAt, index), random.around(days * WORKING_DAY, 0.7));

  const respondedAt = firstResponseAt(random, agent, createdAt);
  if (!move(LEAD.inProcess, respondedAt)) return;
  leads.respondedAt[index] = respondedAt;
  const chance = (0.04 + 0.5 * quality ** 1.5) * speedFactor(respondedAt - createdAt) * agent.skill;
  const converts = random.chance(Math.min(chance, 0.9));
  // The rest mostly turns out to be junk; some is neither won nor given up and goes stale where it is.
  const junk = !converts && random.chance(0.86);
  if (random.chance(converts ? 0.1 : 0.25) && !move(LEAD.callBack, later(0.6))) return;
  if (random.chance(converts ? 0.7 : 0.3) && !move(LEAD.processed, later(0.7))) return;
  if (converts) move(LEAD.converted, later(0.8));
  else if (junk) move(LEAD.junk, later(1.2));
}

const CAMPAIGNS = ['google', 'instagram', 'telegram', 'yandex', 'facebook'];
const FROM_CAMPAIGNS = new Set(['WEB', 'WEBFORM', 'ADVERTISING']);
const TOPICS = ['Уй интернети', 'Домашний интернет', 'IPTV', 'Ofis uchun internet', 'Виртуальная АТС', 'Wi-Fi router'];

export function leadRow(leads: Leads, seed: number, index: number): WorldLead {
  const id = at(leads.ids, index);
  const draw = (salt: number) => hash(seed ^ 0x1ead, id, salt);
  const sourceId = SOURCES[at(leads.source, index)]?.statusId ?? null;
  const stage = at(LEAD_STAGES, at(leads.stage, index));
  const who = person(seed, at(leads.person, index));
  const assignedById = at(leads.assignedById, index);
  const createdById = sourceId === 'CALL' || assignedById === 0 ? 1 : assignedById;
  const movedAt = at(leads.movedAt, index);
  const createdAt = at(leads.createdAt, index);
  return {
    id,
    title: leadTitle(draw(1), sourceId, `${who.name} ${who.lastName}`.trim(), who.phone),
    ...who,
    stageId: stage.stageId,
    sourceId,
    assignedById,
    createdById,
    opportunity: amountText(at(leads.cents, index)),
    currencyId: CURRENCIES_IN_USE[at(leads.currency, index)]?.code ?? null,
    contactId: at(leads.contactId, index),
    companyId: at(leads.companyId, index),
    createdAt,
    updatedAt: at(leads.updatedAt, index),
    closedAt: stage.semantic === 'P' ? 0 : movedAt,
    movedAt,
    movedById: movedAt === createdAt ? createdById : assignedById,
    lastActivityAt: at(leads.lastActivityAt, index),
    utmSource: sourceId && FROM_CAMPAIGNS.has(sourceId) && draw(2) % 100 < 70 ? pick(CAMPAIGNS, draw(3)) : null,
    custom: leadFields(hash(seed, id), createdAt),
  };
}

function leadTitle(hashed: number, sourceId: string | null, name: string, phone: string | null): string {
  const topic = pick(TOPICS, hashed >>> 4);
  if (sourceId === 'CALL') return phone ? `${phone} - входящий звонок` : 'Входящий звонок';
  if (sourceId === 'UC_TELEGRAM') return `Telegram: ${name}`;
  return pick([`Заявка с сайта: ${topic}`, `${topic} — ${name}`, `Ariza: ${topic}`, name], hashed);
}
