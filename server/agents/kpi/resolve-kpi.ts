import { DateTime } from 'luxon';
import type { DataSource, KpiConfig } from '../../../contract/charts.ts';
import type { CrmSource } from '../../../contract/crm.ts';
import { MAX_TITLE } from '../../../contract/dashboard.ts';
import { toRangeFields } from '../../../contract/periods.ts';
import { CATALOG, findMeasure } from '../../analytics/catalog.ts';
import { CATALOG_TEXTS } from '../../analytics/catalog-texts.ts';
import { type AnalyticsContext, resolveQuestion } from '../../analytics/resolve.ts';
import { AppError } from '../../platform/errors.ts';
import { findPeriod, namesMonth, type Period, periodAt, toRange } from './periods.ts';
import { hasCyrillic, toUzbekLatin } from './uzbek-letters.ts';
import { isNameAt, matchesAt, splitWords, toWords, type Word } from './words.ts';

/** A question that asks for one number, understood in full. */
export interface ResolvedKpi {
  /** Its range is that of `period`; none where no widget can hold that. */
  config: Omit<KpiConfig, 'chartId'>;
  /** null: of all time. */
  period: Period | null;
  /** Whether the period before is asked for as well. */
  isCompared: boolean;
}

const MAX_CHARS = 500;
const ENTITIES = Object.keys(CATALOG) as DataSource[];
/** More words that say neither what nor when are no question of this kind. */
const MAX_LEFT = 8;

/** In the name of something in a CRM, and not in a title. */
const CONTROLS = /[\p{Cc}\u2028\u2029]+/gu;

/** Say nothing about which number is meant. */
export const FILLERS: ReadonlySet<string> = new Set(
  splitWords(
    `show me give tell what whats is are was were how many much the a an of in for on do does did we have has had our my us i get got
     there number count total overall all please can you now currently what’s how’s
     сколько покажи покажите скажи скажите дай какая какой какие какое каков какова у нас наш наша наши наших мы я меня мне мой мои всего общее общая
     количество число было есть будет пожалуйста сейчас в на за и же ли все
     nechta necha qancha qanday ko’rsat ko’rsating ayt ayting biz bizda bizning menga bor bo’ldi edi jami umumiy soni iltimos hozir barcha hammasi ta`,
  ),
);
/** Say of records that they are there since then, and of nothing else: calls that came in are some of the calls. */
const ARRIVALS = new Set(
  splitWords(
    `came come arrived received
     пришло пришли пришел поступило поступили поступил появилось появились приходит поступает получили получено
     keldi keldilar kelgan kelibdi kelyapti tushdi tushgan`,
  ),
);
const COUNTED_BY_ARRIVAL = new Set(['totalLeads', 'totalDeals', 'totalContacts', 'totalCompanies']);
/** Stand before the name of somebody or something that records are narrowed to. */
const CONNECTORS = new Set(splitWords('by of from for in with from via от с со из у для по в на bo’yicha uchun'));
const COMPARISONS = ['compared to', 'compared with', 'versus', 'vs', 'against', 'по сравнению с', 'против', 'в сравнении с'].map(
  toWords,
);
const COMPARED_AFTER = new Set(splitWords('bilan nisbatan solishtirganda taqqoslaganda'));
/** What a comparison may be with besides a period: the one before. */
const PERIOD_BEFORE = new Set(
  splitWords(
    'the previous period before prior предыдущий предыдущим предыдущего период периодом прошлым oldingi avvalgi davr davrga',
  ),
);

/** A part of a person's name this short, or that is also a word, names nobody by itself. */
const SHORTEST_NAME = 3;
const COMMON_WORDS = new Set(
  splitWords(
    `january february march april may june july august september october november december monday tuesday wednesday thursday friday
     saturday sunday will can may bill grant art rich mark win new hope chance sales online manager operator admin agent team support test
     марта мая августа
     январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь менеджер оператор администратор отдел продаж новый
     yanvar fevral mart aprel iyun iyul avgust sentabr oktabr noyabr dekabr menejer`,
  ),
);

interface MeasureName {
  name: string;
  entity: DataSource;
  /** Whether it speaks of new ones. */
  isNew: boolean;
  phrase: readonly Word[];
}

/** Every way to say a measure, the longest first. */
const MEASURE_NAMES: readonly MeasureName[] = [...CATALOG_TEXTS.measure]
  .flatMap(([name, { label, synonyms }]) => {
    const entity = ENTITIES.find((one) => CATALOG[one].measures.has(name));
    const ways = new Set([...Object.values(label).map((one) => one.toLowerCase()), ...Object.values(synonyms).flat()]);
    return entity
      ? [...ways].map((way) => ({ name, entity, isNew: /^(?:new|новые|yangi) /.test(way), phrase: toWords(way) }))
      : [];
  })
  .sort((a, b) => b.phrase.length - a.phrase.length);

/**
 * Understands a question for one number in English, Russian or Uzbek by the catalog's own words, without a model: a measure,
 * perhaps a period, a comparison with the one before, and one person, source, pipeline or stage. Every word has to be
 * understood: an answer to another question would be a wrong number. What is no Russian in Cyrillic letters may be Uzbek.
 * @returns null for everything else
 */
