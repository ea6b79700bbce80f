import type { ConnectionsReply } from '../../../contract/connections.ts';
import type { QuarantineReply } from '../../../contract/sync.ts';
import type { Api } from '../../api.ts';
import { isConnectionsReply, isQuarantineReply } from './settings-replies.ts';

/** What only the settings ask about the connected CRMs; rejects as `Api` does. */
export interface SettingsApi {
  /** Records of which something could not be used. @param after `next` of the answer before, null for the first */
  listQuarantine(after: string | null): Promise<QuarantineReply>;
  listConnections(): Promise<ConnectionsReply>;
  /** Connects a Bitrix24 portal by the secret address of an inbound webhook. */
  addWebhook(webhookUrl: string): Promise<ConnectionsReply>;
}

/** The server gives a CRM half a minute to answer. */
const CRM_REQUEST_TIMEOUT_MS = 40_000;

export function createSettingsApi({ ask }: Pick<Api, 'ask'>): SettingsApi {
  return {
    listQuarantine: (after) =>
      ask({
        method: 'GET',
        path: `/api/crm/sync/quarantine${after === null ? '' : `?${new URLSearchParams({ after })}`}`,
        check: isQuarantineReply,
      }),
    listConnections: () => ask({ method: 'GET', path: '/api/connections', check: isConnectionsReply }),
    addWebhook: (webhookUrl) =>
      ask({
        method: 'POST',
        path: '/api/connections',
        check: isConnectionsReply,
        body: { crmSource: 'bitrix24', webhookUrl },
        isOnce: true,
        timeoutMs: CRM_REQUEST_TIMEOUT_MS,
      }),
  };
}
