import type { TextSource } from '../../text-types.ts';
import type { texts } from './settings-texts/en.ts';

export type SettingsTexts = Record<keyof typeof texts, string>;

export const SETTINGS_TEXTS = {
  en: () => import('./settings-texts/en.ts'),
  ru: () => import('./settings-texts/ru.ts'),
  uz: () => import('./settings-texts/uz.ts'),
  kk: () => import('./settings-texts/kk.ts'),
  uk: () => import('./settings-texts/uk.ts'),
  tr: () => import('./settings-texts/tr.ts'),
} satisfies TextSource<typeof texts>;
