import { hkdfSync } from 'node:crypto';
import { z } from 'zod';

/** Roles that scripts/migrate.ts creates; see prisma/migrations for what each may do. */
export const APP_ROLE = 'leadrelay_app';
export const JOBS_ROLE = 'leadrelay_jobs';

/** Bitrix24's own authorization servers, the only ones believed unless the configuration says otherwise. */
const BITRIX24_OAUTH_SERVERS = ['https://oauth.bitrix.info', 'https://oauth.bitrix24.tech'];

/** Dollars for a million tokens, of the models LeadRelay is tried with. Source: https://openai.com/api/pricing */
const KNOWN_PRICES = new Map([
  ['gpt-4o', { input: 2.5, output: 10 }],
  ['gpt-4o-mini', { input: 0.15, output: 0.6 }],
]);

/** The language model that may word and propose. */
export interface LlmConfig {
  apiKey: string;
  /** Of OpenAI or a server with the same interface, with the path before `/chat/completions`. */
  baseUrl: string;
  model: string;
  /** Dollars for a million tokens. */
  prices: { input: number; output: number };
  /** What one tenant may use in 24 hours. */
  dailyTokens: number;
  dailyUsd: number;
}

export interface Config {
  production: boolean;
  role: 'all' | 'web' | 'worker';
  host: string;
  /** 0 lets the system choose a free port. */
  port: number;
  /** Address under which browsers and CRMs reach LeadRelay, without a trailing slash. */
  publicUrl: string;
  /** Master secret: keys for sealing credentials and signing sessions are derived from it. */
  secret: string;
  /** Owner's connection: migrations only. */
  ownerDatabaseUrl: string;
  /** The app role's connection: NOBYPASSRLS, not the owner. */
  databaseUrl: string;
  /** pg-boss's own role, which owns the schema `pgboss` and nothing else. */
  jobsDatabaseUrl: string;
  bitrix24: {
    clientId: string | null;
    clientSecret: string | null;
    /** Authorization servers that are believed, as origins. */
    oauthUrls: readonly string[];
  };
  /** null: everything goes by rules and templates. */
  llm: LlmConfig | null;
  /** host:port pairs that may be reached although they are not public (the sandbox's); refused in production. */
  outboundAllow: readonly string[];
  /** Number of proxies in front of us whose X-Forwarded-For is believed. */
  trustProxy: number;
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent';
}

