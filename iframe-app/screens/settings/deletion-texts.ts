import type { TextSource } from '../../text-types.ts';
import type { texts } from './deletion-texts/en.ts';

export type DeletionTexts = Record<keyof typeof texts, string>;

export const DELETION_TEXTS = {
  en: () => import('./deletion-texts/en.ts'),
  ru: () => import('./deletion-texts/ru.ts'),
  uz: () => import('./deletion-texts/uz.ts'),
  kk: () => import('./deletion-texts/kk.ts'),
  uk: () => import('./deletion-texts/uk.ts'),
  tr: () => import('./deletion-texts/tr.ts'),
} satisfies TextSource<typeof texts>;
