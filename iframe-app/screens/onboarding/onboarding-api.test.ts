import { expect, test } from 'vitest';
import { CATEGORIES, EVIDENCE_FIELDS, onboardingState, QUESTIONS, type QuestionId } from '../../../contract/onboarding.ts';
import type { Ask } from '../../api.ts';
import { sampleDashboard, sampleOnboarding, sampleQuestion } from '../../testing/sample-replies.ts';
import { createOnboardingApi, isOnboardingReply } from './onboarding-api.ts';

/** The client over a server that answers everything alike; `sent` has what was asked of it. */
function setUp(answer: unknown) {
  const sent: { method: string; path: string; body: unknown }[] = [];
  const ask = async <T>({ method, path, body, check }: Ask<T>): Promise<T> => {
    sent.push({ method, path, body });
    if (!check(answer)) throw new Error('refused');
    return answer;
  };
  return { api: createOnboardingApi({ ask }), sent };
}

test('each step goes to its address', async () => {
  const { api, sent } = setUp(sampleOnboarding());
  await api.get();
  await api.start();
  await api.select(['salesPipeline']);
  await api.refine({ pipelineRange: '90' });
  await api.reconfigure();
  await api.putOff(true);
  expect(sent).toEqual([
    { method: 'GET', path: '/api/dashboard/onboarding', body: undefined },
    { method: 'POST', path: '/api/dashboard/onboarding/start', body: {} },
    { method: 'POST', path: '/api/dashboard/onboarding/select', body: { categories: ['salesPipeline'] } },
    { method: 'POST', path: '/api/dashboard/onboarding/refine', body: { answers: { pipelineRange: '90' } } },
    { method: 'POST', path: '/api/dashboard/reconfigure', body: {} },
    { method: 'POST', path: '/api/dashboard/onboarding/later', body: { isPutOff: true } },
  ]);
});

test('widgets are asked for by their ids', async () => {
  const { api, sent } = setUp(sampleDashboard());
  await api.getWidgets(['a', 'b']);
  expect(sent.map(({ path }) => path)).toEqual(['/api/dashboard/data?widgets=a%2Cb']);
});

test.each(onboardingState.options)('the state %s is known', (state) => {
  expect(isOnboardingReply(sampleOnboarding({ state }))).toBe(true);
});

test('every category, question and field of evidence is known', () => {
  const [offer] = sampleOnboarding().categories;
  const questions = (Object.keys(QUESTIONS) as QuestionId[]).map(sampleQuestion);
  const categories = CATEGORIES.map((category) => ({
    ...offer,
    category,
    evidence: EVIDENCE_FIELDS.map((field) => ({ kind: 'filled', entity: 'leads', field, filled: 1, count: 2 })),
    unlock: EVIDENCE_FIELDS.map((field) => ({ kind: 'fill', entity: 'leads', field, missing: 1 })),
  }));
  expect(isOnboardingReply({ ...sampleOnboarding({ questions }), categories })).toBe(true);
});
