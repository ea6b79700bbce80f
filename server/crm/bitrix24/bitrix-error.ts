import { CrmError, type CrmErrorKind } from '../adapter.ts';
import type { TimeBlock } from './reply.ts';

/**
 * What can be done at once: `retry` the same after a pause, `refresh` the token or the portal's address, `shrink` the batch;
 * `later`: the method is out of operating time; `none`: nothing that code can do.
 */
export type Recovery = 'retry' | 'refresh' | 'shrink' | 'later' | 'none';

/** An answer of Bitrix24 that says no. The message names the method and code; the description stays out of it. */
export class BitrixError extends CrmError {
  /** Bitrix24's code; `''` where it gave none. */
  readonly code: string;
  /** Bitrix24's own text: may repeat what was sent, so it is for comparing, never for showing or logging. */
  readonly description: string;
  readonly recovery: Recovery;
  /** What the answer said of the portal's clock and the method's operating time; null where it said nothing. */
  readonly time: TimeBlock | null;

  constructor(
    kind: CrmErrorKind,
    recovery: Recovery,
    message: string,
    details: { code?: string; description?: string; time?: TimeBlock | null; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(kind, message, details);
    this.name = 'BitrixError';
    this.recovery = recovery;
    this.code = details.code ?? '';
    this.description = details.description ?? '';
    this.time = details.time ?? null;
  }
}

const KNOWN: ReadonlyMap<string, readonly [CrmErrorKind, Recovery]> = new Map([
  ['expired_token', ['auth', 'refresh']],
  ['invalid_token', ['auth', 'refresh']],
  ['QUERY_LIMIT_EXCEEDED', ['rate_limit', 'retry']],
  ['OPERATION_TIME_LIMIT', ['rate_limit', 'later']],
  ['OVERLOAD_LIMIT', ['blocked', 'none']],
  ['PORTAL_DELETED', ['blocked', 'none']],
  ['PAYMENT_REQUIRED', ['blocked', 'none']],
  ['NO_AUTH_FOUND', ['auth', 'none']],
  ['authorization_error', ['auth', 'none']],
  ['ERROR_OAUTH', ['auth', 'none']],
  ['INVALID_CREDENTIALS', ['auth', 'none']],
  ['insufficient_scope', ['auth', 'none']],
  ['user_access_error', ['auth', 'none']],
  ['allowed_only_intranet_user', ['auth', 'none']],
  ['METHOD_CONFIRM_WAITING', ['auth', 'none']],
  ['WRONG_AUTH_TYPE', ['auth', 'none']],
  ['ACCESS_DENIED', ['auth', 'none']],
  ['INTERNAL_SERVER_ERROR', ['unavailable', 'retry']],
  ['ERROR_UNEXPECTED_ANSWER', ['unavailable', 'retry']],
]);

/** @param status null for a command of a batch, which has none of its own */
export function refusal(
  method: string,
  status: number | null,
  error: { code: string; description: string; time?: TimeBlock | null },
): BitrixError {
  // Classic CRM methods refuse without a code: {"error":"","error_description":"Access denied."}.
  const code = error.code === '' && /^access denied/i.test(error.description) ? 'ACCESS_DENIED' : error.code;
  const [kind, recovery] = classify(code, status, error.description);
  const shown = /^\w{1,64}$/.test(code) ? code : 'an error without a code';
  return new BitrixError(kind, recovery, `Bitrix24 refused ${method}: ${shown}`, {
    code,
    description: error.description,
    time: error.time ?? null,
  });
}

function classify(code: string, status: number | null, description: string): readonly [CrmErrorKind, Recovery] {
  if (code === 'ACCESS_DENIED' && /commercial plan/i.test(description)) return ['blocked', 'none'];
  const known = KNOWN.get(code);
  if (known) return known;
  if (status === 429) return ['rate_limit', 'retry'];
  if (status !== null && status >= 500) return ['unavailable', 'retry'];
  if (status === 401 || status === 403) return ['auth', 'none'];
  return ['bad_response', 'none'];
}
