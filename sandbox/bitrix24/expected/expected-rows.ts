import { setImmediate } from 'node:timers/promises';
import { summarizeActivities } from './activity-summary.ts';
import { dealProductRows } from './deal-products.ts';
import { currencyRows, pipelineRows, productRows, statusRows, userRows } from './dictionaries.ts';
import type { ExpectedEntity, ExpectedRow } from './expected-row.ts';
import { activityRows, companyRows, contactRows, dealRows, leadRows, type PortalFacts } from './records.ts';
import { stageHistoryRows } from './stage-history.ts';

/** About half a megabyte as JSON, made in some 10 ms. */
const BATCH_ROWS = 1_000;

type RowSource = (portal: PortalFacts) => Iterable<ExpectedRow> | Promise<Iterable<ExpectedRow>>;

const SOURCES: Record<ExpectedEntity, RowSource> = {
  leads: async (portal) => leadRows(portal, await summarizeActivities(portal.world, 1)),
  deals: async (portal) => dealRows(portal, await summarizeActivities(portal.world, 2)),
  contacts: contactRows,
  companies: companyRows,
  activities: activityRows,
  stageHistory: stageHistoryRows,
  dealProducts: dealProductRows,
  users: userRows,
  statuses: statusRows,
  pipelines: pipelineRows,
  currencies: currencyRows,
  products: productRows,
};

/**
 * Every row that a complete copy of the portal's entity has, worked out from the world's records and from nothing that goes over
 * the wire. In the order of `compareIds`; what was deleted in the portal is not there. The portal goes on answering between
 * batches, and a batch is made when it is asked for. Right at one moment only while nobody changes the portal.
 */
export async function* expectedRows(portal: PortalFacts, entity: ExpectedEntity): AsyncGenerator<ExpectedRow[]> {
  let batch: ExpectedRow[] = [];
  for (const row of await SOURCES[entity](portal)) {
    batch.push(row);
    if (batch.length < BATCH_ROWS) continue;
    yield batch;
    batch = [];
    await setImmediate();
  }
  if (batch.length > 0) yield batch;
}
