import { z } from 'zod';

/**
 * Every error a client may be told: code -> HTTP status and a title. RFC 9457 problem+json carries the code;
 * whoever needs a new one adds it here and nowhere else.
 */
export const ERROR_CODES = {
  malformed_json: { status: 400, title: 'The body is not valid JSON' },
  malformed_form: { status: 400, title: 'The form could not be read' },
  malformed_url: { status: 400, title: 'The address could not be read' },
  body_required: { status: 400, title: 'A body is required' },
  body_must_be_object: { status: 400, title: 'The body must be a JSON object' },
  too_deep: { status: 400, title: 'The body is nested too deeply' },
  invalid_id: { status: 400, title: 'The id is not valid' },
  unauthorized: { status: 401, title: 'Sign in is required' },
  invalid_token: { status: 401, title: 'The token is not valid' },
  token_expired: { status: 401, title: 'The token has expired' },
  not_authentic: { status: 401, title: 'The sender could not be verified' },
  forbidden: { status: 403, title: 'This needs an administrator' },
  tenant_deleting: { status: 403, title: 'This account is being deleted' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'This method is not allowed here' },
  request_timeout: { status: 408, title: 'The request took too long to arrive' },
  wrong_state: { status: 409, title: 'This step is not possible now' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'Send application/json' },
  unknown_field: { status: 422, title: 'A field is not known' },
  unknown_field_name: { status: 422, title: 'A field name is not known' },
  wrong_type: { status: 422, title: 'A value has the wrong type' },
  out_of_range: { status: 422, title: 'A value is out of range' },
  too_long: { status: 422, title: 'A text is too long' },
  blank: { status: 422, title: 'A text is blank' },
  required: { status: 422, title: 'A value is missing' },
  invalid_characters: { status: 422, title: 'A text has characters that are not allowed' },
  invalid_combination: { status: 422, title: 'These values do not go together' },
  invalid_value: { status: 422, title: 'A value is not allowed' },
  idempotency_mismatch: { status: 422, title: 'The idempotency key was used with another body' },
  connection_refused: { status: 422, title: 'The CRM did not accept the connection' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Something went wrong on our side' },
  crm_unavailable: { status: 502, title: 'The CRM did not answer' },
  database_unavailable: { status: 503, title: 'The database is not available' },
} as const satisfies Record<string, { status: number; title: string }>;
export type ErrorCode = keyof typeof ERROR_CODES;

export const problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  instance: z.string(),
  code: z.string(),
  requestId: z.string(),
  errors: z.array(z.strictObject({ path: z.string(), code: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof problem>;
