import { randomUUID } from 'node:crypto';
import { AGENTS } from '../../contract/agents.ts';
import type { CrmSource } from '../../contract/crm.ts';
import type { Llm } from '../agents/llm.ts';
import { type DataWords, describeData } from '../agents/schema-analyst/describe-data.ts';
import type { Facts } from '../agents/schema-analyst/facts.ts';
import { pickLocale } from '../analytics/labels.ts';
import type { Db, Tx } from '../platform/db.ts';
import { logAccess } from '../tenants/access-log.ts';
import { loadOwnSettings } from '../tenants/members.ts';

/** Says in the tenant's access log that something of its data goes to a model. Before it goes. */
export function logModelCall(tx: Tx, tenantId: string, agent: keyof typeof AGENTS): Promise<void> {
  const accessedBy = `system:${AGENTS[agent].persona}_model`;
  return logAccess(tx, tenantId, { accessedBy, action: 'ask_model', entity: null, recordCount: null });
}

/** Has a model describe what an analysis has found, in the tenant's language. @returns null where it gives no usable answer */
export async function describeAnalysis(
  { db, llm }: { db: Db; llm: Llm },
  tenantId: string,
  { facts, crmSource }: { facts: Facts; crmSource: CrmSource },
  signal: AbortSignal,
): Promise<DataWords | null> {
  // Of nobody: the tenant's.
  const settings = await db.withTenant(tenantId, 'read', (tx) => loadOwnSettings(tx, tenantId, { crmSource, crmUserId: '' }));
  const beforeCall = (tx: Tx) => logModelCall(tx, tenantId, 'schemaAnalyst');
  return describeData(llm, { tenantId, requestId: randomUUID(), facts, locale: pickLocale(settings.locale), beforeCall, signal });
}
