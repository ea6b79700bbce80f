import { pino } from 'pino';
import { type OnboardingReply, onboardingReply } from '../../contract/onboarding.ts';
import type { Llm } from '../agents/llm.ts';
import { wakeOnboarding } from '../dashboard/onboarding.ts';
import { doOnboardingWork, type OnboardingWorkDeps } from '../dashboard/onboarding-work.ts';
import { dispatchDue } from '../jobs/handlers/dispatcher.ts';
import type { Db } from '../platform/db.ts';
import { type DashboardRig, startDashboardRig } from './dashboard-rig.ts';
import { insertRows } from './insert-rows.ts';

export const ONBOARDING_STATES = [
  'not_started',
  'syncing',
  'analyzing',
  'categories',
  'refining',
  'generating',
  'complete',
] as const;
type State = (typeof ONBOARDING_STATES)[number];

/** The dashboard's rig, whose first tenant has enough of everything for every category but products. */
export interface OnboardingRig extends DashboardRig {
  /** A step of an administrator that has to succeed. */
  take(path: string, body?: unknown): Promise<OnboardingReply>;
  look(token?: string): Promise<OnboardingReply>;
  /** What dispatcher and worker do until nothing is due. @returns how many jobs there were */
  work(db?: Db): Promise<number>;
  deps(db?: Db): OnboardingWorkDeps;
  /** Takes the first round up to a state. */
  reach(state: State): Promise<void>;
  /** A full load has ended, or changes were read, and the worker has said so. */
  endSync(kind?: 'full' | 'incremental'): Promise<void>;
  /** Forgets every onboarding and what it has made. */
  reset(): Promise<void>;
}

/** @param createModel default: there is none */
export async function startOnboardingRig(createModel: (db: Db) => Llm | null = () => null): Promise<OnboardingRig> {
  const rig = await startDashboardRig();
  const llm = createModel(rig.app.database.db);
  const { owner, tenantId } = rig;
  await insertBusiness(rig);
  let loads = 0;

  const take = async (path: string, body: unknown = {}) => {
    const response = await rig.call(path, { body, token: rig.tokens.admin });
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return onboardingReply.parse(await response.json());
  };
  const deps = (db: Db = rig.app.database.db) => ({ db, now: () => rig.app.clock.now, log: pino({ level: 'silent' }), llm });

  const work = async (db?: Db) => {
    for (let count = 0; ; ) {
      const jobs: string[] = [];
      // A tenant that was handed to a worker is lent out for a while.
      await owner.query('update tenants set next_sync_at = least(next_sync_at, $1)', [rig.app.clock.now]);
      const send = async (name: string, sent: readonly { data: { tenantId: string } }[]) => {
        if (name === 'onboarding') jobs.push(...sent.map(({ data }) => data.tenantId));
      };
      const clock = { now: () => rig.app.clock.now.getTime(), sleep: async () => {} };
      await dispatchDue({ db: rig.app.database.db, queue: { send }, clock });
      if (jobs.length === 0) return count;
      for (const id of jobs) await doOnboardingWork(deps(db), id, new AbortController().signal);
      count += jobs.length;
    }
  };

  return {
    ...rig,
    take,
    deps,
    work,
    look: async (token = rig.tokens.member) => onboardingReply.parse(await (await rig.call('/onboarding', { token })).json()),
    async reach(state) {
      const steps: [State, () => Promise<unknown>][] = [
        ['syncing', () => take('/onboarding/start')],
        ['analyzing', async () => undefined],
        ['categories', () => work()],
        ['refining', () => take('/onboarding/select', { categories: ['salesPipeline', 'employeePerformance'] })],
        ['generating', () => take('/onboarding/refine', { answers: {} })],
        ['complete', () => work()],
      ];
      if (state === 'syncing') {
        await owner.query(`update crm_sync_status set last_full_sync_at = null where tenant_id = $1 and entity = 'deals'`, [
          tenantId,
        ]);
      }
      if (state === 'not_started') return;
      for (const [reached, step] of steps) {
        await step();
        if (reached === state) return;
      }
    },
    async endSync(kind = 'full') {
      if (kind === 'full') {
        loads += 1;
        const endedAt = new Date(Date.UTC(2025, 2, 10, 14, loads));
        await owner.query(`update crm_sync_status set last_full_sync_at = $2 where tenant_id = $1`, [tenantId, endedAt]);
      }
      await rig.app.database.db.withTenant(tenantId, 'write', (tx) => wakeOnboarding(tx, tenantId, kind, rig.app.clock.now));
    },
    async reset() {
      await owner.query('delete from dashboard_configs');
      await owner.query('delete from dashboard_widgets');
      await owner.query(`update crm_sync_status set last_full_sync_at = '2025-03-10T14:00:00Z'`);
      await owner.query('update tenants set next_sync_at = null');
    },
  };
}

/** Records of one tenant on top of the small world's: 40 leads, 40 deals, 50 calls, 25 contacts, 25 companies. */
async function insertBusiness({ owner, tenantId }: DashboardRig): Promise<void> {
  const insert = (table: string, count: number, rowOf: (index: number) => Record<string, unknown>) =>
    insertRows(
      owner,
      table,
      Array.from({ length: count }, (_, index) => ({
        tenant_id: tenantId,
        crm_source: 'bitrix24',
        external_id: `b${index}`,
        created_at: new Date(Date.UTC(2025, 0, 1 + index)),
        ...rowOf(index),
      })),
    );
  const agent = (index: number) => String(1 + (index % 2));
  await insert('crm_leads', 40, (index) => ({
    status: 'NEW',
    source: index < 25 ? 'WEB' : null,
    assigned_to: agent(index),
    ...(index < 22 && {
      first_response_at: new Date(Date.UTC(2025, 0, 1 + index, 1)),
      closed_at: new Date(Date.UTC(2025, 0, 2 + index)),
    }),
  }));
  await insert('crm_deals', 40, (index) => ({
    pipeline: '0',
    stage: index < 25 ? 'WON' : 'NEW',
    semantic: index < 25 ? 'won' : 'open',
    value: '10',
    currency: 'USD',
    assigned_to: agent(index),
    source: 'WEB',
    closed_at: index < 25 ? new Date(Date.UTC(2025, 0, 15 + index)) : null,
  }));
  await insert('crm_activities', 50, (index) => ({
    type: 'call',
    started_at: new Date(Date.UTC(2025, 0, 15 + index)),
    employee_id: agent(index),
    completed: true,
    owner_entity: 'leads',
    owner_external_id: 'b1',
  }));
  await insert('crm_contacts', 25, (index) => ({ name: `C${index}`, source: 'WEB', assigned_to: agent(index) }));
  await insert('crm_companies', 25, (index) => ({ name: `F${index}`, assigned_to: agent(index) }));
}
