import { describe, expect, test } from 'vitest';
import { widgetConfig } from '../../../contract/dashboard.ts';
import { CATEGORIES, type Category, QUESTIONS, type QuestionId } from '../../../contract/onboarding.ts';
import type { Facts } from '../../agents/schema-analyst/facts.ts';
import { type Answers, askQuestions, completeAnswers } from '../../agents/schema-analyst/questions.ts';
import { LOCALES } from '../../analytics/labels.ts';
import type { AnalyticsContext } from '../../analytics/resolve.ts';
import { planWidget } from '../load-dashboard.ts';
import { arrangePlanned, type PlannedWidget, planTemplates, TEMPLATES } from './arrange-templates.ts';
import { createAsked } from './template.ts';
import { describeTemplate } from './template-texts.ts';

const analytics = (mode: 'classic' | 'simple'): AnalyticsContext => ({
  now: new Date('2025-03-10T15:00:00Z'),
  timezone: 'Asia/Tashkent',
  workingWeek: [],
  displayCurrency: 'UZS',
  locale: 'en',
  mode,
  crmSources: ['bitrix24'],
  dictionaries: {
    statuses: new Map(),
    users: new Map(),
    pipelines: new Map(),
    rates: new Map(),
    customFields: new Map([
      ['deals\0UF_KIND', [{ crmSource: 'bitrix24', label: 'Kind', isBoolean: false, isMultiple: false, options: new Map() }]],
    ]),
    stageOdds: new Map(),
  },
});

/** A tenant that has so many records of everything, all of them filled in. */
function everything(mode: 'classic' | 'simple', records = 1000): Facts {
  return {
    mode,
    people: mode === 'simple' ? 'contacts' : 'leads',
    departments: 4,
    areProductsCopied: true,
    records: () => records,
    filled: () => records,
    values: () => 9,
    perDay: () => 10,
    customFields: [{ entity: 'deals', code: 'UF_KIND', filled: records, values: 3 }],
  };
}

/** Every way to answer the questions of a category. */
function answersOf(category: Category): Answers[] {
  const ids = (Object.keys(QUESTIONS) as QuestionId[]).filter((id) => QUESTIONS[id].category === category);
  return ids.reduce<Answers[]>(
    (all, id) => all.flatMap((answers) => QUESTIONS[id].options.map((option) => ({ ...answers, [id]: option }))),
    [{}],
  );
}

const MODES = ['classic', 'simple'] as const;
const QUALITIES = ['excellent', 'usable'] as const;

function requireDrawable({ shape, template }: PlannedWidget, mode: 'classic' | 'simple'): void {
  const isKpi = shape.chartType === 'kpi';
  const { title, description } = describeTemplate(template, { timeRangeDays: shape.timeRangeDays, stored: 'Kind' }, 'en');
  const config = widgetConfig.parse({ ...shape, title, ...(!isKpi && { description }) });
  const plan = planWidget({ ...config, chartId: '' }, analytics(mode));
  const { finish } = plan;
  const data = finish(() => []);
  // What a number is formatted as follows from what it is.
  if (isKpi) expect([template, shape.format]).toEqual([template, data.format]);
}

describe.each(CATEGORIES)('%s', (category) => {
  test.each(MODES)('every set of answers makes widgets that can be drawn, in %s mode', (mode) => {
    for (const answers of answersOf(category)) {
      for (const quality of QUALITIES) {
        for (const facts of [everything(mode), null]) {
          const planned = planTemplates({ mode, pipeline: null, facts, answers, chosen: [{ category, quality }] });
          expect(planned.length, JSON.stringify({ answers, quality })).toBeGreaterThanOrEqual(2);
          expect(planned.length).toBeLessThanOrEqual(7);
          for (const one of planned) requireDrawable(one, mode);
          expect(planned.some(({ template }) => template === 'pipelineFunnel')).toBe(false);
        }
      }
    }
  });

  test('every template can be drawn wherever it fits', () => {
    for (const mode of MODES) {
      for (const answers of answersOf(category)) {
        const facts = everything(mode);
        const asked = createAsked({ mode, facts, pipeline: null, answers: completeAnswers(facts, answers) });
        for (const template of TEMPLATES[category].filter((one) => one.fits(asked))) {
          requireDrawable({ category, template: template.id, isTrend: false, shape: template.shape(asked) }, mode);
        }
      }
    }
  });

  test('every template fits somebody', () => {
    const fitting = MODES.flatMap((mode) =>
      answersOf(category).flatMap((answers) => {
        const facts = everything(mode);
        return [null, '7'].flatMap((pipeline) => {
          const asked = createAsked({ mode, facts, pipeline, answers: completeAnswers(facts, answers) });
          return TEMPLATES[category].filter((one) => one.fits(asked)).map(({ id }) => id);
        });
      }),
    );
    expect(TEMPLATES[category].map(({ id }) => id).filter((id) => !fitting.includes(id))).toEqual([]);
  });

  test('a better quality shows as much or more', () => {
    for (const answers of answersOf(category)) {
      const count = (quality: 'excellent' | 'usable') =>
        planTemplates({ pipeline: null, mode: 'classic', facts: everything('classic'), answers, chosen: [{ category, quality }] })
          .length;
      expect(count('excellent')).toBeGreaterThanOrEqual(count('usable'));
    }
  });
});

