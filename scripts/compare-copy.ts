import type { CrmSource } from '../contract/crm.ts';
import { toCanonicalJson } from '../sandbox/bitrix24/expected/canonical.ts';
import {
  compareIds,
  EXPECTED_ENTITIES,
  type ExpectedEntity,
  type ExpectedRow,
} from '../sandbox/bitrix24/expected/expected-row.ts';
import type { Db, Tx } from '../server/platform/db.ts';

/**
 * How a copy can be wrong:
 * - `missing`: the portal has the record, the copy has no row;
 * - `extra`: the copy has a living row, the portal has no such record (any more);
 * - `stale`: the row was last changed before the record was;
 * - `corrupt`: as new as the record, and a column differs;
 * - `duplicate`: a further row with the same id;
 * - `wrongTombstone`: marked as deleted, and the portal has the record;
 * - `quarantined`: in quarantine without being expected there, or expected there without being in it.
 */
const DIFFERENCES = ['missing', 'extra', 'stale', 'corrupt', 'duplicate', 'wrongTombstone', 'quarantined'] as const;
type DifferenceKind = (typeof DIFFERENCES)[number];

/** `records`: what the portal has. `differences`: the sum of all kinds. */
type Tally = Record<'records' | 'differences' | DifferenceKind, number>;

/** One difference, by name only: values are people's data. */
export interface DifferenceExample {
  kind: DifferenceKind;
  entity: ExpectedEntity;
  externalId: string;
  /** Columns that differ; empty unless corrupt. */
  columns: string[];
}

export interface CopyComparison extends Tally {
  byEntity: Partial<Record<ExpectedEntity, Tally>>;
  /** The first five of each kind. */
  examples: DifferenceExample[];
}

/** A record that is rightly in quarantine. */
export interface ExpectedQuarantine {
  entity: ExpectedEntity;
  externalId: string;
  /** What of it could not be used and may be null. Absent: nothing could; the row may be missing, or be one from before. */
  columns?: readonly string[];
}

export interface CompareOptions {
  db: Db;
  tenantId: string;
  crmSource: CrmSource;
  /** Where the sandbox portal answers. */
  portalUrl: string;
  /** Default: everything that is copied. */
  entities?: readonly ExpectedEntity[];
  /** Default: none. */
  quarantined?: readonly ExpectedQuarantine[];
}

/** What is missing from a comparison's inputs; the message is one sentence. */
export class CompareError extends Error {
  override name = 'CompareError';
}

interface CopyTable {
  table: string;
  /** Columns that make up the id, joined by colons. */
  keys: readonly string[];
}

const BY_EXTERNAL_ID = ['external_id'];
const TABLES: Record<ExpectedEntity, CopyTable> = {
  leads: { table: 'crm_leads', keys: BY_EXTERNAL_ID },
  deals: { table: 'crm_deals', keys: BY_EXTERNAL_ID },
  contacts: { table: 'crm_contacts', keys: BY_EXTERNAL_ID },
  companies: { table: 'crm_companies', keys: BY_EXTERNAL_ID },
  activities: { table: 'crm_activities', keys: BY_EXTERNAL_ID },
  stageHistory: { table: 'crm_stage_history', keys: BY_EXTERNAL_ID },
  dealProducts: { table: 'crm_deal_products', keys: BY_EXTERNAL_ID },
  users: { table: 'crm_users', keys: BY_EXTERNAL_ID },
  statuses: { table: 'crm_statuses', keys: ['entity', 'pipeline', 'code'] },
  pipelines: { table: 'crm_pipelines', keys: BY_EXTERNAL_ID },
  currencies: { table: 'crm_currencies', keys: ['code'] },
  products: { table: 'crm_products', keys: BY_EXTERNAL_ID },
};
/** Columns that the copy keeps for itself; every other one has to be what the portal says. */
const OWN_COLUMNS = new Set([
  'tenant_id',
  'crm_source',
  'deleted_at',
  'synced_at',
  // Worked out from the steps around a step of the history.
  'left_at',
  'next_pipeline',
  'next_stage',
  'next_semantic',
  'funnel_entered_at',
]);

