import { IANAZone } from 'luxon';

/** Whether days can be cut in a zone of that name. */
export function isTimeZone(name: string | null | undefined): name is string {
  return typeof name === 'string' && IANAZone.isValidZone(name);
}
