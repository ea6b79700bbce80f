import { describe, expect, test } from 'vitest';
import { type CategoryOffer, EVIDENCE_FIELDS, recommendation } from '../../../contract/onboarding.ts';
import type { DataProfile, EntityProfile } from '../../analytics/profile.ts';
import { type AnalyzedCrm, analyzeProfile } from './analyze-profile.ts';
import { offerCategories } from './categories.ts';
import { crmProfiles } from './crm-profile.ts';
import { toFacts } from './facts.ts';
import { judgeQuality } from './quality.ts';
import { askQuestions, completeAnswers } from './questions.ts';

/* Hand-made profiles, and what follows from them by the thresholds of docs/onboarding.md. */

type Fields = Record<string, number | [filled: number, values: number]>;

/** An entity with so many records, half of each key field filled unless told, over a year. */
function entity(
  name: EntityProfile['entity'],
  records: number,
  fields: Fields = {},
  more: Partial<EntityProfile> = {},
): EntityProfile {
  return {
    crmSource: 'bitrix24',
    entity: name,
    records,
    first: new Date('2024-01-01T00:00:00Z'),
    last: new Date('2024-12-31T00:00:00Z'),
    months: [],
    fields: Object.entries(fields).map(([field, facts]) => {
      const [filled, values] = typeof facts === 'number' ? [facts, null] : facts;
      const counted = values === null ? null : Array.from({ length: values }, (_, index) => ({ code: `v${index}`, count: 1 }));
      return { field, isKey: true, filled, values: counted };
    }),
    completeness: 0.5,
    numbers: [],
    customFields: [],
    customFieldsLeftOut: 0,
    ...more,
  };
}

const calls = (activities: EntityProfile, count: number): EntityProfile => ({
  ...activities,
  fields: [
    ...activities.fields,
    {
      field: 'type',
      isKey: false,
      filled: activities.records,
      values: [
        { code: 'email', count: 3 },
        { code: 'call', count },
      ],
    },
  ],
});

const CRM: AnalyzedCrm = {
  crmSource: 'bitrix24',
  mode: 'classic',
  loadedAt: new Date('2025-01-01T00:00:00Z'),
  areProductsCopied: true,
  copied: { leads: 20, deals: 20 },
  departments: 3,
};
const SIMPLE: AnalyzedCrm = { ...CRM, mode: 'simple' };
const NO_HISTORY = { crmSource: 'bitrix24', products: 0, productRows: 0, dealsWithProducts: 0, stageChanges: 0 };

function analyze(entities: EntityProfile[], history: Partial<DataProfile['history'][number]> = {}, crm = CRM) {
  // As it comes back from the database.
  return crmProfiles.parse(
    JSON.parse(JSON.stringify(analyzeProfile({ entities, history: [{ ...NO_HISTORY, ...history }] }, [crm]))),
  );
}

function offersOf(...given: Parameters<typeof analyze>): Map<string, CategoryOffer> {
  const facts = toFacts(analyze(...given), given[2]?.mode ?? 'classic');
  return new Map(offerCategories(facts, []).map((offer) => [offer.category, offer]));
}

