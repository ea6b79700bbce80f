// Usage: npm run -s bench:dashboard [-- --size small] [-- --rounds 9] [-- --slow]
//
// How fast a dashboard of 4 KPIs, 12 charts, a leaderboard of agents and a funnel of sources is answered over HTTP, on a call
// centre of 1.2 million records beside 50 other tenants whose rows lie between its own. In the same run DuckDB answers the same
// questions from its own columns; both have to agree to the cent, or the run ends with 1. `--slow` names the slowest statements.
// Cold: nothing remembered of the records, buffers warm. Prints one JSON line last; milliseconds are medians.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type DashboardReply, dashboardReply, widget } from '../contract/dashboard.ts';
import { createWorld } from '../sandbox/world/create-world.ts';
import { createDb, type Db, type Tx } from '../server/platform/db.ts';
import { type Columnar, createColumnar } from './dashboard/columnar.ts';
import { differences } from './dashboard/compare.ts';
import { FACTS, type FactsFile, fillTables, insertDictionaries, stageFacts, writeFacts } from './dashboard/load-world.ts';
import { startBenchServer } from './dashboard/web-server.ts';
import { type BenchWidget, benchWidgets, type Span } from './dashboard/widgets.ts';
import { startBenchDatabase } from './database.ts';

/** Noon in the world's call centre. */
const NOW = new Date('2026-06-15T07:00:00Z');
const OFFSET_HOURS = 5;
const DAY_MS = 86_400_000;
const OTHERS = 50;
const GROWN_OTHERS = 4 * OTHERS;
const CACHED_REQUESTS = 600;
/** Rounds that only warm up: buffers, and the code of both. */
const WARM_UP = 5;
/** Of each kind; the first of them only warms up. */
const WIDGET_ROUNDS = 4;

const { values: options } = parseArgs({
  options: {
    size: { type: 'string', default: 'large' },
    rounds: { type: 'string', default: '9' },
    slow: { type: 'boolean', default: false },
  },
});
const size = options.size === 'small' ? 'small' : 'large';
const rounds = Number(options.rounds);

const directory = await mkdtemp(path.join(tmpdir(), 'leadrelay-bench-'));
const bench = await startBenchDatabase();
const counted = countStatements(createDb({ url: bench.appUrl, poolSize: 4 }));
try {
  process.exitCode = (await run()) ? 0 : 1;
} finally {
  await counted.db.close();
  await bench.stop();
  await rm(directory, { recursive: true, force: true });
}

async function run(): Promise<boolean> {
  const tenantId = randomUUID();
  const others = Array.from({ length: GROWN_OTHERS }, () => randomUUID());
  const world = createWorld({ size, seed: 1, now: NOW.getTime() / 1000, mode: 'classic' });
  const portal = { world, utcOffsetMinutes: OFFSET_HOURS * 60 };
  const files = await timed('rows written', () => writeFacts(portal, directory));
  const columnar = await timed('DuckDB filled', () => createColumnar(files));
  await timed('PostgreSQL filled', async () => {
    await insertTenant(tenantId, files);
    await insertDictionaries(bench.owner, tenantId, portal);
    await stageFacts(bench.owner, tenantId, files);
    const total = await fillTables(bench.owner, files, others.slice(0, OTHERS));
    console.error(`${total} rows, ${files.reduce((sum, { rows }) => sum + rows, 0)} of them the big tenant's`);
  });

  const server = await startBenchServer({ db: counted.db, appUrl: bench.appUrl, directory, now: () => NOW });
  try {
    const token = await server.issue(tenantId, '1');
    const client = createClient(server.url, token, tenantId);
    const questions = benchWidgets(world, OFFSET_HOURS);
    const wrong: string[] = [];

    const medians: Record<string, number> = {};
    let worst = { title: '', ms: 0 };
    let cachedMs: number[] = [];
    for (const span of [spanOf(30), spanOf(365), spanOf(null)]) {
      const name = span.days ?? 'All';
      const ids = await client.addWidgets(questions.map(({ config }) => config(span)));
      wrong.push(...(await check(client, columnar, questions, ids, span)));
      const { cold, columns } = await race(client, columnar, questions, ids, span);
      medians[`cold${name}Ms`] = median(cold);
      medians[`columnar${name}Ms`] = median(columns);
      if (options.slow) counted.slowest();
      if (span.days === null) {
        worst = await findWorst(client, questions, ids);
        cachedMs = await readCached(client);
      }
      await client.removeWidgets(ids);
    }

    await timed('others quadrupled', () => fillTables(bench.owner, files, others));
    const ids = await client.addWidgets(questions.map(({ config }) => config(spanOf(365))));
    wrong.push(...(await check(client, columnar, questions, ids, spanOf(365))));
    const grown = await race(client, columnar, questions, ids, spanOf(365));
    columnar.close();

    for (const line of wrong.slice(0, 20)) console.error(`wrong: ${line}`);
    console.error(`slowest widget of all time: ${worst.title}`);
    const { cold30Ms = 0, cold365Ms = 0, coldAllMs = 0, columnar30Ms = 0, columnar365Ms = 0, columnarAllMs = 0 } = medians;
    console.log(
      JSON.stringify({
        ...{ cold30Ms, cold365Ms, coldAllMs, columnar30Ms, columnar365Ms, columnarAllMs },
        coldOverColumnar30: ratio(cold30Ms, columnar30Ms),
        coldOverColumnar365: ratio(cold365Ms, columnar365Ms),
        coldOverColumnarAll: ratio(coldAllMs, columnarAllMs),
        cachedP95Ms: round(cachedMs.toSorted((a, b) => a - b)[Math.floor(cachedMs.length * 0.95)] ?? Number.NaN),
        worstWidgetMs: worst.ms,
        growth4x: ratio(median(grown.cold), cold365Ms),
        // What DuckDB, whose data has not grown, took more of it: the machine's part.
        drift: ratio(median(grown.columns), columnar365Ms),
        differences: wrong.length,
      }),
    );
    return wrong.length === 0;
  } finally {
    await server.close();
  }
}

