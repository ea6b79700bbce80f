import type { ChartConfig, KpiConfig, TimeBucket } from '../../../contract/charts.ts';
import type { CrmMode } from '../../../contract/crm.ts';
import type { ProfiledEntity, QuestionId } from '../../../contract/onboarding.ts';
import type { Facts } from '../../agents/schema-analyst/facts.ts';
import { FEW_RECORDS } from '../../agents/schema-analyst/quality.ts';
import type { TemplateId } from './template-texts.ts';

type KpiShape = Omit<KpiConfig, 'chartId' | 'title'>;
type ChartShape = Omit<ChartConfig, 'chartId' | 'title' | 'description'>;
/** A config without its texts, which follow the viewer's language. */
export type Shape = KpiShape | ChartShape;

/** What a template decides by. */
export interface Asked {
  mode: CrmMode;
  /** Where a person first turns up. */
  people: 'leads' | 'contacts';
  /** null: nothing is known of the data. */
  facts: Facts | null;
  answers: Record<QuestionId, string>;
  /** The pipeline with the most deals, where there are several. */
  pipeline: string | null;
  /** Whether enough records have the field; null as the field: whether there are enough records. Unknown data has everything. */
  has(entity: ProfiledEntity, field?: string | null): boolean;
}

/** One widget that can be made of a category. */
export interface Template {
  id: TemplateId;
  /** Says something only where there is much data, well filled in. */
  isRich?: true;
  /** Runs over time, and may have the whole width. */
  isTrend?: true;
  /** Whether the answers ask for it and the data has what it shows. */
  fits(asked: Asked): boolean;
  shape(asked: Asked): Shape;
}

/** A donut has as many colours; smaller parts are one slice. */
export const TOP_PARTS = 7;
/** Beyond so many bars a chart is a list: the rest is one bar. */
export const TOP_BARS = 10;

export function createAsked(given: Pick<Asked, 'mode' | 'facts' | 'answers' | 'pipeline'>): Asked {
  const { facts, mode } = given;
  return {
    ...given,
    people: mode === 'simple' ? 'contacts' : 'leads',
    has: (entity, field = null) =>
      facts === null || (field === 'products' && !facts.areProductsCopied) || facts.filled(entity, field) >= FEW_RECORDS,
  };
}

/** Whether an answer asks for one of two sides of a thing. */
export function wants({ answers }: Asked, question: QuestionId, option: string): boolean {
  return answers[question] === option || answers[question] === 'both';
}

/** A number with its change: compared with as many days before. @param days null: as of now, with nothing to compare it with */
export function kpi(days: number | null, config: Partial<KpiShape>): KpiShape {
  return {
    chartType: 'kpi',
    dataSource: 'deals',
    crmSource: 'all',
    metricField: null,
    aggregation: 'count',
    measure: null,
    format: 'number',
    timeRangeDays: days,
    period: null,
    comparisonPeriodDays: days,
    filterField: null,
    filterValue: null,
    pipeline: null,
    size: 'small',
    ...config,
  };
}

/** @param days null: all time */
export function chart(days: number | null, config: Partial<ChartShape>): ChartShape {
  return {
    chartType: 'bar',
    dataSource: 'deals',
    crmSource: 'all',
    xField: null,
    yField: null,
    aggregation: 'count',
    measure: null,
    groupBy: null,
    timeBucket: null,
    timeRangeDays: days,
    period: null,
    filterField: null,
    filterValue: null,
    pipeline: null,
    sortOrder: 'desc',
    limit: null,
    size: 'medium',
    ...config,
  };
}

/** A chart over time, in steps of which there are some ten to thirty. */
export function trend(days: number, config: Partial<ChartShape>): ChartShape {
  return chart(days, { chartType: 'area', timeBucket: stepOf(days), ...config });
}

function stepOf(days: number): TimeBucket {
  return days <= 31 ? 'day' : days <= 100 ? 'week' : 'month';
}
