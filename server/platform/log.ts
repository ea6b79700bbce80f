import { type DestinationStream, type LevelWithSilent, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** Names under which secrets and personal data travel; their values are never written, whatever they look like. */
const PRIVATE_KEY = /token|secret|password|auth(?!or)|cookie|phone|e-?mail|body|query|refresh_?id|^headers$/i;

const REDACTED = '[redacted]';
const MAX_DEPTH = 4;
const MAX_TEXT = 500;

/**
 * The process's log: one JSON line an entry. Every value passes the redactor, because one careless call is enough to leak.
 * @param destination default: standard output
 */
export function createLogger(config: { logLevel: LevelWithSilent }, destination?: DestinationStream): Logger {
  const options = {
    level: config.logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (fields: Record<string, unknown>) => redactFields(fields, 0),
    },
    // The redactor has described errors already; pino's own serializer would add to them.
    serializers: { err: (described: unknown) => described },
    hooks: {
      logMethod(this: Logger, args: Parameters<pino.LogFn>, method: pino.LogFn) {
        const given: unknown = args[0];
        const fields: unknown[] = given instanceof Error ? [{ err: given }, ...args.slice(1)] : [...args];
        const err: unknown = Reflect.get(Object(fields[0]), 'err');
        // An entry without a message would get the error's own, past the redactor.
        if (fields.length === 1 && err instanceof Error) fields.push(err.message);
        const clean = fields.map((arg) => (typeof arg === 'string' ? redactText(arg) : arg));
        method.apply(this, clean as Parameters<pino.LogFn>);
      },
    },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** Takes out of a text what looks like an e-mail address, a phone number, a token or a webhook's secret. */
export function redactText(text: string): string {
  return text
    .slice(0, MAX_TEXT)
    .replace(/(\/rest\/\d+\/)[^/\s"']+/g, `$1${REDACTED}`)
    .replace(/\?[^\s"')]+=[^\s"')]*/g, '?…')
    .replace(/[^\s@"'<>]+@[^\s@"'<>]+\.[^\s@"'<>]+/g, REDACTED)
    .replace(/\b[\w-]{20,}(?:\.[\w-]{8,})*\b/g, (word) => (isHarmlessWord(word) ? word : REDACTED))
    .replace(/(?<![\w.:-])\+?\d[\d\s()-]{8,}\d(?![\w:-])/g, REDACTED);
}

/** UUIDs are our own ids; words without both letters and digits are names, not tokens. */
function isHarmlessWord(word: string): boolean {
  if (/^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i.test(word)) return true;
  return !(/\d/.test(word) && /[a-z]/i.test(word));
}

function redactFields(fields: Record<string, unknown>, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, PRIVATE_KEY.test(key) ? REDACTED : redactValue(value, depth)]),
  );
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (value instanceof Error) return describeError(value, depth);
  if (depth >= MAX_DEPTH) return '…';
  if (Array.isArray(value)) return value.slice(0, 50).map((item) => redactValue(item, depth + 1));
  return redactFields(value as Record<string, unknown>, depth + 1);
}

/** An error by allow-list: drivers and parsers hang rows, bodies and requests on theirs. */
function describeError(error: Error, depth: number): Record<string, unknown> {
  const described: Record<string, unknown> = { name: error.name, message: redactText(error.message) };
  for (const key of ['code', 'kind', 'status'] as const) {
    const value: unknown = Reflect.get(error, key);
    if (typeof value === 'string' || typeof value === 'number') described[key] = value;
  }
  // Only the frames: the head of a stack repeats the message.
  described.stack = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
    .map((line) => line.trim());
  if (error.cause instanceof Error && depth < MAX_DEPTH) described.cause = describeError(error.cause, depth + 1);
  return described;
}
