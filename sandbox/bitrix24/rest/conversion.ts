import type { PortalState } from '../state.ts';
import { type Actor, addRecord, updateRecord } from './changes.ts';
import { CONTACTS, type CrmEntity, type CrmRecord, DEALS, LEADS } from './entities.ts';

/** Adds what a client sent. Where the CRM works without leads, a new lead becomes a deal at once. @returns the record's id */
export function createRecord<Row extends CrmRecord>(
  portal: PortalState,
  entity: CrmEntity<Row>,
  change: Partial<Omit<Row, 'id'>>,
  actor: Actor,
): number {
  const id = addRecord(portal, entity, change, actor);
  if (entity.name === 'leads' && portal.world.options.mode === 'simple') convertLead(portal, id, { ...actor, byRobot: true });
  return id;
}

/** A contact for somebody with a name, a deal in the general pipeline, and the lead is a good one. */
function convertLead(portal: PortalState, id: number, robot: Actor): void {
  const lead = portal.world.leads.get(id);
  if (!lead) return;
  const { title, name, lastName, phone, email, sourceId, assignedById, companyId, opportunity, currencyId } = lead;
  const person = { name, lastName, phone, email, sourceId, assignedById, companyId };
  const isNewPerson = lead.contactId === 0 && `${name}${lastName}` !== '';
  const contactId = isNewPerson ? addRecord(portal, CONTACTS, person, robot) : lead.contactId;
  const deal = { title, categoryId: 0, leadId: id, contactId, companyId, sourceId, assignedById, opportunity, currencyId };
  addRecord(portal, DEALS, deal, robot);
  updateRecord(portal, LEADS, id, { stageId: 'CONVERTED', contactId }, robot);
}
