/** What is copied of a portal and can be compared row by row; each is one table of the copy. */
export const EXPECTED_ENTITIES = [
  'leads',
  'deals',
  'contacts',
  'companies',
  'activities',
  'stageHistory',
  'dealProducts',
  'users',
  'statuses',
  'pipelines',
  'currencies',
  'products',
] as const;
export type ExpectedEntity = (typeof EXPECTED_ENTITIES)[number];

/** One row as the copy of the portal has to have it. */
export interface ExpectedRow {
  /** The key in the copy. Of statuses `<entity>:<pipeline>:<code>`, of currencies the code. */
  externalId: string;
  /**
   * Every column that comes from the CRM, canonical: money as decimal without needless zeros, moments as
   * `2026-06-15T09:00:00Z`, flags as `true` or `false`, custom_fields as JSON with sorted keys and without empty values.
   */
  columns: Record<string, string | null>;
  /** The record's last change; null where the table keeps no such moment. */
  modifiedAt: string | null;
  /** The CRM lists it no longer, but a copy may have it from before. */
  isOptional?: true;
  /** Columns in which null is right too: the CRM shows them only to some. */
  nullable?: readonly string[];
}

/** The order of rows everywhere: by the length of their ids, then by their bytes. Ids that are numbers ascend by it. */
export function compareIds(left: string, right: string): number {
  if (left === right) return 0;
  // Millions of ids are compared, and nearly all are plain: a character is then a byte.
  if (PLAIN.test(left) && PLAIN.test(right)) return left.length - right.length || (left < right ? -1 : 1);
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length - b.length || Buffer.compare(a, b);
}

const PLAIN = /^[ -~]*$/;
