import { z } from 'zod';
import {
  EVENTS,
  OFFLINE_EVENTS,
  PATHS,
  PLACEMENTS,
  type PlacementEntry,
  PORTAL_LANGUAGES,
} from '../../marketplace/bitrix24/manifest.ts';
import type { AccessToken } from '../crm/adapter.ts';
import type { BitrixError } from '../crm/bitrix24/bitrix-error.ts';
import { type Command, type CommandReply, callBatch } from '../crm/bitrix24/portal-calls.ts';
import type { InstallContext } from './context.ts';

/** What the portal has registered for our app, as `placement.get` and `event.get` list it. */
export interface Registered {
  placements: { placement: string; handler: string }[];
  /** `offline` is 1 for those that the portal keeps in a queue; they have no handler. */
  events: { event: string; handler: string; offline: number }[];
}

/** Commands whose replies `readRegistered` reads. */
export const REGISTERED_BATCH = {
  placements: { method: 'placement.get' },
  events: { method: 'event.get' },
} as const satisfies Record<string, Command>;

const BATCH_SIZE = 50;

interface EventBinding {
  event: string;
  offline: 0 | 1;
}

const EVENT_BINDINGS: readonly EventBinding[] = [
  ...EVENTS.map((event) => ({ event, offline: 0 as const })),
  ...OFFLINE_EVENTS.map((event) => ({ event, offline: 1 as const })),
];

const placementRows = z.array(z.looseObject({ placement: z.string(), handler: z.string() }));
const eventRows = z.array(z.looseObject({ event: z.string(), handler: z.string(), offline: z.coerce.number().default(0) }));

/** null where the portal did not list them: the person is no administrator. */
export function readRegistered(placements: CommandReply, events: CommandReply): Registered | null {
  if (!placements.ok || !events.ok) return null;
  const parsed = { placements: placementRows.safeParse(placements.result), events: eventRows.safeParse(events.result) };
  if (!parsed.placements.success || !parsed.events.success) return null;
  return { placements: parsed.placements.data, events: parsed.events.data };
}

/** Makes the portal's registrations those of the manifest. A failure is logged: the next administrator's visit tries again. */
export async function register(
  { config, log, outbound }: InstallContext,
  token: Pick<AccessToken, 'accessToken' | 'endpoint'>,
  registered: Registered | null,
  tenantId: string,
): Promise<void> {
  if (!registered) return;
  const commands = Object.entries(planRegistration(registered, config.publicUrl));
  try {
    for (let from = 0; from < commands.length; from += BATCH_SIZE) {
      const batch = Object.fromEntries(commands.slice(from, from + BATCH_SIZE));
      const failed = listFailures(await callBatch(outbound, token, batch));
      if (failed.length > 0) log.warn({ tenantId, failed }, 'the portal refused registrations');
    }
  } catch (err) {
    log.warn({ tenantId, err }, 'the portal could not be asked for registrations');
  }
}

/**
 * The commands that make what is registered equal to the manifest: missing placements and events are bound, handlers of
 * another address or of an older version are taken away. Empty when nothing is to do.
 */
function planRegistration(registered: Registered, publicUrl: string): Record<string, Command> {
  const commands: Record<string, Command> = {};
  const application = `${publicUrl}${PATHS.application}`;
  const events = `${publicUrl}${PATHS.events}`;
  for (const { placement, handler } of registered.placements) {
    const isWanted = handler === application && PLACEMENTS.some(({ code }) => code === placement);
    if (!isWanted) add({ method: 'placement.unbind', params: { PLACEMENT: placement, HANDLER: handler } });
  }
  for (const row of registered.events) {
    if (!EVENT_BINDINGS.some((binding) => isSameBinding(row, binding, events))) {
      add({ method: 'event.unbind', params: bindingParams(row.event, row.offline, row.handler) });
    }
  }
  for (const entry of PLACEMENTS) {
    const isThere = registered.placements.some((row) => row.placement === entry.code && row.handler === application);
    if (!isThere) add({ method: 'placement.bind', params: placementParams(entry, application) });
  }
  for (const binding of EVENT_BINDINGS) {
    if (!registered.events.some((row) => isSameBinding(row, binding, events))) {
      add({ method: 'event.bind', params: bindingParams(binding.event, binding.offline, events) });
    }
  }
  return commands;

  function add(command: Command): void {
    commands[`c${Object.keys(commands).length}`] = command;
  }
}

function isSameBinding(row: Registered['events'][number], binding: EventBinding, handler: string): boolean {
  const isSameKind = row.event.toUpperCase() === binding.event && row.offline === binding.offline;
  return isSameKind && (binding.offline === 1 || row.handler === handler);
}

function bindingParams(event: string, offline: number, handler: string): NonNullable<Command['params']> {
  return offline === 1 ? { event, event_type: 'offline' } : { event, handler };
}

/** What failed for another reason than that it was done before. */
function listFailures(replies: Readonly<Record<string, CommandReply>>): string[] {
  return Object.values(replies).flatMap((reply) => (reply.ok || isAlreadyBound(reply.error) ? [] : [reply.error.message]));
}

/** Current portals, older ones and the documentation each say it in another way. */
function isAlreadyBound({ code, description }: BitrixError): boolean {
  return code === 'ERROR_EVENT_BINDING_EXISTS' || /already bind|already bound|unable to set event handler/i.test(description);
}

function placementParams(entry: PlacementEntry, handler: string): NonNullable<Command['params']> {
  const texts = Object.entries(PORTAL_LANGUAGES).map(([language, code]) => {
    const { title, description } = entry.texts[language as keyof typeof PORTAL_LANGUAGES];
    return [code, { TITLE: title, DESCRIPTION: description }];
  });
  return {
    PLACEMENT: entry.code,
    HANDLER: handler,
    TITLE: entry.texts.en.title,
    DESCRIPTION: entry.texts.en.description,
    LANG_ALL: Object.fromEntries(texts),
  };
}
