import { type ReadonlySignal, signal } from '@preact/signals';
import type { QuarantineReply } from '../../../contract/sync.ts';
import { run, type Task } from '../task.ts';
import type { SettingsApi } from './settings-api.ts';

export type QuarantinedRecord = QuarantineReply['records'][number];

/** Records of which something could not be used, loaded page by page once somebody wants to see them. */
export interface QuarantineModel {
  /** Null until the first page is there. */
  records: ReadonlySignal<QuarantinedRecord[] | null>;
  hasMore: ReadonlySignal<boolean>;
  loading: ReadonlySignal<Task>;
  /** Loads from the start: what was loaded before may have been mended meanwhile. */
  load(): Promise<void>;
  loadMore(): Promise<void>;
}

export function createQuarantine(api: Pick<SettingsApi, 'listQuarantine'>): QuarantineModel {
  const records = signal<QuarantinedRecord[] | null>(null);
  const hasMore = signal(false);
  const loading = signal<Task>({ kind: 'idle' });
  let next: string | null = null;

  async function loadAfter(after: string | null): Promise<void> {
    await run(loading, async () => {
      const page = await api.listQuarantine(after);
      records.value = after === null ? page.records : [...(records.value ?? []), ...page.records];
      next = page.next;
      hasMore.value = next !== null;
    });
  }

  return {
    records,
    hasMore,
    loading,
    load: () => loadAfter(null),
    async loadMore() {
      if (next !== null) await loadAfter(next);
    },
  };
}

/** Where a record's page may lead: an address of the web. Anything else that a CRM may hold is no link. */
export function toLink(url: string | null): string | null {
  return url !== null && /^https?:\/\//.test(url) && URL.canParse(url) ? url : null;
}
