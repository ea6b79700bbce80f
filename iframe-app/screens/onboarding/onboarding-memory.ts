import type { PutOffMemory } from './onboarding-model.ts';

/** Keeps it in this browser for one portal; where the browser keeps nothing for a foreign frame, for as long as the page lives. */
export function browserMemory(memberId: string): PutOffMemory {
  const key = `leadrelay.onboarding.${memberId}`;
  return {
    read() {
      try {
        return localStorage.getItem(key) !== null;
      } catch {
        return false;
      }
    },
    write(isPutOff) {
      try {
        if (isPutOff) localStorage.setItem(key, 'later');
        else localStorage.removeItem(key);
      } catch {
        // The model remembers it for this page.
      }
    },
  };
}