/** Few enough that a batch does not outlive the collector's young generation. */
const FETCH_ROWS = 1_000;
/** A million rows are sorted before the first comes out. */
const STATEMENT_TIMEOUT_MS = 300_000;
const MOST_EXAMPLES = 5;

/**
 * Compares a tenant's copy with what its sandbox portal says it should hold, record by record and column by column. Both sides
 * are read once, in order and in pieces, so memory stays flat whatever their size. Each entity is read as of one moment; the
 * answer is right while neither the portal changes nor a sync runs.
 * @throws CompareError when the portal does not answer, or says nothing of a column the copy has
 */
export async function compareCopy(options: CompareOptions): Promise<CopyComparison> {
  const { entities = EXPECTED_ENTITIES, quarantined = [] } = options;
  const total: CopyComparison = { ...newTally(), byEntity: {}, examples: [] };
  for (const entity of entities) {
    const tally = newTally();
    const rightlyThere = new Map(quarantined.filter((one) => one.entity === entity).map((one) => [one.externalId, one]));
    const note: Note = (kind, externalId, columns = []) => {
      tally[kind] += 1;
      tally.differences += 1;
      const known = total.examples.filter((example) => example.kind === kind).length;
      if (known < MOST_EXAMPLES) total.examples.push({ kind, entity, externalId, columns });
    };
    await options.db.withTenant(
      options.tenantId,
      'read',
      async (tx) => {
        await compareQuarantine(tx, options, entity, rightlyThere, note);
        tally.records = await compareEntity(tx, options, entity, rightlyThere, note);
      },
      { statementTimeoutMs: STATEMENT_TIMEOUT_MS },
    );
    for (const key of ['records', 'differences', ...DIFFERENCES] as const) total[key] += tally[key];
    total.byEntity[entity] = tally;
  }
  return total;
}

function newTally(): Tally {
  return {
    records: 0,
    missing: 0,
    extra: 0,
    stale: 0,
    corrupt: 0,
    duplicate: 0,
    wrongTombstone: 0,
    quarantined: 0,
    differences: 0,
  };
}

type Note = (kind: DifferenceKind, externalId: string, columns?: string[]) => void;
type Target = Pick<CompareOptions, 'tenantId' | 'crmSource' | 'portalUrl'>;

async function compareQuarantine(
  tx: Tx,
  { tenantId, crmSource }: Target,
  entity: ExpectedEntity,
  rightlyThere: ReadonlyMap<string, ExpectedQuarantine>,
  note: Note,
): Promise<void> {
  const rows = await tx.query<{ external_id: string }>({
    text: 'select external_id from sync_quarantine where tenant_id = $1 and crm_source = $2 and entity = $3 order by external_id',
    values: [tenantId, crmSource, entity],
  });
  const present = new Set(rows.map((row) => row.external_id));
  for (const id of present) if (!rightlyThere.has(id)) note('quarantined', id);
  for (const id of rightlyThere.keys()) if (!present.has(id)) note('quarantined', id);
}

/** A row of the copy, its values written as in ExpectedRow. */
interface CopyRow {
  externalId: string;
  isDeleted: boolean;
  columns: Record<string, string | null>;
}

/** Walks both sides in the same order. @returns how many records the portal has */
async function compareEntity(
  tx: Tx,
  target: Target,
  entity: ExpectedEntity,
  rightlyThere: ReadonlyMap<string, ExpectedQuarantine>,
  note: Note,
): Promise<number> {
  const columns = await listColumns(tx, TABLES[entity]);
  const expectedRows = createReader(readExpected(target.portalUrl, entity));
  const copyRows = createReader(readCopy(tx, target, TABLES[entity], columns));
  try {
    let records = 0;
    let expected = await expectedRows.next();
    let row = await copyRows.next();
    if (expected) requireSameColumns(entity, expected, columns);
    while (expected || row) {
      const order: number = !row ? -1 : !expected ? 1 : compareIds(expected.externalId, row.externalId);
      if (expected && order <= 0) {
        const { externalId } = expected;
        if (!expected.isOptional) records += 1;
        const found = judge(expected, order === 0 ? row : undefined, rightlyThere.get(externalId));
        if (found) note(found.kind, externalId, found.columns);
        expected = await expectedRows.next();
        if (expected && compareIds(externalId, expected.externalId) >= 0) {
          throw new CompareError(`The portal gave its ${entity} out of order at ${expected.externalId}.`);
        }
      } else if (row && !row.isDeleted) note('extra', row.externalId);
      if (row && order >= 0) {
        const { externalId } = row;
        row = await copyRows.next();
        while (row?.externalId === externalId) {
          note('duplicate', externalId);
          row = await copyRows.next();
        }
      }
    }
    return records;
  } finally {
    await Promise.all([expectedRows.close(), copyRows.close()]);
  }
}

