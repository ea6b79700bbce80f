import { expect, test, vi } from 'vitest';
import type { Llm } from '../llm.ts';
import type { CrmProfiles, EntityFacts } from './crm-profile.ts';
import { describeData, tellWords } from './describe-data.ts';
import { type Facts, toFacts } from './facts.ts';

/** Facts of a portal with so many deals, all of which have an amount. */
function factsWith(deals: number): Facts {
  const entities: EntityFacts[] = [
    {
      ...{ entity: 'deals', records: deals, completeness: 1, first: null, last: null },
      fields: { value: { filled: deals, values: null } },
    },
  ];
  const profiles: CrmProfiles = {
    bitrix24: {
      ...{ mode: 'classic', loadedAt: null, areProductsCopied: true, copied: {}, departments: 0, customFields: [] },
      entities,
    },
  };
  const facts = toFacts(profiles, 'classic');
  if (!facts) throw new Error('There are profiles.');
  return facts;
}

async function describeWith(summary: string, deals = 1234) {
  const ask = vi.fn(async () => ({ ok: true, value: { summary, notes: [] } }));
  const words = await describeData({ ask } as unknown as Llm, {
    ...{ tenantId: '', requestId: '', facts: factsWith(deals), locale: 'en', beforeCall: async () => {} },
    signal: new AbortController().signal,
  });
  return { words, ask };
}

test('a figure goes with what it means, and one there is nothing of does not go', async () => {
  const { ask } = await describeWith('Fine.');
  expect(ask).toHaveBeenCalledWith(
    expect.objectContaining({
      data: expect.objectContaining({
        figures: [
          { name: 'deals', means: 'deals', count: 1234 },
          { name: 'dealsWithAmount', means: 'deals in which an amount is filled in', count: 1234 },
        ],
      }),
    }),
  );
});

test('where there is nothing to speak of nobody is asked', async () => {
  const { words, ask } = await describeWith('Fine.', 0);
  expect(words).toBeNull();
  expect(ask).not.toHaveBeenCalled();
});

test.each([
  'You have {deals} deals, {dealsWithAmount} with an amount.',
  'Sizda {deals}ta bitim bor.',
  'Всего — {deals} сделок.',
  'Сделок: {deals}, с суммой: {dealsWithAmount}.',
  'Sizda {deals} so‘rov bor.',
])('%s is told', async (summary) => {
  expect((await describeWith(summary)).words).toMatchObject({ summary });
});

test.each([
  'Worth $ {deals}.',
  'Worth USD {deals}.',
  'Worth {deals} dollars.',
  'Worth {deals} €.',
  '{deals}% are won.',
  '{deals} per cent are won.',
  '{deals} foiz yutilgan.',
  'Yüzde {deals} kazanıldı.',
  '{deals} so‘mlik bitim.',
  '{deals} теңге.',
  '{deals} гривень.',
  '{deals}{dealsWithAmount} deals.',
  '{deals}.{dealsWithAmount} deals.',
  '{deals} {dealsWithAmount} deals.',
  '-{deals} deals.',
  '{deals}k deals.',
  '{deals} млн сделок.',
  '{deals.value} deals.',
])('%s is not', async (summary) => {
  expect((await describeWith(summary)).words).toBeNull();
});

test('words whose figures are known no more are not told', () => {
  const words = { locale: 'en', summary: 'You have {deals.value}.', notes: {} } as const;
  expect(tellWords(words, factsWith(5), 'en')).toBeNull();
});
