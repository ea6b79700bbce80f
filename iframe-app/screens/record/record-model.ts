import { type ReadonlySignal, signal } from '@preact/signals';
import type { RecordReply } from '../../../contract/dashboard.ts';
import { type Api, ApiError, type RecordPage } from '../../api.ts';

export interface RecordModel {
  record: ReadonlySignal<RecordReply | null>;
  error: ReadonlySignal<ApiError | null>;
  isLoading: ReadonlySignal<boolean>;
  /** Loads the record; the one on show stays until the new one is there. */
  refresh(): Promise<void>;
}

export function createRecord(deps: { api: Pick<Api, 'getRecord'>; page: RecordPage }): RecordModel {
  const record = signal<RecordReply | null>(null);
  const error = signal<ApiError | null>(null);
  const isLoading = signal(false);
  return {
    record,
    error,
    isLoading,
    async refresh() {
      isLoading.value = true;
      try {
        record.value = await deps.api.getRecord(deps.page);
        error.value = null;
      } catch (failure) {
        if (!(failure instanceof ApiError)) throw failure;
        error.value = failure;
      } finally {
        isLoading.value = false;
      }
    },
  };
}

/** An open record without a planned next step is one that is being forgotten. Unknown while its activities are not copied. */
export function lacksNextStep(record: RecordReply): boolean {
  return record.stage?.semantic === 'open' && record.activities.count !== null && record.activities.next === null;
}
