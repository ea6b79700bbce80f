import { z } from 'zod';

/** Body of PATCH /api/settings. */
export const settingsPatch = z.strictObject({
  /** IANA zone in which the tenant's days begin. */
  timezone: z.string().min(1).max(64),
});
export type SettingsPatch = z.infer<typeof settingsPatch>;