export function resolveKpi(question: string, context: AnalyticsContext): ResolvedKpi | null {
  if (question.length > MAX_CHARS) return null;
  return (
    resolveIn(question, context, (text) => text) ?? (hasCyrillic(question) ? resolveIn(question, context, toUzbekLatin) : null)
  );
}

/** @param spell how the question's words and the names in it are written before they are compared */
function resolveIn(question: string, context: AnalyticsContext, spell: (text: string) => string): ResolvedKpi | null {
  const words = toWords(spell(question));
  const today = DateTime.fromJSDate(context.now, { zone: context.timezone });
  // People are called May and fairs October: what is somebody's or something's name is that first.
  return resolveAs(words, context, spell, null) ?? (namesMonth(words) ? resolveAs(words, context, spell, today) : null);
}

/** @param today null: no month is meant */
function resolveAs(
  words: readonly Word[],
  context: AnalyticsContext,
  spell: (text: string) => string,
  today: DateTime | null,
): ResolvedKpi | null {
  const comparison = findComparison(words, today);
  if (comparison === 'unclear') return null;
  const asked = comparison ? words.slice(0, comparison.start) : words;
  const rest = new Set(asked.keys());
  const take = (start: number, length: number) => {
    for (let at = start; at < start + length; at += 1) rest.delete(at);
  };

  const period = findPeriod(asked, take, today);
  if (period === 'unclear') return null;
  const measure = findMeasureName(asked, rest, take);
  // "deals for" is not finished.
  if (CONNECTORS.has(asked.at(-1)?.text ?? '')) return null;
  // All leads there ever were are not new.
  if (measure?.isNew && !period) return null;
  if (!measure || (comparison && !isComparable(period, comparison.period))) return null;
  const filter = findFilter(asked, rest, measure.entity, context, take, spell);
  const saysNothing = (text: string) => FILLERS.has(text) || (ARRIVALS.has(text) && COUNTED_BY_ARRIVAL.has(measure.name));
  if ([...rest].some((at) => !saysNothing(asked[at]?.text ?? ''))) return null;

  try {
    const config = toConfig(measure, period, comparison !== null, filter, context);
    return config && { config, period, isCompared: comparison !== null };
  } catch (error) {
    // Known words that do not go together: activities have no source.
    if (error instanceof AppError) return null;
    throw error;
  }
}

type Take = (start: number, length: number) => void;

function findComparison(
  words: readonly Word[],
  today: DateTime | null,
): { start: number; period: Period | null } | 'unclear' | null {
  for (const start of words.keys()) {
    const phrase = COMPARISONS.find((one) => matchesAt(words, start, one));
    if (!phrase) continue;
    const after = words.slice(start + phrase.length);
    const said = periodAt(after, 0, today);
    if (said) return said.length === after.length ? { start, period: said.period } : 'unclear';
    return after.every(({ text }) => PERIOD_BEFORE.has(text)) ? { start, period: null } : 'unclear';
  }
  return findComparisonAfter(words, today);
}

/** In Uzbek the word for it follows: "shu hafta lidlar o‘tgan hafta bilan". */
function findComparisonAfter(words: readonly Word[], today: DateTime | null): { start: number; period: Period } | null {
  let end = words.length;
  while (COMPARED_AFTER.has(words[end - 1]?.text ?? '')) end -= 1;
  if (end === words.length) return null;
  for (let start = end - 1; start > 0; start -= 1) {
    const said = periodAt(words.slice(0, end), start, today);
    if (said && start + said.length === end) return { start, period: said.period };
  }
  return null;
}

/** Only with the period before: this week with last week, 30 days with the 30 before. */
function isComparable(period: Period | null, other: Period | null): boolean {
  if (!period) return false;
  if (!other) return true;
  if (other.kind === 'rolling') return false;
  if (period.kind === 'rolling') return period.days === 1 && other.unit === 'day' && other.ago === 1;
  return other.unit === period.unit && other.ago === period.ago + 1;
}

function findMeasureName(words: readonly Word[], rest: ReadonlySet<number>, take: Take): MeasureName | null {
  const found: { measure: MeasureName; start: number; end: number }[] = [];
  for (const measure of MEASURE_NAMES) {
    for (const start of words.keys()) {
      const places = measure.phrase.map((_, index) => start + index);
      if (!places.every((at) => rest.has(at)) || !matchesAt(words, start, measure.phrase)) continue;
      found.push({ measure, start, end: start + measure.phrase.length });
      take(start, measure.phrase.length);
    }
  }
  const [one, other, ...more] = found;
  if (!one || more.length > 0) return null;
  if (!other) return one.measure;
  // "deals won" says of the deals which are meant. Any other two numbers are another question.
  const [all, some] = one.measure.name.startsWith('total') ? [one, other] : [other, one];
  const [before, after] = all.start < some.start ? [all, some] : [some, all];
  const isNextToIt = words.slice(before.end, after.start).every(({ text }) => FILLERS.has(text));
  const isPartOfIt = all.measure.name.startsWith('total') && some.measure.entity === all.measure.entity && isCount(some.measure);
  return isNextToIt && isPartOfIt ? some.measure : null;
}

