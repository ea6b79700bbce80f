import { z } from 'zod';
import { CrmError } from '../adapter.ts';
import type { DealProductRow } from '../records.ts';
import { type BitrixClient, MAX_BATCH_COMMANDS } from './client.ts';
import type { BatchCommand } from './commands.ts';
import { cleanText, readCode, readLink, readMoney } from './values.ts';

const PAGE_SIZE = 50;
/** A page holds the rows of this many deals unless they sell more than four products each; then further pages follow. */
const DEALS_PER_COMMAND = 12;

const result = z.looseObject({ productRows: z.array(z.looseObject({ id: z.union([z.number(), z.string()]) })) });

interface Group {
  dealIds: string[];
  /** Continues after the row with this id. */
  after: string | null;
}

/** Rows of these deals, in no order. One request for 600 deals, more where some sell many products. */
export async function readDealProducts(
  client: BitrixClient,
  dealIds: readonly string[],
  signal: AbortSignal,
): Promise<DealProductRow[]> {
  const rows: DealProductRow[] = [];
  let groups: Group[] = [];
  for (let start = 0; start < dealIds.length; start += DEALS_PER_COMMAND) {
    groups.push({ dealIds: dealIds.slice(start, start + DEALS_PER_COMMAND), after: null });
  }
  while (groups.length > 0) {
    const batch = groups.slice(0, MAX_BATCH_COMMANDS);
    const reply = await client.batch(batch.map(toCommand), signal, 'background');
    const unfinished: Group[] = [];
    for (const [index, group] of batch.entries()) {
      const error = reply.errors.get(`d${index}`);
      if (error) throw error;
      const parsed = result.safeParse(reply.results.get(`d${index}`));
      if (!parsed.success) throw new CrmError('bad_response', 'Bitrix24 gave product rows in an unknown shape');
      const page = parsed.data.productRows;
      rows.push(...page.map(toRow));
      const last = page.at(-1);
      if (last && page.length >= PAGE_SIZE) unfinished.push({ ...group, after: String(last.id) });
    }
    groups = [...unfinished, ...groups.slice(batch.length)];
  }
  return rows;
}

function toCommand({ dealIds, after }: Group, index: number): BatchCommand {
  return {
    name: `d${index}`,
    method: 'crm.item.productrow.list',
    params: {
      filter: { '=ownerType': 'D', '=ownerId': dealIds, ...(after === null ? {} : { '>id': after }) },
      order: { id: 'ASC' },
      start: -1,
    },
  };
}

function toRow(row: Record<string, unknown>): DealProductRow {
  const ignore = () => {};
  const { productName } = row;
  return {
    externalId: String(row.id),
    dealId: readCode(row.ownerId, ignore) ?? '',
    productId: readLink(row.productId, ignore),
    name: typeof productName === 'string' && productName !== '' ? cleanText(productName, ignore) : null,
    quantity: readMoney(row.quantity, ignore),
    price: readMoney(row.price, ignore),
  };
}
