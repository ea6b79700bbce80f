import { z } from 'zod';

/** Languages of the app and of what the server names. */
export const language = z.enum(['en', 'ru', 'uz', 'kk', 'uk', 'tr']);

const minuteOfDay = z
  .string()
  .max(5)
  .refine((text) => /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/.test(text), { params: { code: 'invalid_value' } });

/** A day's work, from and to as `HH:MM` of the tenant's zone; `24:00` is the day's end. null: nobody works. */
const workingDay = z
  .strictObject({ from: minuteOfDay, to: minuteOfDay })
  .refine(({ from, to }) => from < to, { path: ['to'], params: { code: 'out_of_range' } })
  .nullable();
export type WorkingDay = z.infer<typeof workingDay>;

export const businessHours = z.strictObject({
  ...{ mon: workingDay, tue: workingDay, wed: workingDay, thu: workingDay, fri: workingDay },
  ...{ sat: workingDay, sun: workingDay },
});
export type BusinessHours = z.infer<typeof businessHours>;

/** Until somebody says them. */
export const DEFAULT_BUSINESS_HOURS: BusinessHours = {
  mon: { from: '09:00', to: '18:00' },
  tue: { from: '09:00', to: '18:00' },
  wed: { from: '09:00', to: '18:00' },
  thu: { from: '09:00', to: '18:00' },
  fri: { from: '09:00', to: '18:00' },
  sat: null,
  sun: null,
};

/** Answer of GET and PATCH /api/settings: what holds for the whole tenant. */
export const settingsReply = z.strictObject({
  /** IANA zone in which the tenant's days begin; UTC while nobody has said one. */
  timezone: z.string(),
  /** For everyone who has not chosen another; null: each person's own. */
  language: language.nullable(),
  /** Currency sums are shown in; null: the CRM's base currency. */
  displayCurrency: z.string().nullable(),
  /** null: the CRM has not said it. */
  baseCurrency: z.string().nullable(),
  /** What may be chosen: the currencies the CRM knows a rate for. */
  currencies: z.array(z.strictObject({ code: z.string(), name: z.string() })),
  businessHours,
});
export type SettingsReply = z.infer<typeof settingsReply>;

/** Body of PATCH /api/settings: what is to change. */
export const settingsPatch = z.strictObject({
  /** IANA zone in which the tenant's days begin. */
  timezone: z.string().min(1).max(64).optional(),
  language: language.nullable().optional(),
  /** One of `currencies`; null: the CRM's base currency. */
  displayCurrency: z.string().min(1).max(16).nullable().optional(),
  businessHours: businessHours.optional(),
});
export type SettingsPatch = z.infer<typeof settingsPatch>;

/** Body of PATCH /api/settings/own. */
export const ownSettingsPatch = z.strictObject({
  /** null: the tenant's, or the CRM's. */
  language: language.nullable(),
});
export type OwnSettingsPatch = z.infer<typeof ownSettingsPatch>;

/** Answer of GET and PATCH /api/settings/own: what a person has chosen for themselves, and what follows from it. */
export const ownSettingsReply = ownSettingsPatch.extend({ locale: z.string() });
export type OwnSettingsReply = z.infer<typeof ownSettingsReply>;
