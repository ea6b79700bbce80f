import type { TextSource } from '../../text-types.ts';
import type { texts } from './chat-texts/en.ts';

export type ChatTexts = Record<keyof typeof texts, string>;

export const CHAT_TEXTS = {
  en: () => import('./chat-texts/en.ts'),
  ru: () => import('./chat-texts/ru.ts'),
  uz: () => import('./chat-texts/uz.ts'),
  kk: () => import('./chat-texts/kk.ts'),
  uk: () => import('./chat-texts/uk.ts'),
  tr: () => import('./chat-texts/tr.ts'),
} satisfies TextSource<typeof texts>;
