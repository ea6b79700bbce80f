import type { Entity } from '../../../contract/crm.ts';
import type { Params } from './commands.ts';
import { ACTIVITY_FIELDS, COMPANY_FIELDS, CONTACT_FIELDS, DEAL_FIELDS, LEAD_FIELDS, sourceNames } from './field-map.ts';

/** A list method of Bitrix24 as a full load reads it. */
export interface List {
  /** Unique among all lists; letters only. */
  name: string;
  method: string;
  params: Params;
  filter: Params;
  select: readonly string[];
  /** `id` in crm.item.*, `ID` in the older methods. */
  idField: 'id' | 'ID';
  /** Where the rows are in a result; null: the result is the list of rows. */
  rowsKey: 'items' | null;
  /** Moves whenever a record changes. */
  changedField: string;
  /** When something happened at it that charts count; null: at its creation only. */
  activeField: string | null;
  /** Whose stage history this is. */
  owner?: 'leads' | 'deals';
}

/** The entities that crm.item.* serves, with their number there. */
export const ITEM_TYPE_IDS = { leads: 1, deals: 2, contacts: 3, companies: 4 } as const;
export type ItemEntity = keyof typeof ITEM_TYPE_IDS;

export function isItemEntity(entity: Entity): entity is ItemEntity {
  return entity in ITEM_TYPE_IDS;
}

const STAGE_HISTORY_SELECT = ['ID', 'TYPE_ID', 'OWNER_ID', 'CREATED_TIME'];

const ITEM_LISTS: Record<ItemEntity, Pick<List, 'filter' | 'select'>> = {
  leads: {
    filter: {},
    select: [...sourceNames(LEAD_FIELDS), 'stageSemanticId', 'name', 'lastName', 'phone', 'email'],
  },
  deals: {
    // Templates from which deals are made again and again are no deals.
    filter: { '=isRecurring': 'N' },
    select: [...sourceNames(DEAL_FIELDS), 'stageSemanticId'],
  },
  contacts: { filter: {}, select: [...sourceNames(CONTACT_FIELDS), 'name', 'lastName', 'phone', 'email'] },
  companies: {
    // The portal owner's own companies are no customers.
    filter: { '=isMyCompany': 'N' },
    select: sourceNames(COMPANY_FIELDS),
  },
};

const ACTIVITIES: List = {
  name: 'activities',
  method: 'crm.activity.list',
  params: {},
  filter: {},
  select: [
    ...sourceNames(ACTIVITY_FIELDS),
    ...['ID', 'TYPE_ID', 'PROVIDER_ID', 'DIRECTION', 'COMPLETED', 'OWNER_TYPE_ID', 'OWNER_ID'],
  ],
  idField: 'ID',
  rowsKey: null,
  changedField: 'LAST_UPDATED',
  activeField: 'START_TIME',
};

/** What has to be read for an entity, one after the other. */
export function listsOf(entity: Entity, customFields: readonly string[], hasLeads: boolean): List[] {
  if (entity === 'activities') return [ACTIVITIES];
  if (entity === 'stageHistory') return hasLeads ? [stageHistory('leads'), stageHistory('deals')] : [stageHistory('deals')];
  const { filter, select } = ITEM_LISTS[entity];
  return [
    {
      name: entity,
      method: 'crm.item.list',
      params: { entityTypeId: ITEM_TYPE_IDS[entity] },
      filter,
      select: ['id', ...select, ...customFields],
      idField: 'id',
      rowsKey: 'items',
      changedField: 'updatedTime',
      // A deal is closed when it moves to a final stage.
      activeField: entity === 'deals' ? 'movedTime' : null,
    },
  ];
}

/** The same list, of records with that field not before. @param since with the portal's own offset: some portals ignore it */
export function listSince(list: List, field: string, since: string): List {
  return { ...list, filter: { ...list.filter, [`>=${field}`]: since } };
}

function stageHistory(owner: 'leads' | 'deals'): List {
  const stage = owner === 'leads' ? ['STATUS_ID', 'STATUS_SEMANTIC_ID'] : ['STAGE_ID', 'STAGE_SEMANTIC_ID', 'CATEGORY_ID'];
  return {
    name: `${owner}History`,
    method: 'crm.stagehistory.list',
    params: { entityTypeId: ITEM_TYPE_IDS[owner] },
    filter: {},
    select: [...STAGE_HISTORY_SELECT, ...stage],
    idField: 'ID',
    rowsKey: 'items',
    // Never changes: what is new has been created.
    changedField: 'CREATED_TIME',
    activeField: null,
    owner,
  };
}
