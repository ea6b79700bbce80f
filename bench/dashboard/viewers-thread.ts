import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { dashboardReply, drillReply } from '../../contract/dashboard.ts';

export interface ViewersTask {
  url: string;
  /** One viewer each. */
  tokens: readonly string[];
  seconds: number;
  /** Somebody who asks for these in turn, on so many connections as fast as they are answered. */
  flood: { token: string; paths: readonly string[]; connections: number } | null;
}

export interface ViewersReport {
  /** Milliseconds of each answer to a viewer. */
  times: number[];
  /** Answers to viewers that were none: `GET /data 429`. */
  errors: string[];
  /** Answers to the flood by status. */
  flooded: Record<string, number>;
}

/** People look before they click again. */
const PAUSE_MS = 250;
/** Each so manieth look goes behind a number. */
const DRILL_EVERY = 10;

const { url, tokens, seconds, flood }: ViewersTask = workerData;
const report: ViewersReport = { times: [], errors: [], flooded: {} };
const until = Date.now() + seconds * 1000;

await Promise.all([...tokens.map(view), ...Array.from({ length: flood?.connections ?? 0 }, () => pour())]);
parentPort?.postMessage(report);

async function view(token: string, place: number): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  // Not all in one moment.
  await delay((place * PAUSE_MS) / tokens.length);
  for (let look = 1; Date.now() < until; look += 1) {
    const isDrill = look % DRILL_EVERY === 0;
    const body = isDrill ? JSON.stringify({ widgetId: 'wonByAgent90' }) : null;
    const [method, path] = isDrill ? ['POST', '/drill'] : ['GET', '/data'];
    const startedAt = performance.now();
    try {
      const reply = await fetch(`${url}/api/dashboard${path}`, { method, headers, body });
      const answer: unknown = await reply.json();
      if (!reply.ok) report.errors.push(`${method} ${path} ${reply.status}`);
      else if (isDrill && drillReply.parse(answer).records.length === 0) report.errors.push('a number without records');
      else if (!isDrill && dashboardReply.parse(answer).results.some(({ status }) => status !== 'ok'))
        report.errors.push('a dashboard without all its numbers');
    } catch (error) {
      report.errors.push(`${method} ${path} ${String(error)}`);
    }
    report.times.push(performance.now() - startedAt);
    await delay(PAUSE_MS);
  }
}

async function pour(): Promise<void> {
  if (!flood) return;
  const headers = { authorization: `Bearer ${flood.token}` };
  for (let turn = 0; Date.now() < until; turn += 1) {
    const reply = await fetch(`${url}/api/dashboard${flood.paths[turn % flood.paths.length]}`, { headers });
    await reply.arrayBuffer();
    report.flooded[reply.status] = (report.flooded[reply.status] ?? 0) + 1;
    // Who is told to come back later does so, if not as late as asked.
    if (reply.status === 429) await delay(100);
  }
}
