import { chartConfig, type DataSource } from '../../../contract/charts.ts';
import { type Asked, chart, kpi, type Template, TOP_BARS, trend } from './template.ts';

/* What is sold: product rows of won deals. The most telling first. */

const QUARTER = 90;
const MONTH = 30;

const ranksBy = (rank: string) => (asked: Asked) => asked.answers.productRank === rank && asked.has('deals', 'products');
const hasProducts = (asked: Asked) => asked.has('deals', 'products');

function templatesOf(dataSource: DataSource): Template[] {
  const sold = { dataSource, aggregation: 'sum', filterField: 'outcome', filterValue: 'won' } as const;
  return [
    {
      id: 'productsByRevenue',
      fits: ranksBy('revenue'),
      shape: () => chart(QUARTER, { ...sold, yField: 'amount', xField: 'product', limit: TOP_BARS }),
    },
    {
      id: 'productsByQuantity',
      fits: ranksBy('quantity'),
      shape: () => chart(QUARTER, { ...sold, yField: 'quantity', xField: 'product', limit: TOP_BARS }),
    },
    {
      id: 'productRevenue',
      fits: ranksBy('revenue'),
      shape: () => kpi(MONTH, { ...sold, metricField: 'amount', format: 'currency' }),
    },
    {
      id: 'productQuantity',
      fits: ranksBy('quantity'),
      shape: () => kpi(MONTH, { ...sold, metricField: 'quantity' }),
    },
    {
      id: 'productRevenueByAgent',
      fits: (asked) => hasProducts(asked) && asked.has('deals', 'owner'),
      shape: () => chart(QUARTER, { ...sold, yField: 'amount', xField: 'owner', limit: TOP_BARS }),
    },
    {
      id: 'productRevenueOverTime',
      isTrend: true,
      fits: hasProducts,
      shape: () => trend(QUARTER, { ...sold, yField: 'amount' }),
    },
  ];
}

const source = chartConfig.shape.dataSource.safeParse('products');
/** None where the catalog knows no product rows. */
export const PRODUCT_TEMPLATES: readonly Template[] = source.success ? templatesOf(source.data) : [];
