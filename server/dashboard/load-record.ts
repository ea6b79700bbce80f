import type { z } from 'zod';
import type { Semantic } from '../../contract/crm.ts';
import type { RecordReply, recordRequest } from '../../contract/dashboard.ts';
import { describeValue, formatAmount, Money } from '../analytics/dictionaries.ts';
import { type AnalyticsContext, findDimension } from '../analytics/resolve.ts';
import type { Db, SqlQuery } from '../platform/db.ts';
import { AppError } from '../platform/errors.ts';
import { readContext } from './load-dashboard.ts';
import type { Viewer } from './tenant-context.ts';

export type RecordRequest = z.infer<typeof recordRequest>;

/** How each table says the same things. */
const RECORD_SQL: Record<RecordRequest['entity'], string> = {
  leads: `select title, null as pipeline, status as stage, semantic, source, assigned_to, value::text as value, currency,
    created_at, closed_at, stage_changed_at from crm_leads`,
  deals: `select title, pipeline, stage, semantic, source, assigned_to, value::text as value, currency,
    created_at, closed_at, stage_changed_at from crm_deals`,
  contacts: `select name as title, null as pipeline, null as stage, null as semantic, source, assigned_to, null as value, null as currency,
    created_at, null::timestamptz as closed_at, null::timestamptz as stage_changed_at from crm_contacts`,
  companies: `select name as title, null as pipeline, null as stage, null as semantic, null as source, assigned_to, null as value,
    null as currency, created_at, null::timestamptz as closed_at, null::timestamptz as stage_changed_at from crm_companies`,
};

const MAX_HISTORY = 100;
const DAY_MS = 86_400_000;

interface RecordRow {
  title: string | null;
  pipeline: string | null;
  stage: string | null;
  semantic: Semantic | null;
  source: string | null;
  assigned_to: string | null;
  value: string | null;
  currency: string | null;
  created_at: Date | null;
  closed_at: Date | null;
  stage_changed_at: Date | null;
}

interface ActivitiesRow {
  count: number;
  last_at: Date | null;
  next_at: Date | null;
  next_type: string | null;
}

interface HistoryRow {
  pipeline: string | null;
  stage: string;
  semantic: Semantic;
  occurred_at: Date;
}

/**
 * One record with its context, in one round trip.
 * @throws AppError `not_found` for one that the tenant does not have (or the CRM no longer)
 */
export async function loadRecord(
  deps: { db: Db; now: () => Date },
  viewer: Viewer,
  request: RecordRequest,
  signal: AbortSignal,
): Promise<RecordReply> {
  const now = deps.now();
  const [{ context, analytics }, records, activities, history] = await deps.db.withTenant(
    viewer.tenantId,
    'read',
    (tx) =>
      Promise.all([
        readContext(tx, viewer, now),
        tx.query<RecordRow>(recordQuery(viewer, request)),
        tx.query<ActivitiesRow>(activitiesQuery(viewer, request, now)),
        tx.query<HistoryRow>(historyQuery(viewer, request)),
      ]),
    { signal },
  );
  const [record] = records;
  if (!record) throw new AppError('not_found');
  const [counted] = activities;
  const areActivitiesCopied = context.coverage.some(
    ({ crmSource, entity, isComplete }) => crmSource === viewer.crmSource && entity === 'activities' && isComplete,
  );
  const { entity } = request;
  const { crmSource } = viewer;
  const describe = createDescriber(analytics, crmSource);
  const stageDimension = entity === 'leads' ? describe.leadStatus : describe.dealStage;

  return {
    entity,
    externalId: request.externalId,
    crmSource,
    title: record.title,
    pipeline: describe.pipeline(record.pipeline),
    stage: record.semantic && stageDimension(record.pipeline, record.stage, record.semantic),
    source: describe.source(record.source),
    owner: describe.owner(record.assigned_to),
    amount: record.value === null ? null : { value: formatAmount(new Money(record.value)), currency: record.currency },
    createdAt: toIso(record.created_at),
    closedAt: toIso(record.closed_at),
    ageDays: wholeDays(record.created_at, record.closed_at ?? now),
    daysInStage: record.semantic && wholeDays(record.stage_changed_at ?? record.created_at, now),
    activities: {
      count: areActivitiesCopied ? (counted?.count ?? 0) : null,
      lastAt: toIso(counted?.last_at ?? null),
      next:
        counted?.next_at && counted.next_type
          ? { type: describe.type(counted.next_type), at: counted.next_at.toISOString() }
          : null,
    },
    history: history.map((step) => ({
      pipeline: describe.pipeline(step.pipeline),
      stage: stageDimension(step.pipeline, step.stage, step.semantic),
      at: step.occurred_at.toISOString(),
    })),
    timezone: context.timezone,
    dataAsOf: toIso(context.dataAsOf),
  };
}

