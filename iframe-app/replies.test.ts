import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { catalogReply, dimensionValuesReply } from '../contract/catalog.ts';
import { dashboardReply, drillReply, recordReply, widgetBinReply, widgetPreview } from '../contract/dashboard.ts';
import { onboardingReply } from '../contract/onboarding.ts';
import { bootData, sessionReply } from '../contract/session.ts';
import { syncStatusReply } from '../contract/sync.ts';
import type { Check } from './check.ts';
import { isBootData, isDashboardReply, isRecordReply, isSessionReply, isSyncStatusReply } from './replies.ts';
import { isBinReply, isCatalogReply, isDimensionValues, isDrillReply, isPreview } from './screens/dashboard/widget-api.ts';
import { isOnboardingReply } from './screens/onboarding/onboarding-api.ts';
import { drillPage, sampleCatalog } from './testing/fake-widgets.ts';
import {
  chartData,
  completeSyncStatus,
  sampleBoot,
  sampleDashboard,
  sampleOnboarding,
  sampleRecord,
  sampleSession,
  sampleSyncStatus,
} from './testing/sample-replies.ts';

const PAIRS: [string, Check<unknown>, z.ZodType, unknown][] = [
  ['dashboard', isDashboardReply, dashboardReply, sampleDashboard()],
  [
    'dashboard with missing numbers',
    isDashboardReply,
    dashboardReply,
    sampleDashboard({
      results: [
        { id: 'a', status: 'failed' },
        { id: 'b', status: 'not_synced' },
        { id: 'c', status: 'not_drawable' },
      ],
      dataAsOf: null,
    }),
  ],
  ['drill', isDrillReply, drillReply, drillPage(1, 2, { next: 'n' })],
  ['catalog', isCatalogReply, catalogReply, sampleCatalog()],
  [
    'values of a dimension',
    isDimensionValues,
    dimensionValuesReply,
    { values: [{ value: '', label: 'Not set' }], isWhole: true },
  ],
  ['preview', isPreview, widgetPreview, { status: 'ok', data: chartData({ A: { x: 1, y: null } }) }],
  ['bin', isBinReply, widgetBinReply, [{ ...sampleDashboard().widgets[4], deletedAt: '2025-11-24T09:05:00.000Z' }]],
  ['record', isRecordReply, recordReply, sampleRecord()],
  ['sync status', isSyncStatusReply, syncStatusReply, sampleSyncStatus()],
  [
    'complete sync status',
    isSyncStatusReply,
    syncStatusReply,
    completeSyncStatus({}, { coveredFrom: '2024-03-05T00:00:00.000Z', lastIncrementalAt: '2025-11-24T09:05:00.000Z' }),
  ],
  ['onboarding', isOnboardingReply, onboardingReply, sampleOnboarding()],
  ['onboarding at its questions', isOnboardingReply, onboardingReply, sampleOnboarding({ state: 'refining', created: ['a'] })],
  ['session', isSessionReply, sessionReply, sampleSession()],
  ['boot', isBootData, bootData, sampleBoot()],
  [
    'boot of a record',
    isBootData,
    bootData,
    sampleBoot({ page: { kind: 'record', entity: 'deals', externalId: '1' }, session: null }),
  ],
];

/** Every value of a reply replaced in turn by one of a wrong kind, and every field left out in turn. */
function* damaged(value: unknown): Generator<{ path: string; value: unknown }> {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, field] of Object.entries(value)) {
    const put = (replacement: unknown) =>
      Array.isArray(value) ? value.with(Number(name), replacement) : { ...value, [name]: replacement };
    yield { path: `${name}=wrong`, value: put({ wrong: true }) };
    if (!Array.isArray(value)) {
      const { [name]: _left, ...rest } = { ...value } as Record<string, unknown>;
      yield { path: `${name} missing`, value: rest };
    }
    for (const deeper of damaged(field)) yield { path: `${name}.${deeper.path}`, value: put(deeper.value) };
  }
}

describe.each(PAIRS)('%s', (_name, check, schema, sample) => {
  test('is accepted as the contract has it', () => {
    expect(schema.safeParse(sample).success).toBe(true);
    expect(check(sample)).toBe(true);
  });

  test('is refused wherever the contract refuses it', () => {
    let tried = 0;
    for (const { path, value } of damaged(sample)) {
      // A wrong object inside a looser part of the contract would prove nothing.
      expect(schema.safeParse(value).success, `contract, ${path}`).toBe(false);
      expect(check(value), path).toBe(false);
      tried += 1;
    }
    expect(tried).toBeGreaterThan(5);
  });
});

test('fields a newer server adds are let through', () => {
  expect(isSessionReply({ ...sampleSession(), plan: 'pro' })).toBe(true);
});
