import { type ReadonlySignal, signal } from '@preact/signals';
import type { AccessLogEntry, UsageReply } from '../../../contract/data.ts';
import type { Api } from '../../api.ts';
import { isFile } from '../../save-file.ts';
import type { DashboardModel } from '../dashboard/dashboard-model.ts';
import { run, type Task } from '../task.ts';
import { isDeletion } from './deletion-replies.ts';
import { isAccessLog, isUsage } from './settings-replies.ts';

/** Counting a large CRM takes some seconds. */
const USAGE_TIMEOUT_MS = 40_000;

export interface DataModel {
  /** Null until it is counted. */
  usage: ReadonlySignal<UsageReply | null>;
  counting: ReadonlySignal<Task>;
  exporting: ReadonlySignal<Task>;
  deleting: ReadonlySignal<Task>;
  /** The latest first; null until the first page is there. */
  entries: ReadonlySignal<AccessLogEntry[] | null>;
  hasMoreEntries: ReadonlySignal<boolean>;
  reading: ReadonlySignal<Task>;
  count(): Promise<void>;
  exportAll(): Promise<void>;
  cancelExport(): void;
  /** Plans the deletion of everything; the dashboard then says so in place of the numbers. */
  deleteAll(confirmation: string): Promise<void>;
  readLog(): Promise<void>;
  readMoreLog(): Promise<void>;
}

export interface DataDeps {
  api: Pick<Api, 'ask'>;
  dashboard: Pick<DashboardModel, 'refresh'>;
  /** Hands a file to the person. */
  saveFile: (file: Blob, name: string) => void;
  now: () => number;
}

export function createData({ api, dashboard, saveFile, now }: DataDeps): DataModel {
  const idle = () => signal<Task>({ kind: 'idle' });
  const [counting, exporting, deleting, reading] = [idle(), idle(), idle(), idle()];
  const usage = signal<UsageReply | null>(null);
  const entries = signal<AccessLogEntry[] | null>(null);
  const hasMoreEntries = signal(false);
  let next: number | null = null;
  let cancelling: AbortController | null = null;

  async function readLog(before: number | null): Promise<void> {
    await run(reading, async () => {
      const path = `/api/data/access-log${before === null ? '' : `?before=${before}`}`;
      const page = await api.ask({ method: 'GET', path, check: isAccessLog });
      entries.value = before === null ? page.entries : [...(entries.value ?? []), ...page.entries];
      next = page.next;
      hasMoreEntries.value = next !== null;
    });
  }

  return {
    usage,
    counting,
    exporting,
    deleting,
    entries,
    hasMoreEntries,
    reading,
    async count() {
      await run(counting, async () => {
        const timeoutMs = USAGE_TIMEOUT_MS;
        usage.value = await api.ask({ method: 'GET', path: '/api/data/usage', check: isUsage, timeoutMs });
      });
    },
    async exportAll() {
      const stopping = new AbortController();
      await run(exporting, async () => {
        cancelling = stopping;
        try {
          const file = await api.ask({
            method: 'GET',
            path: '/api/data/export',
            check: isFile,
            isFile: true,
            isOnce: true,
            timeoutMs: null,
            signal: stopping.signal,
          });
          saveFile(file.content, `leadrelay-${new Date(now()).toISOString().slice(0, 10)}.zip`);
        } catch (error) {
          if (!stopping.signal.aborted) throw error;
        } finally {
          cancelling = null;
        }
      });
      if (stopping.signal.aborted) exporting.value = { kind: 'idle' };
    },
    cancelExport() {
      cancelling?.abort();
    },
    async deleteAll(confirmation) {
      const isPlanned = await run(deleting, async () => {
        const body = { confirmation };
        await api.ask({ method: 'POST', path: '/api/data/delete-all', check: isDeletion, body, isOnce: true });
      });
      if (isPlanned) await dashboard.refresh();
    },
    readLog: () => readLog(null),
    async readMoreLog() {
      if (next !== null) await readLog(next);
    },
  };
}
