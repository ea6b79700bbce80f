import { type ReadonlySignal, signal } from '@preact/signals';
import type { Api } from '../../api.ts';
import type { DashboardModel } from '../dashboard/dashboard-model.ts';
import { run, type Task } from '../task.ts';
import { isDeletion } from './deletion-replies.ts';

export interface DeletionModel {
  /** Until then it can be undone; null until it is known. */
  deletesAt: ReadonlySignal<string | null>;
  undoing: ReadonlySignal<Task>;
  load(): Promise<void>;
  /** Takes the deletion back; the dashboard then shows the numbers again. */
  undo(): Promise<void>;
}

export function createDeletion(deps: { api: Pick<Api, 'ask'>; dashboard: Pick<DashboardModel, 'refresh'> }): DeletionModel {
  const deletesAt = signal<string | null>(null);
  const loading = signal<Task>({ kind: 'idle' });
  const undoing = signal<Task>({ kind: 'idle' });
  return {
    deletesAt,
    undoing,
    async load() {
      await run(loading, async () => {
        deletesAt.value = (await deps.api.ask({ method: 'GET', path: '/api/data/deletion', check: isDeletion })).deletesAt;
      });
      // Somebody else has taken it back meanwhile.
      if (loading.value.kind === 'done' && deletesAt.value === null) await deps.dashboard.refresh();
    },
    async undo() {
      const isUndone = await run(undoing, async () => {
        const [method, path] = ['POST', '/api/data/delete-all/undo'] as const;
        await deps.api.ask({ method, path, check: isDeletion, body: {}, isOnce: true });
      });
      if (isUndone) await deps.dashboard.refresh();
    },
  };
}
