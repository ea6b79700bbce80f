import type { DataSource } from '../../contract/charts.ts';
import type { SqlQuery } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import { type Group, planTerms, type Term, type TermQuery } from './cube.ts';

/** A widget's question, ready to be asked: the terms to read, and what becomes of their groups. */
export interface Plan<Data> {
  terms: readonly Term[];
  finish(groupsOf: (term: Term) => readonly Group[]): Data;
}

/** The statements that answer several plans together. */
export interface PreparedPlans {
  queries: readonly SqlQuery[];
  /** Of each of `queries` the entity whose records it reads. */
  entities: readonly DataSource[];
  /** Sorts the rows of one statement ahead of `finish`, while others are still running. */
  prepare(index: number, rows: readonly object[]): void;
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
  const sorted = new Map<Term, { rows: readonly object[]; groups: readonly Group[] }>();
  const groupsOf = (term: Term, { groupsOf }: TermQuery, rows: readonly object[]) => {
    const known = sorted.get(term);
    if (known?.rows === rows) return known.groups;
    const groups = groupsOf(term, rows);
    sorted.set(term, { rows, groups });
    return groups;
  };
  return {
    queries: termQueries.map(({ query }) => query),
    entities: termQueries.map(({ entity }) => entity),
    prepare(index, rows) {
      const termQuery = termQueries[index];
      for (const term of termQuery?.terms ?? []) {
        try {
          if (termQuery) groupsOf(term, termQuery, rows);
        } catch (error) {
          // `finish` meets it again, where there is somebody to tell.
          if (!(error instanceof AppError)) throw error;
        }
      }
    },
    finish(plan, results) {
      const groups = new Map<Term, readonly Group[]>();
      for (const term of plan.terms) {
        const index = indexOf.get(term) ?? -1;
        const rows = results[index];
        const termQuery = termQueries[index];
        if (!rows || !termQuery) return null;
        groups.set(term, groupsOf(term, termQuery, rows));
      }
      return plan.finish((term) => groups.get(term) ?? []);
    },
  };
}
