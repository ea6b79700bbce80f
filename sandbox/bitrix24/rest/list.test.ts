import { expect, test } from 'vitest';
import { compileFilter, type FilterField } from './filter.ts';
import { listPage, type Source } from './list.ts';

interface Row {
  id: number;
  updatedAt: number;
  name: string;
}

const FIELDS = new Map<string, FilterField<Row>>([
  ['id', { compare: 'number', isId: true, read: (row) => row.id }],
  ['updatedTime', { compare: 'time', column: 'updatedAt', read: (row) => row.updatedAt }],
  ['name', { compare: 'text', read: (row) => row.name }],
]);

const filterOf = (filter: Record<string, unknown>) =>
  compileFilter<Row>(filter, { resolve: (name) => FIELDS.get(name) ?? null, onUnknown: () => {}, offsetMinutes: 0 });

/** Ids 1..size; the record of id n was changed at second 1,000,000 - n, and how many records were looked at is counted. */
function createCountingSource(size: number) {
  const seen = { built: 0, columns: 0 };
  const source: Source<Row> = {
    size,
    get: (id) => {
      seen.built += 1;
      return id >= 1 && id <= size ? { id, updatedAt: 1_000_000 - id, name: `n${id % 3}` } : undefined;
    },
    idsAfter: (after, limit) => {
      const first = Math.max(1, after + 1);
      return Array.from({ length: Math.max(0, Math.min(limit, size - first + 1)) }, (_, index) => first + index);
    },
    idsBefore: (before, limit) => {
      const first = Math.min(size, before - 1);
      return Array.from({ length: Math.max(0, Math.min(limit, first)) }, (_, index) => first - index);
    },
    number: (id) => {
      seen.columns += 1;
      return 1_000_000 - id;
    },
    idsUpdatedBetween: (from, to) => {
      const first = Math.max(1, 1_000_000 - to);
      const last = Math.min(size, 1_000_000 - from);
      return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => last - index);
    },
  };
  return { source, seen };
}

test('a page by id keyset builds its own 50 records and no other', () => {
  const { source, seen } = createCountingSource(100_000);
  const { rows, total, next } = listPage(source, {
    filter: filterOf({ '<id': 60_001 }),
    order: [{ read: null, descending: true }],
    start: -1,
  });
  expect(rows.map((row) => row.id)).toEqual(Array.from({ length: 50 }, (_, index) => 60_000 - index));
  expect({ total, next }).toEqual({ total: 0, next: undefined });
  expect(seen.built).toBe(50);
});

test('a filter by time of change costs what matches it, not the table', () => {
  const { source, seen } = createCountingSource(100_000);
  // Seconds 920,000…920,099 are those of ids 79,901…80,000: 100 of 100,000 records.
  const filter = filterOf({ '>=updatedTime': '1970-01-11T15:33:20Z', '<updatedTime': '1970-01-11T15:35:00Z', '>id': 0 });
  const { rows } = listPage(source, { filter, order: [{ read: null, descending: false }], start: -1 });
  expect(rows.map((row) => row.id)).toEqual(Array.from({ length: 50 }, (_, index) => 79_901 + index));
  expect(seen.built).toBe(50);
  expect(seen.columns).toBeLessThan(6_000);
});

test('a counted list tells total and next, and a last page tells no next', () => {
  const { source } = createCountingSource(120);
  const filter = filterOf({ name: 'N0' });
  const first = listPage(source, { filter, order: [], start: 0 });
  // 3, 6, … 120
  expect({ total: first.total, next: first.next, last: first.rows.at(-1)?.id }).toEqual({
    total: 40,
    next: undefined,
    last: 120,
  });
  const all = listPage(source, { filter: filterOf({}), order: [], start: 50 });
  expect({ total: all.total, next: all.next, first: all.rows[0]?.id }).toEqual({ total: 120, next: 100, first: 51 });
});

test('order by a field, then by id', () => {
  const { source } = createCountingSource(7);
  const order = [{ read: (row: Row) => row.name, descending: true }];
  const { rows } = listPage(source, { filter: filterOf({}), order, start: 0 });
  // n2: 2 5, n1: 1 4 7, n0: 3 6
  expect(rows.map((row) => row.id)).toEqual([2, 5, 1, 4, 7, 3, 6]);
});

test.each([
  [{ '@id': [7, 3, 99] }, [3, 7]],
  [{ id: [7, 3] }, [3, 7]],
  [{ '!@id': [1, 2, 3, 4, 5, 6] }, [7]],
  [{ '!id': 1, '<=id': 3 }, [2, 3]],
  [{ '>=id': '6' }, [6, 7]],
  [{ '=id': 4 }, [4]],
  [{ '%name': '2' }, [2, 5]],
  [{ '=%name': 'N_' }, [1, 2, 3, 4, 5, 6, 7]],
  [{ '%=name': '%1' }, [1, 4, 7]],
  [{ '!%name': '1' }, [2, 3, 5, 6]],
  [{ '%name': '%' }, []],
  [{ '=name': '' }, []],
  [{ '!=name': '' }, [1, 2, 3, 4, 5, 6, 7]],
  [{ '0': { logic: 'OR', '0': { id: 1 }, '1': { name: 'n2' } }, '<id': 5 }, [1, 2]],
  [[{ logic: 'OR', '0': { id: 1 }, '1': { id: 6 } }], [1, 6]],
])('filter %j finds %j', (filter, ids) => {
  const { source } = createCountingSource(7);
  const { rows } = listPage(source, { filter: filterOf(filter as Record<string, unknown>), order: [], start: -1 });
  expect(rows.map((row) => row.id)).toEqual(ids);
});
