import type { Signal } from '@preact/signals';
import { ApiError } from '../api.ts';

/** How something that a person asked for stands. */
export type Task = { kind: 'idle' } | { kind: 'busy' } | { kind: 'done' } | { kind: 'failed'; error: ApiError };

/** @returns whether the work was done; false also while the same is under way already */
export async function run(task: Signal<Task>, work: () => Promise<void>): Promise<boolean> {
  if (task.value.kind === 'busy') return false;
  task.value = { kind: 'busy' };
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    task.value = { kind: 'failed', error };
    return false;
  }
  task.value = { kind: 'done' };
  return true;
}
