import type { CrmSource, Entity } from '../../contract/crm.ts';
import { recordPath } from '../crm/registry.ts';

/** Address of a record's page in its CRM; null where it has none. */
export function recordUrl(portalUrl: string | null, crmSource: CrmSource, entity: Entity, externalId: string): string | null {
  const path = recordPath(crmSource, entity, externalId);
  return portalUrl === null || path === null ? null : `${portalUrl}${path}`;
}
