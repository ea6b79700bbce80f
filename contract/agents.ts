export interface Agent {
  /** Value of agent_traces.agent_name and part of data_access_logs.accessed_by. */
  persona: string;
  name: string;
  title: string;
}

/** Role -> the team member the user meets. Modules are named by role; only this table knows the personas. */
export const AGENTS = {
  sync: { persona: 'karim', name: 'Karim', title: 'Sync Engine' },
  router: { persona: 'bobur', name: 'Bobur', title: 'Team Lead' },
  schemaAnalyst: { persona: 'farid', name: 'Farid', title: 'Schema Analyst' },
  chartArchitect: { persona: 'dima', name: 'Dima', title: 'Chart Architect' },
  querier: { persona: 'anvar', name: 'Anvar', title: 'Data Querier' },
  insights: { persona: 'nilufar', name: 'Nilufar', title: 'Insight Engine' },
} as const satisfies Record<string, Agent>;
