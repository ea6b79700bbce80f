import pg from 'pg';
import type { ChartConfig, KpiConfig } from '../../contract/charts.ts';
import type { WidgetConfig } from '../../contract/dashboard.ts';
import type { Role } from '../../contract/session.ts';
import { createSessions } from '../http/session.ts';
import { createTenantStates } from '../tenants/tenants.ts';
import { insertRecords, insertTenant, SMALL_WORLD_NOW } from './small-world.ts';
import { readProblem, startTestApp, TEST_SECRET, type TestApp } from './test-app.ts';

/** The whole web server with two tenants of the small world in it, at the small world's moment. */
export interface DashboardRig {
  app: TestApp;
  /** Past row level security. */
  owner: pg.Client;
  tenantId: string;
  neighbourId: string;
  /** Tokens of people of the first tenant, and of an administrator of the second. */
  tokens: { admin: string; member: string; neighbour: string };
  /** A token as a session of that tenant would have it. */
  issue(tenantId: string, role: Role, userId?: string): Promise<string>;
  /** Calls below /api/dashboard; a `body` is sent as JSON. `token` null: without a login. Default: the member. */
  call(path: string, options?: CallOptions): Promise<Response>;
  /** The same for a refusal: `422 blank`. */
  refusal(path: string, options?: CallOptions): Promise<string>;
  /** Latest entries of the first tenant's access log, latest first: `user:17 list_widgets null 10`. */
  accessLog(count: number): Promise<string[]>;
  close(): Promise<void>;
}

interface CallOptions {
  method?: string;
  token?: string | null;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export async function startDashboardRig(): Promise<DashboardRig> {
  const app = await startTestApp();
  app.clock.now = SMALL_WORLD_NOW;
  const owner = new pg.Client({ connectionString: app.database.ownerUrl });
  await owner.connect();
  const [tenantId, neighbourId] = [await insertTenant(owner), await insertTenant(owner)];
  for (const id of [tenantId, neighbourId]) {
    await insertRecords(owner, id);
    await owner.query('update crm_connections set portal_url = $2 where tenant_id = $1', [id, `https://${id}.example`]);
  }
  const now = () => app.clock.now;
  const sessions = createSessions({
    secret: TEST_SECRET,
    tenants: createTenantStates(app.database.db, now, app.tenantNews),
    now,
  });
  const issue = async (id: string, role: Role, userId = '17') => {
    const person = { tenantId: id, crmSource: 'bitrix24', userId, role, signedInAt: null, name: 'Ann', locale: 'en' } as const;
    return (await sessions.issue(person)).token;
  };
  const tokens = {
    admin: await issue(tenantId, 'admin', '1'),
    member: await issue(tenantId, 'member'),
    neighbour: await issue(neighbourId, 'admin'),
  };
  const call: DashboardRig['call'] = (path, options = {}) => {
    const { token = tokens.member, body, method = body === undefined ? 'GET' : 'POST', signal } = options;
    const headers = new Headers(options.headers);
    if (token !== null) headers.set('authorization', `Bearer ${token}`);
    if (body !== undefined) headers.set('content-type', 'application/json');
    return fetch(`${app.url}/api/dashboard${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      ...(signal && { signal }),
    });
  };
  return {
    ...{ app, owner, tenantId, neighbourId, tokens, issue, call },
    async refusal(path, options) {
      const { status, code } = await readProblem(await call(path, options));
      return `${status} ${code}`;
    },
    async accessLog(count) {
      const { rows } = await owner.query<{ line: string }>(
        `select concat_ws(' ', accessed_by, action, coalesce(entity, 'null'), record_count) as line
         from data_access_logs where tenant_id = $1 order by seq desc limit $2`,
        [tenantId, count],
      );
      return rows.map(({ line }) => line);
    },
    async close() {
      await owner.end();
      await app.close();
    },
  };
}

/** A chart as a request says it: deals by stage of all time, unless told. */
export function chartOf(changes: Partial<Omit<ChartConfig, 'chartId'>> = {}): Extract<WidgetConfig, { sortOrder: string }> {
  return {
    title: 'Deals by stage',
    description: '',
    chartType: 'bar',
    dataSource: 'deals',
    crmSource: 'all',
    xField: 'stage',
    yField: null,
    aggregation: 'count',
    measure: null,
    groupBy: null,
    timeBucket: null,
    timeRangeDays: null,
    period: null,
    filterField: null,
    filterValue: null,
    pipeline: null,
    sortOrder: 'desc',
    limit: null,
    size: 'medium',
    ...changes,
  };
}

/** A KPI as a request says it: all leads, unless told. */
export function kpiOf(changes: Partial<Omit<KpiConfig, 'chartId'>> = {}): Extract<WidgetConfig, { chartType: 'kpi' }> {
  return {
    title: 'Leads',
    chartType: 'kpi',
    dataSource: 'leads',
    crmSource: 'all',
    metricField: null,
    aggregation: 'count',
    measure: null,
    format: 'number',
    timeRangeDays: null,
    period: null,
    comparisonPeriodDays: null,
    filterField: null,
    filterValue: null,
    pipeline: null,
    size: 'small',
    ...changes,
  };
}

/** Bodies with the refusal each gets, as rows of a test table that are called by how the body begins. */
export function named(rows: [body: unknown, expected: string][]): [name: string, expected: string, body: unknown][] {
  return rows.map(([body, expected]) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return [text.length > 120 ? `${text.slice(0, 60)}…${text.slice(-60)}` : text, expected, body];
  });
}
