import type OpenAI from 'openai';
import { z } from 'zod';
import { AGENTS } from '../../contract/agents.ts';
import type { Locale } from '../analytics/labels.ts';
import type { LlmConfig } from '../platform/config.ts';
import type { Db, Tx } from '../platform/db.ts';
import type { Logger } from '../platform/log.ts';
import { createBreaker } from './breaker.ts';

/** One question to the model. It may read and write nothing but this. */
interface LlmRequest<Reply> {
  tenantId: string;
  /** Groups calls that answer one message. */
  requestId: string;
  agent: keyof typeof AGENTS;
  /** What is wanted. Written in this repository: nothing from outside becomes part of it. */
  instructions: string;
  /** What it is to work with: names of the catalog, labels, counts. Never people's names, phones or addresses. */
  data: object;
  /** A strict object; as the model's schema it says no lengths, which the interface does not know. */
  reply: z.ZodType<Reply>;
  /** What an answer may have at most. */
  maxTokens: number;
  /** What is written down of a call before it goes out, in the transaction that lets it; not called where none does. */
  beforeCall?(tx: Tx): Promise<void>;
  /** Aborts when the process stops. */
  signal: AbortSignal;
}

/**
 * Why there is no answer. `budget`: the tenant has used what it may in 24 hours; `unavailable`: no answer in time, or an error,
 * or there were too many of those just now; `unusable`: cut off, refused, or not what was asked for.
 */
type LlmFailure = 'budget' | 'unavailable' | 'unusable';

type LlmReply<Reply> = { ok: true; value: Reply } | { ok: false; reason: LlmFailure };

/** The one door to a language model. Everything it says is input like any other: the reply is of the schema, and no more than that. */
export interface Llm {
  /** Answers within 20 s. @throws what aborted the signal; `database_unavailable` */
  ask<Reply>(request: LlmRequest<Reply>): Promise<LlmReply<Reply>>;
}

interface LlmDeps {
  config: LlmConfig;
  db: Db;
  log: Logger;
  /** Default: `TIMEOUT_MS`. */
  timeoutMs?: number;
  /** Default: `REST_MS`. */
  restMs?: number;
}

/** The language of a text that is wanted, in words that leave no doubt. */
export const LANGUAGE_FOR_MODEL: Record<Locale, string> = {
  en: 'English',
  ru: 'Russian',
  uz: 'Uzbek, in Latin letters',
  kk: 'Kazakh',
  uk: 'Ukrainian',
  tr: 'Turkish',
};

/** For all of an answer, to its last byte. */
const TIMEOUT_MS = 20_000;
/** How long nobody waits for a model that has failed several times. */
const REST_MS = 60_000;
/** Of an answer, unpacked: several times what `maxTokens` can make. */
const MAX_ANSWER_BYTES = 256 * 1024;
/** Longer texts of a CRM are cut: they are labels. */
const MAX_TEXT_CHARS = 120;
/** Control and format characters, among them those that turn text around or hide it (tags, zero width). */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}]/gu;
/** A call of which nothing more is known: its process has died, or it is still waiting. It counts as it was reserved. */
const UNDER_WAY = 'under_way';

/** What a call has come to. */
interface Outcome {
  /** null: not known, and it counts as it was reserved. */
  usage: { input: number; output: number } | null;
  /** null: it was answered. A word of ours: what servers and libraries write may hold secrets. */
  error: string | null;
}

