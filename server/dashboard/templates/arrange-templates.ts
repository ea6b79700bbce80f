import type { CrmMode } from '../../../contract/crm.ts';
import type { Category, Recommendation } from '../../../contract/onboarding.ts';
import type { Facts } from '../../agents/schema-analyst/facts.ts';
import { type Answers, completeAnswers } from '../../agents/schema-analyst/questions.ts';
import { CALL_TEMPLATES, EMPLOYEE_TEMPLATES } from './people-templates.ts';
import { PRODUCT_TEMPLATES } from './product-templates.ts';
import { CUSTOMER_TEMPLATES, PIPELINE_TEMPLATES, SOURCE_TEMPLATES } from './sales-templates.ts';
import { createAsked, type Shape, type Template } from './template.ts';
import type { TemplateId } from './template-texts.ts';

/** What each category's dashboard is made from, the most telling first. */
export const TEMPLATES: Record<Category, readonly Template[]> = {
  employeePerformance: EMPLOYEE_TEMPLATES,
  salesPipeline: PIPELINE_TEMPLATES,
  productAnalytics: PRODUCT_TEMPLATES,
  sourcePerformance: SOURCE_TEMPLATES,
  customerInsights: CUSTOMER_TEMPLATES,
  callsAndResponse: CALL_TEMPLATES,
};

/** Widgets of a whole dashboard, besides the standard ones: more is not looked at. */
const WIDGETS = 14;
/** Of one category, however few are chosen or many. */
const MOST_OF_ONE = 7;
const LEAST_OF_ONE = 3;

/** One widget that is to be made. */
export interface PlannedWidget {
  category: Category;
  template: TemplateId;
  isTrend: boolean;
  shape: Shape;
}

/**
 * The widgets that the chosen categories ask for, by category, the most telling of each first; each once. Categories share
 * the dashboard evenly.
 * @param facts null: nothing is known of the data, and the general ones are taken
 */
export function planTemplates(asked: {
  mode: CrmMode;
  facts: Facts | null;
  answers: Answers;
  /** The pipeline with the most deals; null where there is but one, or none is known. */
  pipeline: string | null;
  chosen: readonly { category: Category; quality: Recommendation }[];
}): PlannedWidget[] {
  const { facts, chosen } = asked;
  const context = createAsked({ ...asked, answers: completeAnswers(facts, asked.answers) });
  const planned: PlannedWidget[] = [];
  chosen.forEach(({ category, quality }, index) => {
    const taken = new Set(planned.map(({ template }) => template));
    const share = Math.floor((WIDGETS + chosen.length - 1 - index) / chosen.length);
    const fitting = TEMPLATES[category].filter(
      (template) => !taken.has(template.id) && (!template.isRich || quality === 'excellent') && template.fits(context),
    );
    for (const template of fitting.slice(0, Math.min(MOST_OF_ONE, Math.max(LEAST_OF_ONE, share)))) {
      planned.push({ category, template: template.id, isTrend: template.isTrend ?? false, shape: template.shape(context) });
    }
  });
  return planned;
}

/**
 * Puts widgets into the order in which they fill rows without gaps: numbers, then one or two charts that have the whole width
 * (those that run over time, or else the most telling), then the others two a row.
 */
export function arrangePlanned<One extends Pick<PlannedWidget, 'isTrend' | 'shape'>>(planned: readonly One[]): One[] {
  const numbers = planned.filter(({ shape }) => shape.chartType === 'kpi');
  const charts = planned.filter(({ shape }) => shape.chartType !== 'kpi');
  const wanted = charts.length % 2 === 1 ? 1 : charts.length >= 4 ? 2 : 0;
  const wide = charts.toSorted((a, b) => Number(b.isTrend) - Number(a.isTrend)).slice(0, wanted);
  return [
    ...numbers,
    ...wide.map((one): One => ({ ...one, shape: { ...one.shape, size: 'large' } })),
    ...charts.filter((one) => !wide.includes(one)),
  ];
}
