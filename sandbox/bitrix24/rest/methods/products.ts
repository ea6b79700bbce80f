import type { WorldDeal, WorldProduct } from '../../../world/types.ts';
import { DEALS } from '../entities.ts';
import { missingParameter, RestError } from '../error.ts';
import { compileFilter, type FilterField } from '../filter.ts';
import { createArraySource, listPage, PAGE_SIZE } from '../list.ts';
import type { Answer, Call, MethodTable } from '../method.ts';
import { toEntries, toInteger, toList, toText } from '../params.ts';
import { formatTime } from '../time.ts';
import { findVisible } from './crm-records.ts';

/** The catalogue's information block; any number, the same everywhere. */
const IBLOCK_ID = 23;

export const PRODUCT_METHODS: MethodTable = {
  'crm.product.list': { scopes: ['crm'], run: listClassic },
  'catalog.product.list': { scopes: ['catalog'], run: listCatalog },
  'crm.item.productrow.list': { scopes: ['crm'], run: listRows },
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

/** The world keeps no product rows: each deal with an amount sold one product at that amount. */
function listRows(call: Call): Answer {
  const filter = new Map(toEntries(call.params.filter) ?? []);
  const ownerType = filter.get('=ownerType') ?? filter.get('ownerType');
  const ownerIds = filter.get('=ownerId') ?? filter.get('ownerId');
  if (ownerType === undefined || ownerIds === undefined) throw missingParameter('filter[=ownerType], filter[=ownerId]');
  const ids = toText(ownerType) === 'D' ? toList(ownerIds).map((id) => toInteger(id, 0)) : [];
  const deals = ids.map((id) => findVisible(call, DEALS, id)).filter((deal) => deal !== undefined);
  const rows = deals.flatMap((deal) => productRow(call, deal));
  const offset = Math.max(0, toInteger(call.params.start, 0));
  const productRows = rows.slice(offset, offset + PAGE_SIZE);
  const next = offset + PAGE_SIZE < rows.length ? { next: offset + PAGE_SIZE } : {};
  return { result: { productRows }, total: rows.length, ...next, records: productRows.length };
}

function productRow(call: Call, deal: WorldDeal): Record<string, unknown>[] {
  const { products, currencies } = call.portal.world;
  const product = products[deal.id % Math.max(1, products.length)];
  const price = Number(deal.opportunity);
  if (!product || price === 0) return [];
  const currency = currencies.find(({ code }) => code === deal.currencyId);
  const rate = currency ? Number(currency.amount) / currency.amountCount : 1;
  return [
    {
      id: deal.id,
      ownerId: deal.id,
      ownerType: 'D',
      productId: product.id,
      productName: product.name,
      price,
      priceAccount: Math.round(price * rate * 100) / 100,
      priceExclusive: price,
      priceNetto: price,
      priceBrutto: price,
      quantity: 1,
      discountTypeId: 2,
      discountRate: 0,
      discountSum: 0,
      taxRate: null,
      taxIncluded: 'Y',
      customized: 'Y',
      measureCode: 796,
      measureName: 'pcs',
      sort: 10,
      xmlId: '',
      type: 1,
      storeId: 0,
    },
  ];
}
