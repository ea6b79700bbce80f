import { z } from 'zod';
import { crmSource, entity } from '../../contract/crm.ts';

/** Queues by name with the shape of their payloads. Payloads hold ids only; the worker reads the rest under the tenant. */
export const JOBS = {
  /** Loads everything of one connection: dictionaries, then each entity. One at a time per connection. */
  'sync-full': z.strictObject({ tenantId: z.uuid(), crmSource, runId: z.uuid(), entities: z.array(entity).nullable() }),
} as const;

export type JobName = keyof typeof JOBS;
export type JobData<Name extends JobName> = z.infer<(typeof JOBS)[Name]>;

export interface JobQueue {
  /** @param key at most one queued or running job of this name has this key; a second send with it is a no-op */
  send<Name extends JobName>(name: Name, data: JobData<Name>, options?: { key?: string }): Promise<void>;
}
