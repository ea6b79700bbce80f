import { AGENTS } from '../../../contract/agents.ts';
import type { EntityQuality, Evidence, ProfiledEntity, QUESTIONS, QuestionId, Unlock } from '../../../contract/onboarding.ts';
import { oneOf } from '../../check.ts';
import type { AppContext } from '../../context.ts';
import type { Translate } from '../../text-types.ts';
import type { texts } from './onboarding-texts/en.ts';
import { ONBOARDING_TEXTS } from './onboarding-texts.ts';

/** What onboarding says, in the person's language. */
export interface Words {
  t: Translate<typeof texts>;
  /** `200K leads` */
  records(entity: ProfiledEntity, count: number): string;
  /** 0–1, rounded down: all is said of all only, and nothing of nothing. */
  percent(share: number): string;
  evidence(fact: Evidence): string;
  unlock(missing: Unlock): string;
  /** How far records go back; null where nothing is known of that. */
  span(quality: Pick<EntityQuality, 'first' | 'last'>): string | null;
  /** What one of the team is called. */
  name(role: keyof typeof AGENTS): string;
  /** An option that a newer server has and this page does not know is called by its name. */
  option(question: QuestionId, option: string): string;
}

type Option = { [Q in QuestionId]: `${Q}.${(typeof QUESTIONS)[Q]['options'][number]}` }[QuestionId];

const isOption = oneOf<Option>({
  'employeeDetail.individual': true,
  'employeeDetail.team': true,
  'employeeDetail.both': true,
  'employeeFocus.results': true,
  'employeeFocus.activity': true,
  'employeeFocus.both': true,
  'pipelineRange.7': true,
  'pipelineRange.30': true,
  'pipelineRange.90': true,
  'pipelineRange.365': true,
  'pipelineDetail.stages': true,
  'pipelineDetail.trend': true,
  'pipelineDetail.both': true,
  'productRank.revenue': true,
  'productRank.quantity': true,
  'sourceFocus.volume': true,
  'sourceFocus.conversion': true,
  'sourceFocus.both': true,
  'customerDetail.contacts': true,
  'customerDetail.companies': true,
  'customerDetail.both': true,
  'responseFocus.calls': true,
  'responseFocus.speed': true,
  'responseFocus.both': true,
});

const NUMBER = { format: 'number', currency: null } as const;
const DAY_MS = 86_400_000;
/** Shorter than this, a stretch of time is told in days, and in months up to the other. */
const FROM_DAYS = 61;
const FROM_YEARS = 24;

/** @param app its language's texts of onboarding are loaded */
export function createWords({ i18n, format }: Pick<AppContext, 'i18n' | 'format'>): Words {
  const t = i18n.of(ONBOARDING_TEXTS);
  const short = (kind: ProfiledEntity | 'calls', count: number) => {
    const written = format.compact(count, NUMBER);
    // Thousands that are written as such have the form of thousands, whatever their last digit: «10,5 тыс. звонков».
    return t(`records.${kind}`, { count: /^[\d\s\u00a0\u202f.,]+$/.test(written) ? count : 1000, written });
  };
  const exact = (kind: ProfiledEntity | 'calls', count: number) =>
    t(`records.${kind}`, { count, written: i18n.writeCount(count) });
  const percent = (share: number) => {
    const isLittle = share > 0 && share < 0.01;
    // A share like 0.29 is a little less in binary.
    return t('percent', { value: isLittle ? '<1' : i18n.writeCount(Math.floor(share * 100 + 1e-9)) });
  };

  return {
    t,
    percent,
    records: short,
    evidence(fact) {
      if (fact.kind === 'records') return short(fact.entity, fact.count);
      const { entity, field, filled, count } = fact;
      if (field === 'call') return short('calls', filled);
      return t(`has.${field}`, { percent: percent(count === 0 ? 0 : filled / count), entity: t(`all.${entity}`) });
    },
    unlock({ entity, missing, ...how }) {
      if (how.kind === 'records') return t('needs', { records: exact(entity, missing) });
      if (how.field === 'call') return t('needs', { records: exact('calls', missing) });
      return t(`lacks.${how.field}`, { records: exact(entity, missing) });
    },
    name: (role) => AGENTS[role].names[i18n.language],
    option(question, option) {
      const key = `${question}.${option}`;
      return isOption(key) ? t(key) : option;
    },
    span({ first, last }) {
      if (first === null || last === null) return null;
      const days = Math.max(1, Math.round((Date.parse(last) - Date.parse(first)) / DAY_MS));
      // By the calendar: what began in the same month goes back as far.
      const months = monthOf(last) - monthOf(first);
      let length = t('days', { count: days });
      if (days >= FROM_DAYS) length = t('months', { count: months });
      if (months >= FROM_YEARS) length = t('years', { count: Math.floor(months / 12) });
      // Of months, the tenant's zone would seldom say another one.
      return `${length}, ${t('found.since', { month: format.month(first, 'UTC') })}`;
    },
  };
}

/** Months since the year 0. */
function monthOf(moment: string): number {
  const date = new Date(moment);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}
