/** `2024-08-05T09:02:13+03:00`: how Bitrix24 writes a moment, with the portal server's offset. */
export function formatTime(unixSeconds: number, offsetMinutes: number): string {
  const local = new Date((unixSeconds + offsetMinutes * 60) * 1000).toISOString().slice(0, 19);
  return local + formatOffset(offsetMinutes);
}

/**
 * A calendar day, written by Bitrix24 as midnight UTC in the portal server's offset: `2024-09-09T03:00:00+03:00`.
 * The day is that of the moment at the portal server.
 */
export function formatDay(unixSeconds: number, offsetMinutes: number): string {
  const day = new Date((unixSeconds + offsetMinutes * 60) * 1000).toISOString().slice(0, 10);
  const shift = Math.max(offsetMinutes, 0);
  return `${day}T${pad(Math.floor(shift / 60))}:${pad(shift % 60)}:00${formatOffset(offsetMinutes)}`;
}

/**
 * Reads a moment as a client may send it: ISO 8601 with or without offset, `2024-03-01 10:00:00`, `2024-03-01` or
 * `01.03.2024 10:00:00`. Without an offset it is the portal server's time.
 * @returns Unix seconds, or null when it is no moment
 */
export function parseTime(text: string, offsetMinutes: number): number | null {
  const european = /^(\d{2})\.(\d{2})\.(\d{4})(.*)$/.exec(text.trim());
  const iso = european ? `${european[3]}-${european[2]}-${european[1]}${european[4]}` : text.trim();
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/.exec(iso);
  if (!match) return null;
  const clock = Date.parse(`${match[1]}T${match[2] ?? '00:00'}${match[3] ?? ':00'}Z`);
  if (Number.isNaN(clock)) return null;
  return clock / 1000 - 60 * (match[4] === undefined ? offsetMinutes : parseOffset(match[4]));
}

function parseOffset(text: string): number {
  if (text === 'Z') return 0;
  const digits = text.slice(1).replace(':', '');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return text.startsWith('-') ? -minutes : minutes;
}

function formatOffset(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}

const pad = (value: number): string => String(value).padStart(2, '0');