test('a portal without leads is asked nothing of leads', () => {
  for (const category of CATEGORIES) {
    for (const answers of answersOf(category)) {
      for (const facts of [everything('simple'), null]) {
        const planned = planTemplates({
          pipeline: null,
          mode: 'simple',
          facts,
          answers,
          chosen: [{ category, quality: 'excellent' }],
        });
        expect(planned.filter(({ shape }) => shape.dataSource === 'leads')).toEqual([]);
      }
    }
  }
});

test('nothing is planned of data that is not there', () => {
  const none: Facts = { ...everything('classic'), departments: 0, customFields: [], records: () => 0, filled: () => 0 };
  for (const category of CATEGORIES) {
    expect(
      planTemplates({ pipeline: null, mode: 'classic', facts: none, answers: {}, chosen: [{ category, quality: 'usable' }] }),
    ).toEqual([]);
  }
});

test('the whole dashboard has some fourteen widgets, each once, shared evenly', () => {
  const chosen = (count: number) => CATEGORIES.slice(0, count).map((category) => ({ category, quality: 'excellent' as const }));
  for (const mode of MODES) {
    const plan = (count: number) =>
      planTemplates({ mode, pipeline: null, facts: everything(mode), answers: {}, chosen: chosen(count) });
    expect(plan(1).length).toBe(7);
    expect(plan(4).length).toBe(14);
    for (const count of [1, 2, 3, 4, 5, 6]) {
      const planned = plan(count);
      expect(planned.length).toBeLessThanOrEqual(count > 4 ? 3 * count : 14);
      expect(new Set(planned.map(({ template }) => template)).size).toBe(planned.length);
      for (const { category } of chosen(count))
        expect(planned.filter((one) => one.category === category).length).toBeGreaterThanOrEqual(3);
    }
  }
});

test('numbers come first, charts fill their rows, and at most two have the whole width', () => {
  for (const count of [1, 2, 3, 4, 5, 6]) {
    const chosen = CATEGORIES.slice(0, count).map((category) => ({ category, quality: 'excellent' as const }));
    const arranged = arrangePlanned(
      planTemplates({ pipeline: null, mode: 'classic', facts: everything('classic'), answers: {}, chosen }),
    );
    const sizes = arranged.map(({ shape }) => shape.size);
    expect(sizes).toEqual([...sizes].sort((a, b) => Number(b === 'small') - Number(a === 'small')));
    expect(sizes.filter((size) => size === 'large').length).toBeLessThanOrEqual(2);
    expect(sizes.filter((size) => size === 'medium').length % 2).toBe(0);
    expect(arranged.every(({ shape }) => (shape.size === 'small') === (shape.chartType === 'kpi'))).toBe(true);
  }
});

test('texts name the window and what the CRM has named, in every language', () => {
  for (const locale of LOCALES) {
    const told = describeTemplate('dealsByField', { timeRangeDays: 90, stored: '$& {days}' }, locale);
    expect(told.title).toContain('$& {days}');
    expect(told.description).toContain('90');
  }
  expect(describeTemplate('pipelineByStage', { timeRangeDays: null, stored: '' }, 'en').description).toBe('As of now');
});

test('every template has a text of its own in every language', () => {
  const ids = [...new Set(CATEGORIES.flatMap((category) => TEMPLATES[category].map(({ id }) => id)))];
  const titles = (locale: (typeof LOCALES)[number]) =>
    ids.map((id) => describeTemplate(id, { timeRangeDays: 30, stored: 'Kind' }, locale).title);
  const english = titles('en');
  for (const locale of LOCALES) {
    for (const [index, title] of titles(locale).entries()) {
      if (locale !== 'en') expect(title).not.toBe(english[index]);
      expect(title).toMatch(/^[\p{L}\p{N}][^'{}]+$/u);
      // A name of the CRM's is cut to 80 characters, and both have room in a title.
      expect(title.length).toBeLessThanOrEqual(title.includes('Kind') ? 120 - 80 + 'Kind'.length : 120);
    }
  }
});

test('of several pipelines the one with the most deals has the funnel', () => {
  const chosen = [{ category: 'salesPipeline', quality: 'excellent' }] as const;
  const funnels = (pipeline: string | null) =>
    planTemplates({ mode: 'classic', facts: everything('classic'), answers: {}, pipeline, chosen })
      .filter(({ shape }) => shape.chartType === 'funnel')
      .map(({ template, shape }) => [template, shape.pipeline]);
  expect(funnels(null)).toEqual([['stageFunnel', null]]);
  expect(funnels('7')).toEqual([['pipelineFunnel', '7']]);
});

test('what is asked fits what is known', () => {
  const ids = (facts: Facts | null, chosen: Category[]) => askQuestions(facts, chosen, {}).map(({ id }) => id);
  expect(ids(everything('simple'), ['callsAndResponse'])).toEqual([]);
  expect(ids(everything('classic'), ['callsAndResponse'])).toEqual(['responseFocus']);
  expect(ids({ ...everything('classic'), departments: 1 }, ['employeePerformance'])).toEqual(['employeeFocus']);
  expect(ids(null, [...CATEGORIES]).toSorted()).toEqual(Object.keys(QUESTIONS).toSorted());
});
