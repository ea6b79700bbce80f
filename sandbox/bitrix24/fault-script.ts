import { z } from 'zod';
import { faultWhen } from '../faults.ts';
import { RawJson } from '../raw-json.ts';

/*
 * A script of faults for one portal, as plain JSON: it can be kept in a file or sent to another process. Rules are tried in
 * order; of faults that exclude each other (two refusals, two ways to cut an answer) the first one wins.
 */

const faultEntity = z.enum(['leads', 'deals', 'contacts', 'companies', 'activities', 'leadHistory', 'dealHistory']);

/** Names a kind of records as fault scripts do; the two stage histories are apart. */
export type FaultEntity = z.infer<typeof faultEntity>;

/** Sandbox time, which the clock's speed makes shorter. */
const seconds = z.number().positive();
const page = z.enum(['login', 'maintenance', 'captcha', 'empty']);

/** What takes the place of a field's value on the wire: any JSON value, or one of these. */
const fieldValue = z.union([
  /** The key is missing. */
  z.strictObject({ $missing: z.literal(true) }),
  /** JSON text sent as it is, e.g. '9007199254740993.01': a number, string, boolean or null. */
  z.strictObject({ $raw: z.string().refine(isRawJson, 'not the JSON text of a number, string, boolean or null') }),
  /** A long text that need not be written out. */
  z.strictObject({ $repeat: z.string(), times: z.int().positive() }),
  /** The record's own value as a string. */
  z.strictObject({ $asText: z.literal(true) }),
  z.json().refine((value) => !isMarked(value), 'an object with a $ name must be one of those above'),
]);

export type FieldValue = z.output<typeof fieldValue>;

const valueRecord = z.strictObject({
  entity: faultEntity,
  /** '*': every record. */
  id: z.union([z.int(), z.literal('*')]),
  /**
   * By the name on the wire (`title` in crm.item.*, `SUBJECT` in crm.activity.*). A field that the record does not have is
   * added where the request's select asks for it.
   */
  fields: z.record(z.string(), fieldValue),
});

/** Faults of a whole request, a batch as one. */
const ofRequest = [
  /** 503 QUERY_LIMIT_EXCEEDED. */
  z.strictObject({ kind: z.literal('queryLimit') }),
  /** 503 OVERLOAD_LIMIT: the portal was blocked by hand. */
  z.strictObject({ kind: z.literal('overload') }),
  /** 403 ACCESS_DENIED: the plan has no REST API. */
  z.strictObject({ kind: z.literal('planRequired') }),
  /** 500 PORTAL_DELETED. */
  z.strictObject({ kind: z.literal('portalDeleted') }),
  /** Of `oauth/token`: PAYMENT_REQUIRED, no tokens. */
  z.strictObject({ kind: z.literal('paymentRequired') }),
  /** Any other error answer; the code may be empty. */
  z.strictObject({ kind: z.literal('refuse'), status: z.int(), error: z.string(), description: z.string().default('') }),
  /** 500 with the portal's own error, 502 and 504 with nginx's page; `afterSeconds`: it takes that long to come. */
  z.strictObject({
    kind: z.literal('serverError'),
    status: z.union([z.literal(500), z.literal(502), z.literal(504)]),
    afterSeconds: z.number().nonnegative().default(0),
  }),
  /** The connection is reset before any answer; with `portClosedSeconds` the port refuses all connections for that time. */
  z.strictObject({ kind: z.literal('refuseConnections'), portClosedSeconds: seconds.optional() }),
  /** Headers never come; with `seconds` the connection is cut then. */
  z.strictObject({ kind: z.literal('hang'), seconds: seconds.optional() }),
  /** Headers at once, then the body byte by byte. */
  z.strictObject({ kind: z.literal('drip'), bytesPerSecond: z.number().positive().default(1) }),
  /** Half the body, then a reset of the connection. */
  z.strictObject({ kind: z.literal('reset') }),
  /** Half the body in chunks, properly ended. */
  z.strictObject({ kind: z.literal('truncate') }),
  /** Content-Length promises more than comes before the connection ends. */
  z.strictObject({ kind: z.literal('wrongLength') }),
  /** A page in place of JSON, as text/html; `empty`: no body at all. */
  z.strictObject({ kind: z.literal('html'), page: page.default('login'), status: z.int().default(200) }),
  /** A byte order mark before valid JSON. */
  z.strictObject({ kind: z.literal('bom') }),
  /** An app's access token expires at that command of a batch (from 1); a request that is no batch is refused. */
  z.strictObject({ kind: z.literal('expireToken'), atCommand: z.int().positive().default(1) }),
  /** The app is uninstalled when the request comes in, which is refused already; with its event. */
  z.strictObject({ kind: z.literal('revoke'), clean: z.boolean().default(false) }),
  /** 302 to the same path at another origin; null: the portal moves to another port and stays there. */
  z.strictObject({ kind: z.literal('redirect'), to: z.string().nullable().default(null) }),
  /** The portal's idea of now is off by that much: answers, stamps of changes made through it, events. A state. */
  z.strictObject({ kind: z.literal('clockSkew'), seconds: z.number() }),
  /** Moments in results end in Z or in nothing instead of +03:00; `timeBlock`: those of the time block too. A state. */
  z.strictObject({ kind: z.literal('timeFormat'), offset: z.enum(['Z', 'none']), timeBlock: z.boolean().default(false) }),
  /** The portal's zone, minutes east of UTC. A state. */
  z.strictObject({ kind: z.literal('zone'), utcOffsetMinutes: z.int() }),
  /** Empty maps of a batch, `[]` by PHP's habit, come otherwise. */
  z.strictObject({ kind: z.literal('emptyMaps'), as: z.enum(['object', 'absent', 'null']) }),
  /** The entity gets a custom field, and keeps it; its values are null until the world or `values` say otherwise. */
  z.strictObject({
    kind: z.literal('newField'),
    entity: z.enum(['leads', 'deals', 'contacts', 'companies']),
    /** UF_CRM_… */
    code: z.string().regex(/^UF_CRM_\w+$/),
    label: z.string().default('A new field'),
    type: z.enum(['string', 'double', 'boolean', 'date']).default('string'),
  }),
  /** Nothing on the wire: whoever plays the script is told before the request is answered, and may change the world. */
  z.strictObject({ kind: z.literal('signal'), name: z.string() }),
] as const;

