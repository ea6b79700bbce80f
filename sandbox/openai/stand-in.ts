import { z } from 'zod';
import type { ChatRequest } from './openai-server.ts';

/*
 * Writes what a model might, from what it is given alone: so that what comes of a model can be looked at without one. It is no
 * judge of what is telling.
 */

const named = z.array(z.looseObject({ name: z.string(), label: z.string() }));
const chartsAsked = z.looseObject({
  days: z.number(),
  categories: z.array(z.looseObject({ category: z.string(), count: z.number() })),
  sources: z.array(
    z.looseObject({
      name: z.string(),
      dimensions: named,
      measures: z.array(z.looseObject({ name: z.string(), label: z.string(), dimensions: z.array(z.string()).optional() })),
    }),
  ),
});
const wordsAsked = z.looseObject({
  language: z.string(),
  figures: z.array(z.looseObject({ name: z.string() })),
  categories: z.array(z.looseObject({ category: z.string() })),
});

type Words = Record<'summary' | 'note' | 'look', string>;

const ENGLISH: Words = {
  summary: 'Your team works with {activities} activities and {deals} deals.',
  note: 'What your own records show here.',
  look: 'Look at who stands out.',
};
const WORDS = new Map<string, Words>([
  [
    'Russian',
    {
      summary: 'В работе вашей команды {activities} дел и {deals} сделок.',
      note: 'Что здесь показывают ваши собственные данные.',
      look: 'Обратите внимание, кто выделяется.',
    },
  ],
  [
    'Uzbek, in Latin letters',
    {
      summary: 'Jamoangizda {activities} faoliyat va {deals} bitim bor.',
      note: 'Bu yerda o‘z ma’lumotlaringiz nimani ko‘rsatadi.',
      look: 'Kim ajralib turganiga qarang.',
    },
  ],
]);

/** The text of an answer. */
export function writeAnswer({ messages }: ChatRequest): string {
  const data: unknown = JSON.parse(messages.at(-1)?.content ?? '');
  const words = WORDS.get(String(Reflect.get(Object(data), 'language'))) ?? ENGLISH;
  const charts = chartsAsked.safeParse(data);
  if (charts.success) return JSON.stringify({ charts: proposeCharts(charts.data, words) });
  const { figures, categories } = wordsAsked.parse(data);
  const isKnown = [...words.summary.matchAll(/\{(\w+)\}/g)].every(([, name]) => figures.some((one) => one.name === name));
  const notes = categories.map(({ category }) => ({ category, text: words.note }));
  return JSON.stringify({ summary: isKnown ? words.summary : words.note, notes });
}

/** Deals and leads by every dimension in turn, until each category has its share. */
function proposeCharts({ days, categories, sources }: z.infer<typeof chartsAsked>, words: Words): object[] {
  const ideas = sources
    .filter(({ name }) => name === 'deals' || name === 'leads')
    .flatMap(({ name, dimensions, measures }) =>
      dimensions.flatMap(({ name: dimension, label }) => {
        const [measure] = measures.filter((one) => one.dimensions?.includes(dimension) ?? true);
        return measure
          ? [{ dataSource: name, xField: dimension, measure: measure.name, title: `${measure.label}: ${label}` }]
          : [];
      }),
    );
  return categories.flatMap(({ category, count }) =>
    ideas.splice(0, count).map((idea) => ({
      ...idea,
      ...{ category, description: words.look, chartType: 'bar', yField: null, aggregation: 'count', groupBy: null },
      ...{ timeBucket: null, timeRangeDays: days },
    })),
  );
}
