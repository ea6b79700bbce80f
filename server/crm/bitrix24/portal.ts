import { z } from 'zod';
import type { CrmMode, Entity } from '../../../contract/crm.ts';
import { isTimeZone } from '../../platform/time-zone.ts';
import { type ConnectionInfo, CrmError, type FieldDefinition } from '../adapter.ts';
import { BitrixError } from './bitrix-error.ts';
import type { BatchReply, BitrixClient } from './client.ts';
import type { BatchCommand } from './commands.ts';
import { ITEM_TYPE_IDS, type ItemEntity, type List } from './lists.ts';
import { cleanText } from './values.ts';

/** What a load has to know of a portal before it reads records; all of it from one request. */
export interface Portal {
  info: ConnectionInfo;
  entities: readonly Entity[];
  fields: readonly FieldDefinition[];
  /** Name in answers -> Bitrix24's code, of custom fields only. */
  customFields: ReadonlyMap<ItemEntity, ReadonlyMap<string, string>>;
  /** `+03:00`. */
  utcOffset: string;
}

const ENTITIES: readonly Entity[] = ['leads', 'deals', 'activities', 'stageHistory', 'contacts', 'companies'];
const ITEM_ENTITIES = Object.keys(ITEM_TYPE_IDS) as ItemEntity[];
const SIMPLE_MODE = 2;

const profile = z.looseObject({
  ID: z.union([z.string(), z.number()]).transform(String),
  ADMIN: z.boolean().catch(false),
  TIME_ZONE: z.string().catch(''),
});
const field = z.looseObject({
  type: z.string(),
  title: z.string().catch(''),
  formLabel: z.string().optional(),
  listLabel: z.string().optional(),
  isMultiple: z.boolean().catch(false),
  upperName: z.string().optional(),
  items: z
    .array(z.looseObject({ ID: z.union([z.string(), z.number()]).transform(String), VALUE: z.string() }))
    .optional()
    .catch(undefined),
});
const fields = z.looseObject({ fields: z.record(z.string(), field) });

const TYPES: ReadonlyMap<string, FieldDefinition['type']> = new Map([
  ['string', 'text'],
  ['text', 'text'],
  ['url', 'text'],
  ['address', 'text'],
  ['integer', 'number'],
  ['double', 'number'],
  ['boolean', 'boolean'],
  ['char', 'boolean'],
  ['date', 'date'],
  ['datetime', 'datetime'],
  ['money', 'money'],
  ['enumeration', 'list'],
  ['crm_status', 'list'],
  ['crm_currency', 'list'],
  ['user', 'reference'],
  ['employee', 'reference'],
  ['crm', 'reference'],
  ['crm_lead', 'reference'],
  ['crm_contact', 'reference'],
  ['crm_company', 'reference'],
]);