describe('quality', () => {
  const judge = (profile: EntityProfile) => judgeQuality(analyze([profile])).find(({ entity: name }) => name === profile.entity);
  const full = { completeness: 0.7 };
  const varied = { status: [200, 2] } as const satisfies Fields;

  test.each<[string, EntityProfile, string]>([
    ['200 records, 7 of 10 key fields, over 14 days, of two kinds', entity('leads', 200, { ...varied }, full), 'excellent'],
    ['one record less', entity('leads', 199, { ...varied }, full), 'usable'],
    ['a field less', entity('leads', 200, { ...varied }, { completeness: 0.699 }), 'usable'],
    ['all of one kind', entity('leads', 200, { status: [200, 1] }, full), 'usable'],
    ['of two currencies only', entity('leads', 200, { currency: [200, 2], outcome: [200, 3] }, full), 'usable'],
    [
      'all of one fortnight less a second',
      entity('leads', 200, { ...varied }, { ...full, last: new Date('2024-01-14T23:59:59Z') }),
      'usable',
    ],
    ['all of a fortnight', entity('leads', 200, { ...varied }, { ...full, last: new Date('2024-01-15T00:00:00Z') }), 'excellent'],
    ['without times', entity('leads', 200, { ...varied }, { ...full, first: null, last: null }), 'usable'],
    ['20 records, 3 of 10 key fields', entity('leads', 20, {}, { completeness: 0.3 }), 'usable'],
    ['19 records', entity('leads', 19, {}, full), 'insufficient'],
    [
      'a million records with next to nothing in them',
      entity('leads', 1e6, { ...varied }, { completeness: 0.299 }),
      'insufficient',
    ],
  ])('%s', (_, profile, expected) => {
    expect(judge(profile)?.recommendation).toBe(expected);
  });

  test('what has no records is empty, each entity of each CRM by itself', () => {
    const quality = judgeQuality(analyze([entity('deals', 50)]));
    expect(quality.map(({ entity: name, recommendation }) => `${name} ${recommendation}`)).toEqual([
      'leads empty',
      'deals usable',
      'activities empty',
      'contacts empty',
      'companies empty',
      'products empty',
    ]);
    expect(judgeQuality(analyze([entity('deals', 50, {}, { crmSource: 'hubspot' })])).every(({ records }) => records === 0)).toBe(
      true,
    );
  });

  test('a portal without leads has none to judge', () => {
    expect(judgeQuality(analyze([], {}, SIMPLE)).map(({ entity: name }) => name)).not.toContain('leads');
  });

  test('a catalogue is as good as the deals that use it', () => {
    const ofProducts = (dealsWithProducts: number, products = 5) =>
      judgeQuality(analyze([entity('deals', 100)], { products, dealsWithProducts })).find(
        ({ entity: name }) => name === 'products',
      );
    expect(ofProducts(70)).toMatchObject({ records: 5, completeness: 0.7, recommendation: 'excellent' });
    expect(ofProducts(70, 1)).toMatchObject({ recommendation: 'usable' });
    expect(ofProducts(5)).toMatchObject({ recommendation: 'usable' });
    expect(ofProducts(4)).toMatchObject({ recommendation: 'insufficient' });
    expect(ofProducts(0, 0)).toMatchObject({ recommendation: 'empty' });
  });
});

