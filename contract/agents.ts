export interface Agent {
  /** Value of agent_traces.agent_name and part of data_access_logs.accessed_by. */
  persona: string;
  /** By language. */
  names: Names;
  title: string;
}

type Names = Record<'en' | 'ru' | 'uz' | 'kk' | 'uk' | 'tr', string>;

/** Role -> the team member the user meets. Modules are named by role; only this table knows the personas. */
export const AGENTS = {
  sync: { persona: 'karim', names: named('Karim', 'Карим', 'Карім'), title: 'Sync Engine' },
  router: { persona: 'bobur', names: named('Bobur', 'Бобур', 'Бобур'), title: 'Team Lead' },
  schemaAnalyst: { persona: 'farid', names: named('Farid', 'Фарид', 'Фарід'), title: 'Schema Analyst' },
  chartArchitect: { persona: 'dima', names: named('Dima', 'Дима', 'Діма'), title: 'Chart Architect' },
  querier: { persona: 'anvar', names: named('Anvar', 'Анвар', 'Анвар'), title: 'Data Querier' },
  insights: { persona: 'nilufar', names: named('Nilufar', 'Нилуфар', 'Нілуфар'), title: 'Insight Engine' },
} as const satisfies Record<string, Agent>;

/** Who of the team has read something: `id` is a persona, or one with what it did, `farid_profile`. */
export function agentOf(id: string): Agent | undefined {
  return Object.values(AGENTS).find(({ persona }) => id === persona || id.startsWith(`${persona}_`));
}

function named(latin: string, cyrillic: string, ukrainian: string): Names {
  return { en: latin, ru: cyrillic, uz: latin, kk: cyrillic, uk: ukrainian, tr: latin };
}
