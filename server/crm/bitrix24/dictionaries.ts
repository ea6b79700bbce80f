import { Decimal } from 'decimal.js';
import { z } from 'zod';
import type { Semantic } from '../../../contract/crm.ts';
import { CrmError } from '../adapter.ts';
import type { CurrencyRow, Dictionaries, PipelineRow, ProductRow, StatusRow, UserRow } from '../records.ts';
import type { BitrixError } from './bitrix-error.ts';
import type { BatchReply, BitrixClient } from './client.ts';
import type { BatchCommand } from './commands.ts';
import { readCode, readCurrency, readMoney, readText } from './values.ts';

/** Pages asked for blindly in the first batch, so that small dictionaries need no second one. */
const FIRST_PAGES = { users: 20, departments: 6, products: 18 } as const;
const PAGE_SIZE = 50;
/** 25 batches. A shop's catalogue may hold more products than this: those beyond are shown by their number. */
const MAX_PAGES = 1_250;

/** Missing rights for one of these leave that dictionary empty: labels are then codes, and everything else works. */
const OPTIONAL_CODES = new Set(['insufficient_scope', 'ACCESS_DENIED', 'ERROR_METHOD_NOT_FOUND', 'INVALID_CREDENTIALS']);

const text = z.union([z.string(), z.number()]).transform(String);
const flag = z
  .union([z.boolean(), z.string(), z.number()])
  .transform((value) => value === true || value === 'Y' || value === 'true' || value === 1);
/** Optional before the transform: a field that the scope or the portal leaves out must not cost the row. */
const optionalText = z
  .unknown()
  .optional()
  .transform((value) => readText(value, () => {}));

const user = z.looseObject({
  ID: text,
  NAME: optionalText,
  LAST_NAME: optionalText,
  EMAIL: optionalText,
  ACTIVE: flag.default(true),
  UF_DEPARTMENT: z.array(text).catch([]),
});
const department = z.looseObject({ ID: text, NAME: optionalText });
const status = z.looseObject({
  ENTITY_ID: z.string(),
  STATUS_ID: text,
  NAME: optionalText,
  SORT: z.coerce.number().int().catch(0),
  COLOR: optionalText,
  SEMANTICS: optionalText,
  EXTRA: z.looseObject({ SEMANTICS: optionalText, COLOR: optionalText }).nullish().catch(null),
});
const pipeline = z.looseObject({
  id: text,
  name: optionalText,
  sort: z.coerce.number().int().catch(0),
  isDefault: flag.default(false),
});
const currency = z.looseObject({
  CURRENCY: z.string(),
  AMOUNT: optionalText,
  AMOUNT_CNT: optionalText,
  BASE: flag.default(false),
  FULL_NAME: optionalText,
});
const product = z.looseObject({
  ID: text,
  NAME: optionalText,
  PRICE: z.unknown().optional(),
  CURRENCY_ID: z.unknown().optional(),
  ACTIVE: flag.default(true),
});

const SEMANTICS: ReadonlyMap<string | null | undefined, Semantic> = new Map([
  ['S', 'won'],
  ['success', 'won'],
  ['F', 'lost'],
  ['failure', 'lost'],
]);

interface PagedList {
  name: keyof typeof FIRST_PAGES;
  command(page: number): BatchCommand;
}

const PAGED: readonly PagedList[] = [
  {
    name: 'users',
    command: (page) => ({
      name: `users${page}`,
      method: 'user.get',
      params: { sort: 'ID', order: 'ASC', start: page * PAGE_SIZE },
    }),
  },
  {
    name: 'departments',
    command: (page) => ({
      name: `departments${page}`,
      method: 'department.get',
      params: { sort: 'ID', order: 'ASC', START: page * PAGE_SIZE },
    }),
  },
  {
    name: 'products',
    command: (page) => ({
      name: `products${page}`,
      method: 'crm.product.list',
      params: { order: { ID: 'ASC' }, select: ['ID', 'NAME', 'PRICE', 'CURRENCY_ID', 'ACTIVE'], start: page * PAGE_SIZE },
    }),
  },
];

const FIXED: readonly BatchCommand[] = [
  { name: 'statuses', method: 'crm.status.list', params: { order: { SORT: 'ASC' } } },
  { name: 'pipelines', method: 'crm.category.list', params: { entityTypeId: 2 } },
  { name: 'currencies', method: 'crm.currency.list' },
];

/** One request for a portal with up to 1,000 users, 300 departments and 900 products; one more for each further 50 pages. */
export async function readDictionaries(client: BitrixClient, signal: AbortSignal): Promise<Dictionaries> {
  const first = await client.batch(
    [...FIXED, ...PAGED.flatMap((list) => Array.from({ length: FIRST_PAGES[list.name] }, (_, page) => list.command(page)))],
    signal,
  );
  const paged = { users: [] as unknown[], departments: [] as unknown[], products: [] as unknown[] };
  for (const list of PAGED) paged[list.name] = await readAllPages(client, list, first, signal);
  const departments = new Map(parseRows(department, paged.departments).map((row) => [row.ID, row.NAME]));
  const categories = z.looseObject({ categories: z.array(z.unknown()) }).safeParse(required(first, 'pipelines'));
  return {
    users: parseRows(user, paged.users).map((row) => toUser(row, departments)),
    statuses: parseRows(status, required(first, 'statuses')).flatMap(toStatus),
    pipelines: parseRows(pipeline, categories.data?.categories).map(toPipeline),
    currencies: toCurrencies(parseRows(currency, required(first, 'currencies'))),
    products: parseRows(product, paged.products).map(toProduct),
  };
}

