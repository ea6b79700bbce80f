import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { ConnectionsReply } from '../../../contract/connections.ts';
import type { Api, ApiError } from '../../api.ts';
import type { Language } from '../../i18n.ts';
import type { DashboardModel } from '../dashboard/dashboard-model.ts';
import type { SyncModel } from '../sync/sync-model.ts';
import { run, type Task } from '../task.ts';
import { createQuarantine, type QuarantineModel } from './quarantine-model.ts';
import type { SettingsApi } from './settings-api.ts';
import { cityOf } from './zone-names.ts';

export type Connection = ConnectionsReply['connections'][number];

/** Why a request was refused, as far as a person can do something about it; `failed`: they cannot. */
export type Problem =
  | 'wrongAddress'
  | 'refused'
  | 'noAnswer'
  | 'otherPortal'
  | 'tooOften'
  | 'copiedJustNow'
  | 'notConnected'
  | 'forbidden'
  | 'offline'
  | 'failed';

export interface SettingsModel {
  /** Null until they are loaded. */
  connections: ReadonlySignal<Connection[] | null>;
  loading: ReadonlySignal<Task>;
  connecting: ReadonlySignal<Task>;
  copying: ReadonlySignal<Task>;
  pausing: ReadonlySignal<Task>;
  quarantine: QuarantineModel;
  /** The zone days begin in; null until the dashboard has said it. */
  timezone: ReadonlySignal<string | null>;
  load(): Promise<void>;
  /** Hands the secret address to the server and keeps nothing of it. @returns whether the server took it */
  connectWebhook(webhookUrl: string): Promise<boolean>;
  /** Copies everything of the CRM anew; done when the copying has begun. */
  copyAgain(): Promise<void>;
  /** Stops the sync for everyone until it is resumed. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

export interface SettingsDeps {
  api: SettingsApi & Pick<Api, 'startSync' | 'pauseSync' | 'resumeSync'>;
  /** Shows what a change here brought: progress of a new sync. */
  dashboard: Pick<DashboardModel, 'reply' | 'refresh'>;
  sync: Pick<SyncModel, 'receive'>;
}

export function createSettings({ api, dashboard, sync }: SettingsDeps): SettingsModel {
  const connections = signal<Connection[] | null>(null);
  const loading = signal<Task>({ kind: 'idle' });
  const connecting = signal<Task>({ kind: 'idle' });
  const copying = signal<Task>({ kind: 'idle' });
  const pausing = signal<Task>({ kind: 'idle' });
  const quarantine = createQuarantine(api);

  return {
    connections,
    loading,
    connecting,
    copying,
    pausing,
    quarantine,
    timezone: computed(() => dashboard.reply.value?.timezone ?? null),
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
    async copyAgain() {
      const hasBegun = await run(copying, async () => {
        await api.startSync();
      });
      if (hasBegun) await dashboard.refresh();
    },
    async pause() {
      await run(pausing, async () => sync.receive(await api.pauseSync()));
    },
    async resume() {
      await run(pausing, async () => sync.receive(await api.resumeSync()));
    },
  };
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
  return error.code === 'rate_limited' ? 'copiedJustNow' : toSyncProblem(error);
}

export function toSyncProblem(error: ApiError): Problem {
  return error.code === 'wrong_state' ? 'notConnected' : toProblem(error);
}

export function toProblem({ kind, code }: ApiError): Problem {
  if (kind === 'network') return 'offline';
  if (code === 'rate_limited') return 'tooOften';
  return code === 'forbidden' ? 'forbidden' : 'failed';
}

/** Zones whose clocks show the same now. */
export interface ZoneGroup {
  /** `GMT+05:00`. */
  offset: string;
  zones: { id: string; city: string }[];
}

/**
 * Zones to choose from, from west to east and then by city, in the person's language: typing a city's name finds it. UTC and the
 * one in use are always among them: browsers list neither UTC nor every name that servers know.
 */
export function groupTimeZones(
  current: string,
  supported: readonly string[],
  { language, now }: { language: Language; now: number },
): ZoneGroup[] {
  const { compare } = new Intl.Collator(language);
  const zones = [...new Set(['UTC', current, ...supported])].map((id) => ({ id, city: cityOf(id, language) }));
  const groups = Map.groupBy(zones, ({ id }) => offsetOf(id, now));
  return [...groups]
    .map(([minutes, inZone]) => ({ minutes, offset: writeOffset(minutes), zones: inZone }))
    .toSorted((a, b) => a.minutes - b.minutes)
    .map(({ offset, zones }) => ({ offset, zones: zones.toSorted((a, b) => compare(a.city, b.city)) }));
}

/** Minutes that a zone's clocks are ahead of UTC. */
function offsetOf(timeZone: string, now: number): number {
  const parts = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).formatToParts(now);
  const [, sign, hours = 0, minutes = 0] =
    /([+-])(\d+):(\d+)/.exec(parts.find(({ type }) => type === 'timeZoneName')?.value ?? '') ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

function writeOffset(minutes: number): string {
  const two = (number: number) => String(number).padStart(2, '0');
  const ahead = Math.abs(minutes);
  return `GMT${minutes < 0 ? '-' : '+'}${two(Math.floor(ahead / 60))}:${two(ahead % 60)}`;
}