/** What is wrong with a row for a record that the portal has; null: nothing. */
function judge(
  expected: ExpectedRow,
  row: CopyRow | undefined,
  quarantine: ExpectedQuarantine | undefined,
): { kind: DifferenceKind; columns?: string[] } | null {
  const isUnusable = quarantine !== undefined && quarantine.columns === undefined;
  if (!row) return expected.isOptional || isUnusable ? null : { kind: 'missing' };
  if (row.isDeleted) return expected.isOptional ? null : { kind: 'wrongTombstone' };
  if (isUnusable) return null;
  if (isOlder(row.columns.modified_at, expected.modifiedAt)) return { kind: 'stale' };
  const differing: string[] = [];
  for (const column in expected.columns) {
    const value = row.columns[column];
    if (value === expected.columns[column]) continue;
    const mayBeNull = expected.nullable?.includes(column) || quarantine?.columns?.includes(column);
    if (value !== null || !mayBeNull) differing.push(column);
  }
  return differing.length > 0 ? { kind: 'corrupt', columns: differing } : null;
}

function isOlder(left: string | null | undefined, right: string | null): boolean {
  if (!left || !right || left === right) return false;
  return Date.parse(left) < Date.parse(right);
}

/** Column -> type of what a table has of the CRM's. Asked of the database, so that a new column cannot go unnoticed. */
async function listColumns(tx: Tx, { table, keys }: CopyTable): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.query<{ name: string; type: string }>({
    text: `select column_name::text as name, data_type::text as type from information_schema.columns
           where table_schema = 'public' and table_name = $1 order by ordinal_position`,
    values: [table],
  });
  return new Map(rows.filter(({ name }) => !OWN_COLUMNS.has(name) && !keys.includes(name)).map(({ name, type }) => [name, type]));
}

function requireSameColumns(entity: ExpectedEntity, expected: ExpectedRow, columns: ReadonlyMap<string, string>): void {
  const { table } = TABLES[entity];
  for (const name of columns.keys()) {
    if (!(name in expected.columns)) {
      throw new CompareError(
        `The oracle says nothing of ${table}.${name}: add it in sandbox/bitrix24/expected, or to OWN_COLUMNS when it is not the CRM's.`,
      );
    }
  }
  for (const name in expected.columns) {
    if (!columns.has(name)) throw new CompareError(`The oracle knows a column ${name} that ${table} does not have.`);
  }
}

/** The portal's side, `/sandbox/expected`. */
async function* readExpected(portalUrl: string, entity: ExpectedEntity): AsyncGenerator<ExpectedRow[]> {
  const response = await fetch(new URL(`/sandbox/expected?entity=${entity}`, portalUrl)).catch((cause: unknown) => {
    throw new CompareError(`The portal at ${portalUrl} does not answer: start LeadRelay with npm start first.`, { cause });
  });
  if (!response.ok || !response.body || !response.headers.get('content-type')?.startsWith('application/x-ndjson')) {
    await response.body?.cancel();
    throw new CompareError(`The portal at ${portalUrl} is no sandbox, so nobody knows what a copy of it should hold.`);
  }
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of unbroken(response.body, portalUrl)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield lines.map((line) => JSON.parse(line) as ExpectedRow);
  }
}

