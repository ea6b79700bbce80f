import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type ChartConfig,
  type ChartData,
  chartConfig,
  type DataSource,
  type KpiConfig,
  type KpiData,
  kpiConfig,
} from '../../contract/charts.ts';
import { AppError } from '../platform/errors.ts';
import { updateStageOdds } from '../sync/stage-odds.ts';
import { answerChart, answerKpi, DIMENSIONS, measuresOf, NUMBERS, TIMES } from '../testing/analytics/naive-answer.ts';
import { chartConfigs, hostileConfigs, kpiConfigs } from '../testing/analytics/random-configs.ts';
import { insertWorld, randomWorld, type World } from '../testing/analytics/random-world.ts';
import { createTestDatabase, type TestDatabase } from '../testing/postgres.ts';
import { CATALOG, findMeasure } from './catalog.ts';
import { planChart } from './chart-query.ts';
import { dictionariesQuery, Money, toDictionaries } from './dictionaries.ts';
import { planKpi } from './kpi-query.ts';
import { type Plan, preparePlans } from './plan.ts';
import type { AnalyticsContext } from './resolve.ts';
import { toWorkingWeek } from './working-week.ts';

/** Configurations compared, spread over the worlds: `ANALYTICS_PROPERTY_RUNS=2000 npx vitest run --project db server/analytics/property.db`. */
const RUNS = Number(process.env.ANALYTICS_PROPERTY_RUNS ?? 300);
const FIRST_SEED = Number(process.env.ANALYTICS_PROPERTY_SEED ?? 1);
const WORLDS = 4;
const TIMEOUT_MS = 60_000 + RUNS * 200;
const CRMS = ['bitrix24', 'hubspot'] as const;
/** Plans asked at once, as a dashboard asks them: merged into shared statements. */
const TOGETHER = 5;

let database: TestDatabase;
const worlds: { world: World; context: AnalyticsContext }[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  for (let index = 0; index < WORLDS; index += 1) {
    const world = randomWorld(FIRST_SEED + index);
    await insertWorld(owner, world);
    const { tenantId, now, timezone, hours, mode } = world;
    const workingWeek = toWorkingWeek(hours);
    for (const crmSource of CRMS) {
      await database.db.withTenant(tenantId, 'write', (tx) => updateStageOdds(tx, { tenantId, crmSource }, now));
    }
    const [row] = await database.db.withTenant(tenantId, 'read', (tx) => tx.query(dictionariesQuery(tenantId)));
    const dictionaries = toDictionaries(row ?? {});
    worlds.push({
      world,
      context: { now, timezone, workingWeek, displayCurrency: 'USD', locale: 'en', mode, crmSources: [...CRMS], dictionaries },
    });
  }
  await owner.end();
});

afterAll(() => database.drop());

async function run(plans: readonly Plan<ChartData | KpiData>[], tenantId: string): Promise<(ChartData | KpiData | null)[]> {
  const prepared = preparePlans(tenantId, plans);
  const results = await database.db.withTenant(tenantId, 'read', (tx) =>
    Promise.all(prepared.queries.map((query) => tx.query(query))),
  );
  return plans.map((plan) => prepared.finish(plan, results));
}

const planOf = (config: ChartConfig | KpiConfig, context: AnalyticsContext): Plan<ChartData | KpiData> =>
  config.chartType === 'kpi' ? planKpi(config, context) : planChart(config, context);

/** What is compared; names of steps in time are the calendar's own business and have tests of their own. */
function comparable(config: ChartConfig | KpiConfig, data: ReturnType<typeof answerChart> | ReturnType<typeof answerKpi>) {
  if (!('series' in data) || config.chartType === 'kpi') return data;
  const { series, format, total, rowCount, unconverted } = data;
  const isOverTime = config.timeBucket !== null;
  const strip = (one: (typeof series)[number]) => ({
    ...one,
    points: one.points.map((point) => ({ ...point, label: isOverTime ? '' : point.label })),
  });
  return { series: series.map(strip), format, total, rowCount, unconverted };
}

function expected(config: ChartConfig | KpiConfig, world: World) {
  return comparable(config, config.chartType === 'kpi' ? answerKpi(config, world) : answerChart(config, world));
}

function actual(config: ChartConfig | KpiConfig, data: ChartData | KpiData | null) {
  if (data?.kind === 'kpi') {
    const { value, previous, format, rowCount, unconverted } = data;
    return { value, previous, format, rowCount, unconverted };
  }
  return data && comparable(config, data);
}

