import type { CrmSource, Entity } from '../../contract/crm.ts';
import type { Db } from '../platform/db.ts';
import type { AdapterDeps, CrmAdapter } from './adapter.ts';
import { createBitrixAdapter } from './bitrix24/adapter.ts';
import { requestLimits } from './bitrix24/limits.ts';
import { bitrixRecordPath } from './bitrix24/record-path.ts';
import { createRateLimiter, type RequestLimits } from './rate-limiter.ts';

interface Crm {
  create(deps: AdapterDeps): CrmAdapter;
  limits(license: string | null): RequestLimits;
  /** Path of a record's page below the CRM's address; null for records without one. */
  recordPath(entity: Entity, externalId: string): string | null;
}

const CRMS: ReadonlyMap<CrmSource, Crm> = new Map([
  ['bitrix24', { create: createBitrixAdapter, limits: requestLimits, recordPath: bitrixRecordPath }],
]);

export interface ConnectionDeps extends Omit<AdapterDeps, 'limiter'> {
  db: Db;
  tenantId: string;
  /** The CRM's plan, null when unknown: decides how many requests it takes. */
  license: string | null;
}

/** The adapter of a CRM, for one run of one connection; its requests count against the limits all processes share. */
export function createAdapter(crmSource: CrmSource, deps: ConnectionDeps): CrmAdapter {
  const crm = CRMS.get(crmSource);
  if (!crm) throw new Error(`There is no adapter for ${crmSource}`);
  const { db, tenantId, license, outbound, tokens, clock } = deps;
  const limiter = createRateLimiter({ db, clock, tenantId, crmSource, limits: crm.limits(license) });
  return crm.create({ outbound, tokens, clock, limiter });
}

/** Path of a record's page below the CRM's address; null where it has none. */
export function recordPath(crmSource: CrmSource, entity: Entity, externalId: string): string | null {
  return CRMS.get(crmSource)?.recordPath(entity, externalId) ?? null;
}
