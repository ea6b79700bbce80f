import type { BusinessHours } from '../../contract/settings.ts';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const DAY_SECONDS = 86_400;

/** Business hours as a `Clock` has them. A day that ends at midnight and one that begins there are one stretch of work. */
export function toWorkingWeek(hours: BusinessHours): number[] {
  return DAYS.flatMap((day, index) => {
    const work = hours[day];
    return work ? [work.from, work.to].map((time) => index * DAY_SECONDS + secondOfDay(time)) : [];
  });
}

/** `HH:MM`, up to `24:00`. */
function secondOfDay(time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return (hour * 60 + minute) * 60;
}
