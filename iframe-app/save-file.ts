import type { ServerFile } from './api.ts';
import type { Check } from './check.ts';

/** What `Api.ask` hands over of a file. */
export const isFile: Check<ServerFile> = (value): value is ServerFile => value !== null;

/** Hands a file to the person, as a link would whose `download` names it. */
export function saveFile(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  // The download has begun by then; the browser keeps what it still needs.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
