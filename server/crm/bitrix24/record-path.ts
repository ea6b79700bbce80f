import type { Entity } from '../../../contract/crm.ts';

/** Words in the addresses of record pages. Activities and stage changes are shown on the record they belong to. */
const WORDS: ReadonlyMap<Entity, string> = new Map([
  ['leads', 'lead'],
  ['deals', 'deal'],
  ['contacts', 'contact'],
  ['companies', 'company'],
]);

/** `/crm/deal/details/8061/` */
export function bitrixRecordPath(entity: Entity, externalId: string): string | null {
  const word = WORDS.get(entity);
  return word !== undefined && /^\d+$/.test(externalId) ? `/crm/${word}/details/${externalId}/` : null;
}
