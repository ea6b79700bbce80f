import type { TextSource } from '../../text-types.ts';
import type { texts } from './onboarding-texts/en.ts';

export type OnboardingTexts = Record<keyof typeof texts, string>;

export const ONBOARDING_TEXTS = {
  en: () => import('./onboarding-texts/en.ts'),
  ru: () => import('./onboarding-texts/ru.ts'),
  uz: () => import('./onboarding-texts/uz.ts'),
  kk: () => import('./onboarding-texts/kk.ts'),
  uk: () => import('./onboarding-texts/uk.ts'),
  tr: () => import('./onboarding-texts/tr.ts'),
} satisfies TextSource<typeof texts>;
