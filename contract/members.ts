import { z } from 'zod';
import { role } from './session.ts';

/** Somebody who has opened LeadRelay. */
export const member = z.strictObject({
  /** `<crm>.<the CRM's id of the person>` */
  id: z.string(),
  name: z.string(),
  role,
  lastSeenAt: z.iso.datetime().nullable(),
  /** False: refused, also with the session they have. */
  hasAccess: z.boolean(),
  /** Who asks. */
  isSelf: z.boolean(),
});
export type Member = z.infer<typeof member>;

/** Answer of GET /api/members and PATCH /api/members/{id}, by name. */
export const membersReply = z.strictObject({ members: z.array(member) });
export type MembersReply = z.infer<typeof membersReply>;

/** Body of PATCH /api/members/{id}: what is to change. One administrator with access has to be left. */
export const memberPatch = z.strictObject({
  /** In place of what the CRM says. */
  role: role.optional(),
  hasAccess: z.boolean().optional(),
});
export type MemberPatch = z.infer<typeof memberPatch>;