function isCount({ name }: MeasureName): boolean {
  const measure = findMeasure(name, 'classic');
  return measure?.kind === 'plain' && measure.aggregation === 'count' && !name.startsWith('total');
}

interface Filter {
  field: string;
  value: string;
  label: string;
  /** Of a stage: its code means something only there. */
  pipeline: string | null;
  crmSource: CrmSource;
}

/** The one value of the tenant's own that the words left over name. Two that fit are none. */
function findFilter(
  words: readonly Word[],
  rest: ReadonlySet<number>,
  entity: DataSource,
  context: AnalyticsContext,
  take: Take,
  spell: (text: string) => string,
): Filter | null {
  const left = [...rest].filter((at) => !FILLERS.has(words[at]?.text ?? ''));
  if (left.length === 0 || left.length > MAX_LEFT) return null;
  const found = new Map<string, { filter: Filter; start: number; length: number }>();
  for (const { filter, isPerson } of valuesOf(entity, context)) {
    const name = splitWords(spell(filter.label));
    // A person by the whole name in either order, or by a part of it that is no word of the language.
    const parts = isPerson ? name.filter((part) => part.length >= SHORTEST_NAME && !COMMON_WORDS.has(part)) : [];
    for (const way of isPerson ? [name, name.toReversed(), ...parts.map((part) => [part])] : [name]) {
      for (let start = 0; start <= words.length - way.length; start += 1) {
        const isLeft = way.every((_, index) => rest.has(start + index));
        if (way.length === 0 || !isLeft || !isNameAt(words, start, way)) continue;
        const key = JSON.stringify(filter);
        if ((found.get(key)?.length ?? 0) < way.length) found.set(key, { filter, start, length: way.length });
      }
    }
  }
  const longest = Math.max(0, ...[...found.values()].map(({ length }) => length));
  const [only, another] = [...found.values()].filter(({ length }) => length === longest);
  if (!only || another) return null;
  take(only.start, only.length);
  for (const beside of [only.start - 1, only.start + only.length]) {
    if (CONNECTORS.has(words[beside]?.text ?? '') && rest.has(beside)) take(beside, 1);
  }
  return only.filter;
}

interface NamedValue {
  filter: Filter;
  isPerson: boolean;
}

function* valuesOf(entity: DataSource, { dictionaries }: AnalyticsContext): Generator<NamedValue> {
  const { dimensions } = CATALOG[entity];
  const named = (
    field: string,
    crmSource: string,
    value: string,
    label: string,
    pipeline: string | null = null,
  ): NamedValue[] => {
    const filter = { field, value, label, pipeline, crmSource: crmSource as CrmSource };
    return dimensions.has(field) ? [{ filter, isPerson: field === 'owner' }] : [];
  };
  for (const { crmSource, id, label } of dictionaries.users.values()) yield* named('owner', crmSource, id, label);
  for (const [key, { label }] of dictionaries.pipelines) {
    const [crmSource = '', id = ''] = key.split('\0');
    yield* named('pipeline', crmSource, id, label);
  }
  for (const [key, { label }] of dictionaries.statuses) {
    const [crmSource = '', of = '', pipeline = '', code = ''] = key.split('\0');
    if (of === 'sources') yield* named('source', crmSource, code, label);
    if (of === 'leads' && entity === 'leads') yield* named('status', crmSource, code, label);
    if (of === 'deals' && entity === 'deals') yield* named('stage', crmSource, code, label, pipeline);
  }
}

function toConfig(
  { name, entity }: MeasureName,
  period: Period | null,
  isCompared: boolean,
  filter: Filter | null,
  context: AnalyticsContext,
): ResolvedKpi['config'] | null {
  if (!findMeasure(name, context.mode)) return null;
  const range = toRangeFields(period && toRange(period));
  const question = {
    dataSource: entity,
    crmSource: filter && context.crmSources.length > 1 ? filter.crmSource : ('all' as const),
    aggregation: 'count' as const,
    measure: name,
    filterField: filter?.field ?? null,
    filterValue: filter?.value ?? null,
    pipeline: filter?.pipeline ?? null,
  };
  const axes = { window: null, buckets: null, time: null, dimensions: [] };
  const { format } = resolveQuestion({ ...question, field: null }, axes, context.mode, context);
  return {
    ...question,
    title: titleOf(CATALOG_TEXTS.measure.get(name)?.label[context.locale] ?? name, filter),
    chartType: 'kpi',
    metricField: null,
    format,
    ...range,
    comparisonPeriodDays: isCompared ? range.timeRangeDays : null,
    size: 'small',
  };
}

/** Says what a number is narrowed to: on the dashboard it stands beside the whole one, without the question. */
function titleOf(measure: string, filter: Filter | null): string {
  if (!filter) return measure;
  return `${measure} · ${filter.label.replace(CONTROLS, ' ')}`.slice(0, MAX_TITLE).toWellFormed();
}
