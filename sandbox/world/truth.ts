import { Decimal } from 'decimal.js';
import { DateTime } from 'luxon';
import type { World, WorldActivity, WorldEntity } from './types.ts';

/*
 * What a product that copied this CRM should show, worked out from the records by plain loops. It shares no code with such a
 * product and stays simple on purpose: it is what the product's numbers are compared with.
 */

/** Wide enough that sums are exact and a converted amount is right far beyond the cent it is rounded to. */
const Exact = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_HALF_UP });

export interface Truth {
  /** Records as the CRM lists them to an administrator: deals with templates, companies with the portal owner's own. */
  counts: Record<WorldEntity | 'leadHistory' | 'dealHistory', number>;
  /** Deals that are templates and companies that are the portal owner's own: in `counts`, in nothing else. */
  leftOut: { recurringDeals: number; ownCompanies: number };
  /** Currency of all converted amounts. */
  currency: string;
  kpis: {
    /** Contacts in simple mode. */
    totalLeads: number;
    totalDeals: number;
    pipelineValue: {
      /** Open deals in `currency`, half-up to two places, '1234.50'. */
      value: string;
      /** Open deals that went into the value. */
      count: number;
      /** Open deals that could not be converted, by currency ('' for none), sorted by it. */
      unconverted: { currency: string; count: number; amount: string }[];
    };
    /** value: per cent, null without leads. */
    conversionRate: { value: number | null; wonDeals: number; totalLeads: number };
  };
  charts: {
    /** Stage code -> leads created in the last 30 days; empty in simple mode. */
    leadsByStage30: Record<string, number>;
    /** 30 local dates, ascending -> leads (contacts in simple mode) created on them. */
    leadsPerDay30: Record<string, number>;
    /** Source code, '' for none -> leads (contacts in simple mode) created in the last 90 days. */
    leadsBySource90: Record<string, number>;
    /** Stage code -> all open deals in it, and the value of those that can be converted. */
    pipelineByStage: Record<string, { count: number; value: string }>;
    /** User id -> deals won in the last 90 days. */
    wonByAgent90: Record<string, number>;
    /** User id -> activities that started (or were planned to) in the last 30 days. */
    activitiesByAgentAndType30: Record<string, ActivityCounts>;
  };
}

type ActivityCounts = Record<'call' | 'email' | 'meeting' | 'task' | 'other', number>;

/**
 * @param options.now Unix seconds: which local day is today
 * @param options.currency default: the base currency
 * @throws Error when the display currency has no rate
 */
export function computeTruth(world: World, options: { now: number; currency?: string }): Truth {
  const currency = options.currency ?? world.currencies.find(({ isBase }) => isBase)?.code ?? '';
  const convert = createConverter(world, currency);
  const semantics = dealSemantics(world);
  const simple = world.options.mode === 'simple';

  const leadsByStage30: Record<string, number> = {};
  const leadsPerDay30: Record<string, number> = {};
  const leadsBySource90: Record<string, number> = {};
  const last30 = lastDays(world, options.now, 30);
  const last90 = lastDays(world, options.now, 90);
  for (const day of last30.dates) leadsPerDay30[day] = 0;
  for (const enquiry of simple ? world.contacts : world.leads) {
    if (last90.includes(enquiry.createdAt)) count(leadsBySource90, enquiry.sourceId ?? '');
    if (last30.includes(enquiry.createdAt)) count(leadsPerDay30, localDate(world, enquiry.createdAt));
  }
  for (const lead of world.leads) {
    if (last30.includes(lead.createdAt)) count(leadsByStage30, lead.stageId);
  }

  const wonByAgent90: Record<string, number> = {};
  const open = new Sums();
  const openByStage = new Map<string, Sums>();
  let totalDeals = 0;
  let wonDeals = 0;
  for (const deal of world.deals) {
    if (deal.isRecurring) continue;
    totalDeals += 1;
    // A stage that was deleted from the dictionary is not a final one.
    const semantic = semantics.get(deal.stageId) ?? 'P';
    if (semantic === 'S') {
      wonDeals += 1;
      if (last90.includes(deal.movedAt)) count(wonByAgent90, String(deal.assignedById));
    }
    if (semantic !== 'P') continue;
    open.add(deal.currencyId ?? '', deal.opportunity);
    const stage = openByStage.get(deal.stageId) ?? new Sums();
    openByStage.set(deal.stageId, stage);
    stage.add(deal.currencyId ?? '', deal.opportunity);
  }

  const activitiesByAgentAndType30: Record<string, ActivityCounts> = {};
  for (const activity of world.activities) {
    if (!last30.includes(activity.startAt)) continue;
    activitiesByAgentAndType30[activity.responsibleId] ??= { call: 0, email: 0, meeting: 0, task: 0, other: 0 };
    const counts = activitiesByAgentAndType30[activity.responsibleId];
    if (counts) counts[activityType(activity)] += 1;
  }

  const total = convert(open);
  const totalLeads = simple ? world.contacts.size : world.leads.size;
  return {
    counts: {
      leads: world.leads.size,
      deals: world.deals.size,
      contacts: world.contacts.size,
      companies: world.companies.size,
      activities: world.activities.size,
      leadHistory: world.leadHistory.size,
      dealHistory: countShownDealHistory(world),
    },
    leftOut: {
      recurringDeals: world.deals.size - totalDeals,
      ownCompanies: [...world.companies].filter((company) => company.isMyCompany).length,
    },
    currency,
    kpis: {
      totalLeads,
      totalDeals,
      pipelineValue: { value: total.value, count: total.count, unconverted: total.unconverted },
      conversionRate: { value: totalLeads === 0 ? null : (wonDeals / totalLeads) * 100, wonDeals, totalLeads },
    },
    charts: {
      leadsByStage30,
      leadsPerDay30,
      leadsBySource90,
      pipelineByStage: Object.fromEntries(
        [...openByStage].map(([stageId, sums]) => [stageId, { count: sums.count, value: convert(sums).value }]),
      ),
      wonByAgent90,
      activitiesByAgentAndType30,
    },
  };
}

