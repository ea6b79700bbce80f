/** Languages that screens which load later are written in. */
export type LanguageCode = 'en' | 'ru' | 'uz' | 'kk' | 'uk' | 'tr';

/** Puts values where a text names them: `Until {time}`. */
export function fillText(text: string, values: Record<string, string>): string {
  return text.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => values[name] ?? '');
}
