import { toDecimal, toId, toText } from './canonical.ts';
import type { ExpectedRow } from './expected-row.ts';
import type { PortalFacts } from './records.ts';

/** Most products a deal has. */
const MOST = 3;

/**
 * What deals sell. The world keeps no such rows; the portal's rule is worked out here once more, apart from the method that
 * answers with them: up to three products from the catalogue make up a deal's amount to the cent, in equal parts of whole
 * cents with the rest on the last, which counts twice where that halves evenly.
 */
export function* dealProductRows({ world: { deals, products } }: PortalFacts): Generator<ExpectedRow> {
  for (const deal of deals) {
    if (deal.isRecurring) continue;
    const cents = Math.round(Number(deal.opportunity) * 100);
    const count = Math.max(0, Math.min((deal.id % MOST) + 1, Math.floor(cents / MOST), products.length));
    const part = Math.floor(cents / (count + 1));
    for (let index = 0; index < count; index++) {
      const product = products[(deal.id + index) % products.length];
      const isLast = index === count - 1;
      const sum = isLast ? cents - part * (count - 1) : part;
      const isPair = isLast && sum % 2 === 0;
      yield {
        externalId: String(deal.id * MOST + index),
        columns: {
          deal_id: String(deal.id),
          product_id: toId(product?.id ?? 0),
          name: toText(product?.name ?? null),
          quantity: isPair ? '2' : '1',
          price: toDecimal(((isPair ? sum / 2 : sum) / 100).toFixed(2)),
        },
        modifiedAt: null,
      };
    }
  }
}
