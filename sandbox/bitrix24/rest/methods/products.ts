import type { WorldProduct } from '../../../world/types.ts';
import { RestError } from '../error.ts';
import { compileFilter, type FilterField } from '../filter.ts';
import { createArraySource, listPage } from '../list.ts';
import type { Answer, Call, MethodTable } from '../method.ts';
import { toEntries, toInteger, toList, toText } from '../params.ts';
import { formatTime } from '../time.ts';

/** The catalogue's information block; any number, the same everywhere. */
const IBLOCK_ID = 23;

export const PRODUCT_METHODS: MethodTable = {
  'crm.product.list': { scopes: ['crm'], run: listClassic },
  'catalog.product.list': { scopes: ['catalog'], run: listCatalog },
};

function listClassic(call: Call): Answer {
  const { rows, ...counts } = pageOf(call, {
    ID: { compare: 'number', isId: true, read: (row) => row.id },
    NAME: { compare: 'text', read: (row) => row.name },
    ACTIVE: { compare: 'text', read: (row) => (row.active ? 'Y' : 'N') },
    PRICE: { compare: 'number', read: (row) => row.price },
    CURRENCY_ID: { compare: 'text', read: (row) => row.currencyId },
  });
  const time = formatTime(call.portal.world.options.now, call.portal.utcOffsetMinutes);
  const select = new Set(toList(call.params.select).map(toText));
  const result = rows.map((product) => {
    const row: Record<string, unknown> = {
      ID: String(product.id),
      CATALOG_ID: String(IBLOCK_ID),
      NAME: product.name,
      PRICE: product.price,
      CURRENCY_ID: product.currencyId,
      SECTION_ID: null,
      ACTIVE: product.active ? 'Y' : 'N',
      DATE_CREATE: time,
      TIMESTAMP_X: time,
      MEASURE: '1',
      VAT_ID: null,
    };
    if (select.size === 0 || select.has('*')) return row;
    return Object.fromEntries(Object.entries(row).filter(([name]) => name === 'ID' || select.has(name)));
  });
  return { result, ...counts, records: result.length };
}

function listCatalog(call: Call): Answer {
  const select = new Set(toList(call.params.select).map(toText));
  const wanted = (toEntries(call.params.filter) ?? []).find(([name]) => /^=?iblockId$/.test(name))?.[1];
  for (const name of ['id', 'iblockId']) {
    if (!select.has(name) && !select.has('*'))
      throw new RestError(400, 200040300020, `Required select fields: id, iblockId (${name} is missing)`);
  }
  if (wanted === undefined) throw new RestError(400, 200040300020, 'Required filter fields: iblockId');
  const { rows, ...counts } = pageOf(call, {
    id: { compare: 'number', isId: true, read: (row) => row.id },
    iblockId: { compare: 'number', read: () => IBLOCK_ID },
    name: { compare: 'text', read: (row) => row.name },
    active: { compare: 'text', read: (row) => (row.active ? 'Y' : 'N') },
  });
  const products = rows.map((product) => {
    const row: Record<string, unknown> = {
      id: product.id,
      iblockId: IBLOCK_ID,
      name: product.name,
      active: product.active ? 'Y' : 'N',
      type: 1,
      xmlId: String(product.id),
    };
    return select.has('*') ? row : Object.fromEntries(Object.entries(row).filter(([name]) => select.has(name)));
  });
  return { result: { products }, ...counts, records: products.length };
}

function pageOf(call: Call, fields: Record<string, FilterField<WorldProduct>>) {
  const names = new Map(Object.entries(fields));
  const filter = compileFilter<WorldProduct>(call.params.filter, {
    resolve: (name) => names.get(name) ?? null,
    onUnknown: () => {},
    offsetMinutes: call.portal.utcOffsetMinutes,
  });
  const [direction] = (toEntries(call.params.order) ?? []).map(([, value]) => toText(value).toUpperCase());
  const order = [{ read: null, descending: direction?.startsWith('DESC') ?? false }];
  const page = listPage(createArraySource(call.portal.world.products), { filter, order, start: toInteger(call.params.start, 0) });
  return { rows: page.rows, total: page.total, ...(page.next === undefined ? {} : { next: page.next }) };
}
