import type { TextSource } from '../../text-types.ts';
import type { texts } from './record-texts/en.ts';

export type RecordTexts = Record<keyof typeof texts, string>;

export const RECORD_TEXTS = {
  en: () => import('./record-texts/en.ts'),
  ru: () => import('./record-texts/ru.ts'),
  uz: () => import('./record-texts/uz.ts'),
  kk: () => import('./record-texts/kk.ts'),
  uk: () => import('./record-texts/uk.ts'),
  tr: () => import('./record-texts/tr.ts'),
} satisfies TextSource<typeof texts>;
