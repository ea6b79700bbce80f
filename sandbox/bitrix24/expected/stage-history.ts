import type { World, WorldStageChange } from '../../world/types.ts';
import { toId, toMoment } from './canonical.ts';
import type { ExpectedRow } from './expected-row.ts';
import { type PortalFacts, SEMANTICS } from './records.ts';

const KINDS = { 1: 'created', 2: 'moved', 3: 'closed', 5: 'pipeline_changed' } as const;

/**
 * Stage changes of leads and deals in one ascending order, those of deleted records too: an administrator sees what they leave
 * behind. Of a deal that is in another pipeline now than a change was in, Bitrix24 lists that change no more: it is optional.
 */
export function* stageHistoryRows({ world }: PortalFacts): Generator<ExpectedRow> {
  // In Simple mode there are no leads to have a history.
  const leads = world.options.mode === 'simple' ? 0 : world.leadHistory.size;
  const deals = world.dealHistory.size;
  // Ids of one length together, deals before leads: the order of `deals:<id>` and `leads:<id>`.
  for (let first = 1; first <= Math.max(leads, deals); first *= 10) {
    for (let id = first; id < first * 10 && id <= deals; id++) yield* dealRow(world, id);
    for (let id = first; id < first * 10 && id <= leads; id++) yield* leadRow(world, id);
  }
}

function* leadRow({ leadHistory }: World, id: number): Generator<ExpectedRow> {
  const change = leadHistory.get(id);
  if (change) yield rowOf('leads', change, null);
}

function* dealRow({ dealHistory, deals }: World, id: number): Generator<ExpectedRow> {
  const change = dealHistory.get(id);
  if (!change) return;
  const row = rowOf('deals', change, String(change.categoryId));
  const deal = dealHistory.changedPipeline(change.ownerId) ? deals.get(change.ownerId) : undefined;
  yield deal && deal.categoryId !== change.categoryId ? { ...row, isOptional: true } : row;
}

function rowOf(entity: 'leads' | 'deals', change: WorldStageChange, pipeline: string | null): ExpectedRow {
  return {
    externalId: `${entity}:${change.id}`,
    columns: {
      owner_entity: entity,
      owner_external_id: toId(change.ownerId),
      pipeline,
      stage: change.stageId,
      semantic: SEMANTICS[change.semantic],
      kind: KINDS[change.typeId],
      occurred_at: toMoment(change.createdAt),
    },
    modifiedAt: null,
  };
}
