import { z } from 'zod';
import { crmMode, crmSource, entity } from '../../../contract/crm.ts';
import { profiledEntity } from '../../../contract/onboarding.ts';

/** How many records have a field, and how many different values it has among them; null where that is not counted. */
const fieldFacts = z.strictObject({ filled: z.number().int(), values: z.number().int().nullable() });

const entityFacts = z.strictObject({
  entity: profiledEntity,
  records: z.number().int(),
  completeness: z.number(),
  first: z.iso.datetime().nullable(),
  last: z.iso.datetime().nullable(),
  fields: z.record(z.string(), fieldFacts),
});
export type EntityFacts = z.infer<typeof entityFacts>;

/**
 * What is known of one CRM's data, as it is kept between an analysis and what is made of it. Only counts: what they are good
 * for is judged when they are read, so that better rules need no new analysis.
 */
const crmProfile = z.strictObject({
  mode: crmMode,
  /** The full load it looked at; another one makes it out of date. */
  loadedAt: z.iso.datetime().nullable(),
  /** Whether the products of its deals were copied by then: they come after everything else. */
  areProductsCopied: z.boolean(),
  /** How many records of each entity were copied by then, as the sync counts them; profiles from before it was kept have none. */
  copied: z.partialRecord(entity, z.number().int()).default({}),
  /** Departments with people in them. */
  departments: z.number().int(),
  entities: z.array(entityFacts),
  /** Custom fields whose values tell records apart, the best filled first. */
  customFields: z.array(
    z.strictObject({ entity: profiledEntity, code: z.string(), filled: z.number().int(), values: z.number().int() }),
  ),
});
export type CrmProfile = z.infer<typeof crmProfile>;

export const crmProfiles = z.partialRecord(crmSource, crmProfile);
export type CrmProfiles = z.infer<typeof crmProfiles>;
