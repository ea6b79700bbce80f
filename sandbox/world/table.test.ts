import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTable } from './table.ts';

interface Row {
  id: number;
  text: string;
  createdAt: number;
  updatedAt: number;
}

/** Ids 2, 3, 7, 10, 11 updated at 50, 20, 50, 10, 30. */
function table() {
  const ids = Int32Array.of(2, 3, 7, 10, 11);
  const createdAt = Uint32Array.of(1, 2, 3, 4, 5);
  const updatedAt = Uint32Array.of(50, 20, 50, 10, 30);
  const row = (index: number): Row => ({
    id: ids[index] ?? 0,
    text: `row ${ids[index]}`,
    createdAt: createdAt[index] ?? 0,
    updatedAt: updatedAt[index] ?? 0,
  });
  return createTable<Row>({ ids, columns: { createdAt, updatedAt }, row });
}
const idsOf = (rows: Iterable<Row>) => [...rows].map((row) => row.id);

test('generated rows are found by id, gaps are not', () => {
  const rows = table();
  expect([rows.size, rows.maxId]).toEqual([5, 11]);
  expect(rows.get(7)).toEqual({ id: 7, text: 'row 7', createdAt: 3, updatedAt: 50 });
  expect([0, 1, 4, 12, -1].map((id) => rows.get(id))).toEqual([undefined, undefined, undefined, undefined, undefined]);
});

test('ids are listed both ways from any place, gap or not', () => {
  const rows = table();
  expect(rows.idsAfter(0, 2)).toEqual([2, 3]);
  expect(rows.idsAfter(3, 10)).toEqual([7, 10, 11]);
  expect(rows.idsAfter(5, 1)).toEqual([7]);
  expect(rows.idsAfter(11, 10)).toEqual([]);
  expect(rows.idsBefore(12, 2)).toEqual([11, 10]);
  expect(rows.idsBefore(Number.POSITIVE_INFINITY, 1)).toEqual([11]);
  expect(rows.idsBefore(7, 10)).toEqual([3, 2]);
  expect(rows.idsBefore(2, 10)).toEqual([]);
  expect(rows.idsAfter(0, 0)).toEqual([]);
});

test('an inserted row gets the next id, also after that id was deleted', () => {
  const rows = table();
  expect(rows.insert({ text: 'new', createdAt: 60, updatedAt: 60 })).toEqual({
    id: 12,
    text: 'new',
    createdAt: 60,
    updatedAt: 60,
  });
  expect(rows.delete(12)).toBe(true);
  expect(rows.insert({ text: 'newer', createdAt: 61, updatedAt: 61 }).id).toBe(13);
  expect(idsOf(rows)).toEqual([2, 3, 7, 10, 11, 13]);
  expect([rows.size, rows.maxId]).toEqual([6, 13]);
});

test('an update keeps what it does not name and moves updatedAt', () => {
  const rows = table();
  expect(rows.update(3, { text: 'changed' }, 90)).toEqual({ id: 3, text: 'changed', createdAt: 2, updatedAt: 90 });
  expect(rows.get(3)?.text).toBe('changed');
  expect(rows.number(3, 'updatedAt')).toBe(90);
  expect(rows.update(4, { text: 'nobody' }, 90)).toBeUndefined();
});

test('a deleted row is gone everywhere until it is restored as it was', () => {
  const rows = table();
  rows.update(7, { text: 'changed' }, 90);
  expect(rows.delete(7)).toBe(true);
  expect(rows.delete(7)).toBe(false);
  expect(rows.get(7)).toBeUndefined();
  expect(rows.number(7, 'updatedAt')).toBeUndefined();
  expect(rows.update(7, { text: 'ghost' }, 91)).toBeUndefined();
  expect(rows.idsAfter(3, 1)).toEqual([10]);
  expect(rows.idsUpdatedBetween(0, 100)).toEqual([2, 3, 10, 11]);
  expect(rows.size).toBe(4);
  expect(rows.restore(7)).toBe(true);
  expect(rows.restore(7)).toBe(false);
  expect(rows.get(7)).toEqual({ id: 7, text: 'changed', createdAt: 3, updatedAt: 90 });
});

test('columns are read without building a row; columns a table has not are undefined', () => {
  const rows = table();
  const { id } = rows.insert({ text: 'new', createdAt: 60, updatedAt: 61 });
  expect([rows.number(10, 'createdAt'), rows.number(10, 'updatedAt'), rows.number(id, 'updatedAt')]).toEqual([4, 10, 61]);
  expect([rows.number(10, 'ownerId'), rows.number(id, 'ownerId'), rows.number(4, 'createdAt')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('ids by time of update include both ends and follow changes', () => {
  const rows = table();
  expect(rows.idsUpdatedBetween(20, 50)).toEqual([2, 3, 7, 11]);
  expect(rows.idsUpdatedBetween(21, 49)).toEqual([11]);
  rows.update(2, {}, 60);
  rows.insert({ text: 'new', createdAt: 40, updatedAt: 40 });
  expect(rows.idsUpdatedBetween(20, 50)).toEqual([3, 7, 11, 12]);
  expect(rows.idsUpdatedBetween(60, 60)).toEqual([2]);
});

test('after any changes the table equals a plain map', () => {
  const change = fc.record({
    what: fc.constantFrom('insert', 'update', 'delete', 'restore'),
    id: fc.integer({ min: 0, max: 16 }),
    time: fc.integer({ min: 0, max: 100 }),
  });
  fc.assert(
    fc.property(
      fc.array(change, { maxLength: 40 }),
      fc.integer({ min: -1, max: 20 }),
      fc.integer({ min: 1, max: 6 }),
      (changes, from, limit) => {
        const rows = table();
        const live = new Map([...rows].map((row) => [row.id, row]));
        const bin = new Map<number, Row>();
        let next = 12;
        for (const { what, id, time } of changes) {
          const row = live.get(id);
          const binned = bin.get(id);
          if (what === 'insert') {
            rows.insert({ text: 'new', createdAt: time, updatedAt: time });
            live.set(next, { id: next, text: 'new', createdAt: time, updatedAt: time });
            next += 1;
          } else if (what === 'update') {
            rows.update(id, { text: `at ${time}` }, time);
            if (row) live.set(id, { ...row, text: `at ${time}`, updatedAt: time });
          } else if (what === 'delete') {
            rows.delete(id);
            if (row) bin.set(id, row);
            live.delete(id);
          } else {
            rows.restore(id);
            if (binned) live.set(id, binned);
            bin.delete(id);
          }
        }
        const expected = [...live.values()].sort((a, b) => a.id - b.id);
        expect([...rows]).toEqual(expected);
        expect(rows.size).toBe(expected.length);
        expect(rows.idsAfter(from, limit)).toEqual(
          idsOf(expected)
            .filter((id) => id > from)
            .slice(0, limit),
        );
        expect(rows.idsBefore(from, limit)).toEqual(
          idsOf(expected)
            .filter((id) => id < from)
            .reverse()
            .slice(0, limit),
        );
        expect(rows.idsUpdatedBetween(10, 50)).toEqual(
          idsOf(expected.filter((row) => row.updatedAt >= 10 && row.updatedAt <= 50)),
        );
      },
    ),
  );
});