describe('categories', () => {
  test('employees: half of the deals have an owner', () => {
    const of = (owned: number, deals = 100) =>
      offersOf([entity('deals', deals, { owner: [owned, 2] })]).get('employeePerformance');
    expect(of(50)).toMatchObject({ isAvailable: true, quality: 'usable', unlock: [] });
    expect(of(49)).toMatchObject({
      ...{ isAvailable: false, quality: 'insufficient' },
      unlock: [{ kind: 'fill', entity: 'deals', field: 'owner', missing: 1 }],
      evidence: [{ kind: 'filled', entity: 'deals', field: 'owner', filled: 49, count: 100 }],
    });
    // 20 are the least: 3 deals are to come, and those that are there to be given owners.
    expect(of(10, 17)?.unlock).toEqual([{ kind: 'records', entity: 'deals', missing: 3 }]);
    expect(of(0, 0)).toMatchObject({ quality: 'empty', unlock: [{ kind: 'records', entity: 'deals', missing: 20 }] });
  });

  test('employees: excellent with 200 owned deals and 200 owned activities, nine in ten', () => {
    const of = (deals: number, activities: number) =>
      offersOf([entity('deals', 222, { owner: deals }), entity('activities', 222, { owner: activities })]).get(
        'employeePerformance',
      )?.quality;
    expect(of(200, 200)).toBe('excellent');
    expect(of(199, 222)).toBe('usable');
    expect(of(222, 199)).toBe('usable');
  });

  test('without deals the leads show who works; in a portal without leads the contacts', () => {
    const leads = offersOf([entity('leads', 30, { owner: 30 })]);
    expect(leads.get('employeePerformance')?.evidence).toEqual([
      { kind: 'filled', entity: 'leads', field: 'owner', filled: 30, count: 30 },
    ]);
    expect(leads.get('salesPipeline')).toMatchObject({
      isAvailable: true,
      evidence: [{ kind: 'records', entity: 'leads', count: 30 }],
    });
    const simple = offersOf([entity('contacts', 30, { owner: 30, source: 30 })], {}, SIMPLE);
    expect(simple.get('employeePerformance')).toMatchObject({ isAvailable: true });
    expect(simple.get('sourcePerformance')).toMatchObject({ isAvailable: true, evidence: [{ entity: 'contacts' }] });
    expect(simple.get('salesPipeline')).toMatchObject({
      isAvailable: false,
      unlock: [{ kind: 'records', entity: 'deals', missing: 20 }],
    });
    expect(JSON.stringify([...simple.values()])).not.toContain('leads');
  });

  test('sources: three in ten leads say where they came from', () => {
    const of = (filled: number) => offersOf([entity('leads', 1000, { source: filled })]).get('sourcePerformance');
    expect(of(299)).toMatchObject({
      isAvailable: false,
      unlock: [{ kind: 'fill', entity: 'leads', field: 'source', missing: 1 }],
    });
    expect(of(300)).toMatchObject({ isAvailable: true, quality: 'usable' });
    expect(of(800)).toMatchObject({ quality: 'excellent' });
  });

  test('products: two of them, in 20 deals and one in twenty', () => {
    const of = (products: number, dealsWithProducts: number) =>
      offersOf([entity('deals', 1000)], { products, dealsWithProducts }).get('productAnalytics');
    expect(of(2, 50)).toMatchObject({ isAvailable: true, quality: 'usable' });
    expect(of(2, 500)).toMatchObject({ quality: 'excellent' });
    expect(of(1, 49)).toMatchObject({
      isAvailable: false,
      unlock: [
        { kind: 'records', entity: 'products', missing: 1 },
        { kind: 'fill', entity: 'deals', field: 'products', missing: 1 },
      ],
    });
  });

  test('products that are still being copied are offered, and nothing is said to be missing', () => {
    const crm = { ...CRM, areProductsCopied: false };
    const of = (products: number) =>
      offersOf([entity('deals', 1000)], { products, dealsWithProducts: 600 }, crm).get('productAnalytics');
    expect(of(2)).toMatchObject({ isAvailable: true, quality: 'usable', unlock: [] });
    expect(of(1)).toMatchObject({ isAvailable: false, unlock: [{ kind: 'records', entity: 'products', missing: 1 }] });
    const quality = judgeQuality(analyze([entity('deals', 1000)], { products: 2 }, crm));
    expect(quality.find(({ entity: name }) => name === 'products')).toMatchObject({ recommendation: 'usable' });
  });

  test('calls: 20 of them, or 20 leads that were answered; without leads only calls', () => {
    const activities = (count: number) => calls(entity('activities', 100), count);
    expect(offersOf([activities(20)]).get('callsAndResponse')).toMatchObject({ isAvailable: true });
    expect(offersOf([activities(19)]).get('callsAndResponse')).toMatchObject({
      isAvailable: false,
      unlock: [{ kind: 'fill', entity: 'activities', field: 'call', missing: 1 }],
    });
    expect(offersOf([activities(0), entity('leads', 60, { firstResponse: 20 })]).get('callsAndResponse')).toMatchObject({
      isAvailable: true,
      evidence: [{ entity: 'leads', field: 'firstResponse', filled: 20, count: 60 }],
    });
    expect(offersOf([activities(200)], {}, SIMPLE).get('callsAndResponse')).toMatchObject({ quality: 'excellent' });
    expect(offersOf([activities(200)]).get('callsAndResponse')).toMatchObject({ quality: 'usable' });
  });

  test('the best come first, two to four are proposed, and an earlier choice before that', () => {
    const rich = [
      entity('leads', 1000, { owner: 1000, source: 900, firstResponse: 900 }),
      entity('deals', 1000, { owner: 1000, value: 900, source: 900 }),
      calls(entity('activities', 1000, { owner: 1000 }), 900),
      entity('contacts', 1000, { source: 900 }),
      entity('companies', 1000, { industry: 900 }),
    ];
    const facts = toFacts(analyze(rich, { products: 9, dealsWithProducts: 900 }), 'classic');
    const suggested = (chosen: Parameters<typeof offerCategories>[1]) =>
      offerCategories(facts, chosen)
        .filter(({ isSuggested }) => isSuggested)
        .map(({ category }) => category);
    expect(offerCategories(facts, []).map(({ quality }) => quality)).toEqual(Array(6).fill('excellent'));
    expect(suggested([])).toHaveLength(4);
    expect(suggested(['callsAndResponse'])).toEqual(['callsAndResponse']);

    const poor = [...offersOf([entity('deals', 30, { owner: 30 }), entity('contacts', 30)]).values()];
    expect(poor.map(({ quality }) => quality)).toEqual(['usable', 'usable', 'usable', 'empty', 'empty', 'empty']);
    expect(poor.filter(({ isSuggested }) => isSuggested)).toHaveLength(2);
    // What is not available any more is not proposed, whoever has chosen it.
    expect(offerCategories(toFacts(analyze([]), 'classic'), ['salesPipeline']).some(({ isSuggested }) => isSuggested)).toBe(
      false,
    );
  });
});