/** @returns a door that asks the configured server; the client is loaded with the first question */
export function createLlm({ config, db, log, timeoutMs = TIMEOUT_MS, restMs = REST_MS }: LlmDeps): Llm {
  const breaker = createBreaker(restMs);
  let client: Promise<OpenAI> | null = null;
  const loadClient = () => {
    client ??= createClient(config, timeoutMs).catch((error: unknown) => {
      client = null;
      throw error;
    });
    return client;
  };

  return {
    async ask<Reply>(request: LlmRequest<Reply>): Promise<LlmReply<Reply>> {
      const { tenantId, agent, signal } = request;
      const attempt = breaker.enter();
      if (attempt === null) {
        log.warn({ tenantId, agent, error: 'resting' }, 'The model is not asked');
        return unavailable;
      }
      try {
        const openai = await loadClient();
        const body = await toBody(config.model, request);
        const traceId = await reserve(db, config, request, Buffer.byteLength(JSON.stringify(body)));
        if (traceId === null) {
          log.warn({ tenantId, agent, error: 'budget' }, 'The model is not asked');
          return { ok: false, reason: 'budget' };
        }
        const startedAt = performance.now();
        const { outcome, reply } = await openai.chat.completions
          .create(body, { signal })
          .then((completion) => read(completion, request.reply, config))
          .catch((error: unknown) => ({ outcome: failedWith(error), reply: unavailable }));
        // That we hang up says nothing of the server.
        if (!signal.aborted) attempt.tell(reply.ok || reply.reason !== 'unavailable');
        await settle(db, config, { tenantId, traceId, durationMs: Math.round(performance.now() - startedAt) }, outcome);
        if (!reply.ok) {
          signal.throwIfAborted();
          log.warn({ tenantId, agent, error: outcome.error }, 'The model has given no answer');
        }
        return reply;
      } finally {
        attempt.leave();
      }
    },
  };
}

const unavailable = { ok: false, reason: 'unavailable' } as const;

async function createClient({ apiKey, baseUrl }: LlmConfig, timeoutMs: number): Promise<OpenAI> {
  const { OpenAI } = await import('openai');
  return new OpenAI({
    apiKey,
    baseURL: baseUrl,
    // What the environment says beside the configuration is not believed.
    organization: null,
    project: null,
    timeout: timeoutMs,
    // Whoever waits has something to go on with.
    maxRetries: 0,
    logLevel: 'off',
    fetch: (url, init) => fetchWhole(apiKey, url, init),
  });
}

class TooLongError extends Error {}

/**
 * Reads an answer to its end, so that the client's timeout is for all of it, and no further than an answer can be long. Headers that
 * the client takes from the environment stay here, and the key goes to nobody else.
 */
async function fetchWhole(apiKey: string, url: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  const { method, body, signal } = init;
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', accept: 'application/json' };
  const response = await fetch(url, { method, body, signal, headers, redirect: 'error' } as RequestInit);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    // Leaving the loop ends the connection.
    if (bytes > MAX_ANSWER_BYTES) throw new TooLongError();
    chunks.push(chunk);
  }
  return new Response(bytes === 0 ? null : Buffer.concat(chunks), {
    status: response.status,
    headers: { 'content-type': response.headers.get('content-type') ?? '' },
  });
}

async function toBody<Reply>(
  model: string,
  { instructions, data, reply, maxTokens }: LlmRequest<Reply>,
): Promise<OpenAI.ChatCompletionCreateParamsNonStreaming> {
  const { zodResponseFormat } = await import('openai/helpers/zod');
  return {
    model,
    messages: [
      { role: 'system', content: instructions },
      { role: 'user', content: JSON.stringify(data, (_, value) => (typeof value === 'string' ? toPlainText(value) : value)) },
    ],
    response_format: zodResponseFormat(reply, 'reply'),
    max_completion_tokens: maxTokens,
  };
}

/** A text of a CRM as the model gets it: data that looks like nothing else. */
function toPlainText(text: string): string {
  return text.replace(UNSEEN, ' ').slice(0, MAX_TEXT_CHARS);
}

/**
 * Takes from the tenant's budget what the call can use at most, before it is made, so that many at once cannot go beyond it.
 * @returns id of the call's trace; null where there is not enough left
 */
function reserve(
  db: Db,
  config: LlmConfig,
  request: Pick<LlmRequest<unknown>, 'tenantId' | 'requestId' | 'agent' | 'maxTokens' | 'beforeCall'>,
  bodyBytes: number,
): Promise<string | null> {
  const { tenantId, requestId, agent, maxTokens } = request;
  // A token is a byte at least.
  const usage = { input: bodyBytes, output: maxTokens };
  return db.withTenant(tenantId, 'write', async (tx) => {
    const [, rows] = await Promise.all([
      tx.query({ text: 'select pg_advisory_xact_lock(hashtextextended($1, 0))', values: [`model budget ${tenantId}`] }),
      tx.query<{ id: string }>({
        text: `insert into agent_traces (tenant_id, request_id, agent_name, model, tokens_in, tokens_out, cost_usd, success, error_message)
               select $1::uuid, $2::uuid, $3, $4, $5::int, $6::int, $7::numeric, false, '${UNDER_WAY}'
               from (
                 select coalesce(sum(tokens_in::bigint + tokens_out), 0) as tokens, coalesce(sum(cost_usd), 0) as usd from agent_traces
                 where tenant_id = $1 and created_at > now() - interval '24 hours'
               ) used
               where used.tokens + $5::int + $6::int <= $8::bigint and used.usd + $7::numeric <= $9::numeric
               returning id`,
        values: [
          ...[tenantId, requestId, AGENTS[agent].persona, config.model, usage.input, usage.output, costOf(usage, config)],
          ...[config.dailyTokens, config.dailyUsd],
        ],
      }),
    ]);
    if (rows[0]) await request.beforeCall?.(tx);
    return rows[0]?.id ?? null;
  });
}