async function insertTenant(tenantId: string, files: readonly FactsFile[]): Promise<void> {
  const { owner } = bench;
  await owner.query(`insert into tenants (id, account_key) values ($1, 'bitrix24:bench')`, [tenantId]);
  await owner.query(
    `insert into crm_connections (tenant_id, crm_source, account_id, mode, timezone, base_currency)
     values ($1, 'bitrix24', 'bench', 'classic', 'Asia/Tashkent', 'UZS')`,
    [tenantId],
  );
  for (const { entity } of FACTS) {
    await owner.query(
      `insert into crm_sync_status (tenant_id, crm_source, entity, status, synced_records, last_full_sync_at, last_sync_cursor)
       values ($1, 'bitrix24', $2, 'complete', $4, $3, $3)`,
      [tenantId, entity, NOW, files.find((one) => one.entity === entity)?.rows ?? 0],
    );
  }
}

function spanOf(days: Span['days']): Span {
  const today = Math.floor((NOW.getTime() + OFFSET_HOURS * 3_600_000) / DAY_MS) * DAY_MS - OFFSET_HOURS * 3_600_000;
  const text = (at: number) => new Date(at).toISOString().replace('T', ' ').slice(0, 19);
  return { days, from: text(today - ((days ?? 1) - 1) * DAY_MS), to: text(today + DAY_MS) };
}

interface Client {
  addWidgets(configs: readonly object[]): Promise<string[]>;
  removeWidgets(ids: readonly string[]): Promise<void>;
  /** Reads these widgets with nothing remembered of the records. */
  readCold(ids: readonly string[]): Promise<{ reply: DashboardReply; ms: number }>;
  /** Reads the whole dashboard. @returns whether it came from the cache */
  read(): Promise<{ isHit: boolean; ms: number }>;
}

