import { timeOrder } from './columns.ts';
import { at } from './random.ts';
import type { WorldHistory, WorldStageChange } from './types.ts';

type ChangeType = WorldStageChange['typeId'];

interface Stage {
  categoryId: number;
  stageId: string;
  semantic: 'P' | 'S' | 'F';
}

/** Collects stage changes record by record while the world is generated. */
export interface HistoryLog {
  /** `stage` is an index into the stages. */
  add(ownerId: number, typeId: ChangeType, stage: number, time: number): void;
  /** The finished history: changes in the order of their times, numbered from 1. */
  seal(): WorldHistory;
}

/** @param capacity most changes there can be */
export function createHistoryLog(ownerTypeId: 1 | 2, stages: readonly Stage[], capacity: number): HistoryLog {
  const owners = new Int32Array(capacity);
  const types = new Uint8Array(capacity);
  const stageIndexes = new Uint8Array(capacity);
  const times = new Uint32Array(capacity);
  let length = 0;
  return {
    add(ownerId, typeId, stage, time) {
      if (length === capacity) throw new RangeError(`The history is full with ${capacity} changes.`);
      owners[length] = ownerId;
      types[length] = typeId;
      stageIndexes[length] = stage;
      times[length] = time;
      length += 1;
    },
    seal() {
      const order = timeOrder(times.subarray(0, length));
      const sorted = {
        owners: Int32Array.from(order, (index) => at(owners, index)),
        types: Uint8Array.from(order, (index) => at(types, index)),
        stages: Uint8Array.from(order, (index) => at(stageIndexes, index)),
        times: Uint32Array.from(order, (index) => at(times, index)),
      };
      const appended: WorldStageChange[] = [];
      const moved = new Set(owners.subarray(0, length).filter((_, index) => types[index] === 5));
      return {
        get size() {
          return order.length + appended.length;
        },
        get(id) {
          const index = id - 1;
          if (index >= order.length) return appended[index - order.length];
          const ownerId = sorted.owners[index];
          if (ownerId === undefined) return undefined;
          const { categoryId, stageId, semantic } = at(stages, at(sorted.stages, index));
          // Only the four types are ever added.
          const typeId = at(sorted.types, index) as ChangeType;
          return { id, ownerTypeId, ownerId, typeId, categoryId, stageId, semantic, createdAt: at(sorted.times, index) };
        },
        changedPipeline: (ownerId) => moved.has(ownerId),
        append(change) {
          const row = { ...change, id: order.length + appended.length + 1 };
          if (change.typeId === 5) moved.add(change.ownerId);
          appended.push(row);
          return row;
        },
      };
    },
  };
}
