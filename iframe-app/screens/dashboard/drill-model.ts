import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import type { DrillExportRequest, DrillReply, WidgetConfig } from '../../../contract/dashboard.ts';
import { ApiError, type ServerFile } from '../../api.ts';
import type { Task } from '../task.ts';
import type { WidgetApi } from './widget-api.ts';

/** A number whose records are listed. */
interface DrillQuestion {
  config: WidgetConfig;
  point: DrillExportRequest['point'];
  /** What the number is of: the category and the series; null: the whole widget. */
  label: string | null;
  /** The number itself, as people read it. */
  value: string | null;
}

export type DrillRecord = DrillReply['records'][number];

/** The list of the records behind a number, page by page. */
export interface DrillModel {
  question: ReadonlySignal<DrillQuestion | null>;
  /** null: none are there yet. */
  records: ReadonlySignal<DrillRecord[] | null>;
  entity: ReadonlySignal<DrillReply['entity'] | null>;
  total: ReadonlySignal<number>;
  hasMore: ReadonlySignal<boolean>;
  loading: ReadonlySignal<Task>;
  saving: ReadonlySignal<Task>;
  open(question: DrillQuestion): Promise<void>;
  close(): void;
  /** The next page, or the first one again where that has failed. */
  loadMore(): Promise<void>;
  /** All records as a file; null where it fails. */
  download(): Promise<ServerFile | null>;
}

/** What a screen of the list has room for, and more where somebody asks. */
const PAGE = 25;

export function createDrill(api: Pick<WidgetApi, 'drill' | 'downloadRecords'>): DrillModel {
  const question = signal<DrillQuestion | null>(null);
  const pages = signal<DrillReply[]>([]);
  const loading = signal<Task>({ kind: 'idle' });
  const saving = signal<Task>({ kind: 'idle' });
  let leaving = new AbortController();

  async function loadMore(): Promise<void> {
    const asked = question.value;
    if (!asked || loading.value.kind === 'busy') return;
    const { signal: left } = leaving;
    const after = pages.value.at(-1)?.next;
    loading.value = { kind: 'busy' };
    try {
      const { config, point } = asked;
      const page = await api.drill({ config, point, limit: PAGE, ...(after && { after }) }, left);
      batch(() => {
        pages.value = [...pages.value, page];
        loading.value = { kind: 'idle' };
      });
    } catch (error) {
      if (left.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      loading.value = { kind: 'failed', error };
    }
  }

  function close(): void {
    leaving.abort();
    batch(() => {
      question.value = null;
      pages.value = [];
      loading.value = { kind: 'idle' };
      saving.value = { kind: 'idle' };
    });
  }

  return {
    question,
    records: computed(() => (pages.value.length === 0 ? null : pages.value.flatMap((page) => page.records))),
    entity: computed(() => pages.value[0]?.entity ?? null),
    total: computed(() => pages.value[0]?.total ?? 0),
    hasMore: computed(() => pages.value.at(-1)?.next != null),
    loading,
    saving,
    open(asked) {
      close();
      leaving = new AbortController();
      question.value = asked;
      return loadMore();
    },
    close,
    loadMore,
    async download() {
      const asked = question.value;
      if (!asked) return null;
      const { config, point } = asked;
      const { signal: left } = leaving;
      // Of a list that was left nothing is told beside the next one.
      const say = (task: Task) => {
        if (!left.aborted) saving.value = task;
      };
      say({ kind: 'busy' });
      try {
        const file = await api.downloadRecords({ config, point });
        say({ kind: 'idle' });
        return file;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        say({ kind: 'failed', error });
        return null;
      }
    },
  };
}
