import { expect, test } from 'vitest';
import type { QuarantineReply } from '../../../contract/sync.ts';
import { ApiError } from '../../api.ts';
import { sampleQuarantine } from '../../testing/sample-replies.ts';
import { createQuarantine, toLink } from './quarantine-model.ts';

/** A quarantine of as many pages as answers, each of one record named after its page. */
function setUp(answers: (string | null | ApiError)[]) {
  const asked: (string | null)[] = [];
  const model = createQuarantine({
    listQuarantine: async (after): Promise<QuarantineReply> => {
      asked.push(after);
      const next = answers.shift();
      if (next === undefined) throw new Error('asked too often');
      if (next instanceof ApiError) throw next;
      const records = sampleQuarantine()
        .records.slice(0, 1)
        .map((record) => ({ ...record, externalId: `after ${after}` }));
      return { records, next };
    },
  });
  return { model, asked, ids: () => model.records.value?.map(({ externalId }) => externalId) };
}

test('pages follow each other to the last, and are there no more than once', async () => {
  const { model, asked, ids } = setUp(['leads:5', null]);
  expect(model.records.value).toBeNull();
  await model.load();
  expect(model.hasMore.value).toBe(true);
  await Promise.all([model.loadMore(), model.loadMore()]);
  expect(ids()).toEqual(['after null', 'after leads:5']);
  expect(model.hasMore.value).toBe(false);
  await model.loadMore();
  expect(asked).toEqual([null, 'leads:5']);
});

test('a page that fails leaves the ones before, and can be asked for again', async () => {
  const { model, asked, ids } = setUp(['leads:5', new ApiError('network'), null]);
  await model.load();
  await model.loadMore();
  expect(model.loading.value.kind).toBe('failed');
  expect(ids()).toEqual(['after null']);
  await model.loadMore();
  expect(ids()).toEqual(['after null', 'after leads:5']);
  expect(asked).toEqual([null, 'leads:5', 'leads:5']);
});

test('loaded anew, the list begins at its start', async () => {
  const { model, ids } = setUp(['leads:5', null, null]);
  await model.load();
  await model.loadMore();
  await model.load();
  expect(ids()).toEqual(['after null']);
  expect(model.hasMore.value).toBe(false);
});

test.each([
  ['https://portal.bitrix24.com/crm/lead/details/81/', true],
  ['http://localhost:3000/crm/lead/details/81/', true],
  ['javascript:alert(1)', false],
  ['data:text/html,x', false],
  ['https://', false],
  ['/crm/lead/details/81/', false],
  [null, false],
])('the address %j is a link: %s', (url, isLink) => {
  expect(toLink(url)).toBe(isLink ? url : null);
});
