import { DateTime } from 'luxon';
import { findPeriod, type Period } from './periods.ts';
import { FILLERS } from './resolve-kpi.ts';
import { hasCyrillic, toUzbekLatin } from './uzbek-letters.ts';
import { splitWords, toWords } from './words.ts';

const MAX_CHARS = 500;

/** "the best", "лучше всех", "eng yaxshi" */
const BEST = new Set(
  splitWords(
    `best top most
     лучший лучшая лучшие лучших лучше топ больше
     eng`,
  ),
);
const PEOPLE = new Set(
  splitWords(
    `who which manager managers agent agents seller sellers salesperson salespeople employee employees operator operators rep reps
     кто менеджер менеджеры менеджеров сотрудник сотрудники сотрудников продавец продавцы продавцов оператор операторы операторов агент агенты
     kim kimlar menejer menejerlar menejerimiz xodim xodimlar xodimimiz sotuvchi sotuvchilar operatorlar`,
  ),
);
/** What people are best at, where it is what we count: winning deals. */
const WINNING = new Set(
  splitWords(
    `who’s by sales sells sell sold selling wins won win closed deals deal team
     самый самые всех среди из по продажам продает продал продала продали закрыл закрыла закрывает выиграл выиграла сделок сделкам
     yaxshi zo’r ko’p bo’yicha bitim bitimlar sotgan sotdi sotadi yutgan yutdi`,
  ),
);

/**
 * Understands who asks for the best of the people who sell, in English, Russian or Uzbek. Every word has to be understood, as in
 * `resolveKpi`.
 * @returns null for everything else; `period` null: none is said
 */
export function resolveRanking(
  question: string,
  { now, timezone }: { now: Date; timezone: string },
): { period: Period | null } | null {
  if (question.length > MAX_CHARS) return null;
  const today = DateTime.fromJSDate(now, { zone: timezone });
  return resolveAs(question, today) ?? (hasCyrillic(question) ? resolveAs(toUzbekLatin(question), today) : null);
}

function resolveAs(question: string, today: DateTime): { period: Period | null } | null {
  const words = toWords(question);
  const rest = new Set(words.keys());
  const take = (start: number, length: number) => {
    for (let at = start; at < start + length; at += 1) rest.delete(at);
  };
  const period = findPeriod(words, take, today);
  if (period === 'unclear') return null;
  const left = [...rest].map((at) => words[at]?.text ?? '');
  const isAbout = (known: ReadonlySet<string>) => left.some((text) => known.has(text));
  const isKnown = left.every((text) => [BEST, PEOPLE, WINNING, FILLERS].some((known) => known.has(text)));
  return isKnown && isAbout(BEST) && isAbout(PEOPLE) ? { period } : null;
}
