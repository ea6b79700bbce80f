import type { TextSource } from '../../text-types.ts';
import type { texts } from './install-texts/en.ts';

export type InstallTexts = Record<keyof typeof texts, string>;

export const INSTALL_TEXTS = {
  en: () => import('./install-texts/en.ts'),
  ru: () => import('./install-texts/ru.ts'),
  uz: () => import('./install-texts/uz.ts'),
  kk: () => import('./install-texts/kk.ts'),
  uk: () => import('./install-texts/uk.ts'),
  tr: () => import('./install-texts/tr.ts'),
} satisfies TextSource<typeof texts>;
