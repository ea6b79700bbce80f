import { z } from 'zod';

/** The CRMs LeadRelay copies. */
const CRM_SOURCES = ['bitrix24', 'hubspot', 'zoho', 'freshsales'] as const;
export const crmSource = z.enum(CRM_SOURCES);
export type CrmSource = z.infer<typeof crmSource>;

/** Record sets that are copied page by page, each into its own crm_* table. Dictionaries (users, statuses, …) are copied whole. */
export const ENTITIES = ['leads', 'deals', 'contacts', 'companies', 'activities', 'stageHistory'] as const;
export const entity = z.enum(ENTITIES);
export type Entity = z.infer<typeof entity>;

/** What a stage means in any CRM; this is what makes CRMs comparable. */
const SEMANTICS = ['open', 'won', 'lost'] as const;
export const semantic = z.enum(SEMANTICS);
export type Semantic = z.infer<typeof semantic>;

/** classic: leads, then deals. simple: a Bitrix24 portal without leads; contacts stand where leads would. */
export const crmMode = z.enum(['classic', 'simple']);
export type CrmMode = z.infer<typeof crmMode>;
