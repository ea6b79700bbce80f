import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { ConnectionsReply } from '../../contract/connections.ts';
import { type Api, ApiError } from '../api.ts';
import type { DashboardModel } from './dashboard-model.ts';

export type Connection = ConnectionsReply['connections'][number];

/** How something that a person asked for stands. */
export type Task = { kind: 'idle' } | { kind: 'busy' } | { kind: 'done' } | { kind: 'failed'; error: ApiError };

/** Why a request was refused, as far as a person can do something about it; `failed`: they cannot. */
export type Problem =
  | 'wrongAddress'
  | 'refused'
  | 'noAnswer'
  | 'otherPortal'
  | 'tooOften'
  | 'copiedJustNow'
  | 'forbidden'
  | 'offline'
  | 'failed';

export interface SettingsModel {
  /** Null until they are loaded. */
  connections: ReadonlySignal<Connection[] | null>;
  loading: ReadonlySignal<Task>;
  connecting: ReadonlySignal<Task>;
  savingTimezone: ReadonlySignal<Task>;
  copying: ReadonlySignal<Task>;
  /** The zone days begin in; null until the dashboard has said it. */
  timezone: ReadonlySignal<string | null>;
  /** Nobody vouches for the person any more: the page has to be opened again. */
  isSessionOver: ReadonlySignal<boolean>;
  load(): Promise<void>;
  /** Hands the secret address to the server and keeps nothing of it. @returns whether the server took it */
  connectWebhook(webhookUrl: string): Promise<boolean>;
  saveTimezone(timezone: string): Promise<void>;
  /** Copies everything of the CRM anew; done when the copying has begun. */
  copyAgain(): Promise<void>;
}

export interface SettingsDeps {
  api: Pick<Api, 'listConnections' | 'addWebhook' | 'saveSettings' | 'startSync'>;
  /** Shows what a change here brought: progress of a new sync, days of another zone. */
  dashboard: Pick<DashboardModel, 'reply' | 'refresh'>;
}

export function createSettings({ api, dashboard }: SettingsDeps): SettingsModel {
  const connections = signal<Connection[] | null>(null);
  const loading = signal<Task>({ kind: 'idle' });
  const connecting = signal<Task>({ kind: 'idle' });
  const savingTimezone = signal<Task>({ kind: 'idle' });
  const copying = signal<Task>({ kind: 'idle' });
  const savedTimezone = signal<string | null>(null);

  return {
    connections,
    loading,
    connecting,
    savingTimezone,
    copying,
    timezone: computed(() => savedTimezone.value ?? dashboard.reply.value?.timezone ?? null),
    isSessionOver: computed(() =>
      [loading, connecting, savingTimezone, copying].some(
        ({ value }) => value.kind === 'failed' && value.error.kind === 'session',
      ),
    ),
    async load() {
      await run(loading, async () => {
        connections.value = (await api.listConnections()).connections;
      });
    },
    async connectWebhook(webhookUrl) {
      const isConnected = await run(connecting, async () => {
        connections.value = (await api.addWebhook(webhookUrl)).connections;
      });
      if (isConnected) await dashboard.refresh();
      return isConnected;
    },
    async saveTimezone(timezone) {
      const isSaved = await run(savingTimezone, async () => {
        savedTimezone.value = (await api.saveSettings({ timezone })).timezone;
      });
      if (isSaved) await dashboard.refresh();
    },
    async copyAgain() {
      const hasBegun = await run(copying, async () => {
        await api.startSync();
      });
      if (hasBegun) await dashboard.refresh();
    },
  };
}

/** @returns whether the work was done; false also while the same is under way already */
async function run(task: Signal<Task>, work: () => Promise<void>): Promise<boolean> {
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

/**
 * What a webhook is good for here: `connect` a Bitrix24 portal where there is none, `replace` the webhook of the one there is;
 * null where the portal is connected by its app, which the server keeps.
 */
export function webhookUse(connections: readonly Connection[]): 'connect' | 'replace' | null {
  const portal = connections.find(({ crmSource }) => crmSource === 'bitrix24');
  if (!portal) return 'connect';
  return portal.kind === 'webhook' ? 'replace' : null;
}

/** Codes of POST /api/connections. */
const WEBHOOK_PROBLEMS: ReadonlyMap<string | null, Problem> = new Map([
  ['invalid_value', 'wrongAddress'],
  ['too_long', 'wrongAddress'],
  ['connection_refused', 'refused'],
  ['not_authentic', 'refused'],
  ['crm_unavailable', 'noAnswer'],
  ['wrong_state', 'otherPortal'],
]);

export function toWebhookProblem(error: ApiError): Problem {
  return WEBHOOK_PROBLEMS.get(error.code) ?? toProblem(error);
}

/** Full loads cost the CRM much, so the server begins one every five minutes at most. */
export function toCopyProblem(error: ApiError): Problem {
  return error.code === 'rate_limited' ? 'copiedJustNow' : toProblem(error);
}

export function toProblem({ kind, code }: ApiError): Problem {
  if (kind === 'network') return 'offline';
  if (code === 'rate_limited') return 'tooOften';
  return code === 'forbidden' ? 'forbidden' : 'failed';
}

/** Zones of one part of the world, '' for UTC; by city, so that typing a city's name finds it. */
export interface ZoneGroup {
  region: string;
  zones: { id: string; city: string }[];
}

/**
 * Zones to choose from, by region and city. UTC and the one in use are always among them: browsers list neither UTC nor
 * every name that servers know.
 */
export function groupTimeZones(current: string, supported: readonly string[]): ZoneGroup[] {
  const groups = new Map<string, ZoneGroup['zones']>();
  for (const id of new Set(['UTC', current, ...supported])) {
    const slash = id.indexOf('/');
    const region = id.slice(0, Math.max(slash, 0));
    const zones = groups.get(region) ?? [];
    groups.set(region, zones);
    zones.push({ id, city: id.slice(slash + 1).replaceAll('_', ' ') });
  }
  return [...groups]
    .map(([region, zones]) => ({ region, zones: zones.toSorted((a, b) => compare(a.city, b.city)) }))
    .toSorted((a, b) => compare(a.region, b.region));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
