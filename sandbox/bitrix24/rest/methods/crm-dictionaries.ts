import type { WorldStatus } from '../../../world/types.ts';
import { classicError, missingParameter, RestError } from '../error.ts';
import type { Field } from '../fields/field.ts';
import { compileFilter } from '../filter.ts';
import { createArraySource, listPage } from '../list.ts';
import { type Answer, type Call, type MethodTable, single } from '../method.ts';
import { toEntries, toInteger, toText } from '../params.ts';
import { formatTime } from '../time.ts';
import { toFilterField, toOrder } from '../views/view.ts';
import { byClassicName } from './crm-classic.ts';
import { viewContext } from './crm-records.ts';

const SCOPES = ['crm'];

export const DICTIONARY_METHODS: MethodTable = {
  'crm.settings.mode.get': {
    scopes: SCOPES,
    run: (call) => single(call.portal.world.options.mode === 'classic' ? 1 : 2),
  },
  'crm.status.list': { scopes: SCOPES, run: listStatuses },
  'crm.category.list': { scopes: SCOPES, run: listCategories },
  'crm.dealcategory.list': { scopes: SCOPES, run: listDealCategories },
  'crm.currency.list': { scopes: SCOPES, run: listCurrencies },
  'crm.currency.base.get': {
    scopes: SCOPES,
    run: (call) => single(call.portal.world.currencies.find((currency) => currency.isBase)?.code ?? ''),
  },
  'crm.enum.ownertype': { scopes: SCOPES, run: () => ({ result: OWNER_TYPES, records: OWNER_TYPES.length }) },
};

const OWNER_TYPES = [
  { ID: 1, NAME: 'Lead', SYMBOL_CODE: 'LEAD', SYMBOL_CODE_SHORT: 'L' },
  { ID: 2, NAME: 'Deal', SYMBOL_CODE: 'DEAL', SYMBOL_CODE_SHORT: 'D' },
  { ID: 3, NAME: 'Contact', SYMBOL_CODE: 'CONTACT', SYMBOL_CODE_SHORT: 'C' },
  { ID: 4, NAME: 'Company', SYMBOL_CODE: 'COMPANY', SYMBOL_CODE_SHORT: 'CO' },
];

/** All rows that pass a classic filter, in order: the dictionaries know no pages. */
function selectRows<Row extends { id: number }>(call: Call, rows: readonly Row[], fields: readonly Field<Row>[]): Row[] {
  const names = byClassicName(fields);
  const context = viewContext(call, 'deals');
  const filter = compileFilter<Row>(call.params.filter, {
    resolve: (name) => {
      const field = names.get(name);
      return field ? toFilterField(field, context.lookup) : null;
    },
    onUnknown: () => {},
    offsetMinutes: context.offsetMinutes,
  });
  const order = toOrder(call.params.order, names, context.lookup, () => {});
  const source = createArraySource(rows);
  const found: Row[] = [];
  for (let start = 0; ; start += 50) {
    const page = listPage(source, { filter, order, start });
    found.push(...page.rows);
    if (page.next === undefined) return found;
  }
}

const STATUS_FIELDS: readonly Field<WorldStatus>[] = [
  { item: null, classic: 'ID', type: 'integer', title: 'ID', read: (row) => row.id },
  { item: null, classic: 'ENTITY_ID', type: 'string', title: 'ENTITY_ID', read: (row) => row.entityId },
  { item: null, classic: 'STATUS_ID', type: 'string', title: 'STATUS_ID', read: (row) => row.statusId },
  { item: null, classic: 'NAME', type: 'string', title: 'NAME', read: (row) => row.name },
  { item: null, classic: 'SORT', type: 'integer', title: 'SORT', read: (row) => row.sort },
  { item: null, classic: 'CATEGORY_ID', type: 'integer', title: 'CATEGORY_ID', read: (row) => row.categoryId },
  {
    item: null,
    classic: 'SEMANTICS',
    type: 'string',
    title: 'SEMANTICS',
    read: (row) => (row.semantic === 'P' ? null : row.semantic),
  },
];

const SEMANTIC_WORDS = { P: 'process', S: 'success', F: 'failure' };

function listStatuses(call: Call): Answer {
  for (const [name, value] of toEntries(call.params.filter) ?? []) {
    if (name.endsWith('ENTITY_ID') && typeof value === 'object') throw classicError('Filter by ENTITY_ID must be a string');
  }
  const rows = selectRows(call, call.portal.world.statuses, STATUS_FIELDS);
  return { result: rows.map(showStatus), total: rows.length, records: rows.length };
}

function showStatus(status: WorldStatus): Record<string, unknown> {
  const { semantic } = status;
  return {
    ID: String(status.id),
    ENTITY_ID: status.entityId,
    STATUS_ID: status.statusId,
    NAME: status.name,
    NAME_INIT: status.system ? status.name : '',
    SORT: String(status.sort),
    SYSTEM: status.system ? 'Y' : 'N',
    CATEGORY_ID: status.categoryId ? String(status.categoryId) : null,
    COLOR: status.color,
    SEMANTICS: semantic === 'P' ? null : semantic,
    ...(semantic === null ? {} : { EXTRA: { SEMANTICS: SEMANTIC_WORDS[semantic], COLOR: status.color } }),
  };
}

/** entityTypeId of the first object that is a portal's own; the sandbox has none. */
const SMART_PROCESSES = 128;

function listCategories(call: Call): Answer {
  const typeId = toText(call.params.entitytypeid);
  if (typeId === '') throw missingParameter('entityTypeId');
  if (Number(typeId) >= SMART_PROCESSES) throw new RestError(400, 'NOT_FOUND', 'Smart process not found');
  if (typeId !== '2')
    throw new RestError(400, 'ENTITY_TYPE_NOT_SUPPORTED', `Entity type ${toInteger(typeId, 0)} is not supported`);
  const categories = call.portal.world.pipelines.map((pipeline) => ({
    id: pipeline.id,
    name: pipeline.name,
    sort: pipeline.sort,
    entityTypeId: 2,
    isDefault: pipeline.isDefault ? 'Y' : 'N',
    originId: '',
    originatorId: '',
  }));
  return { result: { categories }, total: categories.length, records: categories.length };
}

/** Without the default pipeline, which has no row of its own. */
function listDealCategories(call: Call): Answer {
  const rows = call.portal.world.pipelines
    .filter((pipeline) => !pipeline.isDefault)
    .map((pipeline) => ({
      ID: String(pipeline.id),
      CREATED_DATE: formatTime(call.portal.world.options.now, call.portal.utcOffsetMinutes),
      NAME: pipeline.name,
      IS_LOCKED: 'N',
      SORT: String(pipeline.sort),
    }));
  return { result: rows, total: rows.length, records: rows.length };
}

/** `total` is always 0 here. */
function listCurrencies(call: Call): Answer {
  const { world, language, utcOffsetMinutes } = call.portal;
  const rows = world.currencies.map((currency, index) => ({
    CURRENCY: currency.code,
    AMOUNT_CNT: String(currency.amountCount),
    AMOUNT: Number(currency.amount).toFixed(4),
    SORT: String((index + 1) * 100),
    BASE: currency.isBase ? 'Y' : 'N',
    FULL_NAME: currency.name,
    LID: language,
    FORMAT_STRING: `# ${currency.code}`,
    DEC_POINT: '.',
    THOUSANDS_SEP: currency.isBase ? '&nbsp;' : null,
    DECIMALS: '2',
    DATE_UPDATE: formatTime(world.options.now, utcOffsetMinutes),
  }));
  return { result: rows, total: 0, records: rows.length };
}
