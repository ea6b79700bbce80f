import { ERROR_CODES, type ErrorCode } from '../../contract/api.ts';

export interface FieldIssue {
  /** Dotted path into the body or query: `config.timeRangeDays`. */
  path: string;
  code: ErrorCode;
  message: string;
}

/** What a client may be told. Everything else that is thrown becomes a 500 with a request id and no message. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly issues: readonly FieldIssue[];
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    detail: string = ERROR_CODES[code].title,
    options: { issues?: readonly FieldIssue[]; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(detail, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.status = ERROR_CODES[code].status;
    this.issues = options.issues ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
