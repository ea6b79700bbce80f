import type { Entity, Semantic } from '../../../contract/crm.ts';
import type { Quarantined } from '../adapter.ts';
import type { ActivityType, AnyRecord, RecordOf, StageHistoryRecord } from '../records.ts';
import { ACTIVITY_FIELDS, COMPANY_FIELDS, CONTACT_FIELDS, DEAL_FIELDS, type FieldMap, LEAD_FIELDS } from './field-map.ts';
import { cleanText, type Note, readCode, readCurrency, readLink, readMoney, readText, readTime } from './values.ts';

/** A record as Bitrix24 gives it; the shape of a row is checked value by value, so that one bad value costs only itself. */
export type RawRecord = Readonly<Record<string, unknown>>;

export interface NormalizeContext {
  /** The portal's offset, for moments that carry none: `+03:00`. */
  portalOffset: string;
  /** Custom fields: name in the answer -> Bitrix24's own code (`ufCrm_1747309879` -> `UF_CRM_1747309879`). */
  customFields: ReadonlyMap<string, string>;
}

export interface Normalized {
  /** null where the record cannot be used at all; `problem` then says why. */
  record: AnyRecord | null;
  /** What could not be used. */
  problem: Quarantined | null;
}

const MAX_CUSTOM_CHARS = 1024 * 1024;
const LONGEST_CALL_SECONDS = 7 * 86_400;
const SEMANTICS: ReadonlyMap<unknown, Semantic> = new Map([
  ['P', 'open'],
  ['S', 'won'],
  ['F', 'lost'],
]);
const OWNERS = new Map([
  ['1', 'leads'],
  ['2', 'deals'],
  ['3', 'contacts'],
  ['4', 'companies'],
] as const);
const ACTIVITY_TYPES: ReadonlyMap<string, ActivityType> = new Map([
  ['1', 'meeting'],
  ['2', 'call'],
  ['3', 'task'],
  ['4', 'email'],
  ['5', 'meeting'],
]);
/** Kinds that Bitrix24 files under "other provider" (TYPE_ID 6). */
const PROVIDER_TYPES: ReadonlyMap<string, ActivityType> = new Map([
  ['CRM_TODO', 'task'],
  ['CRM_TASKS_TASK', 'task'],
  ['CRM_EMAIL', 'email'],
  ['CRM_MEETING', 'meeting'],
  ['VOXIMPLANT_CALL', 'call'],
]);
const HISTORY_KINDS = new Map([
  ['1', 'created'],
  ['2', 'moved'],
  ['3', 'closed'],
  ['5', 'pipeline_changed'],
] as const);

/** Pure. Stage histories of leads and deals are told apart by `owner`. */
export function normalize(
  entity: Entity,
  raw: RawRecord,
  context: NormalizeContext,
  owner: 'leads' | 'deals' = 'deals',
): Normalized {
  const reader = new Reader(raw, context);
  const externalId = readCode(raw.id ?? raw.ID, () => {});
  if (externalId === null) return { record: null, problem: { externalId: '?', reason: 'no_id' } };
  if (entity === 'stageHistory') return stageHistory(reader, externalId, owner);
  const record = BUILDERS[entity](reader, externalId);
  if (reader.customChars > MAX_CUSTOM_CHARS) {
    return { record: null, problem: { externalId, reason: 'record_too_large' } };
  }
  return { record, problem: reader.problem(externalId) };
}

const BUILDERS: { [E in Exclude<Entity, 'stageHistory'>]: (reader: Reader, externalId: string) => RecordOf[E] } = {
  leads: (reader, externalId) => ({
    externalId,
    ...reader.fields(LEAD_FIELDS),
    semantic: reader.semantic('stageSemanticId'),
    contactName: reader.fullName(),
    contactPhone: reader.contactPoint('phone'),
    contactEmail: reader.contactPoint('email'),
    customFields: reader.customFields(),
  }),
  deals: (reader, externalId) => {
    const fields = reader.fields(DEAL_FIELDS);
    const semantic = reader.semantic('stageSemanticId');
    // Deals have no closing moment of their own: it is when they reached the final stage they are in.
    const closedAt = semantic === 'open' ? null : fields.stageChangedAt;
    return { externalId, ...fields, semantic, closedAt, customFields: reader.customFields() };
  },
  contacts: (reader, externalId) => ({
    externalId,
    ...reader.fields(CONTACT_FIELDS),
    name: reader.fullName(),
    phone: reader.contactPoint('phone'),
    email: reader.contactPoint('email'),
    customFields: reader.customFields(),
  }),
  companies: (reader, externalId) => ({
    externalId,
    ...reader.fields(COMPANY_FIELDS),
    employeeCount: null,
    customFields: reader.customFields(),
  }),
  activities: (reader, externalId) => {
    const fields = reader.fields(ACTIVITY_FIELDS);
    const type = reader.activityType();
    const ownerEntity = OWNERS.get(reader.code('OWNER_TYPE_ID') as '1') ?? null;
    const direction = reader.code('DIRECTION');
    return {
      externalId,
      ...fields,
      type,
      direction: direction === '1' ? 'in' : direction === '2' ? 'out' : null,
      completed: reader.raw.COMPLETED === 'Y',
      durationSeconds: type === 'call' ? secondsBetween(fields.startedAt, fields.endedAt) : null,
      ownerEntity,
      ownerExternalId: ownerEntity === null ? null : reader.link('OWNER_ID'),
      customFields: {},
    };
  },
};