/** Each CRM has what asking it alone would give, but for the cent by which shares of sums are made to add up. */
function expectShares(config: ChartConfig | KpiConfig, data: ChartData | KpiData | null, world: World): void {
  const shares = data?.byCrm ?? [];
  expect(shares.map(({ crmSource }) => crmSource)).toEqual(config.crmSource === 'all' ? CRMS : []);
  const alone = shares.map(({ crmSource }) =>
    config.chartType === 'kpi' ? answerKpi({ ...config, crmSource }, world) : answerChart({ ...config, crmSource }, world),
  );
  for (const [index, share] of shares.entries()) {
    const one = alone[index];
    expect(share.rowCount).toBe(one?.rowCount);
    const value = (one && 'series' in one ? one.total : one?.value) ?? null;
    if (value === null || share.value === null) expect(share.value).toBe(value);
    else expect(new Money(share.value).minus(value).abs().toNumber()).toBeLessThanOrEqual(addsUp(config) ? 0.01 : 0);
  }
  const whole = data?.kind === 'chart' ? data.total : data?.value;
  if (shares.length > 0 && addsUp(config)) {
    expect(Money.sum(...shares.map(({ value }) => value ?? 0)).eq(whole ?? 0)).toBe(true);
  }
}

const SUMS = new Set(['pipelineValue', 'weightedPipeline', 'wonValue', 'lostValue', 'talkTime', 'soldQuantity', 'soldAmount']);
const COUNTS = /^(total|active|open|won|lost|stale|untouched|completed|calls)/;
/** Whether parts of this number add up to the whole. */
const addsUp = ({ measure, aggregation }: ChartConfig | KpiConfig): boolean =>
  measure === null ? aggregation === 'count' || aggregation === 'sum' : SUMS.has(measure) || COUNTS.test(measure);

test('the second evaluation knows every name of the catalog', () => {
  for (const entity of Object.keys(CATALOG) as DataSource[]) {
    const { dimensions, numbers, measures, times } = CATALOG[entity];
    const own = Object.keys(DIMENSIONS[entity]).filter((name) => !name.startsWith('custom:'));
    expect(own.sort()).toEqual([...dimensions.keys()].sort());
    expect(Object.keys(NUMBERS[entity]).sort()).toEqual([...numbers.keys()].sort());
    expect(Object.keys(TIMES[entity]).sort()).toEqual([...times.keys()].sort());
    expect(Object.keys(measuresOf(entity, 'classic')).sort()).toEqual([...measures].sort());
    for (const name of measures) expect(findMeasure(name, 'classic')).toBeDefined();
  }
});

test(
  `${RUNS} random questions are answered as plain loops over the rows answer them`,
  async () => {
    for (const [index, { world, context }] of worlds.entries()) {
      const config = fc.oneof(chartConfigs(world.mode), chartConfigs(world.mode), kpiConfigs(world.mode));
      await fc.assert(
        fc.asyncProperty(fc.array(config, { minLength: TOGETHER, maxLength: TOGETHER }), async (configs) => {
          const data = await run(
            configs.map((one) => planOf(one, context)),
            world.tenantId,
          );
          for (const [position, one] of configs.entries()) {
            expect(actual(one, data[position] ?? null)).toEqual(expected(one, world));
            expectShares(one, data[position] ?? null, world);
          }
        }),
        { numRuns: Math.ceil(RUNS / WORLDS / TOGETHER), seed: FIRST_SEED + index, endOnFailure: false },
      );
    }
  },
  TIMEOUT_MS,
);

test(
  'whatever is asked, the answer is data or a refusal, never a failing statement',
  async () => {
    const [first] = worlds;
    if (!first) throw new Error('no world');
    const { world, context } = first;
    let planned = 0;
    await fc.assert(
      fc.asyncProperty(hostileConfigs, async (hostile) => {
        const { xField, yField, groupBy, timeBucket, sortOrder, limit, description, ...kpi } = hostile;
        const { metricField, comparisonPeriodDays, format, ...chart } = hostile;
        const parsed = hostile.chartType === 'kpi' ? kpiConfig.safeParse(kpi) : chartConfig.safeParse(chart);
        // What the contract refuses does not come here; but names and sizes it lets through have to be refused as well.
        const config = parsed.success ? parsed.data : withoutLimits(hostile);
        if (!config) return;
        let plan: Plan<ChartData | KpiData>;
        try {
          plan = planOf(config, context);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
          expect(['unknown_field_name', 'invalid_combination']).toContain((error as AppError).code);
          return;
        }
        planned += 1;
        await run([plan], world.tenantId);
      }),
      { numRuns: RUNS * 5, seed: FIRST_SEED },
    );
    expect(planned).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);

/** A config whose texts are longer or stranger than the contract allows, its other fields being in order. */
function withoutLimits(hostile: Record<string, unknown>): ChartConfig | null {
  const shape = { ...hostile, chartType: 'bar', timeRangeDays: 30, limit: null, crmSource: 'all' };
  const { metricField, comparisonPeriodDays, format, ...chart } = shape as Record<string, unknown>;
  const texts = ['xField', 'yField', 'measure', 'groupBy', 'filterField', 'filterValue', 'pipeline'];
  const blank = Object.fromEntries(texts.map((name) => [name, null]));
  const parsed = chartConfig.safeParse({ ...chart, ...blank });
  return parsed.success
    ? ({ ...parsed.data, ...Object.fromEntries(texts.map((name) => [name, hostile[name]])) } as ChartConfig)
    : null;
}
