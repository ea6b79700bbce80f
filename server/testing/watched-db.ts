import type { Db, SqlQuery, Tx } from '../platform/db.ts';

export interface WatchedDb {
  db: Db;
  /** Texts of the statements, in the order they were sent; without those that open and close transactions. */
  sent: string[];
  transactions(): number;
  /**
   * How often an answer was waited for: statements sent together are one round trip, and a transaction's beginning goes with its
   * first.
   */
  roundTrips(): number;
}

/** The database, with what is asked of it through `tx.query`. */
export function watchDb(db: Db): WatchedDb {
  const sent: string[] = [];
  let transactions = 0;
  let roundTrips = 0;
  let underWay = 0;
  const send = (tx: Tx): Tx => ({
    ...tx,
    query: async <Row extends object>(query: SqlQuery) => {
      sent.push(query.text);
      if (underWay === 0) roundTrips += 1;
      underWay += 1;
      return tx.query<Row>(query).finally(() => {
        underWay -= 1;
      });
    },
  });
  const withTenant: Db['withTenant'] = (id, mode, work, options) => {
    transactions += 1;
    return db.withTenant(id, mode, (tx) => work(send(tx)), options);
  };
  const beside: Db['beside'] = (id, snapshot, work, options) => {
    const begun = db.beside(id, snapshot, (tx) => work(send(tx)), options);
    if (begun) transactions += 1;
    return begun;
  };
  return { db: { ...db, withTenant, beside }, sent, transactions: () => transactions, roundTrips: () => roundTrips };
}