/** Writes down what the call has really used, and how it went. */
async function settle(
  db: Db,
  config: LlmConfig,
  { tenantId, traceId, durationMs }: { tenantId: string; traceId: string; durationMs: number },
  { usage, error }: Outcome,
): Promise<void> {
  await db.withTenant(tenantId, 'write', (tx) =>
    tx.query({
      text: `update agent_traces
             set tokens_in = coalesce($3, tokens_in), tokens_out = coalesce($4, tokens_out), cost_usd = coalesce($5, cost_usd),
                 duration_ms = $6, success = $7, error_message = $8
             where tenant_id = $1 and id = $2`,
      values: [
        ...[tenantId, traceId, usage?.input ?? null, usage?.output ?? null, usage && costOf(usage, config)],
        ...[durationMs, error === null, error],
      ],
    }),
  );
}

/** Dollars, as numeric(10, 6) has them. */
function costOf({ input, output }: { input: number; output: number }, { prices }: LlmConfig): string {
  return ((input * prices.input + output * prices.output) / 1e6).toFixed(6);
}

/** What is read of an answer; of a server's words nothing is believed that the client's types promise. */
const completionSchema = z.object({
  choices: z.tuple(
    [
      z.object({
        finish_reason: z.string(),
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
      }),
    ],
    z.unknown(),
  ),
});
const tokens = z.int().min(0).max(2_147_483_647);
const usageSchema = z.object({ usage: z.object({ prompt_tokens: tokens, completion_tokens: tokens }) });
/** As much as numeric(10, 6) has. */
const MAX_COST_USD = 9_999;

function read<Reply>(
  completion: unknown,
  schema: z.ZodType<Reply>,
  config: LlmConfig,
): { outcome: Outcome; reply: LlmReply<Reply> } {
  const usage = readUsage(completion, config);
  const unusable = (error: string) => ({ outcome: { usage, error }, reply: { ok: false, reason: 'unusable' } as const });
  const told = completionSchema.safeParse(completion);
  if (!told.success) return unusable('no_choice');
  const [{ message, finish_reason }] = told.data.choices;
  if (message.refusal) return unusable('refused');
  if (finish_reason !== 'stop') return unusable('cut_off');
  const parsed = schema.safeParse(parseJson(message.content ?? ''));
  if (!parsed.success) return unusable('wrong_schema');
  return { outcome: { usage, error: null }, reply: { ok: true, value: parsed.data } };
}

/** @returns null where it says none that can be: the call counts as it was reserved */
function readUsage(completion: unknown, config: LlmConfig): Outcome['usage'] {
  const { data } = usageSchema.safeParse(completion);
  const usage = data && { input: data.usage.prompt_tokens, output: data.usage.completion_tokens };
  return usage && Number(costOf(usage, config)) <= MAX_COST_USD ? usage : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Of what the client says by its errors' names, which are in no message. */
const FAILURES = new Map([
  ['APIConnectionTimeoutError', 'timeout'],
  ['APIUserAbortError', 'stopped'],
]);

/** What is refused costs nothing; what broke, or came to no end, may have cost all. */
function failedWith(error: unknown): Outcome {
  if (!(error instanceof Error)) return { usage: null, error: 'connection' };
  const status = 'status' in error ? error.status : undefined;
  if (typeof status === 'number') {
    return { usage: status >= 400 && status < 500 ? { input: 0, output: 0 } : null, error: `http_${status}` };
  }
  if (error.cause instanceof TooLongError) return { usage: null, error: 'too_long' };
  return { usage: null, error: FAILURES.get(error.constructor.name) ?? 'connection' };
}
