import { z } from 'zod';
import type { DealProductRow } from '../records.ts';
import type { BitrixClient } from './client.ts';
import type { BatchCommand } from './commands.ts';
import { runCommands } from './commands-in-batches.ts';
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

/**
 * Rows of these deals, in no order, and the deals whose rows the portal does not show. One request for 600 deals, more where
 * some sell many products.
 */
export async function readDealProducts(
  client: BitrixClient,
  dealIds: readonly string[],
  signal: AbortSignal,
): Promise<{ rows: DealProductRow[]; hidden: string[] }> {
  const rows: DealProductRow[] = [];
  const hidden: string[] = [];
  let groups: Group[] = [];
  for (let start = 0; start < dealIds.length; start += DEALS_PER_COMMAND) {
    groups.push({ dealIds: dealIds.slice(start, start + DEALS_PER_COMMAND), after: null });
  }
  while (groups.length > 0) {
    const reply = await runCommands(client, groups.map(toCommand), signal);
    const unfinished: Group[] = [];
    for (const [index, group] of groups.entries()) {
      const error = reply.errors.get(`d${index}`);
      // Out of operating time: later is early enough.
      if (error?.retryAfterMs !== undefined) throw error;
      const parsed = error ? null : result.safeParse(reply.results.get(`d${index}`));
      if (!parsed?.success) {
        hidden.push(...group.dealIds);
        continue;
      }
      const page = parsed.data.productRows;
      rows.push(...page.map(toRow));
      const last = page.at(-1);
      if (last && page.length >= PAGE_SIZE) unfinished.push({ ...group, after: String(last.id) });
    }
    groups = unfinished;
  }
  return { rows, hidden };
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
