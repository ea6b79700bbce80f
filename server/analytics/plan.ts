import type { SqlQuery, Tx } from '../platform/db.ts';
import type { Countable } from './catalog.ts';
import { type Group, planTerms, type Term } from './cube.ts';

/** A widget's question, ready to be asked: the terms to read, and what becomes of their groups. */
export interface Plan<Data> {
  terms: readonly Term[];
  finish(groupsOf: (term: Term) => readonly Group[]): Data;
}

/** The statements that answer several plans together. */
export interface PreparedPlans {
  queries: readonly SqlQuery[];
  /** Of each of `queries` the entity whose records it reads. */
  entities: readonly Countable[];
  /** Whether all statements a plan needs have answered. */
  isReady(plan: Plan<unknown>, results: readonly (readonly object[] | null)[]): boolean;
  /**
   * The data of one of the plans.
   * @param results rows of each of `queries`, in their order; null for one that failed
   * @returns null when a statement the plan needs has failed
   * @throws AppError `invalid_combination` when there are too many groups to be drawn
   */
  finish<Data>(plan: Plan<Data>, results: readonly (readonly object[] | null)[]): Data | null;
}

/** Plans that look at the same table and time share a statement. */
export function preparePlans(tenantId: string, plans: readonly Plan<unknown>[]): PreparedPlans {
  const termQueries = planTerms(
    tenantId,
    plans.flatMap((plan) => plan.terms),
  );
  const indexOf = new Map(termQueries.flatMap(({ terms }, index) => terms.map((term) => [term, index] as const)));
  return {
    queries: termQueries.map(({ query }) => query),
    entities: termQueries.map(({ entity }) => entity),
    isReady: ({ terms }, results) => terms.every((term) => Boolean(results[indexOf.get(term) ?? -1])),
    finish(plan, results) {
      const groups = new Map<Term, readonly Group[]>();
      for (const term of plan.terms) {
        const index = indexOf.get(term) ?? -1;
        const rows = results[index];
        const termQuery = termQueries[index];
        if (!rows || !termQuery) return null;
        groups.set(term, termQuery.groupsOf(term, rows));
      }
      return plan.finish((term) => groups.get(term) ?? []);
    },
  };
}

/** The data of one plan by itself, in one round trip. What a statement throws is thrown on. */
export async function runPlan<Data>(tx: Tx, tenantId: string, plan: Plan<Data>): Promise<Data> {
  const prepared = preparePlans(tenantId, [plan]);
  const data = prepared.finish(plan, await Promise.all(prepared.queries.map((query) => tx.query(query))));
  if (data === null) throw new Error('A statement has no rows though none failed.');
  return data;
}
