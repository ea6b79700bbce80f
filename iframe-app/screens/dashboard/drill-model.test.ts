import { expect, test } from 'vitest';
import type { DrillReply } from '../../../contract/dashboard.ts';
import { ApiError } from '../../api.ts';
import { drillPage } from '../../testing/fake-widgets.ts';
import { chartConfig } from '../../testing/sample-replies.ts';
import { createDrill } from './drill-model.ts';

const { chartId: _, ...CONFIG } = chartConfig();
const QUESTION = { config: CONFIG, point: { categoryKey: 'CALL' }, label: 'Call', value: '7' };

function setUp() {
  const asked: { after: string | undefined; signal: AbortSignal; answer: PromiseWithResolvers<DrillReply> }[] = [];
  const model = createDrill({
    drill({ after }, signal) {
      const answer = Promise.withResolvers<DrillReply>();
      signal.addEventListener('abort', () => answer.reject(signal.reason));
      asked.push({ after, signal, answer });
      return answer.promise;
    },
    downloadRecords: () => Promise.reject(new ApiError('network')),
  });
  return { model, asked };
}

test('pages follow each other, each asked for once', async () => {
  const { model, asked } = setUp();
  const opening = model.open(QUESTION);
  model.loadMore();
  expect(asked).toHaveLength(1);
  asked[0]?.answer.resolve(drillPage(1, 2, { total: 3, next: 'n' }));
  await opening;
  expect([model.records.value?.length, model.total.value, model.hasMore.value]).toEqual([2, 3, true]);
  const more = model.loadMore();
  expect(asked[1]?.after).toBe('n');
  asked[1]?.answer.resolve(drillPage(3, 1, { total: 3 }));
  await more;
  expect([model.records.value?.length, model.hasMore.value]).toEqual([3, false]);
});

test('a list that is closed is no longer waited for, and the next one starts anew', async () => {
  const { model, asked } = setUp();
  const first = model.open(QUESTION);
  model.close();
  await first;
  expect([asked[0]?.signal.aborted, model.question.value, model.loading.value.kind]).toEqual([true, null, 'idle']);
  const second = model.open(QUESTION);
  asked[1]?.answer.resolve(drillPage(1, 1));
  await second;
  expect(model.records.value).toHaveLength(1);
});

test('a page that fails leaves those before it, and can be asked for again', async () => {
  const { model, asked } = setUp();
  const opening = model.open(QUESTION);
  asked[0]?.answer.resolve(drillPage(1, 2, { total: 3, next: 'n' }));
  await opening;
  const failing = model.loadMore();
  asked[1]?.answer.reject(new ApiError('network'));
  await failing;
  expect([model.records.value?.length, model.loading.value.kind]).toEqual([2, 'failed']);
  const again = model.loadMore();
  expect(asked[2]?.after).toBe('n');
  asked[2]?.answer.resolve(drillPage(3, 1));
  await again;
  expect([model.records.value?.length, model.loading.value.kind]).toEqual([3, 'idle']);
});

test('a file that fails says so beside the list', async () => {
  const { model, asked } = setUp();
  const opening = model.open(QUESTION);
  asked[0]?.answer.resolve(drillPage(1, 2));
  await opening;
  expect(await model.download()).toBeNull();
  expect([model.saving.value.kind, model.records.value?.length]).toEqual(['failed', 2]);
});

test('a file of a list that was left says nothing beside the next one', async () => {
  const { model, asked } = setUp();
  model.open(QUESTION);
  const saving = model.download();
  const next = model.open(QUESTION);
  asked[1]?.answer.resolve(drillPage(1, 2));
  await next;
  expect(await saving).toBeNull();
  expect(model.saving.value.kind).toBe('idle');
});
