import { type Asked, chart, kpi, type Template, TOP_BARS, trend } from './template.ts';

/* What is sold: the products of won deals. The most telling first. */

const QUARTER = 90;
const MONTH = 30;

const hasProducts = (asked: Asked) => asked.has('deals', 'products');
const ranksBy = (rank: string) => (asked: Asked) => asked.answers.productRank === rank && hasProducts(asked);
const sold = { dataSource: 'products', measure: 'soldAmount' } as const;
const pieces = { dataSource: 'products', measure: 'soldQuantity' } as const;

export const PRODUCT_TEMPLATES: readonly Template[] = [
  {
    id: 'productsByRevenue',
    fits: ranksBy('revenue'),
    shape: () => chart(QUARTER, { ...sold, xField: 'product', limit: TOP_BARS }),
  },
  {
    id: 'productsByQuantity',
    fits: ranksBy('quantity'),
    shape: () => chart(QUARTER, { ...pieces, xField: 'product', limit: TOP_BARS }),
  },
  { id: 'productRevenue', fits: ranksBy('revenue'), shape: () => kpi(MONTH, { ...sold, format: 'currency' }) },
  { id: 'productQuantity', fits: ranksBy('quantity'), shape: () => kpi(MONTH, pieces) },
  {
    id: 'productRevenueByAgent',
    fits: (asked) => hasProducts(asked) && asked.has('deals', 'owner'),
    shape: () => chart(QUARTER, { ...sold, xField: 'owner', limit: TOP_BARS }),
  },
  { id: 'productRevenueOverTime', isTrend: true, fits: hasProducts, shape: () => trend(QUARTER, sold) },
];
