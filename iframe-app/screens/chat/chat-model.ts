import { batch, type ReadonlySignal, signal } from '@preact/signals';
import type { ChatMessage } from '../../../contract/chat.ts';
import type { WidgetConfig } from '../../../contract/dashboard.ts';
import type { Api } from '../../api.ts';
import type { DashboardModel } from '../dashboard/dashboard-model.ts';
import { run, type Task } from '../task.ts';
import { isAddedWidget, isChatHistory, isChatReply } from './chat-replies.ts';

export interface ChatModel {
  /** Oldest first; null until the end of the conversation is loaded. */
  messages: ReadonlySignal<ChatMessage[] | null>;
  hasEarlier: ReadonlySignal<boolean>;
  loading: ReadonlySignal<Task>;
  /** What is on its way to be answered; null: nothing. One that failed stays to be sent again. */
  pending: ReadonlySignal<string | null>;
  asking: ReadonlySignal<Task>;
  /** Adding to the dashboard, by the id of the answer. */
  adding: ReadonlySignal<ReadonlyMap<string, Task>>;
  load(): Promise<void>;
  loadEarlier(): Promise<void>;
  ask(message: string): Promise<void>;
  /** Makes the number of an answer a widget; it is on the dashboard when this is done. */
  addToDashboard(answerId: string, config: WidgetConfig): Promise<void>;
}

export interface ChatDeps {
  api: Pick<Api, 'ask'>;
  dashboard: Pick<DashboardModel, 'reload'>;
}

export function createChat({ api, dashboard }: ChatDeps): ChatModel {
  const messages = signal<ChatMessage[] | null>(null);
  const hasEarlier = signal(false);
  const loading = signal<Task>({ kind: 'idle' });
  const asking = signal<Task>({ kind: 'idle' });
  const pending = signal<string | null>(null);
  const adding = signal<ReadonlyMap<string, Task>>(new Map());
  let next: number | null = null;

  async function loadBefore(before: number | null): Promise<void> {
    await run(loading, async () => {
      const path = `/api/dashboard/chat/history${before === null ? '' : `?before=${before}`}`;
      const page = await api.ask({ method: 'GET', path, check: isChatHistory });
      batch(() => {
        messages.value = before === null ? page.messages : [...page.messages, ...(messages.value ?? [])];
        next = page.next;
        hasEarlier.value = next !== null;
      });
    });
  }

  return {
    messages,
    hasEarlier,
    loading,
    pending,
    asking,
    adding,
    load: () => loadBefore(null),
    async loadEarlier() {
      if (next !== null) await loadBefore(next);
    },
    async ask(message) {
      if (asking.value.kind === 'busy') return;
      pending.value = message;
      await run(asking, async () => {
        const [method, path] = ['POST', '/api/dashboard/chat'] as const;
        // Sent twice it would stand there twice.
        const { question, answer } = await api.ask({ method, path, check: isChatReply, body: { message }, isOnce: true });
        batch(() => {
          messages.value = [...(messages.value ?? []), question, answer];
          pending.value = null;
        });
      });
    },
    async addToDashboard(answerId, config) {
      const task = signal<Task>(adding.value.get(answerId) ?? { kind: 'idle' });
      const stop = task.subscribe((state) => {
        adding.value = new Map(adding.peek()).set(answerId, state);
      });
      const isAdded = await run(task, async () => {
        const [method, path] = ['POST', '/api/dashboard/widgets'] as const;
        // However often it is pressed, an answer is one widget.
        await api.ask({ method, path, check: isAddedWidget, body: { config }, idempotencyKey: `chat ${answerId}` });
      });
      stop();
      if (isAdded) await dashboard.reload();
    },
  };
}
