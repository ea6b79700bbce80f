import { addWorkingTime } from './calendar.ts';
import type { Random } from './random.ts';
import type { Agent } from './staff.ts';

/** When the agent first answers an enquiry made at `time`: always in office hours. */
export function firstResponseAt(random: Random, agent: Agent, time: number): number {
  return addWorkingTime(time, 60 * random.around(agent.responseMinutes, 0.9));
}

/** What waiting does to the chance of a sale: who is called within minutes buys, who waits a day has bought elsewhere. */
export function speedFactor(waitedSeconds: number): number {
  const minutes = waitedSeconds / 60;
  if (minutes <= 10) return 1.7;
  if (minutes <= 60) return 1.3;
  if (minutes <= 4 * 60) return 0.9;
  return minutes <= 24 * 60 ? 0.65 : 0.4;
}
