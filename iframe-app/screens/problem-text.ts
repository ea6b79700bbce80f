import type { ApiError } from '../api.ts';
import type { DashboardTexts } from './dashboard/dashboard-texts.ts';

/** Why something with widgets failed, in a sentence that says what helps. */
export function problemText(
  error: ApiError,
  texts: DashboardTexts,
  codes: Partial<Record<string, keyof DashboardTexts>>,
): string {
  if (error.kind === 'session') return texts['problem.session'];
  if (error.kind === 'network') return texts['problem.offline'];
  if (error.code === 'rate_limited') return texts['problem.busy'];
  const own = error.code === null ? undefined : codes[error.code];
  return texts[own ?? 'problem.failed'];
}

/** Of changes: another person may have removed the widget, or the dashboard is full. */
export const CHANGE_CODES = { not_found: 'problem.gone', wrong_state: 'problem.tooMany' } as const;
/** Of questions. */
export const QUESTION_CODES = { wrong_state: 'problem.copying', invalid_combination: 'problem.tooLong' } as const;
