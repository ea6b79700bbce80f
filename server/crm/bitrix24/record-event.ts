import type { Entity } from '../../../contract/crm.ts';

const CODE = /^ONCRM(LEAD|DEAL|CONTACT|COMPANY|ACTIVITY)(ADD|UPDATE|DELETE|MOVETOCATEGORY)$/i;
const ENTITIES: ReadonlyMap<string, Entity> = new Map([
  ['LEAD', 'leads'],
  ['DEAL', 'deals'],
  ['CONTACT', 'contacts'],
  ['COMPANY', 'companies'],
  ['ACTIVITY', 'activities'],
]);

/** What an event's code tells of: `ONCRMDEALUPDATE`, in any case. null for events that are not of a copied record. */
export function readRecordEvent(code: string): { entity: Entity; isDeletion: boolean } | null {
  const [, word = '', change = ''] = CODE.exec(code) ?? [];
  const entity = ENTITIES.get(word.toUpperCase());
  return entity ? { entity, isDeletion: change.toUpperCase() === 'DELETE' } : null;
}