async function readAllPages(client: BitrixClient, list: PagedList, first: BatchReply, signal: AbortSignal): Promise<unknown[]> {
  const rows: unknown[] = [];
  let reply = first;
  let from = 0;
  let count: number = FIRST_PAGES[list.name];
  for (;;) {
    for (let page = from; page < from + count; page++) {
      const { name } = list.command(page);
      const error = reply.errors.get(name);
      if (error && page === 0 && isOptional(error)) return [];
      if (error) throw error;
      const result = reply.results.get(name);
      if (!Array.isArray(result)) throw new CrmError('bad_response', `Bitrix24 gave ${list.name} in an unknown shape`);
      rows.push(...result);
      if (result.length < PAGE_SIZE) return rows;
    }
    from += count;
    count = 50;
    if (from >= MAX_PAGES) return rows;
    reply = await client.batch(
      Array.from({ length: count }, (_, index) => list.command(from + index)),
      signal,
    );
  }
}

function isOptional(error: BitrixError): boolean {
  return OPTIONAL_CODES.has(error.code);
}

function required(reply: BatchReply, name: string): unknown {
  const error = reply.errors.get(name);
  if (error) throw error;
  return reply.results.get(name);
}

/** A row that does not parse is left out: a label is missing then, no record is. A list of which none parses is refused. */
function parseRows<Schema extends z.ZodType>(schema: Schema, rows: unknown): z.infer<Schema>[] {
  if (!Array.isArray(rows)) throw new CrmError('bad_response', 'Bitrix24 gave a dictionary in an unknown shape');
  const parsed = rows.flatMap((row) => {
    const result = schema.safeParse(row);
    return result.success ? [result.data] : [];
  });
  if (rows.length > 0 && parsed.length === 0) {
    throw new CrmError('bad_response', 'Bitrix24 gave a dictionary whose rows are of an unknown shape');
  }
  return parsed;
}

function toUser(row: z.infer<typeof user>, departments: ReadonlyMap<string, string | null>): UserRow {
  const [departmentId] = row.UF_DEPARTMENT;
  return {
    externalId: row.ID,
    name: [row.NAME, row.LAST_NAME].filter(Boolean).join(' ') || row.EMAIL || `#${row.ID}`,
    email: row.EMAIL,
    department: departmentId === undefined ? null : (departments.get(departmentId) ?? null),
    active: row.ACTIVE,
  };
}

/** Dictionaries that are no stages. */
const PLAIN = new Map<string, StatusRow['entity']>([
  ['SOURCE', 'sources'],
  ['INDUSTRY', 'industries'],
]);

/** Stages of leads (STATUS) and deals (DEAL_STAGE, DEAL_STAGE_<pipeline>), sources and industries; others are not used. */
function toStatus(row: z.infer<typeof status>): StatusRow[] {
  const deal = /^DEAL_STAGE(?:_(\d+))?$/.exec(row.ENTITY_ID);
  const code = readCode(row.STATUS_ID, () => {});
  const plain = PLAIN.get(row.ENTITY_ID);
  if (code === null || !(deal || plain || row.ENTITY_ID === 'STATUS')) return [];
  return [
    {
      entity: plain ?? (deal ? 'deals' : 'leads'),
      pipeline: deal ? (deal[1] ?? '0') : '',
      code,
      label: row.NAME ?? code,
      semantic: plain ? null : (SEMANTICS.get(row.SEMANTICS) ?? SEMANTICS.get(row.EXTRA?.SEMANTICS) ?? 'open'),
      sort: row.SORT,
      color: row.COLOR ?? row.EXTRA?.COLOR ?? null,
    },
  ];
}

function toPipeline(row: z.infer<typeof pipeline>): PipelineRow {
  return { externalId: row.id, name: row.name ?? `#${row.id}`, sort: row.sort, isDefault: row.isDefault };
}

/** A currency may be listed twice; the base one, whose rate is certain, is kept. */
function toCurrencies(rows: readonly z.infer<typeof currency>[]): CurrencyRow[] {
  const byCode = new Map<string, CurrencyRow>();
  for (const row of rows) {
    const code = readCurrency(row.CURRENCY, () => {});
    if (code === null || byCode.get(code)?.isBase) continue;
    byCode.set(code, {
      code,
      rate: row.BASE ? '1' : rateOf(row.AMOUNT, row.AMOUNT_CNT),
      isBase: row.BASE,
      name: row.FULL_NAME ?? code,
    });
  }
  return [...byCode.values()];
}

/** AMOUNT base units are worth AMOUNT_CNT units. */
function rateOf(amount: string | null, count: string | null): string | null {
  if (!isPositive(amount)) return null;
  const rate = new Decimal(amount).div(isPositive(count) ? count : 1);
  return rate.lt('1e14') ? rate.toFixed(10) : null;
}

function isPositive(value: string | null): value is string {
  return value !== null && /^\d+(?:\.\d+)?$/.test(value) && Number(value) > 0;
}

function toProduct(row: z.infer<typeof product>): ProductRow {
  const ignore = () => {};
  return {
    externalId: row.ID,
    name: row.NAME ?? `#${row.ID}`,
    price: readMoney(row.PRICE, ignore),
    currency: readCurrency(row.CURRENCY_ID, ignore),
    active: row.ACTIVE,
  };
}