/** Faults of one call, alone or as a command of a batch. */
const ofCall = [
  /** The method is blocked for that long: 429 OPERATION_TIME_LIMIT for each call until `operating_reset_at`. */
  z.strictObject({ kind: z.literal('operationTimeLimit'), seconds: seconds }),
  /** An error answer, in a batch an entry of result_error; the code may be empty. `halt`: the batch ends there. */
  z.strictObject({
    kind: z.literal('commandError'),
    error: z.string(),
    description: z.string().default(''),
    status: z.int().default(400),
    halt: z.boolean().default(false),
  }),
  /** The command is in none of the batch's maps; a single call has no `result`. */
  z.strictObject({ kind: z.literal('noAnswer') }),
  /** `result: null`. */
  z.strictObject({ kind: z.literal('nullResult') }),
  /** Fields of records are others on the wire; the world keeps its own. A state. */
  z.strictObject({ kind: z.literal('values'), records: z.array(valueRecord) }),
  /**
   * Records come twice: `previous`: the last one of the list's previous page opens this one; `inPage`: that many from the
   * top twice in a row. A page read with start=-1 stays at 50: what falls off its end comes with the next.
   */
  z.strictObject({
    kind: z.literal('duplicates'),
    inPage: z.int().nonnegative().default(0),
    previous: z.boolean().default(false),
  }),
  /** A list page is cut to its first rows though more follow. */
  z.strictObject({ kind: z.literal('shortPage'), rows: z.int().positive().default(30) }),
  /** A list page is empty though there are rows. */
  z.strictObject({ kind: z.literal('emptyPage') }),
  /** `total` and `next` say something else; null: they are missing. */
  z.strictObject({
    kind: z.literal('counts'),
    total: z.int().nullable().optional(),
    next: z.int().nullable().optional(),
  }),
] as const;

const faultWhat = z.discriminatedUnion('kind', [...ofRequest, ...ofCall]);

export type FaultWhat = z.output<typeof faultWhat>;

/** The fault of one kind, with its settings. */
export type Fault<Kind extends FaultWhat['kind']> = Extract<FaultWhat, { kind: Kind }>;

const CALL_KINDS: ReadonlySet<string> = new Set(ofCall.map(({ shape }) => shape.kind.value));
const LASTING_KINDS: ReadonlySet<string> = new Set(['clockSkew', 'timeFormat', 'zone', 'values']);

export const isOfCall = ({ kind }: FaultWhat): boolean => CALL_KINDS.has(kind);
export const isLasting = ({ kind }: FaultWhat): boolean => LASTING_KINDS.has(kind);

const faultRule = z
  .strictObject({
    when: faultWhen.extend({ entity: faultEntity.optional() }).prefault({}),
    what: faultWhat,
  })
  .refine(({ when, what }) => isOfCall(what) || (when.command === undefined && when.ids === undefined), {
    message: 'command and ids are for faults of single calls',
  });

const faultScript = z.array(faultRule);

/** What `SandboxPortal.playFaults` takes: defaults may be left out. */
export type FaultScript = z.input<typeof faultScript>;

/** @throws ZodError when it is no script */
export const parseFaultScript = (script: unknown): z.output<typeof faultScript> => faultScript.parse(script);

function isMarked(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).some((key) => key.startsWith('$'));
}

function isRawJson(text: string): boolean {
  try {
    new RawJson(text);
    return true;
  } catch {
    return false;
  }
}
