import { type Category, QUESTIONS, type Question, type QuestionId } from '../../../contract/onboarding.ts';
import type { Facts } from './facts.ts';
import { FEW_RECORDS } from './quality.ts';

/** An option for each question that was asked. */
export type Answers = Partial<Record<QuestionId, string>>;

/** Days that hold enough deals for a chart of them to have a shape: the fewer a day, the more days. */
const RANGES = [
  { days: '30', dealsPerDay: 3 },
  { days: '90', dealsPerDay: 1 },
] as const;
const LONGEST_RANGE = '365';

/** When a question makes sense, and what is best for the data. */
interface Rule {
  isAsked: (facts: Facts) => boolean;
  /** With `facts` null nothing is known. */
  recommend: (facts: Facts | null) => string;
}

const RULES: Record<QuestionId, Rule> = {
  employeeDetail: {
    isAsked: ({ departments }) => departments >= 2,
    recommend: () => 'both',
  },
  employeeFocus: {
    isAsked: (facts) => facts.records('activities') >= FEW_RECORDS && facts.records('deals') >= FEW_RECORDS,
    recommend: () => 'both',
  },
  pipelineRange: {
    isAsked: () => true,
    recommend: (facts) => {
      const perDay = facts?.perDay('deals') ?? Number.POSITIVE_INFINITY;
      return RANGES.find(({ dealsPerDay }) => perDay >= dealsPerDay)?.days ?? LONGEST_RANGE;
    },
  },
  pipelineDetail: { isAsked: () => true, recommend: () => 'both' },
  productRank: { isAsked: () => true, recommend: () => 'revenue' },
  sourceFocus: { isAsked: canConvert, recommend: () => 'both' },
  customerDetail: {
    isAsked: (facts) => facts.records('contacts') >= FEW_RECORDS && facts.records('companies') >= FEW_RECORDS,
    recommend: () => 'both',
  },
  responseFocus: {
    isAsked: (facts) =>
      facts.mode === 'classic' &&
      facts.filled('activities', 'call') >= FEW_RECORDS &&
      facts.filled('leads', 'firstResponse') >= FEW_RECORDS,
    recommend: () => 'both',
  },
};

/** What became of a source shows in leads that were closed; without leads, in deals that know their source. */
function canConvert(facts: Facts): boolean {
  const closed = facts.mode === 'simple' ? facts.filled('deals', 'source') : facts.filled('leads', 'closedAt');
  return closed >= FEW_RECORDS;
}

/**
 * The questions of the chosen categories, in their order, without those that make no sense for this data.
 * @param facts null: nothing is known, and all are asked
 */
export function askQuestions(facts: Facts | null, chosen: readonly Category[], earlier: Answers): Question[] {
  return chosen.flatMap((category) =>
    questionsOf(category)
      .filter((id) => facts === null || RULES[id].isAsked(facts))
      .map((id): Question => {
        const options: readonly string[] = QUESTIONS[id].options;
        const before = earlier[id];
        const recommended = before !== undefined && options.includes(before) ? before : RULES[id].recommend(facts);
        return { id, category, options: [...options], recommended };
      }),
  );
}

/** What holds for each question, asked or not: the answer, else what is recommended. */
export function completeAnswers(facts: Facts | null, answers: Answers): Record<QuestionId, string> {
  const ids = Object.keys(QUESTIONS) as QuestionId[];
  return Object.fromEntries(ids.map((id) => [id, answers[id] ?? RULES[id].recommend(facts)])) as Record<QuestionId, string>;
}

function questionsOf(category: Category): QuestionId[] {
  return (Object.keys(QUESTIONS) as QuestionId[]).filter((id) => QUESTIONS[id].category === category);
}
