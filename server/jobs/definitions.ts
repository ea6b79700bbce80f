import { z } from 'zod';
import { crmSource } from '../../contract/crm.ts';

/** Queues by name with the shape of their payloads. Payloads hold ids only; the worker reads the rest under the tenant. */
export const JOBS = {
  /** Does what is due for one connection: carries on an unfinished run, else reads what has changed. One at a time each. */
  sync: z.strictObject({ tenantId: z.uuid(), crmSource }),
  /** Does what a tenant's onboarding waits for: looks at its data, makes its dashboard. One at a time each. */
  onboarding: z.strictObject({ tenantId: z.uuid() }),
  /** Erases everything of a tenant 30 days after that was asked for. */
  erase: z.strictObject({ tenantId: z.uuid() }),
} as const;
export type JobName = keyof typeof JOBS;
export type JobData<Name extends JobName> = z.infer<(typeof JOBS)[Name]>;

export interface Job<Name extends JobName> {
  data: JobData<Name>;
  /** At most one queued or running job of its name has this key; another one is not queued. */
  key: string;
}

export interface JobQueue {
  /** Queues jobs of one name in one statement, in order. */
  send<Name extends JobName>(name: Name, jobs: readonly Job<Name>[]): Promise<void>;
}