export interface RecordTruth {
  id: number;
  title: string;
  stageId: string;
  stageName: string;
  semantic: 'P' | 'S' | 'F';
  /** In the record's own currency, '15000.00'. */
  amount: string;
  currency: string | null;
  /** null: nobody. */
  ownerName: string | null;
}

/** Plain facts of one lead or deal, as a detail page would show them; null when there is none (or it was deleted). */
export function truthRecord(world: World, entity: 'leads' | 'deals', id: number): RecordTruth | null {
  const deal = entity === 'deals' ? world.deals.get(id) : undefined;
  const record = deal ?? (entity === 'leads' ? world.leads.get(id) : undefined);
  if (!record) return null;
  const pipeline = deal?.categoryId ? `DEAL_STAGE_${deal.categoryId}` : 'DEAL_STAGE';
  const dictionary = entity === 'leads' ? 'STATUS' : pipeline;
  const stage = world.statuses.find(({ entityId, statusId }) => entityId === dictionary && statusId === record.stageId);
  const owner = world.users.find((user) => user.id === record.assignedById);
  return {
    id,
    title: record.title,
    stageId: record.stageId,
    stageName: stage?.name ?? record.stageId,
    semantic: stage?.semantic ?? 'P',
    amount: record.opportunity,
    currency: record.currencyId,
    ownerName: owner ? `${owner.name} ${owner.lastName}`.trim() : null,
  };
}

/** Of a deal that changed pipeline the CRM lists only the changes in its present one. */
function countShownDealHistory({ deals, dealHistory }: World): number {
  const categories = new Map([...deals].map((deal) => [deal.id, deal.categoryId]));
  let shown = 0;
  for (let id = 1; id <= dealHistory.size; id++) {
    const change = dealHistory.get(id);
    if (change && (categories.get(change.ownerId) ?? change.categoryId) === change.categoryId) shown += 1;
  }
  return shown;
}

function activityType({ typeId, providerId }: WorldActivity): keyof ActivityCounts {
  if (typeId === 1) return 'meeting';
  if (typeId === 2) return 'call';
  if (typeId === 4) return 'email';
  return typeId === 3 || providerId === 'CRM_TODO' ? 'task' : 'other';
}

function count(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

/** Codes of deal stages name their pipeline, so one map serves all pipelines. */
function dealSemantics(world: World): Map<string, 'P' | 'S' | 'F' | null> {
  return new Map(
    world.statuses
      .filter(({ entityId }) => entityId.startsWith('DEAL_STAGE'))
      .map(({ statusId, semantic }) => [statusId, semantic]),
  );
}

interface Days {
  /** 'YYYY-MM-DD', ascending. */
  dates: string[];
  includes(time: number): boolean;
}

/** Whole local days, the last one being the day of `now`. */
function lastDays(world: World, now: number, days: number): Days {
  const today = DateTime.fromSeconds(now, { zone: world.timezone }).startOf('day');
  const first = today.minus({ days: days - 1 });
  const from = first.toSeconds();
  const to = today.plus({ days: 1 }).toSeconds();
  return {
    dates: Array.from({ length: days }, (_, index) => first.plus({ days: index }).toFormat('yyyy-MM-dd')),
    includes: (time) => time >= from && time < to,
  };
}

function localDate(world: World, time: number): string {
  return DateTime.fromSeconds(time, { zone: world.timezone }).toFormat('yyyy-MM-dd');
}

/** Amounts of records, summed in each currency apart. */
class Sums {
  readonly byCurrency = new Map<string, { count: number; amount: Decimal }>();
  count = 0;

  add(currency: string, amount: string): void {
    const sum = this.byCurrency.get(currency) ?? { count: 0, amount: new Exact(0) };
    this.byCurrency.set(currency, { count: sum.count + 1, amount: sum.amount.plus(amount) });
    this.count += 1;
  }
}

type Unconverted = Truth['kpis']['pipelineValue']['unconverted'];

function createConverter(
  world: World,
  display: string,
): (sums: Sums) => { value: string; count: number; unconverted: Unconverted } {
  const currencies = new Map(world.currencies.map((currency) => [currency.code, currency]));
  const shown = currencies.get(display);
  if (!shown) throw new Error(`The portal has no rate for the currency ${display}.`);
  return (sums) => {
    let value = new Exact(0);
    let converted = 0;
    const unconverted: Unconverted = [];
    for (const [code, sum] of sums.byCurrency) {
      const currency = currencies.get(code);
      if (!currency) {
        unconverted.push({ currency: code, count: sum.count, amount: sum.amount.toFixed(2) });
        continue;
      }
      // Both rates are fractions: multiply first, so that there is one division.
      const numerator = sum.amount.times(currency.amount).times(shown.amountCount);
      value = value.plus(numerator.div(new Exact(shown.amount).times(currency.amountCount)));
      converted += sum.count;
    }
    unconverted.sort((a, b) => (a.currency < b.currency ? -1 : 1));
    return { value: value.toFixed(2), count: converted, unconverted };
  };
}
