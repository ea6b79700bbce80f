import { expect, test } from 'vitest';
import { type Api, ApiError } from '../../api.ts';
import { sampleAnswer, sampleHistory, sampleQuestion } from '../../testing/sample-settings.ts';
import { createChat } from './chat-model.ts';

function setUp(answer: (call: { path: string; body: unknown; idempotencyKey: string | undefined }) => unknown) {
  const calls: string[] = [];
  const ask: Api['ask'] = async ({ path, body, check, idempotencyKey }) => {
    calls.push(path);
    const reply = await answer({ path, body, idempotencyKey });
    if (!check(reply)) throw new ApiError('bad_reply');
    return reply;
  };
  return { model: createChat({ api: { ask }, dashboard: { reload: async () => void calls.push('reload') } }), calls };
}

const config = () => {
  const reply = sampleAnswer('a').answer?.reply;
  if (reply?.status !== 'ok' || !reply.widget) throw new Error('the sample has no widget');
  return reply.widget;
};

test('a question shows at once, and is replaced by what the server has kept', async () => {
  const answer = Promise.withResolvers<unknown>();
  const { model } = setUp(({ path }) => (path === '/api/dashboard/chat' ? answer.promise : sampleHistory()));
  await model.load();
  const asking = model.ask('total leads');
  expect([model.pending.value, model.messages.value]).toEqual(['total leads', []]);
  // A second one waits for the first to be answered.
  await model.ask('total deals');
  expect(model.pending.value).toBe('total leads');
  answer.resolve({ question: sampleQuestion('q'), answer: sampleAnswer('a') });
  await asking;
  expect([model.pending.value, model.messages.value?.map(({ id }) => id)]).toEqual([null, ['q', 'a']]);
});

test('a question that fails stays to be sent again', async () => {
  let isDown = true;
  const { model } = setUp(() => {
    if (isDown) throw new ApiError('network');
    return { question: sampleQuestion('q'), answer: sampleAnswer('a') };
  });
  await model.ask('total leads');
  expect([model.pending.value, model.asking.value.kind]).toEqual(['total leads', 'failed']);
  isDown = false;
  await model.ask('total leads');
  expect([model.pending.value, model.messages.value?.length]).toEqual([null, 2]);
});

test('earlier messages come before those that are there', async () => {
  const { model, calls } = setUp(({ path }) =>
    path.endsWith('?before=5')
      ? sampleHistory({ messages: [sampleQuestion('1')] })
      : sampleHistory({ messages: [sampleQuestion('2')], next: 5 }),
  );
  await model.load();
  await model.loadEarlier();
  expect([model.messages.value?.map(({ id }) => id), model.hasEarlier.value]).toEqual([['1', '2'], false]);
  await model.loadEarlier();
  expect(calls).toHaveLength(2);
});

test('an answer becomes one widget, however often it is pressed, and the dashboard is loaded again', async () => {
  const keys: unknown[] = [];
  const { model, calls } = setUp(({ idempotencyKey }) => {
    keys.push(idempotencyKey);
    return { id: 'w' };
  });
  await model.addToDashboard('a', config());
  expect([model.adding.value.get('a')?.kind, calls.at(-1)]).toEqual(['done', 'reload']);
  await model.addToDashboard('a', config());
  expect(keys).toEqual(['chat a', 'chat a']);
});

test('a widget that is refused leaves the dashboard, and is told of its answer alone', async () => {
  const { model, calls } = setUp(() => {
    throw new ApiError('refused', { code: 'wrong_state' });
  });
  await model.addToDashboard('a', config());
  expect([model.adding.value.get('a')?.kind, model.adding.value.get('b')]).toEqual(['failed', undefined]);
  expect(calls).not.toContain('reload');
});