test('every quality and every field that evidence may name comes up', () => {
  const offers = [
    ...offersOf([entity('leads', 300, { owner: 300, source: 300, firstResponse: 300 }), entity('deals', 10)]).values(),
    ...offersOf([entity('deals', 300, { owner: 300, value: 300, source: 300 })], {
      products: 3,
      dealsWithProducts: 300,
    }).values(),
    ...offersOf([calls(entity('activities', 300), 300), entity('companies', 300, { industry: 300 })]).values(),
  ];
  expect([...new Set(offers.map(({ quality }) => quality))].toSorted()).toEqual(recommendation.options.toSorted());
  const fields = offers.flatMap(({ evidence }) => evidence.flatMap((one) => (one.kind === 'filled' ? one.field : [])));
  expect([...new Set(fields)].toSorted()).toEqual([...EVIDENCE_FIELDS].toSorted());
});

test('the counts of several CRMs add up', () => {
  const hub: AnalyzedCrm = { ...CRM, crmSource: 'hubspot', departments: 1 };
  const entities = [entity('deals', 12, { owner: [12, 2] }), entity('deals', 15, { owner: [10, 5] }, { crmSource: 'hubspot' })];
  const facts = toFacts(analyzeProfile({ entities, history: [] }, [CRM, hub]), 'classic');
  expect([facts?.records('deals'), facts?.filled('deals', 'owner'), facts?.values('deals', 'owner'), facts?.departments]).toEqual(
    [27, 22, 5, 4],
  );
});

describe('custom fields', () => {
  const field = (code: string, filled: number, distinct: number | null) => ({ code, filled, distinct });
  test('worth a chart: on three in ten records, of two to twelve values; the three best filled', () => {
    const customFields = [
      field('UF_FEW', 29, 3),
      field('UF_ENOUGH', 30, 2),
      field('UF_ONE', 100, 1),
      field('UF_MANY', 100, 13),
      field('UF_TWELVE', 90, 12),
      field('UF_TEXT', 100, null),
      field('UF_B', 50, 4),
      field('UF_A', 50, 4),
    ];
    const { bitrix24 } = analyze([entity('deals', 100, {}, { customFields })]);
    expect(bitrix24?.customFields).toEqual([
      { entity: 'deals', code: 'UF_TWELVE', filled: 90, values: 12 },
      { entity: 'deals', code: 'UF_A', filled: 50, values: 4 },
      { entity: 'deals', code: 'UF_B', filled: 50, values: 4 },
    ]);
  });
});

describe('questions', () => {
  const facts = (dealsADay: number) => toFacts(analyze([entity('deals', Math.round(dealsADay * 365))]), 'classic');
  test.each([
    [3, '30'],
    [2.9, '90'],
    [1, '90'],
    [0.9, '365'],
    [0, '365'],
  ])('%d deals a day are best seen over %s days', (dealsADay, days) => {
    expect(completeAnswers(facts(dealsADay), {}).pipelineRange).toBe(days);
  });

  test('an earlier answer is proposed, unless it is none any more', () => {
    const recommended = (earlier: object) =>
      askQuestions(facts(3), ['salesPipeline'], earlier).map(({ recommended: option }) => option);
    expect(recommended({ pipelineRange: '7', pipelineDetail: 'trend' })).toEqual(['7', 'trend']);
    expect(recommended({ pipelineRange: '31', pipelineDetail: 'constructor' })).toEqual(['30', 'both']);
  });
});