function recordQuery({ tenantId, crmSource }: Viewer, { entity, externalId }: RecordRequest): SqlQuery {
  return {
    text: `${RECORD_SQL[entity]} where tenant_id = $1 and crm_source = $2 and external_id = $3 and deleted_at is null`,
    values: [tenantId, crmSource, externalId],
  };
}

function activitiesQuery({ tenantId, crmSource }: Viewer, { entity, externalId }: RecordRequest, now: Date): SqlQuery {
  return {
    text: `select count(*)::int as count, max(started_at) filter (where started_at <= $5) as last_at,
  min(due) filter (where not completed and due >= $5) as next_at,
  (array_agg(type order by due) filter (where not completed and due >= $5))[1] as next_type
from (
  select type, started_at, completed, coalesce(deadline, started_at) as due from crm_activities
  where tenant_id = $1 and crm_source = $2 and owner_entity = $3 and owner_external_id = $4 and deleted_at is null
) a`,
    values: [tenantId, crmSource, entity, externalId, now],
  };
}

/** The latest steps, oldest first. */
function historyQuery({ tenantId, crmSource }: Viewer, { entity, externalId }: RecordRequest): SqlQuery {
  return {
    text: `select pipeline, stage, semantic, occurred_at from (
  select pipeline, stage, semantic, occurred_at, external_id from crm_stage_history
  where tenant_id = $1 and crm_source = $2 and owner_entity = $3 and owner_external_id = $4 and deleted_at is null
  order by occurred_at desc, length(external_id) desc, external_id desc limit ${MAX_HISTORY}
) latest order by occurred_at, length(external_id), external_id`,
    values: [tenantId, crmSource, entity, externalId],
  };
}

/** Names for the codes of one CRM's records; null where there is no code. */
function createDescriber({ dictionaries, locale }: AnalyticsContext, crmSource: string) {
  const describe = (entity: 'leads' | 'deals' | 'activities', dimension: string, ...values: (string | null)[]) =>
    describeValue(
      findDimension(entity, dimension),
      crmSource,
      values.map((value) => value ?? ''),
      dictionaries,
      locale,
    );
  const named = (entity: 'deals' | 'activities', dimension: string, value: string | null) => {
    const { code, label } = describe(entity, dimension, value);
    return code === '' ? null : { code, label };
  };
  const staged = ({ code, label, color }: ReturnType<typeof describe>, semantic: Semantic) => ({ code, label, color, semantic });
  return {
    pipeline: (value: string | null) => named('deals', 'pipeline', value),
    source: (value: string | null) => named('deals', 'source', value),
    owner: (value: string | null) => {
      const person = named('deals', 'owner', value);
      return person && { id: person.code, name: person.label };
    },
    type: (value: string) => named('activities', 'type', value) ?? { code: value, label: value },
    leadStatus: (_pipeline: string | null, status: string | null, semantic: Semantic) =>
      staged(describe('leads', 'status', status), semantic),
    dealStage: (pipeline: string | null, stage: string | null, semantic: Semantic) =>
      staged(describe('deals', 'stage', pipeline, stage), semantic),
  };
}

function wholeDays(from: Date | null, to: Date): number | null {
  return from && Math.max(0, Math.floor((to.getTime() - from.getTime()) / DAY_MS));
}

function toIso(at: Date | null): string | null {
  return at?.toISOString() ?? null;
}
