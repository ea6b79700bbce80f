import { expect, test } from 'vitest';
import { CATEGORIES, EVIDENCE_FIELDS, profiledEntity, QUESTIONS, recommendation } from '../../../contract/onboarding.ts';
import { texts } from './onboarding-texts/en.ts';

test('everything the contract can tell has its text', () => {
  const wanted = [
    ...CATEGORIES.flatMap((category) => [`category.${category}`, `about.${category}`]),
    ...Object.entries(QUESTIONS).flatMap(([id, { options }]) => [id, ...options.map((option) => `${id}.${option}`)]),
    ...profiledEntity.options.flatMap((entity) => [`records.${entity}`, `all.${entity}`]),
    ...recommendation.options.map((one) => `quality.${one}`),
    // Calls are counted instead.
    ...EVIDENCE_FIELDS.filter((field) => field !== 'call').flatMap((field) => [`has.${field}`, `lacks.${field}`]),
  ];
  expect(Object.keys(texts)).toEqual(expect.arrayContaining(wanted));
});
