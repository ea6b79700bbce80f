import { describe, expect, test } from 'vitest';
import { chartConfig } from '../../contract/charts.ts';
import { CATALOG_TEXTS, listNames } from './catalog-texts.ts';
import { LOCALES } from './labels.ts';

const ASKING_LOCALES = ['en', 'ru', 'uz'] as const;
const kinds = Object.keys(CATALOG_TEXTS) as (keyof typeof CATALOG_TEXTS)[];

describe.each(kinds)('names of the kind %s', (kind) => {
  const texts = CATALOG_TEXTS[kind];

  test('all have texts, and no text is of a name that does not exist', () => {
    expect([...texts.keys()].sort()).toEqual([...listNames()[kind]].sort());
  });

  test.each(LOCALES)('in %s each has a label of its own', (locale) => {
    const labels = [...texts.values()].map(({ label }) => label[locale]);
    expect(labels.filter((label) => label.trim() === '')).toEqual([]);
    expect(labels.filter((label, index) => labels.indexOf(label) !== index)).toEqual([]);
  });

  test.each(ASKING_LOCALES)('in %s each has words for it, and no word means two', (locale) => {
    const meanings = new Map<string, string>();
    for (const [name, { synonyms }] of texts) {
      expect(synonyms[locale].length, name).toBeGreaterThan(0);
      for (const synonym of synonyms[locale]) {
        expect(synonym, name).toMatch(/^\S(?:.*\S)?$/u);
        expect(synonym, name).toBe(synonym.toLowerCase());
        expect(meanings.get(synonym) ?? name, `${synonym} of ${name}`).toBe(name);
        meanings.set(synonym, name);
      }
    }
  });
});

test('what may be aggregated is what the contract names', () => {
  expect([...CATALOG_TEXTS.aggregation.keys()].sort()).toEqual([...chartConfig.shape.aggregation.options].sort());
});
