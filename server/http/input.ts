import type { Request } from 'express';
import type { z } from 'zod';
import type { ErrorCode } from '../../contract/api.ts';
import { AppError, type FieldIssue } from '../platform/errors.ts';

const MAX_DEPTH = 20;
const MAX_ISSUES = 20;

/**
 * The JSON body as the schema wants it.
 * @throws AppError 400 when there is none or it is no object, 422 with an issue for each field that is wrong
 */
export function parseBody<Schema extends z.ZodType>(schema: Schema, req: Request): z.output<Schema> {
  const body: unknown = req.body;
  if (body === undefined) throw new AppError('body_required');
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new AppError('body_must_be_object');
  return parse(schema, body);
}

/** The query as the schema wants it; values are strings, or numbers where the schema coerces them. */
export function parseQuery<Schema extends z.ZodType>(schema: Schema, req: Request): z.output<Schema> {
  return parse(schema, { ...req.query });
}

/** Says whether JSON text nests deeper than 20, without parsing it: a parser's own work grows with the depth. */
export function isTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index];
    if (inString) {
      if (char === '\\') index += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{' || char === '[') {
      depth += 1;
      if (depth > MAX_DEPTH) return true;
    } else if (char === '}' || char === ']') depth -= 1;
  }
  return false;
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const badText = findBadText(value, []);
  if (badText) throw invalid([badText]);
  const polluting = findPollutingKey(value, []);
  if (polluting) throw invalid([polluting]);
  // Without the input an issue cannot tell what is missing from what is wrong.
  const parsed = schema.safeParse(value, { reportInput: true });
  if (!parsed.success) throw invalid(parsed.error.issues.flatMap(toIssues));
  return parsed.data;
}

function invalid(found: FieldIssue[]): AppError {
  // One number can be too big in two ways; one of them is enough.
  const issues = [...new Map(found.toReversed().map((one) => [one.path, one])).values()].toReversed().slice(0, MAX_ISSUES);
  const first = issues[0];
  return new AppError(first?.code ?? 'invalid_value', first?.message, { issues });
}

/** NUL cannot be stored, half a surrogate pair cannot be sent on; both come from attackers or broken programs. */
function findBadText(value: unknown, path: (string | number)[]): FieldIssue | null {
  if (typeof value === 'string')
    return isBadText(value) ? issue(path, 'invalid_characters', 'has characters that are not allowed') : null;
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, inner] of Object.entries(value)) {
    const found = isBadText(key)
      ? issue(path, 'invalid_characters', 'has characters that are not allowed')
      : findBadText(inner, [...path, key]);
    if (found) return found;
  }
  return null;
}

function isBadText(text: string): boolean {
  return text.includes('\0') || !text.isWellFormed();
}

/** zod drops `__proto__` before it looks for unknown keys. */
function findPollutingKey(value: unknown, path: (string | number)[]): FieldIssue | null {
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, inner] of Object.entries(value)) {
    if (key === '__proto__') return issue([...path, key], 'unknown_field', 'is not known');
    const found = findPollutingKey(inner, [...path, key]);
    if (found) return found;
  }
  return null;
}

function toIssues(problem: z.core.$ZodIssue): FieldIssue[] {
  const path = problem.path.map((part) => (typeof part === 'number' ? part : String(part)));
  switch (problem.code) {
    case 'unrecognized_keys':
      return problem.keys.map((key) => issue([...path, key], 'unknown_field', 'is not known'));
    case 'invalid_type':
      return [invalidType(path, problem)];
    case 'too_big':
      return problem.origin === 'string'
        ? [issue(path, 'too_long', `may have at most ${problem.maximum} characters`)]
        : [issue(path, 'out_of_range', `may be at most ${problem.maximum}`)];
    case 'too_small':
      return problem.origin === 'string'
        ? [issue(path, 'blank', 'is blank')]
        : [issue(path, 'out_of_range', `has to be at least ${problem.minimum}`)];
    case 'invalid_value':
      if (problem.input === undefined) return [issue(path, 'required', 'is missing')];
      return [issue(path, 'invalid_value', 'is not one of the allowed values')];
    case 'custom':
      return [customIssue(path, problem)];
    case 'invalid_union':
      if (problem.discriminator && isMissing(problem.input, problem.discriminator))
        return [issue(path, 'required', 'is missing')];
      return [issue(path, 'invalid_value', 'has no known form')];
    default:
      return [issue(path, 'invalid_value', 'is not valid')];
  }
}

function isMissing(input: unknown, name: string): boolean {
  return typeof input === 'object' && input !== null && (input as Record<string, unknown>)[name] === undefined;
}

/** What a schema checks by a function of its own names its code: `params: { code: 'blank' }`. */
const CUSTOM_MESSAGES = new Map<unknown, [code: ErrorCode, message: string]>([
  ['blank', ['blank', 'is blank']],
  ['invalid_characters', ['invalid_characters', 'has characters that are not allowed']],
  ['unknown_field_name', ['unknown_field_name', 'is not a name that is known']],
  ['invalid_combination', ['invalid_combination', 'does not go together with what else is asked']],
]);

function customIssue(path: (string | number)[], { params }: z.core.$ZodIssueCustom): FieldIssue {
  const [code, message] = CUSTOM_MESSAGES.get(params?.code) ?? ['invalid_value', 'is not valid'];
  return issue(path, code, message);
}

/** zod calls fractions and infinities wrong types; to a person who sent a number they are numbers out of range. */
function invalidType(path: (string | number)[], problem: z.core.$ZodIssueInvalidType): FieldIssue {
  if (problem.input === undefined) return issue(path, 'required', 'is missing');
  const wanted = problem.expected;
  const isNumber = typeof problem.input === 'number' && (wanted === 'number' || wanted === 'int');
  return isNumber
    ? issue(path, 'out_of_range', 'is not a number that can be used')
    : issue(path, 'wrong_type', `has to be a ${wanted}`);
}

function issue(path: (string | number)[], code: ErrorCode, message: string): FieldIssue {
  const shown = path.map((part) => String(part).slice(0, 64)).join('.');
  return { path: shown, code, message: `${shown.slice(0, 64) || 'The body'} ${message}.` };
}
