import { type Column, countUpTo, timeOrder } from './columns.ts';
import { at } from './random.ts';
import type { NumberColumn, WorldTable } from './types.ts';

interface GeneratedRecords<Row> {
  /** Ascending. */
  ids: Int32Array;
  columns: Partial<Record<NumberColumn, Column>> & { updatedAt: Uint32Array };
  row(index: number): Row;
}

/**
 * A table over generated records, which stay as they are, with what was changed since kept beside them: new and changed rows
 * in one map, deleted ids in a set. New ids are above all others, so base and new ids form one ascending sequence.
 */
export function createTable<Row extends { id: number; updatedAt: number }>(generated: GeneratedRecords<Row>): WorldTable<Row> {
  const { ids, columns } = generated;
  const changed = new Map<number, Row>();
  const added: number[] = [];
  const deleted = new Set<number>();
  let maxId = ids.at(-1) ?? 0;

  // Index + 1 by id, 0 for a gap: makes column scans an array read instead of a binary search.
  const indexes = new Int32Array(maxId + 1);
  ids.forEach((id, index) => {
    indexes[id] = index + 1;
  });
  let byUpdate: { order: Uint32Array; times: Uint32Array } | null = null;

  const idAt = (position: number) => (position < ids.length ? at(ids, position) : at(added, position - ids.length));
  /** How many ids, deleted ones included, are ≤ limit. */
  const positionAfter = (limit: number) =>
    limit < indexes.length - 1 ? countUpTo(ids, limit) : ids.length + countUpTo(added, limit);

  function get(id: number): Row | undefined {
    if (deleted.has(id)) return undefined;
    const row = changed.get(id);
    if (row) return row;
    const index = indexes[id];
    return index ? generated.row(index - 1) : undefined;
  }

  function* rows(): Generator<Row> {
    for (let position = 0; position < ids.length + added.length; position++) {
      const row = get(idAt(position));
      if (row) yield row;
    }
  }

  return {
    get size() {
      return ids.length + added.length - deleted.size;
    },
    get maxId() {
      return maxId;
    },
    get,
    idsAfter(after, limit) {
      const found: number[] = [];
      for (let position = positionAfter(after); position < ids.length + added.length && found.length < limit; position++) {
        const id = idAt(position);
        if (!deleted.has(id)) found.push(id);
      }
      return found;
    },
    idsBefore(before, limit) {
      const found: number[] = [];
      for (let position = positionAfter(before - 1) - 1; position >= 0 && found.length < limit; position--) {
        const id = idAt(position);
        if (!deleted.has(id)) found.push(id);
      }
      return found;
    },
    idsUpdatedBetween(from, to) {
      // Sorting a large table takes a tenth of a second, so only tables that are asked pay for it.
      if (!byUpdate) {
        const order = timeOrder(columns.updatedAt);
        byUpdate = { order, times: order.map((index) => at(columns.updatedAt, index)) };
      }
      const found: number[] = [];
      for (let place = countUpTo(byUpdate.times, from - 1); place < ids.length && at(byUpdate.times, place) <= to; place++) {
        const id = at(ids, at(byUpdate.order, place));
        if (!changed.has(id) && !deleted.has(id)) found.push(id);
      }
      for (const row of changed.values()) {
        if (row.updatedAt >= from && row.updatedAt <= to && !deleted.has(row.id)) found.push(row.id);
      }
      return found.sort((a, b) => a - b);
    },
    [Symbol.iterator]: rows,
    number(id, column) {
      if (deleted.size > 0 && deleted.has(id)) return undefined;
      const row: Partial<Record<NumberColumn, number>> | undefined = changed.size > 0 ? changed.get(id) : undefined;
      if (row) return row[column];
      const index = indexes[id];
      return index ? columns[column]?.[index - 1] : undefined;
    },
    insert(fields) {
      maxId += 1;
      // The compiler cannot see that Row is Omit<Row, 'id'> with an id.
      const row = { ...fields, id: maxId } as Row;
      changed.set(maxId, row);
      added.push(maxId);
      return row;
    },
    update(id, change, updatedAt) {
      const row = get(id);
      if (!row) return undefined;
      const next = { ...row, ...change, id, updatedAt };
      changed.set(id, next);
      return next;
    },
    delete(id) {
      if (!get(id)) return false;
      deleted.add(id);
      return true;
    },
    restore: (id) => deleted.delete(id),
  };
}