function createClient(url: string, token: string, tenantId: string): Client {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const call = async (method: string, route: string, body?: object): Promise<Response> => {
    const reply = await fetch(`${url}/api/dashboard${route}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    if (!reply.ok) throw new Error(`${method} ${route} was answered ${reply.status}: ${await reply.text()}`);
    return reply;
  };
  return {
    async addWidgets(configs) {
      const ids: string[] = [];
      for (const config of configs) ids.push(widget.parse(await (await call('POST', '/widgets', { config })).json()).id);
      return ids;
    },
    async removeWidgets(ids) {
      for (const id of ids) await call('DELETE', `/widgets/${id}`);
    },
    async readCold(ids) {
      for (const { table } of FACTS) {
        await bench.owner.query(
          `insert into data_versions as v (tenant_id, table_name, version) values ($1, $2, 1)
           on conflict (tenant_id, table_name) do update set version = v.version + 1`,
          [tenantId, table],
        );
      }
      const startedAt = performance.now();
      const text = await (await call('GET', `/data?widgets=${ids.join(',')}`)).text();
      const ms = performance.now() - startedAt;
      return { reply: dashboardReply.parse(JSON.parse(text)), ms };
    },
    async read() {
      const startedAt = performance.now();
      const reply = await call('GET', '/data');
      await reply.arrayBuffer();
      const ms = performance.now() - startedAt;
      return { isHit: reply.headers.get('server-timing') === 'cache;desc=hit', ms };
    },
  };
}

/** @returns what differs between the product's answers and DuckDB's */
async function check(
  client: Client,
  columnar: Columnar,
  questions: readonly BenchWidget[],
  ids: readonly string[],
  span: Span,
): Promise<string[]> {
  const { reply } = await client.readCold(ids);
  const found: string[] = [];
  for (const [index, { title, sql }] of questions.entries()) {
    const result = reply.results.find(({ id }) => id === ids[index]);
    if (!result) found.push(`${title}: not in the answer`);
    else found.push(...differences(`${title} (${span.days ?? 'all'})`, result, await columnar.query(sql(span))));
  }
  return found;
}

/** In turns, so that what else the machine does meets both alike. */
async function race(
  client: Client,
  columnar: Columnar,
  questions: readonly BenchWidget[],
  ids: readonly string[],
  span: Span,
): Promise<{ cold: number[]; columns: number[] }> {
  const [cold, columns]: [number[], number[]] = [[], []];
  const statements = questions.map(({ sql }) => sql(span));
  for (let round = 0; round < rounds + WARM_UP; round += 1) {
    const { ms } = await client.readCold(ids);
    const startedAt = performance.now();
    for (const statement of statements) await columnar.query(statement);
    const columnsMs = performance.now() - startedAt;
    if (round < WARM_UP) continue;
    cold.push(ms);
    columns.push(columnsMs);
  }
  console.error(
    `${span.days ?? 'all'}: cold ${cold.map(Math.round).join(' ')} ms, DuckDB ${columns.map(Math.round).join(' ')} ms`,
  );
  return { cold, columns };
}

async function findWorst(client: Client, questions: readonly BenchWidget[], ids: readonly string[]) {
  const found: { title: string; ms: number }[] = [];
  for (const [index, id] of ids.entries()) {
    const times: number[] = [];
    for (let round = 0; round < WIDGET_ROUNDS; round += 1) {
      const { ms } = await client.readCold([id]);
      if (round > 0) times.push(ms);
    }
    found.push({ title: questions[index]?.title ?? '', ms: median(times) });
  }
  found.sort((a, b) => b.ms - a.ms);
  for (const { title, ms } of found.slice(0, 6)) console.error(`${title}: ${ms} ms`);
  return found[0] ?? { title: '', ms: Number.NaN };
}

/** Times of requests that are answered from the cache, all of them without a single statement. */
async function readCached(client: Client): Promise<number[]> {
  while (!(await client.read()).isHit);
  const before = counted.count();
  const times: number[] = [];
  for (let request = 0; request < CACHED_REQUESTS; request += 1) {
    const { isHit, ms } = await client.read();
    if (!isHit) throw new Error('a dashboard on which nothing has changed was not answered from the cache');
    times.push(ms);
  }
  const statements = counted.count() - before;
  if (statements > 0) throw new Error(`${CACHED_REQUESTS} answers from the cache took ${statements} transactions`);
  return times;
}

/** Counts transactions, and keeps how long each statement took. */
function countStatements(db: Db) {
  let transactions = 0;
  const times = new Map<string, number[]>();
  const timing = (tx: Tx): Tx => ({
    ...tx,
    query: async (query) => {
      const startedAt = performance.now();
      const rows = await tx.query(query);
      times.set(query.text, [...(times.get(query.text) ?? []), performance.now() - startedAt]);
      return rows as never;
    },
  });
  const counting: Db = {
    ...db,
    withTenant: (tenantId, mode, work, more) => {
      transactions += 1;
      return db.withTenant(tenantId, mode, (tx) => work(timing(tx)), more);
    },
    beside: (tenantId, snapshot, work, more) => {
      transactions += 1;
      return db.beside(tenantId, snapshot, (tx) => work(timing(tx)), more);
    },
    withDirectory: (mode, work) => {
      transactions += 1;
      return db.withDirectory(mode, work);
    },
  };
  return {
    db: counting,
    count: () => transactions,
    /** Statements of one connection travel together: each one's time counts those before it. */
    slowest() {
      const found = [...times].map(([text, each]) => ({ text, ms: median(each) })).sort((a, b) => a.ms - b.ms);
      for (const { text, ms } of found.slice(-12)) console.error(`${ms} ms: ${text}`);
      times.clear();
    },
  };
}

async function timed<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  const startedAt = performance.now();
  const result = await work();
  console.error(`${what} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  return result;
}

function median(values: readonly number[]): number {
  return round(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN);
}

function ratio(part: number, whole: number): number {
  return Number((part / whole).toFixed(3));
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
