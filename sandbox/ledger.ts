/** One HTTP request a sandbox answered. */
interface LedgerEntry {
  /** Sandbox time, Unix milliseconds. */
  at: number;
  portal: string;
  /** REST method (`batch`, `crm.item.list`), or `oauth/token`. */
  method: string;
  /** Methods inside a batch, in order; empty otherwise. */
  commands: string[];
  /** Error codes of those that failed, in order: the batch itself succeeded. */
  commandErrors: string[];
  status: number;
  /** Error code of the answer, null on success. */
  error: string | null;
  /** Records the answer carried. */
  records: number;
}

/** Every request, in order: what benchmarks count and what tests check limits against. */
export interface Ledger {
  readonly entries: readonly LedgerEntry[];
  add(entry: LedgerEntry): void;
  clear(): void;
}

export function createLedger(): Ledger {
  const entries: LedgerEntry[] = [];
  return {
    entries,
    add: (entry) => entries.push(entry),
    clear: () => entries.splice(0),
  };
}
