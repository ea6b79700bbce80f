import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AccessToken, MethodUsage, RateLimiter, TokenSource } from '../crm/adapter.ts';
import { type BitrixClient, createBitrixClient } from '../crm/bitrix24/client.ts';
import { createOutbound, type Outbound } from '../platform/outbound.ts';

/** One request as it arrived. */
interface PortalRequest {
  path: string;
  body: { auth?: string; cmd?: Record<string, string>; [key: string]: unknown };
}

export type PortalAnswer = (request: PortalRequest, response: ServerResponse) => void;

export interface ScriptedPortal {
  client: BitrixClient;
  requests: PortalRequest[];
  refreshes: AccessToken[];
  /** What the client told its limiter. */
  usage: MethodUsage[];
  /** How long the client paused, milliseconds; the pauses themselves take no time. */
  pauses: number[];
  outbound: Outbound;
  tokens: TokenSource;
  close(): Promise<void>;
}

/** For tests: a portal that gives one prepared answer after the other (the last one again and again), and a client for it. */
export async function startScriptedPortal(answers: PortalAnswer[], options: { webhook?: boolean } = {}): Promise<ScriptedPortal> {
  const requests: PortalRequest[] = [];
  const server = createServer(async (request, response) => {
    const body = await readBody(request);
    requests.push({ path: request.url ?? '', body: JSON.parse(body) });
    const answer = answers[Math.min(requests.length, answers.length) - 1];
    const last = requests.at(-1);
    if (answer && last) answer(last, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const outbound = createOutbound({ allow: [host] });
  const refreshes: AccessToken[] = [];
  const usage: MethodUsage[] = [];
  const pauses: number[] = [];
  let token: AccessToken = { accessToken: options.webhook ? null : 'token-1', endpoint: `http://${host}/rest/`, version: 1 };
  const tokens: TokenSource = {
    get: async () => token,
    async refresh(stale) {
      refreshes.push(stale);
      token = { accessToken: `token-${stale.version + 1}`, endpoint: `http://${host}/moved/`, version: stale.version + 1 };
      return token;
    },
  };
  const limiter: RateLimiter = { acquire: async () => {}, report: (entry) => usage.push(entry), refused: () => {} };
  const clock = {
    now: () => Date.UTC(2026, 0, 1),
    sleep: async (milliseconds: number) => {
      pauses.push(milliseconds);
    },
  };
  return {
    client: createBitrixClient({ outbound, tokens, limiter, clock }),
    requests,
    refreshes,
    usage,
    pauses,
    outbound,
    tokens,
    async close() {
      await outbound.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const TIME = {
  start: 1767225600,
  finish: 1767225600.5,
  duration: 0.5,
  processing: 0.4,
  date_start: '2026-01-01T03:00:00+03:00',
  date_finish: '2026-01-01T03:00:00+03:00',
};

export function json(status: number, body: unknown): PortalAnswer {
  return (_request, response) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

export function text(status: number, body: string, headers: Record<string, string> = {}): PortalAnswer {
  return (_request, response) => response.writeHead(status, headers).end(body);
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}
