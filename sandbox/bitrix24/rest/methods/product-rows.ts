import type { WorldDeal } from '../../../world/types.ts';
import { DEALS } from '../entities.ts';
import { missingParameter } from '../error.ts';
import { compileFilter, type FilterField } from '../filter.ts';
import { createArraySource, listPage, type OrderTerm } from '../list.ts';
import type { Answer, Call, MethodTable } from '../method.ts';
import { toEntries, toInteger, toList, toText } from '../params.ts';
import { findVisible } from './crm-records.ts';

/** Most products a deal has. */
const MOST = 3;

export const PRODUCT_ROW_METHODS: MethodTable = {
  'crm.item.productrow.list': { scopes: ['crm'], run: list },
};

interface ProductRow {
  id: number;
  ownerId: number;
  ownerType: 'D';
  productId: number;
  productName: string;
  /** For one piece, in the deal's currency. */
  price: number;
  quantity: number;
  sort: number;
}

const FIELDS: ReadonlyMap<string, FilterField<ProductRow>> = new Map<string, FilterField<ProductRow>>([
  ['id', { compare: 'number', isId: true, read: (row) => row.id }],
  ['ownerId', { compare: 'number', read: (row) => row.ownerId }],
  ['ownerType', { compare: 'text', read: (row) => row.ownerType }],
  ['productId', { compare: 'number', read: (row) => row.productId }],
  ['productName', { compare: 'text', read: (row) => row.productName }],
  ['price', { compare: 'number', read: (row) => row.price }],
  ['quantity', { compare: 'number', read: (row) => row.quantity }],
  ['sort', { compare: 'number', read: (row) => row.sort }],
]);

function list(call: Call): Answer {
  const given = new Map(toEntries(call.params.filter) ?? []);
  const ownerType = given.get('=ownerType') ?? given.get('ownerType');
  const ownerIds = given.get('=ownerId') ?? given.get('ownerId');
  if (ownerType === undefined || ownerIds === undefined) throw missingParameter('filter[=ownerType], filter[=ownerId]');
  const ids = toText(ownerType) === 'D' ? toList(ownerIds).map((id) => toInteger(id, 0)) : [];
  const deals = ids.map((id) => findVisible(call, DEALS, id)).filter((deal) => deal !== undefined);
  const filter = compileFilter<ProductRow>(call.params.filter, {
    resolve: (name) => FIELDS.get(name) ?? null,
    onUnknown: () => {},
    offsetMinutes: call.portal.utcOffsetMinutes,
  });
  const order = (toEntries(call.params.order) ?? []).flatMap(([name, direction]): OrderTerm<ProductRow>[] => {
    const read = FIELDS.get(name)?.read;
    const descending = toText(direction).toUpperCase() === 'DESC';
    return read ? [{ descending, read: name === 'id' ? null : (row) => read(row) as string | number }] : [];
  });
  const source = createArraySource(deals.flatMap((deal) => rowsOf(call, deal)));
  const { rows, total, next } = listPage(source, { filter, order, start: toInteger(call.params.start, 0) });
  const rates = new Map(deals.map((deal) => [deal.id, rateOf(call, deal)]));
  const productRows = rows.map((row) => show(row, rates.get(row.ownerId) ?? 1));
  return { result: { productRows }, total, ...(next === undefined ? {} : { next }), records: productRows.length };
}

/** The world keeps no product rows: each deal with an amount has sold up to three products for it, exactly. */
function rowsOf(call: Call, deal: WorldDeal): ProductRow[] {
  const { products } = call.portal.world;
  const cents = Math.round(Number(deal.opportunity) * 100);
  const count = Math.min(1 + (deal.id % MOST), Math.floor(cents / MOST), products.length);
  const part = Math.floor(cents / (count + 1));
  return Array.from({ length: count }, (_, index) => {
    const product = products[(deal.id + index) % products.length];
    const sum = index < count - 1 ? part : cents - part * (count - 1);
    const quantity = index === count - 1 && sum % 2 === 0 ? 2 : 1;
    return {
      id: MOST * deal.id + index,
      ownerId: deal.id,
      ownerType: 'D',
      productId: product?.id ?? 0,
      productName: product?.name ?? '',
      price: sum / quantity / 100,
      quantity,
      sort: 10 * (index + 1),
    };
  });
}

/** Units of the reporting currency for one of the deal's. */
function rateOf(call: Call, deal: WorldDeal): number {
  const currency = call.portal.world.currencies.find(({ code }) => code === deal.currencyId);
  return currency ? Number(currency.amount) / currency.amountCount : 1;
}

function show({ sort, quantity, price, ...row }: ProductRow, rate: number): Record<string, unknown> {
  return {
    ...row,
    price,
    priceAccount: Math.round(price * rate * 100) / 100,
    priceExclusive: price,
    priceNetto: price,
    priceBrutto: price,
    quantity,
    discountTypeId: 2,
    discountRate: 0,
    discountSum: 0,
    taxRate: null,
    taxIncluded: 'Y',
    customized: 'Y',
    measureCode: 796,
    measureName: 'pcs',
    sort,
    xmlId: '',
    type: 1,
    storeId: 0,
  };
}
