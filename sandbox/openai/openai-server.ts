import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { createClock } from '../clock.ts';
import { type Delivery, deliver, type HttpReply } from '../faulty-http.ts';

/** What is looked at of a request; the rest is let through, as OpenAI does. Source: https://platform.openai.com/docs/api-reference/chat/create */
const chatRequest = z.looseObject({
  model: z.string(),
  messages: z.array(z.looseObject({ role: z.enum(['system', 'user', 'assistant', 'developer']), content: z.string() })).min(1),
  max_completion_tokens: z.number().int().positive(),
  response_format: z.looseObject({
    type: z.literal('json_schema'),
    json_schema: z.looseObject({ name: z.string(), strict: z.literal(true), schema: z.looseObject({}) }),
  }),
});
export type ChatRequest = z.infer<typeof chatRequest>;

/** What a request is answered with, in place of what the stand-in writes. */
type Turn =
  /** The message's text, whatever was asked for. */
  | { kind: 'content'; content: string; usage?: unknown }
  | { kind: 'refusal' }
  /** Ended at the most that it may write. */
  | { kind: 'length'; content: string }
  | { kind: 'error'; status: number; code: string }
  | { kind: 'redirect'; to: string }
  /** No answer, until the server is closed. */
  | { kind: 'hang' }
  | { kind: 'broken'; how: Exclude<Delivery, { kind: 'hang' }>; status?: number };

export interface OpenAiSandbox {
  /** For OPENAI_BASE_URL. */
  url: string;
  apiKey: string;
  /** What was asked with the right key, oldest first. */
  requests: ChatRequest[];
  /** Answers the next requests, one each. */
  play(...turns: Turn[]): void;
  close(): Promise<void>;
}

const clock = createClock();
const MODELS = ['gpt-4o', 'gpt-4o-mini'];

/**
 * A stand-in for OpenAI's chat completions with strict structured outputs.
 * @param options.write the model: the text of an answer
 */
export async function startOpenAiSandbox(options: {
  apiKey: string;
  write: (request: ChatRequest) => string;
  port?: number;
}): Promise<OpenAiSandbox> {
  const requests: ChatRequest[] = [];
  const turns: Turn[] = [];
  const stop = Promise.withResolvers<void>();

  async function answer(request: IncomingMessage): Promise<HttpReply | { how: Delivery; status?: number }> {
    if (request.method !== 'POST' || request.url !== '/v1/chat/completions') return failure(404, 'unknown_url', 'Unknown URL');
    if (request.headers.authorization !== `Bearer ${options.apiKey}`) {
      return failure(401, 'invalid_api_key', `Incorrect API key provided: ${request.headers.authorization?.slice(7, 11)}****.`);
    }
    const parsed = chatRequest.safeParse(parseJson(await text(request)));
    if (!parsed.success) return failure(400, null, `Invalid request: ${parsed.error.issues[0]?.path.join('.')}`);
    const asked = parsed.data;
    if (!MODELS.includes(asked.model)) return failure(404, 'model_not_found', `The model '${asked.model}' does not exist`);
    const problem = findProblem(asked.response_format.json_schema.schema, '');
    if (problem) return failure(400, null, `Invalid schema for response_format: ${problem}`);
    requests.push(asked);
    const turn = turns.shift() ?? { kind: 'content', content: options.write(asked) };
    switch (turn.kind) {
      case 'error':
        return failure(turn.status, turn.code, 'Something the caller must not repeat: sk-canary-0123456789abcdef');
      case 'redirect':
        return { status: 307, headers: { location: turn.to }, body: '' };
      case 'hang':
        return { how: { kind: 'hang', seconds: null, stopped: stop.promise } };
      case 'broken':
        return turn;
      case 'refusal':
        return completion(asked, { content: null, refusal: 'I cannot help with that.' }, 'stop');
      case 'length':
        return completion(asked, { content: turn.content, refusal: null }, 'length');
      default:
        return completion(asked, { content: turn.content, refusal: null }, 'stop', turn.usage);
    }
  }

  const server = createServer(async (request, response) => {
    const reply = await answer(request);
    if ('how' in reply) await deliver(response, json(reply.status ?? 200, {}), reply.how, clock);
    else await deliver(response, reply, null, clock);
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    apiKey: options.apiKey,
    requests,
    play: (...next) => void turns.push(...next),
    async close() {
      stop.resolve();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function completion(
  { model, messages }: ChatRequest,
  message: { content: string | null; refusal: string | null },
  finishReason: 'stop' | 'length',
  usage: unknown = usageOf(
    countTokens(messages.map(({ content }) => content).join('\n')),
    countTokens(message.content ?? message.refusal ?? ''),
  ),
): HttpReply {
  return json(200, {
    id: 'chatcmpl-sandbox',
    object: 'chat.completion',
    created: Math.floor(clock.now() / 1000),
    model,
    choices: [{ index: 0, message: { role: 'assistant', ...message }, logprobs: null, finish_reason: finishReason }],
    ...(usage !== null && { usage }),
  });
}

function usageOf(prompt: number, completion: number): object {
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

/** About: four bytes are one. */
function countTokens(content: string): number {
  return Math.ceil(Buffer.byteLength(content) / 4);
}

function failure(status: number, code: string | null, message: string): HttpReply {
  return json(status, { error: { message, type: 'invalid_request_error', param: null, code } });
}

function json(status: number, body: object): HttpReply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

const NOT_SUPPORTED = ['minLength', 'maxLength', 'allOf', 'oneOf', 'not', 'if', 'patternProperties', 'uniqueItems'];

/** What a strict schema must not be. Source: https://platform.openai.com/docs/guides/structured-outputs#supported-schemas */
function findProblem(schema: unknown, path: string): string | null {
  if (typeof schema !== 'object' || schema === null) return null;
  const node = schema as Record<string, unknown>;
  const keyword = NOT_SUPPORTED.find((name) => name in node);
  if (keyword) return `In context=(${path}), '${keyword}' is not permitted.`;
  if (node.type === 'object') {
    const properties = Object.keys(Object(node.properties));
    if (node.additionalProperties !== false) return `In context=(${path}), 'additionalProperties' is required to be false.`;
    const required = Array.isArray(node.required) ? node.required : [];
    const missing = properties.find((name) => !required.includes(name));
    if (missing) return `In context=(${path}), 'required' must include '${missing}'.`;
  }
  const children: [string, unknown][] = [
    ...Object.entries(Object(node.properties)),
    ...(Array.isArray(node.anyOf) ? node.anyOf.map((one, index): [string, unknown] => [`anyOf ${index}`, one]) : []),
    ...(node.items ? [['items', node.items] as [string, unknown]] : []),
  ];
  for (const [name, child] of children) {
    const problem = findProblem(child, path ? `${path}, ${name}` : name);
    if (problem) return problem;
  }
  return null;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
