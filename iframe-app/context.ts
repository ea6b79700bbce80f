import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Formatter } from './format.ts';
import type { I18n } from './i18n.ts';

/** What every component may need to write a text or a number. */
export interface AppContext {
  i18n: I18n;
  format: Formatter;
  /** Writes everything in another language from now on. Rejects where its texts are out of reach; the language then stays. */
  changeLanguage(locale: string): Promise<void>;
}

const Context = createContext<AppContext | null>(null);

export const AppProvider = Context.Provider;

export function useApp(): AppContext {
  const app = useContext(Context);
  if (app === null) throw new Error('useApp is called outside of AppProvider');
  return app;
}