/** A configuration that cannot be used; the message is one sentence that names the variable and the mend. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

const commaList = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);
const databaseUrl = z.string().regex(/^postgres(ql)?:\/\//, 'must start with postgresql://');
const origin = z.url().transform((text) => new URL(text).origin);

const prices = z
  .string()
  .regex(/^\d+(\.\d+)?\s*,\s*\d+(\.\d+)?$/, 'must be two numbers, as in "2.5,10"')
  .transform((text) => {
    const [input = 0, output = 0] = text.split(',').map(Number);
    return { input, output };
  });

const environment = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
  LEADRELAY_ROLE: z.enum(['all', 'web', 'worker']).default('all'),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: z.coerce.number('must be a number').int().min(0).max(65_535).default(3000),
  PUBLIC_URL: origin.optional(),
  LEADRELAY_SECRET: z.string().min(32, 'must have at least 32 characters'),
  DATABASE_URL: databaseUrl,
  APP_DATABASE_URL: databaseUrl.optional(),
  BOSS_DATABASE_URL: databaseUrl.optional(),
  BITRIX24_CLIENT_ID: z.string().min(1).optional(),
  BITRIX24_CLIENT_SECRET: z.string().min(1).optional(),
  BITRIX24_OAUTH_URLS: commaList.pipe(z.array(origin).min(1)).default(BITRIX24_OAUTH_SERVERS),
  OPENAI_API_KEY: z.string().min(1).optional(),
  OPENAI_BASE_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http(s) address' })
    .transform((text) => text.replace(/\/+$/, ''))
    .default('https://api.openai.com/v1'),
  OPENAI_MODEL: z.string().min(1).default('gpt-4o'),
  OPENAI_PRICES: prices.optional(),
  LLM_DAILY_TOKENS: z.coerce.number('must be a number').int().min(0).default(100_000),
  LLM_DAILY_USD: z.coerce.number('must be a number').min(0).default(0.5),
  OUTBOUND_ALLOW: commaList.default([]),
  TRUST_PROXY: z.coerce.number('must be a number').int().min(0).max(5).default(0),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
});

/**
 * Reads the configuration; README's table explains each variable. Empty values count as unset.
 * @throws ConfigError naming the first variable that is wrong
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) throw new ConfigError(explain(parsed.error));
  const values = parsed.data;
  const production = values.NODE_ENV === 'production';
  if ((values.BITRIX24_CLIENT_ID === undefined) !== (values.BITRIX24_CLIENT_SECRET === undefined)) {
    throw new ConfigError('BITRIX24_CLIENT_ID and BITRIX24_CLIENT_SECRET belong together: set both or neither.');
  }
  if (production) refuseUnsafe(values);
  return {
    production,
    role: values.LEADRELAY_ROLE,
    host: values.HOST,
    port: values.PORT,
    publicUrl: values.PUBLIC_URL ?? `http://localhost:${values.PORT}`,
    secret: values.LEADRELAY_SECRET,
    ownerDatabaseUrl: values.DATABASE_URL,
    databaseUrl: values.APP_DATABASE_URL ?? roleUrl(values.DATABASE_URL, APP_ROLE, values.LEADRELAY_SECRET),
    jobsDatabaseUrl: values.BOSS_DATABASE_URL ?? roleUrl(values.DATABASE_URL, JOBS_ROLE, values.LEADRELAY_SECRET),
    bitrix24: {
      clientId: values.BITRIX24_CLIENT_ID ?? null,
      clientSecret: values.BITRIX24_CLIENT_SECRET ?? null,
      oauthUrls: values.BITRIX24_OAUTH_URLS,
    },
    llm: toLlmConfig(values),
    outboundAllow: values.OUTBOUND_ALLOW,
    trustProxy: values.TRUST_PROXY,
    logLevel: values.LOG_LEVEL,
  };
}

function toLlmConfig(values: z.infer<typeof environment>): LlmConfig | null {
  if (values.OPENAI_API_KEY === undefined) return null;
  const known = KNOWN_PRICES.get(values.OPENAI_MODEL);
  const usdPerMillion = values.OPENAI_PRICES ?? known;
  // Without a price nothing would ever be spent, and the budget in dollars would stop nobody.
  if (!usdPerMillion) {
    throw new ConfigError(
      'OPENAI_PRICES is not set: say what a million tokens of OPENAI_MODEL cost in dollars, read and written, as in "2.5,10".',
    );
  }
  return {
    apiKey: values.OPENAI_API_KEY,
    baseUrl: values.OPENAI_BASE_URL,
    model: values.OPENAI_MODEL,
    prices: usdPerMillion,
    dailyTokens: values.LLM_DAILY_TOKENS,
    dailyUsd: values.LLM_DAILY_USD,
  };
}

/** Password of a database role, the same in every process that knows the master secret. */
export function rolePassword(secret: string, role: string): string {
  return Buffer.from(hkdfSync('sha256', secret, '', `database role ${role}`, 32)).toString('base64url');
}

function roleUrl(ownerUrl: string, role: string, secret: string): string {
  const url = new URL(ownerUrl);
  url.username = role;
  url.password = rolePassword(secret, role);
  return url.toString();
}

function refuseUnsafe(values: z.infer<typeof environment>): void {
  if (values.OUTBOUND_ALLOW.length > 0) {
    throw new ConfigError(
      'OUTBOUND_ALLOW opens private addresses to CRM calls and is not allowed with NODE_ENV=production: remove it.',
    );
  }
  if (values.BITRIX24_OAUTH_URLS.some((url) => !BITRIX24_OAUTH_SERVERS.includes(url))) {
    throw new ConfigError("BITRIX24_OAUTH_URLS may only name Bitrix24's own authorization servers with NODE_ENV=production.");
  }
  if (values.OPENAI_API_KEY !== undefined && !values.OPENAI_BASE_URL.startsWith('https://')) {
    throw new ConfigError('OPENAI_BASE_URL must be an https:// address with NODE_ENV=production: the key is sent to it.');
  }
  if (!values.PUBLIC_URL?.startsWith('https://')) {
    throw new ConfigError('PUBLIC_URL must be the https:// address under which LeadRelay is reached when NODE_ENV=production.');
  }
  if (/change|sample|example|secret|password/i.test(values.LEADRELAY_SECRET) || new Set(values.LEADRELAY_SECRET).size < 10) {
    throw new ConfigError('LEADRELAY_SECRET looks like a sample: make one with `openssl rand -base64 48`.');
  }
  if (values.LEADRELAY_SECRET === values.BITRIX24_CLIENT_SECRET) {
    throw new ConfigError('LEADRELAY_SECRET and BITRIX24_CLIENT_SECRET must differ: make a new LEADRELAY_SECRET.');
  }
}

/** The value itself is not repeated: it may be a secret. */
function explain(error: z.ZodError): string {
  const issue = error.issues[0];
  const name = String(issue?.path[0] ?? 'The configuration');
  const missing = issue?.code === 'invalid_type' && issue.message.includes('received undefined');
  return missing
    ? `${name} is not set: see the configuration table in README.md.`
    : `${name} is not usable: ${issue?.message ?? 'unknown reason'}.`;
}
