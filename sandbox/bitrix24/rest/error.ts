/** An error answer of the REST API. The code may be empty: the classic CRM methods answer so. */
export class RestError extends Error {
  readonly status: number;
  readonly code: string | number;
  /** Further keys of the answer, such as `argument`. */
  readonly extra: Record<string, unknown>;
  /** A batch ends at this error, whatever its `halt` says. */
  halts = false;

  constructor(status: number, code: string | number, description: string, extra: Record<string, unknown> = {}) {
    super(description);
    this.status = status;
    this.code = code;
    this.extra = extra;
  }

  toBody(): Record<string, unknown> {
    return { error: this.code, error_description: this.message, ...this.extra };
  }
}

/** Classic CRM methods (crm.lead.list, …) answer 400 with an empty code. */
export const classicError = (description: string): RestError => new RestError(400, '', description);

export const missingParameter = (name: string): RestError =>
  new RestError(400, '100', `Could not find value for parameter {${name}}`);

export const adminRequired = (description = 'Access denied!'): RestError => new RestError(403, 'ACCESS_DENIED', description);
