import type { ApiError } from '../api.ts';
import type { DashboardT, DashboardTexts } from './dashboard/dashboard-texts.ts';

type ProblemKey = Extract<keyof DashboardTexts, `problem.${string}`>;

/** Why something with widgets failed, in a sentence that says what helps. */
export function problemText(error: ApiError, t: DashboardT, codes: Partial<Record<string, ProblemKey>>): string {
  if (error.kind === 'session') return t('problem.session');
  if (error.kind === 'network') return t('problem.offline');
  if (error.code === 'rate_limited') return t('problem.busy');
  const own = error.code === null ? undefined : codes[error.code];
  return t(own ?? 'problem.failed');
}

/** Of changes: another person may have removed the widget, or the dashboard is full. */
export const CHANGE_CODES = { not_found: 'problem.gone', wrong_state: 'problem.tooMany' } as const;
/** Of questions. */
export const QUESTION_CODES = {
  wrong_state: 'problem.copying',
  invalid_combination: 'problem.tooLong',
  unknown_field_name: 'problem.notDrawable',
} as const;
