import type { TextSource, Translate } from '../../text-types.ts';
import type { texts } from './dashboard-texts/en.ts';

export type DashboardTexts = Record<keyof typeof texts, string>;
export type DashboardT = Translate<typeof texts>;

export const DASHBOARD_TEXTS = {
  en: () => import('./dashboard-texts/en.ts'),
  ru: () => import('./dashboard-texts/ru.ts'),
  uz: () => import('./dashboard-texts/uz.ts'),
  kk: () => import('./dashboard-texts/kk.ts'),
  uk: () => import('./dashboard-texts/uk.ts'),
  tr: () => import('./dashboard-texts/tr.ts'),
} satisfies TextSource<typeof texts>;
