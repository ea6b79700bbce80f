import { type ReadonlySignal, signal } from '@preact/signals';
import type { Member, MemberPatch } from '../../../contract/members.ts';
import type { Api } from '../../api.ts';
import { run, type Task } from '../task.ts';
import { isMembers } from './settings-replies.ts';

export interface MembersModel {
  /** Null until they are loaded. */
  members: ReadonlySignal<Member[] | null>;
  loading: ReadonlySignal<Task>;
  changing: ReadonlySignal<Task>;
  load(): Promise<void>;
  change(id: string, patch: MemberPatch): Promise<void>;
}

export function createMembers(api: Pick<Api, 'ask'>): MembersModel {
  const members = signal<Member[] | null>(null);
  const loading = signal<Task>({ kind: 'idle' });
  const changing = signal<Task>({ kind: 'idle' });
  return {
    members,
    loading,
    changing,
    async load() {
      await run(loading, async () => {
        members.value = (await api.ask({ method: 'GET', path: '/api/members', check: isMembers })).members;
      });
    },
    async change(id, body) {
      await run(changing, async () => {
        const path = `/api/members/${encodeURIComponent(id)}`;
        members.value = (await api.ask({ method: 'PATCH', path, check: isMembers, body })).members;
      });
    },
  };
}
