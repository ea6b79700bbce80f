import type { SyncError } from '../../contract/sync.ts';

/** What a person reads in English while a copy does not move. The CRM's own words stay out of it. */
export const SYNC_ERROR_MESSAGES: Readonly<Record<SyncError, string>> = {
  auth: 'The CRM no longer accepts the connection. An administrator has to connect it again.',
  blocked: 'The CRM has switched its API off for this account. Check its plan and its REST settings.',
  rate_limit: 'The CRM wants fewer requests. LeadRelay tries again by itself.',
  unavailable: 'The CRM does not answer. LeadRelay tries again by itself.',
  bad_response: 'The CRM does not answer as it should. LeadRelay tries again by itself.',
  many_deleted:
    'Many records can no longer be seen in the CRM. If the rights of the user who connected it were changed, restore them; if the records were really deleted, start a new synchronisation.',
  storage_full: 'The database has no room left. Copying goes on by itself when there is some.',
  internal: 'Something went wrong in LeadRelay. It tries again by itself.',
};