export async function readPortal(client: BitrixClient, signal: AbortSignal): Promise<Portal> {
  const reply = await client.batch(
    [
      { name: 'profile', method: 'profile' },
      { name: 'mode', method: 'crm.settings.mode.get' },
      { name: 'currency', method: 'crm.currency.base.get' },
      { name: 'app', method: 'app.info' },
      ...ITEM_ENTITIES.map((entity) => ({
        name: `${entity}Fields`,
        method: 'crm.item.fields',
        params: { entityTypeId: ITEM_TYPE_IDS[entity] },
      })),
    ],
    signal,
  );
  const owner = parse(profile, reply, 'profile');
  const mode: CrmMode = Number(parse(z.union([z.string(), z.number()]), reply, 'mode')) === SIMPLE_MODE ? 'simple' : 'classic';
  // A webhook has no application and so cannot ask for the plan.
  const app = z.looseObject({ LICENSE: z.string() }).safeParse(reply.results.get('app'));
  const base = z.string().min(1).safeParse(reply.results.get('currency'));
  const described = ITEM_ENTITIES.flatMap((entity) =>
    Object.entries(parse(fields, reply, `${entity}Fields`).fields).map(([name, given]) => describe(entity, name, given)),
  );
  return {
    info: {
      mode,
      timezone: isTimeZone(owner.TIME_ZONE) ? owner.TIME_ZONE : null,
      baseCurrency: base.success ? base.data.toUpperCase() : null,
      license: app.success ? app.data.LICENSE : null,
      userId: owner.ID,
      userIsAdmin: owner.ADMIN,
      crmTime: new Date(reply.crmTime).toISOString(),
    },
    entities: mode === 'simple' ? ENTITIES.filter((entity) => entity !== 'leads') : ENTITIES,
    fields: described.map(({ definition }) => definition),
    customFields: new Map(
      ITEM_ENTITIES.map((entity) => [
        entity,
        new Map(
          described
            .filter(({ definition }) => definition.entity === entity && definition.isCustom)
            .map(({ name, definition }) => [name, definition.code]),
        ),
      ]),
    ),
    utcOffset: /(?:Z|[+-]\d{2}:\d{2})$/.exec(reply.crmTime)?.[0] ?? 'Z',
  };
}

/**
 * How long each list is (`List.name`); a list that could not be counted is left out. One request, unless counting takes longer
 * than a request may: then half of the lists at a time.
 * @param extra commands that ride along; their results are in the reply
 */
export async function countRows(
  client: BitrixClient,
  lists: readonly List[],
  signal: AbortSignal,
  extra: readonly BatchCommand[] = [],
): Promise<{ counts: ReadonlyMap<string, number>; reply: BatchReply }> {
  let reply: BatchReply;
  try {
    reply = await client.batch([...lists.map(countCommand), ...extra], signal);
  } catch (error) {
    if (!(error instanceof BitrixError) || error.recovery !== 'shrink' || lists.length < 2) throw error;
    const middle = Math.ceil(lists.length / 2);
    const first = await countRows(client, lists.slice(0, middle), signal, extra);
    const second = await countRows(client, lists.slice(middle), signal);
    return { counts: new Map([...first.counts, ...second.counts]), reply: first.reply };
  }
  const counts = new Map<string, number>();
  for (const { name, rowsKey } of lists) {
    const total = reply.totals.get(name);
    const result = reply.results.get(name) as Record<string, unknown> | undefined;
    const rows = rowsKey === null ? result : result?.[rowsKey];
    // What is there counts, whatever the total says.
    if (total !== undefined && Array.isArray(rows)) counts.set(name, Math.max(total, rows.length));
  }
  return { counts, reply };
}

/** The count comes with the list's first page, of which only the id is asked for. */
function countCommand(list: List): BatchCommand {
  return {
    name: list.name,
    method: list.method,
    params: { ...list.params, filter: list.filter, select: [list.idField], order: { [list.idField]: 'DESC' }, start: 0 },
  };
}

function parse<Schema extends z.ZodType>(schema: Schema, reply: BatchReply, name: string): z.infer<Schema> {
  const error = reply.errors.get(name);
  if (error) throw error;
  const parsed = schema.safeParse(reply.results.get(name));
  if (!parsed.success) throw new CrmError('bad_response', `Bitrix24 gave ${name} in an unknown shape`);
  return parsed.data;
}

function describe(entity: ItemEntity, name: string, given: z.infer<typeof field>): { name: string; definition: FieldDefinition } {
  const code = given.upperName ?? name;
  const label = cleanText(given.formLabel || given.listLabel || given.title || code, () => {});
  const options = given.items ? Object.fromEntries(given.items.map(({ ID, VALUE }) => [ID, cleanText(VALUE, () => {})])) : null;
  const isCustom = code.startsWith('UF_');
  return {
    name,
    definition: { entity, code, label, type: TYPES.get(given.type) ?? 'other', isCustom, isMultiple: given.isMultiple, options },
  };
}
