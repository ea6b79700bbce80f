// The sandbox as a process of its own: `npm start` forks it, so that it takes neither time nor memory of LeadRelay's process.
// It answers its settings with one message and ends when its parent does.
import { createBitrixSandbox } from './bitrix24/create-sandbox.ts';
import type { WorldSize } from './world/types.ts';

export interface SandboxSettings {
  size: WorldSize;
  mode: 'classic' | 'simple';
  language: 'en' | 'ru' | 'uz';
  /** Enforce Bitrix24's request limits as the cloud does; default true. */
  throttled?: boolean;
}

/** First message from the parent. */
export interface SandboxStart {
  /** One portal each. */
  portals: SandboxSettings[];
  /** LeadRelay's address: where the app's card points to. */
  appUrl: string;
  clientId: string;
  clientSecret: string;
}

/** Answer to it. */
export interface SandboxReady {
  authUrl: string;
  portalUrls: string[];
}

const CLOUD_LIMITS = { rate: { drainPerSecond: 2, burst: 50 }, operatingSeconds: 480, pageCost: 0.07 };
const NO_LIMITS = { rate: null, operatingSeconds: null, pageCost: 0.07 };

process.once('message', async (start: SandboxStart) => {
  const sandbox = await createBitrixSandbox({
    app: {
      clientId: start.clientId,
      clientSecret: start.clientSecret,
      title: 'LeadRelay',
      scopes: ['crm', 'placement', 'user_brief', 'department'],
      applicationUrl: `${start.appUrl}/bitrix24/app`,
      installerUrl: `${start.appUrl}/bitrix24/install`,
      eventHandlerUrl: `${start.appUrl}/bitrix24/events`,
      version: 1,
    },
    portals: start.portals.map((portal, index) => ({
      size: portal.size,
      mode: portal.mode,
      language: portal.language,
      seed: index + 1,
      limits: portal.throttled === false ? NO_LIMITS : CLOUD_LIMITS,
    })),
  });
  const ready: SandboxReady = { authUrl: sandbox.authUrl, portalUrls: sandbox.portals.map((portal) => portal.url) };
  process.send?.(ready);
});
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole group; the parent ends the sandbox last, when nothing calls it any more.
process.on('SIGINT', () => {});
