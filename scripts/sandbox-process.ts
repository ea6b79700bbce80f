import { fork } from 'node:child_process';
import path from 'node:path';
import type { SandboxReady, SandboxStart } from '../sandbox/process.ts';

export interface SandboxProcess {
  portalUrl: string;
  portalUrls: string[];
  authUrl: string;
  /** What LeadRelay has to be configured with to serve these portals. */
  env: Record<string, string>;
  stop: () => Promise<void>;
}

/** Forks the sandbox with one portal for each of the settings. */
export async function startSandboxProcess(start: SandboxStart): Promise<SandboxProcess> {
  const child = fork(path.join(import.meta.dirname, '..', 'sandbox', 'process.ts'), { execArgv: ['--max-old-space-size=1024'] });
  const ready = await new Promise<SandboxReady>((resolve, reject) => {
    child.once('message', (message) => resolve(message as SandboxReady));
    child.once('exit', (code) => reject(new Error(`The sandbox ended with code ${code} before it was ready.`)));
    child.send(start);
  });
  const [portalUrl] = ready.portalUrls;
  if (!portalUrl) throw new Error('The sandbox has no portal.');
  return {
    portalUrl,
    portalUrls: ready.portalUrls,
    authUrl: ready.authUrl,
    env: {
      BITRIX24_CLIENT_ID: ready.clientId,
      BITRIX24_CLIENT_SECRET: ready.clientSecret,
      BITRIX24_OAUTH_URLS: ready.authUrl,
      OUTBOUND_ALLOW: [ready.authUrl, ...ready.portalUrls].map((url) => new URL(url).host).join(','),
      ...(ready.model && { OPENAI_API_KEY: ready.model.apiKey, OPENAI_BASE_URL: ready.model.url }),
    },
    stop: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null) return resolve();
        child.once('exit', () => resolve());
        child.disconnect();
      }),
  };
}
