import { z } from 'zod';
import { crmMode, crmSource } from './crm.ts';

/** Body of POST /api/connections: an inbound webhook of a Bitrix24 portal. The address is a secret. */
export const connectionRequest = z.strictObject({
  crmSource: z.literal('bitrix24'),
  webhookUrl: z.string().min(1).max(300),
});

/** Answer of GET /api/connections: what is connected, without any secret. */
export const connectionsReply = z.strictObject({
  connections: z.array(
    z.strictObject({
      crmSource,
      kind: z.enum(['app', 'webhook']),
      /** Origin of the CRM's pages. */
      portalUrl: z.string().nullable(),
      status: z.enum(['active', 'reauth', 'blocked', 'paused', 'permissions_changed', 'uninstalled']),
      mode: crmMode,
      /** One English sentence about why `status` is not active. */
      errorMessage: z.string().nullable(),
    }),
  ),
});
export type ConnectionsReply = z.infer<typeof connectionsReply>;