async function* unbroken<Chunk>(stream: AsyncIterable<Chunk>, portalUrl: string): AsyncGenerator<Chunk> {
  try {
    yield* stream;
  } catch (cause) {
    throw new CompareError(`The portal at ${portalUrl} went away while it was read: run the command again.`, { cause });
  }
}

/**
 * The copy's side, in the order of `compareIds`. By a cursor and not by keyset: no index has this order, so each page would be
 * found by sorting the table again, and rows with the same id could fall between two pages.
 */
async function* readCopy(
  tx: Tx,
  { tenantId, crmSource }: Target,
  { table, keys }: CopyTable,
  columns: ReadonlyMap<string, string>,
): AsyncGenerator<CopyRow[]> {
  const key = keys.join(` || ':' || `);
  const isDeleted = await hasTombstones(tx, table);
  const values = [...columns].map(([name, type]) => `${writeValue(name, type)} as "${name}"`);
  // Moments are written as PostgreSQL prints them.
  await tx.query({ text: `set local timezone = 'UTC'` });
  await tx.query({ text: `set local datestyle = 'ISO'` });
  await tx.query({
    text: `declare copy no scroll cursor for
           select ${key} as "#id", (${isDeleted ? 'deleted_at is not null' : 'false'})::text as "#deleted", ${values.join(', ')}
           from ${table} where tenant_id = $1 and crm_source = $2
           order by octet_length(${key}), (${key}) collate "C", 2`,
    values: [tenantId, crmSource],
  });
  const moments = namesOf(columns, 'timestamp with time zone');
  const documents = namesOf(columns, 'jsonb');
  for (;;) {
    const rows = await tx.query<Record<string, string | null>>({ text: `fetch ${FETCH_ROWS} from copy` });
    if (rows.length === 0) break;
    yield rows.map((columns) => {
      for (const name of moments) columns[name] = writeMoment(columns[name]);
      for (const name of documents) columns[name] = toCanonicalJson(columns[name]);
      return { externalId: columns['#id'] ?? '', isDeleted: columns['#deleted'] === 'true', columns };
    });
  }
  await tx.query({ text: 'close copy' });
}

async function hasTombstones(tx: Tx, table: string): Promise<boolean> {
  const rows = await tx.query({
    text: `select from information_schema.columns
           where table_schema = 'public' and table_name = $1 and column_name = 'deleted_at'`,
    values: [table],
  });
  return rows.length > 0;
}

function namesOf(columns: ReadonlyMap<string, string>, type: string): string[] {
  return [...columns].filter(([, own]) => own === type).map(([name]) => name);
}

function writeValue(name: string, type: string): string {
  if (type === 'jsonb') return `"${name}"`;
  return type === 'numeric' ? `trim_scale("${name}")::text` : `"${name}"::text`;
}

/** `2026-06-15 09:00:00+00` -> `2026-06-15T09:00:00Z`; an infinite moment stays a word. */
function writeMoment(text: string | null | undefined): string | null {
  if (!text?.endsWith('+00')) return text ?? null;
  return `${text.slice(0, -3).replace(' ', 'T')}Z`;
}

interface Reader<Row> {
  /** undefined: there are no more. */
  next(): Promise<Row | undefined>;
  close(): Promise<void>;
}

/** Single rows out of batches. The next batch is on its way while one is used up: the two sides and we work at once. */
function createReader<Row>(batches: AsyncGenerator<readonly Row[]>): Reader<Row> {
  let batch: readonly Row[] = [];
  let index = 0;
  let upcoming = fetchNext();

  function fetchNext(): Promise<IteratorResult<readonly Row[]>> {
    const fetched = batches.next();
    // Whoever asks for it is told; nobody may, when the other side has failed.
    fetched.catch(() => {});
    return fetched;
  }

  return {
    async next() {
      while (index >= batch.length) {
        const { value, done } = await upcoming;
        if (done) return undefined;
        batch = value;
        index = 0;
        upcoming = fetchNext();
      }
      return batch[index++];
    },
    async close() {
      await batches.return(undefined);
    },
  };
}
