// The sandbox as a process of its own: `npm start` forks it, so that it takes neither time nor memory of LeadRelay's process.
// It answers its settings with one message and ends when its parent does.
import { randomBytes, randomInt } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createBitrixSandbox } from './bitrix24/create-sandbox.ts';
import type { BitrixSandbox } from './bitrix24/sandbox.ts';
import { type PortalSnapshot, takeSnapshot } from './bitrix24/snapshot.ts';
import { startOpenAiSandbox } from './openai/openai-server.ts';
import { writeAnswer } from './openai/stand-in.ts';
import type { WorldSize } from './world/types.ts';

export interface SandboxSettings {
  size: WorldSize;
  mode: 'classic' | 'simple';
  language: 'en' | 'ru' | 'uz';
}

/** First message from the parent. */
export interface SandboxStart {
  /** One portal each. */
  portals: SandboxSettings[];
  /** LeadRelay's address: where the app's card points to. */
  appUrl: string;
  /** Whether a stand-in for OpenAI runs beside them. */
  hasModel: boolean;
  /** Where installations and tokens are kept, so that the same portals stand there after a restart; null: nowhere. */
  stateFile: string | null;
}

/** Answer to it. */
export interface SandboxReady {
  authUrl: string;
  portalUrls: string[];
  clientId: string;
  clientSecret: string;
  model: { url: string; apiKey: string } | null;
}

/** The state file. */
interface SandboxState {
  portals: SandboxSettings[];
  clientId: string;
  clientSecret: string;
  /** The worlds' present when they were made, Unix seconds: later they would hold other records under the same ids. */
  worldNow: number;
  /** Of the authorization server, then of each portal: LeadRelay has stored these addresses. */
  ports: number[];
  snapshots: PortalSnapshot[];
}

process.once('message', async (start: SandboxStart) => {
  // Until there is something to keep.
  const leave = () => process.exit(0);
  process.once('disconnect', leave);
  const state = loadState(start) ?? newState(start);
  const sandbox = await serve(start, state).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    // Somebody else took a port meanwhile. On others the portals are new ones: nobody would find the old.
    Object.assign(state, newState(start));
    return serve(start, state);
  });
  process.off('disconnect', leave);
  process.on('disconnect', () => {
    if (start.stateFile) saveState(start.stateFile, state, sandbox);
    process.exit(0);
  });
  const { clientId, clientSecret } = state;
  const portalUrls = sandbox.portals.map((portal) => portal.url);
  const apiKey = `sk-${randomBytes(24).toString('base64url')}`;
  const model = start.hasModel ? { url: (await startOpenAiSandbox({ apiKey, write: writeAnswer })).url, apiKey } : null;
  const ready: SandboxReady = { authUrl: sandbox.authUrl, portalUrls, clientId, clientSecret, model };
  // A parent that has gone meanwhile is told of by 'disconnect'; as an error it would end in a stack on the terminal.
  process.send?.(ready, undefined, undefined, () => {});
});
// Ctrl-C reaches the whole group; the parent ends the sandbox last, when nothing calls it any more.
process.on('SIGINT', () => {});

function serve(start: SandboxStart, state: SandboxState): Promise<BitrixSandbox> {
  const [authPort = 0, ...portalPorts] = state.ports;
  return createBitrixSandbox({
    app: {
      clientId: state.clientId,
      clientSecret: state.clientSecret,
      title: 'LeadRelay',
      scopes: ['crm', 'placement', 'user_brief', 'department'],
      applicationUrl: `${start.appUrl}/bitrix24/app`,
      installerUrl: `${start.appUrl}/bitrix24/install`,
      eventHandlerUrl: `${start.appUrl}/bitrix24/events`,
      version: 1,
    },
    authPort,
    portals: start.portals.map((portal, index) => {
      const snapshot = state.snapshots[index];
      return {
        ...portal,
        seed: index + 1,
        port: portalPorts[index] ?? 0,
        now: state.worldNow,
        ...(snapshot ? { snapshot } : {}),
      };
    }),
  });
}

function newState({ portals }: SandboxStart): SandboxState {
  return {
    portals,
    clientId: `local.${randomBytes(7).toString('hex')}.${randomInt(10_000_000, 99_999_999)}`,
    clientSecret: randomBytes(24).toString('base64url'),
    worldNow: Math.floor(Date.now() / 1000),
    ports: [],
    snapshots: [],
  };
}

/** null when other portals are asked for than were kept, or the file is damaged: the sandbox's memory is no treasure. */
function loadState({ stateFile, portals }: SandboxStart): SandboxState | null {
  if (stateFile === null || !existsSync(stateFile)) return null;
  try {
    const state = JSON.parse(readFileSync(stateFile, 'utf8')) as SandboxState;
    return JSON.stringify(state.portals) === JSON.stringify(portals) ? state : null;
  } catch {
    return null;
  }
}

function saveState(file: string, state: SandboxState, sandbox: BitrixSandbox): void {
  const ports = [sandbox.authUrl, ...sandbox.portals.map((portal) => portal.url)].map((url) => Number(new URL(url).port));
  const snapshots = sandbox.portals.map((portal) => takeSnapshot(portal.state));
  writeFileSync(file, JSON.stringify({ ...state, ports, snapshots } satisfies SandboxState), { mode: 0o600 });
}