function stageHistory(reader: Reader, id: string, owner: 'leads' | 'deals'): Normalized {
  const externalId = `${owner}:${id}`;
  const isLead = owner === 'leads';
  const ownerExternalId = reader.link('OWNER_ID');
  const stage = reader.code(isLead ? 'STATUS_ID' : 'STAGE_ID');
  const occurredAt = reader.time('CREATED_TIME');
  if (ownerExternalId === null || stage === null || occurredAt === null) {
    return { record: null, problem: { externalId, reason: 'incomplete' } };
  }
  const record: StageHistoryRecord = {
    externalId,
    ownerEntity: owner,
    ownerExternalId,
    pipeline: isLead ? null : reader.code('CATEGORY_ID'),
    stage,
    semantic: reader.semantic(isLead ? 'STATUS_SEMANTIC_ID' : 'STAGE_SEMANTIC_ID'),
    kind: HISTORY_KINDS.get(reader.code('TYPE_ID') as '1') ?? 'moved',
    occurredAt,
  };
  return { record, problem: reader.problem(externalId) };
}

/** Reads one raw record and remembers which of its values could not be used: by field name, never by content. */
class Reader {
  readonly raw: RawRecord;
  customChars = 0;
  private readonly context: NormalizeContext;
  private readonly notes: string[] = [];

  constructor(raw: RawRecord, context: NormalizeContext) {
    this.raw = raw;
    this.context = context;
  }

  fields<Key extends string>(map: FieldMap<Key>): Record<Key, string | null> {
    const values: Partial<Record<Key, string | null>> = {};
    for (const key in map) {
      const [kind, name] = map[key];
      values[key] = this[kind](name);
    }
    return values as Record<Key, string | null>;
  }

  text(name: string): string | null {
    return readText(this.raw[name], this.noteOf(name));
  }
  code(name: string): string | null {
    return readCode(this.raw[name], this.noteOf(name));
  }
  link(name: string): string | null {
    return readLink(this.raw[name], this.noteOf(name));
  }
  money(name: string): string | null {
    return readMoney(this.raw[name], this.noteOf(name));
  }
  currency(name: string): string | null {
    return readCurrency(this.raw[name], this.noteOf(name));
  }
  time(name: string): string | null {
    const value = this.raw[name];
    // How Bitrix24 writes "no deadline", the day before where a zone is behind its server's; nothing is wrong with it.
    if (typeof value === 'string' && /^9999-12-3[01]/.test(value)) return null;
    return readTime(value, this.context.portalOffset, this.noteOf(name));
  }

  semantic(name: string): Semantic {
    const semantic = SEMANTICS.get(this.raw[name]);
    if (!semantic) this.noteOf(name)('unknown_stage_meaning');
    return semantic ?? 'open';
  }

  fullName(): string | null {
    return [this.text('name'), this.text('lastName')].filter((part) => part !== null).join(' ') || null;
  }

  /** The flat field (`phone`), else the first of its kind among the multi-fields (`fm`). */
  contactPoint(kind: 'phone' | 'email'): string | null {
    const flat = this.text(kind);
    if (flat !== null || !Array.isArray(this.raw.fm)) return flat;
    const entry: unknown = this.raw.fm.find((item: RawRecord | null) => item?.typeId === kind.toUpperCase());
    return readText((entry as RawRecord | undefined)?.value, this.noteOf('fm'));
  }

  activityType(): ActivityType {
    return ACTIVITY_TYPES.get(this.code('TYPE_ID') ?? '') ?? PROVIDER_TYPES.get(this.code('PROVIDER_ID') ?? '') ?? 'other';
  }

  customFields(): Record<string, unknown> {
    const values: Record<string, unknown> = {};
    for (const [name, code] of this.context.customFields) {
      const value = this.raw[name];
      if (isEmpty(value)) continue;
      values[code] = this.cleanCustom(value, name);
    }
    return values;
  }

  problem(externalId: string): Quarantined | null {
    return this.notes.length === 0 ? null : { externalId, reason: this.notes.join('; ') };
  }

  private cleanCustom(value: unknown, name: string): unknown {
    if (typeof value === 'string') {
      this.customChars += value.length;
      return cleanText(value, this.noteOf(name));
    }
    if (Array.isArray(value)) return value.map((item) => this.cleanCustom(item, name));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [cleanText(key, this.noteOf(name)), this.cleanCustom(item, name)]),
      );
    }
    return value;
  }

  private noteOf(name: string): Note {
    return (problem) => {
      this.notes.push(`${name}: ${problem}`);
    };
  }
}

/** Bitrix24 writes "no value" of a custom field in each of these ways. A yes/no field's `false` comes as 'N' or 0. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || value === false || (Array.isArray(value) && value.length === 0);
}

function secondsBetween(start: string | null, end: string | null): number | null {
  if (start === null || end === null) return null;
  const seconds = Math.round((Date.parse(end) - Date.parse(start)) / 1000);
  return seconds >= 0 && seconds <= LONGEST_CALL_SECONDS ? seconds : null;
}
